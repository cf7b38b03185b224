"""A process is killed at every named point of what moves money; whoever comes next finishes it: K2 and I10.

The soak goes through all points ten times; the smoke takes a few of each, drawn by a seed, and knows that all exist.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.models import Order
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import LEASE, JobState
from marketplace.payments.flows import cards, remitting
from marketplace.payments.flows import payouts as payout_flows
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.queries import checks
from marketplace.payments.rules.cards import GIVE_BACK, IN_FLIGHT
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.remitting import ReversalState
from marketplace.payments.services import payouts
from marketplace.worker import runner
from marketplace.worker.jobs import JOBS
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, clerk
from tests.integration.payments.test_remitting import WEEK, shop  # noqa: F401  a fixture
from tests.integration.reliability.crowd import BANK, CARD, PACK, City
from tests.integration.reliability.killing import killing
from tests.support.cards import bring_notices, double_of, pay_on
from tests.support.invariants import fresh

pytestmark = pytest.mark.slow

PAGE = {"rail": "card", "plan": "acceptance_100"}
TIMES = 10 if SOAK else 1
FEW = 2
SEED = 20160428


def drawn(points):
    """Return the numbers of the points to be killed at: all of them, ten times; in the smoke a few."""
    numbers = list(range(len(points)))
    return numbers * TIMES if SOAK else random.Random(SEED).sample(numbers, min(FEW, len(numbers)))


def check_out(app, token, key, body):
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    answer = app.test_client().post("/api/v1/checkout", json=body, headers=headers)
    assert answer.status_code in (201, 202), answer.text
    return answer.get_json()


def complete(app, token, checkout_id):
    """Pay on every page of a checkout, and say so."""
    pages = sa.select(CardCharge.page_url).where(CardCharge.key.contains(checkout_id), CardCharge.state == "needs_page")
    for page in fresh().scalars(pages).all():
        pay_on(app, page)
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().post(f"/api/v1/checkout/{checkout_id}/completion", headers=headers).status_code == 200


def call_off(app, token, order_id):
    """Cancel an order that is paid, and give its money back."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"off-{order_id}"}
    answer = app.test_client().post(f"/api/v1/orders/{order_id}/cancellation", headers=headers)
    assert answer.status_code in (204, 409), answer.text
    give_back(app)


def give_back(app):
    """Run what is left to run: jobs of turns before would be points of this one, and the last ones never be reached."""
    left = sa.select(OutboxJob.id).where(OutboxJob.name == GIVE_BACK, OutboxJob.state != JobState.DONE)
    for job_id in fresh().scalars(left).all():
        runner.run(app, job_id)


def next_server(town, then=None):
    """Do what the next server does, two minutes later: leases are over, claims are finished, somebody asks again."""
    later = clock.now() + max(IN_FLIGHT, LEASE, sweeping.IN_FLIGHT) + timedelta(seconds=1)
    clock.set_offset(int((later - clock.now()).total_seconds()))
    try:
        cards.reconcile(clock.now())
        sweeping.finish_checkouts(now=clock.now())
        bring_notices(double_of(town.app))
        runner.recover()
        give_back(town.app)
        if then:
            then()
        cards.reconcile(clock.now() + IN_FLIGHT)
    finally:
        clock.set_offset(0)


def is_whole(town, goods, *, orders):
    """Exactly so many orders of these goods, paid for once; nothing reserved, waiting or out of balance."""
    assert town.is_sound()
    session = fresh()
    assert session.scalars(sa.select(CheckoutAttempt.id).where(CheckoutAttempt.settled_at.is_(None))).all() == []
    open_jobs = sa.select(OutboxJob.name).where(OutboxJob.name == GIVE_BACK, OutboxJob.state != JobState.DONE)
    assert session.scalars(open_jobs).all() == []
    assert town.sold(goods) == PACK * orders
    return True


@dataclass
class Turns:
    """One checkout after another, each of the same goods; now and then in a city that saw none before."""

    founding: Callable[[], City]
    anew: Callable[[], bool]
    payment: dict[str, str]
    begun: int = 0

    def __post_init__(self):
        self.work = complete if self.payment is PAGE else check_out
        self.found()

    def found(self):
        self.town = self.founding()
        double_of(self.town.app)
        self.goods = self.town.offer(PACK * 1_000)
        self.begun = 0

    def ready(self):
        """Return what the next one is asked with."""
        if self.anew():
            self.found()
        (asked,) = self.town.checkouts([[(self.goods, PACK)]], self.payment)
        self.begun += 1
        key = f"kill-{self.begun}"
        if self.work is check_out:
            return asked.token, key, asked.body
        return asked.token, check_out(self.town.app, asked.token, key, asked.body)["id"]


@pytest.mark.parametrize("payment", [BANK, CARD, PAGE], ids=["bank", "card", "page"])
def test_k2_a_checkout_killed_at_any_point_is_one_order_when_it_is_asked_for_again(
    founding, anew, settings, tmp_path, payment
):
    turns = Turns(founding, anew, payment)
    reached = set()
    with killing(settings, turns.work, tmp_path) as killed:
        points = killed.points_of(*turns.ready())
        for number in drawn(points):
            args = turns.ready()
            reached.add(killed.kill_at(number, *args))
            next_server(turns.town, then=partial(turns.work, turns.town.app, *args))
            assert is_whole(turns.town, turns.goods, orders=turns.begun)
    assert not SOAK or reached == set(points)
    print(f"K2: {len(points)} points, killed {len(drawn(points))} times, at {sorted(reached)}")


def test_k2_a_refund_killed_at_any_point_gives_the_money_back_once(town, settings, tmp_path):
    double = double_of(town.app)
    goods = town.offer(PACK * 1_000)
    turns = Counter()

    def ready():
        (asked,) = town.checkouts([[(goods, PACK)]], CARD)
        turns["all"] += 1
        check_out(town.app, asked.token, f"off-{turns['all']}", asked.body)
        newest = sa.select(Order.id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(1)
        return asked.token, str(fresh().scalars(newest).one())

    reached = set()
    with killing(settings, call_off, tmp_path) as killed:
        points = killed.points_of(*ready())
        for number in drawn(points):
            args = ready()
            reached.add(killed.kill_at(number, *args))
            next_server(town, then=partial(call_off, town.app, *args))
            next_server(town)
            session = fresh()
            assert session.get(Order, UUID(args[1])).state == "cancelled"
            mine = session.scalars(sa.select(CardCharge).where(CardCharge.subject_id == UUID(args[1]))).all()
            assert [one.refunded_minor for one in mine] == [one.captured_minor for one in mine]
            made = [one["amount"] for one in double.all("refund") if one["payment_intent"] == mine[0].intent_id]
            assert sum(made) == mine[0].captured_minor
            assert checks.breaches(session) == []
    assert not SOAK or reached == set(points)
    print(f"K2: {len(points)} points of a refund, at {sorted(reached)}")


def send(app):
    remitting.send(now=NOW)


def take_back(app, subject_kind, subject_id):
    JOBS[GIVE_BACK]({"subject_kind": subject_kind, "subject_id": subject_id})


def test_i10_a_payout_killed_at_any_point_leaves_the_house_once(shop, settings, tmp_path):  # noqa: F811
    shop.set_up()
    shop.fund(10_000_000_000)
    sold = Counter()

    def ready():
        shop.sell()
        sold["all"] += 1
        payout_flows.gather(now=NOW + WEEK)
        for row in shop.payouts:
            if row.state is PayoutState.DUE:
                for _ in range(row.approvals_needed):
                    with unit_of_work() as session:
                        payouts.approve(session, payout_id=row.id, actor=clerk(), now=NOW)

    ready()
    reached = set()
    with killing(settings, send, tmp_path) as killed:
        points = killed.points_of()
        assert any("POST /v1/transfers" in point for point in points), points
        for number in drawn(points):
            ready()
            reached.add(killed.kill_at(number))
            later = NOW + timedelta(minutes=5)
            remitting.reconcile(now=later)
            remitting.send(now=later)
            remitting.reconcile(now=later)
            assert {row.state for row in shop.payouts} == {PayoutState.SETTLED}
            assert [one["amount"] for one in shop.transfers()] == [970_000] * sold["all"]
            assert checks.breaches(fresh()) == []
    assert not SOAK or reached == set(points)


def test_i10_a_transfer_taken_back_by_a_killed_job_comes_back_once(shop, settings, tmp_path):  # noqa: F811
    shop.set_up()
    shop.fund(10_000_000_000)

    def ready():
        deal = shop.sell()
        shop.pay_out()
        with deal.writing():
            deal.cancel()
        return str(deal.subject.kind), str(deal.subject.id)

    reached, done = set(), 1
    with killing(settings, take_back, tmp_path) as killed:
        points = killed.points_of(*ready())
        assert any("reversals" in point for point in points), points
        for number in drawn(points):
            args = ready()
            reached.add(killed.kill_at(number, *args))
            later = clock.now() + IN_FLIGHT * 2
            cards.reconcile(later)
            take_back(shop.app, *args)
            remitting.reconcile(now=later)
            done += 1
            found = fresh().execute(sa.select(PayoutReversal.state, PayoutReversal.amount_minor)).all()
            assert found == [(ReversalState.DONE, 970_000)] * done
            assert [one["amount_reversed"] for one in shop.transfers()] == [970_000] * done
            assert checks.breaches(fresh()) == []
    assert not SOAK or reached == set(points)
