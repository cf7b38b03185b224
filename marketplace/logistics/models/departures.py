"""Departures with the room on them, and who has claimed it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.rules.states import CURRENT, BookingState, DepartureState, EntryKind, HoldCause

_CURRENT = sa.text("state IN ({})".format(", ".join(f"'{state}'" for state in CURRENT)))


class Departure(Base):
    """One lorry on one day; ``capacity_*`` is the room sold, ``taken_*`` what is claimed (lapsed holds until released).

    The CHECK ``room`` is the last guard against selling a place twice; ``services.space.room_left`` the first.
    """

    __tablename__ = "departure"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("line.id"))
    pattern_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("service_pattern.id"))
    vehicle_type_id: Mapped[UUID] = mapped_column(sa.ForeignKey("vehicle_type.id"))
    hub_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    state: Mapped[DepartureState] = mapped_column(StateColumn(DepartureState))
    held_from: Mapped[DepartureState | None] = mapped_column(StateColumn(DepartureState))
    hold_cause: Mapped[HoldCause | None] = mapped_column(StateColumn(HoldCause))
    held_by: Mapped[UUID | None] = mapped_column(sa.Uuid)  # the company that said so
    departs_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cutoff_documents_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cutoff_cargo_at: Mapped[datetime] = mapped_column(UtcDateTime)
    border_eta: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrives_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str | None] = mapped_column(sa.String(200))
    # How full it was when its lorry was last changed for another: shares of the freight never rise above that.
    filled_percent: Mapped[int] = mapped_column(sa.Integer, default=0, server_default=sa.text("0"))
    # How much of its lorry is sold; above 100 somebody is moved on when it closes.
    overbooking_percent: Mapped[int] = mapped_column(sa.Integer, default=100, server_default=sa.text("100"))
    capacity_grams: Mapped[int] = mapped_column(sa.BigInteger)
    capacity_cm3: Mapped[int] = mapped_column(sa.BigInteger)
    capacity_ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    capacity_pallets: Mapped[int] = mapped_column(sa.BigInteger)
    taken_grams: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    taken_cm3: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    taken_ldm_mm: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    taken_pallets: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    __table_args__ = (
        sa.UniqueConstraint("pattern_id", "departs_at"),
        sa.CheckConstraint(" AND ".join(f"taken_{name} >= 0" for name in DIMENSIONS), name="taken"),
        sa.CheckConstraint(" AND ".join(f"taken_{name} <= capacity_{name}" for name in DIMENSIONS), name="room"),
        sa.Index("ix_departure_hub_code_departs_at", "hub_code", "departs_at"),
        sa.Index("ix_departure_state_departs_at", "state", "departs_at"),
        sa.Index("ix_departure_departs_at_id", "departs_at", "id"),
        sa.Index("ix_departure_line_id_departs_at", "line_id", "departs_at"),
    )


class DepartureStop(Base):
    """A place a departure reaches, the hub at position 0; ``wait_minutes`` of its way were planned before a border."""

    __tablename__ = "departure_stop"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    position: Mapped[int] = mapped_column(sa.Integer)
    place_code: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    is_border: Mapped[bool] = mapped_column(sa.Boolean)
    eta: Mapped[datetime] = mapped_column(UtcDateTime)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wait_minutes: Mapped[int] = mapped_column(sa.Integer, default=0, server_default=sa.text("0"))

    __table_args__ = (
        sa.UniqueConstraint("departure_id", "position"),
        sa.UniqueConstraint("departure_id", "place_code"),
        sa.Index("ix_departure_stop_place_code_departure_id", "place_code", "departure_id"),
    )


class Booking(Base):
    """A claim of room on a departure for a subject, an order line known by its id; a later part after a split."""

    __tablename__ = "booking"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    subject: Mapped[UUID] = mapped_column(sa.Uuid)
    part: Mapped[int] = mapped_column(sa.Integer)
    shipper_company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    consignee_company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    pallets: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[BookingState] = mapped_column(StateColumn(BookingState))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rolled_to: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"))
    decline_reason: Mapped[str | None] = mapped_column(sa.String(200))
    receipt_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def load(self) -> Load:
        """The room claimed."""
        return Load(self.grams, self.cm3, self.ldm_mm, self.pallets)

    __table_args__ = (
        sa.CheckConstraint(" AND ".join(f"{name} >= 0" for name in DIMENSIONS), name="load"),
        sa.CheckConstraint("part >= 1", name="part"),
        sa.CheckConstraint("state <> 'held' OR expires_at IS NOT NULL", name="held_until"),
        sa.Index(
            "uq_booking_current", "subject", "part", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT
        ),
        sa.Index("ix_booking_subject", "subject"),
        sa.Index("ix_booking_departure_id_state", "departure_id", "state", "expires_at"),
        sa.Index("ix_booking_state_expires_at", "state", "expires_at"),
        sa.Index("ix_booking_state_receipt_due_at", "state", "receipt_due_at"),
        sa.Index("ix_booking_shipper_company_id", "shipper_company_id"),
        sa.Index("ix_booking_consignee_company_id", "consignee_company_id"),
    )


class CapacityEntry(Base):
    """One change of a departure's room; the sums of its entries are its ``taken_*`` columns."""

    __tablename__ = "capacity_entry"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    booking_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    kind: Mapped[EntryKind] = mapped_column(StateColumn(EntryKind))
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    ldm_mm: Mapped[int] = mapped_column(sa.BigInteger)
    pallets: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(CapacityEntry)
