"""The corridor as a picture: its lines, the lorries under way, and the same in words."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.rules.states import DepartureState, HoldCause
from tests import factories
from tests.functional.test_departures import carrier
from tests.support.statements import statements
from tests.support.visitors import Visitor, visitor

__all__ = ["carrier"]

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("carrier")]


@pytest.fixture
def first(app):
    return app.test_client().get("/api/v1/departures").get_json()["items"][0]


def under_way(departure_id, *, hours=4, of=8, **fields):
    """Let a departure have left, so that it is reckoned on the way to its next stop, of so many hours."""
    now = clock.now()
    with unit_of_work() as session:
        departure = session.get(Departure, UUID(departure_id))
        departure.state = DepartureState.DEPARTED
        for name, value in fields.items():
            setattr(departure, name, value)
        stops = session.scalars(
            sa.select(DepartureStop).where(DepartureStop.departure_id == departure.id).order_by(DepartureStop.position)
        ).all()
        stops[0].reached_at = now - timedelta(hours=hours)
        for number, stop in enumerate(stops[1:]):
            stop.eta = now + timedelta(hours=of - hours + number)


def corridor(app):
    answer = app.test_client().get("/api/v1/corridor")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_lines_are_drawn_from_their_hubs_on(app):
    seen = corridor(app)
    places = {place["code"]: place for place in seen["places"]}
    assert seen["lines"]
    assert seen["lorries"] == []
    for line in seen["lines"]:
        for before, leg in zip(line["legs"], line["legs"][1:], strict=False):
            assert before["end"] == leg["start"]
        for leg in line["legs"]:
            assert leg["mode"] in ("road", "rail", "sea")
            start = places[leg["start"]]
            assert len(leg["points"]) >= 2
            assert leg["points"][0] == pytest.approx([start["longitude"], start["latitude"]], abs=1)
    page = Visitor(app).open("/corridor")
    assert "Made with Natural Earth; land only, no borders drawn." in page
    assert page.count("<polyline") == len(
        {str((leg["mode"], leg["points"])) for line in seen["lines"] for leg in line["legs"]}
    )
    for line in seen["lines"]:
        assert line["name"] in page


def test_a_lorry_stands_between_its_stops_by_time(app, first):
    under_way(first["id"], hours=4, of=8)
    (lorry,) = corridor(app)["lorries"]
    places = {place["code"]: place for place in corridor(app)["places"]}
    hub, following = (places[stop["place"]] for stop in first["stops"][:2])
    assert (lorry["reference"], lorry["last"], lorry["next"]) == (first["reference"], hub["code"], following["code"])
    for axis in ("longitude", "latitude"):
        assert lorry[axis] == pytest.approx((hub[axis] + following[axis]) / 2, abs=0.01)
    page = Visitor(app)
    assert first["reference"] in page.open("/corridor")
    assert "between" in page.text()
    assert page.shown.count('class="map__lorry"') == 1


@pytest.mark.parametrize("left_the_hub", [True, False])
def test_a_lorry_that_is_held_stays_where_it_was_seen(app, first, left_the_hub):
    before = DepartureState.DEPARTED if left_the_hub else DepartureState.SEALED
    under_way(first["id"], state=DepartureState.HELD, held_from=before, hold_cause=HoldCause.WEATHER)
    lorries = corridor(app)["lorries"]
    assert len(lorries) == left_the_hub
    if left_the_hub:
        hub = next(place for place in corridor(app)["places"] if place["code"] == first["stops"][0]["place"])
        assert lorries[0]["longitude"] == pytest.approx(hub["longitude"], abs=0.001)
        page = Visitor(app)
        page.open("/corridor")
        assert "held between" in page.text()
        assert "Weather" not in page.text()


def test_the_map_asks_as_often_for_many_lorries_as_for_one(app):
    client = app.test_client()
    rows = client.get("/api/v1/departures").get_json()["items"]
    under_way(rows[0]["id"])
    client.get("/corridor")
    with statements() as few:
        client.get("/corridor")
    for row in rows[1:6]:
        under_way(row["id"])
    with statements() as many:
        client.get("/corridor")
    assert len(many) == len(few) <= 6


def test_the_timetable_has_the_map_and_says_how_full_lorries_are(app):
    page = Visitor(app)
    shown = page.open("/departures")
    assert 'href="/corridor"' in shown
    assert "Made with Natural Earth" in shown
    assert "Lorry: empty so far" in page.text()


@pytest.fixture
def office(app):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())


@pytest.fixture
def ask(app, office):
    def answer(query="", expect=200):
        found = app.test_client().get(f"/api/v1/lorry-days{query}", headers=office.headers)
        assert found.status_code == expect, found.text
        return found.get_json()

    return answer


def test_days_show_the_plan_of_a_lorry_and_what_was(ask, first):
    row = next(row for row in ask()["lorries"] if row["reference"] == first["reference"])
    assert row["actual"] == []
    assert row["planned"][0]["kind"] == "hub"
    assert row["planned"][0]["until"] == first["departs_at"]
    under_way(first["id"], state=DepartureState.HELD, held_from=DepartureState.DEPARTED, hold_cause=HoldCause.WEATHER)
    row = next(row for row in ask()["lorries"] if row["reference"] == first["reference"])
    assert [strip["kind"] for strip in row["actual"]] == ["held", "expected"]
    assert (row["state"], row["hold_cause"], row["arrived_at"]) == ("held", "weather", None)
    assert row["left_at"] == row["actual"][0]["since"]


def test_days_are_those_of_a_line_or_a_hub(ask):
    every = ask()
    for name in ("line", "hub"):
        for code in {row[name] for row in every["lorries"]}:
            mine = ask(f"?{name}={code}")["lorries"]
            assert {row[name] for row in mine} == {code}
        refused = ask(f"?{name}=nowhere", expect=422)
        assert [error["field"] for error in refused["errors"]] == [name]
    assert ask("?from=2001-01-01")["lorries"] == []
    assert ask("?from=1800-01-01", expect=422)["errors"][0]["field"] == "from"


def test_the_page_of_days_says_in_words_what_it_draws(app, office, first):
    under_way(first["id"])
    staff = visitor(app, office)
    page = staff.open("/operator/lorry-days")
    assert first["reference"] in page
    assert "days__strip--expected" in page
    assert "under way: " in page
    assert "/operator/lorry-days" in staff.open("/operator/departures")
    assert "Line" in staff.open("/operator/lorry-days?line=nowhere", 422)


def test_days_are_asked_for_as_often_for_many_lorries_as_for_one(app, office, ask):
    codes = {row["line"] for row in ask()["lorries"]}
    staff = visitor(app, office)
    staff.open("/operator/lorry-days")
    with statements() as few:
        staff.open("/operator/lorry-days?from=2001-01-01")
    with statements() as many:
        staff.open("/operator/lorry-days")
    assert codes
    assert len(many) == len(few)
