"""Payouts: gathered once, agreed to, sent with a file, settled or returned; never more than was released."""

import contextlib
import csv
import io
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants.models import Payee
from marketplace.merchants.rules.states import PayeeState
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import checks, ledger
from marketplace.payments.queries import payouts as queries
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import ledger as books
from marketplace.payments.services import payouts
from tests import factories
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, clerk

PAYABLE = AccountKind.MERCHANT_PAYABLE
_serial = itertools.count(1)


class Till:
    """A company with an account, and money that was released to it."""

    def __init__(self, company_id, currency="CNY"):
        self.company_id, self.currency = company_id, currency
        self.released = 0

    def release(self, minor, kind=PAYABLE):
        subject = Subject(SubjectKind.ORDER, new_id())
        held = AccountRef(AccountKind.HELD, None, self.currency, subject)
        clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, self.currency)
        amount = Money(minor, self.currency)
        steps = (
            (TransferKind.CARD_CAPTURED, (clearing, held)),
            (TransferKind.RELEASED, (held, AccountRef(kind, self.company_id, self.currency))),
        )
        for step, sides in steps:
            in_unit_of_work(
                lambda session, step=step, sides=sides: books.post(
                    session,
                    kind=step,
                    key=f"{step}:{next(_serial)}",
                    entries=pair(*sides, amount),
                    subject=subject,
                    now=NOW,
                )
            )
        self.released += minor
        return self

    def balance(self, kind):
        owner = None if kind is AccountKind.PROVIDER_CLEARING else self.company_id
        session = reading()
        session.rollback()
        return ledger.balance(session, account=AccountRef(kind, owner, self.currency)).minor

    def payouts(self):
        session = reading()
        session.rollback()
        return queries.payouts(session, company_id=self.company_id).items


def name_payee(company_id, state=PayeeState.ACTIVE, number="6222000000000001", name="=cmd|' /C calc'!A0"):
    with unit_of_work() as session:
        session.add(
            Payee(
                id=new_id(), company_id=company_id, currency="CNY", state=state, account_name=name,
                bank_name="Example Bank", account_number=number, bic="EXAMCNBJ", country="CN", created_at=NOW,
                active_from=NOW,
            )
        )  # fmt: skip


@pytest.fixture
def till(app):
    market = factories.open_market(app)
    company_id = market.buyer.company
    name_payee(company_id)
    yield Till(company_id)
    session = reading()
    session.rollback()
    assert checks.breaches(session) == []


def approve(payout, actor):
    with unit_of_work() as session:
        return payouts.approve(session, payout_id=payout.id, actor=actor, now=NOW)


def result(payout, outcome):
    with unit_of_work() as session:
        return payouts.record_result(session, payout_id=payout.id, result=outcome, actor=clerk(), now=NOW)


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
    session = reading()
    session.rollback()
    (line,) = csv.DictReader(io.StringIO(queries.file(session, file_id=file_id).content))
    assert line["beneficiary_name"] == "'=cmd|' /C calc'!A0"
    assert (line["beneficiary_account"], line["amount"], line["currency"]) == ("6222000000000001", "1000.00", "CNY")
    assert result(due, "settled") is PayoutState.SETTLED
    assert result(due, "settled") is PayoutState.SETTLED
    with pytest.raises(Conflict):
        result(due, "returned")
    assert till.balance(AccountKind.PAYOUT_IN_TRANSIT) == 0
    assert till.balance(AccountKind.PROVIDER_CLEARING) == 0


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
    assert till.payouts()[0].state is PayoutState.FAILED
    assert till.balance(PAYABLE) == -700_00


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
