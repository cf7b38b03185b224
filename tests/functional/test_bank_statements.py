"""A merchant's and the operator's bank statements, on the pages and over the API, and the figures read back."""

import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from defusedxml import ElementTree
from flask import Flask

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports.queries import check
from tests import factories
from tests.functional.test_money import trade as trade  # noqa: PLC0414  the same two companies and their order
from tests.integration.payments.test_bank import paid_out_to
from tests.support.bank import Booked, Day, camt053, mt940, table, upload
from tests.support.money import ACCOUNT, send
from tests.support.payouts import bill, name_payee
from tests.support.visitors import Visitor, enrolled

OWN = ACCOUNT.account_number
HOUSE = "6230000000009999"


@dataclass
class Office:
    """The operator's two finance people, its bank, a company to be paid out, and the statement of a first day."""

    app: Flask
    market: factories.Market
    first: factories.Trader
    second: factories.Trader
    balance: int = 10_000_00
    number: int = 0

    def call(self, trader, method, path, expect=200, body=None):
        headers = trader.headers | {"Idempotency-Key": str(uuid4())}
        answer = self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, json=body)
        assert answer.status_code == expect, answer.text
        return answer.get_json() if answer.is_json else answer.text

    def shows(self, form, *lines):
        """Let the bank book these lines, and import its statement in this form."""
        self.number += 1
        told = Day(clock.now().date(), HOUSE, lines, opening=self.balance, number=self.number)
        self.balance = told.closing
        upload(self.app, self.first.token, form(told))

    def pays_out(self, minor):
        return paid_out_to(self.market.thai.company, self.first.actor, minor)

    def figures(self):
        (row,) = self.call(self.first, "GET", "/house-bank")["items"]
        return tuple(row[name]["amount"] for name in ("at_bank", "in_books", "difference", "unplaced"))

    def waiting(self):
        return {
            row["entry"]["amount"]["amount"]: row
            for row in self.call(self.first, "GET", "/house-entries?state=unmatched")["items"]
        }


@pytest.fixture
def office(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        first = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
        second = factories.colleague(session, app, first, role=Role.TREASURY, now=clock.now())
    name_payee(first.company, number=HOUSE, name="Chongqing-ASEAN International Logistics")
    name_payee(market.thai.company, number="6222000000000077", name="Thai Chains")
    return Office(app, market, first, second)


@pytest.fixture
def day():
    return clock.now().date()


def test_one_day_comes_in_three_ways_and_pays_an_order_in_parts_and_over(app, trade, day):
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=OWN)
    deposit = trade.newest()
    shown = trade.buyer.call("GET", f"/payments/{deposit}", 200)
    lines = (
        Booked(1_000_00, f"{shown['reference']} first part", "FT1", "Hanoi Parts Co", "1903000111"),
        Booked(2_100_00, f"/ROC/{shown['creditor_reference']}", "FT2", "Hanoi Parts Co", "1903000111"),
        Booked(88_00, "somebody else's invoice", "FT3"),
        Booked(-12_00, "bank charges", "FT4"),
    )
    told = Day(day, OWN, lines, opening=500_00, number=7)
    pages = trade.town.visitor("merchant@demo.test")
    pages.open("/account/bank")
    for content, news in ((camt053(told), "New entries taken in: 4."), (mt940(told), "New entries taken in: 0.")):
        sent = pages.send("/account/bank/statements", {"file": (io.BytesIO(content), "day.xml")})
        assert news in pages.open(sent.headers["Location"])
        pages.open("/account/bank")
    done = upload(app, trade.merchant.token, table(told))["statements"]
    assert [(each["entries"], each["new_entries"]) for each in done] == [(4, 0)]
    came = trade.merchant.call("GET", "/transfers", 200)["items"]
    assert sorted(row["amount"]["amount"] for row in came) == ["1000.00", "2100.00", "88.00"]
    paid = trade.buyer.call("GET", f"/payments/{deposit}", 200)
    assert (paid["state"], paid["paid"]["amount"], paid["surplus"]["amount"]) == ("paid", "3100.00", "100.00")
    (owed,) = trade.buyer.call("GET", "/returns", 200)["items"]
    assert owed["amount"]["amount"] == "100.00"

    (other,) = trade.merchant.call("GET", "/transfers?state=unmatched", 200)["items"]
    assert other["act_by"] is None
    pages.open("/merchant/money")
    pages.send(f"/merchant/transfers/{other['id']}/dismissal", {})
    assert trade.merchant.call("GET", "/transfers?state=not_ours", 200)["items"][0]["id"] == other["id"]
    send(trade.merchant, f"/transfers/{other['id']}/dismissal", 200, None)
    send(trade.stranger, f"/transfers/{other['id']}/dismissal", 404, None)
    shown = pages.open("/merchant/money")
    assert "88.00" in shown[shown.index("Put aside") :], "what was put aside by mistake is found again"

    statements = trade.merchant.call("GET", "/bank-statements", 200)["items"]
    assert {row["closing"]["amount"] for row in statements} == {"3676.00"}
    first = statements[-1]["id"]
    assert trade.merchant.call("GET", f"/bank-statements/{first}", 200)["entries"] == 4
    entries = trade.merchant.call("GET", f"/bank-statements/{first}/entries", 200)["items"]
    assert [(row["amount"]["amount"], row["state"]) for row in entries if row["state"] == "kept"] == [
        ("-12.00", "kept")
    ]
    trade.stranger.call("GET", f"/bank-statements/{first}", 404)
    assert "3,676.00" in pages.open("/account/bank")
    assert check(reading()) == []


def test_money_in_an_account_that_the_contract_does_not_name_waits_with_its_reason(app, trade, day):
    other = "6222000000000999"
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=other)
    deposit = trade.newest()
    reference = trade.buyer.call("GET", f"/payments/{deposit}", 200)["reference"]
    upload(app, trade.merchant.token, camt053(Day(day, other, (Booked(3_000_00, reference, "FT1", "Hanoi Parts"),))))
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["state"] == "due"
    (came,) = trade.merchant.call("GET", "/transfers", 200)["items"]
    assert (came["state"], came["doubt"], came["suggested"]) == ("unmatched", "other_account", [deposit])
    assert came["act_by"]
    pages = trade.town.visitor("merchant@demo.test")
    assert "another account than the contract names" in pages.open("/merchant/money")
    send(trade.merchant, f"/transfers/{came['id']}/match", 200, {"payment_ids": [deposit]})
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["state"] == "paid"
    assert check(reading()) == []


def test_a_mistyped_reference_settles_nothing_and_is_suggested(app, trade, day):
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=OWN)
    deposit = trade.newest()
    creditor = trade.buyer.call("GET", f"/payments/{deposit}", 200)["creditor_reference"]
    wrong = f"RF00{creditor[4:]}"
    lines = (Booked(3_000_00, wrong, "FT1", "Somebody Else", "1903000999"),)
    upload(app, trade.merchant.token, camt053(Day(day, OWN, lines)))
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["state"] == "due"
    (came,) = trade.merchant.call("GET", "/transfers", 200)["items"]
    assert (came["state"], came["doubt"], came["suggested"]) == ("unmatched", "check_digits", [deposit])
    assert came["act_by"]
    page = trade.town.visitor("merchant@demo.test").open("/merchant/money")
    assert "check digits" in page
    assert "Somebody Else" in page
    send(trade.merchant, f"/transfers/{came['id']}/match", 200, {"payment_ids": [deposit]})
    assert trade.buyer.call("GET", f"/payments/{deposit}", 200)["state"] == "paid"
    assert check(reading()) == []


def test_statements_of_one_day_connect_too(app, trade, day):
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=OWN)
    before = day - timedelta(days=1)
    told = (
        camt053(Day(before, OWN, (Booked(400_00, "a", "FT1"),), opening=24_052_85, number=1)),
        mt940(Day(before, OWN, (Booked(1_284_85, "b", "FT2"),), opening=24_052_85, number=2)),
        mt940(Day(day, OWN, (Booked(1_00, "c", "FT3"),), opening=30_000_00, number=3)),
    )
    for content in told:
        upload(app, trade.merchant.token, content)
    found = {row["number"]: row["gap"] for row in trade.merchant.call("GET", "/bank-statements", 200)["items"]}
    assert [found[number] and found[number]["amount"] for number in "123"] == [None, "-400.00", "4662.30"]
    page = trade.town.visitor("merchant@demo.test").open("/account/bank")
    assert page.count("A statement is missing") == 2


def test_a_split_over_two_payments_is_as_the_payee_says(app, trade, day):
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=OWN)
    deposit, rest = trade.newest(), trade.hand_over()
    upload(app, trade.merchant.token, mt940(Day(day, OWN, (Booked(5_000_00, "both", "FT1"),))))
    (waiting,) = trade.merchant.call("GET", "/transfers", 200)["items"]
    amounts = [{"amount": "1000.00", "currency": "CNY"}, {"amount": "4000.00", "currency": "CNY"}]
    path = f"/transfers/{waiting['id']}/match"
    wrong = {"payment_ids": [deposit, rest], "amounts": amounts[:1]}
    assert send(trade.merchant, path, 422, wrong)["errors"][0]["field"] == "amounts"
    done = send(trade.merchant, path, 200, {"payment_ids": [deposit, rest], "amounts": amounts})
    assert [match["amount"]["amount"] for match in done["matches"]] == ["1000.00", "4000.00"]
    states = [trade.buyer.call("GET", f"/payments/{each}", 200)["state"] for each in (deposit, rest)]
    assert states == ["part_paid", "part_paid"]


def test_what_cannot_be_imported_is_said_by_its_row_and_nothing_is_written(app, trade, day):
    program = trade.merchant
    refused = upload(app, program.token, b"day,amount\n", 422)
    assert refused["errors"][0]["field"] == "account"
    name_payee(UUID(trade.merchant.call("GET", "/me", 200)["company_id"]), number=OWN)
    wrong = f"day,amount\n{day},1.00\n{day},much\nyesterday,2.00\n".encode()
    errors = upload(app, program.token, wrong, 422)["errors"]
    assert [(error["field"], error["message"][:6]) for error in errors] == [("file", "Row 3:"), ("file", "Row 4:")]
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Document>&b;</Document>'
    assert upload(app, program.token, bomb, 422)["errors"][0]["code"] == "statement_xml"
    assert upload(app, program.token, b"day,amount\n", 422, opening="1.001")["errors"][0]["field"] == "opening"
    assert upload(app, program.token, b"day,amount\n", 422, mapping="[1]")["errors"][0]["field"] == "mapping"
    answer = app.test_client().post(
        "/api/v1/bank-statements", data={}, headers={"Authorization": f"Bearer {program.token}", "Idempotency-Key": "k"}
    )
    assert answer.get_json()["errors"][0]["field"] == "file"
    assert program.call("GET", "/bank-statements", 200)["items"] == []
    pages = trade.town.visitor("merchant@demo.test")
    pages.open("/account/bank")
    shown = pages.send("/account/bank/statements", {"file": (io.BytesIO(wrong), "day.csv")}, 422).text
    assert "Row 3" in shown


def test_a_payout_bounces_and_commission_is_placed(app, office):
    owner = bill(office.market, 300_00)
    payout = office.pays_out(900_00)
    office.shows(
        camt053,
        Booked(-900_00, "", "FT1", end_to_end=payout),
        Booked(900_00, f"RETURN {payout}", "FT2"),
        Booked(300_00, "commission November", "FT3", "Chongqing Chains"),
    )
    assert office.call(office.first, "GET", "/payouts?state=returned")["items"][0]["reference"] == payout
    assert office.figures() == ("10300.00", "10300.00", "0.00", "300.00")
    waiting = office.waiting()["300.00"]
    (meant,) = waiting["suggested"]
    assert (meant["purpose"], meant["target_id"]) == ("commission", str(owner))
    path = f"/house-entries/{waiting['entry']['id']}/match"
    part = {"purpose": "commission", "company_id": str(owner), "amount": {"amount": "300.00", "currency": "CNY"}}
    whole = part | {"amount": "300.00"}
    for wrong, field in (
        ([part | {"payout_id": str(owner)}], "parts.0.payout_id"),
        ([whole | {"currency": "USD"}], "parts.0.currency"),
        ([part, whole | {"amount": "0.001"}], "parts.1.amount"),
    ):
        refused = office.call(office.first, "POST", path, 422, {"parts": wrong})
        assert [error["field"] for error in refused["errors"]] == [field]
    office.call(office.market.merchant, "POST", path, 403, {"parts": [part]})
    assert office.call(office.first, "POST", path, 200, {"parts": [part]})["entry"]["state"] == "matched"
    assert office.call(office.first, "GET", "/commissions")["items"] == []
    assert office.figures() == ("10300.00", "10300.00", "0.00", "0.00")
    desk = Visitor(app)
    desk.log_in(office.first.login)
    enrolled(desk)
    shown = desk.open("/operator/bank")
    assert f"Payout that left: {payout}" in shown
    assert f"Payout that came back: {payout}" in shown
    assert check(reading()) == []


def test_unknown_money_goes_back_by_two_people_with_the_payouts(app, office):
    office.shows(camt053, Booked(650_00, "for the consignment", "FT4", "Unknown Ltd", "1903000999", "BFTVVNVX"))
    desk, entry = Visitor(app), office.waiting()["650.00"]["entry"]["id"]
    desk.log_in(office.first.login)
    enrolled(desk)
    assert "Unknown Ltd" in desk.open("/operator/bank")
    desk.send(f"/operator/bank/{entry}/match", {"what": "sender", "amount": "", "what2": "", "amount2": ""})
    assert "Waits for a second person" in desk.open("/operator/bank")
    refused = office.call(office.first, "POST", f"/house-entries/{entry}/approval", 409)
    assert refused["type"].endswith(":same_person")
    desk.send(f"/operator/bank/{entry}/refusal", {})
    desk.open("/operator/bank")
    desk.send(f"/operator/bank/{entry}/match", {"what": "nonsense"}, 422)
    assert desk.refused_fields() == {"what"}
    desk.open("/operator/bank")
    desk.send(f"/operator/bank/{entry}/match", {"what": "", "what2": "sender", "amount2": "1.001"}, 422)
    assert desk.refused_fields() == {"amount2"}
    desk.open("/operator/bank")
    desk.send(f"/operator/bank/{entry}/match", {"what": "sender"})
    office.call(office.second, "POST", f"/house-entries/{entry}/approval")
    (back,) = office.call(office.first, "GET", "/sender-returns")["items"]
    assert (back["state"], back["amount"]["amount"]) == ("approved", "650.00")
    # Two people placed it: it is nothing that nobody has placed, and there is something to do with it.
    assert office.figures() == ("10650.00", "10650.00", "0.00", "0.00")
    assert office.call(office.first, "GET", "/house-bank")["items"][0]["going_back"]["amount"] == "650.00"
    board = office.call(office.first, "GET", "/reconciliation")
    assert [(row["kind"], row["amount"]["amount"]) for row in board["sums"]] == [("sender_return", "650.00")]
    assert "of it goes back to senders" in desk.open("/operator/reconciliation")
    assert "Treasury writes the payment file" in desk.open("/operator/bank")

    payout = office.pays_out(1_00)
    (back,) = office.call(office.first, "GET", "/sender-returns")["items"]
    message = office.call(office.first, "GET", f"/payout-files/{back['file_id']}.xml")
    ids = {node.text for node in ElementTree.fromstring(message).iter() if node.tag.endswith("EndToEndId")}
    assert ids == {payout, back["reference"]}
    assert "pain.001" in desk.open("/account/payouts")
    assert desk.open(f"/operator/payout-files/{back['file_id']}.xml") == message

    assert "The bank did not take it" in desk.open("/operator/bank")
    desk.send(f"/operator/sender-returns/{back['id']}/failure", {})
    path = f"/sender-returns/{back['id']}/failure"
    assert office.call(office.first, "POST", path, 409)["type"].endswith(":same_person")
    office.call(office.market.merchant, "POST", path, 403)
    (back,) = office.call(office.first, "GET", "/sender-returns")["items"]
    assert (back["state"], back["failed_by"]) == ("sent", str(office.first.actor.person))

    office.shows(mt940, Booked(-650_00, "", "FT5", end_to_end=back["reference"]))
    assert office.call(office.first, "GET", "/sender-returns")["items"][0]["state"] == "settled"
    assert office.call(office.first, "GET", "/house-entries?state=proposed")["items"] == []
    assert office.figures() == ("10000.00", "10000.00", "0.00", "0.00")
    assert "10,000.00" in desk.open("/operator/bank")
    assert check(reading()) == []


def test_what_two_people_send_back_is_written_into_a_file_at_once(app, office):
    office.shows(camt053, Booked(650_00, "for the consignment", "FT4", "Unknown Ltd", "1903000999", "BFTVVNVX"))
    entry = office.waiting()["650.00"]["entry"]["id"]
    part = {"purpose": "sender", "amount": {"amount": "650.00", "currency": "CNY"}}
    office.call(office.first, "POST", f"/house-entries/{entry}/match", 200, {"parts": [part]})
    office.call(office.second, "POST", f"/house-entries/{entry}/approval")
    desk = Visitor(app)
    desk.log_in(office.first.login)
    enrolled(desk)
    desk.open("/operator/bank")
    desk.send("/operator/payout-files", {})
    (back,) = office.call(office.first, "GET", "/sender-returns")["items"]
    assert back["state"] == "sent"
    assert back["reference"] in office.call(office.first, "GET", f"/payout-files/{back['file_id']}")
    assert "its statement settles it" in desk.open("/operator/bank")
    assert office.call(office.second, "POST", "/payout-files", 201) == {"file_id": None}
    office.call(office.market.merchant, "POST", "/payout-files", 403)


def test_a_line_that_was_placed_wrongly_is_taken_back_by_two_people(app, office):
    office.shows(camt053, Booked(300_00, "commission", "FT1", "Chongqing Chains"))
    entry = office.waiting()["300.00"]["entry"]["id"]
    part = {"purpose": "own", "amount": {"amount": "300.00", "currency": "CNY"}}
    office.call(office.first, "POST", f"/house-entries/{entry}/match", 200, {"parts": [part]})
    path = f"/house-entries/{entry}/reversal"
    assert office.call(office.first, "POST", path, 422, {"reason": ""})["errors"][0]["field"] == "reason"
    office.call(office.market.merchant, "POST", path, 403, {"reason": "mine"})

    desk = Visitor(app)
    desk.log_in(office.first.login)
    enrolled(desk)
    assert "Placed last" in desk.open("/operator/bank")
    desk.send(f"/operator/bank/{entry}/reversal", {"reason": "It was a company's commission."})
    assert "It was a company&#39;s commission." in desk.open("/operator/bank")
    (waiting,) = office.call(office.second, "GET", "/house-entries?state=reversing")["items"]
    assert waiting["reversal"]["reason"] == "It was a company's commission."
    assert [one["purpose"] for one in waiting["placed"]] == ["own"]
    assert office.call(office.first, "POST", f"{path}/approval", 409)["type"].endswith(":same_person")
    desk.send(f"/operator/bank/{entry}/reversal/refusal", {})
    assert office.call(office.first, "POST", path, 200, {"reason": "It was."})["entry"]["state"] == "reversing"
    done = office.call(office.second, "POST", f"{path}/approval")
    assert (done["entry"]["state"], done["placed"], done["reversal"]) == ("unmatched", [], None)
    assert office.figures() == ("10300.00", "10300.00", "0.00", "300.00")
    assert check(reading()) == []
