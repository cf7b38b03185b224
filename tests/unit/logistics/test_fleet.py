"""Plates, builds, cut-offs by kind, and how far a rotation runs empty."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind, cutoffs, remaining
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.fleet.rules.rotations import Point, Run, check_chain, empty_km, road_km, stretches
from marketplace.logistics.fleet.rules.vehicles import check_build, parse_plates, written_plates

AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
TYPE = UUID(int=9)
CHONGQING = Point("CN-NANPENG", 29_360_000, 106_620_000)
HANOI = Point("VNHAN", 21_028_000, 105_854_000)
POINTS = some.builds(
    Point, some.sampled_from("ABCD"), some.integers(-35_000_000, 35_000_000), some.integers(90_000_000, 125_000_000)
)


def test_plates_are_read_by_country():
    assert parse_plates(" cn 渝a 12345；VN 29c-12345; ") == {"CN": "渝A12345", "VN": "29C-12345"}
    assert written_plates({"VN": "29C", "CN": "渝A"}) == "CN 渝A; VN 29C"


@pytest.mark.parametrize("text", ["", " ; ", "CN", "渝A12345", "CN 1; CN 2", "CHN 12345", f"CN {'9' * 30}"])
def test_what_is_no_plate_is_refused(text):
    with pytest.raises(Refused):
        parse_plates(text)


@pytest.mark.parametrize(
    ("kind", "vehicle_type", "is_reefer", "field"),
    [
        (Kind.DRIVER, TYPE, False, "kind"),
        (Kind.TRAILER, None, False, "vehicle_type"),
        (Kind.TRACTOR, None, True, "is_reefer"),
    ],
)
def test_what_cannot_be_built_is_refused(kind, vehicle_type, is_reefer, field):
    with pytest.raises(Refused) as caught:
        check_build(kind, vehicle_type, is_reefer=is_reefer)
    assert caught.value.errors[0].field == field


def test_tractors_and_reefers_are_built():
    check_build(Kind.TRACTOR, None, is_reefer=False)
    check_build(Kind.TRAILER, TYPE, is_reefer=True)


@given(hours=some.dictionaries(some.sampled_from(CutoffKind), some.integers(0, 720)))
def test_each_kind_is_over_by_its_own_hours(hours):
    found = cutoffs(AT, hours)
    assert {kind: (AT - at) / timedelta(hours=1) for kind, at in found.items()} == hours


def test_what_remains_is_whole_minutes_and_then_nothing():
    assert remaining(AT + timedelta(hours=2, seconds=59), AT) == timedelta(hours=2)
    assert remaining(AT, AT) is None
    assert remaining(AT - timedelta(hours=1), AT) is None


def run(name, start, end, days, bookings=0, km=1_400):
    begins = AT + timedelta(days=days)
    return Run(name, start, end, begins, begins + timedelta(hours=45), km, is_derived=False, bookings=bookings)


def test_an_empty_home_leg_is_shown_and_a_loaded_one_is_not():
    out, home = run("OUT", CHONGQING, HANOI, 0, 3), run("HOME", HANOI, CHONGQING, 3)
    assert empty_km(stretches([out, home])) == (1_400, 2_800)
    assert empty_km(stretches([out, run("HOME", HANOI, CHONGQING, 3, 1)])) == (0, 2_800)


def test_a_rotation_that_ends_elsewhere_comes_home_empty():
    ways = stretches([run("OUT", CHONGQING, HANOI, 0, 3)])
    assert [(way.departure, way.start, way.end, way.is_empty) for way in ways] == [
        ("OUT", "CN-NANPENG", "VNHAN", False),
        (None, "VNHAN", "CN-NANPENG", True),
    ]
    assert ways[1].is_derived
    # 933 km as the crow flies, read; × 1.4.
    assert ways[1].km == pytest.approx(933 * 1.4, rel=0.01)


@given(points=some.lists(some.tuples(POINTS, POINTS, some.integers(0, 2)), min_size=1, max_size=6))
def test_every_way_joins_the_next_and_the_last_comes_home(points):
    runs = [run(str(place), start, end, place * 3, count) for place, (start, end, count) in enumerate(points)]
    ways = stretches(runs)
    assert [way.departure for way in ways if way.departure] == [each.reference for each in runs]
    assert ways[0].start == ways[-1].end == points[0][0].code
    assert all(before.end == after.start for before, after in pairwise(ways))
    empty, whole = empty_km(ways)
    assert 0 <= empty <= whole == sum(way.km for way in ways)


@given(start=POINTS, end=POINTS)
def test_a_road_is_as_long_either_way(start, end):
    assert road_km(start, end) == road_km(end, start) >= 0
    assert road_km(start, start) == 0


def test_a_lorry_leaves_after_it_has_arrived():
    check_chain([run("OUT", CHONGQING, HANOI, 0), run("HOME", HANOI, CHONGQING, 2)])
    with pytest.raises(Conflict) as caught:
        check_chain([run("OUT", CHONGQING, HANOI, 0), run("HOME", HANOI, CHONGQING, 1)])
    assert caught.value.facts == {"before": "OUT", "after": "HOME"}
