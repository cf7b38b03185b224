"""Tables of line bookings and freight contracts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.rules.handover import DiscrepancyState, Stage
from marketplace.kernel.columns import StateColumn, UtcDateTime
from marketplace.kernel.db import Base, Json
from marketplace.payments.rules.terms import Mode, Rail

_AGREED = sa.text(f"state = '{ContractState.AGREED}'")


class LineBooking(Base):
    """So many units of an order line ride on this booking."""

    __tablename__ = "line_booking"

    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class Discrepancy(Base):
    """What was declared and what was counted differ: at the hub against the packing, at the door against the manifest.

    A case, so its counts follow what still comes; each change is in the audit.
    """

    __tablename__ = "discrepancy"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    booking_id: Mapped[UUID] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    stage: Mapped[Stage] = mapped_column(StateColumn(Stage))
    declared_cartons: Mapped[int] = mapped_column(sa.Integer)
    counted_cartons: Mapped[int] = mapped_column(sa.Integer)
    damaged_cartons: Mapped[int] = mapped_column(sa.Integer)
    declared_grams: Mapped[int | None] = mapped_column(sa.BigInteger)
    counted_grams: Mapped[int | None] = mapped_column(sa.BigInteger)
    remarks: Mapped[str] = mapped_column(sa.String(1000))
    remarked_by: Mapped[UUID | None] = mapped_column(sa.Uuid, index=True)
    state: Mapped[DiscrepancyState] = mapped_column(StateColumn(DiscrepancyState))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        sa.CheckConstraint(
            "0 <= counted_cartons AND counted_cartons <= declared_cartons"
            " AND 0 <= damaged_cartons AND damaged_cartons <= counted_cartons",
            name="counted",
        ),
        sa.UniqueConstraint("line_id", "stage", name="uq_discrepancy_line_id_stage"),
    )


class FreightContract(Base):
    """The freight of one order with one carrier; ``terms`` holds the tariff's figures as frozen.

    ``let_off_minor`` is what it fell by because buyer and merchant agreed to fewer goods.
    """

    __tablename__ = "freight_contract"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    payer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    carrier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    # Null to the schema only: it came later, and contracts of before were filled in.
    carrier: Mapped[dict[str, str]] = mapped_column(Json, nullable=True)
    tariff_id: Mapped[UUID] = mapped_column(sa.Uuid)
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int] = mapped_column(sa.BigInteger)
    let_off_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    rail: Mapped[Rail] = mapped_column(StateColumn(Rail))
    payee: Mapped[dict[str, str] | None] = mapped_column(Json)
    state: Mapped[ContractState] = mapped_column(StateColumn(ContractState))
    agreed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Of goods that go back: for which claim. None for the way of the order.
    claim_id: Mapped[UUID | None] = mapped_column(sa.Uuid)

    __table_args__ = (
        sa.CheckConstraint("total_minor > 0", name="total"),
        sa.Index("ix_freight_contract_payer_id_id", "payer_id", "id"),
        sa.Index("ix_freight_contract_carrier_id_id", "carrier_id", "id"),
        # Goods go back under one contract at a time.
        sa.Index(
            "uq_freight_contract_claim_id", "claim_id", unique=True, sqlite_where=_AGREED, postgresql_where=_AGREED
        ),
    )


class FreightContractLine(Base):
    """The freight of one order line under a contract; weight and what binds it are those of its present load."""

    __tablename__ = "freight_contract_line"

    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("freight_contract.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    let_off_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    chargeable_g: Mapped[int] = mapped_column(sa.BigInteger)
    binding: Mapped[str] = mapped_column(sa.String(32))

    __table_args__ = (sa.CheckConstraint("amount_minor > 0", name="amount"),)
