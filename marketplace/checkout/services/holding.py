"""Take what a checkout needs before anything is charged: stock in order of listing, then room on departures."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.catalog.services import stock
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.rules.freight import LineSpace
from marketplace.distribution.services import booking
from marketplace.orders.rules.placing import PlacedLine, PlacedOrder


def hold(session: Session, *, plan: CheckoutPlan, expires_at: datetime | None, now: datetime) -> None:
    """Hold stock and space of every line; with no instant given, each order's own deadline ends its holds.

    Conflict ``stock``, ``capacity``, ``cutoff`` or ``departure_closed``: nothing is held then.
    """
    for order, line in in_listing_order(plan):
        stock.hold(
            session,
            listing_id=line.listing_id,
            quantity=line.quantity,
            subject=line.id,
            expires_at=expires_at or held_until(order),
            now=now,
        )
    until = {line.id: expires_at or held_until(order) for order in plan.group.orders for line in order.lines}
    for space in in_departure_order(plan):
        booking.reserve(session, space=space, expires_at=until[space.line_id], now=now)


def keep(session: Session, *, plan: CheckoutPlan, now: datetime) -> None:
    """Keep the holds of a checkout until each order's own deadline; Conflict ``hold_gone`` when one ended before."""
    for order, line in in_listing_order(plan):
        stock.extend(session, subject=line.id, expires_at=held_until(order), now=now)
    until = {line.id: held_until(order) for order in plan.group.orders for line in order.lines}
    for space in in_departure_order(plan):
        if space.from_stock:
            booking.prolong(session, space=space, expires_at=until[space.line_id], now=now)


def release(session: Session, *, plan: CheckoutPlan, now: datetime) -> None:
    """Give back everything that the checkout holds; what ended already stays as it is."""
    for _, line in in_listing_order(plan):
        stock.release(session, subject=line.id, now=now, reason="checkout_abandoned")
    for space in in_departure_order(plan):
        booking.give_back(session, line_id=space.line_id, reason="checkout_abandoned", now=now)


def held_until(order: PlacedOrder) -> datetime:
    """Return when an order's holds end: with its pro-forma when a deposit is due, else with the merchant's deadline."""
    return order.proforma_ends_at if order.owes_deposit and order.proforma_ends_at else order.confirm_by


def in_listing_order(plan: CheckoutPlan) -> list[tuple[PlacedOrder, PlacedLine]]:
    """Return the lines from stock in the order in which hot stock rows are locked."""
    lines = [(order, line) for order in plan.group.orders for line in order.lines if line.from_stock]
    return sorted(lines, key=lambda pair: (pair[1].listing_id, pair[1].id))


def in_departure_order(plan: CheckoutPlan) -> list[LineSpace]:
    """Return the spaces in the order in which hot departure rows are locked, after those of stock."""
    return sorted(plan.spaces, key=lambda space: (space.departure_id, space.line_id))
