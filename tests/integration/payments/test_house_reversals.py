"""A line of the house's bank that was placed wrongly: two people take it back, as new rows, where nothing followed."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.payments.flows import payouts as payout_flows
from marketplace.payments.models.bank import HousePart
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import house_bank, waits
from marketplace.payments.rules.house_money import EntryState, Part, Purpose, ReturnState
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.services import commission, house_reversing, payouts, sender_returns
from marketplace.reports.reconciliation.queries import board
from marketplace.reports.reconciliation.rules import Kind
from tests.integration.payments.conftest import NOW
from tests.integration.payments.test_bank import UNKNOWN, bill, house, owed, paid_out, receive, till
from tests.support.bank import Booked
from tests.support.invariants import fresh
from tests.support.payouts import told

__all__ = ["house", "till"]


def doubt(house, entry_id, actor=None, reason="It was another company's."):
    with unit_of_work() as session:
        return house_reversing.doubt(session, actor=actor or house.first, entry_id=entry_id, reason=reason, now=NOW)


def agree(house, entry_id, actor=None):
    with unit_of_work() as session:
        return house_reversing.agree(session, actor=actor or house.second, entry_id=entry_id, now=NOW)


def take_back(house, entry_id):
    doubt(house, entry_id)
    assert agree(house, entry_id) is EntryState.UNMATCHED


def newest(house):
    """Return the line that the bank booked last."""
    return fresh().scalars(sa.select(HousePart.entry_id).order_by(HousePart.id.desc()).limit(1)).one()


def transfers():
    return set(fresh().scalars(sa.select(LedgerTransfer.key)))


def test_commission_of_the_wrong_company_is_owed_again_and_the_line_is_anothers(house, till):
    bill(till.company_id, 300_00)
    (row,) = house.shows(Booked(200_00, "our bill", "FT2", "somebody"))
    part = Part(Purpose.COMMISSION, till.company_id, 200_00)
    house.says(row.entry.id, part)
    before = transfers()
    with pytest.raises(Refused):
        doubt(house, row.entry.id, reason=" ")
    with pytest.raises(NotAllowed, match="own_money"):
        doubt(house, row.entry.id, Actor(new_id(), till.company_id, "trade"))
    assert doubt(house, row.entry.id) is EntryState.REVERSING
    assert [one.id for one in board(fresh(), kinds=[Kind.BANK_LINE], now=NOW).page.items] == [row.entry.id]
    with pytest.raises(Conflict):
        doubt(house, row.entry.id)
    with pytest.raises(Conflict, match="same_person"):
        agree(house, row.entry.id, house.first)
    assert owed(till.company_id) == 100_00
    house.is_sound()
    with pytest.raises(NotAllowed, match="own_money"), unit_of_work() as session:
        house_reversing.keep(session, actor=Actor(new_id(), till.company_id, "trade"), entry_id=row.entry.id, now=NOW)
    with unit_of_work() as session:
        house_reversing.keep(session, actor=house.second, entry_id=row.entry.id, now=NOW)
    with pytest.raises(Conflict):
        agree(house, row.entry.id)
    take_back(house, row.entry.id)
    assert (owed(till.company_id), house.has(AccountKind.SUSPENSE)) == (300_00, -200_00)
    # Nothing that was written is gone, and one act more is there.
    assert before < transfers()
    assert len(transfers() - before) == 1
    house.is_sound()
    house.says(row.entry.id, part)
    assert owed(till.company_id) == 100_00


def test_a_payout_that_a_line_settled_is_on_its_way_again_and_settled_by_the_right_one(house, till):
    due, _file = paid_out(house, till, 100_00)
    house.shows()
    for turn in range(2):
        assert house.shows(Booked(-100_00, due.reference, f"FT{turn}")) == ()
        assert (str(till.payouts()[0].state), till.balance(AccountKind.PAYOUT_IN_TRANSIT)) == ("settled", 0)
        entry_id = newest(house)
        take_back(house, entry_id)
        assert str(till.payouts()[0].state) == "sent"
        assert till.balance(AccountKind.PAYOUT_IN_TRANSIT) == -100_00
        house.says(entry_id, Part(Purpose.OWN, None, 100_00))
        house.is_sound()


def test_a_bounce_is_taken_back_until_its_money_is_promised_again(house, till):
    due, _file = paid_out(house, till, 100_00)
    house.shows(Booked(-100_00, due.reference, "FT1"))
    left = newest(house)
    house.shows(Booked(100_00, due.reference, "FT2"))
    bounced = newest(house)
    doubt(house, left)
    with pytest.raises(Conflict, match="placement_followed"):
        agree(house, left)
    with unit_of_work() as session:
        house_reversing.keep(session, actor=house.first, entry_id=left, now=NOW)
    take_back(house, bounced)
    assert (str(till.payouts()[0].state), till.balance(AccountKind.MERCHANT_PAYABLE)) == ("settled", 0)
    house.says(bounced, Part(Purpose.PAYOUT_RETURN, due.id, 100_00))
    assert till.balance(AccountKind.MERCHANT_PAYABLE) == -100_00
    payout_flows.gather(now=NOW)
    doubt(house, bounced)
    with pytest.raises(Conflict, match="placement_followed"):
        agree(house, bounced)


def test_a_receipt_waits_for_its_own_line_again(house, till):
    bill(till.company_id, 300_00)
    house.shows()
    receive(house, till.company_id, 300_00, "by telephone")
    (row,) = house.shows(Booked(300_00, "c", "FT3"))
    (receipt,) = {each.target_id for each in row.suggestions if each.purpose is Purpose.RECEIPT}
    house.says(row.entry.id, Part(Purpose.RECEIPT, receipt, 300_00))
    take_back(house, row.entry.id)
    (again,) = house.waiting()
    assert receipt in {each.target_id for each in again.suggestions}
    house.is_sound()
    house.says(row.entry.id, Part(Purpose.RECEIPT, receipt, 300_00))


def test_what_goes_back_to_its_sender_is_withdrawn_until_it_is_in_a_file(house, till):
    (row,) = house.shows(UNKNOWN)
    part = Part(Purpose.SENDER, None, 650_00)
    house.says(row.entry.id, part)
    house.agrees(row.entry.id)
    take_back(house, row.entry.id)
    assert str(house_bank.sender_returns(fresh())[0].state) == "withdrawn"
    assert payout_flows.send(remittance="City", now=NOW) is None
    house.is_sound()
    house.says(row.entry.id, part)
    house.agrees(row.entry.id)
    assert payout_flows.send(remittance="City", now=NOW) is not None
    with pytest.raises(Conflict, match="placement_followed"):
        doubt(house, row.entry.id)
    back = house_bank.sender_returns(fresh())[0]
    house.shows(Booked(-650_00, "", "FT2", end_to_end=back.reference))
    take_back(house, newest(house))
    assert str(house_bank.sender_returns(fresh())[0].state) == "sent"


def test_what_the_bank_did_not_take_is_said_by_two_people_and_taken_back(house, till):
    def fails(actor):
        with unit_of_work() as session:
            return sender_returns.fail(session, actor=actor, return_id=back.id, now=NOW)

    (row,) = house.shows(UNKNOWN)
    house.says(row.entry.id, Part(Purpose.SENDER, None, 650_00))
    house.agrees(row.entry.id)
    (back,) = house_bank.sender_returns(fresh())
    with pytest.raises(Conflict):
        fails(house.first)
    assert payout_flows.send(remittance="City", now=NOW) is not None
    late = NOW + timedelta(days=30)
    assert waits.late(fresh(), kind="sender_return", after=UUID(int=0), now=late) == (back.id,)
    assert [one.id for one in board(fresh(), kinds=[Kind.SENDER_RETURN], now=late).page.items] == [back.id]
    assert fails(house.first) is ReturnState.SENT
    with pytest.raises(Conflict, match="same_person"):
        fails(house.first)
    with pytest.raises(NotFound), unit_of_work() as session:
        sender_returns.fail(session, actor=house.first, return_id=new_id(), now=NOW)
    assert [one.id for one in board(fresh(), kinds=[Kind.SENDER_RETURN], now=NOW).page.items] == [back.id]
    assert fails(house.second) is ReturnState.FAILED
    assert [one.state for one in board(fresh(), kinds=[Kind.SENDER_RETURN], now=NOW).page.items] == ["failed"]
    house.is_sound()
    take_back(house, row.entry.id)
    assert house_bank.sender_returns(fresh())[0].state is ReturnState.WITHDRAWN
    # The bank sends it late all the same: people look at the line.
    (line, _waits) = house.shows(Booked(-650_00, back.reference, "FT9"))
    assert line.entry.state is EntryState.UNMATCHED


def test_money_that_was_said_to_have_failed_and_left_is_settled(house, till):
    (row,) = house.shows(UNKNOWN)
    house.says(row.entry.id, Part(Purpose.SENDER, None, 650_00))
    house.agrees(row.entry.id)
    payout_flows.send(remittance="City", now=NOW)
    (back,) = house_bank.sender_returns(fresh())
    for actor in (house.first, house.second):
        with unit_of_work() as session:
            sender_returns.fail(session, actor=actor, return_id=back.id, now=NOW)
    assert house.shows(Booked(-650_00, back.reference, "FT9")) == ()
    assert house_bank.sender_returns(fresh())[0].state is ReturnState.SETTLED


@pytest.mark.parametrize("early", [True, False])
def test_commission_that_was_written_down_and_never_came_is_owed_again(house, till, early):
    def withdraw(receipt_id, actor=None, reason="Another company's."):
        with unit_of_work() as session:
            commission.withdraw(session, receipt_id=receipt_id, reason=reason, actor=actor or house.first, now=NOW)

    bill(till.company_id, 900_00)
    if not early:
        house.shows()
    receipt_id = receive(house, till.company_id, 300_00, "FT 7")
    house.shows()
    listed = [one.id for one in board(fresh(), kinds=[Kind.BANK_LINE], now=NOW).page.items]
    assert listed == ([] if early else [receipt_id])
    with pytest.raises(Refused):
        withdraw(receipt_id, reason=" ")
    with pytest.raises(NotFound):
        withdraw(new_id())
    with pytest.raises(NotAllowed, match="own_money"):
        withdraw(receipt_id, Actor(new_id(), till.company_id, "trade"))
    for _again in range(2):
        withdraw(receipt_id)
        assert owed(till.company_id) == 900_00
    house.is_sound()
    assert board(fresh(), kinds=[Kind.BANK_LINE], now=NOW).page.items == ()
    (row,) = house.shows(Booked(300_00, "c", "FT7"))
    with pytest.raises(Refused):
        house.says(row.entry.id, Part(Purpose.RECEIPT, receipt_id, 300_00))
    found = receive(house, till.company_id, 300_00, "FT 7")
    house.says(row.entry.id, Part(Purpose.RECEIPT, found, 300_00))
    with pytest.raises(Conflict, match="bank_says_so"):
        withdraw(found)


def test_a_payout_settled_by_hand_stays_settled_when_its_line_was_anothers(house, till):
    due, _file = paid_out(house, till, 100_00)
    with unit_of_work() as session:
        payouts.record_result(session, payout_id=due.id, **told("settled", NOW), actor=house.first, now=NOW)
    clearing = house.has(AccountKind.PROVIDER_CLEARING)
    house.shows(Booked(-100_00, due.reference, "FT1"))
    take_back(house, newest(house))
    assert str(till.payouts()[0].state) == "settled"
    assert house.has(AccountKind.PROVIDER_CLEARING) == clearing
