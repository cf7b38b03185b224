"""What the clock makes of sales from distribution centres: each in a transaction of its own."""

from datetime import datetime

from marketplace.distribution.centre_sales import queries
from marketplace.distribution.centre_sales.services import watching
from marketplace.kernel.each import each_waiting


def watch(*, now: datetime) -> int:
    """Tell both sides and the keeper of goods that nobody declared or fetched in time; return how many sales."""
    return each_waiting(
        lambda session: queries.uncollected(session, now=now),
        lambda session, sale_id: watching.tell(session, sale_id=sale_id, now=now),
        act="watch_centre_sales",
    )
