"""What time brings to fairs."""

from datetime import datetime

from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.services import fairs
from marketplace.kernel.db import reading
from marketplace.kernel.each import each


def close_due(*, now: datetime) -> int:
    """Close the registration of fairs whose time to register is over; return how many."""
    session = reading()
    session.rollback()
    return each(
        queries.over(session, now=now),
        lambda writing, found: fairs.close(writing, fair_id=found, now=now),
        act="close_fair",
    )
