"""Rotations: departures of one vehicle in their order, and how far it runs without cargo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

from marketplace.kernel.errors import Conflict

_EARTH_KM: Final = 6_371.0
# Roads are longer than great circles: 1.35 to 1.45 on the two relations whose length is published.
_ROAD_PER_MILLE: Final = 1_400


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the globe, in millionths of a degree."""

    code: str
    latitude_e6: int
    longitude_e6: int


@dataclass(frozen=True, slots=True)
class Run:
    """A departure of a rotation: where and when it begins and ends, its kilometres by leg, what is booked on it."""

    reference: str
    start: Point
    end: Point
    departs_at: datetime
    arrives_at: datetime
    km: int
    is_derived: bool
    bookings: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A way of a rotation: a departure, or where none is named a positioning between two places."""

    departure: str | None
    start: str
    end: str
    km: int
    is_derived: bool
    is_empty: bool


def road_km(start: Point, end: Point) -> int:
    """Return the derived road distance of two places: great circle × 1.4, in whole kilometres."""
    lat1, lon1, lat2, lon2 = (
        radians(value / 1_000_000)
        for value in (start.latitude_e6, start.longitude_e6, end.latitude_e6, end.longitude_e6)
    )
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_KM * asin(sqrt(min(half, 1.0))) * _ROAD_PER_MILLE / 1_000)


def check_chain(runs: Sequence[Run]) -> None:
    """Refuse departures of which one leaves before the one before it has arrived."""
    for before, after in pairwise(runs):
        if after.departs_at < before.arrives_at:
            raise Conflict("rotation_order", before=before.reference, after=after.reference)


def stretches(runs: Sequence[Run]) -> tuple[Stretch, ...]:
    """Return the ways of a rotation: each departure, the positioning between two, and the way back to the start.

    A departure without bookings is driven empty. A rotation of one departure comes home on its own.
    """
    found: list[Stretch] = []
    for place, run in enumerate(runs):
        found.append(
            Stretch(run.reference, run.start.code, run.end.code, run.km, run.is_derived, is_empty=run.bookings == 0)
        )
        onward = runs[place + 1].start if place + 1 < len(runs) else runs[0].start
        if run.end.code != onward.code:
            km = road_km(run.end, onward)
            found.append(Stretch(None, run.end.code, onward.code, km, is_derived=True, is_empty=True))
    return tuple(found)


def empty_km(ways: Sequence[Stretch]) -> tuple[int, int]:
    """Return how many kilometres are driven empty, and how many in all."""
    return sum(way.km for way in ways if way.is_empty), sum(way.km for way in ways)
