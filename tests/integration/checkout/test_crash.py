"""The whole server is killed again and again while people check out; nothing acknowledged is lost, nothing doubled."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import sqlalchemy as sa

from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.orders.models import Order
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.rules.cards import IN_FLIGHT
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK

ROOT = Path(__file__).resolve().parents[3]
CHECKOUTS = 200 if SOAK else 30
KILLS = 10 if SOAK else 3
BUYERS = 20 if SOAK else 6
PACK = 40
BANK = {"rail": "bank", "plan": "deposit_30_70"}
CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}


class Server:
    """A gunicorn of two workers, killed with everything in it and started again."""

    def __init__(self, settings):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = os.environ | {
            "CITY_ENV": "test",
            "CITY_DATA_DIR": str(settings.data_dir),
            "CITY_DATABASE_URL": settings.database,
            "CITY_LIMITS": "off",
            "PYTHONPATH": str(ROOT),
        }
        self.process = None

    def start(self):
        command = [
            sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "4", "--worker-class", "gthread",
            "--bind", f"127.0.0.1:{self.port}", "--log-level", "error", "marketplace.app:create_app()",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

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

    def insist(self, *args, patience=180, **options):
        """Call until the server says something final: a connection lost or a first try still running is neither."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                status, body = self.call(*args, **options)
            except OSError:
                time.sleep(0.2)
                continue
            except ValueError:  # the answer was cut off
                continue
            running = status == 409 and body["type"].endswith(":key_running")
            if not running and status != 503:
                return status, body
            time.sleep(0.5)
        raise AssertionError("the server never answered")


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(app):
    market = factories.open_market(app, stock=CHECKOUTS * PACK * 2)
    buyers = factories.more_buyers(app, BUYERS)
    settings = app.extensions["city.settings"]
    server = Server(settings)
    server.start()
    acknowledged = []
    problems = []

    def buy(buyer, share):
        chance = random.Random(share)
        for number in range(share, CHECKOUTS, BUYERS):
            try:
                server.insist("PUT", "/cart", buyer.token, {"to": factories.HANOI})
                _, cart = server.insist("PUT", f"/cart/lines/{market.chains}", buyer.token, {"quantity": PACK})
                body = {"expected_totals": cart["totals"], "payment": chance.choice((BANK, CARD))}
                status, done = server.insist("POST", "/checkout", buyer.token, body, key=f"crash-{number}")
                if status == 201:
                    acknowledged.append((number, done["group_id"], tuple(done["order_ids"])))
                else:
                    problems.append((number, status, done))
            except Exception as error:  # noqa: BLE001  a thread tells what broke it
                problems.append((number, repr(error)))

    threads = [threading.Thread(target=buy, args=(buyer, share)) for share, buyer in enumerate(buyers)]
    for thread in threads:
        thread.start()
    try:
        for kill in range(KILLS):
            goal = (kill + 1) * CHECKOUTS // (KILLS + 1)
            until = time.monotonic() + 120
            while len(acknowledged) < goal and time.monotonic() < until:
                time.sleep(0.01)
            server.kill()
            server.start()
        for thread in threads:
            thread.join()
    finally:
        server.kill()

    later = clock.now() + IN_FLIGHT
    sweeping.finish_checkouts(now=later)
    cards.reconcile(later)
    assert problems == []
    assert len(acknowledged) == CHECKOUTS
    session = reading()
    session.rollback()
    orders = {str(order.id): order for order in session.scalars(sa.select(Order))}
    assert sorted(orders) == sorted(order_id for _, _, ids in acknowledged for order_id in ids)
    attempts = session.scalars(sa.select(CheckoutAttempt)).all()
    assert len(attempts) == CHECKOUTS
    assert all(attempt.settled_at for attempt in attempts)
    charges = session.scalars(sa.select(CardCharge)).all()
    assert {str(charge.state) for charge in charges} <= {"captured"}
    by_card = [order.total_minor for order in orders.values() if order.rail == "card"]
    assert sum(by_card) == sum(one.captured_minor for one in charges if one.subject_kind == "order")
    assert reports.check(session) == []
