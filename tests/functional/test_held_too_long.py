"""What goes back to a card at its provider's limit stays agreed: pages, API, letters, papers and registers say so."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.flows import lapsing
from marketplace.worker import runner
from tests import factories
from tests.functional.test_disputed_orders import shown
from tests.support.cards import bring_notices, double_of
from tests.support.documents import documents, pdf_of
from tests.support.letters import letters, subjects
from tests.support.visitors import Town, Visitor
from tests.support.ways import Way

CARD = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}
PRICE, HELD = Decimal("10960.00"), Decimal("7672.00")  # 30 % are released once the order is confirmed
INVOICED = {"ordered": "已下单", "paid": "已付款", "sent_back": "已退回买方银行卡，直接结清", "open": "尚需支付"}
WORDS = "Went back to the card at the provider's limit: settle it directly"
CHECKED = True


class Waiting:
    """An order by card of which two people send back what waits too long at the provider."""

    def __init__(self, app, call, market):
        self.app, self.call, self.market, self.town = app, call, market, Town(app)
        with unit_of_work() as session:
            roles = (Role.TREASURY, Role.TREASURY, Role.OPERATIONS)
            made = [
                factories.staff(session, app, role=role, name=f"{role.value}{number}", now=clock.now())
                for number, role in enumerate(roles)
            ]
        self.treasury, self.second, operator = made
        self.way = Way(call, market, operator, payment=CARD)
        self.go_on()
        self.pages = {name: Visitor(app) for name in ("buyer", "merchant", "books")}
        for name, visitor in self.pages.items():
            visitor.enter(self.who(name).actor)

    def who(self, name):
        return self.treasury if name == "books" else getattr(self.market, name)

    def go_on(self):
        bring_notices(double_of(self.app))
        runner.run_due(self.app)
        reading().rollback()

    def send_back(self, subject):
        """Let four fifths of the limit pass, and two people send back what is held for goods, or for freight."""
        for days in (1, 73):
            lapsing.escalate(now=clock.now() + timedelta(days=days))
        rows = self.call(self.treasury, "GET", "/card-holds", expect=200)["items"]
        (hold,) = [one for one in rows if one["subject"]["kind"] == subject]
        for person in (self.treasury, self.second):
            path = f"/card-holds/{hold['id']}/decision"
            self.call(person, "POST", path, json={"way": "refund"}, expect=200)
        self.go_on()
        return hold

    def seen(self):
        """What buyer, merchant and the operator are answered: one set of figures that add up."""
        order = self.way.order()
        known = self.call(self.treasury, "GET", f"/orders/{self.way.order_id}/money", expect=200)
        known.pop("card_disputes")
        assert order["money"] == self.way.order(self.market.merchant)["money"] == known
        amounts = {name: one for name, one in known.items() if isinstance(one, dict) and "amount" in one}
        money = {name: Decimal(one["amount"]) for name, one in amounts.items()}
        assert money["agreed"] == money["let_off"] + money["still_agreed"]
        assert money["total"] == money["paid"] + money["balance"]
        gone = money["taken_back"] + money["sent_back"]
        assert money["paid"] + money["overpaid"] - money["owed_back"] + gone == money["still_agreed"] - money["balance"]
        for stage in known["stages"]:
            parts = ("paid", "due", "pending", "taken_back", "sent_back")
            assert Decimal(stage["amount"]["amount"]) == sum(Decimal(stage[name]["amount"]) for name in parts)
        for name in ("sent_back", "paid"):
            assert sum(Decimal(one[name]["amount"]) for one in known["stages"]) == money[name]
        return order, money

    def page(self, name):
        path = f"/orders/{self.way.order_id}"
        return shown(self.pages[name].open(f"/operator{path}/money" if name == "books" else path))


@pytest.fixture
def waiting(app, call, market):
    return Waiting(app, call, market)


def test_what_goes_back_at_the_limit_stays_agreed_and_both_sides_are_told(waiting, call, market):
    waiting.send_back("order")
    order, money = waiting.seen()
    wanted = {
        "agreed": PRICE, "let_off": 0, "still_agreed": PRICE, "sent_back": HELD, "paid": PRICE - HELD, "held": 0,
        "balance": 0, "taken_back": 0, "total": PRICE - HELD,
    }  # fmt: skip
    assert {name: money[name] for name in wanted} == wanted
    shares = {one["event"]: one["is_sent_back"] for one in order["milestones"] if one["subject"] == "order"}
    assert shares == {"deposit": False, "handed_over": True}
    assert [one["amount"]["amount"] for one in order["refunds"]] == [str(HELD)]
    for name in waiting.pages:
        page = waiting.page(name)
        assert f"{WORDS} 7,672.00 CNY" in page, name
        assert "Goods in all 10,960.00 CNY" in page, name
        assert "Let off or credited" not in page, name
    for trader in (market.buyer, market.merchant):
        assert documents(call, trader, "credit_note") == []
        (letter,) = [one for one in letters(waiting.town, trader) if "goes back to the card" in one.subject]
        assert letter.subject == f"7,672.00 CNY of order {order['reference']} goes back to the card"
        assert f"/orders/{order['id']}" in letter.body
    (letter,) = [one for one in letters(waiting.town, market.buyer) if "goes back to the card" in one.subject]
    assert "settle 7,672.00 CNY directly with Jialing Parts" in letter.body


def test_what_one_person_chose_is_put_aside_by_either(waiting, call):
    for days in (1, 73):
        lapsing.escalate(now=clock.now() + timedelta(days=days))
    rows = call(waiting.treasury, "GET", "/card-holds", expect=200)["items"]
    (hold,) = [one for one in rows if one["subject"]["kind"] == "order"]
    path = f"/card-holds/{hold['id']}"
    page = "/operator/money"
    assert "Put aside" not in shown(waiting.pages["books"].open(page))
    nothing = call(waiting.second, "POST", f"{path}/refusal", expect=409)
    assert nothing["type"] == "urn:city:problem:nothing_chosen"
    for person in (waiting.treasury, waiting.second):
        assert call(waiting.treasury, "POST", f"{path}/decision", json={"way": "refund"}, expect=200)["way"] == "refund"
        assert "Put aside" in shown(waiting.pages["books"].open(page))
        assert call(person, "POST", f"{path}/refusal", expect=200)["way"] is None
        assert "Put aside" not in shown(waiting.pages["books"].open(page))
    waiting.pages["books"].send(f"{page}/holds/{hold['id']}/decision", {"way": "release"})
    waiting.pages["books"].open(page)
    waiting.pages["books"].send(f"{page}/holds/{hold['id']}/refusal", {})
    (hold,) = [
        one for one in call(waiting.treasury, "GET", "/card-holds", expect=200)["items"] if one["id"] == hold["id"]
    ]
    assert (hold["way"], hold["state"]) == (None, "waiting")
    assert waiting.way.order()["money"]["held"]["amount"] == str(HELD)


def test_of_an_order_that_is_cancelled_afterwards_nothing_is_left_to_settle(waiting, call, market):
    waiting.send_back("order")
    call(market.merchant, "POST", f"/orders/{waiting.way.order_id}/cancellation", expect=204)
    waiting.go_on()
    money = waiting.way.order()["money"]
    names = ("total", "still_agreed", "sent_back", "paid", "kept", "balance")
    assert [money[name]["amount"] for name in names] == [str(PRICE), "0.00", "0.00", "0.00", "0.00", "0.00"]
    assert money == waiting.way.order(market.merchant)["money"]
    assert WORDS not in waiting.page("buyer")
    assert sum(Decimal(one["amount"]["amount"]) for one in waiting.way.order()["refunds"]) == PRICE


def test_goods_whose_money_went_back_are_invoiced_at_their_whole_price(waiting, client, call, market):
    waiting.send_back("order")
    waiting.way.pack()
    waiting.way.hand_over()
    waiting.go_on()
    (row,) = call(market.merchant, "GET", "/official-invoices/missing", expect=200)["items"]
    assert row["value"]["amount"] == row["missing"]["amount"] == str(PRICE)
    (paper,) = documents(call, market.buyer, "commercial_invoice")
    words = pdf_of(client, market.buyer, paper["id"])
    rows = dict(re.findall(f"({'|'.join(INVOICED.values())})" + r"\D*?([\d,]+\.\d\d)", words))
    figures = {name: Decimal(rows[label].replace(",", "")) for name, label in INVOICED.items()}
    assert figures == {"ordered": PRICE, "paid": PRICE - HELD, "sent_back": HELD, "open": 0}


def test_freight_that_goes_back_is_told_to_shipper_and_carrier_and_costs_what_it_did(waiting, market):
    before = waiting.way.order()["freight"][0]
    hold = waiting.send_back("freight")
    order, money = waiting.seen()
    assert (money["sent_back"], money["held"]) == (0, HELD)
    assert order["freight"][0]["amount"] == before["amount"]
    assert {one["is_sent_back"] for one in order["milestones"] if one["subject"] == "freight"} == {True}
    told = f"{Decimal(hold['held']['amount']):,} CNY of freight"
    for trader in (market.buyer, market.carrier):
        assert len([one for one in subjects(waiting.town, trader) if one.startswith(told)]) == 1, trader.login
