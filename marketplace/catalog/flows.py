"""What the clock makes of stock and papers of goods, each listing or company in a transaction of its own."""

from datetime import datetime

from marketplace.catalog.queries import ending as ends
from marketplace.catalog.services import ending, stock
from marketplace.kernel.each import each_found


def expire_holds(*, now: datetime) -> int:
    """Give back the units of claims whose time is over; return of how many listings."""
    return each_found(
        lambda session, last: stock.due_to_lapse(session, now=now, after=last),
        lambda session, listing_id: stock.lapse(session, listing_id=listing_id, now=now),
        act="expire_stock",
    )


def watch_papers(*, now: datetime) -> int:
    """Tell merchants of certificates and licences of brands that end; return how many have something new to read."""
    return each_found(
        lambda session, after: ends.companies(session, today=now.date(), after=after),
        lambda session, company_id: ending.tell(session, company_id=company_id, now=now),
        act="watch_goods_papers",
    )
