"""The clock's work on payments: however many there are, each for itself."""

from datetime import timedelta

from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.flows import lapsing
from marketplace.payments.queries import payments as queries
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.payments.services import payments
from tests.integration.payments.conftest import NOW, Deal

LATE = NOW + timedelta(days=8)


def _due(count):
    with unit_of_work() as session:
        deals = [Deal(session).open(Plan.ACCEPTANCE_100) for _ in range(count)]
        for deal in deals:
            deal.happens(MilestoneEvent.ACCEPTED)
        return deals


def _states(deals):
    found = queries.payments_of(reading(), subjects=[deal.subject for deal in deals])
    return [found[deal.subject][-1].state for deal in deals]


def test_everything_that_is_late_lapses_however_much_that_is(app, monkeypatch):
    deals = _due(5)
    overdue = queries.overdue
    monkeypatch.setattr(queries, "overdue", lambda session, **facts: overdue(session, **facts, limit=2))
    assert lapsing.lapse(now=LATE) == 5
    assert set(_states(deals)) == {PaymentState.OVERDUE}
    assert lapsing.lapse(now=LATE) == 0


def test_one_that_breaks_keeps_no_other_waiting(app, monkeypatch):
    deals = _due(3)
    broken = queries.payments_of(reading(), subjects=[deals[0].subject])[deals[0].subject][-1].id
    lapse = payments.lapse

    def fail(session, *, payment_id, now):
        done = lapse(session, payment_id=payment_id, now=now)
        if payment_id == broken:
            raise LookupError(payment_id)
        return done

    monkeypatch.setattr(payments, "lapse", fail)
    assert lapsing.lapse(now=LATE) == 2
    assert sorted(_states(deals)) == [PaymentState.DUE, PaymentState.OVERDUE, PaymentState.OVERDUE]
