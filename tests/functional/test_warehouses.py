"""A merchant's warehouses: entered, put in order, filled listing by listing, emptied by orders, over pages and API."""

from uuid import uuid4

import pytest

from marketplace.catalog.services import stock
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Program, Visitor

WAREHOUSES = "/merchant/warehouses"


@pytest.fixture
def market(app):
    return factories.open_market(app, stock=100)


@pytest.fixture
def seller(app, market):
    found = Visitor(app)
    found.log_in(market.merchant.login)
    return found


@pytest.fixture
def houses(program):
    return [program.call("POST", "/warehouses", 201, {"name": name})["id"] for name in ("One", "Two")]


def ship(market, quantity):
    """Sell units and let them leave."""
    line, now = new_id(), clock.now()
    with unit_of_work() as session:
        stock.hold(
            session, listing_id=market.chains, quantity=quantity, subject=line, expires_at=now.replace(year=2100),
            now=now,
        )  # fmt: skip
        stock.allocate(session, subject=line, now=now)
        stock.ship(session, subject=line, quantity=quantity, now=now)


def hold(market, quantity):
    now = clock.now()
    with unit_of_work() as session:
        stock.hold(
            session, listing_id=market.chains, quantity=quantity, subject=new_id(),
            expires_at=now.replace(year=2100), now=now,
        )  # fmt: skip


def lying(program, market):
    found = program.call("GET", f"/listings/{market.chains}/stock", 200)
    assert sum(each["on_hand"] for each in found["places"]) in {0, found["stock"]}
    return found["stock"], [each["on_hand"] for each in found["places"]]


def sound():
    reading().rollback()
    return reports.check(reading()) == []


def test_warehouses_are_entered_renamed_put_in_order_and_retired(seller, program):
    assert "No warehouse yet" in seller.open(WAREHOUSES)
    for name in ("Chongqing 1", "Nanning"):
        seller.send(WAREHOUSES, {"name": name, "place": "Shapingba"})
        seller.open(WAREHOUSES)
    seller.send(WAREHOUSES, {"name": "CHONGQING 1", "place": ""}, 422)
    assert seller.refused_fields() == {"name"}
    assert 'value="CHONGQING 1"' in seller.shown
    seller.send(WAREHOUSES, {"name": "x" * 61, "place": "y" * 101}, 422)
    assert seller.refused_fields() == {"name", "place"}
    seller.send(WAREHOUSES, {"name": " ", "place": ""}, 422)
    assert seller.refused_fields() == {"name"}
    first, second = program.call("GET", "/warehouses", 200)["items"]
    assert (first["name"], first["place"], first["units"]) == ("Chongqing 1", "Shapingba", 0)
    page = f"{WAREHOUSES}/{second['id']}"
    seller.open(page)
    seller.send(page, {"name": "chongqing 1", "place": ""}, 422)
    assert seller.refused_fields() == {"name"}
    seller.send(page, {"name": "Nanning 2", "place": ""})
    seller.open(WAREHOUSES)
    assert f"{WAREHOUSES}/{first['id']}/rise" not in seller.shown
    seller.send(f"{page}/rise", {})
    assert [row["name"] for row in program.call("GET", "/warehouses", 200)["items"]] == ["Nanning 2", "Chongqing 1"]
    seller.open(WAREHOUSES)
    seller.send(f"{page}/retirement", {})
    seller.open(page, 404)
    assert [row["name"] for row in program.call("GET", "/warehouses", 200)["items"]] == ["Chongqing 1"]
    assert sound()


def test_twenty_are_as_many_as_there_may_be(seller, program):
    for number in range(20):
        program.call("POST", "/warehouses", 201, {"name": f"W{number}"})
    assert program.problem("POST", "/warehouses", 409, {"name": "one more"})[0] == "warehouses_full"
    assert "Enter a warehouse" not in seller.open(WAREHOUSES)


def test_figures_by_warehouse_make_the_total_that_buyers_see(app, market, seller, program, houses):
    form = f"/merchant/listings/{market.chains}/stock"
    assert form in seller.open(f"/merchant/listings/{market.chains}")
    seller.open(form)
    assert "stands beside your first warehouse" in seller.text()
    one, two = (f"units.{each}" for each in houses)
    seller.send(f"{form}/places", {one: "60", two: "80"})
    assert lying(program, market) == (140, [60, 80])
    shown = Program(app).call("GET", f"/listings/{market.chains}", 200)
    assert shown["stock"] == 140
    edit = seller.open(f"/merchant/listings/{market.chains}")
    assert edit.count("One: 60; Two: 80. More is put into One") == 2
    assert f'href="{form}"' in seller.open("/merchant/grid")
    seller.open(WAREHOUSES)
    assert f"{WAREHOUSES}/{houses[0]}/retirement" not in seller.shown
    assert program.problem("POST", f"/warehouses/{houses[0]}/retirement", 409)[0] == "warehouse_in_use"
    ship(market, 70)
    assert lying(program, market) == (70, [0, 70])
    seller.open(form)
    seller.send(f"{form}/joining", {})
    assert lying(program, market) == (70, [])
    seller.open(form)
    assert f"{form}/joining" not in seller.shown
    assert sound()


@pytest.mark.parametrize("typed", ["-1", "many", "1.5", "1" * 15, "9" * 40, "", "１０"])
def test_figures_that_are_none_are_refused_by_name(market, seller, program, houses, typed):
    form = f"/merchant/listings/{market.chains}/stock"
    seller.open(form)
    one, two = (f"units.{each}" for each in houses)
    seller.send(f"{form}/places", {one: "60", two: typed}, 422)
    assert seller.refused_fields() == {two}
    assert "Two:" in seller.text()
    assert lying(program, market) == (100, [])


def test_less_than_is_promised_is_refused_with_the_least(market, seller, program, houses):
    form = f"/merchant/listings/{market.chains}/stock"
    one, two = (f"units.{each}" for each in houses)
    seller.open(form)
    seller.send(f"{form}/places", {one: "60", two: "40"})
    hold(market, 90)
    seller.open(form)
    seller.send(f"{form}/places", {one: "20"}, 422)
    assert seller.refused_fields() == {one}
    assert "50 or more" in seller.text()
    body = {"places": [{"warehouse_id": houses[0], "on_hand": 20}]}
    found = program.call("PUT", f"/listings/{market.chains}/stock", 422, body)
    assert [(error["field"], error["accepted"]) for error in found["errors"]] == [("places.0.on_hand", "50 or more")]
    assert lying(program, market) == (100, [60, 40])
    program.call("PUT", f"/listings/{market.chains}/stock", 409, {"stock": 89})
    assert lying(program, market) == (100, [60, 40])


def test_of_two_people_who_edit_at_once_nothing_is_lost(app, market, seller, program, houses):
    form = f"/merchant/listings/{market.chains}/stock"
    one, two = (f"units.{each}" for each in houses)
    seller.open(form)
    seller.send(f"{form}/places", {one: "60", two: "40"})
    other = Visitor(app)
    other.log_in(market.merchant.login)
    for each in (seller, other):
        each.open(form)
    seller.send(f"{form}/places", {one: "61", two: "40"})
    ship(market, 10)
    # The other's figure of the second warehouse is kept beside what became of the first.
    other.send(f"{form}/places", {one: "60", two: "45"})
    assert lying(program, market) == (96, [51, 45])
    seller.open(form)
    other.open(form)
    seller.send(f"{form}/places", {one: "70"} | {two: "45"})
    other.send(f"{form}/places", {one: "80", two: "46"}, 422)
    assert other.refused_fields() == {one}
    assert "70" in other.text()
    assert lying(program, market) == (115, [70, 45])
    # Who reads what it is now and sends the form again means it.
    other.send(f"{form}/places", {one: "80", two: "46"})
    assert lying(program, market) == (126, [80, 46])
    assert sound()


def test_plain_totals_of_pages_and_programs_follow_the_order(market, seller, program, houses):
    path = f"/listings/{market.chains}"
    places = [{"warehouse_id": each, "on_hand": units} for each, units in zip(houses, (60, 40), strict=True)]
    done = program.call("PUT", f"{path}/stock", 200, {"places": places, "low_below": 5})
    assert (done["stock"], done["difference"], [each["on_hand"] for each in done["places"]]) == (100, 0, [60, 40])
    program.call("PUT", f"{path}/stock", 200, {"stock": 110})
    assert lying(program, market) == (110, [70, 40])
    program.call("PATCH", path, 200, {"stock": 30})
    assert lying(program, market) == (30, [0, 30])
    version = program.call("GET", path, 200)["version"]
    program.call("PATCH", "/listings", 200, {"rows": [{"id": str(market.chains), "version": version, "stock": 50}]})
    assert lying(program, market) == (50, [20, 30])
    page = f"/merchant{path}"
    seller.open(page)
    seller.send(f"{page}/stock", {"stock": "25"})
    assert lying(program, market) == (25, [0, 25])
    assert sound()


def test_requests_that_make_no_sense_are_refused_by_field(app, market, program, houses):
    path = f"/listings/{market.chains}/stock"
    figure = {"warehouse_id": houses[0], "on_hand": 5}
    both = {"stock": 1, "places": [figure]}
    for body, fields in (
        ({}, {"stock", "places"}),
        ({"places": []}, {"stock", "places"}),
        (both, {"stock", "places"}),
        ({"places": [figure, figure]}, {"places.1.warehouse_id"}),
        ({"places": [figure | {"on_hand": 10**9 + 1}]}, {"places.0.on_hand"}),
        ({"places": [figure | {"on_hand": "many"}]}, {"places.0.on_hand"}),
        ({"places": [{"on_hand": 1}]}, {"places.0.warehouse_id"}),
        ({"places": [figure] * 21}, {"places"}),
    ):
        assert program.problem("PUT", path, 422, body)[1] == fields, body
    rival = Program(app, market.thai.token)
    theirs = rival.call("POST", "/warehouses", 201, {"name": "Bangkok"})["id"]
    foreign, unknown = (
        program.call("PUT", path, 422, {"places": [figure | {"warehouse_id": each}]}) for each in (theirs, str(uuid4()))
    )
    assert foreign == unknown
    assert foreign["errors"][0]["field"] == "places.0.warehouse_id"
    assert lying(program, market) == (100, [])


def test_what_is_others_looks_unknown(app, market, seller, program, houses):
    rival = Program(app, market.thai.token)
    for listing_id in (market.pads, uuid4()):
        seller.open(f"/merchant/listings/{listing_id}/stock", 404)
        program.call("GET", f"/listings/{listing_id}/stock", 404)
        program.call("DELETE", f"/listings/{listing_id}/stock/places", 404)
        body = {"places": [{"warehouse_id": houses[0], "on_hand": 5}]}
        program.call("PUT", f"/listings/{listing_id}/stock", 404, body)
    for warehouse_id in (houses[0], uuid4()):
        rival.call("PUT", f"/warehouses/{warehouse_id}", 404, {"name": "Mine"})
        rival.call("POST", f"/warehouses/{warehouse_id}/rise", 404)
        rival.call("POST", f"/warehouses/{warehouse_id}/retirement", 404)
    assert rival.call("GET", "/warehouses", 200)["items"] == []


def test_goods_made_to_order_have_no_places(app, market, seller, program, houses):
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="MADE", stock=None, lead_days=9, now=clock.now())
    seller.open(f"/merchant/listings/{made}/stock")
    assert "made to order" in seller.text()
    assert program.call("GET", f"/listings/{made}/stock", 200)["stock"] is None
    body = {"places": [{"warehouse_id": houses[0], "on_hand": 5}]}
    assert program.problem("PUT", f"/listings/{made}/stock", 409, body)[0] == "made_to_order"


def test_who_has_no_warehouse_is_led_to_enter_one(market, seller):
    seller.open(f"/merchant/listings/{market.chains}/stock")
    assert f'href="{WAREHOUSES}"' in seller.shown
    assert "Enter your warehouses first" in seller.text()
