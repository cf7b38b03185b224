"""Changes of orders that the trading company sells: whatever both sides agree to, sale = purchase + margin."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import SOAK
from tests.functional.test_operator_sells_remedies import LORRY
from tests.functional.test_payee_changes import LATEST, OLD, Desk
from tests.support.invariants import sound
from tests.support.trading import BANK, House

KINDS = ["reduce", "discount", "add", "pay"]
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.booleans(), st.integers(1, 10**6)), min_size=1, max_size=5)


@pytest.fixture
def house(app, call, market):
    found = House(app, call, market)
    found.name()
    found.agree(margin=333)
    return found


def change(way, proposer, answerer, **terms):
    """Propose as one side and accept as the other; return what the second saw."""
    path = f"/orders/{way.order_id}/changes"
    made = way.call(proposer, "POST", path, json=terms)
    if "content_hash" not in made:
        return None
    body = {"content_hash": made["content_hash"]}
    done = way.call(answerer, "POST", f"/order-changes/{made['id']}/acceptance", json=body)
    return done if "id" in done else None


def test_a_line_that_is_added_is_sold_and_bought_with_its_own_deposit(house, market):
    way = house.way()
    house.receive(way)
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": way.booking["departure_id"]}
    done = change(way, market.buyer, market.merchant, **more)
    assert done["delta"]["amount"] == "2119.01"
    (seen,) = way.call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"]
    assert seen["delta"]["amount"] == "2192.00"
    sold, bought = way.order(), way.order(market.merchant)
    assert [one["agreed_total"]["amount"] for one in (sold, bought)] == ["13152.00", "12714.04"]
    assert [one["lines"][1]["amount"]["amount"] for one in (sold, bought)] == ["2192.00", "2119.01"]
    assert bought["lines"][1]["unit_price"]["amount"] == "26.48758"
    # The goods are promised, so the merchant is owed his deposit of them; the buyer's falls due at once.
    assert house.sale(way) == ("13152.00", "12714.04", "437.96", "3945.60", "3814.21")
    for order in (sold, bought):
        versions = [one["version"] for one in order["documents"] if one["kind"] == "sales_contract"]
        assert sorted(versions) == [1, 2]
    sound()


REST = [{"event": "delivered", "percent": "100", "days": "10", "counted": "working"}]


def test_a_buyer_agrees_with_the_trading_company_on_another_plan(house, call, market):
    way = house.way()
    house.receive(way)
    path = f"/orders/{way.order_id}/changes"
    plan = {"kind": "plan", "stages": REST}
    refused = call(market.merchant, "POST", path, json=plan, expect=409)
    assert refused["type"] == "urn:city:problem:plan_of_sale"
    made = call(market.buyer, "POST", path, json=plan, expect=201)
    assert (made["answerer_id"], made["acts"]) == (str(house.trader.company), ["withdraw"])
    assert call(market.merchant, "GET", path, expect=200)["items"] == []
    body = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=body, expect=404)
    call(house.trader, "POST", f"/order-changes/{made['id']}/acceptance", json=body, expect=403)
    call(house.trader, "POST", f"/trading-changes/{made['id']}/acceptance", json=body, expect=403)
    (seen,) = call(house.treasurer, "GET", "/trading-changes", expect=200)["items"]
    assert (seen["id"], seen["acts"]) == (made["id"], ["accept", "decline"])
    assert [(one["event"], one["now"]["amount"], one["then"]["amount"]) for one in seen["outcome"]] == [
        ("handed_over", "7672.00", "0.00"), ("delivered", "0.00", "7672.00"),
    ]  # fmt: skip
    call(
        house.treasurer,
        "POST",
        f"/trading-changes/{made['id']}/acceptance",
        json={"content_hash": "0" * 64},
        expect=409,
    )
    done = call(house.treasurer, "POST", f"/trading-changes/{made['id']}/acceptance", json=body, expect=200)
    assert done["state"] == "accepted"
    versions = {
        who: [one["version"] for one in way.order(side)["documents"] if one["kind"] == "sales_contract"]
        for who, side in (("buyer", market.buyer), ("merchant", market.merchant))
    }
    assert {who: max(found) for who, found in versions.items()} == {"buyer": 2, "merchant": 1}
    # The merchant is owed by his own plan, whatever the buyer has time for.
    way.pack()
    way.hand_over()
    assert house.sale(way)[3:] == ("3288.00", "10595.03")
    for name, body in LORRY:
        way.act(name, **body)
    way.receive(cartons=10)
    assert house.sale(way)[3:] == ("10960.00", "10595.03")
    sound()


def test_the_trading_company_may_decline_another_plan(house, call, market):
    way = house.way(BANK | {"rail": "card", "payment_method": "pm_card_visa"})
    path = f"/orders/{way.order_id}/changes"
    made = call(market.buyer, "POST", path, json={"kind": "plan", "stages": REST}, expect=201)
    done = call(house.treasurer, "POST", f"/trading-changes/{made['id']}/refusal", expect=200)
    assert done["state"] == "declined"
    again = call(market.buyer, "POST", path, json={"kind": "plan", "stages": REST}, expect=201)
    body = {"content_hash": again["content_hash"]}
    call(house.treasurer, "POST", f"/trading-changes/{again['id']}/acceptance", json=body, expect=200)
    way.pack()
    way.hand_over()
    assert house.sale(way)[3:] == ("3288.00", "10595.03")
    sound()


def test_a_merchant_agrees_with_the_trading_company_on_another_account(app, house, call, market, later):
    desk = Desk(app, call, market, house.office, later)
    desk.way = way = house.way()
    house.receive(way)
    new = desk.name()
    payable = call(market.merchant, "GET", f"/payees/{new}/orders", expect=200)["items"]
    mine = next(one for one in payable if one["id"] == way.order_id)
    assert (mine["open"]["amount"], mine["account_now"]["account_number"]) == ("7416.52", OLD)
    (change,) = desk.propose(new)["items"]
    assert change["answerer_id"] == str(house.trader.company)
    assert call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"] == []
    desk.answer(change, expect=404)
    (seen,) = call(house.treasurer, "GET", "/trading-changes", expect=200)["items"]
    assert (seen["account"]["account_number"], seen["account_now"]["account_number"]) == (LATEST, OLD)
    body = {"content_hash": seen["content_hash"]}
    path = f"/trading-changes/{change['id']}/acceptance"
    assert call(house.treasurer, "POST", path, json=body, expect=200)["state"] == "agreed"
    assert desk.bind() == 0
    desk.pass_time(72)
    assert desk.bind() == 1
    assert desk.change(market.merchant)["state"] == "accepted"
    for side, version in ((market.buyer, 1), (market.merchant, 2)):
        contracts = [one for one in way.order(side)["documents"] if one["kind"] == "sales_contract"]
        assert max(one["version"] for one in contracts) == version
    assert desk.account(0) != LATEST  # the buyer pays the operator as before
    sound()


# A market has goods, and one person may take in money, for a few lives only.
@pytest.mark.soak
@pytest.mark.parametrize("market_number", range(10 if SOAK else 1))
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
@pytest.mark.usefixtures("market_number")
def test_any_sequence_of_changes_keeps_both_prices_in_step(house, market, steps):
    way = house.way()
    sides = (market.buyer, market.merchant)
    for kind, by_buyer, seed in steps:
        proposer, answerer = sides if by_buyer else sides[::-1]
        order = way.order(proposer)
        lines = [one for one in order["lines"] if one["agreed"]["quantity"]]
        if not lines:
            break
        line = lines[seed % len(lines)]
        terms = {"kind": kind, "line": line["id"]}
        if kind == "pay":
            if any(one["state"] in ("due", "part_paid") for one in way.order()["payments"]):
                house.receive(way)
            continue
        if kind == "discount":
            price = Decimal(line["agreed"]["unit_price"]["amount"])
            terms["unit_price"] = str((price * (seed % 99 + 1) / 100).quantize(Decimal("0.000001")))
        else:
            terms["quantity"] = 1 + seed % (line["agreed"]["quantity"] if kind == "reduce" else 200)
        if kind == "add":
            terms["departure"] = order["bookings"][0]["departure_id"]
        change(way, proposer, answerer, **terms)
        sale, purchase, margin, _sold, _bought = map(Decimal, house.sale(way))
        assert sale == purchase + margin
        if way.order()["state"] != "cancelled":
            totals = (way.order()["agreed_total"], way.order(market.merchant)["agreed_total"])
            assert [Decimal(total["amount"]) for total in totals] == [sale, purchase]
        sound()
