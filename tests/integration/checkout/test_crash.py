"""The whole server is killed again and again while people check out; nothing acknowledged is lost, nothing doubled."""

import contextvars
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

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

ROOT = Path(__file__).resolve().parents[3]
CHECKOUTS = 200 if SOAK else 20
KILLS = 10 if SOAK else 2
BUYERS = 20 if SOAK else 6
# What was under way is dead: the soak waits until the city believes it, the smoke moves its clock on instead.
AHEAD = 0 if SOAK else int(states.IN_FLIGHT.total_seconds())
PACK = 40
SEED = 20160428
BANK = {"rail": "bank", "plan": "deposit_30_70"}
CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
PAGE = {"rail": "card", "plan": "acceptance_100"}
# A server that is killed refuses a connection, drops one, or stops within its headers, its answer or a number of it.
CUT_OFF = (OSError, http.client.HTTPException, ValueError)


class StayHere(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect to whoever asked."""

    def redirect_request(self, *_args):
        return None


NO_REDIRECTS = urllib.request.build_opener(StayHere)


class Server:
    """``city serve``: the supervisor, gunicorn and the job consumer, killed together and started again."""

    def __init__(self, settings):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # Processes that are killed have no coverage to tell of; without it they start sooner.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self.environment = inherited | {
            "CITY_ENV": "test",
            "CITY_DATA_DIR": str(settings.data_dir),
            "CITY_DATABASE_URL": settings.database,
            "CITY_LIMITS": "off",
            "CITY_WEB_THREADS": "4",
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        self.process = None

    def start(self, *, clock_offset=0):
        self.environment["CITY_CLOCK_OFFSET"] = str(clock_offset)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "marketplace", "serve"], cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self):
        """Kill every process at once, and see that none is left."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + 20
        while left := running(self.process.pid):
            assert time.monotonic() < until, left
            time.sleep(0.02)

    def call(self, method, path, token, body=None, key=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1{path}", data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"null")

    def pay_on(self, page):
        """Pay on the provider's page; whether that went through is asked of the city afterwards."""
        form = urllib.parse.urlencode({"card": "pm_card_visa", "act": "pay"}).encode()
        with suppress(*CUT_OFF), NO_REDIRECTS.open(page, form, timeout=20):
            pass

    def insist(self, *args, patience=180, **options):
        """Call until the server says something final: a connection lost or a first try still running is neither."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                status, body = self.call(*args, **options)
            except CUT_OFF:
                time.sleep(0.2)
                continue
            running = status == 409 and body["type"].endswith(":key_running")
            if not running and status != 503:
                return status, body
            time.sleep(0.5)
        raise AssertionError("the server never answered")


def running(session_id):
    """Return the commands of a session's processes that are not dead."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, _group, session = path.read_text().rpartition(")")[2].split()[:4]
            if session == str(session_id) and state not in "ZX":
                found.append(path.with_name("cmdline").read_text())
    return found


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
        server.start(clock_offset=kill * AHEAD)


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
