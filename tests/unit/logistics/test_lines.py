"""The way of a line: places that follow one another, borders with two sides, hours above nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.rules.lines import CODE_ACCEPTED, Call, Ground, Site, errors_of, errors_of_code
from marketplace.logistics.rules.timetable import in_force

GROUND = Ground(
    {
        "HUB": Site("CN", is_border=False),
        "CITY": Site("CN", is_border=False),
        "CN-SIDE": Site("CN", is_border=True),
        "VN-SIDE": Site("VN", is_border=True),
        "VN-OTHER": Site("VN", is_border=True),
        "END": Site("VN", is_border=False),
    },
    {"PASS": frozenset(("CN-SIDE", "VN-SIDE"))},
)
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def wrong(*places, hub="HUB", minutes=60):
    found = errors_of(hub, [Call(place, minutes) for place in places], GROUND)
    return {(error.field, error.code, error.accepted) for error in found}


def test_a_line_over_a_border_is_right():
    assert wrong("CITY", "CN-SIDE", "VN-SIDE", "END") == set()
    assert GROUND.crossing("CN-SIDE", "VN-SIDE") == GROUND.crossing("VN-SIDE", "CN-SIDE") == "PASS"
    assert GROUND.crossing("HUB", "CITY") is None


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ((), ("stops", "required", "one or more")),
        (("NONE", "CITY"), ("stops.0.place", "choice", "the code of a place")),
        (("CITY", "CITY"), ("stops.1.place", "place_twice", "a place that the line does not call at yet")),
        (("HUB",), ("stops.0.place", "place_twice", "a place that the line does not call at yet")),
        (("END",), ("stops.0.place", "not_neighbours", "a side of a border first")),
        (("CN-SIDE", "VN-OTHER", "END"), ("stops.1.place", "not_neighbours", "VN-SIDE")),
        (("CN-SIDE",), ("stops.0.place", "ends_at_border", "a place behind the border")),
    ],
)
def test_a_wrong_way_names_the_stop(places, said):
    assert wrong(*places) == {said}


def test_a_wrong_hub_is_named_and_nothing_is_said_of_where_it_leads():
    assert wrong("CITY", hub="NONE") == {("hub", "choice", "the code of a place")}
    assert wrong("END", hub="VN-SIDE") == {("hub", "choice", "a place that is no side of a border")}


@pytest.mark.parametrize("code", ["", "cq-han", "-CQ", "CQ HAN", "=cmd|' /C calc'!A0", "重庆", "C" * 41, "CQ\n"])
def test_a_code_is_one_word_for_files_and_the_audit_trail(code):
    assert [(error.field, error.code, error.accepted) for error in errors_of_code(code)] == [
        ("code", "line_code", CODE_ACCEPTED)
    ]
    assert errors_of_code("CQ-HAN-2") == errors_of_code("C" * 40) == []


@given(some.integers(-5_000, 5_000))
def test_only_hours_above_nothing_are_taken(minutes):
    said = {field for field, _, _ in wrong("CITY", minutes=minutes)}
    assert said == (set() if minutes > 0 else {"stops.0.hours"})


@given(some.lists(some.sampled_from(sorted(GROUND.sites)), min_size=1, max_size=6))
def test_what_is_taken_crosses_a_border_for_every_change_of_country(places):
    if not wrong(*places):
        for start, end in zip(("HUB", *places), places, strict=False):
            same = GROUND.sites[start].country == GROUND.sites[end].country
            assert same or GROUND.crossing(start, end)
        assert len({"HUB", *places}) == len(places) + 1


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_line_departs_from_its_beginning_on_and_before_its_end(hours):
    at = NOW + timedelta(hours=hours)
    assert in_force(at, None, None)
    assert in_force(at, NOW) is (hours >= 0)
    assert in_force(at, None, None, NOW) is (hours < 0)
