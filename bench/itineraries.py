"""How fast ways are found in a year of the corridor: Connection Scan beside a plain Dijkstra on the same timetable.

    python -m bench.itineraries [queries]

The network is made up and seeded: 52 rides of lorries, trains and ships between 14 places by weekly patterns, about
20,000 connections a year, borders that open by day. Both search the same connections with the same 4 hours at each
change; every answer is compared, and one that differs ends the run. Times are printed and never asserted.
"""

import heapq
import random
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final

from marketplace.logistics.itineraries.rules.scan import Changes, Connection, Timetable
from marketplace.logistics.itineraries.rules.ways import Form

_DAY: Final = 24 * 60
_YEAR: Final = 365 * _DAY
_HORIZON: Final = 30 * _DAY
_CHANGES: Final = Changes(4 * 60)
_SEED: Final = 20160428
_NEVER: Final = 1 << 62
# From, to, form, hours, cost in fen for a tonne, departures a week; each also the other way round.
RIDES: Final = (
    ("CQI", "NNG", Form.ROAD, 18, 55_000, 10), ("CQI", "HAN", Form.ROAD, 45, 98_000, 10),
    ("CQI", "KMG", Form.ROAD, 20, 62_000, 10), ("CQI", "VTE", Form.ROAD, 71, 144_000, 5),
    ("CQI", "BKK", Form.ROAD, 98, 176_000, 5), ("CQI", "RGN", Form.ROAD, 92, 248_000, 3),
    ("CQI", "SIN", Form.ROAD, 152, 305_000, 3), ("CQI", "QZH", Form.RAIL, 48, 21_000, 5),
    ("CQI", "SGN", Form.ROAD, 85, 190_000, 5), ("CQI", "VTE", Form.RAIL, 64, 88_000, 4),
    ("KMG", "VTE", Form.RAIL, 26, 52_000, 10), ("KMG", "HAN", Form.ROAD, 28, 61_000, 10),
    ("KMG", "RGN", Form.ROAD, 70, 160_000, 5), ("NNG", "HAN", Form.ROAD, 14, 43_000, 18),
    ("NNG", "HAN", Form.RAIL, 22, 30_000, 10), ("NNG", "QZH", Form.ROAD, 4, 9_000, 18),
    ("QZH", "SIN", Form.SEA, 144, 24_000, 5), ("QZH", "HPH", Form.SEA, 30, 15_000, 5),
    ("QZH", "BKK", Form.SEA, 168, 27_000, 4), ("HAN", "HPH", Form.ROAD, 4, 8_000, 10),
    ("HAN", "SGN", Form.ROAD, 40, 70_000, 10), ("VTE", "BKK", Form.ROAD, 20, 38_000, 10),
    ("BKK", "KUL", Form.ROAD, 44, 81_000, 5), ("BKK", "PNH", Form.ROAD, 16, 41_000, 5),
    ("SGN", "PNH", Form.ROAD, 9, 26_000, 5), ("KUL", "SIN", Form.ROAD, 9, 22_000, 10),
)  # fmt: skip


def year() -> list[Connection]:
    """Return a year of connections; costs of single departures differ by up to a tenth, as tariffs change."""
    chance = random.Random(_SEED)
    found: list[Connection] = []
    for one, other, form, hours, cost, weekly in RIDES:
        for at, to in ((one, other), (other, one)):
            for _ in range(weekly):
                first = chance.randrange(7 * _DAY)
                for number, departs in enumerate(range(first, _YEAR, 7 * _DAY)):
                    price = cost * chance.randrange(90, 111) // 100
                    arrives = departs + hours * 60
                    found.append(Connection(at, to, departs, arrives, (form, first, number), price))
    return found


def by_day(place: str, minute: int) -> int:
    """Let what arrives at night be let through in the morning, as a border that opens at eight does."""
    past = minute % _DAY
    return minute if place in {"SIN", "QZH"} or 8 * 60 <= past < 20 * 60 else minute + (8 * 60 - past) % _DAY


class Dijkstra:
    """Places settled in the order of time; of each, all its next departures are tried."""

    def __init__(self, connections: list[Connection]) -> None:
        """Sort the departures of each place, the wait at a border counted in."""
        self._from: dict[str, list[tuple[int, int, str, int]]] = {}
        for each in sorted(connections, key=lambda one: one.departs):
            through = by_day(each.to_code, each.arrives)
            self._from.setdefault(each.from_code, []).append((each.departs, through, each.to_code, each.cost))
        self._departs = {place: [row[0] for row in rows] for place, rows in self._from.items()}

    def earliest(self, start: str, goal: str, after: int) -> int | None:
        """Return the earliest arrival; a later departure may be there before, so none up to the best is left out."""
        ready: dict[str, int] = {start: after}
        queue, best = [(after, start)], _NEVER
        while queue:
            since, at = heapq.heappop(queue)
            if since >= best:
                break
            if since > ready[at]:
                continue
            rows = self._from[at]
            for number in range(bisect_left(self._departs[at], since), len(rows)):
                departs, arrives, to, _ = rows[number]
                if departs >= best:
                    break
                if to == goal:
                    best = min(best, arrives)
                elif (onward := arrives + _CHANGES.at(to)) < ready.get(to, _NEVER):
                    ready[to] = onward
                    heapq.heappush(queue, (onward, to))
        return None if best == _NEVER else best

    def front(self, start: str, goal: str, after: int) -> list[tuple[int, int]]:
        """Return arrivals and costs that no other beats, by labels in the order of time."""
        bags: dict[str, list[tuple[int, int]]] = {start: [(after, 0)]}
        queue = [(after, 0, start)]
        while queue:
            since, spent, at = heapq.heappop(queue)
            if at == goal or (since, spent) not in bags[at]:
                continue
            rows = self._from[at]
            for number in range(bisect_left(self._departs[at], since), len(rows)):
                departs, arrives, to, cost = rows[number]
                if departs > after + _HORIZON:
                    break
                label = (arrives if to == goal else arrives + _CHANGES.at(to), spent + cost)
                bag = bags.setdefault(to, [])
                if any(time <= label[0] and price <= label[1] for time, price in bag):
                    continue
                bags[to] = [one for one in bag if one[0] < label[0] or one[1] < label[1]]
                bags[to].append(label)
                heapq.heappush(queue, (*label, to))
        return sorted(bags.get(goal, []))


def main(queries: int) -> None:
    """Ask both for the same ways and print what a query takes."""
    connections = year()
    begun = time.perf_counter()
    scan = Timetable(connections, changes=_CHANGES, let_through=by_day)
    built = time.perf_counter() - begun
    slow = Dijkstra(connections)
    chance = random.Random(_SEED)
    goals = ("HAN", "SGN", "BKK", "SIN", "KUL", "RGN", "VTE", "PNH")
    asked = [("CQI", chance.choice(goals), chance.randrange(_YEAR - 2 * _HORIZON)) for _ in range(queries)]
    print(f"{len(connections):,} connections in a year, set up in {built * 1e3:.0f} ms; {queries} queries, medians")
    first = _timed(asked, lambda start, goal, after: scan.earliest(start, goal, after=after))
    first_slow = _timed(asked, slow.earliest)
    _report("earliest arrival", first, first_slow, 1)
    limits = [(start, goal, after) for start, goal, after in asked[: max(1, queries // 10)]]
    front = _timed(limits, lambda start, goal, after: scan.front(start, goal, after=after, until=after + _HORIZON))
    front_slow = _timed(limits, slow.front)
    _report("front of arrival and cost, 30 days", front, front_slow, 30)
    told = [[_told(journey) for journey in journeys] for journeys in front[1]]
    print(f"{statistics.mean(map(len, told)):.1f} ways on a front on average")
    if [_told(journey)[0] for journey in first[1]] != first_slow[1] or told != front_slow[1]:
        raise SystemExit("the two differ")


def _told(journey: tuple[Connection, ...]) -> tuple[int, int]:
    return by_day(journey[-1].to_code, journey[-1].arrives), sum(each.cost for each in journey)


def _timed(asked: list[tuple[str, str, int]], search: Callable[..., Any]) -> tuple[list[float], list[Any]]:
    taken: list[float] = []
    found: list[Any] = []
    for start, goal, after in asked:
        begun = time.perf_counter()
        found.append(search(start, goal, after))
        taken.append((time.perf_counter() - begun) * 1e3)
    return taken, found


def _report(name: str, ours: tuple[list[float], Any], slow: tuple[list[float], Any], aim: int) -> None:
    median, other = statistics.median(ours[0]), statistics.median(slow[0])
    reached = "yes" if median < aim else "no"
    print(f"{name:36}{median:9.3f} ms{other:9.3f} ms by Dijkstra{other / median:8.1f} ×{f'< {aim} ms':>9} {reached}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
