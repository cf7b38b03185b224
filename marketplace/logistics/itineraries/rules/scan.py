"""Connection Scan: the earliest way, and every way that no other beats in both arrival and cost.

All connections stand in one list by the minute at which they take a load in. One look at each, in that order, finds
the earliest arrival; for the front of arrival and cost a label per place and useful pair is kept. A connection's
arrival is its own, whatever else arrives when: one that leaves later may be there earlier, and a border that opens
late is an arrival that comes late (``let_through``). Nothing here needs first in to be first out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

_NEVER: Final = 2**62
LetThrough = Callable[[str, int], int]


@dataclass(frozen=True, slots=True)
class Connection:
    """A dated ride of a load; instants are whole minutes of one clock.

    ``departs`` is the minute by which the load must be there, ``cost`` is in minor units of one currency, so that costs
    can be compared and added.
    """

    from_code: str
    to_code: str
    departs: int
    arrives: int
    departure: Hashable
    cost: int


Journey = tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """How many minutes go by at a place between the arrival of a load and its being ready for the next departure."""

    minutes: int = 0
    by_place: Mapping[str, int] = field(default_factory=dict[str, int])

    def at(self, place: str) -> int:
        """Return the minutes at a place."""
        return self.by_place.get(place, self.minutes)


@dataclass(slots=True)
class _Bag:
    """Labels of a place that none of them beats, by time; the later the cheaper."""

    times: list[int] = field(default_factory=list[int])
    costs: list[int] = field(default_factory=list[int])
    labels: list[int] = field(default_factory=list[int])

    def beats(self, time: int, cost: int) -> bool:
        """Tell whether a label here is neither later nor dearer."""
        spot = bisect_right(self.times, time)
        return spot > 0 and self.costs[spot - 1] <= cost

    def add(self, time: int, cost: int, label: int) -> None:
        """Take in a label that none here beats, and drop those that it beats."""
        first = last = bisect_left(self.times, time)
        while last < len(self.times) and self.costs[last] >= cost:
            last += 1
        self.times[first:last], self.costs[first:last], self.labels[first:last] = [time], [cost], [label]


class Timetable:
    """Connections in the order in which they are scanned.

    ``let_through`` gives the minute from which a load that arrives at a place at a minute is really there: a border
    that is closed holds it until it opens. ValueError for a connection that takes no time, or whose cost is negative.
    """

    def __init__(
        self,
        connections: Iterable[Connection],
        *,
        changes: Changes | None = None,
        let_through: LetThrough | None = None,
    ) -> None:
        """Sort the connections and give every place a number."""
        self.connections = sorted(connections, key=lambda each: (each.departs, each.arrives, each.cost))
        self._departs = [each.departs for each in self.connections]
        self._numbers: dict[str, int] = {}
        self._rows = [self._row(each, changes or Changes(), let_through) for each in self.connections]

    def _row(self, each: Connection, changes: Changes, let_through: LetThrough | None) -> tuple[int, ...]:
        arrives = each.arrives if let_through is None else let_through(each.to_code, each.arrives)
        if arrives <= each.departs or each.cost < 0:
            msg = "a connection takes time and costs nothing or something"
            raise ValueError(msg)
        ready = arrives + changes.at(each.to_code)
        return each.departs, self._number(each.from_code), self._number(each.to_code), arrives, ready, each.cost

    def _number(self, code: str) -> int:
        return self._numbers.setdefault(code, len(self._numbers))

    def earliest(self, from_code: str, to_code: str, *, after: int, until: int = _NEVER) -> Journey:
        """Return the way that is there first of those that leave within ``after`` and ``until``; empty for none."""
        start, target = self._numbers.get(from_code), self._numbers.get(to_code)
        if start is None or target is None or start == target:
            return ()
        rows, ready, came = self._rows, [_NEVER] * len(self._numbers), [-1] * len(self._numbers)
        ready[start], best = after, _NEVER
        for number in range(bisect_left(self._departs, after), bisect_right(self._departs, until)):
            departs, at, to, arrives, onward, _ = rows[number]
            if departs >= best:
                break
            if ready[at] > departs:
                continue
            if to == target:
                if arrives < best:
                    best, came[to] = arrives, number
            elif onward < ready[to]:
                ready[to], came[to] = onward, number
        return self._back(came, start, target)

    def _back(self, came: list[int], start: int, target: int) -> Journey:
        found: list[Connection] = []
        at = target
        while at != start and came[at] >= 0:
            found.append(self.connections[came[at]])
            at = self._rows[came[at]][1]
        return tuple(reversed(found))

    def front(self, from_code: str, to_code: str, *, after: int, until: int = _NEVER) -> tuple[Journey, ...]:
        """Return every way that no other beats in arrival and cost, the earliest and dearest first, the cheapest last.

        A connection's arrival is settled by itself, so of all ways to it only the cheapest matters: one label each.
        """
        start, target = self._numbers.get(from_code), self._numbers.get(to_code)
        if start is None or target is None or start == target:
            return ()
        rows, bags = self._rows, [_Bag() for _ in self._numbers]
        taken: list[tuple[int, int]] = [(-1, -1)]
        bags[start].add(after, 0, 0)
        goal = bags[target]
        for number in range(bisect_left(self._departs, after), bisect_right(self._departs, until)):
            departs, at, to, arrives, onward, cost = rows[number]
            bag = bags[at]
            spot = bisect_right(bag.times, departs) - 1
            if spot < 0 or at == target:
                continue
            total = bag.costs[spot] + cost
            # Who is later and dearer than a way that is already there cannot catch up with it.
            if goal.beats(arrives, total):
                continue
            time = arrives if to == target else onward
            if not bags[to].beats(time, total):
                taken.append((number, bag.labels[spot]))
                bags[to].add(time, total, len(taken) - 1)
        return tuple(self._chain(taken, label) for label in goal.labels)

    def cheapest(self, from_code: str, to_code: str, *, after: int, until: int = _NEVER) -> Journey:
        """Return the way that costs least, the first there of several; empty for none."""
        found = self.front(from_code, to_code, after=after, until=until)
        return found[-1] if found else ()

    def _chain(self, taken: list[tuple[int, int]], label: int) -> Journey:
        found: list[Connection] = []
        while label:
            number, label = taken[label]
            found.append(self.connections[number])
        return tuple(reversed(found))
