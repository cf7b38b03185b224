"""What the clock makes of stock, each listing in a transaction of its own."""

from datetime import datetime

from marketplace.catalog.services import stock
from marketplace.kernel.db import reading
from marketplace.kernel.each import each


def expire_holds(*, now: datetime) -> int:
    """Give back the units of claims whose time is over; return of how many listings."""
    session = reading()
    session.rollback()
    done, last = 0, None
    while found := stock.due_to_lapse(session, now=now, after=last):
        session.rollback()
        done += each(
            found,
            lambda writing, listing_id: stock.lapse(writing, listing_id=listing_id, now=now),
            act="expire_stock",
        )
        last = found[-1]
    return done
