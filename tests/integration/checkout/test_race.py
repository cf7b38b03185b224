"""Fifty buyers check out at once for the last ten units, in several processes: ten orders, forty clear refusals."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.app import create_app
from marketplace.catalog.models import Stock
from marketplace.checkout.flows import placing, sweeping
from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.orders.models import CartLine, Order
from marketplace.payments.models.cards import CardCharge
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK
from tests.support.invariants import fresh
from tests.support.processes import FORKED

pytestmark = pytest.mark.postgres

PROCESSES = 4
BUYERS = 50 if SOAK else 16
UNITS = 10 if SOAK else 4
PACK = 40


def buying(work, told):
    """Be one process of buyers: every one in a thread of its own, all held at the start line until the file appears."""
    app = create_app(Settings(env="test", data_dir=work["data"], database_url=work["url"], limits="off", port=8000))
    answers = []

    def buy(token, body, key):
        client = app.test_client()
        while not work["start"].exists():
            time.sleep(0.005)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        answer = client.post("/api/v1/checkout", json=body, headers=headers)
        answers.append((answer.status_code, answer.get_json()))

    threads = [threading.Thread(target=buy, kwargs=buyer) for buyer in work["buyers"]]
    for thread in threads:
        thread.start()
    told.send("ready")
    for thread in threads:
        thread.join()
    told.send(answers)


def at_once(app, tmp_path, buyers):
    """Let the buyers go in several processes at the same moment and return every answer."""
    settings = app.extensions["city.settings"]
    work = {"data": settings.data_dir, "url": settings.database, "start": tmp_path / "start"}
    processes = []
    for number in range(PROCESSES):
        heard, told = FORKED.Pipe(duplex=False)
        process = FORKED.Process(target=buying, args=(work | {"buyers": buyers[number::PROCESSES]}, told))
        process.start()
        told.close()  # so that a process that dies is heard as the end of what it tells
        processes.append((process, heard))
    for _, heard in processes:
        assert heard.recv() == "ready"
    time.sleep(0.2)
    work["start"].touch()
    answers = []
    for process, heard in processes:
        answers += heard.recv()
        process.join(60)
        assert process.exitcode == 0
    return answers


def carts(app, market, payment, *, count=BUYERS):
    """Give every buyer a full pack in the cart and return what he will send."""
    client = app.test_client()
    buyers = []
    for number, buyer in enumerate(factories.more_buyers(app, count)):
        put = {"headers": buyer.headers}
        client.put("/api/v1/cart", json={"to": factories.HANOI}, **put)
        cart = client.put(f"/api/v1/cart/lines/{market.chains}", json={"quantity": PACK}, **put).get_json()
        body = {"expected_totals": cart["totals"], "payment": payment}
        buyers.append({"token": buyer.token, "key": f"race-{number}", "body": body})
    return buyers


@pytest.mark.soak
@pytest.mark.parametrize(
    "payment",
    [
        {"rail": "bank", "plan": "deposit_30_70"},
        {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"},
    ],
    ids=["bank", "card"],
)
def test_the_last_units_are_sold_once(app, tmp_path, payment):
    market = factories.open_market(app, stock=UNITS * PACK)
    answers = at_once(app, tmp_path, carts(app, market, payment))

    statuses = Counter(status for status, _ in answers)
    assert statuses == {201: UNITS, 409: BUYERS - UNITS}, (statuses, answers)
    assert {body["type"] for status, body in answers if status == 409} == {"urn:city:problem:stock"}
    session = fresh()
    orders = session.scalars(sa.select(Order)).all()
    assert len(orders) == UNITS
    stock = session.scalars(sa.select(Stock).where(Stock.listing_id == market.chains)).one()
    assert stock.allocated + stock.held == UNITS * PACK
    if payment["rail"] == "card":
        charges = session.scalars(sa.select(CardCharge)).all()
        assert {str(charge.state) for charge in charges} == {"captured"}
        goods = sum(charge.captured_minor for charge in charges if charge.subject_kind == "order")
        assert goods == sum(order.total_minor for order in orders)
    assert reports.check(session) == []


@pytest.mark.soak
def test_the_last_pallet_places_are_sold_once(app, tmp_path):
    market = factories.open_market(app)
    with unit_of_work() as session:  # each buyer's pack takes one pallet place; only the first departure is asked for
        soon = clock.now() + timedelta(hours=1)  # one that is still open when the last buyer comes
        first = session.scalars(
            sa.select(Departure)
            .where(Departure.hub_code == factories.HUB, Departure.cutoff_documents_at > soon)
            .order_by(Departure.departs_at)
        ).first()
        first.capacity_pallets = UNITS
        departure_id = str(first.id)
    buyers = carts(app, market, {"rail": "bank", "plan": "acceptance_100"})
    for buyer in buyers:
        buyer["body"]["departures"] = {str(market.chains): departure_id}
    answers = at_once(app, tmp_path, buyers)

    assert Counter(status for status, _ in answers) == {201: UNITS, 409: BUYERS - UNITS}, answers
    refusals = [body for status, body in answers if status == 409]
    assert {body["type"] for body in refusals} == {"urn:city:problem:capacity"}
    assert {tuple(body["facts"]["lacking"]) for body in refusals} == {("pallets",)}
    session = fresh()
    assert session.scalar(sa.select(Departure.taken_pallets).where(Departure.id == first.id)) == UNITS
    assert reports.check(session) == []


@pytest.mark.soak
def test_a_cart_that_changes_before_its_turn_is_not_ordered_as_it_was(app, monkeypatch):
    market = factories.open_market(app)
    (buyer,) = carts(app, market, {"rail": "bank", "plan": "deposit_30_70"}, count=1)

    def after_a_change(work):
        with unit_of_work() as session:
            session.execute(sa.update(CartLine).values(quantity=2 * PACK))
        return in_unit_of_work(work)

    monkeypatch.setattr(placing, "in_unit_of_work", after_a_change)
    headers = {"Authorization": f"Bearer {buyer['token']}", "Idempotency-Key": "changed"}
    refused = app.test_client().post("/api/v1/checkout", json=buyer["body"], headers=headers)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "urn:city:problem:expected_totals")
    session = fresh()
    assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 0


@pytest.mark.soak
def test_many_posts_under_one_key_are_one_order(app, tmp_path):
    market = factories.open_market(app)
    posts = carts(app, market, {"rail": "bank", "plan": "deposit_30_70"}, count=1) * 32
    answers = at_once(app, tmp_path, posts)

    done = [body for status, body in answers if status == 201]
    assert done
    assert {status for status, _ in answers} <= {201, 409}
    assert {body["type"] for status, body in answers if status == 409} <= {"urn:city:problem:key_running"}
    assert len({body["group_id"] for body in done}) == 1
    session = fresh()
    assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1
    assert reports.check(session) == []


@pytest.mark.soak
def test_a_cart_that_two_windows_check_out_is_ordered_once(app, tmp_path):
    market = factories.open_market(app)
    (buyer,) = carts(app, market, {"rail": "bank", "plan": "deposit_30_70"}, count=1)
    answers = at_once(app, tmp_path, [buyer | {"key": f"window-{number}"} for number in range(8)])
    assert Counter(status for status, _ in answers) == {201: 1, 409: 7}, answers
    assert {answer["type"] for status, answer in answers if status == 409} == {"urn:city:problem:cart_empty"}
    session = fresh()
    assert session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1
    assert reports.check(session) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6 if SOAK else 2))
def test_a_cart_that_many_windows_check_out_on_any_rails_is_ordered_once(app, tmp_path, seed):
    rails = (
        {"rail": "bank", "plan": "deposit_30_70"},
        {"rail": "card", "plan": "acceptance_100"},
        {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"},
    )
    market = factories.open_market(app, stock=PACK)
    chance = random.Random(seed)
    (buyer,) = carts(app, market, rails[0], count=1)
    windows = [
        buyer | {"key": f"window-{number}", "body": buyer["body"] | {"payment": chance.choice(rails)}}
        for number in range(8)
    ]
    answers = at_once(app, tmp_path, windows)
    refusals = {body["type"].rpartition(":")[2] for status, body in answers if status == 409}
    assert refusals <= {"cart_in_checkout", "checkout_superseded", "cart_empty"}, answers
    assert {status for status, _ in answers} <= {201, 202, 409}, answers

    # Whoever got a page pays on it, in any order; what is closed by now takes no payment.
    pages = [page for page in reading().scalars(sa.select(CardCharge.page_url)) if page]
    chance.shuffle(pages)
    for page in pages:
        app.test_client().post("/" + page.split("/", 3)[3], data={"card": "pm_card_visa", "act": "pay"})
    sweeping.finish_checkouts(now=clock.now() + timedelta(minutes=15))

    session = fresh()
    (order,) = session.scalars(sa.select(Order)).all()
    stock = session.scalars(sa.select(Stock).where(Stock.listing_id == market.chains)).one()
    assert stock.allocated + stock.held == PACK
    charges = session.scalars(sa.select(CardCharge)).all()
    assert {str(charge.state) for charge in charges} <= {"captured", "cancelled"}
    taken = sum(charge.captured_minor for charge in charges if charge.subject_kind == "order")
    assert taken == (order.total_minor if order.rail == "card" else 0)
    assert reports.check(session) == []


@pytest.mark.soak
def test_two_lists_of_the_same_goods_in_opposite_order_do_not_block_each_other(app, tmp_path):
    market = factories.open_market(app)
    client = app.test_client()
    buyers = carts(app, market, {"rail": "bank", "plan": "acceptance_100"}, count=16)
    for number, buyer in enumerate(buyers):
        headers = {"Authorization": f"Bearer {buyer['token']}"}
        order = (market.pads, market.chains) if number % 2 else (market.chains, market.pads)
        for listing_id in order:
            client.delete(f"/api/v1/cart/lines/{listing_id}", headers=headers)
            put = client.put(f"/api/v1/cart/lines/{listing_id}", json={"quantity": PACK}, headers=headers)
        buyer["body"]["expected_totals"] = put.get_json()["totals"]
    answers = at_once(app, tmp_path, buyers)
    assert Counter(status for status, _ in answers) == {201: 16}, answers
    assert reports.check(reading()) == []
