"""The documents that a checkout issues: pro-forma and sales contract of each order, and its freight contracts."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.services.papers import issue_freight_contracts
from marketplace.kernel.actor import Actor
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.orders.services.papers import issue_at_placement


def issue(session: Session, *, plan: CheckoutPlan, actor: Actor, now: datetime) -> None:
    """Issue what was agreed, as it stands in the orders, contracts and bookings just written."""
    bookings = booking_queries.bookings(session, subjects=[space.line_id for space in plan.spaces])
    departures = {line_id: rows[-1].departure_reference for line_id, rows in bookings.items()}
    for order in plan.group.orders:
        issue_at_placement(session, order_id=order.id, departures=departures, actor=actor, now=now)
        issue_freight_contracts(session, order_id=order.id, actor=actor, now=now)
