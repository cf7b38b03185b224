"""Listings are compared with goods on lists: noted once, whoever compares, and at the same price for many."""

import sqlalchemy as sa

from marketplace.catalog import flows
from marketplace.catalog.models import Listing
from marketplace.catalog.services import screening as comparing
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.merchants.models import ScreeningHit
from marketplace.merchants.queries import screening as queries
from marketplace.merchants.rules.goods_screening import ListedGoods
from marketplace.merchants.rules.screening import ListKind
from marketplace.merchants.services import screening
from tests import factories
from tests.integration.catalog.conftest import NOW, moderator, publish
from tests.support.racing import before_the_end_of_the_other

CHAINS = ListedGoods("Chains", ("8714",))


def listed(session, *goods, name="Demo (invented)", now=NOW):
    return screening.import_list(session, actor=moderator(session), kind=ListKind.OWN, name=name, goods=goods, now=now)


def test_only_the_newest_version_counts_and_open_hits_are_told_apart(session, seller):
    up = [publish(session, seller, sku=f"P-{number}") for number in range(3)]
    listed(session, CHAINS)
    assert comparing.screen(session, listing_ids=up, now=NOW) == 3
    assert comparing.screen(session, listing_ids=up, now=NOW) == 0
    assert queries.listed_goods(session, listing_ids=up[:2]) == frozenset(up[:2])
    hit = session.scalars(sa.select(ScreeningHit).where(ScreeningHit.subject_id == up[0])).one()
    screening.decide(session, actor=moderator(session), hit_id=hit.id, decision="clear", reason="seen", now=NOW)
    assert queries.listed_goods(session, listing_ids=up) == frozenset(up[1:])
    listed(session, ListedGoods("Others", ("99",)))
    assert comparing.like(session, listing_ids=up) == {}
    listed(session, CHAINS, name="Another list")
    # The same entry on another list is the same entry: what was cleared stays cleared.
    assert comparing.screen(session, listing_ids=up, now=NOW) == 0


def test_what_is_off_the_shelf_is_not_compared(session, seller):
    up = publish(session, seller, sku="P-1")
    listed(session, CHAINS)
    session.get_one(Listing, up).state = "delisted"
    session.flush()
    assert comparing.screen(session, listing_ids=[up], now=NOW) == 0


def test_two_who_compare_at_once_note_one_hit(app):
    market, now = factories.open_market(app), clock.now()
    with unit_of_work() as session:
        listed(session, CHAINS, now=now)

    def compare(session):
        return comparing.screen(session, listing_ids=[market.chains], now=now)

    assert sorted(before_the_end_of_the_other(app, compare, compare)) == [0, 1]
    reading().rollback()
    found = sa.select(sa.func.count()).select_from(ScreeningHit).where(ScreeningHit.subject_id == market.chains)
    assert reading().scalar(found) == 1
    reading().rollback()
    flows.screen_goods(now=now)
    reading().rollback()
    assert reading().scalar(found) == 1
