"""Official invoices of what the trading company buys and sells on: two for each line, each of its own two sides."""

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.invoices import services
from tests.support.claims import bring
from tests.support.invariants import sound
from tests.support.trading import House


@pytest.fixture
def way(app, call, market):
    """Goods that the trading company sold, at their buyer's."""
    house = House(app, call, market)
    house.name()
    house.agree()
    found = house.way()
    house.receive(found)
    bring(found.order_id)
    found.house = house
    return found


def missing(way, who, side):
    found = way.call(who, "GET", f"/official-invoices/missing?side={side}", expect=200)["items"]
    return [(one["order"], one["missing"]["amount"]) for one in found]


def invoice(order, amount, number, **more):
    return {
        "order": order, "country": "CN", "type": "fapiao_special", "number": number, "amount": amount, "tax": "0",
        "issued_on": clock.now().date().isoformat(), "currency": "CNY",
    } | more  # fmt: skip


def test_each_contract_has_its_own_official_invoice(way, call, market):
    trader, merchant, buyer = way.house.trader, market.merchant, market.buyer
    sold = way.order()["reference"]
    bought = way.order(merchant)["purchase"]["reference"]
    assert missing(way, merchant, "seller") == missing(way, trader, "buyer") == [(bought, "10412.00")]
    assert missing(way, trader, "seller") == missing(way, buyer, "buyer") == [(sold, "10960.00")]
    assert missing(way, merchant, "buyer") == missing(way, buyer, "seller") == []
    # A merchant means its own contract by either number; nobody else's is its business.
    his = call(merchant, "POST", "/official-invoices", json=invoice(sold, "10412.00", "M-1"), expect=201)["id"]
    call(buyer, "POST", "/official-invoices", json=invoice(bought, "10412.00", "M-9"), expect=422)
    call(market.thai, "POST", "/official-invoices", json=invoice(bought, "1.00", "M-9"), expect=422)
    call(buyer, "GET", f"/official-invoices/{his}", expect=404)
    seen = call(trader, "GET", f"/official-invoices/{his}", expect=200)
    assert (seen["order"], seen["unmatched"]["amount"]) == (bought, "0.00")
    assert missing(way, merchant, "seller") == missing(way, trader, "buyer") == []
    assert missing(way, buyer, "buyer") == [(sold, "10960.00")]
    hers = call(trader, "POST", "/official-invoices", json=invoice(sold, "10960.00", "T-1"), expect=201)["id"]
    call(merchant, "GET", f"/official-invoices/{hers}", expect=404)
    assert missing(way, buyer, "buyer") == []
    sound()
    # What is taken back of one is not taken back of the other.
    red = invoice(bought, "-412.00", "M-2", refers_to="T-1")
    call(merchant, "POST", "/official-invoices", json=red, expect=422)
    call(trader, "POST", "/official-invoices", json=red | {"refers_to": "M-1"}, expect=201)
    assert missing(way, merchant, "seller") == [(bought, "412.00")]
    assert missing(way, buyer, "buyer") == []
    sound()


def test_more_than_the_purchase_is_matched_to_none_of_its_lines(way, call, market):
    bought = way.order(market.merchant)["purchase"]["reference"]
    made = call(way.house.trader, "POST", "/official-invoices", json=invoice(bought, "20000.00", "M-1"), expect=201)
    lines = {"line_ids": [way.line_id], "amounts": ["20000.00"]}
    call(market.merchant, "POST", f"/official-invoices/{made['id']}/lines", json=lines, expect=422)
    lines["amounts"] = ["10412.00"]
    call(market.merchant, "POST", f"/official-invoices/{made['id']}/lines", json=lines, expect=204)
    assert missing(way, market.merchant, "seller") == []
    sound()


def test_both_issuers_are_reminded_once(way, market, later):
    later(40 * 86_400)
    with unit_of_work() as session:
        assert services.remind(session, now=clock.now()) == 2
        assert services.remind(session, now=clock.now() + timedelta(days=1)) == 0
