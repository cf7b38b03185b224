"""What a card's dispute does to an order, read back by everybody: pages, API, letters and papers say one thing."""

import html
import re
from decimal import Decimal

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.worker import runner
from tests import factories
from tests.support.cards import bring_notices, double_of
from tests.support.documents import documents, pdf_of
from tests.support.letters import letters, subjects
from tests.support.trading import House
from tests.support.visitors import Town, Visitor
from tests.support.ways import Way

PLAN = {"rail": "card", "plan": "deposit_30_70"}
CARD = PLAN | {"payment_method": "pm_card_visa"}
PRICE = "10960.00"
INVOICED = {"ordered": "已下单", "paid": "已付款", "taken_back": "已被买方发卡银行收回", "open": "尚需支付"}
CHECKED = True


@pytest.fixture
def staff(app, market):
    with unit_of_work() as session:
        return {
            role: factories.staff(session, app, role=role, name=role.value, now=clock.now())
            for role in (Role.TREASURY, Role.OPERATIONS)
        }


class Case:
    """An order by card whose holder disputes what was charged for the goods."""

    def __init__(self, app, call, market, staff, method=None):
        self.app, self.call, self.market, self.treasury = app, call, market, staff[Role.TREASURY]
        self.double, self.town = double_of(app), Town(app)
        self.way = Way(call, market, staff[Role.OPERATIONS], payment=CARD | (method or {}))
        runner.run_due(app)
        self.pages = {name: Visitor(app) for name in ("buyer", "merchant", "books")}
        for name, visitor in self.pages.items():
            visitor.enter(self.who(name).actor)

    def who(self, name):
        return self.treasury if name == "books" else getattr(self.market, name)

    def dispute(self, minor=None, reason="product_not_received"):
        goods = next(
            one for one in self.double.all("payment_intent")
            if one["metadata"].get("city_order") == self.way.order_id
        )  # fmt: skip
        made = self.double.dispute(goods["id"], amount=minor, reason=reason)
        self.go_on()
        return made["id"]

    def go_on(self):
        bring_notices(self.double)
        runner.run_due(self.app)
        reading().rollback()

    def answer(self, told):
        (row,) = self.call(self.treasury, "GET", "/card-disputes?state=open", expect=200)["items"]
        self.call(self.treasury, "POST", f"/card-disputes/{row['id']}/answer", json={"told": told}, expect=200)
        self.double.pass_time()
        self.go_on()

    def seen(self):
        """What buyer, merchant and the operator are answered: the same money, the same disputes."""
        order, path = self.way.order(), f"/orders/{self.way.order_id}"
        sold = self.way.order(self.market.merchant)
        known = self.call(self.treasury, "GET", f"{path}/money", expect=200)
        of_goods = [one for one in order["card_disputes"] if one["subject"] == "order"]
        assert sold["card_disputes"] == of_goods == known.pop("card_disputes")
        assert order["money"] == sold["money"] == known
        amounts = {name: one for name, one in known.items() if isinstance(one, dict) and "amount" in one}
        money = {name: Decimal(one["amount"]) for name, one in amounts.items()}
        assert money["agreed"] == money["let_off"] + money["still_agreed"]
        assert money["total"] == money["paid"] + money["balance"]
        assert money["paid"] + money["taken_back"] == money["still_agreed"] - money["balance"]
        assert sum(Decimal(one["amount"]["amount"]) for one in known["stages"]) == money["still_agreed"]
        assert sum(Decimal(one["taken_back"]["amount"]) for one in known["stages"]) == money["taken_back"]
        return order, money

    def page(self, name, path=None):
        found = f"/orders/{self.way.order_id}"
        return shown(self.pages[name].open(path or (f"/operator{found}/money" if name == "books" else found)))

    def everywhere(self):
        return {name: self.page(name) for name in self.pages}


def shown(page):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " "))


@pytest.fixture
def case(app, call, market, staff):
    return Case(app, call, market, staff)


def test_a_dispute_stands_on_the_order_while_the_bank_decides_and_when_it_is_won(case):
    case.dispute()
    order, money = case.seen()
    (dispute,) = order["card_disputes"]
    assert (dispute["subject_id"], dispute["state"], dispute["is_inquiry"]) == (order["id"], "open", False)
    # 30 % were released when the order was confirmed: what is held is frozen.
    assert [dispute[name]["amount"] for name in ("amount", "frozen", "taken", "borne")] == [
        PRICE, "7672.00", "0.00", "0.00",
    ]  # fmt: skip
    assert dispute["due_by"] > dispute["since"]
    assert (money["frozen"], money["taken_back"]) == (Decimal("7672.00"), 0)
    assert order["lines"][0]["money_doubt"] == "disputed"
    for name, page in case.everywhere().items():
        assert dispute["reference"] in page, name
        assert "7,672.00 CNY frozen by a card's dispute" in page, name
        assert "The card's bank has taken 10,960.00 CNY and decides" in page, name
    page = case.page("merchant")
    assert "Next: pack the goods" not in page
    assert "A card's dispute is open: hold the goods, or send them at your own risk" in page
    listed = case.page("merchant", "/merchant/fulfilment")
    assert "A card's dispute is open about this money" in listed
    case.answer("winning_evidence")
    order, money = case.seen()
    assert [one["state"] for one in order["card_disputes"]] == ["won"]
    assert (money["frozen"], money["taken_back"], money["paid"]) == (0, 0, Decimal(PRICE))
    assert order["lines"][0]["money_doubt"] is None
    assert "Next: pack the goods" in case.page("merchant")
    assert "A card's dispute" not in case.page("merchant", "/merchant/fulfilment")


@pytest.mark.both_databases
def test_what_a_card_s_bank_took_is_called_so_and_the_goods_still_cost_what_was_agreed(case):
    case.dispute()
    case.answer("losing_evidence")
    order, money = case.seen()
    (dispute,) = order["card_disputes"]
    assert (dispute["state"], dispute["taken"]["amount"], dispute["frozen"]["amount"]) == ("lost", PRICE, "0.00")
    price, nothing = Decimal(PRICE), Decimal(0)
    wanted = {"still_agreed": price, "paid": nothing, "balance": nothing, "taken_back": price, "held": nothing}
    assert {name: money[name] for name in wanted} == wanted
    (payment,) = [one for one in order["payments"] if one["subject"] == "order"]
    assert (payment["taken_back"]["amount"], payment["paid"]["amount"]) == (PRICE, "0.00")
    assert {one["is_taken_back"] for one in order["milestones"] if one["subject"] == "order"} == {True}
    assert order["refunds"] == []
    assert order["lines"][0]["money_doubt"] == "taken_back"
    assert set(order["lines"][0]["timeline"]["money"].values()) == {"taken_back"}
    for name, page in case.everywhere().items():
        money_part = page[page.index("Money of the goods") :]
        assert "Goods in all 10,960.00 CNY" in money_part, name
        assert "Taken back by the card's bank 10,960.00 CNY" in money_part, name
        assert "Refunded" not in page, name
        assert dispute["reference"] in page, name
    page = case.page("merchant")
    assert "Next: pack the goods" not in page
    assert (
        "The card's bank has taken the money back: hold the goods, end the order, or send them at your own risk" in page
    )
    assert "The card's bank has taken this money back" in case.page("merchant", "/merchant/fulfilment")
    for name in ("buyer", "merchant"):
        page = case.page(name, f"/payments/{payment['id']}")
        assert "Taken back by the card's bank" in page, name
        assert dispute["reference"] in page, name
        assert "Refunded to the card 0.00 CNY" in page, name
    for name, path in (("buyer", "/account/money"), ("merchant", "/merchant/money")):
        page = case.page(name, path)
        assert "Taken back by the card's bank" in page, name
        assert "Refunded" not in page, name


def test_a_part_that_a_card_s_bank_took_is_named_beside_the_rest(case):
    case.dispute(100_000)
    order, money = case.seen()
    assert order["card_disputes"][0]["frozen"]["amount"] == "1000.00"
    case.answer("losing_evidence")
    order, money = case.seen()
    price, taken = Decimal(PRICE), Decimal("1000.00")
    wanted = {"still_agreed": price, "paid": price - taken, "total": price - taken, "taken_back": taken}
    assert {name: money[name] for name in wanted} == wanted
    (payment,) = [one for one in order["payments"] if one["subject"] == "order"]
    assert (payment["state"], payment["taken_back"]["amount"]) == ("captured", "1000.00")
    for name, page in case.everywhere().items():
        assert "Taken back by the card's bank 1,000.00 CNY" in page, name
        assert "Refunded" not in page, name
    assert "Goods in all 10,960.00 CNY" in case.page("buyer")


def test_the_payee_is_told_when_a_dispute_opens_and_how_it_ends(case):
    case.dispute()
    reference = case.way.order()["card_disputes"][0]["reference"]
    letter = letters(case.town, case.market.merchant)[-1]
    assert letter.subject == f"A card's holder disputes 10,960.00 CNY of order {case.way.order()['reference']}"
    assert f"({reference}: Goods not received)" in letter.body
    assert "7,672.00 CNY are frozen" in letter.body
    assert f"/orders/{case.way.order_id}" in letter.body
    case.answer("losing_evidence")
    letter = letters(case.town, case.market.merchant)[-1]
    assert letter.subject == f"The card's bank keeps 10,960.00 CNY of order {case.way.order()['reference']}"
    assert "10,960.00 CNY of it are yours to bear" in letter.body
    assert "end the order" in letter.body
    assert [one for one in subjects(case.town, case.market.carrier) if "dispute" in one] == []


@pytest.mark.parametrize(("told", "end"), [("winning_evidence", "gives 10,960.00 CNY of order"), (None, None)])
def test_the_payee_is_told_that_a_dispute_was_won(case, told, end):
    case.dispute()
    if told:
        case.answer(told)
        assert any(end in one for one in subjects(case.town, case.market.merchant))
    else:
        assert [one for one in subjects(case.town, case.market.merchant) if "gives" in one] == []


def test_a_merchant_ends_alone_what_he_packed_when_the_bank_took_its_money(case):
    case.way.pack()
    sold = case.way.order(case.market.merchant)
    assert sold["ending"] == {"stage": "packed", "alone": [], "together": True}
    path = f"/orders/{case.way.order_id}/cancellation"
    case.dispute()
    case.call(case.market.merchant, "POST", path, expect=409)
    case.answer("losing_evidence")
    sold = case.way.order(case.market.merchant)
    assert sold["ending"] == {"stage": "packed", "alone": ["merchant"], "together": True}
    assert "cancel" in sold["actions"]
    case.call(case.market.buyer, "POST", path, expect=409)
    assert "Cancel the order" in case.page("merchant", path)
    case.call(case.market.merchant, "POST", path, expect=204)
    order, money = _ended(case)
    assert (order["state"], order["cancel_reason"]) == ("cancelled", "merchant")
    assert (money["still_agreed"]["amount"], money["kept"]["amount"]) == ("0.00", "0.00")
    assert order["refunds"] == []


def test_the_invoice_of_goods_whose_money_the_bank_took_adds_up(case, client):
    case.dispute()
    case.answer("losing_evidence")
    case.way.pack()
    case.way.hand_over()
    (paper,) = documents(case.call, case.market.buyer, "commercial_invoice")
    words = pdf_of(client, case.market.buyer, paper["id"])
    rows = dict(re.findall(f"({'|'.join(INVOICED.values())})" + r"\D*?([\d,]+\.\d\d)", words))
    figures = {name: Decimal(rows[label].replace(",", "")) for name, label in INVOICED.items()}
    assert figures == {"ordered": 10_960, "paid": 0, "taken_back": 10_960, "open": 0}


def test_what_the_trading_company_sells_is_told_to_it_and_its_merchant_goes_on(app, call, market):
    house, double, town = House(app, call, market), double_of(app), Town(app)
    house.name()
    house.agree()
    way = house.way(CARD | {"mode": "operator_sells"})
    runner.run_due(app)
    goods = next(one for one in double.all("payment_intent") if one["metadata"].get("city_order") == way.order_id)
    double.dispute(goods["id"], reason="product_not_received")
    bring_notices(double)
    runner.run_due(app)
    reading().rollback()
    disputed = f"A card's holder disputes 10,960.00 CNY of order {way.order()['reference']}"
    assert letters(town, house.trader)[-1].subject == disputed
    assert disputed not in subjects(town, market.merchant)
    assert len(way.order(house.trader)["card_disputes"]) == len(way.order()["card_disputes"]) == 1
    sold = way.order(market.merchant)
    assert (sold["card_disputes"], sold["lines"][0]["money_doubt"]) == ([], None)
    pages = {name: Visitor(app) for name in ("buyer", "merchant")}
    for name, visitor in pages.items():
        visitor.enter(getattr(market, name).actor)
    assert "Next: pack the goods" in shown(pages["merchant"].open(f"/orders/{way.order_id}"))
    assert "A card's dispute" not in shown(pages["merchant"].open("/merchant/fulfilment"))
    assert "may hold the goods" not in shown(pages["buyer"].open(f"/orders/{way.order_id}"))


def test_the_freight_that_is_disputed_is_told_to_its_carrier_and_the_goods_go_on(case):
    freight = next(one for one in case.double.all("payment_intent") if "city_order" not in one["metadata"])
    case.double.dispute(freight["id"], reason="fraudulent")
    case.go_on()
    order, money = case.seen()
    (dispute,) = order["card_disputes"]
    contract = order["freight"][0]
    assert (dispute["subject"], dispute["subject_id"], money["frozen"]) == ("freight", contract["id"], 0)
    assert order["lines"][0]["money_doubt"] is None
    letter = letters(case.town, case.market.carrier)[-1]
    assert letter.subject.endswith(f"of freight {contract['reference']}")
    payment = next(one["id"] for one in order["payments"] if one["subject"] == "freight")
    assert f"/payments/{payment}" in letter.body
    assert "Next: pack the goods" in case.page("merchant")
    assert dispute["reference"] in case.page("buyer")
    assert dispute["reference"] not in case.page("merchant")


def test_an_inquiry_freezes_and_takes_nothing(app, call, market, staff):
    method = {"payment_method": "pm_card_createDisputeInquiry"}
    case = Case(app, call, market, staff, method=method)
    case.double.pass_time()
    case.go_on()
    order, money = case.seen()
    about = [one for one in order["card_disputes"] if one["subject"] == "order"]
    assert [(one["is_inquiry"], one["state"]) for one in about] == [(True, "open")]
    assert money["frozen"] == Decimal("7672.00")
    assert "asks about 10,960.00 CNY. Nothing is taken." in case.page("merchant")
    assert "A card's bank asks about 10,960.00 CNY of order" in " ".join(subjects(case.town, market.merchant))


def _ended(case):
    case.go_on()
    order = case.way.order()
    return order, order["money"]
