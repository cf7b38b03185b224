"""What the clock makes of stock, each listing in a transaction of its own."""

from datetime import datetime

from marketplace.catalog.services import stock
from marketplace.kernel.each import each_found


def expire_holds(*, now: datetime) -> int:
    """Give back the units of claims whose time is over; return of how many listings."""
    return each_found(
        lambda session, last: stock.due_to_lapse(session, now=now, after=last),
        lambda session, listing_id: stock.lapse(session, listing_id=listing_id, now=now),
        act="expire_stock",
    )
