"""The land around the corridor as a picture, from a TopoJSON file of land: decoded, clipped, simplified, projected."""

import math
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from marketplace.logistics.boards.rules.projecting import EAST, HEIGHT, NORTH, SOUTH, WEST, WIDTH, project

Point = tuple[float, float]
Ring = list[Point]

# Points nearer to the one before, and islands smaller than this, are not seen: units of the picture, and their square.
NEAR = 0.8
SMALL = 3.0


def picture(topology: dict[str, Any]) -> str:
    """Return an SVG document whose symbol ``land`` is the land of the part that is drawn."""
    rings = [ring for ring in map(_drawn, _rings(topology)) if len(ring) > 2 and _area(ring) >= SMALL]
    path = "".join("M" + "L".join(f"{x:g},{y:g}" for x, y in ring) + "Z" for ring in rings)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path id="land" fill-rule="evenodd" d="{path}"/></svg>\n'
    )


def _rings(topology: dict[str, Any]) -> Iterator[Ring]:
    """Yield every ring of land in degrees, lakes too."""
    (scale_x, scale_y), (left, low) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        steps = accumulate(arc, lambda at, step: [at[0] + step[0], at[1] + step[1]])
        arcs.append([(x * scale_x + left, y * scale_y + low) for x, y in steps])
    for shape in topology["objects"]["land"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        for ring in (ring for polygon in polygons for ring in polygon):
            # An arc that is run backwards is named by the complement of its number; ends that meet are there twice.
            yield [point for one in ring for point in (arcs[one] if one >= 0 else arcs[~one][::-1])[:-1]]


def _drawn(ring: Ring) -> Ring:
    """Return what is seen of a ring, in units of the picture."""
    for axis, edge, sign in ((0, WEST, 1), (0, EAST, -1), (1, SOUTH, 1), (1, NORTH, -1)):
        ring = _clipped(ring, lambda point, axis=axis, edge=edge, sign=sign: sign * (point[axis] - edge))
    seen: Ring = []
    for point in (project(*point) for point in ring):
        if not seen or math.dist(point, seen[-1]) >= NEAR:
            seen.append(point)
    return seen


def _clipped(ring: Ring, inside: Callable[[Point], float]) -> Ring:
    """Return the part of a ring on one side of an edge (Sutherland and Hodgman)."""
    found: Ring = []
    for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
        was, now = inside(before), inside(point)
        if (was >= 0) != (now >= 0):
            part = was / (was - now)
            found.append((before[0] + (point[0] - before[0]) * part, before[1] + (point[1] - before[1]) * part))
        if now >= 0:
            found.append(point)
    return found


def _area(ring: Ring) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(one[0] * other[1] - other[0] * one[1] for one, other in pairs)) / 2
