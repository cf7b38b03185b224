"""Where a lorry is by time, and where that lies on the picture."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.logistics.boards.rules import projecting
from marketplace.logistics.boards.rules.placing import along, share
from marketplace.logistics.boards.rules.projecting import EAST, HEIGHT, NORTH, SOUTH, WEST, WIDTH, project

_AT = datetime(2026, 12, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_DEGREES = st.floats(-180, 180, allow_nan=False)
_WAYS = st.lists(st.tuples(_DEGREES, _DEGREES), min_size=1, max_size=6)


@pytest.mark.parametrize(("hours", "wanted"), [(-1, 0.0), (0, 0.0), (1, 0.25), (4, 1.0), (9, 1.0)])
def test_time_that_is_over_is_a_share_of_the_whole(hours: int, wanted: float):
    assert share(_AT, _AT + 4 * _HOUR, _AT + hours * _HOUR) == wanted


def test_no_time_at_all_is_over():
    assert share(_AT, _AT, _AT - _HOUR) == 1.0


def test_a_part_of_the_way_counts_its_bends():
    way = ((0.0, 0.0), (0.0, 0.0), (3.0, 0.0), (3.0, 1.0))
    assert along(way, 0) == (0, 0)
    assert along(way, 0.5) == (2, 0)
    assert along(way, 1) == (3, 1)
    assert along(((5.0, 6.0),), 0.5) == (5, 6)


@given(_WAYS, st.floats(0, 1))
def test_a_place_on_the_way_lies_between_its_points(way: list[tuple[float, float]], part: float):
    found = along(way, part)
    for axis in (0, 1):
        low, high = min(point[axis] for point in way), max(point[axis] for point in way)
        assert low - 1e-6 <= found[axis] <= high + 1e-6


def test_corners_of_the_part_are_corners_of_the_picture():
    assert project(WEST, NORTH) == (0, 0)
    east, south = project(EAST, SOUTH)
    assert math.isclose(east, WIDTH)
    assert HEIGHT - 1 < south <= HEIGHT


def test_north_is_up_and_degrees_are_as_long_both_ways_where_they_are_on_earth():
    assert project(106, 29)[1] < project(106, 21)[1]
    across = project(101, 0)[0] - project(100, 0)[0]
    down = project(100, -0.5)[1] - project(100, 0.5)[1]
    assert abs(across - down) <= 0.2
    assert projecting.WEST < 106.55 < projecting.EAST  # Chongqing
