"""A plan is checked without knowing how it was made: what holds has no fault, and each flaw is named."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.boxes import Apart, Axles, Item, Spot, Task, Vehicle, boxed, covers, plan_hash
from marketplace.logistics.floor.rules.checking import Fault, Flaw, faults, gap_squared
from tests.support.floors import LORRY

INSIDE = Vehicle(4_000, 2_000, 2_000, 10_000_000)


def item(name, *, stop=0, stackable=True, grams=100_000, sides=(1_000, 1_000, 1_000)):
    length, width, height = sides
    return Item(name, 0, length, width, height, grams, stop, stackable)


A, B, C = item("a"), item("b"), item("c")


def found(items, *spots, vehicle=INSIDE, apart=(), pins=()):
    return faults(Task(vehicle, tuple(items), tuple(apart), tuple(pins)), spots)


def test_nothing_and_what_holds_have_no_fault():
    assert found([]) == ()
    assert found([A, B, C], Spot("a.0", 0, 0, 0), Spot("b.0", 0, 1_000, 0), Spot("c.0", 0, 0, 1_000)) == ()
    # Short of an item is no fault.
    assert found([A, B], Spot("a.0", 3_000, 1_000, 1_000 - 1_000)) == ()


@pytest.mark.parametrize(
    ("items", "spots", "faulty"),
    [
        ([A], [Spot("x.0", 0, 0, 0)], Fault(Flaw.UNKNOWN, "x.0")),
        ([A], [Spot("a.0", 0, 0, 0), Spot("a.0", 2_000, 0, 0)], Fault(Flaw.TWICE, "a.0")),
        ([A], [Spot("a.0", -1, 0, 0)], Fault(Flaw.OUTSIDE, "a.0")),
        ([A], [Spot("a.0", 3_001, 0, 0)], Fault(Flaw.OUTSIDE, "a.0")),
        ([A, B], [Spot("a.0", 0, 0, 0), Spot("b.0", 999, 999, 0)], Fault(Flaw.OVERLAP, "a.0", "b.0")),
        ([A, B], [Spot("a.0", 0, 0, 0), Spot("b.0", 251, 0, 1_000)], Fault(Flaw.UNSUPPORTED, "b.0")),
        ([A], [Spot("a.0", 0, 0, 1)], Fault(Flaw.UNSUPPORTED, "a.0")),
        (
            [replace(A, stackable=False), B], [Spot("a.0", 0, 0, 0), Spot("b.0", 0, 0, 1_000)],
            Fault(Flaw.CRUSHED, "a.0", "b.0"),
        ),
        ([A, item("b", stop=1)], [Spot("a.0", 0, 0, 0), Spot("b.0", 0, 0, 1_000)], Fault(Flaw.BLOCKED, "a.0", "b.0")),
        ([A, item("b", stop=1)], [Spot("a.0", 0, 0, 0), Spot("b.0", 2_000, 999, 0)], Fault(Flaw.BLOCKED, "a.0", "b.0")),
    ],
)  # fmt: skip
def test_a_flaw_is_named(items, spots, faulty):
    assert found(items, *spots) == (faulty,)


def test_what_leaves_later_may_stand_before_or_beside():
    later = item("b", stop=1)
    assert found([A, later], Spot("a.0", 2_000, 0, 0), Spot("b.0", 0, 0, 0)) == ()
    assert found([A, later], Spot("a.0", 0, 0, 0), Spot("b.0", 2_000, 1_000, 0)) == ()
    # Earlier cargo on top of later cargo leaves first.
    assert found([A, later], Spot("a.0", 0, 0, 1_000), Spot("b.0", 0, 0, 0)) == ()
    # Above the way out of a low one nothing is in its way.
    low = item("a", sides=(1_000, 1_000, 500))
    tall = [item("c", stop=1), item("d", stop=1, sides=(1_000, 1_000, 500))]
    spots = [Spot("a.0", 2_000, 0, 0), Spot("c.0", 0, 0, 0), Spot("d.0", 0, 0, 1_000)]
    assert found([low, *tall], *spots) == ()


def test_pairs_stand_apart_by_the_shortest_way():
    near = (Apart("a", "b", 800),)
    assert found([A, B], Spot("a.0", 0, 0, 0), Spot("b.0", 1_800, 0, 0), apart=near) == ()
    too_near = (Fault(Flaw.TOO_NEAR, "a.0", "b.0"),)
    assert found([A, B], Spot("a.0", 0, 0, 0), Spot("b.0", 1_799, 0, 0), apart=near) == too_near
    # 600 and 600 across are 848 mm.
    inside = replace(INSIDE, width_mm=3_000)
    assert found([A, B], Spot("a.0", 0, 0, 0), Spot("b.0", 1_600, 1_600, 0), vehicle=inside, apart=near) == ()
    assert found([A], Spot("a.0", 0, 0, 0), apart=near) == ()


def test_pins_stay_where_they_are():
    pin = Spot("a.0", 100, 0, 0)
    assert found([A], pin, pins=[pin]) == ()
    assert found([A], Spot("a.0", 0, 0, 0), pins=[pin]) == (Fault(Flaw.UNPINNED, "a.0"),)


def test_weight_is_borne_by_the_lorry_and_by_each_axle():
    heavy = item("a", grams=10_000_001)
    assert found([heavy], Spot("a.0", 0, 0, 0)) == (Fault(Flaw.TOO_HEAVY),)
    axles = Axles(front_mm=500, front_limit_g=100_000, rear_mm=3_500, rear_limit_g=100_000, tare_g=50_000)
    lorry = replace(INSIDE, axles=axles)
    load = item("a", grams=75_000)
    # The tare is 25 kg on each; over an axle all of the load is on it.
    assert found([load], Spot("a.0", 0, 0, 0), vehicle=lorry) == ()
    assert found([load], Spot("a.0", 3_000, 0, 0), vehicle=lorry) == ()
    more = item("a", grams=75_001)
    assert found([more], Spot("a.0", 0, 0, 0), vehicle=lorry) == (Fault(Flaw.FRONT_AXLE),)
    assert found([more], Spot("a.0", 3_000, 0, 0), vehicle=lorry) == (Fault(Flaw.REAR_AXLE),)


SMALL = some.tuples(*[some.integers(1, 3)] * 3, *[some.integers(0, 4)] * 3)


def cells(box):
    return set(product(*(range(a, b) for a, b in zip((box.x, box.y, box.z), box.ends, strict=True))))


@given(SMALL, SMALL)
def test_small_boxes_overlap_and_lie_apart_as_their_cells_do(one, other):
    items = (item("a", sides=one[:3]), item("b", sides=other[:3]))
    spots = (Spot("a.0", *one[3:]), Spot("b.0", *other[3:]))
    a, b = boxed(items, spots)
    common = cells(a) & cells(b)
    assert (Fault(Flaw.OVERLAP, "a.0", "b.0") in found(items, *spots)) == bool(common)
    # Cells that share a side are one apart by number, and nothing lies between them.
    apart = min(
        sum(max(0, abs(p - q) - 1) ** 2 for p, q in zip(mine, theirs, strict=True))
        for mine in cells(a)
        for theirs in cells(b)
    )
    assert gap_squared(a, b) == gap_squared(b, a) == apart


@given(some.lists(some.tuples(some.integers(0, 12), some.integers(0, 1)), unique=True, max_size=10), some.data())
def test_a_grid_holds_and_any_shift_into_a_neighbour_does_not(places, data):
    items = tuple(item(str(number), sides=(1_000, 1_200, 900)) for number in range(len(places)))
    spots = [Spot(f"{number}.0", x * 1_000, y * 1_200, 0) for number, (x, y) in enumerate(places)]
    assert found(items, *spots, vehicle=LORRY) == ()
    if len(spots) > 1:
        moved = data.draw(some.integers(0, len(spots) - 1))
        onto = data.draw(some.integers(0, len(spots) - 1).filter(lambda number: number != moved))
        dx, dy = data.draw(some.integers(-999, 999)), data.draw(some.integers(-1_199, 1_199))
        spots[moved] = replace(spots[moved], x=spots[onto].x + dx, y=spots[onto].y + dy)
        flaws = {fault.flaw for fault in found(items, *spots, vehicle=LORRY)}
        assert Flaw.OVERLAP in flaws


def test_a_task_is_the_same_after_json_and_hashes_by_content():
    task = Task(LORRY, (A, B), (Apart("a", "b", 800),), (Spot("a.0", 0, 0, 0, True),))
    assert Task.of(task.to_data()) == task
    assert Task.of(Task(INSIDE, (A,)).to_data()) == Task(INSIDE, (A,))
    spots = (Spot("a.0", 0, 0, 0), Spot("b.0", 0, 1_000, 0))
    assert plan_hash(task, spots) == plan_hash(task, spots[::-1])
    assert plan_hash(task, spots) != plan_hash(task, spots[:1])
    assert task.sha256 != replace(task, pins=()).sha256


def test_what_rests_on_what_is_an_area():
    lower, upper, beside = boxed(
        (A, B, C), (Spot("a.0", 0, 0, 0), Spot("b.0", 500, 500, 1_000), Spot("c.0", 0, 1_000, 0))
    )
    assert covers(lower, upper) == 250_000
    assert covers(upper, lower) == 0
    assert covers(lower, beside) == 0
    assert covers(lower, replace(upper, x=1_000)) == 0
    assert covers(lower, replace(upper, y=1_000)) == 0
