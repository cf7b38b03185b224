"""What house money is for: who says so, what the books say then; and the message to the bank."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from defusedxml import ElementTree

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.money import Money
from marketplace.payments.bank_files import pain001
from marketplace.payments.rules import house_money as rules
from marketplace.payments.rules.house_money import Part, Purpose, ReturnState
from marketplace.payments.rules.ledger import ACCOUNTS, CASH, AccountKind, TransferKind, check_entries
from marketplace.payments.rules.payouts import Instruction, PayoutState
from marketplace.payments.rules.references import outgoing_in
from marketplace.payments.rules.terms import PayeeAccount

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


def cny(minor):
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("minor", "kind", "entries"),
    [
        (5, TransferKind.BANK_BOOKED, rules.booked(cny(5))),
        (-5, TransferKind.BANK_BOOKED, rules.booked(cny(-5))),
        (5, TransferKind.BANK_OPENED, rules.opened(cny(5))),
        (-5, TransferKind.BANK_OPENED, rules.opened(cny(-5))),
        (5, TransferKind.BANK_OPENED, rules.found_again(cny(5))),
        (5, *rules.placed(Purpose.PROVIDER, cny(5), is_credit=True)),
        (5, *rules.placed(Purpose.OWN, cny(5), is_credit=True)),
        (5, *rules.placed(Purpose.OWN, cny(5), is_credit=False)),
    ],
)
def test_every_entry_balances_and_touches_what_it_may(minor, kind, entries):
    check_entries(kind, entries)
    moved = {ref.kind: amount.minor for ref, amount in entries}
    assert sum(moved.values()) == 0
    if AccountKind.HOUSE_BANK in moved:
        assert moved[AccountKind.HOUSE_BANK] == minor
    assert moved.keys() <= CASH | {AccountKind.PROVIDER_CLEARING}


def test_what_nobody_has_placed_is_a_liability_in_cash():
    assert (str(ACCOUNTS[AccountKind.SUSPENSE].nature), ACCOUNTS[AccountKind.SUSPENSE].cash) == ("liability", True)


@pytest.mark.parametrize(
    ("parts", "minor", "code"),
    [
        ([], 5, "required"),
        ([Part(Purpose.OWN, None, 4)], 5, "parts_sum"),
        ([Part(Purpose.OWN, None, 6), Part(Purpose.PROVIDER, None, -1)], 5, "too_small"),
        ([Part(Purpose.OWN, None, 2), Part(Purpose.OWN, None, 3)], 5, "parts_twice"),
        ([Part(Purpose.PROVIDER, None, 5)], -5, "choice"),
        ([Part(Purpose.PAYOUT, uuid4(), 5)], 5, "choice"),
        ([Part(Purpose.SENDER_SENT, uuid4(), 5)], -5, "choice"),
        ([Part(Purpose.COMMISSION, None, 5)], 5, "required"),
        ([Part(Purpose.SENDER, uuid4(), 5)], 5, "choice"),
    ],
)
def test_parts_that_cannot_be_are_refused(parts, minor, code):
    with pytest.raises(Refused) as refused:
        rules.check_parts(parts, minor=minor, currency="CNY")
    assert refused.value.errors[0].code == code


def test_money_that_left_goes_back_to_no_sender():
    with pytest.raises(Refused):
        rules.check_parts([Part(Purpose.SENDER, None, 5)], minor=-5, currency="CNY")
    rules.check_parts([Part(Purpose.SENDER, None, 2), Part(Purpose.COMMISSION, uuid4(), 3)], minor=5, currency="CNY")
    rules.check_parts([Part(Purpose.PAYOUT, uuid4(), 5)], minor=-5, currency="CNY")


def test_two_people_from_the_threshold_on_and_for_whatever_goes_back():
    assert not rules.needs_two(cny(4), cny(5), sends_back=False)
    assert rules.needs_two(cny(5), cny(5), sends_back=False)
    assert rules.needs_two(cny(1), None, sends_back=False)
    assert rules.needs_two(cny(1), cny(5), sends_back=True)
    person = uuid4()
    rules.check_second(person_id=person, first_by=uuid4())
    with pytest.raises(Conflict):
        rules.check_second(person_id=person, first_by=person)
    rules.check_not_own([uuid4()], [uuid4()])
    with pytest.raises(NotAllowed):
        rules.check_not_own([person], [person, uuid4()])


@pytest.mark.parametrize(
    ("purpose", "minor", "is_table", "needed"),
    [
        (Purpose.PAYOUT, 9, True, False),
        (Purpose.SENDER_SENT, 9, True, False),
        (Purpose.COMMISSION, 4, False, False),
        (Purpose.COMMISSION, 5, False, True),
        (Purpose.COMMISSION, 4, True, True),
    ],
)
def test_a_reference_needs_two_people_by_the_threshold_or_in_a_table_but_not_for_what_two_let_go(
    purpose, minor, is_table, needed
):
    assert rules.told_needs_two(purpose, cny(minor), cny(5), is_table=is_table) is needed


@pytest.mark.parametrize(
    ("state", "is_credit", "is_linked", "purpose"),
    [
        (PayoutState.SENT, False, False, Purpose.PAYOUT),
        (PayoutState.SETTLED, False, False, Purpose.PAYOUT),
        (PayoutState.SETTLED, False, True, None),
        (PayoutState.DUE, False, False, None),
        (PayoutState.SETTLED, True, True, Purpose.PAYOUT_RETURN),
        (PayoutState.SENT, True, False, None),
    ],
)
def test_a_payout_leaves_once_and_bounces_once_it_left(state, is_credit, is_linked, purpose):
    assert rules.said_by_reference(state, is_credit=is_credit, is_linked=is_linked) is purpose


def test_parts_and_references_are_read_as_they_were_written():
    for part in (Part(Purpose.OWN, None, 5), Part(Purpose.COMMISSION, uuid4(), 5)):
        assert Part.read(part.as_json()) == part
    assert outgoing_in("/EREF/OUT-7K3M-Q9TX ret 0UT7K3MQ9TX") == ("OUT-7K3M-Q9TX",)
    assert outgoing_in("RET-7K3M-Q9TX and OUT-1111-2222") == ("RET-7K3M-Q9TX", "OUT-1111-2222")
    assert rules.is_provider("Stripe Payments")
    assert not rules.is_provider("strip")
    assert rules.RETURNS.apply(ReturnState.APPROVED, "send") is ReturnState.SENT


def account(number="6222000000000001", name="重庆链条有限公司 & Co <1>", bic="EXAMCNBJ"):
    return PayeeAccount(name, "Example Bank", number, bic, bic[4:6])


def written(*instructions, debtors=None):
    debtors = debtors or {one.amount.currency: account("6230000000009999", "House") for one in instructions}
    text = pain001.write(
        instructions,
        debtors=debtors,
        message_id="OUTF-7K3M-Q9TX",
        remittance="City\x01",
        executed_on=NOW.date(),
        now=NOW,
    )
    return ElementTree.fromstring(text)


def texts(tree, name):
    return [node.text for node in tree.iter(f"{{{pain001.NAMESPACE}}}{name}")]


def test_a_message_has_a_batch_for_each_currency_and_sums_up():
    tree = written(
        Instruction("OUT-1111-1111", account(), cny(100_50)),
        Instruction("OUT-2222-2222", account("DE89370400440532013000"), cny(1_00)),
        Instruction("OUT-3333-3333", account(), Money(2_500_000, "VND")),
    )
    assert texts(tree, "EndToEndId") == ["OUT-1111-1111", "OUT-2222-2222", "OUT-3333-3333"]
    assert texts(tree, "InstdAmt") == ["100.50", "1.00", "2500000"]
    assert texts(tree, "NbOfTxs") == ["3", "2", "1"]
    assert texts(tree, "CtrlSum") == ["2500101.50", "101.50", "2500000"]
    assert texts(tree, "IBAN") == ["DE89370400440532013000"]
    assert texts(tree, "PmtInfId") == ["OUTF-7K3M-Q9TX-CNY", "OUTF-7K3M-Q9TX-VND"]
    assert "重庆链条有限公司 & Co <1>" in texts(tree, "Nm")
    assert texts(tree, "Ustrd")[0] == "City OUT-1111-1111"


def test_what_the_schema_refuses_is_never_written():
    with pytest.raises(ValueError, match=r"pain\.001"):
        written(Instruction("OUT-1111-1111", account(bic="no bic"), cny(1)))
