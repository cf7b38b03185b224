"""The land of the picture is decoded, clipped and drawn as Natural Earth has it."""

import re
from xml.etree import ElementTree as ET

import pytest

from marketplace.logistics.boards.rules.projecting import HEIGHT, WIDTH, project
from tools.land import picture


def topology(*arcs: list[list[int]], polygons: list[list[list[int]]]) -> dict:
    """Return land of these arcs, their first point whole and the others by steps, in tenths of a degree."""
    return {
        "transform": {"scale": [0.1, 0.1], "translate": [0, 0]},
        "arcs": list(arcs),
        "objects": {"land": {"geometries": [{"type": "MultiPolygon", "arcs": polygons}]}},
    }


def rings(text: str) -> list[list[tuple[float, float]]]:
    path = ET.fromstring(text).find("{*}path")  # noqa: S314 - made here
    assert path is not None
    found = re.findall(r"M([^Z]+)Z", path.attrib["d"])
    return [[tuple(map(float, point.split(","))) for point in ring.split("L")] for ring in found]


def test_arcs_are_joined_by_steps_and_run_backwards_where_that_is_said():
    # A square between 100 and 102 east, 10 and 12 north, of two arcs, the second one stored backwards.
    there = [[1000, 100], [20, 0], [0, 20]]
    back = [[1000, 100], [0, 20], [20, 0]]
    (ring,) = rings(picture(topology(there, back, polygons=[[[0, ~1]]])))
    assert ring == [project(*point) for point in ((100, 10), (102, 10), (102, 12), (100, 12))]


def test_what_lies_outside_is_cut_at_the_frame():
    square = [[600, -400], [1000, 0], [0, 1000], [-1000, 0], [0, -1000]]
    (ring,) = rings(picture(topology(square, polygons=[[[0]]])))
    assert sorted({x for x, _ in ring}) == pytest.approx([0, WIDTH])
    assert all(0 <= y <= HEIGHT for _, y in ring)
    elsewhere = [[0, 0], [50, 0], [0, 50], [-50, -50]]
    assert rings(picture(topology(elsewhere, polygons=[[[0]]]))) == []


def test_islands_too_small_to_be_seen_are_left_out():
    speck = [[1000, 100], [1, 0], [0, 1], [-1, -1]]
    assert rings(picture(topology(speck, polygons=[[[0]]]))) == []
