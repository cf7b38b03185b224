"""What the trading company owes its buyers back: said to be sent by the bank's day and reference, large sums by two."""

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.payments.services import by_hand
from tests import factories
from tests.support.invariants import sound
from tests.support.trading import House
from tests.support.visitors import Visitor


@pytest.fixture
def house(app, call, market):
    found = House(app, call, market)
    found.name()
    found.agree()
    return found


@pytest.fixture
def second(app, house):
    with unit_of_work() as session:
        return factories.colleague(session, app, house.office, role=Role.TREASURY, name="Third Office", now=clock.now())


def owed_of(house, way):
    house.receive(way)
    house.call(house.market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    return house.call(house.treasurer, "GET", "/trading-returns", expect=200)["items"][0]


def come_back(way):
    money = way.order()["money"]
    return money["owed_back"]["amount"], money["come_back"]["amount"]


def test_it_is_sent_by_the_banks_day_and_reference_and_not_without(app, house, call):
    way = house.way()
    owed = owed_of(house, way)
    path = f"/trading-returns/{owed['id']}/confirmation"
    refused = call(house.treasurer, "POST", path, json={}, expect=422)
    assert {row["field"] for row in refused["errors"]} == {"booked_on", "bank_reference"}
    for days in (-1, 1):
        body = {"booked_on": house.day(days), "bank_reference": "TT 9"}
        (error,) = call(house.treasurer, "POST", path, json=body, expect=422)["errors"]
        assert (error["field"], error["code"]) == ("booked_on", "range")
    assert come_back(way) == ("3288.00", "0.00")
    desk = Visitor(app)
    desk.enter(house.treasurer.actor)
    desk.open("/operator/trading")
    page = f"/operator/trading/returns/{owed['id']}/confirmation"
    shown = desk.send(page, {"booked_on": house.day(1), "bank_reference": "TT 9"}, 422).text
    assert "TT 9" in shown
    assert 'href="#field-booked_on"' in shown
    desk.send(page, {"booked_on": house.day(), "bank_reference": "TT 9"})
    assert come_back(way) == ("3288.00", "3288.00")
    again = call(house.treasurer, "POST", path, json={"booked_on": house.day(), "bank_reference": "x"}, expect=200)
    assert (again["bank_reference"], again["waits"]) == ("TT 9", None)
    sound()


def test_from_the_threshold_on_a_second_person_reads_the_same(app, house, second, call, monkeypatch):
    way = house.way()
    owed = owed_of(house, way)
    monkeypatch.setattr(by_hand, "approvals_needed", lambda amount, _: 2 if amount.minor >= 3_288_00 else 1)
    path = f"/trading-returns/{owed['id']}/confirmation"
    body = {"booked_on": house.day(), "bank_reference": "TT 9"}
    first = call(house.treasurer, "POST", path, json=body, expect=200)
    assert (first["waits"], first["returned_at"]) == ("second_person", None)
    assert call(house.treasurer, "POST", path, json=body, expect=409)["type"].endswith("same_person")
    assert come_back(way) == ("3288.00", "0.00")
    (seen,) = call(house.market.buyer, "GET", "/returns", expect=200)["items"]
    assert seen["returned_at"] is None
    call(house.market.buyer, "POST", f"/returns/{owed['id']}/receipt", expect=409)
    call(house.market.buyer, "POST", f"/returns/{owed['id']}/denial", expect=409)
    desks = {who: Visitor(app) for who in ("first", "second")}
    for who, trader in (("first", house.treasurer), ("second", second)):
        desks[who].enter(trader.actor)
    assert "So it is" not in desks["first"].open("/operator/trading")
    assert "So it is" in (shown := desks["second"].open("/operator/trading"))
    assert "TT 9" in shown
    # Who reads something else says so, and then the first one has to agree.
    other = body | {"bank_reference": "TT 10"}
    assert call(second, "POST", path, json=other, expect=200)["waits"] == "second_person"
    call(second, "POST", path, json=other, expect=409)
    desks["first"].send(f"/operator/trading/returns/{owed['id']}/confirmation", other)
    assert come_back(way) == ("3288.00", "3288.00")
    assert call(house.treasurer, "GET", "/trading-returns", expect=200)["items"] == []
    sound()


def test_several_small_ones_of_one_buyer_are_one_large_sum(house, call, monkeypatch):
    asked = []

    def needed(amount, _threshold):
        asked.append(str(amount.amount))
        return 1

    monkeypatch.setattr(by_hand, "approvals_needed", needed)
    for _ in range(2):
        owed = owed_of(house, house.way())
        asked.clear()
        body = {"booked_on": house.day(), "bank_reference": "TT 9"}
        call(house.treasurer, "POST", f"/trading-returns/{owed['id']}/confirmation", json=body, expect=200)
    assert asked == ["6576.00"]
    sound()
