"""A whole lorry has one price, shared over its goods, and shared anew when some of them leave: read back over HTTP."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.distribution.costs import flows as costs
from marketplace.distribution.hires.services import settling
from marketplace.distribution.services import raising
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.payments.queries import between
from marketplace.payments.rules.terms import SubjectKind
from marketplace.reports import queries as reports
from tests.support.two_lorries import Rode, open_roads
from tests.support.visitors import Reader, enrolled
from tests.support.ways import GOOD, Way

pytestmark = pytest.mark.both_databases
PRICE = Decimal(500)
LEAVES: Any = (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {}))


@pytest.fixture
def tariff(call, operator):
    lines = call(operator, "GET", "/network/lines", expect=200)["items"]
    line = next(row["id"] for row in lines if row["code"] == "CQ-HAN")
    day = local_day("CN", clock.now()).isoformat()
    body = GOOD | {"valid_from": day, "lorry_price": str(PRICE)}
    call(operator, "POST", f"/network/lines/{line}/tariffs", json=body, expect=201)


@pytest.fixture
def ways(call, market, operator, tariff):
    """Return two orders on one lorry, the second five times as large, that the buyer has hired whole."""
    found = [Way(call, market, operator, quantity=quantity).secure() for quantity in (400, 2_000)]
    assert len({way.booking["departure_id"] for way in found}) == 1
    call(market.buyer, "POST", f"/departures/{found[0].booking['departure_id']}/whole-lorry", expect=201)
    return found


def hire(way, trader=None):
    trader = trader or way.market.buyer
    (row,) = way.call(trader, "GET", "/whole-lorries", expect=200)["items"]
    return way.call(trader, "GET", f"/whole-lorries/{row['id']}", expect=200)


def shares(way, number=0):
    return {one["booking"]: Decimal(one["share"]["amount"]) for one in hire(way)["rounds"][number]["shares"]}


def freight(way):
    """Return what an order pays for carriage under all its contracts."""
    standing = [one for one in way.order()["freight"] if one["state"] == "agreed"]
    return sum((Decimal(one["amount"]["amount"]) for one in standing), Decimal(0))


def owed(market):
    """Return what the buyer owes, and has paid, for freight by the ledger."""
    reading().rollback()
    found = between.between(
        reading(), kind=SubjectKind.FREIGHT, payer_id=market.buyer.company, payee_id=market.carrier.company,
        currency="CNY", since=clock.now() - timedelta(days=400), until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    kinds = ("obligation_due", "obligation_cancelled")
    return Decimal(sum(row.open.minor for row in found.rows if row.kind in kinds)) / 100


def whole():
    reading().rollback()
    return reports.check(reading()) == []


def leave(way):
    for name, body in LEAVES:
        way.act(name, **body)


def sheet(way):
    found = way.call(way.operator, "GET", f"/departures/{way.booking['departure_id']}/costs", expect=200)
    return [sum(Decimal(one[name]["amount"]) for one in found["revenue"]) for name in ("agreed", "earned")]


def test_the_price_is_shared_by_what_each_would_pay_by_weight(ways, market):
    seen = hire(ways[0])
    assert (seen["price"]["amount"], seen["free_hours"], seen["waiting_per_hour"]["amount"]) == ("500.00", 2, "80.00")
    (first,) = seen["rounds"]
    assert (first["why"], first["price"]["amount"]) == ("taken", "500.00")
    assert sum(shares(ways[0]).values()) == PRICE
    for way in ways:
        assert shares(way)[way.booking["reference"]] == freight(way)
    assert whole()


def test_an_order_that_is_cancelled_leaves_the_price_to_what_stays(ways, market, call):
    small, large = ways
    before = freight(small)
    call(market.buyer, "POST", f"/orders/{large.order_id}/cancellation", json={}, expect=204)
    assert [one["why"] for one in hire(small)["rounds"]] == ["left", "taken"]
    assert shares(small) == {small.booking["reference"]: PRICE}
    assert (freight(small), before < PRICE) == (PRICE, True)
    assert len([one for one in small.order()["freight"] if one["state"] == "agreed"]) == 2
    assert whole()
    small.pack()
    small.hand_over(complete=True)
    assert owed(market) == PRICE
    leave(small)
    assert (sheet(small), owed(market)) == ([PRICE, PRICE], PRICE)
    assert whole()


def test_goods_at_the_hub_pay_at_once_what_falls_to_them_later(ways, market, call):
    small, large = ways
    small.pack()
    small.hand_over(complete=True)
    assert owed(market) == freight(small)
    call(market.buyer, "POST", f"/orders/{large.order_id}/cancellation", json={}, expect=204)
    assert (freight(small), owed(market)) == (PRICE, PRICE)
    assert whole()


def test_goods_that_do_not_come_pay_by_weight_on_the_next_lorry(ways, market):
    small, large = ways
    small.pack()
    small.hand_over(complete=True)
    agreed = {one["booking"]: Decimal(one["by_weight"]["amount"]) for one in hire(small)["rounds"][0]["shares"]}
    first = large.booking["reference"]
    leave(small)
    assert large.booking["reference"] != first
    assert (freight(small), owed(market), sheet(small)) == (PRICE, PRICE, [PRICE, PRICE])
    assert freight(large) == agreed[first]
    last = hire(small)["rounds"][0]
    assert {one["aboard"]: one["settled"] for one in last["shares"]} == {True: True, False: True}
    assert whole()


def test_what_the_road_takes_off_takes_its_share_along(ways, market, operator, call):
    small, large = ways
    before = {way.order_id: freight(way) for way in ways}
    call(operator, "POST", f"/bookings/{large.booking['id']}/roll", json={}, expect=201)
    last = hire(small)["rounds"][0]
    assert (last["why"], Decimal(last["price"]["amount"])) == ("moved", before[small.order_id])
    assert {way.order_id: freight(way) for way in ways} == before
    assert whole()


def test_fewer_goods_bear_less_of_the_price_and_the_others_more(ways, market):
    small, large = ways
    before = freight(large)
    small.pack()
    small.hand_over(complete=True)
    large.pack(cartons=50)
    large.hand_over(complete=True, cartons_received=12, gross_kg="40", height_cm="30")
    assert freight(large) == before
    leave(small)
    assert hire(small)["rounds"][0]["why"] == "smaller"
    assert (freight(small) + freight(large), freight(large) < before) == (PRICE, True)
    assert (owed(market), sheet(small)) == (PRICE, [PRICE, PRICE])
    assert whole()


def test_what_is_held_up_is_settled_by_the_next_run(ways, market, call, monkeypatch):
    small, large = ways
    accounts = raising.merchants.payee
    monkeypatch.setattr(raising.merchants, "payee", lambda *_args, **_given: None)
    call(market.buyer, "POST", f"/orders/{large.order_id}/cancellation", json={}, expect=204)
    (share,) = hire(small)["rounds"][0]["shares"]
    assert (share["settled"], share["share"]["amount"], freight(small) < PRICE) == (False, "500.00", True)
    monkeypatch.setattr(raising.merchants, "payee", accounts)
    costs.plan_due(now=clock.now())
    assert (hire(small)["rounds"][0]["shares"][0]["settled"], freight(small)) == (True, PRICE)
    with unit_of_work() as session:
        assert settling.settle(session, hire_id=UUID(hire(small)["id"]), now=clock.now()) == 0
    assert whole()


def test_only_its_two_sides_and_the_operator_see_a_whole_lorry(app, ways, market, operator, call):
    small = ways[0]
    found = hire(small)
    for_carrier = hire(small, market.carrier)
    assert for_carrier["rounds"][0]["shares"][0]["order"] is None
    for stranger in (market.merchant, market.thai):
        call(stranger, "GET", f"/whole-lorries/{found['id']}", expect=404)
        assert call(stranger, "GET", "/whole-lorries", expect=200)["items"] == []
    call(market.buyer, "GET", f"/whole-lorries/{new_id()}", expect=404)
    call(market.buyer, "GET", "/whole-lorry-desk", expect=403)
    assert call(operator, "GET", f"/whole-lorry-desk/{found['id']}", expect=200) == found
    assert [one["id"] for one in call(operator, "GET", "/whole-lorry-desk", expect=200)["items"]] == [found["id"]]
    buyer, office = Reader(app, market.buyer), Reader(app, operator)
    enrolled(office.visitor)
    assert found["departure"] in buyer.get("/whole-lorries")
    seen = buyer.get(f"/whole-lorries/{found['id']}")
    for words in ("Shares now", small.order()["reference"], "2 hours free"):
        assert words in seen
    assert found["departure"] in office.get("/operator/whole-lorries")
    assert small.order()["reference"] in office.get(f"/operator/whole-lorries/{found['id']}")


def test_goods_that_another_lorry_brings_share_the_price_like_any(app, call, market, operator):
    roads = open_roads(app, market)
    lines = call(operator, "GET", "/network/lines", expect=200)["items"]
    line = next(row["id"] for row in lines if row["code"] == "HAN-SGN")
    day = local_day("VN", clock.now()).isoformat()
    body = GOOD | {"to": "VNSGN", "valid_from": day, "lorry_price": str(PRICE)}
    call(operator, "POST", f"/network/lines/{line}/tariffs", json=body, expect=201)
    stays, leaves = (Rode(call, roads, operator).place().confirm() for _ in range(2))
    departure = stays.booking(second=True)["departure_id"]
    assert leaves.booking(second=True)["departure_id"] == departure
    call(market.buyer, "POST", f"/departures/{departure}/whole-lorry", expect=201)
    call(market.buyer, "POST", f"/orders/{leaves.order_id}/cancellation", json={}, expect=204)
    last = hire(stays)["rounds"][0]
    assert (last["why"], last["price"]["amount"]) == ("left", "500.00")
    assert [one["share"]["amount"] for one in last["shares"]] == ["500.00"]
    assert (last["shares"][0]["settled"], whole()) == (True, True)
