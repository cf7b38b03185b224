"""Handovers of vehicles, cooling with what loggers measured, and what was chosen for held lorries."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.rules.reefers import LONGEST_LOGGER
from marketplace.logistics.road.rules.swapping import LONGEST_SEAL, SealReason, SwapCause
from marketplace.logistics.rules.states import HoldCause


class VehicleHandover(Base):
    """That a lorry goes on with another tractor and other drivers: from whom, to whom, where, whose seal."""

    __tablename__ = "vehicle_handover"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    from_crew: Mapped[UUID] = mapped_column(sa.ForeignKey("crew_assignment.id"))
    to_crew: Mapped[UUID] = mapped_column(sa.ForeignKey("crew_assignment.id"))
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    cause: Mapped[SwapCause] = mapped_column(StateColumn(SwapCause))
    odometer_km: Mapped[int | None] = mapped_column(sa.Integer)
    seal_read: Mapped[str] = mapped_column(sa.String(LONGEST_SEAL))
    new_seal: Mapped[str | None] = mapped_column(sa.String(LONGEST_SEAL))
    seal_reason: Mapped[SealReason | None] = mapped_column(StateColumn(SealReason))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("(new_seal IS NULL) = (seal_reason IS NULL)", name="seal"),)


class BookingCooling(Base):
    """The set point of a consignment and the range that it may be in, in tenths of °C."""

    __tablename__ = "booking_cooling"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    set_point: Mapped[int] = mapped_column(sa.Integer)
    least: Mapped[int | None] = mapped_column(sa.Integer)
    most: Mapped[int | None] = mapped_column(sa.Integer)

    __table_args__ = (sa.CheckConstraint("least IS NULL OR most IS NULL OR least <= most", name="range"),)


class PreCooling(Base):
    """That an empty trailer was cooled down before it was loaded, and which logger rides in it."""

    __tablename__ = "pre_cooling"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    tenths: Mapped[int] = mapped_column(sa.Integer)
    logger: Mapped[str] = mapped_column(sa.String(LONGEST_LOGGER))
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReeferReading(Base):
    """What a logger on a departure measured at an instant."""

    __tablename__ = "reefer_reading"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True)
    logger: Mapped[str] = mapped_column(sa.String(LONGEST_LOGGER), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tenths: Mapped[int] = mapped_column(sa.Integer)


class ReeferExcursion(Base):
    """A case: a consignment stood outside its range for too long; ``closed_at`` once the operator is done with it."""

    __tablename__ = "reefer_excursion"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    logger: Mapped[str] = mapped_column(sa.String(LONGEST_LOGGER))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    worst: Mapped[int] = mapped_column(sa.Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("booking_id", "logger", "began_at"),)


class HeldChoice(Base):
    """What was chosen for a held lorry, or for one consignment on it, what it costs and what it led to."""

    __tablename__ = "held_choice"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    cause: Mapped[HoldCause] = mapped_column(StateColumn(HoldCause))
    option: Mapped[Option] = mapped_column(StateColumn(Option))
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    eta: Mapped[datetime | None] = mapped_column(UtcDateTime)
    new_booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    cost_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BulkNote(Base):
    """The same event, noted of many consignments of a departure at once; ``event_ids`` are taken back together."""

    __tablename__ = "bulk_note"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    code: Mapped[int] = mapped_column(sa.Integer)
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_ids: Mapped[list[str]] = mapped_column(Json)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


for _table in (VehicleHandover, PreCooling, ReeferReading, HeldChoice):
    insert_only(_table)
