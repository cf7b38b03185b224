"""Payments by bank from payer to payee: the city keeps the score and touches no money."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries import checks
from marketplace.payments.queries import ledger as books
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries import transfers as transfer_queries
from marketplace.payments.rules.ledger import CASH, AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import MilestoneState, PaymentState, TransferState
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan, Rail
from marketplace.payments.services import commission, ledger, plans, slips, transfers
from tests.integration.payments.conftest import NOW, TODAY, Deal, clerk, exist, lapse

_PAYER, _PAYEE = AccountKind.OBLIGATION_PAYER, AccountKind.OBLIGATION_PAYEE


def recorded(session, kind):
    return [event for event in session.info.get("city.events", []) if type(event) is kind]


def test_a_deposit_falls_due_when_the_plan_is_opened(deal):
    deal.open()
    (payment,) = deal.payments()
    assert payment.amount == Money(300_000, "CNY")
    assert payment.state is PaymentState.DUE
    assert payment.event is MilestoneEvent.DEPOSIT
    assert payment.due_at == NOW + timedelta(days=7)
    assert payment.payee_account.account_number == "6222000000000001"
    assert (deal.balance(_PAYER), deal.balance(_PAYEE)) == (-300_000, 300_000)
    assert [row.state for row in deal.milestones()] == [
        MilestoneState.DUE,
        MilestoneState.PENDING,
        MilestoneState.DUE,
        MilestoneState.PENDING,
    ]


def test_nothing_is_due_at_once_when_all_is_paid_on_acceptance(deal):
    deal.open(Plan.ACCEPTANCE_100)
    assert deal.payments() == ()
    assert deal.happens(MilestoneEvent.HANDED_OVER) is None
    assert deal.happens(MilestoneEvent.ACCEPTED) == deal.payment().id
    assert deal.payment().amount == Money(1_000_000, "CNY")


def test_a_plan_is_opened_once(deal):
    first = deal.open().lines
    deal.open(Plan.ACCEPTANCE_100)
    assert {row.line_id for row in deal.milestones()} == {line for line, _amount in first}


def test_an_event_takes_its_effect_once_for_each_line(deal):
    (first, _), (second, _) = deal.open().lines
    one = deal.happens(MilestoneEvent.HANDED_OVER, [first])
    assert one == deal.happens(MilestoneEvent.HANDED_OVER, [first])
    two = deal.happens(MilestoneEvent.HANDED_OVER, None)
    assert deal.happens(MilestoneEvent.HANDED_OVER, [second]) == two
    assert deal.happens(MilestoneEvent.HANDED_OVER, None) is None
    assert [row.amount.minor for row in deal.payments()] == [300_000, 490_000, 210_000]


def test_a_share_below_the_smallest_coin_asks_for_no_payment(deal):
    deal.open(minors=(1,))
    assert deal.payments() == ()
    assert deal.happens(MilestoneEvent.HANDED_OVER) == deal.payment().id


def test_a_subject_without_plan_is_unknown(deal):
    with pytest.raises(NotFound):
        deal.happens(MilestoneEvent.DEPOSIT)
    deal.cancel()


def test_the_payee_needs_an_account(deal):
    deal.open()
    opening = plans.Opening(
        subject=deal.subject,
        reference=deal.reference,
        plan=preset(Plan.ACCEPTANCE_100, mode=Mode.DIRECT, days=5),
        mode=Mode.DIRECT,
        rail=Rail.BANK,
        payer_id=deal.buyer.company,
        payee_id=deal.merchant.company,
        payee_account=None,
        lines=[(uuid.uuid4(), Money(1, "CNY"))],
        deposit_due_at=None,
        commission_bp=0,
    )
    with pytest.raises(Refused) as refusal:
        plans.open_all(deal.session, openings=[opening], actor=deal.buyer, now=NOW)
    assert refusal.value.errors[0].field == "payee_account"


def test_two_transfers_the_second_short_for_bank_charges(deal):
    deal.open()
    file_id = deal.slip()
    assert deal.payment().state is PaymentState.SLIP_RECEIVED
    assert deal.payment().slip_file_id == file_id
    paid = deal.confirm(300_000)
    assert (paid.state, paid.charges.minor) == (PaymentState.PAID, 0)
    deal.happens(MilestoneEvent.HANDED_OVER)
    short = deal.confirm(700_000 - 13_000)
    assert (short.state, short.charges.minor) == (PaymentState.PAID, 13_000)
    assert (deal.balance(_PAYER), deal.balance(_PAYEE)) == (0, 0)
    assert {row.state for row in deal.milestones()} == {MilestoneState.PAID}
    paid_events = recorded(deal.session, events.PaymentPaid)
    assert [(event.event, event.subject_id) for event in paid_events] == [
        ("deposit", deal.subject.id),
        ("handed_over", deal.subject.id),
    ]
    third = deal.receive(5_000)
    assert third.state is TransferState.UNMATCHED
    waiting = transfer_queries.transfers(deal.session, payee_id=deal.merchant.company, state=TransferState.UNMATCHED)
    assert [row.id for row in waiting.items] == [third.id]


def test_the_tolerance_is_25_dollars_at_the_rate_of_the_day(deal):
    assert deal.open().confirm(300_000 - 18_001).state is PaymentState.PART_PAID
    other = Deal(deal.session).open()
    assert other.confirm(300_000 - 18_000).state is PaymentState.PAID


def test_without_a_rate_nothing_may_be_missing(session):
    deal = Deal(session, currency="SGD").open()
    assert deal.confirm(299_999).state is PaymentState.PART_PAID
    assert deal.confirm(1).state is PaymentState.PAID
    assert deal.is_sound()


def test_parts_add_up(deal):
    deal.open()
    part = deal.confirm(100_000)
    assert (part.state, part.outstanding) == (PaymentState.PART_PAID, Money(200_000, "CNY"))
    assert deal.balance(_PAYEE) == 200_000
    assert {row.state for row in deal.milestones() if row.payment_id} == {MilestoneState.PART_PAID}
    deal.slip()
    paid = deal.confirm(200_000)
    assert (paid.state, paid.paid, paid.outstanding.minor) == (PaymentState.PAID, Money(300_000, "CNY"), 0)


def test_too_much_is_owed_back_and_never_sent(deal):
    deal.open()
    paid = deal.confirm(312_345)
    assert (paid.state, paid.surplus.minor) == (PaymentState.PAID, 12_345)
    assert deal.balance(_PAYEE) == 0
    assert deal.balance(AccountKind.RETURN_PAYEE) == -12_345
    assert deal.balance(AccountKind.RETURN_PAYER) == 12_345


def test_a_paid_payment_confirmed_again_with_the_same_facts_stays_as_it_is(deal):
    deal.open()
    before = deal.confirm(300_000)
    assert deal.confirm(300_000) == before
    with pytest.raises(Conflict):
        deal.confirm(300_001)
    assert len(recorded(deal.session, events.PaymentPaid)) == 1


def test_money_is_matched_by_our_reference_or_the_creditor_reference(deal):
    payment = deal.open().payment()
    assert deal.receive(100_000, f"INV 7 {payment.reference}").state is TransferState.MATCHED
    assert deal.receive(200_000, payment.creditor_reference).state is TransferState.MATCHED
    assert deal.payment().state is PaymentState.PAID
    assert deal.receive(5, payment.reference).state is TransferState.UNMATCHED


def test_money_that_names_no_one_payment_waits(deal):
    first = deal.open().payment()
    second = Deal(deal.session, merchant=deal.merchant).open().payment()
    both = deal.receive(600_000, f"{first.reference} {second.reference}")
    assert both.state is TransferState.UNMATCHED
    assert deal.receive(300_000, first.reference, currency="THB").state is TransferState.UNMATCHED
    assert Deal(deal.session).receive(300_000, first.reference).state is TransferState.UNMATCHED
    transfers.match_transfer(
        deal.session, actor=deal.merchant, transfer_id=both.id, payment_ids=[first.id, second.id], now=NOW
    )
    for payment, company in ((first, first.payer_id), (second, second.payer_id)):
        row = queries.payment(deal.session, company_id=company, payment_id=payment.id)
        assert row.state is PaymentState.PAID
    again = [first.id, second.id]
    transfers.match_transfer(deal.session, actor=deal.merchant, transfer_id=both.id, payment_ids=again, now=NOW)
    with pytest.raises(Conflict):
        transfers.match_transfer(
            deal.session, actor=deal.merchant, transfer_id=both.id, payment_ids=[first.id], now=NOW
        )


def test_a_match_needs_payments_that_the_money_reaches(deal):
    first = deal.open().payment()
    second = Deal(deal.session, merchant=deal.merchant).open().payment()
    small = deal.receive(1_000)
    baht = deal.receive(1_000, currency="THB")

    def match(transfer, *payments_):
        transfers.match_transfer(
            deal.session,
            actor=deal.merchant,
            transfer_id=transfer.id,
            payment_ids=[payment.id for payment in payments_],
            now=NOW,
        )

    for transfer, chosen in ((small, ()), (small, (first, second)), (baht, (first,))):
        with pytest.raises(Refused):
            match(transfer, *chosen)
    deal.cancel()
    with pytest.raises(Conflict):
        match(small, first)


def test_late_money_for_a_settled_payment_covers_the_charges_first(deal):
    payment = deal.open().payment()
    deal.confirm(290_000)
    late = deal.receive(15_000)
    transfers.match_transfer(deal.session, actor=deal.merchant, transfer_id=late.id, payment_ids=[payment.id], now=NOW)
    row = deal.payment()
    assert (row.paid.minor, row.charges.minor, row.surplus.minor) == (305_000, 0, 5_000)
    assert (deal.balance(_PAYEE), deal.balance(AccountKind.RETURN_PAYER)) == (0, 5_000)
    assert len(transfer_queries.receipts_of(deal.session, payment_id=payment.id)) == 2


def test_only_the_payer_hands_in_slips_and_only_the_payee_confirms(deal):
    deal.open()
    payment = deal.payment()
    file_id = deal.slip()
    slips.attach_slip(deal.session, actor=deal.buyer, payment_id=payment.id, file_id=file_id, now=NOW)
    with pytest.raises(NotAllowed):
        slips.attach_slip(deal.session, actor=deal.merchant, payment_id=payment.id, file_id=file_id, now=NOW)
    with pytest.raises(NotAllowed):
        transfers.confirm_payment(
            deal.session,
            actor=deal.buyer,
            payment_id=payment.id,
            amount=Money(1, "CNY"),
            received_on=TODAY,
            now=NOW,
        )
    with pytest.raises(Refused):
        transfers.confirm_payment(
            deal.session,
            actor=deal.merchant,
            payment_id=payment.id,
            amount=Money(1, "THB"),
            received_on=TODAY,
            now=NOW,
        )


def test_strangers_find_nothing(deal):
    payment = deal.open().payment()
    transfer = deal.receive(5)
    stranger = clerk()
    file_id = deal.slip()
    for act in (
        lambda: queries.payment(deal.session, company_id=stranger.company, payment_id=payment.id),
        lambda: queries.with_slip(deal.session, company_id=stranger.company, payment_id=payment.id),
        lambda: transfer_queries.transfer(deal.session, payee_id=stranger.company, transfer_id=transfer.id),
        lambda: slips.attach_slip(deal.session, actor=stranger, payment_id=payment.id, file_id=file_id, now=NOW),
        lambda: transfers.confirm_payment(
            deal.session,
            actor=stranger,
            payment_id=payment.id,
            amount=payment.amount,
            received_on=TODAY,
            now=NOW,
        ),
        lambda: transfers.match_transfer(
            deal.session, actor=stranger, transfer_id=transfer.id, payment_ids=[payment.id], now=NOW
        ),
        lambda: transfers.match_transfer(
            deal.session, actor=deal.merchant, transfer_id=transfer.id, payment_ids=[uuid.uuid4()], now=NOW
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_is_not_paid_in_time_is_overdue_unless_its_slip_waits(deal):
    deal.open(due=1)
    waiting = Deal(deal.session).open(due=1)
    waiting.slip()
    later = Deal(deal.session).open(due=3)
    assert lapse(deal.session, now=NOW + timedelta(days=2)) == 1
    assert lapse(deal.session, now=NOW + timedelta(days=2)) == 0
    states = [one.payment().state for one in (deal, waiting, later)]
    assert states == [PaymentState.OVERDUE, PaymentState.SLIP_RECEIVED, PaymentState.DUE]
    assert [event.payment_id for event in recorded(deal.session, events.PaymentLapsed)] == [deal.payment().id]
    assert deal.confirm(300_000).state is PaymentState.PAID


def test_a_slip_that_nobody_answers_is_the_operators_and_never_becomes_money(deal):
    deal.open(due=1)
    exist(deal.session, house := clerk())
    deal.session.get(Company, house.company).kind = CompanyKind.OPERATOR
    deal.slip()
    waiting = deal.payment()
    assert (waiting.answer_by.date() - NOW.date(), waiting.escalated_at) == (timedelta(days=2), None)
    assert lapse(deal.session, now=waiting.answer_by - timedelta(seconds=1)) == 0

    assert lapse(deal.session, now=waiting.answer_by) == 1
    asked = deal.payment()
    assert (asked.state, asked.escalated_at) == (PaymentState.SLIP_RECEIVED, waiting.answer_by)
    assert [row.id for row in queries.escalated(deal.session).items] == [asked.id]
    assert recorded(deal.session, events.SlipUnanswered)[0].payment_id == asked.id
    assert lapse(deal.session, now=asked.answer_by - timedelta(seconds=1)) == 0

    assert lapse(deal.session, now=asked.answer_by) == 1
    again = deal.payment()
    assert (again.state, again.paid, again.answer_by, again.escalated_at) == (
        PaymentState.DUE, Money.zero("CNY"), None, None,
    )  # fmt: skip
    assert again.due_at > asked.answer_by, "the payer has time to show what went wrong"
    assert {row.due_at for row in deal.milestones() if row.payment_id == again.id} == {again.due_at}
    assert recorded(deal.session, events.SlipDisputed)[0].payment_id == again.id
    assert lapse(deal.session, now=again.due_at + timedelta(seconds=1)) == 1
    assert deal.payment().state is PaymentState.OVERDUE


def test_a_payee_who_has_no_money_says_so(deal):
    deal.open(due=9)
    deal.slip()
    payment = deal.payment()
    with pytest.raises(NotAllowed):
        slips.dispute(deal.session, actor=deal.buyer, payment_id=payment.id, now=NOW)
    slips.dispute(deal.session, actor=deal.merchant, payment_id=payment.id, now=NOW)
    assert (deal.payment().state, deal.payment().due_at) == (PaymentState.DUE, payment.due_at)
    with pytest.raises(Conflict):
        slips.dispute(deal.session, actor=deal.merchant, payment_id=payment.id, now=NOW)
    assert deal.confirm(300_000).state is PaymentState.PAID


def test_a_disputed_slip_leaves_what_came_before_it(deal):
    deal.open(due=9)
    deal.confirm(100_000)
    deal.slip()
    slips.dispute(deal.session, actor=deal.merchant, payment_id=deal.payment().id, now=NOW)
    assert (deal.payment().state, deal.payment().outstanding) == (PaymentState.PART_PAID, Money(200_000, "CNY"))
    assert MilestoneState.PART_PAID in {row.state for row in deal.milestones()}
    assert deal.confirm(200_000).state is PaymentState.PAID


def test_another_slip_gives_the_payee_no_more_time(deal):
    deal.open()
    deal.slip()
    first = deal.payment().answer_by
    deal.now = NOW + timedelta(days=1)
    deal.slip()
    assert deal.payment().answer_by == first


def test_cancelling_frees_the_payer_and_obliges_the_payee_to_give_back(deal):
    deal.open()
    deal.confirm(300_500)
    deal.happens(MilestoneEvent.HANDED_OVER, [deal.lines[0][0]])
    deal.confirm(90_000)
    deal.cancel()
    deal.cancel()
    assert [row.state for row in deal.payments()] == [PaymentState.PAID, PaymentState.CANCELLED]
    assert (deal.balance(_PAYER), deal.balance(_PAYEE)) == (0, 0)
    assert deal.balance(AccountKind.RETURN_PAYEE) == -(300_500 + 90_000)
    assert deal.balance(AccountKind.RETURN_PAYER) == 300_500 + 90_000
    assert {row.state for row in deal.milestones()} == {MilestoneState.PAID, MilestoneState.CANCELLED}
    assert deal.happens(MilestoneEvent.HANDED_OVER, [deal.lines[1][0]]) is None
    with pytest.raises(Conflict):
        deal.confirm(1)


def test_commission_is_billed_once_for_each_accepted_line(deal):
    deal.open()
    (first, _), (_second, _) = deal.lines
    assert commission.bill(deal.session, subject=deal.subject, line_ids=[first], now=NOW) == Money(21_000, "CNY")
    assert commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW) == Money(30_000, "CNY")
    assert deal.balance(AccountKind.COMMISSION_RECEIVABLE) == 30_000
    assert deal.balance(AccountKind.COMMISSION_INCOME) == -30_000
    without = Deal(deal.session).open(commission_bp=0)
    assert commission.bill(deal.session, subject=without.subject, line_ids=None, now=NOW) is None
    cancelled = Deal(deal.session).open()
    cancelled.cancel()
    assert commission.bill(deal.session, subject=cancelled.subject, line_ids=None, now=NOW) is None


def test_a_statement_shows_both_sides_the_same_facts(deal):
    deal.open()
    deal.confirm(300_000)
    period = {"currency": "CNY", "since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}
    buyer = books.statement(deal.session, company_id=deal.buyer.company, **period)
    merchant = books.statement(deal.session, company_id=deal.merchant.company, **period)
    assert [row.amount.minor for row in buyer.entries] == [-300_000, 300_000]
    assert [row.amount.minor for row in merchant.entries] == [300_000, -300_000]
    assert {row.payment_reference for row in merchant.entries} == {deal.payment().reference}
    assert [(row.account, row.opening.minor, row.closing.minor) for row in buyer.balances] == [(_PAYER, 0, 0)]
    commission.bill(deal.session, subject=deal.subject, line_ids=None, now=NOW)
    owing = books.statement(deal.session, company_id=deal.merchant.company, **period)
    assert owing.balances[0].closing == Money(-30_000, "CNY")
    house = books.statement(deal.session, company_id=None, **period)
    assert [row.account for row in house.balances] == [AccountKind.COMMISSION_INCOME]


def test_the_books_can_be_read_down_to_the_entry(deal):
    deal.open()
    total = next(row for row in books.totals(deal.session) if row.kind is _PAYEE)
    assert (total.balance.minor, total.accounts) == (300_000, 1)
    (account,) = books.accounts(deal.session, kind=_PAYEE, currency="CNY").items
    assert books.account(deal.session, account_id=account.id) == account
    (entry,) = books.entries(deal.session, account_id=account.id).items
    assert (entry.kind, entry.amount.minor) == (TransferKind.OBLIGATION_DUE, 300_000)
    with pytest.raises(NotFound):
        books.account(deal.session, account_id=uuid.uuid4())


def test_no_cash_of_the_city_moves_for_a_direct_subject(deal):
    deal.open()
    clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, "CNY")
    held = AccountRef(AccountKind.HELD, None, "CNY", deal.subject)
    payable = AccountRef(AccountKind.MERCHANT_PAYABLE, deal.merchant.company, "CNY")
    some = Money(5, "CNY")
    for kind, entries, subject in (
        (TransferKind.CARD_CAPTURED, pair(clearing, held, some), deal.subject),
        (TransferKind.CARD_CAPTURED, pair(clearing, held, some), None),
        (TransferKind.RELEASED, pair(held, payable, some), None),
    ):
        with pytest.raises(ValueError, match="moves no cash"):
            ledger.post(deal.session, kind=kind, key="k", entries=entries, subject=subject, now=NOW)
    deal.confirm(299_000)
    deal.happens(MilestoneEvent.HANDED_OVER)
    deal.confirm(900_000, confirmed=True)
    deal.cancel()
    cash = sa.select(LedgerEntry.id).join(LedgerAccount).where(LedgerAccount.kind.in_(CASH))
    assert deal.session.scalars(cash).first() is None


def test_a_transfer_is_posted_once_under_its_key(deal):
    side = [AccountRef(kind, uuid.uuid4(), "CNY", deal.subject) for kind in (_PAYEE, _PAYER)]

    def post(minor, kind=TransferKind.OBLIGATION_DUE):
        entries = pair(*side, Money(minor, "CNY"))
        return ledger.post(deal.session, kind=kind, key="fact", entries=entries, subject=deal.subject, now=NOW)

    assert post(5) == post(5)
    assert books.balance(deal.session, account=side[0]).minor == 5
    for other in (lambda: post(6), lambda: post(5, TransferKind.OBLIGATION_PAID)):
        with pytest.raises(Conflict):
            other()


@pytest.mark.parametrize("table", [LedgerAccount, LedgerTransfer, LedgerEntry])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_ledger_is_insert_only(deal, table, verb):
    deal.open()
    statement = sa.delete(table) if verb == "delete" else sa.update(table).values(id=uuid.uuid4())
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), deal.session.begin_nested():
        deal.session.execute(statement)


def test_another_plan_or_payee_than_agreed_is_found(session, deal):
    deal.open()
    assert checks.breaches(session) == []
    undone = session.begin_nested()
    terms = session.scalars(sa.select(PaymentTerms)).one()
    terms.agreed = terms.agreed | {"stages": terms.agreed["stages"][1:]}
    assert [one.what for one in checks.breaches(session)] == ["has no payment plan"]
    terms.agreed = {**terms.agreed, "stages": [{"event": "accepted", "basis_points": 10_000, "days": 5}]}
    assert [one.what for one in checks.breaches(session)] == ["is divided otherwise than its plan says"]
    terms.payee_account = {**(terms.payee_account or {}), "account_number": "1"}
    assert "is to be paid to another payee than the contract names" in {one.what for one in checks.breaches(session)}
    undone.rollback()
