"""What cannot ride is rolled or declined by hand, a lorry is held for a cause, and what nobody counts is received."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit.models import AuditRow
from marketplace.distribution import flows as distribution
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.services import timetable
from marketplace.orders import flows as orders
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import Visitor, enrolled
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def way(call, market, operator):
    return Way(call, market, operator).secure()


def of_booking(way, act, expect, trader=None, **body):
    return way.call(
        trader or way.operator, "POST", f"/bookings/{way.booking['id']}/{act}", json=body, expect=expect
    )  # fmt: skip


def audited(booking_id):
    found = reading().scalars(
        sa.select(AuditRow.action).where(AuditRow.subject_id == UUID(booking_id)).order_by(AuditRow.id)
    )
    return list(found)


def test_a_booking_is_rolled_to_the_next_or_a_chosen_departure_with_its_cargo(app, way, market):
    way.pack()
    way.hand_over()
    first = way.booking
    of_booking(way, "roll", 403, trader=market.carrier)
    of_booking(way, "roll", 404, departure=str(new_id()))
    of_booking(way, "roll", 422, departure="soon")
    of_booking(way, "roll", 409, departure=first["departure_id"])
    became = of_booking(way, "roll", 201)
    assert (became["state"], became["departure_id"]) == ("cargo_received", way.booking["departure_id"])
    assert way.booking["departs_at"] > first["departs_at"]
    refused = of_booking(way, "roll", 409, departure=first["departure_id"])
    assert refused["type"] == "urn:city:problem:not_later"
    last = [row for row in factories.departures(reading()) if row.hub_code == factories.HUB][-1]
    of_booking(way, "roll", 201, departure=str(last.id))
    assert way.booking["departure_id"] == str(last.id)
    assert audited(first["id"])[-1] == "booking.roll"
    assert reports.check(reading()) == []


def rival_line(session, rival):
    """Let another carrier run on the same road."""
    now = clock.now()
    line_id = factories.line(session, rival.actor, code="RIVAL", hub=factories.HUB, to=factories.HANOI, now=now)
    timetable.roll(session, now=now)
    return line_id


def test_a_booking_stays_with_the_carrier_with_whom_its_freight_is_agreed(app, way):
    with unit_of_work() as session:
        rival = factories.trader(session, app, name="Rival", country="CN", kind=CompanyKind.CARRIER, now=clock.now())
        other = rival_line(session, rival)
        theirs = next(str(row.id) for row in factories.departures(session) if row.line_id == other)
    refused = of_booking(way, "roll", 409, departure=theirs)
    assert refused["type"] == "urn:city:problem:other_carrier"
    before = {str(row.id) for row in factories.departures(reading()) if row.line_id == other}
    way.act("cancel", reason="flood")
    assert way.booking["state"] == "confirmed"
    assert way.booking["departure_id"] not in before


def test_a_declined_booking_says_why_and_its_freight_is_owed_back(way, market):
    booking = way.booking
    of_booking(way, "decline", 422)
    of_booking(way, "decline", 204, reason="The axle load is too high.")
    seen = way.order(market.merchant)["bookings"][-1]
    assert (seen["state"], seen["decline_reason"]) == ("declined", "The axle load is too high.")
    assert {one["state"] for one in way.order()["freight"]} == {"cancelled"}
    assert audited(booking["id"])[-2:] == ["booking.decline", "booking.declined_for"]
    of_booking(way, "decline", 409, reason="Again.")
    assert reports.check(reading()) == []


def on_the_road(way):
    way.pack()
    way.hand_over()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"}), ("depart", {})):
        way.act(name, **body)


def test_everybody_aboard_sees_why_a_lorry_is_held(way, market):
    on_the_road(way)
    refused = way.act("hold", expect=422, cause="a parcel of Mr Li")
    assert "customs" in refused["errors"][0]["accepted"]
    way.act("resume", expect=409)
    way.act("hold", cause="customs")
    assert way.seen()["actions"] == ["resume"]
    for trader in (market.buyer, market.merchant):
        assert way.order(trader)["bookings"][-1]["hold_cause"] == "customs"
    (aboard,) = way.call(market.carrier, "GET", "/consignments", expect=200)["items"]
    assert aboard["hold_cause"] == "customs"
    way.act("resume")
    assert way.booking["hold_cause"] is None
    way.act("at-border")


def test_a_departure_is_opened_again_until_its_cutoff(way, later):
    way.act("close")
    way.act("reopen")
    assert way.seen()["actions"] == ["close", "cancel"]
    way.act("close")
    later(40 * 86_400)
    assert way.act("reopen", expect=409)["type"] == "urn:city:problem:cutoff"


def test_every_change_of_a_booking_leaves_an_audit_row(way):
    on_the_road(way)
    for name in ("at-border", "clear", "arrive"):
        way.act(name)
    booking = way.booking
    way.receive(cartons=10)
    assert audited(booking["id"]) == [
        *(f"booking.{act}" for act in ("hold", "confirm", "received", "load", "depart", "arrive", "complete")),
        "receipt.recorded",
    ]


def test_what_nobody_counts_in_time_is_received_whole_by_default(way, later):
    on_the_road(way)
    for name in ("at-border", "clear", "arrive", "strip"):
        way.act(name)
    due = way.booking["receipt_due_at"]
    assert due is not None
    assert distribution.receive_by_default(now=clock.now()) == 0
    later(12 * 86_400)  # weekends and holidays are no working days
    way.receive(cartons=4, damaged=1, complete=False)
    assert way.booking["receipt_due_at"] > due
    now = clock.now() + timedelta(days=20)
    assert (distribution.receive_by_default(now=now), distribution.receive_by_default(now=now)) == (1, 0)
    assert way.line()["parts"] == {"delivered": 360, "damaged": 40}
    assert (way.booking["state"], way.booking["receipt_due_at"]) == ("completed", None)
    (aboard,) = [one for one in way.seen()["bookings"] if one["booking_id"] == way.booking["id"]]
    assert [(one["cartons"], one["by_default"]) for one in aboard["receipts"]] == [(4, False), (6, True)]
    assert orders.accept_by_silence(now=clock.now() + timedelta(days=60)) == 1
    assert reports.check(reading()) == []


def test_the_same_by_forms(app, way, operator, market):
    staff, buyer = Visitor(app), Visitor(app)
    staff.log_in(operator.login)
    buyer.log_in(market.buyer.login)
    enrolled(staff)
    page = f"/operator/bookings/{way.booking['id']}"
    assert page in staff.open(f"/operator/departures/{way.booking['departure_id']}")
    staff.open(page)
    staff.send(f"{page}/roll", {"departure": ""})
    page = f"/operator/bookings/{way.booking['id']}"
    staff.open(page)
    assert "field__error" in staff.send(f"{page}/decline", {"reason": ""}, 422).text
    on_the_road(way)
    departure = f"/operator/departures/{way.booking['departure_id']}"
    staff.open(departure)
    staff.send(f"{departure}/hold", {"cause": "weather"})
    assert "weather" in staff.open(departure)
    assert "held up: weather" in buyer.open(f"/orders/{way.order_id}")
    staff.open(departure)
    staff.send(f"{departure}/resume", {})
    for name in ("at-border", "clear", "arrive"):
        way.act(name)
    assert "counts as received whole at" in buyer.open(f"/orders/{way.order_id}")


def lost(way):
    of_booking(way, "decline", 204, reason="No room.")
    assert way.booking["state"] == "declined"


def again(way, expect=201, trader=None, departure=None):
    rows = factories.departures(reading())
    before = next(row for row in rows if str(row.id) == way.booking["departure_id"])
    later_ones = [row for row in rows if row.line_id == before.line_id]
    body = {"departure": departure or str(later_ones[-3].id)}
    return way.call(
        trader or way.operator, "POST", f"/order-lines/{way.line_id}/booking", json=body, expect=expect
    )  # fmt: skip


def test_a_line_that_lost_its_booking_is_booked_again_at_the_freight_that_was_agreed(app, way, market, call):
    assert again(way, 409)["type"] == "urn:city:problem:booked"
    (before,) = way.order()["freight"]
    way.pack()
    way.hand_over(cartons_received=7, gross_kg="87.5")
    lost(way)
    (row,) = call(way.operator, "GET", "/order-lines/unbooked", expect=200)["items"]
    assert row["order_line_id"] == way.line_id
    assert way.hand_over(expect=409, trader=way.operator)["type"] == "urn:city:problem:no_booking"
    again(way, 404, trader=market.thai)
    again(way, 404, trader=market.buyer)
    again(way, 404, departure=str(new_id()))
    with unit_of_work() as session:
        rival = factories.trader(session, app, name="Rival", country="CN", kind=CompanyKind.CARRIER, now=clock.now())
        other = rival_line(session, rival)
        theirs = next(str(row.id) for row in factories.departures(session) if row.line_id == other)
    assert again(way, 409, departure=theirs)["type"] == "urn:city:problem:other_carrier"
    made = again(way, trader=market.merchant)
    assert (made["state"], way.booking["id"]) == ("cargo_received", made["booking_id"])
    now_agreed = [one for one in way.order()["freight"] if one["state"] == "agreed"]
    assert [one["amount"] for one in now_agreed] == [before["amount"]]
    assert now_agreed[0]["id"] != before["id"]
    assert "due" in {one["state"] for one in way.order()["payments"] if one["subject"] == "freight"}
    assert call(way.operator, "GET", "/order-lines/unbooked", expect=200)["items"] == []
    way.hand_over(cartons_received=3, gross_kg="37.5")
    assert reports.check(reading()) == []


def test_a_line_is_booked_again_by_form(app, way, market, operator):
    lost(way)
    staff, merchant = Visitor(app), Visitor(app)
    staff.log_in(operator.login)
    merchant.log_in(market.merchant.login)
    enrolled(staff)
    page = f"/lines/{way.line_id}/booking"
    assert page in staff.open("/operator/unbooked")
    assert "Motorcycle chain 428H" in staff.text()
    assert "Jialing Parts" in staff.text()
    assert page in merchant.open(f"/orders/{way.order_id}")
    form = merchant.open(page)
    assert "<option" in form
    merchant.send(page, {"departure": form.split('<option value="')[1].split('"')[0]})
    assert way.booking["state"] == "confirmed"
    assert "has its booking" in merchant.open(page)
