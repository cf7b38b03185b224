"""What happens when somebody lets a time pass, each thing in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.orders.claims import queries as claim_queries
from marketplace.orders.queries import orders as queries
from marketplace.orders.services import acceptance, claims
from marketplace.orders.services.deciding import cancel_unconfirmed


def cancel_unconfirmed_orders(*, now: datetime) -> int:
    """Cancel what nobody confirmed in time; return how many orders."""
    session = reading()
    session.rollback()
    return sum(
        in_unit_of_work(lambda session, order_id=order_id: cancel_unconfirmed(session, order_id=order_id, now=now))
        for order_id in queries.unconfirmed(session, now=now)
    )


def accept_by_silence(*, now: datetime) -> int:
    """Accept what buyers neither accepted nor claimed in time; return of how many lines."""
    session = reading()
    session.rollback()
    return sum(
        in_unit_of_work(
            lambda session, line_id=line_id: acceptance.accept_by_silence(session, line_id=line_id, now=now)
        )
        for line_id in claim_queries.unanswered(session, now=now)
    )


def lapse_claims(*, now: datetime) -> int:
    """Give claims whose deadline passed its outcome; return how many."""
    session = reading()
    session.rollback()
    return sum(
        in_unit_of_work(lambda session, claim_id=claim_id: claims.lapse(session, claim_id=claim_id, now=now))
        for claim_id in claim_queries.lapsed_claims(session, now=now)
    )
