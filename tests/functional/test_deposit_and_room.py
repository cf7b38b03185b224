"""A deposit is due while its lorry keeps room, and never after: who pays in time has the place."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Visitor

BANK = {"rail": "bank", "plan": "deposit_30_70"}
pytestmark = pytest.mark.both_databases


def fill(call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    return call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)


def shares(cart):
    return next(one for one in cart["bundles"][0]["payments"] if one["plan"] == BANK["plan"] and one["rail"] == "bank")


def test_a_deposit_is_due_when_its_lorry_keeps_no_more_room(app, call, market):
    (line,) = fill(call, market)["bundles"][0]["lines"]
    # Early enough to be chosen, earlier than a buyer has to pay.
    soon = clock.now() + timedelta(days=2, hours=12)
    with unit_of_work() as session:
        session.execute(
            sa.update(Departure).where(Departure.id == UUID(line["departure_id"])).values(cutoff_cargo_at=soon)
        )
    cart = fill(call, market)
    (line,) = cart["bundles"][0]["lines"]
    chosen = next(one for one in line["departures"] if one["cutoff_cargo_at"] == min(
        each["cutoff_cargo_at"] for each in line["departures"]
    ))  # fmt: skip
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    assert "a deposit by bank is to be paid by" in buyer.open("/checkout")
    body = {"expected_totals": cart["totals"], "payment": BANK, "departures": {str(market.chains): chosen["id"]}}
    done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    (booking,) = order["bookings"]
    deposit = order["payments"][0]
    assert booking["state"] == "held"
    assert deposit["due_at"] == order["proforma_ends_at"] == booking["expires_at"] == chosen["cutoff_cargo_at"]
    ends = moments.instant(datetime.fromisoformat(booking["expires_at"]), "Asia/Ho_Chi_Minh", "en")
    assert f"kept until {ends}" in buyer.open(f"/orders/{order['id']}")
    paid = {"amount": deposit["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", expect=204)
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", json=paid, expect=200)
    order = call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)
    assert order["bookings"][0]["state"] == "confirmed"
    assert reports.check(reading()) == []


def test_a_later_lorry_leaves_the_buyer_the_days_of_the_plan(call, market):
    cart = fill(call, market)
    (line,) = cart["bundles"][0]["lines"]
    # Later than any of those that the cart shows first: the days of the plan are working days.
    shown = max(one["cutoff_cargo_at"] for one in line["departures"])
    path = f"/departures?to={factories.HANOI}&from={factories.HUB}"
    found = call(market.buyer, "GET", path, expect=200)["items"]
    last = [one for one in found if one["cutoff_cargo_at"] > shown][3]
    body = {"expected_totals": cart["totals"], "payment": BANK, "departures": {str(market.chains): last["id"]}}
    done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["payments"][0]["due_at"] == order["bookings"][0]["expires_at"] < last["cutoff_cargo_at"]
    assert order["payments"][0]["due_at"] >= shares(cart)["shares"][0]["pay_by"]
    reading().rollback()
