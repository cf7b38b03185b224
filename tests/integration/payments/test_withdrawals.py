"""Money that was written down and never came: withdrawn, the books are as before; never what something stands upon."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.audit.queries import latest
from marketplace.kernel import events as kernel_events
from marketplace.kernel.db import unit_of_work, write_put_off
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.payments import events
from marketplace.payments.models.plans import TransferWithdrawal
from marketplace.payments.queries import payouts, transfers
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import Mistake, PaymentState, TransferState
from marketplace.payments.rules.terms import MilestoneEvent, Plan
from marketplace.payments.services import returns, slips, withdrawals
from marketplace.payments.services import transfers as receipts
from tests.conftest import SOAK
from tests.integration.payments.conftest import NOW, Deal, clerk, exist, publish_rates
from tests.integration.payments.test_direct import recorded

BALANCES = (
    AccountKind.OBLIGATION_PAYER, AccountKind.OBLIGATION_PAYEE, AccountKind.RETURN_PAYER, AccountKind.RETURN_PAYEE,
)  # fmt: skip


@pytest.fixture
def deal(app):
    with unit_of_work() as session:
        publish_rates(session)
        made = opened(session)
        yield made
        assert made.is_sound()
        kernel_events.forget(session)


def opened(session, **more):
    made = Deal(session, **more).open(Plan.ACCEPTANCE_100)
    exist(session, made.buyer)
    made.happens(MilestoneEvent.ACCEPTED)
    return made


def withdraw(deal, transfer, mistake=Mistake.WRONG_AMOUNT, actor=None):
    withdrawals.withdraw(deal.session, actor=actor or deal.merchant, transfer_id=transfer.id, mistake=mistake, now=NOW)


def receive(deal, minor, *others):
    """Let money come that the merchant matches to the deal's payment, however much it is."""
    row = deal.receive(minor)
    match(deal, row, deal, *others)
    return transfers.transfer(deal.session, payee_id=deal.merchant.company, transfer_id=row.id)


def match(deal, row, *deals):
    receipts.match_transfer(
        deal.session,
        actor=deal.merchant,
        transfer_id=row.id,
        payment_ids=[each.payment().id for each in deals],
        confirmed=True,
        now=NOW,
    )


def standing(deal):
    row = deal.payment()
    figures = (row.paid, row.charges, row.surplus, row.settled_at, row.outstanding)
    owed = payouts.returns(deal.session, company_id=deal.buyer.company)
    return (*figures, *(deal.balance(kind) for kind in BALANCES), len(owed), transfers.receipts_of(
        deal.session, payment_id=row.id
    ))  # fmt: skip


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 40, deadline=None, suppress_health_check=list(HealthCheck))
@given(minors=st.lists(st.integers(1, 1_200_000), min_size=1, max_size=6))
def test_withdrawing_in_turn_gives_back_every_standing_from_before(deal, minors):
    with deal.session.begin_nested() as life:
        before, written = [standing(deal)], []
        for minor in minors:
            written.append(receive(deal, minor))
            before.append(standing(deal))
        for row in reversed(written):
            assert standing(deal) == before.pop()
            withdraw(deal, row)
            assert deal.is_sound()
        assert standing(deal) == before.pop()
        assert deal.payment().state is PaymentState.DUE
        life.rollback()


def test_what_never_came_counts_for_nothing_and_leaves_its_traces(deal):
    asked = deal.payment()
    row = receive(deal, asked.amount.minor)
    assert deal.payment().state is PaymentState.PAID
    for _ in range(2):
        withdraw(deal, row, Mistake.NEVER_CAME)
    again = deal.payment()
    assert (again.state, again.paid.minor, again.settled_at) == (PaymentState.DUE, 0, None)
    assert again.due_at >= asked.due_at
    kept = transfers.transfer(deal.session, payee_id=deal.merchant.company, transfer_id=row.id)
    assert (kept.state, kept.matches) == (TransferState.WITHDRAWN, row.matches)
    (word,) = deal.session.scalars(sa.select(TransferWithdrawal)).all()
    assert (word.transfer_id, word.mistake, word.person_id) == (row.id, Mistake.NEVER_CAME, deal.merchant.person)
    write_put_off(deal.session)
    acts = [entry.action for entry in latest(deal.session, size=50) if entry.subject_id == row.id]
    assert acts.count("transfer.withdrawn") == 1
    told = recorded(deal.session, events.ReceiptWithdrawn)
    assert [(one.payment_id, one.unsettles) for one in told] == [(asked.id, True)]
    assert receive(deal, asked.amount.minor).state is TransferState.MATCHED
    assert deal.payment().state is PaymentState.PAID


def test_the_slip_of_money_that_was_withdrawn_is_shown_again(deal):
    payment, slip = deal.payment(), deal.slip()

    def show_again():
        slips.attach_slip(deal.session, actor=deal.buyer, payment_id=payment.id, file_id=slip, now=NOW)

    row = receive(deal, payment.amount.minor)
    show_again()
    assert deal.payment().state is PaymentState.PAID
    withdraw(deal, row, Mistake.NEVER_CAME)
    assert (deal.payment().state, deal.payment().answer_by) == (PaymentState.DUE, None)
    show_again()
    assert deal.payment().state is PaymentState.SLIP_RECEIVED
    assert deal.payment().answer_by is not None


def test_unmatched_money_is_withdrawn_and_waits_no_more(deal):
    row = deal.receive(1_000)
    assert row.act_by is not None
    withdraw(deal, row)
    kept = transfers.transfer(deal.session, payee_id=deal.merchant.company, transfer_id=row.id)
    assert (kept.state, kept.act_by) == (TransferState.WITHDRAWN, None)


def test_the_latest_goes_first_and_strangers_find_nothing(deal):
    first, second = receive(deal, 1_000), receive(deal, 2_000)
    for actor in (deal.buyer, clerk()):
        with pytest.raises(NotFound):
            withdraw(deal, second, actor=actor)
    with pytest.raises(Conflict, match="later_receipt"):
        withdraw(deal, first)
    withdraw(deal, second)
    withdraw(deal, first)
    assert deal.payment().paid.minor == 0


def test_what_something_stands_upon_stays(deal):
    amount = deal.payment().amount.minor
    too_much = receive(deal, amount + 500)
    (owed,) = payouts.returns(deal.session, company_id=deal.buyer.company)
    returns.record_made(deal.session, actor=deal.merchant, return_id=owed.id, now=NOW)
    with pytest.raises(Conflict, match="receipt_counts"):
        withdraw(deal, too_much)

    ended = opened(deal.session)
    row = receive(ended, 1_000)
    ended.cancel()
    with pytest.raises(Conflict, match="receipt_counts"):
        withdraw(ended, row)


def test_a_surplus_that_never_came_is_owed_back_no_more(deal):
    row = receive(deal, deal.payment().amount.minor + 500)
    (owed,) = payouts.returns(deal.session, company_id=deal.buyer.company)
    withdraw(deal, row)
    assert payouts.returns(deal.session, company_id=deal.buyer.company) == ()
    with pytest.raises(NotFound):
        returns.record_made(deal.session, actor=deal.merchant, return_id=owed.id, now=NOW)


def test_one_transfer_for_two_payments_is_withdrawn_from_both(deal):
    other = opened(deal.session, merchant=deal.merchant)
    both = receive(deal, 1_100_000, other)
    assert (deal.payment().state, other.payment().state) == (PaymentState.PAID, PaymentState.PART_PAID)
    withdraw(deal, both)
    assert {deal.payment().state, other.payment().state} == {PaymentState.DUE}
    assert other.is_sound()
