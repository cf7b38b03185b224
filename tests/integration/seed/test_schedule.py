"""The plan of the demo's orders and lorries, without acting: sound at every hour, whatever day the city opens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.db import reading
from marketplace.logistics.borders.queries.calendars import calendars
from marketplace.logistics.rules import timetable
from marketplace.logistics.rules.timetable import LegTime
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind, Setting
from marketplace.seed import flows
from marketplace.seed.desk import HISTORY
from marketplace.seed.extent import Extent
from marketplace.seed.history import schedule
from marketplace.seed.history.lorries import RECEIVED_WITHIN, STANDING, WAITING, Fleet, Lorry
from marketplace.seed.history.stories import STORIES
from marketplace.seed.network import LINES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A week by the hour; month's end, New Year, the spring holidays and 29 February.
MONDAY = datetime(2026, 12, 7, 0, 35, tzinfo=UTC)
SPECIAL = [datetime(*day, 0, 10, tzinfo=UTC) for day in ((2026, 12, 31), (2027, 1, 31), (2027, 2, 6), (2028, 2, 29))]


@pytest.fixture
def city(app):
    flows.seed(app.extensions["city.vault"], store=app.extensions["city.store"], extent=Extent.START, if_empty=False)
    return reading()


def test_every_role_is_given_and_every_step_comes_in_time(city):
    hold = reference.setting(city, Setting.UNVERIFIED_HOLD_HOURS, at=MONDAY) * HOUR
    papers = reference.setting(city, Setting.CUTOFF_DOCUMENTS_HOURS, at=MONDAY) * HOUR
    for first, hours in ((MONDAY, 7 * 24), *((day, 48) for day in SPECIAL)):
        timetable_of_weeks = _timetable(city, first - HISTORY, first + hours * HOUR)
        for now in (first + number * HOUR for number in range(hours)):
            start = now - HISTORY
            lorries = [replace(one) for one in timetable_of_weeks if one.departs_at > start]
            fleet = Fleet(lorries, now)
            assert {one.role for one in lorries} - {""} == STANDING.keys() | WAITING.keys(), now
            for story in STORIES:
                lorry = fleet.find(story.ride)
                steps = schedule.steps(story, lorry, now)
                about = (now, story, lorry, steps)
                assert start <= steps["placed"], about
                assert list(steps.values())[-1] <= now or story.twist, about
                assert steps.get("deposit", steps["placed"]) - steps["placed"] < hold, about
                if lorry is not None:
                    assert steps["placed"] < lorry.departs_at - papers, about
                    assert steps.get("handed", start) < lorry.cutoff_cargo_at, about
                if ":" in story.ride and story.takes("received"):
                    assert lorry.arrives_at + RECEIVED_WITHIN <= now, about


def _timetable(session, since, last):
    """Return the lorries of all lines between two instants and of the weeks that a city is booked ahead."""
    opens = calendars(session).opens
    places = {place.code: place for place in reference.places(session)}
    ahead = reference.setting(session, Setting.TIMETABLE_DAYS, at=last)
    assert ahead * DAY >= HISTORY  # what is made on the first day reaches to the last
    cargo = reference.setting(session, Setting.CUTOFF_CARGO_HOURS, at=last)
    made = []
    for line in LINES:
        onward = [*(stop.crossing for stop in line.stops[1:]), None]
        legs = [
            LegTime(stop.code, stop.hours * 60, places[stop.code].kind is PlaceKind.BORDER_SIDE, stop.crossing or after)
            for stop, after in zip(line.stops, onward, strict=True)
        ]
        for weekday, hour in line.runs:
            for at in timetable.runs(
                weekday=weekday,
                minute_of_day=hour * 60,
                zone=places[line.hub].zone,
                start=since,
                days=(last - since) // DAY + ahead,
            ):
                stops = timetable.stops(line.hub, at, legs, opens)
                seen = tuple((stop.place_code, stop.eta, stop.is_border) for stop in stops)
                made.append(Lorry(at, line.code, at, timetable.cutoff(at, cargo), seen))
    return sorted(made, key=lambda one: (one.departs_at, one.line))
