"""What waits for the operator's finance people or a payee: due in their working time, told once, acted on any time."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit.queries import latest
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money
from marketplace.outbox.models import OutboxJob
from marketplace.payments.flows import lapsing
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries import transfers
from marketplace.payments.services import payouts
from marketplace.payments.services import transfers as receipts
from tests import factories
from tests.integration.payments.conftest import NOW, TODAY, clerk, exist
from tests.support.invariants import fresh
from tests.support.payouts import Till, name_payee
from tests.support.payouts import told as bank_told

# 25 November 2026 is a Wednesday; a working day of China ends at 18:00, that is 10:00 UTC.
FRIDAY, MONDAY = datetime(2026, 11, 27, 10, tzinfo=UTC), datetime(2026, 11, 30, 10, tzinfo=UTC)
TICK = timedelta(seconds=1)


@pytest.fixture
def till(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        exist(session, house := clerk())
        session.get_one(Company, house.company).kind = CompanyKind.OPERATOR
    name_payee(market.buyer.company)
    return Till(market.buyer.company).release(1_000_00)


def _one(till):
    (row,) = till.payouts()
    return row


def _acts(subject_id):
    return [row.action for row in latest(reading(), size=50) if row.subject_id == subject_id]


def _told():
    session = fresh()
    jobs = session.scalars(sa.select(OutboxJob).where(OutboxJob.name == "tell")).all()
    return [job.args["news"] for job in jobs if job.args["news"] in {"money_waits", "transfer_waits"}]


def test_a_payout_is_approved_in_working_time_or_told_of_once(app, till, monkeypatch):
    monkeypatch.setattr("marketplace.kernel.clock.now", lambda: FRIDAY)
    flows.gather(now=NOW)
    due = _one(till)
    assert (due.act_by, due.escalated_at) == (FRIDAY, None)
    assert lapsing.escalate(now=FRIDAY - TICK) == 0
    assert [lapsing.escalate(now=FRIDAY) for _ in range(3)] == [1, 0, 0]
    late = _one(till)
    assert (late.state, late.act_by, late.escalated_at) == ("due", FRIDAY, FRIDAY)
    assert _acts(due.id).count("payout.escalate") == 1
    assert _told() == ["money_waits"]
    assert queries.payouts(reading(), company_id=None, overdue=True).items == (late,)
    assert queries.payouts(reading(), company_id=None, overdue=False).items == ()

    with unit_of_work() as session:
        payouts.approve(session, payout_id=due.id, actor=clerk(), now=FRIDAY)
    approved = _one(till)
    if approved.state == "due":  # over the threshold a second one agrees
        with unit_of_work() as session:
            payouts.approve(session, payout_id=due.id, actor=clerk(), now=FRIDAY)
        approved = _one(till)
    assert (approved.state, approved.act_by, approved.escalated_at) == ("approved", None, None)


def test_a_sent_payout_has_a_due_moment_of_its_own(app, till, monkeypatch):
    monkeypatch.setattr("marketplace.kernel.clock.now", lambda: MONDAY)
    flows.gather(now=NOW)
    while _one(till).state == "due":
        with unit_of_work() as session:
            payouts.approve(session, payout_id=_one(till).id, actor=clerk(), now=NOW)
    flows.send(remittance="City", now=NOW)
    assert _one(till).act_by == MONDAY
    assert [lapsing.escalate(now=MONDAY) for _ in range(2)] == [1, 0]
    with unit_of_work() as session:
        payouts.record_result(
            session, payout_id=_one(till).id, **bank_told("settled", MONDAY), actor=clerk(), now=MONDAY
        )
    settled = _one(till)
    assert (settled.state, settled.act_by, settled.escalated_at) == ("settled", None, None)
    assert lapsing.escalate(now=MONDAY + timedelta(days=30)) == 0


def test_money_that_nobody_matches_is_the_payees_to_be_reminded_of(app, monkeypatch):
    monkeypatch.setattr("marketplace.kernel.clock.now", lambda: MONDAY)
    payee = clerk()
    with unit_of_work() as session:
        exist(session, payee)
        transfer_id = receipts.record_transfer(
            session, actor=payee, amount=Money(500_00, "CNY"), received_on=TODAY, reference="?", now=NOW
        )

    def row():
        session = fresh()
        return transfers.transfer(session, payee_id=payee.company, transfer_id=transfer_id)

    assert (row().act_by, row().escalated_at) == (MONDAY, None)
    assert [lapsing.escalate(now=MONDAY) for _ in range(2)] == [1, 0]
    assert (row().state, row().escalated_at) == ("unmatched", MONDAY)
    assert _told() == ["transfer_waits"]
    assert _acts(transfer_id) == ["transfer.escalate", "transfer.recorded"]
