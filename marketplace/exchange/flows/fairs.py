"""What time brings to fairs."""

from datetime import datetime

from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.services import fairs
from marketplace.kernel.each import each_waiting


def close_due(*, now: datetime) -> int:
    """Close the registration of fairs whose time to register is over; return how many."""
    return each_waiting(
        lambda reads: queries.over(reads, now=now),
        lambda writing, found: fairs.close(writing, fair_id=found, now=now),
        act="close_fair",
    )
