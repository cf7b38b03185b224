"""Tables of carts, order groups, orders, lines, their parts and moves."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, StateColumn, UtcDateTime, insert_only
from marketplace.kernel.ids import new_id
from marketplace.orders.rules.states import CancelReason, LineState, OrderState
from marketplace.payments.rules.terms import Mode, Plan, Rail


class Cart(Base):
    """What a person is about to buy for a company; ``destination`` is the place the goods shall reach."""

    __tablename__ = "cart"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    company_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    destination: Mapped[str | None] = mapped_column(sa.String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("company_id", "person_id"),)


class CartLine(Base):
    """A quantity of one listing on one of its price ladders; prices are read when the cart is shown."""

    __tablename__ = "cart_line"

    cart_id: Mapped[UUID] = mapped_column(sa.ForeignKey("cart.id"), primary_key=True)
    listing_id: Mapped[UUID] = mapped_column(sa.ForeignKey("listing.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class OrderGroup(Base):
    """The orders of one checkout."""

    __tablename__ = "order_group"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(sa.Uuid)
    checkout_id: Mapped[UUID] = mapped_column(sa.Uuid, unique=True)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Order(Base):
    """One merchant, one buyer, one set of trade terms, one currency. What is frozen is never written again."""

    __tablename__ = "trade_order"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    group_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_group.id"), index=True)
    buyer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    merchant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("company.id"))
    state: Mapped[OrderState] = mapped_column(StateColumn(OrderState))
    currency: Mapped[str] = mapped_column(sa.String(3))
    total_minor: Mapped[int] = mapped_column(sa.BigInteger)
    incoterm: Mapped[str] = mapped_column(sa.String(3))
    place_code: Mapped[str] = mapped_column(sa.String(40))
    destination: Mapped[str] = mapped_column(sa.String(40))
    plan: Mapped[Plan] = mapped_column(StateColumn(Plan))
    mode: Mapped[Mode] = mapped_column(StateColumn(Mode))
    rail: Mapped[Rail] = mapped_column(StateColumn(Rail))
    trade_model: Mapped[str] = mapped_column(sa.String(32))
    importer_id: Mapped[UUID] = mapped_column(sa.Uuid)
    consignee_id: Mapped[UUID] = mapped_column(sa.Uuid)
    payee: Mapped[dict[str, str] | None] = mapped_column(Json)
    commission_bp: Mapped[int] = mapped_column(sa.Integer)
    tax_ids: Mapped[dict[str, str]] = mapped_column(Json)
    fx: Mapped[dict[str, str] | None] = mapped_column(Json)
    purchase_order_number: Mapped[str] = mapped_column(sa.String(80))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirm_by: Mapped[datetime] = mapped_column(UtcDateTime)
    proforma_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[CancelReason | None] = mapped_column(StateColumn(CancelReason))

    __table_args__ = (
        sa.CheckConstraint("total_minor > 0", name="total"),
        sa.CheckConstraint(
            "(cancel_reason IS NOT NULL) = (state IN ('cancelled', 'rejected'))", name="cancelled_for_a_reason"
        ),
        sa.Index("ix_trade_order_buyer_id_id", "buyer_id", "id"),
        sa.Index("ix_trade_order_merchant_id_id", "merchant_id", "id"),
        sa.Index("ix_trade_order_state_confirm_by", "state", "confirm_by"),
    )


class OrderLine(Base):
    """A quantity of one listing as it was offered; ``state`` shows the least advanced of its parts."""

    __tablename__ = "order_line"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), index=True)
    position: Mapped[int] = mapped_column(sa.Integer)
    listing_id: Mapped[UUID] = mapped_column(sa.Uuid, index=True)
    listing_version: Mapped[int] = mapped_column(sa.Integer)
    sku: Mapped[str] = mapped_column(sa.String(64))
    titles: Mapped[dict[str, str]] = mapped_column(Json)
    source_locale: Mapped[str] = mapped_column(sa.String(8))
    hs_code: Mapped[str] = mapped_column(sa.String(10))
    origin: Mapped[str] = mapped_column(sa.String(2))
    unit: Mapped[str] = mapped_column(sa.String(3))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    unit_price_micro: Mapped[int] = mapped_column(sa.BigInteger)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    packing: Mapped[dict[str, Any] | None] = mapped_column(Json)
    lead_days: Mapped[int | None] = mapped_column(sa.Integer)
    fresh: Mapped[bool] = mapped_column(sa.Boolean)
    ready_date: Mapped[date | None] = mapped_column(sa.Date)
    state: Mapped[LineState] = mapped_column(StateColumn(LineState), index=True)

    __table_args__ = (
        sa.UniqueConstraint("order_id", "position"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
    )


class LinePart(Base):
    """The quantity of a line that stands in one state; the parts of a line sum to what was ordered."""

    __tablename__ = "order_line_part"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    state: Mapped[LineState] = mapped_column(StateColumn(LineState), primary_key=True)
    quantity: Mapped[int] = mapped_column(sa.BigInteger)

    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class LineMove(Base):
    """A quantity that went from one state to another; ``before`` is None for what was ordered."""

    __tablename__ = "order_line_move"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True, default=new_id)
    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    before: Mapped[LineState | None] = mapped_column(StateColumn(LineState))
    after: Mapped[LineState] = mapped_column(StateColumn(LineState))
    quantity: Mapped[int] = mapped_column(sa.BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


insert_only(LineMove.__table__)  # pyright: ignore[reportArgumentType]
