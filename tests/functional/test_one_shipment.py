"""What a buyer sends by one departure of one carrier is one shipment: one minimum, shared over its orders."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.network import Line
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import logged_in
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases

LEAST = Money.of(3_000, "CNY")
BANK = {"rail": "bank", "plan": "acceptance_100"}


@pytest.fixture
def other(app, market):
    """Goods of another merchant at the same hub."""
    now = clock.now()
    with unit_of_work() as session:
        seller = factories.trader(session, app, name="Second Parts", country="CN", now=now).actor
        factories.approve(session, seller, name="second", country="CN", now=now)
        factories.payee(session, seller, currency="CNY", country="CN", now=now)
        return factories.listing(session, seller, sku="T-2", now=now)


@pytest.fixture
def cart(call, market, other):
    """A cart of both merchants' goods, on a line whose least charge is above what they cost together by weight."""
    now = clock.now()
    with unit_of_work() as session:
        line_id = session.scalars(sa.select(Line.id).where(Line.code == "CQ-HAN")).one()
        freight.set_tariff(
            session, actor=SYSTEM, line_id=line_id, to_place=factories.HANOI, valid_from=now, now=now, note="a test's",
            rates=Rates(UnitPrice.of("1.20", "CNY"), LEAST, 333, 1_850),
        )  # fmt: skip
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 1_600}, expect=200)
    return call(market.buyer, "PUT", f"/cart/lines/{other}", json={"quantity": 400}, expect=200)


def amount(found):
    return Decimal(found["amount"])


def freight_of(call, market, order_id):
    """Return what an order's contracts ask for its freight, and what the payer was asked for."""
    order = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)
    agreed = sum((amount(one["amount"]) for one in order["freight"] if one["state"] == "agreed"), Decimal())
    return order, agreed


def placed(call, market, cart):
    body = {"expected_totals": cart["totals"], "payment": BANK}
    return call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]


def test_two_orders_by_one_lorry_pay_one_charge_shared_by_weight(app, call, market, cart):
    lines = [line for bundle in cart["bundles"] for line in bundle["lines"]]
    (shipment,), (again,) = (line["shipments"] for line in lines)
    assert shipment == again
    assert (shipment["lines"], shipment["departure_id"]) == (2, lines[0]["departure_id"])
    shares = [amount(line["freight"]) for line in lines]
    assert sum(shares) == amount(shipment["charge"]) == LEAST.amount
    assert shares[0] > shares[1]
    (freight,) = [one for one in cart["totals"] if one["kind"] == "freight"]
    assert amount(freight) == amount(shipment["charge"])
    buyer = logged_in(app, market.buyer)
    for path in ("/cart", "/checkout"):
        buyer.open(path)
        assert "share of one shipment of 2 lines" in buyer.text()
    orders = placed(call, market, cart)
    found = [freight_of(call, market, order_id) for order_id in orders]
    assert sorted(agreed for _, agreed in found) == sorted(shares)
    for order, agreed in found:
        (contract,) = order["freight"]
        (line,) = contract["lines"]
        assert sum(amount(one["amount"]) for one in line["components"]) == agreed
    assert reports.check(reading()) == []


def test_what_is_left_of_a_shipment_pays_the_tariff_for_itself_when_an_order_is_cancelled(
    app, call, market, operator, cart
):
    orders = placed(call, market, cart)
    seen = [freight_of(call, market, order_id) for order_id in orders]
    mine = next(at for at, (order, _) in enumerate(seen) if order["merchant_id"] == str(market.merchant.actor.company))
    way, (_, before) = Way.of(call, market, operator, orders[mine]), seen[mine]
    call(market.merchant, "POST", f"/orders/{way.order_id}/confirmation", expect=204)
    assert before < LEAST.amount
    call(market.buyer, "POST", f"/orders/{orders[1 - mine]}/cancellation", expect=204)
    order, after = freight_of(call, market, way.order_id)
    assert after == LEAST.amount
    assert freight_of(call, market, orders[1 - mine])[1] == 0
    for contract in order["freight"]:
        (line,) = contract["lines"]
        assert sum(amount(one["amount"]) for one in line["components"]) == amount(contract["amount"])
    # What the payer is asked for, once the carrier has the goods, is what the contracts say.
    way.pack(cartons=40)
    way.hand_over(cartons_received=40, gross_kg="500")
    asked = [one for one in way.order()["payments"] if one["subject"] == "freight"]
    assert sum(amount(one["amount"]) for one in asked) == LEAST.amount
    page = logged_in(app, market.buyer)
    page.open(f"/orders/{way.order_id}")
    assert "3,000.00" in page.text() or all(f"{amount(one['amount']):,}" in page.text() for one in order["freight"])
    assert reports.check(reading()) == []
