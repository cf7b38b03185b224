"""Prices in a further currency: written once, at a rate; what was ordered before stays as it was."""

from decimal import Decimal

import pytest

from marketplace.kernel.db import unit_of_work
from marketplace.reference import services as reference
from tests import factories
from tests.factories import HANOI, HUB
from tests.support.visitors import Program, Visitor
from tests.support.ways import BANK

pytestmark = pytest.mark.both_databases
BASIS = f"CNY FCA {HUB}"


@pytest.fixture
def market(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        reference.load_rates(session)
    return market


@pytest.fixture
def seller(app, market):
    return Program(app, market.merchant.token)


@pytest.fixture
def buyer(app, market):
    return Program(app, market.buyer.token)


def prices(program, listing_id, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return program.call("GET", f"/listings/{listing_id}?{query}", 200)["quote"]


def order(buyer, listing_id, quantity=400):
    buyer.call("PUT", "/cart", 200, {"to": HANOI})
    cart = buyer.call("PUT", f"/cart/lines/{listing_id}", 200, {"quantity": quantity})
    placed = buyer.call("POST", "/checkout", 201, {"expected_totals": cart["totals"], "payment": BANK})
    return placed["order_ids"][0]


def test_prices_are_written_at_a_rate_and_no_placed_order_changes(market, seller, buyer):
    placed = order(buyer, market.chains)
    before = buyer.call("GET", f"/orders/{placed}", 200)
    path = f"/listings/{market.chains}/conversions"
    done = seller.call("POST", path, 201, {"basis": BASIS, "currency": "USD", "rate": "0.14"})
    assert (done["rate"], done["waiting"]) == ("0.14", [])
    tiers = [(tier["quantity"], Decimal(tier["price"]["amount"])) for tier in done["ladder"]["tiers"]]
    old = next(
        row["ladder"]["tiers"]
        for row in seller.call("GET", f"/listings/{market.chains}/price-history", 200)["items"]
        if row["ladder"]["currency"] == "CNY"
    )
    assert tiers == [(tier["quantity"], Decimal(tier["price"]["amount"]) * Decimal("0.14")) for tier in old]
    quote = prices(buyer, market.chains, currency="USD", incoterm="FCA", place=HUB, quantity=400)
    assert Decimal(quote["unit_price"]["amount"]) == tiers[0][1]
    assert prices(buyer, market.chains, quantity=400)["unit_price"] == {"amount": "27.40", "currency": "CNY"}
    # Once more at another rate: those prices take the place of these, and the order is what it was.
    seller.call("POST", path, 201, {"basis": BASIS, "currency": "USD", "rate": "0.15"})
    quote = prices(buyer, market.chains, currency="USD", incoterm="FCA", place=HUB, quantity=400)
    assert Decimal(quote["unit_price"]["amount"]) == Decimal("27.40") * Decimal("0.15")
    assert buyer.call("GET", f"/orders/{placed}", 200) == before


def test_without_a_rate_the_city_s_is_taken(market, seller):
    path = f"/listings/{market.chains}/conversions"
    done = seller.call("POST", path, 201, {"basis": BASIS, "currency": "VND"})
    rate = Decimal(done["rate"])
    assert Decimal(1_000) < rate < Decimal(10_000)
    price = Decimal(done["ladder"]["tiers"][0]["price"]["amount"])
    assert abs(price - Decimal("27.40") * rate) <= Decimal("0.0000005")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"basis": "CNY DAP VNHAN"}, "basis", "choice"),
        ({"basis": ""}, "basis", "required"),
        ({"currency": "CNY"}, "currency", "choice"),
        ({"currency": "XXX"}, "currency", "currency"),
        ({"rate": "0"}, "rate", "too_small"),
        ({"rate": "0.0000000001"}, "rate", "too_small"),
    ],
)
def test_what_cannot_be_converted_names_the_field(market, seller, changes, field, code):
    body = {"basis": BASIS, "currency": "USD", "rate": "0.14"} | changes
    found = seller.call("POST", f"/listings/{market.chains}/conversions", 422, body)
    assert [(each["field"], each["code"]) for each in found["errors"]] == [(field, code)]


def test_somebody_else_s_listing_is_unknown(market, buyer, app):
    rival = Program(app, market.thai.token)
    rival.call("POST", f"/listings/{market.chains}/conversions", 404, {"basis": BASIS, "currency": "USD"})
    buyer.call("POST", f"/listings/{market.chains}/conversions", 404, {"basis": BASIS, "currency": "USD"})


def test_a_merchant_does_it_on_a_page(app, market, buyer):
    page = Visitor(app)
    page.log_in(market.merchant.login)
    path = f"/merchant/listings/{market.chains}/currencies"
    assert "Further currencies" in page.open(f"/merchant/listings/{market.chains}")
    page.open(path)
    page.send(path, {"basis": BASIS, "currency": "USD", "rate": "none"}, 422)
    assert page.refused_fields() == {"rate"}
    page.open(path)
    page.send(path, {"basis": BASIS, "currency": "USD", "rate": "0.14"})
    assert "3.836" in page.open(path)
    assert prices(buyer, market.chains, currency="USD", incoterm="FCA", place=HUB)["unit_price"]["amount"] == "3.836"
