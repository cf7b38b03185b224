"""What the index holds already is not written again; whenever that is not certain, it is."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Listing
from marketplace.catalog.services import cards, listings
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.search import flows, services
from marketplace.search.models import SearchEntry, SearchPrice
from tests import factories


class Watched:
    """The index, and which listings it was given."""

    def __init__(self, index):
        self._index = index
        self.given = []

    def __getattr__(self, name):
        return getattr(self._index, name)

    def apply(self, *, put, drop):
        self.given += [*(document.listing_id for document in put), *drop]
        self._index.apply(put=put, drop=drop)


@pytest.fixture
def watched(index):
    return Watched(index)


def changed(market, title=None, **draft):
    """Let the chains be called otherwise, as an approved edit would, or be sold otherwise."""
    with unit_of_work() as session:
        if title:
            listing = session.get_one(Listing, market.chains)
            listing.titles = {**listing.titles, "en": title}
            cards.refresh(session, listings=[listing], now=clock.now())
        else:
            old = listings.draft_of(session, actor=market.merchant.actor, listing_id=market.chains)
            new = replace(old, **draft)
            listings.edit(session, actor=market.merchant.actor, listing_id=market.chains, draft=new, now=clock.now())


def price(market):
    reading().rollback()
    return reading().scalar(
        sa.select(sa.func.max(SearchPrice.usd_micro)).where(SearchPrice.listing_id == market.chains)
    )


def index_all(watched):
    watched.given.clear()
    flows.index_changes(index=watched, now=clock.now())
    return watched.given


def test_prices_and_stock_leave_the_index_alone_and_are_counted(market, watched, ids):
    changed(market, "Once")  # after a rebuild nothing is known, so the first change is written
    assert index_all(watched) == [market.chains]
    before = price(market)
    changed(market, ladders=(factories.ladder(price="31.00"),))
    changed(market, stock=3)
    assert index_all(watched) == []
    assert price(market) != before
    changed(market, "Unobtainium chain")
    assert index_all(watched) == [market.chains]
    assert ids("unobtainium") == [market.chains]


def test_after_a_rebuild_nothing_is_known(market, watched, index):
    changed(market, "Once")
    index_all(watched)
    flows.rebuild(index=index, now=clock.now())
    assert set(reading().scalars(sa.select(SearchEntry.document))) == {""}
    changed(market, stock=4)
    assert index_all(watched) == [market.chains]


def test_cut_off_between_the_index_and_the_database_it_is_written_again(market, watched, ids, monkeypatch):
    changed(market, "Once")
    index_all(watched)
    changed(market, "Unobtainium chain")
    with monkeypatch.context() as cut:
        cut.setattr(services, "keep", lambda *_args, **_kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            index_all(watched)
    assert watched.given == [market.chains]
    # Called again what the database last knew of the index, which holds another text by now.
    changed(market, "Once")
    assert index_all(watched) == [market.chains]
    assert ids("unobtainium") == []
    assert ids("once") == [market.chains]
