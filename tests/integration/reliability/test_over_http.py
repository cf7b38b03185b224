"""The battery's races over HTTP, against gunicorn with several processes: docs/reliability.md, C1 to C3, C10, I1 to I5.

One city serves the whole module; each round brings goods of its own. In every second round of PostgreSQL its wire is
slow, a piece of it up to 20 ms.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.orders.models import Order
from tests import factories
from tests.conftest import SOAK, _forget_cards
from tests.integration.reliability.crowd import BANK, CARD, PACK, Asked, City
from tests.support import kept, postgres
from tests.support.invariants import fresh
from tests.support.proxy import Proxy
from tests.support.server import Server

pytestmark = pytest.mark.slow

CROWD = 64 if SOAK else 12
ROOMY = factories.Load(grams=10**9, cm3=10**9, ldm_mm=10**9, pallets=10**9)
SLOW = 0.02
PATIENCE = 180  # seconds, on a machine that others use as well
DAY_AND_HOUR = 25 * 3600


@pytest.fixture(scope="module")
def city(shared_app, database, settings):
    """A city that was opened for this module, served by processes of its own."""
    with shared_app.app_context():
        database.refresh()
        _forget_cards(settings)
        shared_app.extensions[kept.EXTENSION] = database
        market = factories.open_market(shared_app, capacity=ROOMY)
        buyers = factories.more_buyers(shared_app, CROWD + 1)
        wire, url = None, None
        if database.name == "postgresql":
            address = postgres.over_loopback(database.url)
            assert address.port
            wire = Proxy(address.port, seed=CROWD)
            url = address.set(port=wire.port).render_as_string(hide_password=False)
        server = Server(settings, url=url, workers=4 if SOAK else 2, threads=8)
        server.start()
        try:
            server.answers_within(PATIENCE)
            yield City(shared_app, market, server, buyers, wire=wire)
        finally:
            server.kill()
            if wire:
                wire.close()
            shared_app.extensions["city.bell"].close()
            db.session.remove()
            if database.name == "sqlite":
                db.engine.dispose()


@pytest.fixture
def rounds(city, database):
    """The turns of a race: a few in the smoke, those of the table in the soak."""
    many = {"sqlite": 20, "postgresql": 50}[database.name] if SOAK else 1

    def turns():
        for turn in range(many):
            if city.wire:
                city.wire.delay = SLOW * (turn % 2)
            yield turn
        if city.wire:
            city.wire.delay = 0.0

    return turns()


def counted(told):
    return Counter((one.status, one.kind) for one in told)


def test_c1_the_last_unit_has_one_buyer(city, rounds):
    for turn in rounds:
        goods = city.offer(PACK)
        told = city.rush(city.checkouts([[(goods, PACK)]] * CROWD, (CARD, BANK)[turn % 2]))
        assert counted(told) == {(201, ""): 1, (409, "stock"): CROWD - 1}, counted(told)
        assert city.sold(goods) == PACK
    assert city.is_sound()


def test_c2_what_fits_is_sold_and_no_more(city, rounds):
    chance = random.Random(50)
    packs = 50 if SOAK else 10
    for turn in rounds:
        goods = city.offer(packs * PACK)
        wishes = [[(goods, PACK * chance.randint(1, 3))] for _ in range(CROWD)]
        asked = city.checkouts(wishes, (BANK, CARD)[turn % 2])
        told = city.rush(asked)
        assert {one.status for one in told} <= {201, 409}, counted(told)
        left = packs * PACK - city.sold(goods)
        assert (
            0 <= left == packs * PACK - sum(w[0][1] for w, one in zip(wishes, told, strict=True) if one.status == 201)
        )
        # Whoever was refused and fits into what is left gets it when he asks again.
        for wish, old, one in zip(wishes, asked, told, strict=True):
            if one.status == 409 and wish[0][1] <= left:
                again = city.ask(Asked(old.path, old.token, f"{old.key}-again", old.body))
                assert again.status == 201, again
                left -= wish[0][1]
        assert city.sold(goods) == packs * PACK - left
    assert city.is_sound()


@pytest.mark.parametrize("seats", [50, 1], ids=["fifty", "the last"])
def test_c3_a_lorry_takes_what_it_holds_in_every_dimension(city, rounds, seats):
    seats = seats if SOAK or seats == 1 else 5
    for turn in rounds:
        goods = city.offer(PACK * CROWD * 2)
        binding = ("pallets", "grams", "cm3")[turn % 3]
        departure_id = fit(city, goods, seats, binding)
        asked = city.checkouts([[(goods, PACK)]] * CROWD, BANK, departure=departure_id)
        told = city.rush(asked)
        assert counted(told) == {(201, ""): seats, (409, "capacity"): CROWD - seats}, counted(told)
        lorry = fresh().get(Departure, departure_id)
        assert getattr(lorry, f"taken_{binding}") == getattr(lorry, f"capacity_{binding}")
        for name in ("pallets", "grams", "cm3", "ldm_mm"):
            assert getattr(lorry, f"taken_{name}") <= getattr(lorry, f"capacity_{name}")
        with unit_of_work() as session:
            room(session.get(Departure, departure_id), 10**9)
    assert city.is_sound()


def fit(city, goods, seats, binding):
    """Leave room on the next lorry for just so many packs in one dimension; one is booked to see what a pack takes."""
    soon = clock.now() + timedelta(hours=1)
    which = sa.select(Departure).where(Departure.hub_code == factories.HUB, Departure.cutoff_documents_at > soon)
    lorry = fresh().scalars(which.order_by(Departure.departs_at)).first()
    departure_id, before = lorry.id, getattr(lorry, f"taken_{binding}")
    (asked,) = city.checkouts([[(goods, PACK)]], BANK, departure=departure_id)
    assert city.ask(Asked(asked.path, asked.token, f"{asked.key}-first", asked.body)).status == 201
    with unit_of_work() as session:
        lorry = session.get(Departure, departure_id)
        taken = getattr(lorry, f"taken_{binding}")
        setattr(lorry, f"capacity_{binding}", taken + seats * (taken - before))
    return departure_id


def room(lorry, much):
    for name in ("pallets", "grams", "cm3", "ldm_mm"):
        setattr(lorry, f"capacity_{name}", much)


def test_c10_two_lists_in_opposite_order_never_block_each_other(city, rounds):
    half = (32 if SOAK else 12) // 2
    for _turn in (turn for turn in rounds for _ in range(1 if SOAK else 4)):  # few meet often enough in several
        one, other = city.offer(PACK * 64), city.offer(PACK * 64)
        lines = [(one, PACK), (other, PACK)]
        told = city.rush(city.checkouts([lines, lines[::-1]] * half, BANK))
        assert counted(told) == {(201, ""): 2 * half}, counted(told)
    assert city.is_sound()


@pytest.mark.parametrize("payment", [BANK, CARD], ids=["bank", "card"])
def test_i1_a_key_has_one_effect_however_often_and_fast_it_is_sent(city, payment):
    for times in (2, 8, 32):
        goods = city.offer(PACK * 100)
        (asked,) = city.checkouts([[(goods, PACK)]], payment)
        told = city.rush([asked] * times) + [city.ask(asked) for _ in range(times if SOAK else 2)]
        done = [one.body for one in told if one.status == 201]
        assert counted(told).keys() <= {(201, ""), (409, "key_running")}, counted(told)
        assert done
        assert all(body == done[0] for body in done)
        assert told[-1].status == 201
        assert city.sold(goods) == PACK
    assert city.is_sound()


def test_i2_a_key_is_one_request_of_one_account(city):
    goods = city.offer(PACK * 100)
    mine, yours = city.checkouts([[(goods, PACK)]] * 2, BANK)
    first = city.ask(mine)
    assert first.status == 201
    other = city.ask(Asked(mine.path, mine.token, mine.key, {**mine.body, "payment": CARD}))
    assert (other.status, other.kind) == (422, "key_reused")
    theirs = city.ask(Asked(yours.path, yours.token, mine.key, yours.body))
    assert theirs.status == 201
    assert set(theirs.body["order_ids"]).isdisjoint(first.body["order_ids"])
    assert city.sold(goods) == 2 * PACK
    # At once: whoever is first has the key, and the others learn nothing of what it did.
    goods = city.offer(PACK * 100)
    (asked,) = city.checkouts([[(goods, PACK)]], BANK)
    changed = Asked(asked.path, asked.token, asked.key, {**asked.body, "purchase_order_number": "PO 2"})
    told = city.rush([asked, changed] * 4)
    assert counted(told).keys() <= {(201, ""), (422, "key_reused"), (409, "key_running")}, counted(told)
    assert city.sold(goods) == PACK
    assert city.is_sound()


@pytest.mark.parametrize("payment", [BANK, CARD], ids=["bank", "card"])
def test_i5_an_answer_that_was_lost_is_told_again(city, payment):
    wire = Proxy(city.server.port)
    for _ in range(20 if SOAK else 2):
        goods = city.offer(PACK * 100)
        (asked,) = city.checkouts([[(goods, PACK)]], payment)
        wire.cut = 1
        (lost,) = city.rush([asked], port=wire.port)
        assert lost.status is None
        known = {str(one) for one in fresh().scalars(sa.select(Order.id).where(Order.buyer_id == buyer_of(city)))}
        again = city.ask(asked)
        assert again.status == 201
        assert set(again.body["order_ids"]) <= known
        assert city.sold(goods) == PACK
    wire.close()
    assert city.is_sound()


def buyer_of(city):
    return city.buyers[0].company


def test_i4_a_key_lives_as_long_as_its_order(city):
    """Last of the module: the city is killed, and its clock is 25 hours and then two years on.

    By then their tokens have run out; the buyers ask with new ones, and are the same account.
    """
    goods = city.offer(PACK * 100)
    asked = [*city.checkouts([[(goods, PACK)]] * 2, BANK)]
    asked[1] = Asked(asked[1].path, asked[1].token, asked[1].key, {**asked[1].body, "payment": CARD})
    first = [city.ask(one) for one in asked]
    assert [one.status for one in first] == [201, 201]
    for ahead in (DAY_AND_HOUR, 2 * 365 * 24 * 3600) if SOAK else (DAY_AND_HOUR,):
        city.server.kill()
        city.server.start(clock_offset=ahead)
        city.server.answers_within(PATIENCE)
        later = clock.now() + timedelta(seconds=ahead)
        again = [replace(one, token=city.new_token(number, later)) for number, one in enumerate(asked)]
        assert [(one.status, one.body) for one in map(city.ask, again)] == [(201, one.body) for one in first]
        assert city.sold(goods) == 2 * PACK
    assert city.is_sound()
