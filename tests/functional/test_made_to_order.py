"""Goods made to order: no lorry without a ready date, another day another lorry, and never one that waits in vain."""

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases


@pytest.fixture
def made(market):
    with unit_of_work() as session:
        return factories.listing(session, market.merchant.actor, sku="M-1", stock=None, lead_days=10, now=clock.now())


@pytest.fixture
def way(call, market, operator, made):
    """An order whose first line is made to order, its deposit paid."""
    found = Way(call, market, operator, goods=(made, market.chains))
    payment = found.order()["payments"][0]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    return found


def day(days, **more):
    return {"ready_date": (clock.now() + timedelta(days=days)).date().isoformat(), **more}


def set_day(way, days, expect=204, **more):
    body = day(days, **more)
    return way.call(way.market.merchant, "PUT", f"/order-lines/{way.line_id}/ready-date", json=body, expect=expect)


def booking_of(way):
    return next(row for row in reversed(way.order()["bookings"]) if row["order_line_id"] == way.line_id)


def test_goods_without_a_ready_date_are_neither_ready_nor_packed(way, market):
    ready = f"/order-lines/{way.line_id}/ready"
    for refused in (way.call(market.merchant, "POST", ready, expect=409), way.pack(expect=409)):
        assert refused["type"] == "urn:city:problem:ready_date_missing"
    assert booking_of(way)["state"] == "target"
    set_day(way, 12)
    way.call(market.merchant, "POST", ready, expect=204)
    way.pack()
    assert booking_of(way)["state"] == "confirmed"
    way.hand_over()
    assert reports.check(reading()) == []


def test_the_page_asks_for_the_date_first_and_as_long_as_it_may_change(app, way, market):
    merchant = Visitor(app)
    merchant.log_in(market.merchant.login)
    other = way.order()["lines"][1]["id"]
    way.call(market.merchant, "POST", f"/order-lines/{other}/packing", json={"cartons": 10}, expect=201)
    assert way.order()["state"] == "in_fulfilment"
    assert f"/lines/{way.line_id}/ready" not in merchant.open("/merchant/fulfilment")
    assert "Name the ready date" in merchant.shown
    form = f"/orders/{way.order_id}/lines/{way.line_id}/ready-date"
    assert form in merchant.open(f"/orders/{way.order_id}")
    merchant.send(form, day(12))
    assert f"/lines/{way.line_id}/ready" in merchant.open("/merchant/fulfilment")
    way.call(market.merchant, "POST", f"/order-lines/{way.line_id}/ready", expect=204)
    assert form in merchant.open(f"/orders/{way.order_id}")
    set_day(way, 13, reason="material")
    way.pack()
    assert form not in merchant.open(f"/orders/{way.order_id}")
    set_day(way, 14, expect=409, reason="other")


def test_a_later_day_takes_the_goods_to_a_later_lorry(way):
    set_day(way, 12)
    first = booking_of(way)
    set_day(way, 30, reason="capacity")
    second = booking_of(way)
    assert (second["state"], second["departure_id"] != first["departure_id"]) == ("confirmed", True)
    assert second["cutoff_cargo_at"] > day(30)["ready_date"]
    set_day(way, 29)
    assert booking_of(way)["id"] == second["id"]
    assert reports.check(reading()) == []


def test_a_day_after_the_last_lorry_is_refused_and_names_that_lorry(way):
    set_day(way, 12)
    before = booking_of(way)
    refused = set_day(way, 300, expect=409, reason="other")
    assert refused["type"] == "urn:city:problem:ready_too_late"
    with unit_of_work() as session:
        last = max(
            (row for row in factories.departures(session) if row.hub_code == factories.HUB),
            key=lambda row: row.departs_at,
        )
        assert refused["facts"]["departure"] == last.reference
    assert booking_of(way) == before
    assert way.line()["ready_date"] == day(12)["ready_date"]


def test_a_ready_date_finds_a_line_that_lost_its_booking_another(way):
    set_day(way, 12)
    first = booking_of(way)
    way.call(way.operator, "POST", f"/bookings/{first['id']}/decline", json={"reason": "no room"}, expect=204)
    set_day(way, 14, reason="power")
    found = booking_of(way)
    assert (found["state"], found["departs_at"] > day(14)["ready_date"]) == ("confirmed", True)
    way.call(way.operator, "POST", f"/bookings/{found['id']}/decline", json={"reason": "no room"}, expect=204)
    refused = set_day(way, 300, expect=409, reason="other")
    assert refused["type"] == "urn:city:problem:ready_too_late"
    assert reports.check(reading()) == []
