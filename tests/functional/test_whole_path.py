"""From two offers to settled money: one buyer, two merchants, two price bases, two currencies, both rails.

The CNY order (FCA, 30/70) is paid by two bank transfers, the second 130 CNY short for bank charges, and a third comes
without a reference; the THB order (DAP, on acceptance) is paid by card. Three cartons are missing at the hub, and the
lorry waits 26 hours at the border. Every number is read back over HTTP.
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from marketplace.accounts import queries as accounts
from marketplace.accounts.services import tokens
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from marketplace.seed import flows
from marketplace.worker.runner import run_due
from tests.support.payouts import said
from tests.support.visitors import Program

TODAY = "2026-11-25"


class Member:
    """Somebody of the demo city at the API."""

    def __init__(self, app: Flask, login: str) -> None:
        """Take a token as the command line hands them out: the staff of a test city have no authenticator."""
        with unit_of_work() as session:
            person = accounts.find_person(session, login=login)
            assert person is not None
            company = accounts.memberships_of(session, person_id=person.id)[0].company_id
            token = tokens.issue_token(session, person_id=person.id, company_id=company, now=clock.now())
        self.program = Program(app, token)

    def get(self, path: str) -> Any:
        """Read something."""
        return self.program.call("GET", path, 200)

    def act(self, path: str, body: Any = None, status: int = 200, method: str = "POST") -> Any:
        """Do something once, under a key of its own."""
        return self.program.call(method, path, status, body or {}, **{"Idempotency-Key": str(uuid4())})


@pytest.fixture
def city(app: Flask) -> dict[str, Member]:
    """The demo city with its people at the door."""
    flows.seed(app.extensions["city.vault"], store=app.extensions["city.store"], if_empty=False)
    run_due(app)
    names = ("merchant", "merchant2", "buyer", "logistics", "finance", "finance2", "carrier")
    return {name: Member(app, f"{name}@demo.test") for name in names}


@pytest.mark.both_databases
def test_the_city_trades_end_to_end(app: Flask, city: dict[str, Member], later: Callable[[int], None]) -> None:
    buyer, seller, grower = city["buyer"], city["merchant"], city["merchant2"]
    bank, card = _ordered(buyer)
    line, fruit = bank["lines"][0]["id"], card["lines"][0]["id"]
    assert (bank["total"], card["total"]) == (_money("62400.00", "CNY"), _money("302400.00", "THB"))

    for order, merchant in ((bank, seller), (card, grower)):
        merchant.act(f"/orders/{order['id']}/confirmation", status=204)
    _deposit_comes(buyer, seller, bank)
    seller.act(f"/order-lines/{line}/packing", {"cartons": 60}, 201)
    grower.act(f"/order-lines/{fruit}/packing", {"cartons": 100}, 201)
    hub = city["logistics"]
    hub.act(f"/order-lines/{line}/handover", {"cartons_received": 57, "gross_kg": "2508", "m3": "1.51"}, 201)
    hub.act(f"/order-lines/{fruit}/handover", {"cartons_received": 100, "gross_kg": "1900", "m3": "4.2"}, 201)
    assert _line(buyer, bank)["parts"] == {"handed_over": 2280, "packed": 120}

    _balance_comes_short(buyer, seller, bank)
    _money_without_a_name(seller)
    waits = iter((lambda: later(26 * 3600), lambda: None))
    for order, cartons in ((bank, 57), (card, 100)):
        _carried(hub, buyer, order, next(waits))
        _booking(buyer, order, lambda found, n=cartons: buyer.act(f"/bookings/{found}/receipt", {"cartons": n}, 201))
    assert _line(buyer, bank)["parts"] == {"delivered": 2280, "short": 120}
    for accepted in (line, fruit):
        buyer.act(f"/order-lines/{accepted}/acceptance", status=204)

    assert [buyer.get(f"/orders/{order['id']}")["state"] for order in (bank, card)] == ["completed", "completed"]
    _merchant_is_paid_out(city)
    _statements_agree(city)
    run_due(app)
    kinds = {item["kind"]: item["state"] for item in buyer.get(f"/orders/{bank['id']}")["documents"]}
    assert {"pro_forma", "sales_contract", "freight_contract", "packing_list", "commercial_invoice"} <= kinds.keys()
    assert set(kinds.values()) == {"rendered"}
    assert reports.check(reading()) == []


def _ordered(buyer: Member) -> tuple[Any, Any]:
    """Put goods of both merchants into the cart and check out: bank for yuan, card for baht."""
    buyer.act("/cart", {"to": "VNHAN"}, method="PUT")
    for words, quantity in (("motorcycle chain 428H", 2400), ("durian grade A", 1800)):
        found = buyer.get(f"/search?q={words.replace(' ', '%20')}")["items"][0]["id"]
        buyer.act(f"/cart/lines/{found}", {"quantity": quantity}, method="PUT")
    cart = buyer.get("/cart")
    assert [bundle["price_basis"]["incoterm"] for bundle in cart["bundles"]] == ["FCA", "DAP"]
    assert cart["duty_and_tax"] == {
        "included": False, "paid_by": "Demo Hanoi Trading Co.", "role": "importer_of_record",
    }  # fmt: skip
    fruit = next(bundle["key"] for bundle in cart["bundles"] if bundle["currency"] == "THB")
    wanted = {
        "expected_totals": cart["totals"],
        "payment": {"rail": "bank", "plan": "deposit_30_70"},
        "payments": {fruit: {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}},
    }
    placed = buyer.act("/checkout", wanted, 201)["order_ids"]
    orders = {order["total"]["currency"]: order for order in (buyer.get(f"/orders/{each}") for each in placed)}
    return orders["CNY"], orders["THB"]


def _deposit_comes(buyer: Member, seller: Member, order: Any) -> None:
    (deposit,) = order["payments"]
    assert deposit["amount"] == _money("18720.00", "CNY")
    seller.act(f"/payments/{deposit['id']}/confirmation", {"amount": "18720.00", "received_on": TODAY})
    assert buyer.get(f"/orders/{order['id']}")["bookings"][-1]["state"] == "confirmed"


def _balance_comes_short(buyer: Member, seller: Member, order: Any) -> None:
    found = buyer.get(f"/orders/{order['id']}")["payments"]
    balance = next(each for each in found if each["event"] == "handed_over" and each["subject"] == "order")
    assert balance["amount"] == _money("43680.00", "CNY")
    seller.act(f"/payments/{balance['id']}/confirmation", {"amount": "43550.00", "received_on": TODAY})
    seen = buyer.get(f"/payments/{balance['id']}")
    assert (seen["state"], seen["bank_charges"]) == ("paid", _money("130.00", "CNY"))


def _money_without_a_name(seller: Member) -> None:
    seller.act("/transfers", {"amount": "500.00", "currency": "CNY", "received_on": TODAY}, 201)
    (unmatched,) = seller.get("/transfers?state=unmatched")["items"]
    assert unmatched["amount"] == _money("500.00", "CNY")


def _carried(hub: Member, buyer: Member, order: Any, wait: Callable[[], None]) -> None:
    """Take the lorry over the border, where it waits."""
    departure = buyer.get(f"/orders/{order['id']}")["bookings"][-1]["departure_id"]
    for act, body in (
        ("close", {}),
        ("load", {}),
        ("seal", {"seal_number": "CQ-77001"}),
        ("depart", {}),
        ("at-border", {}),
    ):
        hub.act(f"/departures/{departure}/{act}", body, 204)
    wait()
    for act in ("clear", "arrive", "strip"):
        hub.act(f"/departures/{departure}/{act}", status=204)


def _merchant_is_paid_out(city: dict[str, Member]) -> None:
    finance, second = city["finance"], city["finance2"]
    finance.act("/payouts", status=201)
    (payout,) = finance.get("/payouts")["items"]
    assert payout["amount"] == _money("293328.00", "THB")  # the goods less three per cent
    finance.act(f"/payouts/{payout['id']}/approval")
    assert finance.program.call("POST", f"/payouts/{payout['id']}/approval", 409, {}, **{"Idempotency-Key": "again"})
    sent = second.act(f"/payouts/{payout['id']}/approval")
    assert sent["file_id"]
    finance.act(f"/payouts/{payout['id']}/result", said("settled"))
    assert finance.get("/payouts")["items"][0]["state"] == "settled"


def _statements_agree(city: dict[str, Member]) -> None:
    span = "from=2026-01-01&to=2027-12-31"
    books = {
        item["account"]: item["closing"]
        for item in city["merchant"].get(f"/statements?{span}&currency=CNY")["balances"]
    }
    assert books["commission_receivable"] == _money("-1778.40", "CNY")  # 3 % of the 2,280 accepted
    house = {
        item["account"]: item["closing"] for item in city["finance"].get(f"/statements?{span}&currency=THB")["balances"]
    }
    # What stays with the provider is the commission less the fee of 2.9 % that he took for the charge.
    assert house["provider_clearing"] == _money("302.40", "THB")
    assert house["provider_fees"] == _money("8769.60", "THB")
    assert house["commission_income"] == _money("-9072.00", "THB")
    assert house["held"] == _money("0.00", "THB")


def _line(buyer: Member, order: Any) -> Any:
    return buyer.get(f"/orders/{order['id']}")["lines"][0]


def _booking(buyer: Member, order: Any, act: Any) -> None:
    act(buyer.get(f"/orders/{order['id']}")["bookings"][-1]["id"])


def _money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}
