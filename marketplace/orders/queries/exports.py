"""Orders for the books of a company, or of the whole city: one row a line, ids of companies, no names of people."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import plain
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.purchases.queries import PurchaseRow

COLUMNS: Final = (
    "id", "order", "state", "placed_at", "confirmed_at", "ended_at", "buyer_id", "merchant_id", "currency", "total",
    "incoterm", "place", "destination", "plan", "mode", "rail", "purchase_order_number", "unit", "cost_centre",
    "position", "line_state", "sku", "title", "hs", "origin", "unit", "quantity", "unit_price", "amount", "ready_date",
)  # fmt: skip


def count(session: Session, *, company_id: UUID | None, since: datetime | None) -> int:
    """Count the lines of orders that a company bought or sold, placed since an instant."""
    return session.scalar(sa.select(sa.func.count()).select_from(_wanted(company_id, since).subquery())) or 0


def portion(
    session: Session, *, company_id: UUID | None, since: datetime | None, after: UUID | None, size: int
) -> list[tuple[UUID, dict[str, Any]]]:
    """Return the next lines in order of id, each as the values of a row."""
    wanted = _wanted(company_id, since).order_by(OrderLine.id).limit(size)
    found = session.execute(wanted if after is None else wanted.where(OrderLine.id > after))
    rows = found.all()
    sold_on = {order.id for _, order, _ in rows if order.seller_id and order.merchant_id == company_id}
    bought = purchases.purchases_of(session, order_ids=sold_on)
    return [(row[0].id, _row(*row, company_id=company_id, purchase=bought.get(row[1].id))) for row in rows]


def _wanted(company_id: UUID | None, since: datetime | None) -> sa.Select[OrderLine, Order, OrderGroup]:
    wanted = (
        sa.select(OrderLine, Order, OrderGroup)
        .join(Order, Order.id == OrderLine.order_id)
        .join(OrderGroup, OrderGroup.id == Order.group_id)
    )
    if company_id is not None:
        wanted = wanted.where(sa.or_(Order.buyer_id == company_id, Order.merchant_id == company_id))
    return wanted if since is None else wanted.where(Order.placed_at >= since)


def _row(
    line: OrderLine, order: Order, group: OrderGroup, *, company_id: UUID | None, purchase: PurchaseRow | None
) -> dict[str, Any]:
    # What it was placed for is the buyer's own business, also in the books of the city.
    is_own = company_id == order.buyer_id
    total, price = Money(order.total_minor, order.currency), UnitPrice(line.unit_price_micro, order.currency)
    amount = Money(line.amount_minor, order.currency)
    if purchase is not None:  # a merchant whose goods are sold on has its own prices in its books
        bought = purchase.lines[line.id]
        total, price, amount = purchase.amount, bought.unit_price, bought.amount
    values: tuple[Any, ...] = (
        line.id, order.reference, order.state.value, order.placed_at, order.confirmed_at, order.ended_at,
        order.buyer_id, order.merchant_id, order.currency, total.amount,
        order.incoterm, order.place_code, order.destination, order.plan, order.mode.value, order.rail.value,
        "" if purchase else order.purchase_order_number,
        group.unit_name if is_own else None, group.cost_centre if is_own else None,
        line.position, line.state.value, line.sku, line.titles[line.source_locale],
        line.hs_code, line.origin, line.unit, line.quantity, price.amount,
        amount.amount, line.ready_date,
    )  # fmt: skip
    named = zip(COLUMNS, values, strict=True)
    return {name: f"{value:f}" if isinstance(value, Decimal) else plain(value) for name, value in named}
