"""Those who run lorries find a departure by line, state, day and number, and read whose goods are aboard in words."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.rules.states import DepartureState
from marketplace.web.jobs import words
from marketplace.worker.jobs import JOBS
from tests import factories
from tests.support.claims import place
from tests.support.statements import statements
from tests.support.visitors import visitor

CHECKED = True
pytestmark = pytest.mark.both_databases


@pytest.fixture
def office(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())


@pytest.fixture
def found(call, office):
    def ask(query="", expect=200):
        answer = call(office, "GET", f"/departures/running{query}", expect=expect)
        return [row["reference"] for row in answer["items"]] if expect == 200 else answer

    return ask


@pytest.fixture
def whole(call, office):
    """Ask for every page."""

    def ask(query):
        seen, cursor = [], ""
        while cursor is not None:
            answer = call(office, "GET", f"/departures/running{query}&cursor={cursor}", expect=200)
            seen += [row["reference"] for row in answer["items"]]
            cursor = answer["next"]
        return seen

    return ask


def departures():
    with unit_of_work() as session:
        rows = session.query(Departure).order_by(Departure.departs_at, Departure.id).all()
        return [(row.id, row.reference, row.departs_at) for row in rows]


def of_hubs():
    """Return references and instants of departures, by the hub that they leave."""
    found = {}
    with unit_of_work() as session:
        for row in session.query(Departure).order_by(Departure.departs_at, Departure.id).all():
            found.setdefault(row.hub_code, []).append((row.reference, row.departs_at))
    return found


def change(departure_id, **columns):
    with unit_of_work() as session:
        for name, value in columns.items():
            setattr(session.get_one(Departure, departure_id), name, value)


def test_departures_are_found_by_state_day_number_and_line(found, whole, market):
    made = departures()
    every = [reference for _, reference, _ in made]
    assert found()[:5] == every[:5]
    assert found("?sort=latest")[0] == every[-1]
    change(made[0][0], state=DepartureState.CANCELLED)
    assert found()[0] == every[1]
    assert found("?state=cancelled") == [every[0]]
    assert found(f"?q={every[0][4:].lower()}") == [every[0]]
    refused = found("?line=nowhere", expect=422)
    assert [error["field"] for error in refused["errors"]] == ["line"]
    assert refused["errors"][0]["accepted"].split(", ") == ["BKK-HAN", "CQ-HAN"]
    hubs = of_hubs()
    for line, hub in (("CQ-HAN", factories.HUB), ("BKK-HAN", factories.THAI_HUB)):
        mine = [reference for reference, _ in hubs[hub] if reference != every[0]]
        assert 0 < len(mine) < len(every) - 1
        assert whole(f"?line={line}") == mine
    assert found("?state=lost", expect=422)["errors"][0]["field"] == "state"


def test_days_are_those_of_the_clock_at_the_hub(app, found, office, market):
    # In Chongqing this is half past midnight, in Bangkok still the evening before.
    late = datetime.combine((clock.now() + timedelta(days=3)).date(), datetime.min.time(), UTC) + timedelta(hours=16.5)
    zones = {factories.HUB: ZoneInfo("Asia/Shanghai"), factories.THAI_HUB: ZoneInfo("Asia/Bangkok")}
    named = {hub: rows[0][0] for hub, rows in of_hubs().items()}
    for departure_id, reference, _ in departures():
        if reference in named.values():
            change(departure_id, departs_at=late)
    day_of = {reference: at.astimezone(zones[hub]).date() for hub, rows in of_hubs().items() for reference, at in rows}
    before, after = late.date(), late.date() + timedelta(days=1)
    assert (day_of[named[factories.THAI_HUB]], day_of[named[factories.HUB]]) == (before, after)
    staff = visitor(app, office)
    for day in (before, after):
        wanted = sorted(reference for reference, its in day_of.items() if its == day)
        assert sorted(found(f"?from={day}&to={day}")) == wanted
        staff.open(f"/operator/departures?from={day}&to={day}")
        assert sorted(reference for reference in day_of if reference in staff.shown) == wanted
        assert set(found(f"?line=CQ-HAN&from={day}&to={day}")) == set(wanted) & {
            row[0] for row in of_hubs()[factories.HUB]
        }
    ends = ((f"from={after}", factories.HUB), (f"to={before}", factories.THAI_HUB))
    for days, hub in (*ends, (f"from={date.min}", factories.HUB)):
        assert found(f"?{days}&q={named[hub]}") == [named[hub]]
    for days, hub in ((f"to={before}", factories.HUB), (f"from={after}", factories.THAI_HUB)):
        assert found(f"?{days}&q={named[hub]}") == []
    assert found(f"?to={date.min}") == found(f"?from={date.max}") == []


def test_a_list_goes_on_in_either_order(whole, market):
    for order, wanted in (("soonest", departures()), ("latest", departures()[::-1])):
        assert whole(f"?sort={order}") == [reference for _, reference, _ in wanted]


def test_after_its_cut_off_a_departure_is_closed_on_every_page(app, found, office, market):
    before = found("?state=closed")
    reference = found("?state=open")[0]
    departure_id = next(row[0] for row in departures() if row[1] == reference)
    change(departure_id, cutoff_documents_at=clock.now() - timedelta(minutes=1))
    assert reference not in found("?state=open")
    assert set(found("?state=closed")) == {*before, reference}
    staff = visitor(app, office)
    assert reference in staff.open("/operator/departures?state=closed")
    for path in (f"/operator/departures/{departure_id}", f"/departures/{departure_id}"):
        staff.open(path)
        assert "Open for booking" not in staff.text().replace("Open for booking again", ""), path
    assert "The cut-off has passed" in staff.open(f"/operator/departures/{departure_id}")


def test_bookings_are_named_by_goods_merchant_order_and_place(app, call, office, market):
    order = call(market.buyer, "GET", f"/orders/{place(call, market)}", expect=200)
    (booking,) = order["bookings"]
    staff = visitor(app, office)
    for path in (f"/operator/departures/{booking['departure_id']}", f"/operator/bookings/{booking['id']}"):
        staff.open(path)
        for said in ("Jialing Parts", order["reference"], "Hanoi", "Motorcycle chain 428H"):
            assert said in staff.text(), (path, said)
        assert "VNHAN" not in staff.text()


def test_the_list_asks_as_often_for_many_departures_as_for_one(app, office, market):
    staff = visitor(app, office)
    staff.open("/operator/departures")
    one = departures()[0][1]
    with statements() as few:
        staff.open(f"/operator/departures?q={one}")
    with statements() as many:
        staff.open("/operator/departures")
    assert len(many) == len(few)


def test_the_list_says_how_full_a_lorry_is_and_how_long_until_its_cut_offs(app, call, office, market):
    order = call(market.buyer, "GET", f"/orders/{place(call, market)}", expect=200)
    departure_id = UUID(order["bookings"][0]["departure_id"])
    reference = next(row[1] for row in departures() if row[0] == departure_id)
    change(departure_id, cutoff_documents_at=clock.now() - timedelta(minutes=1))
    change(departure_id, cutoff_cargo_at=clock.now() + timedelta(hours=5, minutes=10))
    staff = visitor(app, office)
    page = staff.open(f"/operator/departures?q={reference}")
    assert page.count("<meter") == 4
    for said in (
        r"\d of [\d,.]+ kg",
        r"\d of [\d.]+ m³",
        r"\d of [\d.]+ m\b",
        r"\d of \d+ pallets",
        "in 5h",
        "over",
        "taken",
    ):
        assert re.search(said, staff.text().replace("\u00a0", " ")), said


def test_every_job_has_words():
    assert JOBS.keys() == words.JOBS.keys()
