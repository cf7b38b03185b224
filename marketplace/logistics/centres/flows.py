"""What the clock makes of bonds: owners are told before goods must leave, each in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.db import reading
from marketplace.kernel.each import each
from marketplace.logistics.centres.services import watching


def watch(*, now: datetime) -> int:
    """Tell owners of lots 30, 7 and 1 day before they must leave bond, and once they should have; how many owners."""
    session = reading()
    session.rollback()
    ends = watching.ending(session, now=now)
    return each(
        ends,
        lambda writing, company_id: watching.tell(writing, company_id=company_id, ends=ends[company_id], now=now),
        act="watch_bonds",
    )
