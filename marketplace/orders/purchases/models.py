"""Purchases of the trading company, and their lines."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.db import Base, Json, insert_only


class OrderPurchase(Base):
    """What the trading company buys of a merchant to sell it on by an order; frozen when that is placed."""

    __tablename__ = "order_purchase"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trade_order.id"), unique=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("trading_agreement.id"), index=True)
    trader_id: Mapped[UUID] = mapped_column(sa.Uuid)
    margin_bp: Mapped[int] = mapped_column(sa.Integer)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    payee: Mapped[dict[str, str]] = mapped_column(Json)
    words: Mapped[str] = mapped_column(sa.String(500))

    # A sample may be free; nothing else is.
    __table_args__ = (sa.CheckConstraint("amount_minor >= 0", name="amount"),)


class OrderPurchaseLine(Base):
    """A line of a purchase; ``let_off_minor`` is what agreed changes took off it since.

    ``credit_minor`` is what a sample that was bought before takes off it, ``customs_minor`` what a sample, or goods in
    the place of others, are worth at its price: never nothing, though such goods may be bought for nothing.
    """

    __tablename__ = "order_purchase_line"

    line_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_line.id"), primary_key=True)
    purchase_id: Mapped[UUID] = mapped_column(sa.ForeignKey("order_purchase.id"), index=True)
    unit_price_micro: Mapped[int] = mapped_column(sa.BigInteger)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    let_off_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    credit_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    customs_minor: Mapped[int | None] = mapped_column(sa.BigInteger)

    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0 OR (amount_minor = 0 AND customs_minor > 0)", name="amount"),
        sa.CheckConstraint("customs_minor IS NULL OR customs_minor > 0", name="customs"),
        sa.CheckConstraint("credit_minor = 0 OR credit_minor BETWEEN 1 AND amount_minor - 1", name="credit"),
        sa.CheckConstraint("let_off_minor BETWEEN 0 AND amount_minor", name="let_off"),
    )


insert_only(OrderPurchase)
