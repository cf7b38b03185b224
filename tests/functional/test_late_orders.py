"""Goods that never come to the hub: their buyer may cancel after some working days, and everything is given back."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import reading
from marketplace.payments.models.cards import CardCharge
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests.support.visitors import Visitor
from tests.support.ways import Way, available

pytestmark = pytest.mark.both_databases
LATE = {"reason": "late"}
CARD = {"rail": "card", "plan": "acceptance_100", "payment_method": "pm_card_visa"}
_DAY = 86_400


@pytest.fixture
def way(call, market, operator):
    return Way(call, market, operator).secure()


def cancel(way, expect, trader=None, key=None, **body):
    path = f"/orders/{way.order_id}/cancellation"
    return way.call(trader or way.market.buyer, "POST", path, key=key, json=body, expect=expect)


def test_the_buyer_of_packed_goods_that_never_come_gets_everything_back(way, market, later):
    way.pack()
    order = way.order()
    days = datetime.fromisoformat(order["late_from"]) - datetime.fromisoformat(way.booking["cutoff_cargo_at"])
    assert days > timedelta(days=5)
    assert "cancel_late" not in order["actions"]
    refused = cancel(way, 409, **LATE)
    assert refused["type"] == "urn:city:problem:not_late"
    later(40 * _DAY)
    assert "cancel_late" in way.order()["actions"]
    assert "cancel_late" not in way.order(market.merchant)["actions"]
    cancel(way, 409)
    cancel(way, 403, trader=market.merchant, **LATE)
    cancel(way, 404, trader=market.thai, **LATE)
    cancel(way, 422, reason="because")
    cancel(way, 204, key="once", **LATE)
    cancel(way, 204, key="once", **LATE)
    order = way.order()
    assert (order["state"], order["cancel_reason"], order["late_from"]) == ("cancelled", "late", None)
    assert order["lines"][0]["parts"] == {"cancelled": 400}
    assert (order["bookings"][-1]["state"], order["freight"][0]["state"]) == ("cancelled", "cancelled")
    assert available(way) == 10_000
    (owed,) = way.call(market.buyer, "GET", "/returns", expect=200)["items"]
    assert owed["amount"] == {"amount": "3288.00", "currency": "CNY"}
    way.hand_over(expect=404)
    cancel(way, 409, **LATE)
    assert reports.check(reading()) == []


def test_money_held_by_the_provider_goes_back_to_the_card(app, call, market, operator, later):
    way = Way(call, market, operator, payment=CARD)
    way.pack()
    later(40 * _DAY)
    cancel(way, 204, **LATE)
    runner.run_due(app)
    session = reading()
    session.rollback()
    assert {(one.subject_kind, str(one.state)) for one in session.scalars(sa.select(CardCharge))} == {
        ("order", "refunded"), ("freight", "refunded"),
    }  # fmt: skip
    assert reports.check(session) == []


def test_goods_at_the_hub_are_not_late(way, later):
    way.pack()
    way.hand_over(cartons_received=1, gross_kg="12.5", m3="0.06")
    later(40 * _DAY)
    assert way.order()["late_from"] is None
    cancel(way, 409, **LATE)


def test_a_lorry_that_left_without_the_goods_gives_their_merchant_no_more_time(way):
    before = way.order()["late_from"]
    first = way.booking["departure_id"]
    for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"})):
        way.call(way.operator, "POST", f"/departures/{first}/{act}", json=body, expect=204)
    assert way.booking["departure_id"] != first
    assert way.order()["late_from"] == before


def test_the_page_says_who_is_waited_for_and_offers_to_cancel(app, way, market, later):
    buyer, merchant = Visitor(app), Visitor(app)
    for visitor, trader in ((buyer, market.buyer), (merchant, market.merchant)):
        visitor.log_in(trader.login)
    page = f"/orders/{way.order_id}"
    assert "Next: pack the goods" in merchant.open(page)
    way.pack()
    assert "Next: bring the goods to the hub" in merchant.open(page)
    assert "Next: the merchant brings the goods to the hub" in buyer.open(page)
    assert "the goods are late" not in buyer.shown
    later(40 * _DAY)
    buyer.log_in(market.buyer.login)
    assert "Cancel: the goods are late" in buyer.open(page)
    assert f'action="{page}/cancellation"' not in buyer.shown
    assert "is free again" in buyer.open(f"{page}/cancellation")
    buyer.send(f"{page}/cancellation", LATE)
    assert way.order()["cancel_reason"] == "late"
