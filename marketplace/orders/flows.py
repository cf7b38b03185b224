"""End the orders whose merchants let their time pass, each in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.orders import queries
from marketplace.orders.services.deciding import cancel_unconfirmed


def cancel_unconfirmed_orders(*, now: datetime) -> int:
    """Cancel what nobody confirmed in time; return how many orders."""
    session = reading()
    session.rollback()
    return sum(
        in_unit_of_work(lambda session, order_id=order_id: cancel_unconfirmed(session, order_id=order_id, now=now))
        for order_id in queries.unconfirmed(session, now=now)
    )
