"""Lines of the operator's bank that were said to be of its trading company, and are taken back by two people."""

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.bank import Booked, Day, camt053, upload
from tests.support.invariants import sound
from tests.support.visitors import Visitor


class Bank:
    """The operator's bank: what its statements tell, where it is placed, and what two people take back."""

    def __init__(self, app, house):
        self.app, self.house, self.opening, self.number = app, house, 5_000_00, 0
        with unit_of_work() as session:
            self.second = factories.colleague(
                session, app, house.office, role=Role.TREASURY, name="Third Office", now=clock.now()
            )

    def tells(self, *lines):
        self.number += 1
        day = Day(clock.now().date(), "6222000011112222", lines, opening=self.opening, number=self.number)
        self.opening = day.closing
        upload(self.app, self.house.treasurer.token, camt053(day))

    def figures(self):
        (row,) = self.house.call(self.house.treasurer, "GET", "/house-bank", expect=200)["items"]
        return tuple(row[name]["amount"] for name in ("at_bank", "in_books", "unplaced", "untold"))

    def entry(self, state):
        path = f"/house-entries?state={state}"
        return self.house.call(self.house.treasurer, "GET", path, expect=200)["items"][0]["entry"]["id"]

    def place(self, part):
        path = f"/house-entries/{self.entry('unmatched')}/match"
        return self.house.call(self.house.treasurer, "POST", path, json={"parts": [part]}, expect=200)

    def doubt(self, expect=200):
        path = f"/house-entries/{self.entry('matched')}/reversal"
        return self.house.call(self.house.treasurer, "POST", path, json={"reason": "Another's."}, expect=expect)

    def agree(self, expect=200, who=None):
        path = f"/house-entries/{self.entry('reversing')}/reversal/approval"
        return self.house.call(who or self.second, "POST", path, expect=expect)


@pytest.fixture
def bank(app, house):
    house.agree()
    return Bank(app, house)


def test_a_mistyped_reference_pays_no_sale_and_is_suggested(house, bank):
    way = house.way()
    payment = way.order()["payments"][0]
    bank.tells(Booked(1_000_00, f"RF00{payment['creditor_reference'][4:]}", "FT1", "Hanoi Trading"))
    assert way.order()["payments"][0]["state"] == "due"
    (row,) = house.call(house.treasurer, "GET", "/house-entries?state=unmatched", expect=200)["items"]
    assert [(each["target_id"], each["why"]) for each in row["suggested"]] == [(payment["id"], "check_digits")]
    desk = Visitor(bank.app)
    desk.enter(house.treasurer.actor)
    assert "check digits are wrong" in desk.open("/operator/bank")
    sound()


def test_a_line_that_paid_a_sale_wrongly_is_taken_back_by_two(house, call, bank):
    way = house.way()
    named = way.order()["payments"][0]["creditor_reference"]
    bank.tells(Booked(1_000_00, named, "FT1", "Hanoi Trading"))
    assert way.order()["payments"][0]["state"] == "part_paid"
    bank.doubt()
    bank.agree(409, who=house.treasurer)
    bank.agree()
    assert way.order()["payments"][0]["state"] == "due"
    assert bank.figures() == ("6000.00", "6000.00", "1000.00", "0.00")
    sound()
    bank.place({"purpose": "sale", "payment_id": way.order()["payments"][0]["id"], "amount": "1000.00"})
    bank.tells(Booked(2_288_00, named, "FT2", "Hanoi Trading"))
    assert way.order()["secured_at"]
    assert bank.figures() == ("8288.00", "8288.00", "0.00", "0.00")
    # What came before the rest stands below it, and goods were promised for the rest.
    first = call(house.treasurer, "GET", "/house-entries?state=matched", expect=200)["items"]
    refused = [
        call(house.treasurer, "POST", f"/house-entries/{row['entry']['id']}/reversal", json={"reason": "x"})
        for row in first
    ]
    assert {one.get("type") for one in refused} == {"urn:city:problem:later_receipt", None}
    assert bank.agree(409)["type"] == "urn:city:problem:receipt_counts"
    sound()


def test_one_line_is_of_two_receipts_that_were_written_down_by_hand(app, house, call, bank):
    way = house.way()
    bank.tells(Booked(7_00, "fees", "FT0"))
    bank.place({"purpose": "own", "amount": "7.00"})
    house.receive(way, "1000.00")
    house.receive(way, "2288.00")
    named = way.order()["payments"][0]["creditor_reference"]
    bank.tells(Booked(3_288_00, named, "FT1", "Hanoi Trading"))
    (row,) = call(house.treasurer, "GET", "/house-entries?state=unmatched", expect=200)["items"]
    meant = [one for one in row["suggested"] if (one["purpose"], one["why"]) == ("sale_receipt", "part")]
    assert sorted(one["amount"]["amount"] for one in meant) == ["1000.00", "2288.00"]
    desk = Visitor(app)
    desk.enter(house.treasurer.actor)
    shown = desk.open("/operator/bank")
    first, second = (f"sale_receipt:{one['target_id']}" for one in meant)
    assert shown.count(f'value="{first}"') > 1
    desk.send(f"/operator/bank/{row['entry']['id']}/match", {"what": first, "what2": second})
    (placed,) = [
        each
        for each in call(house.treasurer, "GET", "/house-entries?state=matched", expect=200)["items"]
        if each["entry"]["id"] == row["entry"]["id"]
    ]
    assert sorted(part["amount"]["amount"] for part in placed["placed"]) == ["1000.00", "2288.00"]
    assert bank.figures()[2:] == ("0.00", "0.00")
    assert way.order()["payments"][0]["paid"]["amount"] == "3288.00"
    sound()


def test_a_line_that_told_of_a_receipt_wrongly_leaves_it_waiting(house, call, bank):
    way = house.way()
    bank.tells(Booked(7_00, "fees", "FT0"))
    bank.place({"purpose": "own", "amount": "7.00"})
    house.receive(way, "1000.00")
    bank.tells(Booked(1_000_00, "goods", "FT1", "Hanoi Trading"))
    (row,) = call(house.treasurer, "GET", "/house-entries?state=unmatched", expect=200)["items"]
    (meant,) = [one for one in row["suggested"] if one["purpose"] == "sale_receipt"]
    part = {"purpose": "sale_receipt", "transfer_id": meant["target_id"]}
    desk = Visitor(bank.app)
    desk.enter(house.treasurer.actor)
    assert "It never came" in desk.open("/operator/trading")
    bank.place(part)
    order = call(house.treasurer, "GET", "/trading-sales", expect=200)["items"][0]["order"]
    assert f"Paid to the trading company, written down before: {order}" in desk.open("/operator/bank")
    # What a line tells of nobody can say never came.
    assert "It never came" not in desk.open("/operator/trading")
    assert bank.figures() == ("6007.00", "6007.00", "0.00", "0.00")
    bank.doubt()
    bank.agree()
    assert "It never came" in desk.open("/operator/trading")
    assert way.order()["payments"][0]["state"] == "part_paid"
    assert bank.figures() == ("6007.00", "6007.00", "1000.00", "1000.00")
    sound()
    bank.place(part)
    sound()


def test_a_line_that_paid_a_buyer_back_wrongly_leaves_the_debt_open(house, call, market, bank):
    way = house.way()
    named = way.order()["payments"][0]["creditor_reference"]
    bank.tells(Booked(3_288_00, named, "FT1", "Hanoi Trading"))
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    (owed,) = call(house.treasurer, "GET", "/trading-returns", expect=200)["items"]
    bank.tells(Booked(-3_288_00, "back", "FT2", "Hanoi Trading"))
    part = {"purpose": "sale_return", "return_id": owed["id"]}
    for last in (False, True):
        bank.place(part)
        assert call(house.treasurer, "GET", "/trading-returns", expect=200)["items"] == []
        assert bank.figures() == ("5000.00", "5000.00", "0.00", "0.00")
        sound()
        if last:
            break
        bank.doubt()
        bank.agree()
        (again,) = call(house.treasurer, "GET", "/trading-returns", expect=200)["items"]
        assert again["id"] == owed["id"]
        assert bank.figures() == ("5000.00", "5000.00", "-3288.00", "0.00")
        call(market.buyer, "POST", f"/returns/{owed['id']}/receipt", expect=409)
        sound()
    call(market.buyer, "POST", f"/returns/{owed['id']}/receipt", expect=200)
    assert bank.doubt(409)["type"] == "urn:city:problem:placement_followed"
    sound()
