"""Read what a buyer has ordered by bank transfer that nothing secures yet: no deposit came, no merchant confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.states import OrderState
from marketplace.payments.rules.terms import Rail


@dataclass(frozen=True, slots=True)
class Unsecured:
    """How many orders, what they come to by currency, and the units of each listing that they hold."""

    orders: int
    amounts: tuple[Money, ...]
    units: Mapping[UUID, int]


def unsecured(session: Session, *, buyer_id: UUID) -> Unsecured:
    """Return a company's open orders by bank whose goods are held without a deposit or a confirmation."""
    waits = sa.and_(
        Order.buyer_id == buyer_id,
        Order.rail == Rail.BANK,
        Order.secured_at.is_(None),
        Order.state.in_((OrderState.PLACED, OrderState.CONFIRMED)),
    )
    sums = session.execute(
        sa.select(Order.currency, sa.func.count(), sa.func.sum(Order.total_minor)).where(waits).group_by(Order.currency)
    ).all()
    units = session.execute(
        sa.select(OrderLine.listing_id, sa.func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(waits, OrderLine.lead_days.is_(None))
        .group_by(OrderLine.listing_id)
    ).all()
    return Unsecured(
        orders=sum(count for _, count, _ in sums),
        amounts=tuple(Money(int(minor), currency) for currency, _, minor in sums),
        units={listing_id: int(quantity) for listing_id, quantity in units},
    )
