"""The numbers of one order read back after every act: pages of three people, the API, papers and the ledger are one.

By bank the buyer pays each share in two parts, fewer units are agreed upon, a claim is settled by a note and paid back.
By card a part is refunded twice, the card's bank holds a dispute in between, the rest is released and paid out.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.worker import runner
from tests import factories
from tests.support.cards import bring_notices, double_of
from tests.support.documents import documents, pdf_of
from tests.support.invariants import sound
from tests.support.visitors import Visitor
from tests.support.ways import BANK, Way

CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
FACTS = {
    "Goods in all": "still_agreed", "Was agreed": "agreed", "Let off or credited": "let_off",
    "Still agreed": "still_agreed", "Due now": "due_now", "Paid": "paid", "Balance": "balance", "Held": "held",
    "Released to the payee": "released", "Paid too much": "overpaid", "Owed back": "owed_back",
    "Of it has come back": "come_back",
}  # fmt: skip
OVER_BORDER = True


@dataclass
class Look:
    """Everybody who may see an order's money, with a browser and a program."""

    app: Flask
    client: FlaskClient
    way: Way
    books: factories.Trader

    def __post_init__(self) -> None:
        self.pages = {name: Visitor(self.app) for name in ("buyer", "merchant", "books")}
        for name, visitor in self.pages.items():
            visitor.enter(self.who(name).actor)

    def who(self, name: str) -> factories.Trader:
        return self.books if name == "books" else getattr(self.way.market, name)

    def __call__(self, **figures: str) -> dict[str, Any]:
        """Read the order's money everywhere, demand one set of numbers and these figures among them."""
        runner.run_due(self.app)
        path = f"/orders/{self.way.order_id}"
        order = self.way.order()
        money = order["money"]
        assert self.way.order(self.way.market.merchant)["money"] == money
        known = self.way.call(self.books, "GET", f"{path}/money", expect=200)
        assert known.pop("card_disputes") == [one for one in order["card_disputes"] if one["subject"] == "order"]
        assert known == money
        for visitor, address in (
            (self.pages["buyer"], path), (self.pages["merchant"], path), (self.pages["books"], f"/operator{path}/money")
        ):  # fmt: skip
            assert shown(visitor.open(address)) == {name: money[name]["amount"] for name in self.named(money)}, address
        read = {name: money[name]["amount"] for name in ("total", *FACTS.values())}
        assert {name: read[name] for name in figures} == figures
        self.ledger(money)
        sound()
        return money

    def named(self, money: dict[str, Any]) -> list[str]:
        """Return the figures that pages show: held only where a provider holds it, let off if anything is."""
        shown_if = {"agreed": "let_off", "come_back": "owed_back", "released": "held"}
        optional = {"let_off", "overpaid", "owed_back", "held", *shown_if}
        is_held = self.way.order()["settlement_mode"] == "provider_held"
        return [
            name
            for name in dict.fromkeys(FACTS.values())
            if name not in optional
            or money[shown_if.get(name, name)]["amount"] != "0.00"
            or (is_held and name in ("held", "released"))
        ]

    def balance(self, kind: str) -> Decimal:
        """Return what the ledger says of an account of the order; zero when there is none."""
        rows = self.way.call(self.books, "GET", f"/ledger/accounts?kind={kind}&currency=CNY", expect=200)["items"]
        mine = [one for one in rows if one["subject"] and one["subject"]["id"] == self.way.order_id]
        for one in mine:
            entries = self.way.call(self.books, "GET", f"/ledger/accounts/{one['id']}/entries", expect=200)["items"]
            assert sum(Decimal(each["amount"]["amount"]) for each in entries) == Decimal(one["balance"]["amount"])
        return sum((Decimal(one["balance"]["amount"]) for one in mine), Decimal(0))

    def ledger(self, money: dict[str, Any]) -> None:
        """Compare with the books: what is due is an obligation, what is held is held."""
        due, held = Decimal(money["due_now"]["amount"]), Decimal(money["held"]["amount"])
        if self.way.order()["settlement_mode"] == "direct":
            assert (self.balance("obligation_payer"), self.balance("obligation_payee")) == (-due, due)
            assert self.balance("held") == 0
        else:
            assert self.balance("held") == -held

    def paper(self, kind: str, trader: factories.Trader | None = None) -> str:
        """Return the words of the newest paper of a kind."""
        found = max(documents(self.way.call, trader or self.way.market.buyer, kind), key=lambda one: one["version"])
        return pdf_of(self.client, trader or self.way.market.buyer, found["id"])

    def closing(self, trader: factories.Trader, account: str) -> str:
        rows = self.way.call(trader, "GET", "/statements?currency=CNY", expect=200)["balances"]
        return next((one["closing"]["amount"] for one in rows if one["account"] == account), "0.00")


def shown(page: str) -> dict[str, str]:
    """Return the figures of the money of the goods as a page shows them."""
    part = page[page.index("Money of the goods") :]
    facts = re.findall(r"<dt>([^<]+)</dt><dd><data[^>]* value=\"([^\"]+)\"[^>]*>([^<]+)</data>", part)
    for _label, value, words in facts:
        assert words.replace(",", "").replace("\u00a0", " ") == f"{value} CNY"
    return {FACTS[unescape(label)]: value for label, value, _ in facts if unescape(label) in FACTS}


@pytest.fixture
def books(app: Flask, market: factories.Market) -> factories.Trader:
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.TREASURY, name="City Books", now=clock.now())


def fewer(way: Way, units: int) -> None:
    """Agree upon fewer units."""
    body = {"kind": "reduce", "line": way.line_id, "quantity": units}
    made = way.call(way.market.buyer, "POST", f"/orders/{way.order_id}/changes", json=body, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    way.call(way.market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)


def pay(way: Way, event: str, amount: str, state: str) -> None:
    """Let money come for a share, as its payee says."""
    mine = [one for one in way.order()["payments"] if (one["subject"], one["event"]) == ("order", event)]
    body = {"amount": amount, "received_on": clock.now().date().isoformat()}
    done = way.call(way.market.merchant, "POST", f"/payments/{mine[0]['id']}/confirmation", json=body, expect=200)
    assert done["state"] == state


def carried(way: Way, cartons: int) -> None:
    """Bring packed cartons over the border to the buyer."""
    for act in ("close", "load", "seal", "depart", "at-border", "clear", "arrive", "strip"):
        facts: dict[str, Any] = {"seal_number": "CN-1"} if act == "seal" else {}
        way.act(act, **facts)
    way.receive(cartons=cartons)


def frozen(way: Way) -> Decimal:
    """Return what a dispute keeps of the goods' money."""
    shares = [one for one in way.order()["milestones"] if one["subject"] == "order" and one["is_frozen"]]
    return sum((Decimal(one["amount"]["amount"]) for one in shares), Decimal(0))


def settled(way: Way, quantity: int, amount: str) -> None:
    """Settle a claim about units with faults."""
    body = {"reason": "defective", "quantity": quantity, "text": "Links break under load."}
    made = way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=body, expect=201)
    path = f"/claims/{made['id']}"
    way.call(way.market.merchant, "POST", f"{path}/answer", json={"amount": amount, "text": "Sorry."}, expect=200)
    way.call(way.market.buyer, "POST", f"{path}/settlement", json={"amount": amount}, expect=200)


def test_by_bank_every_number_is_the_same_wherever_it_is_read(app, client, call, market, operator, books):
    way = Way(call, market, operator, payment=BANK)
    look = Look(app, client, way, books)
    look(total="10960.00", due_now="3288.00", paid="0.00", balance="10960.00")
    pay(way, "deposit", "1000.00", "part_paid")
    look(due_now="2288.00", paid="1000.00", balance="9960.00")
    pay(way, "deposit", "2288.00", "paid")
    look(due_now="0.00", paid="3288.00", balance="7672.00")
    fewer(way, 80)
    look(total="8768.00", due_now="0.00", paid="3288.00", balance="5480.00")
    way.pack(cartons=8)
    way.hand_over(cartons_received=8, gross_kg="100")
    look(due_now="5480.00", balance="5480.00")
    pay(way, "handed_over", "3000.00", "part_paid")
    pay(way, "handed_over", "2480.00", "paid")
    look(due_now="0.00", paid="8768.00", balance="0.00")
    carried(way, 8)
    settled(way, 40, "500.00")
    (owed,) = call(market.merchant, "GET", "/returns", expect=200)["items"]
    assert owed["amount"]["amount"] == "500.00"
    assert (look.balance("return_payer"), look.balance("return_payee")) == (Decimal("500.00"), Decimal("-500.00"))
    call(market.merchant, "POST", f"/returns/{owed['id']}/confirmation", expect=200)
    call(market.buyer, "POST", f"/returns/{owed['id']}/receipt", expect=200)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", expect=204)
    look()
    assert look.balance("return_payer") == 0
    # 3 % of what was agreed in the end: 320 units less the note.
    assert look.closing(market.merchant, "commission_receivable") == "-248.04"
    assert "8,768.00" in look.paper("sales_contract")
    assert "8,768.00" in look.paper("commercial_invoice")
    assert "500.00" in look.paper("credit_note")


def test_by_card_every_number_is_the_same_wherever_it_is_read(app, client, call, market, operator, books):
    double = double_of(app)
    way = Way(call, market, operator, payment=CARD)
    look = Look(app, client, way, books)
    look(total="10960.00", paid="10960.00", balance="0.00", held="10960.00", released="0.00")
    fewer(way, 80)
    look(total="8768.00", held="8768.00")
    way.pack(cartons=8)
    way.hand_over(cartons_received=8, gross_kg="100")
    carried(way, 8)
    goods = next(one for one in double.all("payment_intent") if one["metadata"].get("city_order"))
    double.dispute(goods["id"], reason="product_not_received", amount=100_000)
    bring_notices(double)
    look(total="8768.00", held="8768.00")
    # Frozen, and with the card's bank until it decides.
    assert look.balance("disputed") == Decimal("1000.00")
    assert frozen(way) == Decimal("1000.00")
    (dispute,) = call(books, "GET", "/card-disputes", expect=200)["items"]
    call(books, "POST", f"/card-disputes/{dispute['id']}/answer", json={"told": "winning_evidence"}, expect=200)
    double.pass_time()
    bring_notices(double)
    look(total="8768.00", held="8768.00")
    assert (look.balance("disputed"), frozen(way)) == (0, 0)
    settled(way, 40, "500.00")
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", expect=204)
    look(held="0.00", released="8268.00")
    call(books, "POST", "/payouts", expect=201)
    (payout,) = [
        one for one in call(books, "GET", "/payouts", expect=200)["items"] if one["source"] == "merchant_payable"
    ]
    assert payout["amount"]["amount"] == "8019.96"  # less 3 %
    call(books, "POST", f"/payouts/{payout['id']}/approval", expect=200)
    call(books, "POST", f"/payouts/{payout['id']}/result", json={"result": "settled"}, expect=200)
    look(released="8268.00")
    assert look.closing(market.merchant, "merchant_payable") == "0.00"
    refunded = [one for one in double.all("refund") if one["payment_intent"] == goods["id"]]
    assert sum(one["amount"] for one in refunded) == 219_200 + 50_000
    for side in (market.buyer, market.merchant):
        assert [one["amount"]["amount"] for one in way.order(side)["refunds"]] == ["2192.00", "500.00"]
        page = Visitor(app)
        page.log_in(side.login)
        shown = page.open(f"/orders/{way.order_id}").partition("Refunds to the card")[2]
        assert "2,192.00" in shown
        assert "500.00" in shown
    assert "8,768.00" in look.paper("sales_contract")
    assert "500.00" in look.paper("credit_note")
