"""Cargo under way: consignments, handling units, seals, manifests, events of the journey, receipts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json, insert_only
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.states import Classifier, ConsignmentState, UnitState


class Consignment(Base):
    """The cargo of one booking under its own house waybill."""

    __tablename__ = "consignment"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), unique=True)
    house_waybill: Mapped[str] = mapped_column(sa.String(16), unique=True)
    state: Mapped[ConsignmentState] = mapped_column(StateColumn(ConsignmentState))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandlingUnit(Base):
    """A pallet or lot as the hub weighed, measured and counted it."""

    __tablename__ = "handling_unit"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    sscc: Mapped[str] = mapped_column(sa.String(18), unique=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    cartons: Mapped[int] = mapped_column(sa.Integer)
    grams: Mapped[int] = mapped_column(sa.BigInteger)
    cm3: Mapped[int] = mapped_column(sa.BigInteger)
    length_mm: Mapped[int | None] = mapped_column(sa.Integer)
    width_mm: Mapped[int | None] = mapped_column(sa.Integer)
    height_mm: Mapped[int | None] = mapped_column(sa.Integer)
    state: Mapped[UnitState] = mapped_column(StateColumn(UnitState))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    late_reason: Mapped[str | None] = mapped_column(sa.String(200))
    # Whether others may stand on it; not, where nobody said so.
    stackable: Mapped[bool | None] = mapped_column(sa.Boolean)

    __table_args__ = (
        sa.CheckConstraint("cartons > 0 AND grams > 0 AND cm3 > 0", name="measured"),
        sa.CheckConstraint(
            "(length_mm IS NULL) = (width_mm IS NULL) AND (length_mm IS NULL) = (height_mm IS NULL)"
            " AND (length_mm IS NULL OR (length_mm > 0 AND width_mm > 0 AND height_mm > 0))",
            name="sides",
        ),
    )


class Seal(Base):
    """A seal put on a lorry's doors."""

    __tablename__ = "seal"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40))
    affixed_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    affixed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("departure_id", "number"),)


class Manifest(Base):
    """What is on a sealed lorry, frozen with its hash."""

    __tablename__ = "manifest"

    departure_id: Mapped[UUID] = mapped_column(sa.ForeignKey("departure.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TransportEvent(Base):
    """Something that happened, or is expected, on the way (UN/ECE Rec. 24); withdrawn by a later one, never changed."""

    __tablename__ = "transport_event"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    departure_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("departure.id"), index=True)
    booking_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    code: Mapped[int] = mapped_column(sa.Integer)
    classifier: Mapped[Classifier] = mapped_column(StateColumn(Classifier))
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"))
    event_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retracts: Mapped[UUID | None] = mapped_column(sa.ForeignKey("transport_event.id"), unique=True)
    # Who said so by its own signature; None for what the city's own acts note.
    reported_by: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (
        sa.CheckConstraint("(departure_id IS NULL) <> (booking_id IS NULL)", name="about"),
        sa.Index("ix_transport_event_recorded_at_id", "recorded_at", "id"),
    )


class Receipt(Base):
    """What the consignee's side counted; several for cargo that comes in lots, none is changed."""

    __tablename__ = "receipt"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    cartons: Mapped[int] = mapped_column(sa.Integer)
    damaged_cartons: Mapped[int] = mapped_column(sa.Integer)
    recorded_by: Mapped[UUID | None] = mapped_column(sa.Uuid)
    company_id: Mapped[UUID | None] = mapped_column(sa.Uuid)
    by_default: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint("cartons >= 0 AND damaged_cartons >= 0 AND damaged_cartons <= cartons", name="counted"),
    )


class ReceiptRemark(Base):
    """What somebody remarked on a receipt: prose, kept apart from the count because it can be erased."""

    __tablename__ = "receipt_remark"

    receipt_id: Mapped[UUID] = mapped_column(sa.ForeignKey("receipt.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    body: Mapped[str] = mapped_column(sa.String(1000))


for _table in (Manifest, TransportEvent, Receipt, Seal):
    insert_only(_table)
