"""Bank statements: taken once, matched by reference; the house's books show what its bank does, by two people."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from defusedxml import ElementTree

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock, events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import db, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.bank_files import pain001
from marketplace.payments.flows import payouts as payout_flows
from marketplace.payments.flows import statements as flows
from marketplace.payments.queries import bank, checks, house_bank, house_figures, ledger, payments, transfers, waits
from marketplace.payments.queries import payouts as payout_queries
from marketplace.payments.rules.house_money import EntryState, Part, Purpose
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import Mistake, PaymentState, TransferState
from marketplace.payments.rules.payouts import Instruction, PayoutState
from marketplace.payments.rules.terms import MilestoneEvent, PayeeAccount, Subject, SubjectKind
from marketplace.payments.services import (
    commission,
    house_money,
    house_reversing,
    payout_files,
    payouts,
    receivables,
    withdrawals,
)
from marketplace.payments.services import ledger as books
from marketplace.payments.services import transfers as receipts
from marketplace.payments.services import waits as waiting
from tests import factories
from tests.integration.payments.conftest import NOW, TODAY, Deal, exist, publish_rates
from tests.support.bank import Booked, Day, camt053, mt940, table
from tests.support.invariants import fresh
from tests.support.payouts import Till, name_payee, told
from tests.support.racing import at_once
from tests.support.statements import statements

HOUSE = "6230000000009999"
OWN = "6222000000000001"
PATIENCE = 1.0


def take(actor, content, *, is_house=False, **more):
    return flows.take_in(content, actor=actor, is_house=is_house, now=NOW, **more)


@pytest.fixture
def deal(app):
    """Return a committed order of 10,000 CNY whose deposit of 3,000 is due, and whose merchant named an account."""
    with unit_of_work() as session:
        publish_rates(session)
        made = Deal(session)
        for actor in (made.merchant, made.buyer):
            exist(session, actor)
        made.open()
        app.extensions["city.reactions"] = {}
    name_payee(made.merchant.company, number=OWN, name="Chongqing Example Trading Co., Ltd.")
    made.session = fresh()
    yield made
    assert checks.breaches(fresh()) == []


def one(deal):
    return payments.payments_of(fresh(), subjects=[deal.subject])[deal.subject][0]


def came(deal):
    return transfers.transfers(fresh(), payee_id=deal.merchant.company).items


@pytest.fixture
def reactions(app):
    kept = app.extensions["city.reactions"]
    yield
    app.extensions["city.reactions"] = kept


@pytest.mark.usefixtures("reactions")
def test_one_day_in_three_forms_is_taken_once(deal):
    reference = one(deal).reference
    lines = (
        Booked(100_000, f"{reference} part one", "FT1", "Hanoi Parts Co", "1903000111"),
        Booked(200_500, f"/ROC/{one(deal).creditor_reference}", "FT2"),
        Booked(777, "another customer of ours", "FT3"),
        Booked(-1_200, "bank charges"),
    )
    day = Day(TODAY, OWN, lines, opening=5_000, number=12)
    contents = [camt053(day), mt940(day), table(day)]
    assert [[(each.entries, each.new_entries) for each in take(deal.merchant, content)] for content in contents] == [
        [(4, 4)], [(4, 0)], [(4, 0)],
    ]  # fmt: skip
    assert take(deal.merchant, contents[0])[0].new_entries == 0
    assert sorted(row.amount.minor for row in came(deal)) == [777, 100_000, 200_500]
    paid = one(deal)
    assert (paid.state, paid.paid.minor, paid.surplus.minor) == (PaymentState.PAID, 300_500, 500)
    (other,) = [row for row in came(deal) if row.state is TransferState.UNMATCHED]
    assert (other.amount.minor, other.act_by, other.received_on) == (777, None, TODAY)
    page = bank.entries(fresh(), company_id=deal.merchant.company)
    assert {row.state for row in page.items} == {EntryState.TAKEN, EntryState.KEPT}
    assert bank.last_mapping(fresh(), company_id=deal.merchant.company) == {}


@pytest.mark.usefixtures("reactions")
def test_money_that_is_for_nothing_here_is_put_aside_and_may_be_matched_all_the_same(deal):
    take(deal.merchant, camt053(Day(TODAY, OWN, (Booked(300_000, "deposit", "FT1"),))))
    (waiting,) = came(deal)
    with unit_of_work() as session:
        receipts.dismiss(session, actor=deal.merchant, transfer_id=waiting.id, now=NOW)
        receipts.dismiss(session, actor=deal.merchant, transfer_id=waiting.id, now=NOW)
        with pytest.raises(NotFound):
            receipts.dismiss(session, actor=deal.buyer, transfer_id=waiting.id, now=NOW)
    assert came(deal)[0].state is TransferState.NOT_OURS
    with unit_of_work() as session:
        receipts.match_transfer(
            session, actor=deal.merchant, transfer_id=waiting.id, payment_ids=[one(deal).id], now=NOW
        )
    assert one(deal).state is PaymentState.PAID
    with pytest.raises(Conflict), unit_of_work() as session:
        receipts.dismiss(session, actor=deal.merchant, transfer_id=waiting.id, now=NOW)


@pytest.mark.usefixtures("reactions")
def test_what_the_payee_wrote_down_before_is_the_same_money(deal):
    with unit_of_work() as session:
        receipts.confirm_payment(
            session, actor=deal.merchant, payment_id=one(deal).id, amount=Money(300_000, "CNY"), received_on=TODAY,
            now=NOW,
        )  # fmt: skip
        receipts.record_transfer(session, actor=deal.merchant, amount=Money(40_000, "CNY"), received_on=TODAY, now=NOW)
    lines = (Booked(300_000, one(deal).reference, "FT1"), Booked(40_000, "x", "FT2"), Booked(40_000, "y", "FT3"))
    take(deal.merchant, camt053(Day(TODAY - timedelta(days=1), OWN, lines)))
    assert sorted(row.amount.minor for row in came(deal)) == [40_000, 40_000, 300_000]
    assert one(deal).paid.minor == 300_000


@pytest.mark.usefixtures("reactions")
def test_a_transfer_is_divided_as_the_payee_says(deal):
    with unit_of_work() as session:
        deal.session = session
        deal.happens(MilestoneEvent.HANDED_OVER)
    deposit, rest = payments.payments_of(fresh(), subjects=[deal.subject])[deal.subject]
    take(deal.merchant, camt053(Day(TODAY, OWN, (Booked(500_000, "two at once", "FT1"),))))
    (waiting,) = came(deal)

    def divide(*minors):
        with unit_of_work() as session:
            receipts.match_transfer(
                session, actor=deal.merchant, transfer_id=waiting.id, payment_ids=[deposit.id, rest.id],
                amounts=[Money(minor, "CNY") for minor in minors], now=NOW,
            )  # fmt: skip

    for wrong in ((500_000,), (1, 2), (500_001, -1)):
        with pytest.raises(Refused):
            divide(*wrong)
    divide(100_000, 400_000)
    found = payments.payments_of(fresh(), subjects=[deal.subject])[deal.subject]
    assert [row.paid.minor for row in found] == [100_000, 400_000]


@pytest.mark.usefixtures("reactions")
def test_nothing_is_half_imported(deal):
    good, foreign = Day(TODAY, OWN, (Booked(100, "a", "FT1"),)), Day(TODAY, "999", (Booked(1, "b", "FT2"),))
    broken = camt053(good).replace(b">1.00<", b">1.01<", 1)
    for content, code in ((camt053(good, foreign), "statement_account"), (broken, "statement_sum")):
        with pytest.raises(Refused) as refused:
            take(deal.merchant, content)
        assert refused.value.errors[0].code == code
    with pytest.raises(Refused):
        take(deal.buyer, camt053(good))
    with pytest.raises(Refused):
        take(deal.merchant, table(good), account="nobody's")
    assert came(deal) == ()
    assert bank.statements(fresh(), company_id=deal.merchant.company).items == ()


@pytest.mark.usefixtures("reactions")
def test_a_missing_statement_is_told_and_a_mapping_is_kept(deal):
    later = Day(TODAY, OWN, (Booked(5, "b", "FT2"),), opening=300, number=3)
    for day in (Day(TODAY - timedelta(days=2), OWN, (Booked(100, "a", "FT1"),), number=1), later):
        take(deal.merchant, mt940(day))
    last, first = bank.statements(fresh(), company_id=deal.merchant.company).items
    assert (first.gap, last.gap.minor) == (None, 200)
    between = Day(TODAY - timedelta(days=1), OWN, (Booked(200, "c", "FT9"),), opening=100, number=2)
    content = "Wann,Wieviel\n" + f"{between.day},2.00\n"
    done = take(deal.merchant, content.encode(), mapping={"day": "Wann", "amount": "Wieviel"}, opening=Decimal(1))
    assert done[0].new_entries == 1
    assert bank.last_mapping(fresh(), company_id=deal.merchant.company) == {"day": "Wann", "amount": "Wieviel"}
    assert take(deal.merchant, content.encode(), opening=Decimal(1))[0].new_entries == 0
    found = {row.since: row.gap for row in bank.statements(fresh(), company_id=deal.merchant.company).items}
    assert found[TODAY].minor == 0
    row = bank.statement(fresh(), company_id=deal.merchant.company, statement_id=done[0].statement_id)
    assert row.closing.minor == 300
    with pytest.raises(NotFound):
        bank.statement(fresh(), company_id=deal.buyer.company, statement_id=row.id)


# The house's own account.


class House:
    """The operator, its two finance people, its account, and a merchant with money at the provider."""

    def __init__(self, app):
        with unit_of_work() as session:
            publish_rates(session)
            self.first = factories.staff(session, app, role=Role.TREASURY, now=clock.now()).actor
        self.second = Actor(person_id=new_id(), company_id=self.first.company, company_kind="operator")
        name_payee(self.first.company, number=HOUSE, name="Chongqing-ASEAN International Logistics")
        self.balance, self.number = 1_000_000, 0

    def shows(self, *lines, day=TODAY):
        """Let the bank book these lines, and import its statement."""
        self.number += 1
        told = Day(day, HOUSE, lines, opening=self.balance, number=self.number)
        self.balance = told.closing
        take(self.first, camt053(told), is_house=True)
        return self.waiting()

    def waiting(self):
        rows = bank.entries(fresh(), company_id=self.first.company).items
        return house_bank.queue(fresh(), [row for row in rows if row.state is not EntryState.MATCHED])

    def says(self, entry_id, *parts, actor=None, **more):
        with unit_of_work() as session:
            return house_money.propose(
                session, actor=actor or self.first, entry_id=entry_id, parts=parts, now=NOW, **more
            )

    def agrees(self, entry_id, actor=None):
        with unit_of_work() as session:
            house_money.approve(session, actor=actor or self.second, entry_id=entry_id, now=NOW)

    def has(self, kind):
        return house_figures.in_books(fresh(), currency="CNY", kind=kind).minor

    def is_sound(self):
        assert checks.breaches(fresh()) == []
        (figure,) = house_figures.figures(fresh())
        assert figure.at_bank.minor == figure.in_books.minor == self.balance
        assert not figure.difference


@pytest.fixture
def house(app):
    found = House(app)
    yield found
    found.is_sound()


@pytest.fixture
def till(app, house):
    company_id = factories.open_market(app).thai.company
    name_payee(company_id, number="6222000000000077", name="重庆链条有限公司")
    return Till(company_id)


def overdraw(till, minor):
    """Let money that was paid out to a company have to go back to its payer."""
    held = AccountRef(AccountKind.HELD, None, "CNY", Subject(SubjectKind.ORDER, new_id()))
    payable = AccountRef(AccountKind.MERCHANT_PAYABLE, till.company_id, "CNY")
    with unit_of_work() as session:
        entries = pair(payable, held, Money(minor, "CNY"))
        kind = TransferKind.RELEASE_REVERSED
        books.post(session, kind=kind, key=f"{kind}:{new_id()}", entries=entries, subject=held.subject, now=NOW)
        receivables.book(session, account=payable, cause="test", now=NOW)


def test_what_a_company_owes_after_a_payout_it_may_pay(house, till):
    overdraw(till, 50_000_00)
    (row,) = house.shows(Booked(60_000_00, "back", "FT1", "?", "6222000000000077"))
    assert (Purpose.RECEIVABLE, till.company_id, "payer") in [
        (one.purpose, one.target_id, one.why) for one in row.suggestions
    ]
    with pytest.raises(Refused):
        house.says(row.entry.id, Part(Purpose.RECEIVABLE, till.company_id, 60_000_00))
    parts = (Part(Purpose.RECEIVABLE, till.company_id, 50_000_00), Part(Purpose.OWN, None, 10_000_00))
    with pytest.raises(NotAllowed, match="own_money"):
        house.says(row.entry.id, *parts, actor=Actor(new_id(), till.company_id, "operator"))
    house.says(row.entry.id, *parts)
    house.agrees(row.entry.id)
    assert till.balance(AccountKind.MERCHANT_RECEIVABLE) == 0
    till.release(1_000_00)
    payout_flows.gather(now=NOW)
    assert [one.amount.minor for one in till.payouts()] == [1_000_00]
    with unit_of_work() as session:
        house_reversing.doubt(session, actor=house.first, entry_id=row.entry.id, reason="another's", now=NOW)
    with unit_of_work() as session:
        house_reversing.agree(session, actor=house.second, entry_id=row.entry.id, now=NOW)
    assert till.balance(AccountKind.MERCHANT_RECEIVABLE) == 50_000_00


def bill(company_id, minor):
    with unit_of_work() as session:
        entries = pair(
            AccountRef(AccountKind.COMMISSION_RECEIVABLE, company_id, "CNY"),
            AccountRef(AccountKind.COMMISSION_INCOME, None, "CNY"),
            Money(minor, "CNY"),
        )
        books.post(
            session, kind=TransferKind.COMMISSION_BILLED, key=f"t:{new_id()}", entries=entries, subject=None, now=NOW
        )


def owed(company_id):
    account = AccountRef(AccountKind.COMMISSION_RECEIVABLE, company_id, "CNY")
    return ledger.balance(fresh(), account=account).minor


def receive(house, company_id, minor, reference):
    with unit_of_work() as session:
        return commission.receive(
            session,
            company_id=company_id,
            amount=Money(minor, "CNY"),
            bank_reference=reference,
            actor=house.first,
            now=NOW,
        )


def test_commission_is_told_by_the_account_it_comes_from_or_said_by_people(house, till):
    bill(till.company_id, 300_00)
    exact = Booked(300_00, "commission", "FT1", "X", "6222 0000 0000 0077")
    assert house.shows(exact) == ()
    assert owed(till.company_id) == 0
    bill(till.company_id, 500_00)
    (row,) = house.shows(Booked(200_00, "our bill", "FT2", "somebody", "6222000000000077"))
    assert [(each.purpose, each.target_id, each.why) for each in row.suggestions] == [
        (Purpose.COMMISSION, till.company_id, "payer")
    ]
    part = Part(Purpose.COMMISSION, till.company_id, 200_00)
    for wrong in (
        [],
        [Part(Purpose.COMMISSION, till.company_id, 199_00)],
        [Part(Purpose.COMMISSION, None, 200_00)],
        [Part(Purpose.OWN, till.company_id, 200_00)],
        [Part(Purpose.PAYOUT, new_id(), 200_00)],
        [Part(Purpose.SENDER_SENT, new_id(), 200_00)],
        [Part(Purpose.COMMISSION, till.company_id, 100_00)] * 2,
    ):
        with pytest.raises(Refused):
            house.says(row.entry.id, *wrong)
    with pytest.raises(NotFound):
        house.says(row.entry.id, Part(Purpose.COMMISSION, new_id(), 200_00))
    with pytest.raises(NotAllowed, match="own_money"):
        house.says(row.entry.id, part, actor=Actor(new_id(), till.company_id, "trade"))
    assert house.says(row.entry.id, part) is EntryState.MATCHED
    with pytest.raises(Conflict):
        house.says(row.entry.id, part)
    assert owed(till.company_id) == 300_00
    with pytest.raises(NotFound):
        house.agrees(new_id())


def test_a_receipt_written_down_before_is_no_new_money(house, till):
    bill(till.company_id, 900_00)
    receive(house, till.company_id, 100_00, "FT 1")  # before there are statements
    house.shows()
    receive(house, till.company_id, 200_00, "FT 2")
    receive(house, till.company_id, 300_00, "by telephone")
    rows = house.shows(
        Booked(100_00, "a", "FT1"), Booked(200_00, "b", "FT2"), Booked(300_00, "c", "FT3"), Booked(300_00, "d", "FT4")
    )
    assert [row.entry.amount.minor for row in rows] == [300_00, 300_00]
    (receipt,) = {each.target_id for row in rows for each in row.suggestions if each.purpose is Purpose.RECEIPT}
    house.says(rows[0].entry.id, Part(Purpose.RECEIPT, receipt, 300_00))
    for again in (receipt, new_id()):
        with pytest.raises((Refused, NotFound)):
            house.says(rows[1].entry.id, Part(Purpose.RECEIPT, again, 300_00))
    house.says(rows[1].entry.id, Part(Purpose.COMMISSION, till.company_id, 300_00))
    assert owed(till.company_id) == 0
    assert house.has(AccountKind.SUSPENSE) == 0
    assert house.has(AccountKind.OPENING_BALANCE) == -1_000_000


def test_one_person_writes_down_so_much_commission_in_a_week_and_no_more(house, till):
    bill(till.company_id, 90_000_00)
    receive(house, till.company_id, 30_000_00, "FT 1")
    with pytest.raises(Conflict, match="hand_limit"):
        receive(house, till.company_id, 20_000_00, "FT 2")
    receive(house, till.company_id, 19_999_99, "FT 2")
    assert owed(till.company_id) == 40_000_01
    house.shows()


def paid_out(house, till, minor):
    till.release(minor)
    payout_flows.gather(now=NOW)
    due = till.payouts()[0]
    for person in (house.first, house.second)[: due.approvals_needed]:
        with unit_of_work() as session:
            payouts.approve(session, payout_id=due.id, actor=person, now=NOW)
    return due, payout_flows.send(remittance="City", now=NOW)


def paid_out_to(company_id, actor, minor):
    """Release this much to a company, and send its payout; return its reference."""
    till, now = Till(company_id).release(minor), clock.now()
    payout_flows.gather(now=now)
    due = till.payouts()[0]
    payout_flows.approve(payout_id=due.id, actor=actor, remittance="City", now=now)
    return due.reference


@pytest.mark.parametrize(
    ("now", "day"),
    [
        # By the clock of Chongqing: a Thursday night whose day is over in UTC only, and a Saturday.
        (datetime(2026, 11, 26, 17, 30, tzinfo=UTC), "2026-11-27"),
        (datetime(2026, 11, 27, 17, 30, tzinfo=UTC), "2026-11-30"),
    ],
)
def test_the_bank_is_asked_to_pay_on_the_houses_next_working_day(house, now, day):
    house.shows()
    payee = PayeeAccount("A", "B", "6222000000000077", "EXAMCNBJ", "CN")
    with unit_of_work() as session:
        instructions = [Instruction("OUT-7K3M-Q9TX", payee, Money(5, "CNY"))]
        file = payout_files.write(session, instructions, remittance="City", now=now)
        assert f"<ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>" in file.pain001


def test_a_payout_leaves_bounces_and_is_owed_again(house, till):
    due, file_id = paid_out(house, till, 70_000_00)
    house.shows()
    assert house.shows(Booked(-70_000_00, "", "FT1", end_to_end=due.reference)) == ()
    assert str(till.payouts()[0].state) == "settled"
    assert till.balance(AccountKind.PAYOUT_IN_TRANSIT) == 0
    (row,) = house.shows(Booked(70_000_00, f"RETURN {due.reference} account closed", "FT2"))
    house.agrees(row.entry.id)
    assert str(till.payouts()[0].state) == "returned"
    assert till.balance(AccountKind.MERCHANT_PAYABLE) == -70_000_00
    with pytest.raises(Conflict), unit_of_work() as session:
        payouts.return_by_statement(session, payout_id=due.id, actor=house.first, now=NOW)
    assert payout_flows.gather(now=NOW) == 1
    file = payout_queries.file(fresh(), file_id=file_id)
    tree = ElementTree.fromstring(file.pain001)
    space = f"{{{pain001.NAMESPACE}}}"
    assert [node.text for node in tree.iter(f"{space}EndToEndId")] == [due.reference]
    assert [node.text for node in tree.iter(f"{space}CtrlSum")] == ["70000.00", "70000.00"]
    assert [node.text for node in tree.iter(f"{space}Id") if node.text and node.text.strip()] == [
        HOUSE,
        "6222000000000077",
    ]
    assert "重庆链条有限公司" in file.pain001


def test_a_payout_noted_by_hand_is_put_right_by_the_statement(house, till):
    due, _file = paid_out(house, till, 100_00)
    with unit_of_work() as session:
        payouts.record_result(session, payout_id=due.id, **told("settled", NOW), actor=house.first, now=NOW)
    before = house.has(AccountKind.PROVIDER_CLEARING)
    assert house.shows(Booked(-100_00, due.reference, "FT1")) == ()
    assert house.has(AccountKind.PROVIDER_CLEARING) == before + 100_00
    (row,) = house.shows(Booked(-100_00, due.reference, "FT2"))  # a second time it is nobody's
    assert row.suggestions == ()
    with pytest.raises(Conflict):
        house.says(row.entry.id, Part(Purpose.PAYOUT, due.id, 100_00))
    with pytest.raises(NotFound):
        house.says(row.entry.id, Part(Purpose.PAYOUT, new_id(), 100_00))
    house.says(row.entry.id, Part(Purpose.OWN, None, 100_00))


def test_the_provider_pays_out_and_the_house_has_its_own_affairs(house, till):
    till.release(500_00)
    rows = house.shows(
        Booked(400_00, "STRIPE payout", "FT1"), Booked(-80_00, "rent", "FT2"), Booked(9_00, "tax", "FT3")
    )
    by_amount = {row.entry.amount.minor: row for row in rows}
    assert [each.purpose for each in by_amount[400_00].suggestions] == [Purpose.PROVIDER]
    house.says(by_amount[400_00].entry.id, Part(Purpose.PROVIDER, None, 400_00))
    house.says(by_amount[-80_00].entry.id, Part(Purpose.OWN, None, 80_00))
    house.says(by_amount[9_00].entry.id, Part(Purpose.OWN, None, 9_00))
    assert house.has(AccountKind.PROVIDER_CLEARING) == 100_00
    assert (house.has(AccountKind.HOUSE_OWN), house.has(AccountKind.SUSPENSE)) == (71_00, 0)


UNKNOWN = Booked(650_00, "for the consignment", "FT1", "Unknown Ltd", "1903000999", "BFTVVNVX")


def test_unknown_money_goes_back_by_two_people_to_where_it_came_from(house, till):
    bill(till.company_id, 150_00)
    (row,) = house.shows(UNKNOWN)
    entry_id = row.entry.id
    parts = Part(Purpose.COMMISSION, till.company_id, 150_00), Part(Purpose.SENDER, None, 500_00)
    assert house.says(entry_id, *parts) is EntryState.PROPOSED
    (row,) = house.waiting()
    assert row.proposal.sender["account_number"] == "1903000999"
    with pytest.raises(Conflict, match="same_person"):
        house.agrees(entry_id, house.first)
    with pytest.raises(NotAllowed):
        house.agrees(entry_id, Actor(new_id(), till.company_id, "trade"))
    with unit_of_work() as session:
        house_money.decline(session, actor=house.second, entry_id=entry_id, now=NOW)
    with pytest.raises(Conflict):
        house.agrees(entry_id)
    house.says(entry_id, *parts)
    house.agrees(entry_id)
    assert owed(till.company_id) == 0
    (back,) = house_bank.sender_returns(fresh())
    assert (str(back.state), back.amount.minor, house.has(AccountKind.SUSPENSE)) == ("approved", 500_00, -500_00)
    file_id = payout_flows.send(remittance="City", now=NOW)
    file = payout_queries.file(fresh(), file_id=file_id)
    assert back.reference in file.content
    assert "1903000999" in file.pain001
    assert house.shows(Booked(-500_00, "", "FT2", end_to_end=back.reference)) == ()
    assert (str(house_bank.sender_returns(fresh())[0].state), house.has(AccountKind.SUSPENSE)) == ("settled", 0)
    (row,) = house.shows(Booked(500_00, f"{back.reference} unknown account", "FT3"))
    assert str(house_bank.sender_returns(fresh())[0].state) == "returned"
    with pytest.raises(Refused) as refused:
        house.says(row.entry.id, Part(Purpose.SENDER, None, 500_00))
    assert refused.value.errors[0].code == "no_source"


def test_a_bank_that_the_statement_does_not_name_is_told_by_people(house):
    (row,) = house.shows(Booked(1_00, "?", "FT1", "Unknown Ltd", "1903000999"))
    part = Part(Purpose.SENDER, None, 1_00)
    with pytest.raises(Refused) as refused:
        house.says(row.entry.id, part)
    assert {error.field for error in refused.value.errors} >= {"bic"}
    house.says(row.entry.id, part, sender={"bic": "bftv vnvx", "bank_name": "VCB"})
    (row,) = house.waiting()
    assert (row.proposal.sender["bic"], row.proposal.sender["country"]) == ("BFTVVNVX", "VN")


def test_from_the_threshold_on_a_second_person_agrees(house):
    rows = house.shows(Booked(49_999_99, "own", "FT1"), Booked(50_000_00, "own", "FT2"))
    states = {
        row.entry.amount.minor: house.says(row.entry.id, Part(Purpose.OWN, None, row.entry.amount.minor))
        for row in rows
    }
    assert states == {49_999_99: EntryState.MATCHED, 50_000_00: EntryState.PROPOSED}


def test_a_statement_that_comes_late_moves_the_beginning_of_the_books(house):
    house.shows(Booked(5_00, "a", "FT2"))
    early = Day(TODAY - timedelta(days=1), HOUSE, (Booked(300_00, "b", "FT1"),), opening=970_000, number=90)
    take(house.first, mt940(early), is_house=True)
    assert house.has(AccountKind.OPENING_BALANCE) == -970_000
    with pytest.raises(Refused) as refused:
        take(house.first, b"day,amount\n2026-11-25,1\n", is_house=True)
    assert refused.value.errors[0].field == "opening"


def test_two_people_agree_at_once_and_the_money_goes_back_once(app, house):
    (row,) = house.shows(UNKNOWN)
    house.says(row.entry.id, Part(Purpose.SENDER, None, 650_00))
    third, ends = Actor(new_id(), house.first.company, "operator"), []

    def come_second():
        with app.app_context():
            try:
                house.agrees(row.entry.id, third)
                ends.append(None)
            except Exception as error:  # noqa: BLE001  whatever it is, the test looks at it
                ends.append(error)
            finally:
                db.session.remove()

    other = threading.Thread(target=come_second)
    with unit_of_work() as session:
        house_money.approve(session, actor=house.second, entry_id=row.entry.id, now=NOW)
        other.start()
        other.join(PATIENCE)
        assert not ends
    other.join()
    assert [type(end) for end in ends] == [Conflict]
    assert len(house_bank.sender_returns(fresh())) == 1


def test_one_statement_imported_twice_at_once_is_taken_once(app, house):
    for turn in range(1, 5):  # the first makes the account; later ones find it, and take turns by it
        line = replace(UNKNOWN, reference=f"FT{turn}")
        told = camt053(Day(TODAY, HOUSE, (line,), opening=house.balance, number=turn))
        house.balance += line.minor
        ends = at_once(app, [partial(take, house.first, told, is_house=True)] * 2)
        assert sorted(done[0].new_entries for done in ends) == [0, 1]


@pytest.mark.usefixtures("reactions")
def test_what_a_statement_tells_came_and_waits_anew_when_its_match_is_withdrawn(deal):
    take(deal.merchant, camt053(Day(TODAY, OWN, (Booked(100_000, one(deal).reference, "FT1"),))))
    (matched,) = came(deal)

    def withdraw(transfer):
        with unit_of_work() as session:
            withdrawals.withdraw(
                session, actor=deal.merchant, transfer_id=transfer.id, mistake=Mistake.WRONG_ACCOUNT, now=NOW
            )

    withdraw(matched)
    again, was = came(deal)
    assert (again.state, again.amount, was.state) == (TransferState.UNMATCHED, was.amount, TransferState.WITHDRAWN)
    assert one(deal).paid.minor == 0
    with pytest.raises(Conflict, match="bank_says_so"):
        withdraw(again)


def test_house_money_that_waits_too_long_is_told_once(house):
    house.shows(UNKNOWN)
    with unit_of_work() as session:
        (late,) = waits.late(session, kind="bank_entry", after=UUID(int=0), now=NOW + timedelta(days=30))
        events.forget(session)
    with unit_of_work() as session:
        assert waiting.escalate(session, kind="bank_entry", thing_id=late, now=NOW + timedelta(days=30))
        assert waits.waiting(session, kind="bank_entry", thing_id=late).reference == "FT1"
        events.forget(session)
    assert waits.late(fresh(), kind="bank_entry", after=UUID(int=0), now=NOW + timedelta(days=30)) == ()


def one_line(house, minor, text, reference, party=""):
    """Return a table of one line that joins on to what the bank showed last."""
    house.balance += minor
    return (
        "day,amount,balance,reference,text,party_account\n"
        f"{TODAY},{minor / 100:.2f},{house.balance / 100:.2f},{reference},{text},{party}\n"
    ).encode()


def test_of_ones_own_companys_money_a_file_says_nothing(house, till):
    due, _file = paid_out(house, till, 40_000_00)
    house.shows()
    house.shows(Booked(-40_000_00, "", "FT1", end_to_end=due.reference))
    insider = house.first
    with unit_of_work() as session:
        session.add(
            Membership(
                id=new_id(), person_id=insider.person, company_id=till.company_id, roles=[Role.SALES], created_at=NOW
            )
        )
    take(insider, one_line(house, 40_000_00, f"RETURN {due.reference}", "X1"), is_house=True, account=HOUSE)
    bill(till.company_id, 300_00)
    rows = house.shows(Booked(300_00, "", "X2", "X", "6222000000000077"))
    assert (till.payouts()[0].state, owed(till.company_id)) == (PayoutState.SETTLED, 300_00)
    assert {(row.entry.state, row.proposal) for row in rows} == {(EntryState.UNMATCHED, None)}
    (entry_id,) = [row.entry.id for row in rows if row.entry.amount.minor == 300_00]
    sender = {"bic": "BKCHCNBJ", "bank_name": "BOC"}
    back = Part(Purpose.SENDER, None, 300_00)
    with pytest.raises(NotAllowed, match="own_money"):
        house.says(entry_id, back, sender=sender)
    house.says(entry_id, back, sender=sender, actor=house.second)
    for act in (house_money.approve, house_money.decline):
        with pytest.raises(NotAllowed, match="own_money"), unit_of_work() as session:
            act(session, actor=insider, entry_id=entry_id, now=NOW)
    with pytest.raises(NotAllowed, match="own_money"):
        receive(house, till.company_id, 1, "X")


def test_what_a_table_or_a_large_line_says_another_person_agrees_to(house, till):
    due, _file = paid_out(house, till, 40_000_00)
    house.shows()
    assert house.shows(Booked(-40_000_00, "", "FT1", end_to_end=due.reference)) == ()
    bill(till.company_id, 90_000_00)
    (large,) = house.shows(Booked(90_000_00, "bill", "FT2", "X", "6222000000000077"))
    take(house.first, one_line(house, 40_000_00, f"RETURN {due.reference}", "X1"), is_house=True, account=HOUSE)
    assert {row.entry.state for row in house.waiting()} == {EntryState.PROPOSED}
    assert {row.proposal.first_by for row in house.waiting()} == {house.first.person}
    assert (owed(till.company_id), till.payouts()[0].state) == (90_000_00, PayoutState.SETTLED)
    with pytest.raises(Conflict, match="same_person"):
        house.agrees(large.entry.id, house.first)
    for row in house.waiting():
        house.agrees(row.entry.id)
    assert (owed(till.company_id), till.payouts()[0].state) == (0, PayoutState.RETURNED)


def test_one_bill_is_paid_by_one_line_and_bills_are_asked_for_once(house, till):
    bill(till.company_id, 300_00)
    line = Booked(300_00, "commission", "FT1", "X", "6222000000000077")
    (row,) = house.shows(line, replace(line, reference="FT2"))
    assert (row.entry.bank_reference, owed(till.company_id)) == ("FT2", 0)
    with statements() as sent:
        day = Day(TODAY, HOUSE, tuple(Booked(at, "?", f"G{at}") for at in range(1, 9)), house.balance, number=9)
        take(house.first, camt053(day), is_house=True)
    house.balance = day.closing
    asked = ("commission_receipt" in text or "HAVING sum(ledger_entry" in text for text in sent)
    assert sum(asked) == 2
