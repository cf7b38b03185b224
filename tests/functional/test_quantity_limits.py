"""No more is sold than is in stock, or than one lorry carries; each place where a quantity is typed says so."""

import pytest
import sqlalchemy as sa

from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.services import stock
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import logged_in

BANK = {"rail": "bank", "plan": "acceptance_100"}
TILES = Packing(carton_units=1, length_mm=610, width_mm=610, height_mm=50, gross_g=21_200, net_g=21_000)
WAY_OUT = "One lorry takes 700 at most, and you want 1440"


def tiles_of(market, **more):
    facts = {"sku": "TILE", "unit": "MTK", "moq": 10, "multiple": 10, "stock": 9_000, "packing": TILES}
    with unit_of_work() as session:
        return factories.listing(session, market.merchant.actor, now=clock.now(), **facts | more)


@pytest.fixture
def tiles(market):
    return tiles_of(market)


def checkout(call, market, cart, expect):
    body = {"expected_totals": cart["totals"], "payment": BANK}
    return call(market.buyer, "POST", "/checkout", json=body, expect=expect)


def test_more_than_an_empty_lorry_carries_is_refused_wherever_it_is_typed(app, call, market, tiles):
    buyer = logged_in(app, market.buyer)
    # The page of the goods, and its answer.
    page = buyer.open(f"/products/{tiles}?quantity=1440&to={factories.HANOI}")
    assert WAY_OUT in buyer.text()
    assert "into the cart" not in page
    quote = call(market.buyer, "GET", f"/listings/{tiles}?quantity=1440&to={factories.HANOI}", expect=200)["quote"]
    assert [(one["code"], one["facts"]["most"]) for one in quote["problems"]] == [("capacity", 700)]
    # The cart, which knows where it goes.
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    refused = call(market.buyer, "PUT", f"/cart/lines/{tiles}", json={"quantity": 1_440}, expect=409)
    assert refused["type"] == "urn:city:problem:capacity"
    assert (refused["facts"]["most"], refused["facts"]["lorries"]) == (700, 3)
    assert WAY_OUT in refused["detail"]
    assert call(market.buyer, "GET", "/cart", expect=200)["bundles"] == []
    buyer.open(f"/products/{tiles}?quantity=700&to={factories.HANOI}")
    buyer.send(f"/cart/lines/{tiles}", {"quantity": "1440"}, 409)
    assert WAY_OUT in buyer.text()
    # The quick order.
    lines = [{"sku": "TILE", "quantity": 1_440}]
    (line,) = call(market.buyer, "POST", "/cart/lines", json={"lines": lines}, expect=200)["lines"]
    assert (line["code"], line["in_cart"]) == ("capacity", False)
    assert WAY_OUT in line["message"]
    # What the greatest quantity is said to be can be ordered.
    cart = call(market.buyer, "PUT", f"/cart/lines/{tiles}", json={"quantity": 700}, expect=200)
    checkout(call, market, cart, 201)
    assert reports.check(reading()) == []


def test_a_cart_that_learns_its_destination_later_is_refused_at_the_checkout(app, call, market, tiles):
    call(market.buyer, "PUT", f"/cart/lines/{tiles}", json={"quantity": 1_440}, expect=200)
    cart = call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    (line,) = cart["bundles"][0]["lines"]
    assert [one["code"] for one in line["problems"]] == ["capacity"]
    refused = checkout(call, market, cart, 409)
    assert (refused["type"], refused["facts"]["most"]) == ("urn:city:problem:capacity", 700)
    buyer = logged_in(app, market.buyer)
    for path in ("/cart", "/checkout"):
        buyer.open(path)
        assert WAY_OUT in buyer.text()


def test_goods_made_to_order_are_bound_by_the_empty_lorry_and_no_room_is_held(app, call, market):
    made = tiles_of(market, stock=None, lead_days=10)
    with unit_of_work() as session:
        session.execute(sa.update(Departure).values(taken_pallets=Departure.capacity_pallets))
    buyer = logged_in(app, market.buyer)
    buyer.open(f"/products/{made}?quantity=700&to={factories.HANOI}")
    assert "no room is held until the merchant has confirmed the ready date" in buyer.text()
    assert "into the cart" in buyer.text()
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    refused = call(market.buyer, "PUT", f"/cart/lines/{made}", json={"quantity": 1_440}, expect=409)
    assert refused["facts"]["most"] == 700
    cart = call(market.buyer, "PUT", f"/cart/lines/{made}", json={"quantity": 700}, expect=200)
    checkout(call, market, cart, 201)
    with unit_of_work() as session:
        target = session.scalars(sa.select(Booking)).one()
        assert target.state == "target"
        target.grams += 1_000_000
    broken = [(one.subject, one.subject_id) for one in reports.check(reading()) if "larger than its lorry" in one.what]
    assert broken == [("booking", target.id)]


def test_goods_from_stock_go_only_by_a_departure_with_room(call, market, tiles):
    with unit_of_work() as session:
        for departure in factories.departures(session):
            departure.taken_grams = departure.capacity_grams - 212_000
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    refused = call(market.buyer, "PUT", f"/cart/lines/{tiles}", json={"quantity": 1_000}, expect=409)
    assert (refused["type"], refused["facts"]["free"]) == ("urn:city:problem:capacity", 10)
    cart = call(market.buyer, "PUT", f"/cart/lines/{tiles}", json={"quantity": 10}, expect=200)
    assert cart["bundles"][0]["lines"][0]["problems"] == []


def test_more_than_is_in_stock_is_refused_where_it_is_typed(app, call, market):
    buyer = logged_in(app, market.buyer)
    said = "Available now: 10000"
    page = buyer.open(f"/products/{market.chains}?quantity=10040&to={factories.HANOI}")
    assert said in buyer.text()
    assert "into the cart" not in page
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    refused = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 10_040}, expect=409)
    assert (refused["type"], refused["facts"]["available"]) == ("urn:city:problem:stock", 10_000)
    lines = [{"sku": "CH-428-116", "quantity": 10_040}]
    (line,) = call(market.buyer, "POST", "/cart/lines", json={"lines": lines}, expect=200)["lines"]
    assert line["code"] == "stock"
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    with unit_of_work() as session:
        stock.set_on_hand(session, listing_id=market.chains, on_hand=80, now=clock.now())
    refused = checkout(call, market, cart, 409)
    assert (refused["type"], refused["facts"]["available"]) == ("urn:city:problem:stock", 80)
    buyer.open("/cart")
    assert "Available now: 80" in buyer.text()


def test_what_ones_own_open_checkout_holds_is_not_counted_against_its_cart(call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    with unit_of_work() as session:
        stock.set_on_hand(session, listing_id=market.chains, on_hand=400, now=clock.now())
    body = {"expected_totals": cart["totals"], "payment": {"rail": "card", "plan": "acceptance_100"}}
    begun = call(market.buyer, "POST", "/checkout", json=body, expect=202)
    assert begun["payment_url"]
    (line,) = call(market.buyer, "GET", "/cart", expect=200)["bundles"][0]["lines"]
    assert line["problems"] == []
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)


def test_a_quantity_that_is_not_sold_leaves_the_price_at_its_neighbour(app, market):
    buyer = logged_in(app, market.buyer)
    shown = buyer.open(f"/products/{market.chains}?quantity=1990&to={factories.HANOI}", 422)
    assert "1960 or 2000" in buyer.text().replace(",", "")
    assert "54,800.00" in shown
