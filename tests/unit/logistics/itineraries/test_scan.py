"""The scan finds what trying every way finds, whatever arrives when."""

import heapq
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.logistics.itineraries.rules.scan import Changes, Connection, Timetable
from tests.conftest import SOAK

PLACES = "ABCDE"
RUNS = 2_000 if SOAK else 150


@some.composite
def connections(draw, most=11):
    """Draw rides whose later departures may overtake earlier ones."""
    found = []
    for number in range(draw(some.integers(0, most))):
        at, to = draw(some.permutations(PLACES))[:2]
        departs = draw(some.integers(0, 30))
        found.append(
            Connection(at, to, departs, departs + draw(some.integers(1, 12)), number, draw(some.integers(0, 6)))
        )
    return found


def opens(seed):
    """Return a border that lets through at whatever minute: who comes later may be through before."""

    def let_through(place, minute):
        return minute + random.Random(f"{seed}{place}{minute}").choice((0, 0, 1, 5, 11))

    return let_through


def no_wait(_place, minute):
    return minute


def every_way(rides, start, goal, *, after, until, changes, let_through):
    """Yield arrival and cost of each way, by trying all of them."""

    def go(at, since, cost, used):
        for number, ride in enumerate(rides):
            if ride.from_code != at or number in used or not since <= ride.departs <= until:
                continue
            arrives = let_through(ride.to_code, ride.arrives)
            if ride.to_code == goal:
                yield arrives, cost + ride.cost
            else:
                yield from go(ride.to_code, arrives + changes.at(ride.to_code), cost + ride.cost, used | {number})

    yield from go(start, after, 0, frozenset())


def best_of(ways):
    """Return the ways that no other beats, by arrival."""
    found = []
    for arrives, cost in sorted(set(ways)):
        if not found or cost < found[-1][1]:
            found.append((arrives, cost))
    return found


def told(journey, let_through):
    return let_through(journey[-1].to_code, journey[-1].arrives), sum(each.cost for each in journey)


def check_chain(journey, start, goal, after, changes, let_through):
    at, since = start, after
    for ride in journey:
        assert ride.from_code == at
        assert ride.departs >= since
        at, since = ride.to_code, let_through(ride.to_code, ride.arrives) + changes.at(ride.to_code)
    assert at == goal


@pytest.mark.soak
@settings(max_examples=RUNS, deadline=None)
@given(
    rides=connections(), after=some.integers(0, 10), until=some.integers(10, 45), changing=some.integers(0, 5),
    seed=some.none() | some.integers(0, 99),
)  # fmt: skip
def test_the_scan_finds_what_trying_every_way_finds(rides, after, until, changing, seed):
    let_through = no_wait if seed is None else opens(seed)
    changes = Changes(changing, {"B": 7})
    timetable = Timetable(rides, changes=changes, let_through=None if seed is None else let_through)
    limits = {"after": after, "until": until}
    expected = best_of(every_way(rides, "A", "E", **limits, changes=changes, let_through=let_through))
    front = timetable.front("A", "E", **limits)
    assert [told(journey, let_through) for journey in front] == expected
    first, cheapest = timetable.earliest("A", "E", **limits), timetable.cheapest("A", "E", **limits)
    assert bool(first) == bool(cheapest) == bool(expected)
    if expected:
        assert told(first, let_through)[0] == expected[0][0]
        assert told(cheapest, let_through) == expected[-1]
    for journey in (*front, *filter(None, (first, cheapest))):
        check_chain(journey, "A", "E", after, changes, let_through)


def dijkstra(rides, start, goal, after, changes):
    """Return the earliest arrival the slow way: every ride from a settled place, however late it leaves."""
    from_place = {}
    for ride in rides:
        from_place.setdefault(ride.from_code, []).append(ride)
    best, queue = {start: after}, [(after, start)]
    found = None
    while queue:
        since, at = heapq.heappop(queue)
        if since > best[at]:
            continue
        for ride in from_place.get(at, ()):
            if ride.departs < since:
                continue
            if ride.to_code == goal:
                found = ride.arrives if found is None else min(found, ride.arrives)
            elif (ready := ride.arrives + changes.at(ride.to_code)) < best.get(ride.to_code, 10**9):
                best[ride.to_code] = ready
                heapq.heappush(queue, (ready, ride.to_code))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_many_rides_arrive_when_dijkstra_says(seed):
    chance = random.Random(seed)
    rides = []
    for number in range(1_500):
        at, to = chance.sample("ABCDEFGHIJKL", 2)
        departs = chance.randrange(10_000)
        rides.append(Connection(at, to, departs, departs + chance.randrange(20, 900), number, chance.randrange(1, 500)))
    changes = Changes(60)
    timetable = Timetable(rides, changes=changes)
    for after in range(0, 10_000, 500):
        journey = timetable.earliest("A", "L", after=after)
        assert (journey[-1].arrives if journey else None) == dijkstra(rides, "A", "L", after, changes)
        front = timetable.front("A", "L", after=after)
        assert not journey or front[0][-1].arrives == journey[-1].arrives


@pytest.mark.parametrize(("start", "goal"), [("A", "A"), ("A", "Z"), ("Z", "B")])
def test_where_no_way_leads_there_is_none(start, goal):
    timetable = Timetable([Connection("A", "B", 1, 2, "one", 3)])
    assert timetable.earliest(start, goal, after=0) == ()
    assert timetable.front(start, goal, after=0) == ()
    assert timetable.cheapest(start, goal, after=0) == ()


@pytest.mark.parametrize(("arrives", "cost"), [(5, 1), (4, 1), (6, -1)])
def test_a_connection_takes_time_and_pays_nobody(arrives, cost):
    with pytest.raises(ValueError, match="takes time"):
        Timetable([Connection("A", "B", 5, arrives, "one", cost)])
