"""Cards and groups are written from what is said by then, whoever else writes at the same moment."""

import threading

import pytest
import sqlalchemy as sa

from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.models import Listing, ListingCard
from marketplace.catalog.queries import checks
from marketplace.catalog.queries import variants as queries
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.variants import Group, Member
from marketplace.catalog.rules.visibility import Visibility
from marketplace.catalog.services import bulk, cards, listings, variants
from marketplace.kernel import clock
from marketplace.kernel.db import db, in_unit_of_work, reading, unit_of_work
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from tests import factories
from tests.support.invariants import fresh

NOW = clock.now()

_LONGEST = 1.5


@pytest.fixture
def goods(app):
    """A merchant and his listing, which is up."""
    market = factories.open_market(app)
    return market.merchant.actor, market.chains


def at_once(app, monkeypatch, slow, fast, at=(cards, "_faces")):
    """Let ``fast`` happen while ``slow`` is about to call a function, unless it waits; return what broke ``slow``."""
    begun, done, failed = threading.Event(), threading.Event(), []
    called = getattr(*at)

    def pausing(*given, **named):
        if threading.current_thread() is thread:
            begun.set()
            done.wait(_LONGEST)
        return called(*given, **named)

    def run():
        try:
            with app.app_context():
                in_unit_of_work(slow)
        except Exception as error:  # noqa: BLE001  told below
            failed.append(error)

    thread = threading.Thread(target=run)
    monkeypatch.setattr(*at, pausing)
    thread.start()
    begun.wait(10)

    def hurry():
        with app.app_context():
            in_unit_of_work(fast)
        done.set()

    other = threading.Thread(target=hurry)
    other.start()
    for each in (thread, other):
        each.join(30)
        assert not each.is_alive()
    return failed


def test_prices_hidden_while_cards_are_written_stay_hidden(app, goods, monkeypatch):
    seller, made = goods
    category = reading().get_one(Listing, made).category_id
    failed = at_once(
        app,
        monkeypatch,
        lambda session: cards.refresh_category(session, category_id=category, now=NOW),
        lambda session: showing.show(
            session, listing_id=made, visibility=Visibility.ON_REQUEST, named=Named(), actor=seller, now=NOW
        ),
    )
    assert failed == []
    card = fresh().execute(sa.select(ListingCard.visibility).where(ListingCard.listing_id == made)).scalar_one()
    assert card is Visibility.ON_REQUEST
    assert checks.breaches(reading()) == []


def test_a_merchant_suspended_while_goods_go_up_has_none_up(app, goods, monkeypatch):
    seller, made = goods
    in_unit_of_work(lambda session: listings.act(session, actor=seller, listing_id=made, action="pause", now=NOW))

    def suspend(session):
        session.get_one(Merchant, seller.company, with_for_update=True).state = MerchantState.SUSPENDED
        session.flush()
        cards.refresh_company(session, company_id=seller.company, now=NOW)

    failed = at_once(
        app,
        monkeypatch,
        lambda session: listings.act(session, actor=seller, listing_id=made, action="resume", now=NOW),
        suspend,
    )
    assert failed == []
    assert fresh().get_one(Listing, made).state is ListingState.LIVE
    assert (
        reading().scalars(sa.select(ListingCard.listing_id).where(ListingCard.company_id == seller.company)).all() == []
    )
    assert checks.breaches(reading()) == []


def test_the_check_finds_prices_shown_to_others_and_goods_of_who_may_not_sell(app, goods):
    seller, made = goods
    own = ListingCard.company_id == seller.company
    with unit_of_work() as session:
        session.execute(sa.update(ListingCard).where(own).values(visibility=Visibility.VERIFIED))
        session.get_one(Merchant, seller.company).state = MerchantState.SUSPENDED
    assert [(each.subject_id, each.what) for each in checks.breaches(reading())] == [
        (made, "the card is not what is live"),
        (made, "the goods of who may not sell are up"),
    ]


def test_a_group_that_a_colleague_changed_meanwhile_is_not_undone_in_silence(app, goods, monkeypatch):
    seller, chains = goods
    with unit_of_work() as session:
        made = [factories.listing(session, seller, sku=sku, stock=40, now=NOW) for sku in ("GOLD", "SILVER")]

    def put(*skus):
        asked = Group(("Colour",), tuple(Member(sku, (sku.lower(),)) for sku in skus))
        return lambda session: variants.put(session, actor=seller, listing_id=chains, group=asked, now=NOW)

    first = factories.DRAFT.sku
    in_unit_of_work(put(first, "GOLD"))
    failed = at_once(
        app, monkeypatch, put(first, "GOLD", "SILVER"), put(first, "SILVER"), at=(bulk, "own_locked")
    )  # fmt: skip
    # SQLite's writers come one after the other: there nothing was changed meanwhile.
    assert [error.code for error in failed] == (["raced"] if db.engine.dialect.name == "postgresql" else [])
    assert queries.groups(fresh(), listing_ids=made).keys() == {made[1]}
