"""When a lorry is expected at the stops ahead, by what is known of it.

The delay at the last stop is carried on: from there each leg takes its planned minutes. A wait at a border may turn
out shorter where somebody reports so, driving may not: between two stops that are not the two sides of one crossing a
lorry needs at least the minutes that were planned. Nothing is expected before the last thing that happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier

# An estimate that moved by less tells nobody anything.
WORTH_TELLING: Final = timedelta(minutes=15)
# That the lorry was at a place: it came, crossed to it, or left it.
_THERE: Final = frozenset({Status.ARRIVED, Status.CROSSED_BORDER, Status.DEPARTED})


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the way and when the timetable has the lorry there."""

    place_code: str
    planned: datetime
    is_border: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """What stands about the lorry: something that happened, is planned or expected; ``is_reported`` from outside."""

    code: int
    classifier: Classifier
    place_code: str | None
    event_at: datetime
    recorded_at: datetime
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """When a lorry is to be at a stop by the timetable, when it is expected there, and when it was there.

    None where nothing was expected otherwise than planned, and where the lorry was not yet; from the hub it left.
    """

    planned: datetime
    estimated: datetime | None
    actual: datetime | None

    @property
    def best(self) -> datetime:
        """What is known best."""
        return self.actual or self.estimated or self.planned

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the lorry should have been there, and nobody noted it."""
        return self.actual is None and self.best < now


def estimates(stops: Sequence[Stop], facts: Sequence[Fact]) -> dict[str, datetime]:
    """Return when the lorry is expected at each stop ahead, in their order; the hub is the first stop.

    As planned while nothing is known of the lorry; nothing after the last stop.
    """
    happened = [fact for fact in facts if fact.classifier is Classifier.ACTUAL]
    floor = max((fact.event_at for fact in happened), default=None)
    told = _reported(facts, floor)
    last, at = _last_stop(stops, happened)
    found: dict[str, datetime] = {}
    if last < 0:
        last, at = 0, max(at, told.get((Status.DEPARTED, stops[0].place_code), at), floor or at)
    for before, stop in zip(stops[last:], stops[last + 1 :], strict=False):
        leg = stop.planned - before.planned
        said = told.get((Status.ARRIVED, stop.place_code))
        if said is None:
            at += leg
        else:
            is_crossing = before.is_border and stop.is_border
            at = max(said, at if is_crossing else at + leg)
        if floor is not None:
            at = max(at, floor)
        found[stop.place_code] = at
    return found


def side_by_side(stops: Sequence[Stop], facts: Sequence[Fact]) -> tuple[Times, ...]:
    """Return for each stop what was planned, what was expected last, and when the lorry came or left first.

    What the city's own acts noted goes before what others report.
    """
    return tuple(_times(stop, [fact for fact in facts if fact.place_code == stop.place_code]) for stop in stops)


def moved(found: Mapping[str, datetime], known: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return the estimates that differ enough from what was known of the same places to be told."""
    return {place: at for place, at in found.items() if abs(at - known[place]) >= WORTH_TELLING}


def _times(stop: Stop, facts: Sequence[Fact]) -> Times:
    expected = [fact for fact in facts if fact.classifier is Classifier.ESTIMATED and fact.code in _THERE]
    there = [fact for fact in facts if fact.classifier is Classifier.ACTUAL and fact.code in _THERE]
    latest = max(expected, key=lambda fact: fact.recorded_at, default=None)
    first = min(there, key=lambda fact: (fact.is_reported, fact.event_at), default=None)
    return Times(stop.planned, latest.event_at if latest else None, first.event_at if first else None)


def _last_stop(stops: Sequence[Stop], happened: Sequence[Fact]) -> tuple[int, datetime]:
    """Return the last stop that the lorry was at and the latest instant there; -1 and the plan before it left."""
    places = {stop.place_code: position for position, stop in enumerate(stops)}
    there = [
        (places[fact.place_code], fact.event_at)
        for fact in happened
        if fact.code in _THERE and fact.place_code in places
    ]
    if not there:
        return -1, stops[0].planned
    last = max(position for position, _ in there)
    return last, max(at for position, at in there if position == last)


def _reported(facts: Sequence[Fact], floor: datetime | None) -> dict[tuple[int, str], datetime]:
    """Return the latest report of each kind about each place; what happened after it was made is known better."""
    told: dict[tuple[int, str], datetime] = {}
    for fact in sorted(facts, key=lambda fact: fact.recorded_at):
        is_current = floor is None or fact.recorded_at >= floor
        if fact.classifier is Classifier.ESTIMATED and fact.place_code is not None and is_current:
            told[fact.code, fact.place_code] = fact.event_at
    return told
