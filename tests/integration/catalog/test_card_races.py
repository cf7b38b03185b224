"""Cards are written from what listings and merchants say by then, whoever else writes at the same moment."""

import threading

import pytest
import sqlalchemy as sa

from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.models import Listing, ListingCard
from marketplace.catalog.queries import checks
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.visibility import Visibility
from marketplace.catalog.services import cards, listings
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from tests import factories

NOW = clock.now()

_LONGEST = 1.5


@pytest.fixture
def goods(app):
    """A merchant and his listing, which is up."""
    market = factories.open_market(app)
    return market.merchant.actor, market.chains


def at_once(app, monkeypatch, slow, fast):
    """Let ``fast`` happen after ``slow`` has read what it draws cards from, unless it has to wait for it."""
    begun, done, failed = threading.Event(), threading.Event(), []
    draw = cards._faces

    def pausing(session, shown):
        if threading.current_thread() is thread:
            begun.set()
            done.wait(_LONGEST)
        return draw(session, shown)

    def run():
        try:
            with app.app_context():
                in_unit_of_work(slow)
        except Exception as error:  # noqa: BLE001  told below
            failed.append(error)

    thread = threading.Thread(target=run)
    monkeypatch.setattr(cards, "_faces", pausing)
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
    assert failed == []


def test_prices_hidden_while_cards_are_written_stay_hidden(app, goods, monkeypatch):
    seller, made = goods
    category = reading().get_one(Listing, made).category_id
    at_once(
        app,
        monkeypatch,
        lambda session: cards.refresh_category(session, category_id=category, now=NOW),
        lambda session: showing.show(
            session, listing_id=made, visibility=Visibility.ON_REQUEST, named=Named(), actor=seller, now=NOW
        ),
    )
    reading().rollback()
    card = reading().execute(sa.select(ListingCard.visibility).where(ListingCard.listing_id == made)).scalar_one()
    assert card is Visibility.ON_REQUEST
    assert checks.breaches(reading()) == []


def test_a_merchant_suspended_while_goods_go_up_has_none_up(app, goods, monkeypatch):
    seller, made = goods
    in_unit_of_work(lambda session: listings.act(session, actor=seller, listing_id=made, action="pause", now=NOW))

    def suspend(session):
        session.get_one(Merchant, seller.company, with_for_update=True).state = MerchantState.SUSPENDED
        session.flush()
        cards.refresh_company(session, company_id=seller.company, now=NOW)

    at_once(
        app,
        monkeypatch,
        lambda session: listings.act(session, actor=seller, listing_id=made, action="resume", now=NOW),
        suspend,
    )
    reading().rollback()
    assert reading().get_one(Listing, made).state is ListingState.LIVE
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
