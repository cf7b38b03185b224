"""The whole server is killed again and again while people check out; nothing acknowledged is lost, nothing doubled."""

import contextvars
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import Stock
from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules import states
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.quantity import Load
from marketplace.orders.models import Order
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import LEASE, JobState
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.worker import runner
from tests import factories
from tests.conftest import SOAK
from tests.support.server import ROOT, Server

pytestmark = pytest.mark.slow

CHECKOUTS = 500 if SOAK else 20
KILLS = 20 if SOAK else 2
BUYERS = 20 if SOAK else 6
# What was under way is dead: the soak waits until the city believes it, the smoke moves its clock on instead.
AHEAD = 0 if SOAK else int(states.IN_FLIGHT.total_seconds())
PACK = 40
SEED = 20160428
BANK = {"rail": "bank", "plan": "deposit_30_70"}
CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
PAGE = {"rail": "card", "plan": "acceptance_100"}


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(app):
    # There is room for everybody: what is lost here is lost by a crash.
    one = factories.LORRY
    room = Load(one.grams * CHECKOUTS, one.cm3 * CHECKOUTS, one.ldm_mm * CHECKOUTS, one.pallets * CHECKOUTS)
    market = factories.open_market(app, stock=CHECKOUTS * PACK * 2, capacity=room)
    server = Server(app.extensions["city.settings"])
    server.start()
    acknowledged, problems = [], []
    threads = [
        threading.Thread(target=buy, args=(server, market, buyer, share, acknowledged, problems))
        for share, buyer in enumerate(factories.more_buyers(app, BUYERS))
    ]
    for thread in threads:
        thread.start()
    try:
        kill_at_random(server, acknowledged)
        for thread in threads:
            thread.join()
    finally:
        server.kill()
    finish_what_is_left(app)

    assert problems == []
    assert len(acknowledged) == CHECKOUTS
    nothing_is_lost_or_doubled(app, market, [order_id for _, _, ids in acknowledged for order_id in ids])
    check = [sys.executable, "-m", "marketplace", "check"]
    done = subprocess.run(check, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def buy(server, market, buyer, share, acknowledged, problems):
    """Check out again and again on any rails, under a key each time, until the city has said how it ended."""
    chance = random.Random(share)
    for number in range(share, CHECKOUTS, BUYERS):
        try:
            server.insist("PUT", "/cart", buyer.token, {"to": factories.HANOI})
            _, cart = server.insist("PUT", f"/cart/lines/{market.chains}", buyer.token, {"quantity": PACK})
            body = {"expected_totals": cart["totals"], "payment": chance.choice((BANK, CARD, PAGE))}
            status, done = server.insist("POST", "/checkout", buyer.token, body, key=f"crash-{number}")
            while status == 202:
                server.pay_on(done["payment_url"])
                status, done = server.insist("POST", f"/checkout/{done['id']}/completion", buyer.token)
            if status in (200, 201):
                acknowledged.append((number, done["group_id"], tuple(done["order_ids"])))
            else:
                problems.append((number, status, done))
        except Exception as error:  # noqa: BLE001  a thread tells what broke it
            problems.append((number, repr(error)))


def kill_at_random(server, acknowledged):
    """Kill the server at moments spread over the checkouts, some of them while it is still starting."""
    moments = random.Random(SEED)
    for kill, goal in enumerate(sorted(moments.sample(range(CHECKOUTS), KILLS)), 1):
        until = time.monotonic() + 120
        while len(acknowledged) < goal and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 2))
        server.kill()
        server.start_again(clock_offset=kill * AHEAD)
    print(f"K1: {KILLS} kills, the last one's city back after {server.answers_within(120):.1f} s")


def nothing_is_lost_or_doubled(app, market, acknowledged):
    """Every order that somebody was told of exists once, with its stock and its money, and no other does."""
    session = reading()
    session.rollback()
    orders = {str(order.id): order for order in session.scalars(sa.select(Order))}
    assert sorted(orders) == sorted(acknowledged)
    attempts = session.scalars(sa.select(CheckoutAttempt)).all()
    assert len(attempts) == CHECKOUTS
    assert all(attempt.settled_at for attempt in attempts)
    stock = session.scalars(sa.select(Stock).where(Stock.listing_id == market.chains)).one()
    assert (stock.on_hand, stock.allocated + stock.held) == (CHECKOUTS * PACK * 2, CHECKOUTS * PACK)
    charges = session.scalars(sa.select(CardCharge)).all()
    assert {str(charge.state) for charge in charges} <= {"captured"}
    by_card = [order.total_minor for order in orders.values() if order.rail == "card"]
    assert sum(by_card) == sum(one.captured_minor for one in charges if one.subject_kind == "order")
    assert sorted(taken(app)) == sorted(charge.captured_minor for charge in charges)
    assert set(session.scalars(sa.select(OutboxJob.state))) == {JobState.DONE}
    session.rollback()


def finish_what_is_left(app):
    """Do what the next server would: run the jobs, those of dead runners included, and deliver every notice."""
    clock.set_offset(AHEAD * KILLS + int(max(IN_FLIGHT, LEASE).total_seconds()) + 1)
    try:
        for work in (cards.reconcile, lambda now: sweeping.finish_checkouts(now=now)):
            work(clock.now())
        while app.extensions["city.double"].deliver(accept):
            pass
        contextvars.Context().run(runner.run_due, app)
    finally:
        clock.set_offset(0)


def accept(_url, raw, signature):
    cards.webhook(raw, signature, clock.now())
    return True


def taken(app):
    """Return what the provider took, by its own books; nothing may be half done there, nor a notice unsent."""
    path = app.extensions["city.settings"].data_dir / "stripe_double.sqlite3"
    with closing(sqlite3.connect(path)) as books:
        bodies = books.execute("SELECT body FROM object WHERE kind = 'payment_intent'").fetchall()
        assert set(books.execute("SELECT state FROM delivery")) == {("done",)}
    intents = [json.loads(body) for (body,) in bodies]
    assert {intent["status"] for intent in intents} <= {"succeeded", "canceled"}
    return [intent["amount_received"] for intent in intents if intent["status"] == "succeeded"]
