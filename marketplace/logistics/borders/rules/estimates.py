"""When a lorry is where once a border opens later than was planned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop as planned; ``wait_minutes`` of the way to it were spent before a closed border.

    ``crossing`` is the border whose side it is, ``reached_at`` when the lorry was there.
    """

    place_code: str
    eta: datetime
    wait_minutes: int
    crossing: str | None
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A stop ahead, when it was planned, and when it is expected."""

    place_code: str
    planned: datetime
    expected: datetime


def estimates(stops: Sequence[PlannedStop], opens: Callable[[str, datetime], datetime | None]) -> tuple[Estimate, ...]:
    """Return when the stops ahead are expected, the hub first in ``stops``.

    From the last stop that was reached, or from the planned departure, the lorry drives as long as was planned and
    waits as long as borders make it: a wait that was planned may be longer now, or shorter. ``opens`` says when a
    crossing lets through whoever is there at an instant, None where that is not known.
    """
    found: list[Estimate] = []
    at = stops[0].reached_at or stops[0].eta
    before = stops[0].eta
    for stop in stops[1:]:
        if stop.reached_at is not None:
            at = stop.reached_at
            found.clear()
        else:
            at += stop.eta - before - timedelta(minutes=stop.wait_minutes)
            if stop.crossing is not None:
                at = opens(stop.crossing, at) or at
            found.append(Estimate(stop.place_code, stop.eta, at))
        before = stop.eta
    return tuple(found)


def crossings_on(place_codes: Sequence[str], crossings: Mapping[frozenset[str], str]) -> tuple[str | None, ...]:
    """Return for each place on a way the crossing whose side it is there, None elsewhere.

    ``crossings`` names a crossing by its two sides, which follow each other on the way in one order or the other.
    """
    found: list[str | None] = [None] * len(place_codes)
    for position, pair in enumerate(pairwise(place_codes)):
        if (crossing := crossings.get(frozenset(pair))) is not None:
            found[position] = found[position + 1] = crossing
    return tuple(found)
