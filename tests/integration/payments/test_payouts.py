"""Payouts: gathered once, agreed to, sent with a file, settled or returned; never more than was released."""

import contextlib
import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants.models import Merchant, Payee
from marketplace.merchants.rules.screening import HitState
from marketplace.merchants.rules.states import MerchantState, PayeeState
from marketplace.payments.flows import lapsing
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import checks, payout_waits
from marketplace.payments.queries import payouts as queries
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import Failure, PayoutState, Waits
from marketplace.payments.services import payouts
from tests import factories
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, clerk
from tests.support.invariants import fresh
from tests.support.payouts import PAYABLE, Till, clear_hit, confirm_hit, name_payee, told


@pytest.fixture
def till(app):
    market = factories.open_market(app)
    company_id = market.buyer.company
    name_payee(company_id)
    yield Till(company_id)
    session = fresh()
    assert checks.breaches(session) == []


def approve(payout, actor):
    with unit_of_work() as session:
        return payouts.approve(session, payout_id=payout.id, actor=actor, now=NOW)


def result(payout, outcome):
    with unit_of_work() as session:
        return payouts.record_result(session, payout_id=payout.id, **told(outcome, NOW), actor=clerk(), now=NOW)


def send():
    return flows.send(remittance="City", now=NOW)


def test_a_member_of_the_company_that_is_paid_does_not_approve_for_the_operator(app, till):
    till.release(1_000_00)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    member = factories.insider(app, role=Role.TREASURY, company_id=till.company_id, now=NOW)
    with pytest.raises(NotAllowed, match="own_payout"):
        approve(due, member.actor)
    assert approve(due, clerk()) is PayoutState.APPROVED


def test_exactly_the_threshold_takes_two_people(till):
    till.release(50_000_00)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    assert (due.amount.minor, due.approvals_needed) == (50_000_00, 2)
    assert approve(due, clerk()) is PayoutState.DUE
    assert approve(due, clerk()) is PayoutState.APPROVED


def test_many_small_payouts_of_a_week_take_two_people_like_a_large_one(till):
    def gathered(minor, now):
        till.release(minor)
        flows.gather(now=now)
        due = till.payouts()[0]
        for _ in range(due.approvals_needed):
            approve(due, clerk())
        send()
        return due.approvals_needed

    assert [gathered(30_000_00, NOW + timedelta(days=day)) for day in (0, 1, 2)] == [1, 2, 2]
    assert gathered(19_999_99, NOW + timedelta(days=3)) == 1
    assert gathered(30_000_00, NOW + timedelta(days=7, hours=1)) == 1


def test_a_small_payout_goes_its_way(till):
    till.release(1_000_00)
    assert flows.gather(now=NOW) == 1
    assert flows.gather(now=NOW) == 0
    (due,) = till.payouts()
    assert (due.state, due.amount.minor, due.approvals_needed) == (PayoutState.DUE, 1_000_00, 1)
    assert till.balance(PAYABLE) == -1_000_00
    assert send() is None
    assert approve(due, clerk()) is PayoutState.APPROVED
    file_id = send()
    assert send() is None
    assert till.balance(PAYABLE) == 0
    assert till.balance(AccountKind.PAYOUT_IN_TRANSIT) == -1_000_00
    session = fresh()
    (line,) = csv.DictReader(io.StringIO(queries.file(session, file_id=file_id).content))
    assert line["beneficiary_name"] == "'=cmd|' /C calc'!A0"
    assert (line["beneficiary_account"], line["amount"], line["currency"]) == ("6222000000000001", "1000.00", "CNY")
    assert result(due, "settled") is PayoutState.SETTLED
    assert result(due, "settled") is PayoutState.SETTLED
    with pytest.raises(Conflict):
        result(due, "failed")
    assert till.balance(AccountKind.PAYOUT_IN_TRANSIT) == 0
    assert till.balance(AccountKind.PROVIDER_CLEARING) == 0


def test_what_comes_back_days_after_it_was_settled_is_a_row_of_its_own_and_paid_anew(app, till):
    till.release(700_00)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    flows.approve(payout_id=due.id, actor=clerk(), remittance="City", now=NOW)
    result(due, "settled")
    member = factories.insider(app, role=Role.TREASURY, company_id=till.company_id, now=NOW)
    with pytest.raises(NotAllowed, match="own_payout"), unit_of_work() as session:
        payouts.record_result(session, payout_id=due.id, **told("returned", NOW), actor=member.actor, now=NOW)
    clearing = till.balance(AccountKind.PROVIDER_CLEARING)
    for _ in range(2):
        assert result(due, "returned") is PayoutState.RETURNED
    assert till.balance(AccountKind.PROVIDER_CLEARING) - clearing == 700_00
    assert till.balance(PAYABLE) == -700_00
    assert flows.gather(now=NOW) == 1
    again, before = till.payouts()
    assert (again.state, before.state, again.amount) == (PayoutState.DUE, PayoutState.RETURNED, before.amount)
    assert again.reference != before.reference


def test_over_the_threshold_two_people_agree_and_never_the_payee(till):
    till.release(50_000_01)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    first, second = clerk(), clerk()
    assert due.approvals_needed == 2
    with pytest.raises(NotAllowed):
        approve(due, Actor(person_id=new_id(), company_id=till.company_id, company_kind="trade"))
    assert approve(due, first) is PayoutState.DUE
    with pytest.raises(Conflict, match="same_person"):
        approve(due, first)
    assert approve(due, second) is PayoutState.APPROVED
    with pytest.raises(Conflict):
        approve(due, clerk())


@pytest.mark.parametrize("outcome", ["failed", "returned"])
def test_what_comes_back_is_paid_out_again(till, outcome):
    till.release(700_00)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    with pytest.raises(Conflict):
        result(due, outcome)
    flows.approve(payout_id=due.id, actor=clerk(), remittance="City", now=NOW)
    with pytest.raises(Refused):
        result(due, "vanished")
    assert str(result(due, outcome)) == outcome
    assert till.balance(PAYABLE) == -700_00
    assert flows.gather(now=NOW) == 1


def test_a_new_account_is_held_back_and_outdates_the_payout(till):
    till.release(700_00)
    flows.gather(now=NOW)
    (due,) = till.payouts()
    name_payee(till.company_id, PayeeState.PENDING, number="6222000000000002")
    with pytest.raises(Conflict, match="payee_changed"):
        approve(due, clerk())
    assert flows.gather(now=NOW) == 0
    (failed,) = till.payouts()
    assert (failed.state, failed.failure) == (PayoutState.FAILED, Failure.ACCOUNT_HELD)
    assert till.balance(PAYABLE) == -700_00
    session = fresh()
    (wait,) = payout_waits.payout_waits(session, company_id=till.company_id, now=NOW).items
    assert (wait.amount.minor, wait.reason, wait.until) == (700_00, Waits.ACCOUNT_HELD, NOW)


def test_a_payout_says_why_it_failed(till):
    def fails(change, how=lambda: flows.gather(now=NOW)):
        flows.gather(now=NOW)
        due = till.payouts()[0]
        approve(due, clerk())
        with unit_of_work() as session:
            change(session)
        how()
        found = next(row for row in till.payouts() if row.id == due.id)
        assert found.state is PayoutState.FAILED
        return found.failure

    def account(**changes):
        return lambda session: session.execute(sa.update(Payee).values(**changes))

    till.release(700_00)
    assert fails(account(account_number="6222000000000009")) == Failure.ACCOUNT_CHANGED
    assert fails(account(state=PayeeState.RETIRED), send) == Failure.NO_ACCOUNT
    assert waits(till.company_id) == [(700_00, Waits.NO_ACCOUNT)]
    with unit_of_work() as session:
        account(state=PayeeState.ACTIVE)(session)
    flows.gather(now=NOW)
    flows.approve(payout_id=till.payouts()[0].id, actor=clerk(), remittance="City", now=NOW)
    result(till.payouts()[0], "failed")
    assert till.payouts()[0].failure == Failure.BANK


def suspend(company_id, state=MerchantState.SUSPENDED):
    with unit_of_work() as session:
        found = session.get(Merchant, company_id)
        if found is None:
            of_another = session.scalars(sa.select(Merchant)).first()
            found = Merchant(
                company_id=company_id, legal_name="Example", country="CN", registration_number=company_id.hex,
                licence_file_id=of_another.licence_file_id, created_at=NOW, changed_at=NOW,
            )  # fmt: skip
            session.add(found)
        found.state = state


def waits(company_id):
    session = fresh()
    found = payout_waits.payout_waits(session, company_id=company_id, now=NOW).items
    return [(row.amount.minor, row.reason) for row in found]


STOPS = {
    Waits.SCREENING: (confirm_hit, clear_hit),
    Waits.SUSPENDED: (
        lambda company_id: suspend(company_id) or company_id,
        lambda company_id: suspend(company_id, MerchantState.APPROVED),
    ),
}


@pytest.mark.parametrize("reason", STOPS)
def test_a_company_that_is_stopped_is_paid_nothing_until_that_is_lifted(till, reason):
    stop, lift = STOPS[reason]
    till.release(700_00)
    stopped = stop(till.company_id)
    assert flows.gather(now=NOW) == 0
    assert waits(till.company_id) == [(700_00, reason)]
    lift(stopped)
    assert waits(till.company_id) == []
    assert flows.gather(now=NOW) == 1
    (due,) = till.payouts()
    stopped = stop(till.company_id)
    with pytest.raises(Conflict, match="payout_stopped"):
        approve(due, clerk())
    assert flows.gather(now=NOW) == 0
    assert [(row.state, row.stop) for row in till.payouts()] == [(PayoutState.DUE, reason)]
    assert waits(till.company_id) == [(700_00, reason)]
    lift(stopped)
    assert approve(due, clerk()) is PayoutState.APPROVED
    stopped = stop(till.company_id)
    assert send() is None
    assert [(row.state, row.stop) for row in till.payouts()] == [(PayoutState.APPROVED, reason)]
    assert till.balance(PAYABLE) == -700_00
    lift(stopped)
    assert send() is not None
    assert till.payouts()[0].state is PayoutState.SENT
    stop(till.company_id)
    assert till.payouts()[0].stop is None
    assert result(due, "failed") is PayoutState.FAILED
    assert flows.gather(now=NOW) == 0
    assert waits(till.company_id) == [(700_00, reason)]


def test_a_hit_that_is_open_or_was_cleared_stops_nothing_nor_does_that_of_another_company(app, till):
    till.release(700_00)
    clear_hit(confirm_hit(till.company_id))
    confirm_hit(till.company_id, HitState.OPEN)
    with unit_of_work() as session:
        another = factories.trader(session, app, name="Another", country="CN", now=NOW)
    confirm_hit(another.company)
    assert waits(till.company_id) == []
    assert flows.gather(now=NOW) == 1


def test_nobody_is_told_of_a_payout_as_late_while_its_company_is_stopped(app, till):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
    till.release(700_00)
    flows.gather(now=NOW)
    hit_id = confirm_hit(till.company_id)
    late = NOW + timedelta(days=30)
    assert lapsing.escalate(now=late) == 0
    clear_hit(hit_id)
    assert lapsing.escalate(now=late) == 1


def test_what_is_released_after_a_payout_was_made_waits_for_it_to_be_sent(till):
    till.release(1_000_00)
    flows.gather(now=NOW)
    assert waits(till.company_id) == []
    till.release(300_00)
    assert flows.gather(now=NOW) == 0
    assert waits(till.company_id) == [(300_00, Waits.EARLIER_PAYOUT)]
    hit_id = confirm_hit(till.company_id)
    assert waits(till.company_id) == [(1_300_00, Waits.SCREENING)]
    clear_hit(hit_id)
    (due,) = till.payouts()
    flows.approve(payout_id=due.id, actor=clerk(), remittance="City", now=NOW)
    assert waits(till.company_id) == []
    assert flows.gather(now=NOW) == 1
    assert till.payouts()[0].amount.minor == 300_00


def test_carriers_are_paid_out_likewise(till):
    till.release(300_00, AccountKind.CARRIER_PAYABLE).release(200_00)
    assert flows.gather(now=NOW) == 2
    assert {row.source for row in till.payouts()} == {PAYABLE, AccountKind.CARRIER_PAYABLE}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("release"), st.integers(1, 6_000_000)),
        st.tuples(st.sampled_from(["gather", "approve", "send", "settled", "failed", "returned"]), st.integers(0, 3)),
    ),
    max_size=30,
)


@pytest.mark.soak
@settings(max_examples=80 if SOAK else 12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_never_more_goes_out_than_was_released(till, steps):
    for act, number in steps:
        known = till.payouts()
        if act == "release":
            till.release(number)
        elif act == "gather":
            flows.gather(now=NOW)
        elif act == "send":
            send()
        elif known:
            payout = known[number % len(known)]
            with contextlib.suppress(Conflict):
                approve(payout, clerk()) if act == "approve" else result(payout, act)
        gone = sum(row.amount.minor for row in till.payouts() if row.state in (PayoutState.SENT, PayoutState.SETTLED))
        assert gone <= till.released
        assert till.balance(PAYABLE) == gone - till.released <= 0
