"""Whatever happens to held money in whatever order, nobody gets a coin twice: random lives of deals by card."""

from contextlib import suppress

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.models.cards import CardReturn
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries import checks, disputes, payments
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.card_returns import ReturnState
from marketplace.payments.rules.cards import RefundState
from marketplace.payments.rules.disputes import RESUME
from marketplace.payments.rules.terms import MilestoneEvent
from marketplace.payments.services import allowances, card_returns, payouts
from marketplace.worker import runner
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, clerk
from tests.integration.payments.test_disputes import HELD, PAYABLE, Disputed
from tests.integration.payments.test_sequences import OWN
from tests.support.cards import bring_notices, charge, double_of

pytestmark = pytest.mark.slow

LINES = (35_000, 10_001)
WHICH = st.integers(0, 1)
REASONS = st.sampled_from(["product_not_received", "fraudulent"])
STEP = st.one_of(
    st.tuples(st.just("reach"), st.sampled_from([stage.event for stage in OWN.stages]), WHICH),
    st.tuples(st.just("allow"), st.sampled_from([1, 700, 5_000, 10_001, 30_000]), WHICH),
    st.tuples(st.just("work"), st.just(0), st.just(0)),
    st.tuples(st.just("refuse"), st.just(0), st.just(0)),
    st.tuples(st.just("dispute"), st.sampled_from([None, 700, 10_001, 20_000]), REASONS),
    st.tuples(st.just("decide"), st.booleans(), st.just(0)),
    st.tuples(st.just("send_back"), st.sampled_from(["card", "bank"]), st.just(0)),
    st.tuples(st.just("note_sent"), st.just(0), st.just(0)),
    st.tuples(st.just("pay_out"), st.just(0), st.just(0)),
    st.tuples(st.just("cancel"), st.just(0), st.just(0)),
)


class Life(Disputed):
    """A deal by card and all that can happen to its money."""

    def do(self, app, double, act, first, second):
        with suppress(DomainError):
            getattr(self, f"_{act}")(app, double, first, second)
        reading().rollback()

    def _reach(self, _app, _double, event, line):
        self.reach(event, [self.lines[line][0]])

    def _allow(self, _app, _double, minor, line):
        with unit_of_work() as session:
            allowances.allow(
                session, subject=self.subject, line_id=self.lines[line][0], amount=Money(minor, "CNY"),
                cause_id=new_id(), why=Why.CLAIM, actor=self.buyer, now=NOW,
            )  # fmt: skip

    def _work(self, app, _double, _first, _second):
        runner.run_due(app)

    def _refuse(self, _app, double, _first, _second):
        double.pass_time()
        bring_notices(double)

    def _dispute(self, _app, double, minor, reason):
        intent = charge(self.key).intent_id
        if any(one["payment_intent"] == intent for one in double.all("dispute")):
            return
        left = charge(self.key).captured - charge(self.key).refunded
        if left:
            self.dispute(double, minor and min(minor, left.minor), reason=reason)

    def _decide(self, _app, double, won, _second):
        mine = [one for one in double.all("dispute") if one["payment_intent"] == charge(self.key).intent_id]
        for one in mine:
            if one["status"] == "needs_response":
                self.decided(double, one["id"], won=won)

    def _send_back(self, _app, _double, way, _second):
        for row in self._returns(ReturnState.DUE):
            for _person in range(2):
                with unit_of_work() as session:
                    card_returns.approve(session, return_id=row.id, way=way, actor=clerk(), now=NOW)

    def _note_sent(self, _app, _double, _first, _second):
        for row in self._returns(ReturnState.APPROVED):
            with unit_of_work() as session:
                card_returns.record_sent(session, return_id=row.id, bank_reference="BK", actor=clerk(), now=NOW)

    def _pay_out(self, _app, _double, _first, _second):
        """Let nothing more be payable: what has to go back is owed from here on."""
        with unit_of_work() as session:
            payouts.gather(session, actor=clerk(), now=NOW)

    def _cancel(self, _app, _double, _first, _second):
        with self.writing():
            self.cancel()

    def _returns(self, state):
        session = reading()
        session.rollback()
        mine = sa.select(CardReturn).where(CardReturn.charge_id == charge(self.key).id, CardReturn.state == state)
        return session.scalars(mine).all()

    def is_cancelled(self):
        return payments.is_cancelled(reading(), subject=self.subject)

    def holds(self):
        """Nothing is held that is not there, and the payer never got more than he paid."""
        found = charge(self.key)
        back = queries.sent_by_bank(reading(), charge_id=found.id) + disputes.lost(reading(), charge_id=found.id)
        done = [one.amount.minor for one in queries.refunds_of(reading(), charge_id=found.id) if one.state in _BACK]
        waiting = sum(one.amount.minor for one in self.milestones() if str(one.state) == "held")
        assert sum(done) + back <= sum(LINES)
        held = self.book(HELD)
        assert self.is_cancelled() or waiting <= -held
        assert held <= 0
        assert self.book(PAYABLE) <= 0
        assert checks.breaches(reading()) == []


_BACK = (RefundState.DONE,)


@settings(
    max_examples=1_500 if SOAK else 10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(method=st.sampled_from(["pm_card_visa", "pm_card_refundFail"]), steps=st.lists(STEP, min_size=4, max_size=16))
def test_nobody_gets_a_coin_twice(app, anew, method, steps):
    anew()
    double = double_of(app)
    double.deliver(lambda *_: True)
    life = Life(reading()).place(plan=OWN, minors=LINES, method=method).capture()
    for act, first, second in steps:
        life.do(app, double, act, first, second)
        life.holds()
    for _ in range(3):
        life.do(app, double, "refuse", 0, 0)
        life.do(app, double, "work", 0, 0)
        life.holds()


def test_what_is_asked_for_is_the_life_of_a_deal(app):
    """The acts above are done, and not refused: each has its effect once."""
    double = double_of(app)
    life = Life(reading()).place(plan=OWN, minors=LINES).capture()
    life.do(app, double, "reach", MilestoneEvent.DEPOSIT, 0)
    life.do(app, double, "allow", 700, 1)
    life.do(app, double, "work", 0, 0)
    assert (life.book(PAYABLE) < 0, charge(life.key).refunded.minor) == (True, 700)
    life.do(app, double, "dispute", 700, "fraudulent")
    life.do(app, double, "decide", False, 0)
    assert life.row.withdrawn.minor == 700
    life.do(app, double, "cancel", 0, 0)
    life.do(app, double, "work", 0, 0)
    assert charge(life.key).refunded.minor == sum(LINES) - 700
    life.holds()


def test_what_a_won_dispute_frees_of_a_cancelled_deal_is_on_its_way_back(app):
    double = double_of(app)
    life = Life(reading()).place(plan=OWN, minors=LINES).capture()
    for act, first, second in (
        ("dispute", 20_000, "fraudulent"),
        ("cancel", 0, 0),
        ("work", 0, 0),
        ("decide", True, 0),
    ):
        life.do(app, double, act, first, second)
        life.holds()
    assert charge(life.key).refunded.minor == 0
    with unit_of_work() as session:
        session.execute(sa.update(OutboxJob).where(OutboxJob.name == RESUME).values(state=JobState.FAILED))
    assert [breach.subject for breach in checks.breaches(reading())] == ["payment_terms"]
    with unit_of_work() as session:
        session.execute(sa.update(OutboxJob).where(OutboxJob.name == RESUME).values(state=JobState.PENDING))
    life.do(app, double, "work", 0, 0)
    life.holds()
    assert charge(life.key).refunded.minor == sum(LINES)
