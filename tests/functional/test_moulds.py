"""Pages that are kept between requests: nothing of one reader reaches another, and nothing is ever old."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company, Person
from marketplace.catalog.models import Category, ListingCard
from marketplace.catalog.services import stock
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Tariff
from marketplace.logistics.queries import options
from marketplace.web.shared import moulds
from tests import factories
from tests.support.statements import statements
from tests.support.visitors import Visitor, logged_in

PAGES = ("/products", "/products/{chains}", "/products/{chains}?quantity=80&to=VNHAN", "/search?q=chain")


@pytest.fixture
def market(app):
    app.extensions["city.moulds"] = moulds.Shelf()
    return factories.open_market(app)


def secrets_of(text):
    return set(re.findall(r'nonce="([^"]+)"', text)), set(re.findall(r'name="csrf_token" value="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_kept_for_one_reader_says_nothing_of_him_to_another(app, market, page):
    path = page.format(chains=market.chains)
    one, other = factories.more_buyers(app, 2)
    with unit_of_work() as session:
        session.get(Person, one.actor.person).name = "Nang <Kham>"
        session.get(Person, other.actor.person).name = "Lin Qing"
    first, second, stranger = logged_in(app, one), logged_in(app, other), Visitor(app)
    for _ in range(2):
        shown = {"one": first.open(path), "other": second.open(path), "stranger": stranger.open(path)}
        assert "Nang &lt;Kham&gt;" in shown["one"]
        assert "Buyer 0" in shown["one"]
        assert "Lin Qing" in shown["other"]
        assert "Buyer 1" in shown["other"]
        for foreign in ("Kham", "Buyer 0"):
            assert foreign not in shown["other"]
            assert foreign not in shown["stranger"]
        assert "csrf_token" not in shown["stranger"]
        assert secrets_of(shown["one"])[1].isdisjoint(secrets_of(shown["other"])[1])
        assert not any(moulds._SECRET in text for text in shown.values())  # no slot is left open


@pytest.mark.parametrize("page", PAGES)
def test_a_kept_page_gets_the_nonce_of_its_answer(market, client, page):
    path = page.format(chains=market.chains)
    nonces = []
    for _ in range(3):
        answer = client.get(path)
        (nonce,) = secrets_of(answer.text)[0]
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
        nonces.append(nonce)
    assert len(set(nonces)) == 3


def test_each_form_of_a_kept_page_has_a_key_of_its_own(app, market):
    buyer = logged_in(app, market.buyer)
    shown = [buyer.open(f"/products/{market.chains}") for _ in range(2)]
    keys = [re.findall(r'name="idempotency_key" value="([^"]+)"', text) for text in shown]
    assert keys[0]
    assert set(keys[0]).isdisjoint(keys[1])


def test_a_price_is_new_in_the_answer_after_its_change(app, market, client):
    def prices():
        pages = (client.get(page.format(chains=market.chains)).text for page in PAGES[:3])
        return ["27.40" in text for text in pages]

    assert prices() == prices() == [True, True, True]
    headers = market.merchant.headers
    changed = client.patch(f"/api/v1/listings/{market.chains}", json={"price": "26.10"}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert prices() == prices() == [False, False, False]


def test_stock_that_is_taken_or_given_back_is_seen_at_once(market, client):
    now, subject = clock.now(), new_id()

    def left():
        return re.findall(r"[\d,]+\u00a0pcs?", client.get(f"/products/{market.chains}").text)

    before = left()
    with unit_of_work() as session:
        until = now + timedelta(minutes=15)
        stock.hold(session, listing_id=market.chains, quantity=10_000, subject=subject, expires_at=until, now=now)
    assert left() != before
    assert "out of stock" in client.get("/products").text
    with unit_of_work() as session:
        stock.release(session, subject=subject, now=now, reason="changed his mind")
    assert left() == before
    assert "out of stock" not in client.get("/products").text


def test_freight_and_arrival_are_new_in_the_answer_after_their_change(market, client):
    path = f"/products/{market.chains}?quantity=80&to=VNHAN"
    before, choices = client.get(path).text, [chosen(market)]
    with unit_of_work() as session:
        for tariff in session.scalars(sa.select(Tariff)):
            tariff.per_kg_micro *= 3
    dearer = client.get(path).text
    choices.append(chosen(market))
    with unit_of_work() as session:
        for stop in session.scalars(sa.select(DepartureStop)):
            stop.eta += timedelta(days=1)
    later = client.get(path).text
    choices.append(chosen(market))
    assert len({body_of(each) for each in (before, dearer, later)}) == 3
    assert len({each.stamp for each in choices}) == 3
    # Of their room a page says no more than that it is enough.
    with unit_of_work() as session:
        session.execute(sa.update(Departure).values(taken_grams=Departure.taken_grams + 1))
    assert chosen(market).stamp is choices[-1].stamp
    assert chosen(market).rows[0].room.grams == choices[-1].rows[0].room.grams - 1


def chosen(market):
    """Return the lorries that a page would show."""
    now = clock.now()
    return options.choice(
        db.session(), hub_code=factories.HUB, to_place="VNHAN", load=Load(1_000, 1_000, 100, 1), after=now, now=now
    )


def body_of(page):
    return re.sub(r'nonce="[^"]+"|value="[0-9a-f-]{36}"', "", page)


def test_names_of_shelves_and_merchants_are_read_anew(market, client):
    assert "Motorcycle parts" in client.get("/products").text
    with unit_of_work() as session:
        session.scalars(sa.select(Category)).one().names = {"en": "Two wheels"}
        session.get(Company, market.merchant.company).name = "Jialing Chains"
    text = client.get("/products").text
    assert "Two wheels" in text
    assert "Motorcycle parts" not in text
    assert "Jialing Chains" in text


def test_goods_taken_off_the_shelf_are_gone(market, client):
    path = f"/products/{market.chains}"
    assert client.get(path).status_code == 200
    with unit_of_work() as session:
        session.execute(sa.delete(ListingCard).where(ListingCard.listing_id == market.chains))
    assert client.get(path).status_code == 404
    assert path not in client.get("/products").text


def test_a_session_ends_at_once_on_kept_pages(app, market):
    buyer = logged_in(app, market.buyer)
    assert "Log out" in buyer.open("/products")
    with unit_of_work() as session:
        session.get(Person, market.buyer.actor.person).auth_epoch += 1
    assert "Log out" not in buyer.open("/products")


def test_rights_decide_which_kept_page_is_shown(app, market):
    path = f"/products/{market.chains}"
    assert "Put " in logged_in(app, market.buyer).open(path)
    carrier = logged_in(app, market.carrier)
    assert "Put " not in carrier.open(path)
    assert "Put " not in Visitor(app).open(path)
    assert "Put " not in carrier.open(path)


def test_a_message_for_one_reader_is_not_kept(app, market):
    buyer = logged_in(app, market.buyer)
    plain = buyer.open("/products")
    with buyer.client.session_transaction() as session:
        session["_flashes"] = [("good", "Only for you")]
    assert "Only for you" in buyer.open("/products")
    again = buyer.open("/products")
    assert "Only for you" not in again
    assert len(again) == len(plain)


def test_another_language_is_another_page(market, client):
    assert 'lang="vi"' in client.get("/vi/products").text
    assert 'lang="en"' in client.get("/products").text
    assert client.get("/vi/products").text != client.get("/zh/products").text


def test_a_page_that_is_kept_costs_a_question_or_two(app, market):
    goods, there = f"/products/{market.chains}", f"?quantity=40&to={factories.HANOI}"
    buyer, stranger = logged_in(app, market.buyer), Visitor(app)

    def cost(who, path):
        who.open(path)
        asked.clear()
        who.open(path)
        return len(asked)

    with statements() as asked:
        assert cost(stranger, "/products") == 2
        assert cost(stranger, goods) == 1
        assert cost(stranger, goods + there) == 2
        # Who is logged in, what the menu says of the company, where the cart goes, else where most lines run, and how.
        assert cost(buyer, goods) == 5
        assert cost(buyer, goods + there) == 3


def test_the_shelf_of_moulds_is_bounded_and_lets_the_least_used_go():
    shelf = moulds.Shelf(most=100)
    parts = [object() for _ in range(4)]
    for number, part in enumerate(parts[:3]):
        shelf.keep(number, moulds.Mould(("x" * 33,), (part,), 33))
    assert shelf.find(0) is not None
    shelf.keep(3, moulds.Mould(("x" * 33,), (parts[3],), 33))
    assert [shelf.find(number) is None for number in range(4)] == [False, True, False, False]
    shelf.keep(3, moulds.Mould(("y",), (), 1))
    assert shelf.find(3).pieces == ("x" * 33,)
