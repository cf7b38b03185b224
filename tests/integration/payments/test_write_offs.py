"""What a company owes after a payout and will not pay: written off by two people, neither of them of the company."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.flows import lapsing
from marketplace.payments.flows import payouts as flows
from marketplace.payments.queries import checks, ledger
from marketplace.payments.queries import write_offs as queries
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.services import ledger as books
from marketplace.payments.services import write_offs
from marketplace.reports.reconciliation import queries as boards
from marketplace.reports.reconciliation.rules import Kind
from tests import factories
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, clerk
from tests.support.invariants import fresh
from tests.support.payouts import Till, name_payee

OWED, PAYABLE = AccountKind.MERCHANT_RECEIVABLE, AccountKind.MERCHANT_PAYABLE


class Debtor(Till):
    """A company with released money, that owes some of it back."""

    def owe(self, minor):
        kind = TransferKind.RECEIVABLE_BOOKED
        owed, payable = (AccountRef(one, self.company_id, self.currency) for one in (OWED, PAYABLE))
        with unit_of_work() as session:
            entries = pair(owed, payable, Money(minor, self.currency))
            books.post(session, kind=kind, key=f"{kind}:{new_id()}", entries=entries, subject=None, now=NOW)
        return self

    def propose(self, minor, actor=None, reason="It was closed down."):
        with unit_of_work() as session:
            return write_offs.propose(
                session, actor=actor or clerk(), company_id=self.company_id, amount=Money(minor, self.currency),
                reason=reason, now=NOW,
            )  # fmt: skip

    @property
    def lost(self):
        session = fresh()
        account = AccountRef(AccountKind.RECEIVABLE_LOSSES, None, self.currency)
        return ledger.balance(session, account=account).minor


@pytest.fixture
def debtor(app):
    market = factories.open_market(app)
    name_payee(market.buyer.company)
    yield Debtor(market.buyer.company)
    session = fresh()
    assert checks.breaches(session) == []


def decide(act, write_off_id, actor=None):
    with unit_of_work() as session:
        act(session, actor=actor or clerk(), write_off_id=write_off_id, now=NOW)


def row(write_off_id):
    session = fresh()
    return queries.write_off(session, write_off_id=write_off_id)


def test_two_people_write_off_what_a_company_will_not_pay(debtor):
    debtor.owe(700_00)
    first = clerk()
    proposed = debtor.propose(500_00, actor=first)
    assert (row(proposed).state, debtor.balance(OWED), debtor.lost) == ("proposed", 700_00, 0)
    with pytest.raises(Conflict, match="same_person"):
        decide(write_offs.approve, proposed, first)
    decide(write_offs.approve, proposed)
    assert (row(proposed).state, debtor.balance(OWED), debtor.lost) == ("done", 200_00, 500_00)
    with pytest.raises(Conflict, match="state"):
        decide(write_offs.approve, proposed)
    # What is still owed is kept back, what was written off is not.
    assert flows.gather(now=NOW) == 1
    assert (debtor.payouts()[0].amount.minor, debtor.balance(OWED)) == (500_00, 0)


def test_neither_of_the_two_is_of_the_company(app, debtor):
    debtor.owe(700_00)
    member = factories.insider(app, role=Role.TREASURY, company_id=debtor.company_id, now=NOW).actor
    with pytest.raises(NotAllowed, match="own_money"):
        debtor.propose(1_00, actor=member)
    proposed = debtor.propose(1_00)
    for act in (write_offs.approve, write_offs.decline):
        with pytest.raises(NotAllowed, match="own_money"):
            decide(act, proposed, member)
    assert debtor.balance(OWED) == 700_00


def test_what_is_put_aside_is_owed_on_and_may_be_proposed_again(debtor):
    debtor.owe(700_00)
    first = clerk()
    proposed = debtor.propose(700_00, actor=first)
    with pytest.raises(Conflict, match="write_off_waits"):
        debtor.propose(1_00)
    decide(write_offs.decline, proposed, first)
    assert (row(proposed).state, row(proposed).second_by, debtor.balance(OWED)) == ("declined", None, 700_00)
    again, second = debtor.propose(700_00), clerk()
    decide(write_offs.decline, again, second)
    assert row(again).second_by == second.person
    with pytest.raises(NotFound):
        decide(write_offs.decline, new_id())


def test_no_more_is_written_off_than_is_owed_then(debtor):
    debtor.owe(700_00)
    with pytest.raises(Refused):
        debtor.propose(700_01)
    with pytest.raises(Refused):
        debtor.propose(700_00, reason="  ")
    proposed = debtor.propose(700_00)
    flows.gather(now=NOW)
    assert debtor.balance(OWED) == 0
    with pytest.raises(Refused):
        decide(write_offs.approve, proposed)
    decide(write_offs.decline, proposed)


def test_a_proposal_stands_on_the_board_and_treasury_is_told_once_that_it_waits(app, debtor):
    with unit_of_work() as session:
        factories.staff(session, app, role=Role.TREASURY, now=NOW)
    proposed = debtor.owe(700_00).propose(700_00)
    late = NOW + timedelta(days=30)
    session = fresh()
    found = boards.board(session, kinds=(Kind.WRITE_OFF,), late=False, cursor=None, now=late)
    assert [(one.kind, one.id, one.amount.minor) for one in found.page.items] == [(Kind.WRITE_OFF, proposed, 700_00)]
    assert [lapsing.escalate(now=late) for _ in range(2)] == [1, 0]
    assert row(proposed).escalated_at == late
    decide(write_offs.approve, proposed)
    assert (row(proposed).act_by, row(proposed).escalated_at) == (None, None)


@pytest.mark.soak
@settings(max_examples=40 if SOAK else 8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["owe", "propose", "approve", "decline", "gather"]), st.integers(1, 900)), max_size=20
    )
)
def test_what_is_owed_paid_back_and_lost_is_what_had_to_go_back(debtor, steps):
    booked, waiting = debtor.balance(OWED) + debtor.lost, None
    for act, minor in steps:
        if act == "owe":
            debtor.owe(minor)
            booked += minor
        elif act == "gather":
            before = debtor.balance(OWED)
            flows.gather(now=NOW)
            booked -= before - debtor.balance(OWED)
        elif act == "propose" and waiting is None and minor <= debtor.balance(OWED):
            waiting = debtor.propose(minor)
        elif act in ("approve", "decline") and waiting is not None:
            try:
                decide(getattr(write_offs, act), waiting)
                waiting = None
            except Refused:
                assert debtor.balance(OWED) < row(waiting).amount.minor
        assert debtor.balance(OWED) >= 0
        assert debtor.balance(OWED) + debtor.lost == booked
    if waiting is not None:
        decide(write_offs.decline, waiting)
