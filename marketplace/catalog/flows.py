"""What the clock makes of stock and papers of goods, each listing or company in a transaction of its own."""

from datetime import datetime
from uuid import UUID

from marketplace.catalog.queries import ending as ends
from marketplace.catalog.queries import goods
from marketplace.catalog.services import ending, screening, stock
from marketplace.kernel.db import reading
from marketplace.kernel.each import each, each_found


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


def screen_goods(*, now: datetime) -> int:
    """Compare all goods that are handed in or up with the lists there are; return of how many something new was found.

    Most goods are like no entry, so a portion is compared at a time and written down only where something was found.
    """
    done, last = 0, UUID(int=0)
    session = reading()
    while True:
        session.rollback()
        listing_ids = goods.compared_after(session, after=last)
        if not listing_ids:
            return done
        like = [listing_id for listing_id, _company in screening.like(session, listing_ids=listing_ids)]
        session.rollback()
        done += each(
            like,
            lambda writing, listing_id: screening.screen(writing, listing_ids=[listing_id], now=now),
            act="screen_goods",
        )
        last = listing_ids[-1]
