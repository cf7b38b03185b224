"""Write the purchases behind orders, and keep their lines in step with agreed changes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import write
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases.models import OrderPurchase, OrderPurchaseLine
from marketplace.orders.rules.placing import PlacedOrder
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.rules.trading import Margin, cause_of


def place(session: Session, *, orders: Sequence[PlacedOrder]) -> None:
    """Freeze what is bought for orders that the trading company sells; the others have nothing of it."""
    bought = [(order, order.purchase) for order in orders if order.purchase is not None]
    if not bought:
        return
    rows: list[dict[str, Any]] = [
        {
            "id": purchase.id,
            "order_id": order.id,
            "reference": purchase.reference,
            "agreement_id": purchase.agreement_id,
            "trader_id": order.sold_by,
            "margin_bp": purchase.margin_bp,
            "amount_minor": sum(line.amount.minor for line in order.bought),
            "payee": purchase.payee.as_json(),
            "words": purchase.words,
        }
        for order, purchase in bought
    ]
    write(session, OrderPurchase, rows)
    lines = [
        {
            "line_id": line.line_id,
            "purchase_id": purchase.id,
            "unit_price_micro": line.unit_price.micro,
            "amount_minor": line.amount.minor,
            "let_off_minor": 0,
            "credit_minor": line.credit.minor,
            "customs_minor": line.customs.minor if line.customs else None,
        }
        for order, purchase in bought
        for line in order.bought
    ]
    write(session, OrderPurchaseLine, lines)


def replace(session: Session, *, line: OrderLine, like: OrderLine) -> None:
    """Buy for nothing what comes for nothing in the place of goods of another line; customs are told its worth."""
    bought = session.get(OrderPurchaseLine, like.id)
    if bought is None:
        return
    currency = session.get_one(Order, line.order_id).currency
    worth = Money(bought.amount_minor, currency).portion(line.quantity, like.quantity)
    row = {
        "line_id": line.id,
        "purchase_id": bought.purchase_id,
        "unit_price_micro": 0,
        "amount_minor": 0,
        "let_off_minor": 0,
        "credit_minor": 0,
        "customs_minor": max(worth.minor, 1),
    }
    write(session, OrderPurchaseLine, [row])


def add(session: Session, *, order: Order, line: OrderLine) -> tuple[UUID, Money] | None:
    """Buy a line that came to an order later, at the margin of its purchase; return the purchase and its price.

    None where the merchant sells itself.
    """
    purchase = session.scalars(sa.select(OrderPurchase).where(OrderPurchase.order_id == order.id)).one_or_none()
    if purchase is None:
        return None
    margin, price = Margin(purchase.margin_bp), UnitPrice(line.unit_price_micro, order.currency)
    amount = margin.line(price, line.quantity, sale=Money(line.amount_minor, order.currency))
    row = {
        "line_id": line.id,
        "purchase_id": purchase.id,
        "unit_price_micro": margin.price(price).micro,
        "amount_minor": amount.minor,
        "let_off_minor": 0,
        "credit_minor": 0,
        "customs_minor": None,
    }
    write(session, OrderPurchaseLine, [row])
    return purchase.id, amount


def note_let_off(session: Session, *, order_id: UUID, line_id: UUID, cause_id: UUID) -> None:
    """Note on a line's purchase what an agreed change took off it, as the books have it."""
    purchase_id = session.scalars(sa.select(OrderPurchase.id).where(OrderPurchase.order_id == order_id)).one_or_none()
    if purchase_id is None:
        return
    by = sa.select(Allowance.amount_minor).where(Allowance.cause_id == cause_of(purchase_id, cause_id))
    minor = session.scalars(by).one_or_none()
    if minor:
        line = session.get_one(OrderPurchaseLine, line_id)
        line.let_off_minor += minor
        session.flush()
