"""Who declares for a departure, declarations with their amendments, transit movements."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.road.rules.declared import LONGEST_NUMBER, Change, Side
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Remark, Step, TransitState


class DepartureBroker(Base):
    """The broker who declares what a departure carries on one side."""

    __tablename__ = "departure_broker"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(StateColumn(Side), primary_key=True)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Declaration(Base):
    """That a consignment was declared on one side, and of how many cartons; it follows a booking that is rolled."""

    __tablename__ = "declaration"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"))
    side: Mapped[Side] = mapped_column(StateColumn(Side))
    number: Mapped[str] = mapped_column(sa.String(LONGEST_NUMBER))
    lodged_on: Mapped[date] = mapped_column(sa.Date)
    cartons: Mapped[int] = mapped_column(sa.Integer)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.UniqueConstraint("booking_id", "side"),
        sa.UniqueConstraint("side", "number"),
        sa.CheckConstraint("cartons > 0", name="cartons"),
    )


class DeclarationAmendment(Base):
    """That customs took a change of a declaration; ``used_at``: when the consignment was changed so."""

    __tablename__ = "declaration_amendment"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    declaration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("declaration.id"), index=True)
    change: Mapped[Change] = mapped_column(StateColumn(Change))
    number: Mapped[str] = mapped_column(sa.String(LONGEST_NUMBER))
    cartons: Mapped[int | None] = mapped_column(sa.Integer)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("declaration_id", "number"),)


class AmendmentDue(Base):
    """That a declared consignment was changed before its declaration, since its lorry did not run."""

    __tablename__ = "amendment_due"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    declaration_id: Mapped[UUID] = mapped_column(sa.ForeignKey("declaration.id"), index=True)
    change: Mapped[Change] = mapped_column(StateColumn(Change))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    amended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TransitMovement(Base):
    """Consignments of a lorry under customs, from one office to another, secured by a guarantee."""

    __tablename__ = "transit_movement"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    regime: Mapped[Regime] = mapped_column(StateColumn(Regime))
    from_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    to_place: Mapped[str] = mapped_column(sa.ForeignKey("place.code"))
    state: Mapped[TransitState] = mapped_column(StateColumn(TransitState))
    mrn: Mapped[str | None] = mapped_column(sa.String(35), unique=True)
    guarantee: Mapped[Guarantee] = mapped_column(StateColumn(Guarantee))
    guarantee_reference: Mapped[str] = mapped_column(sa.String(LONGEST_NUMBER))
    guarantee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    guarantee_currency: Mapped[str] = mapped_column(sa.String(3))
    guarantee_until: Mapped[date] = mapped_column(sa.Date)
    discharge_by: Mapped[datetime] = mapped_column(UtcDateTime)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("guarantee_minor > 0", name="guarantee"),
        sa.Index("ix_transit_movement_state_discharge_by", "state", "discharge_by"),
    )


class TransitNumber(Base):
    """A number (MRN) that customs gave to a movement, of a lorry or of goods from a centre: to one alone, for good."""

    __tablename__ = "transit_number"

    mrn: Mapped[str] = mapped_column(sa.String(35), primary_key=True)
    # Of whichever kind: the goods of a centre are no matter of lorries.
    movement_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)


class TransitConsignment(Base):
    """A consignment that a movement lists by its house waybill."""

    __tablename__ = "transit_consignment"

    movement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("transit_movement.id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True, index=True)


class TransitStep(Base):
    """What happened to a movement, where and when, and who said so."""

    __tablename__ = "transit_step"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    movement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("transit_movement.id"), index=True)
    step: Mapped[Step] = mapped_column(StateColumn(Step))
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    remark: Mapped[Remark | None] = mapped_column(StateColumn(Remark))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))


insert_only(TransitStep)
