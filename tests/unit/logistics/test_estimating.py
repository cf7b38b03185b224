"""A lorry is expected by what is known of it: later along its way, never in its past, and the same if asked again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.tracing.rules.estimating import Fact, Stop, Times, estimates, moved, side_by_side
from tests.conftest import SOAK

START = datetime(2026, 3, 4, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
# Hub, near and far side of a border, a city, a port: 23, 14, 8 and 4 hours.
PLACES = (("HUB", 0, False), ("NEAR", 23, True), ("FAR", 37, True), ("CITY", 45, False), ("PORT", 49, False))
STOPS = tuple(Stop(place, START + hours * HOUR, is_border) for place, hours, is_border in PLACES)
PLANNED = {stop.place_code: stop.planned for stop in STOPS}


def fact(code, place, hours, *, classifier=Classifier.ACTUAL, learned=None, is_reported=False):
    at = START + hours * HOUR
    return Fact(code, classifier, place, at, at if learned is None else START + learned * HOUR, is_reported)


def told(place, hours, learned, code=Status.ARRIVED):
    return fact(code, place, hours, classifier=Classifier.ESTIMATED, learned=learned, is_reported=True)


def hours(found):
    return {place: (at - START) / HOUR for place, at in found.items()}


LEFT = fact(Status.DEPARTED, "HUB", 0)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], {"NEAR": 23, "FAR": 37, "CITY": 45, "PORT": 49}),
        ([fact(Status.DEPARTED, "HUB", 3)], {"NEAR": 26, "FAR": 40, "CITY": 48, "PORT": 52}),
        ([fact(Status.DEPARTED, "HUB", -2)], {"NEAR": 21, "FAR": 35, "CITY": 43, "PORT": 47}),
        ([LEFT, fact(Status.ARRIVED, "NEAR", 28)], {"FAR": 42, "CITY": 50, "PORT": 54}),
        # Held at the border for longer than was planned: nothing is expected in the past.
        (
            [LEFT, fact(Status.ARRIVED, "NEAR", 23), fact(Status.DELAYED, None, 40)],
            {"FAR": 40, "CITY": 48, "PORT": 52},
        ),
        ([LEFT, fact(Status.CROSSED_BORDER, "FAR", 50)], {"CITY": 58, "PORT": 62}),
        # A port expects a short wait, and a drive that nobody can drive: the first counts.
        ([LEFT, fact(Status.ARRIVED, "NEAR", 23), told("FAR", 25, 23)], {"FAR": 25, "CITY": 33, "PORT": 37}),
        (
            [LEFT, fact(Status.ARRIVED, "NEAR", 23), told("FAR", 25, 23), told("CITY", 26, 23)],
            {"FAR": 25, "CITY": 33, "PORT": 37},
        ),
        ([LEFT, told("CITY", 60, 10)], {"NEAR": 23, "FAR": 37, "CITY": 60, "PORT": 64}),
        # What was expected before the lorry came somewhere is known better now; the later of two reports counts.
        ([LEFT, told("CITY", 60, 10), fact(Status.ARRIVED, "NEAR", 23)], {"FAR": 37, "CITY": 45, "PORT": 49}),
        ([LEFT, told("CITY", 70, 12), told("CITY", 60, 11)], {"NEAR": 23, "FAR": 37, "CITY": 70, "PORT": 74}),
        ([told("HUB", 5, -4, Status.DEPARTED)], {"NEAR": 28, "FAR": 42, "CITY": 50, "PORT": 54}),
        # It came to the city though nobody noted the border, and what happens elsewhere is no stop.
        ([LEFT, fact(Status.ARRIVED, "CITY", 47), fact(Status.ARRIVED, "ELSEWHERE", 40)], {"PORT": 51}),
        ([LEFT, fact(Status.ARRIVED, "PORT", 47)], {}),
    ],
)
def test_the_delay_is_carried_on_and_driving_takes_its_time(facts, expected):
    assert hours(estimates(STOPS, facts)) == expected


FACTS = st.lists(
    st.builds(
        fact,
        st.sampled_from([Status.ARRIVED, Status.CROSSED_BORDER, Status.DEPARTED, Status.DELAYED, Status.EN_ROUTE]),
        st.sampled_from([None, "ELSEWHERE", *PLANNED]),
        st.integers(-48, 240),
        classifier=st.sampled_from([Classifier.ACTUAL, Classifier.ESTIMATED]),
        learned=st.integers(-48, 240),
        is_reported=st.booleans(),
    ),
    max_size=8,
)


@pytest.mark.soak
@settings(max_examples=2_000 if SOAK else 150)
@given(FACTS)
def test_estimates_never_run_backwards_nor_into_the_past(facts):
    found = estimates(STOPS, facts)
    assert list(found) == [stop.place_code for stop in STOPS][len(STOPS) - len(found) :]
    assert list(found.values()) == sorted(found.values())
    last = max((one.event_at for one in facts if one.classifier is Classifier.ACTUAL), default=None)
    assert last is None or all(at >= last for at in found.values())
    for before, stop in pairwise(STOPS):
        if {before.place_code, stop.place_code} <= found.keys() and not (before.is_border and stop.is_border):
            driven = found[stop.place_code] - found[before.place_code]
            assert driven >= stop.planned - before.planned


@pytest.mark.soak
@settings(max_examples=2_000 if SOAK else 150)
@given(FACTS, st.randoms(use_true_random=False))
def test_estimates_are_the_same_in_any_order_and_once_noted_move_no_more(facts, random):
    # Two reports of one instant have no order but that in which they were noted.
    facts = list({(one.recorded_at, one.classifier): one for one in facts}.values())
    found = estimates(STOPS, facts)
    shuffled = random.sample(facts, len(facts))
    assert estimates(STOPS, shuffled) == found
    changed = moved(found, PLANNED)
    assert moved(estimates(STOPS, facts), PLANNED | changed) == {}
    assert all(abs(at - PLANNED[place]) >= timedelta(minutes=15) for place, at in changed.items())


def test_a_quarter_of_an_hour_is_worth_telling_and_less_is_not():
    known = {"CITY": START, "PORT": START, "FAR": START}
    found = {
        "CITY": START + timedelta(minutes=15),
        "PORT": START - timedelta(minutes=15),
        "FAR": START + timedelta(minutes=14, seconds=59),
    }
    assert set(moved(found, known)) == {"CITY", "PORT"}


def test_planned_expected_and_happened_stand_side_by_side():
    facts = [
        fact(Status.DEPARTED, "HUB", 1),
        fact(Status.ARRIVED, "NEAR", 30, is_reported=True),
        fact(Status.ARRIVED, "NEAR", 31),
        fact(Status.CLEARED, "FAR", 40),
        told("CITY", 60, 5),
        told("CITY", 50, 9),
        fact(Status.ARRIVED, "CITY", 45, classifier=Classifier.PLANNED),
    ]
    shown = side_by_side(STOPS, facts)
    assert shown[0] == Times(START, None, START + HOUR)
    assert shown[1] == Times(START + 23 * HOUR, None, START + 31 * HOUR)
    assert shown[2] == Times(START + 37 * HOUR, None, None)
    assert shown[3] == Times(START + 45 * HOUR, START + 50 * HOUR, None)


@pytest.mark.parametrize(
    ("times", "best", "overdue_after"),
    [
        (Times(START, None, None), START, START),
        (Times(START, START + HOUR, None), START + HOUR, START + HOUR),
        (Times(START, START + HOUR, START + 2 * HOUR), START + 2 * HOUR, None),
    ],
)
def test_a_stop_is_overdue_once_the_best_time_has_passed_and_nobody_noted_it(times, best, overdue_after):
    assert times.best == best
    for now in (START - HOUR, START, START + HOUR, START + 9 * HOUR):
        assert times.is_overdue(now) == (overdue_after is not None and now > overdue_after)
