"""Rows of like pallets: a plan without a fault, whatever is to be packed, and more than a search of corners finds."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.boxes import Apart, Item, Spot, Task, Vehicle
from marketplace.logistics.floor.rules.checking import faults
from marketplace.logistics.floor.rules.rows import in_rows
from tests.conftest import SOAK
from tests.support.floors import AXLES, LORRY, cargo, task

INSIDE = Vehicle(2_400, 2_400, 2_700, 24_000_000)


def pallet(key: str, *, stop: int = 0, height: int = 1_000, stackable: bool = False) -> Item:
    return Item(key, 0, 1_200, 800, height, 400_000, stop, stackable)


def test_what_leaves_last_stands_at_the_front_wall():
    spots = in_rows(Task(INSIDE, (*(pallet(f"a{n}") for n in range(3)), *(pallet(f"b{n}", stop=1) for n in range(3)))))
    assert {spot.key[0]: spot.x for spot in spots} == {"b": 0, "a": 1_200}
    assert len(spots) == 6


def test_it_is_stacked_only_where_the_floor_is_too_short():
    six = tuple(pallet(f"{n}", stackable=True) for n in range(6))
    assert {spot.z for spot in in_rows(Task(INSIDE, six))} == {0}
    assert {spot.z for spot in in_rows(Task(INSIDE, (*six, pallet("more"))))} == {0, 1_000}


def test_the_largest_stays_behind_and_what_fits_nowhere():
    large = Item("large", 0, 2_400, 1_000, 1_000, 400_000, 0)
    six = tuple(pallet(f"{n}") for n in range(6))
    tall, wide = replace(pallet("tall"), height_mm=2_701), Item("wide", 0, 2_500, 2_500, 900, 1_000, 0)
    assert {spot.key for spot in in_rows(Task(INSIDE, (tall, wide, large, *six)))} == {one.key for one in six}
    assert in_rows(Task(INSIDE, (tall, wide))) == ()
    long = Item("long", 0, 2_500, 100, 900, 1_000, 1)
    assert {spot.key for spot in in_rows(Task(INSIDE, (long, *six[:2])))} == {one.key for one in six[:2]}


def test_weight_and_distance_that_would_be_a_fault_leave_something_behind():
    two = (pallet("a"), pallet("b"))
    assert len(in_rows(Task(replace(INSIDE, payload_g=700_000), two))) == 1
    assert len(in_rows(Task(INSIDE, two, (Apart("a", "b", 800),)))) == 1


def test_rows_stand_behind_pins_or_around_them():
    front, back = Spot("a.0", 0, 0, 0), Spot("a.0", 1_200, 1_600, 0)
    three = (pallet("a"), pallet("b"), pallet("c"))
    for pin in (front, back):
        spots = in_rows(Task(INSIDE, three, pins=(pin,)))
        assert spots[0] == pin
        assert len(spots) == 3


@pytest.mark.soak
@pytest.mark.parametrize(("number", "least"), [(30, 28), (60, 45)])
def test_pallets_of_three_sizes_for_three_stops(number, least):
    for seed in range(1, 60 if SOAK else 9):
        asked = task(number, seed=seed)
        spots = in_rows(asked)
        assert faults(asked, spots) == ()
        assert len(spots) >= least, seed


def test_what_is_longer_than_the_lorry_is_wide_stands_lengthwise():
    poles = tuple(Item(f"{n}", 0, 2_600, 600, 1_000, 100_000, 0) for n in range(4))
    assert not any(spot.turned for spot in in_rows(Task(LORRY, poles)))


@pytest.mark.parametrize("sizes", [5, 9])
def test_pallets_of_many_sizes(sizes):
    items = tuple(
        Item(f"{n}", 0, 700 + 110 * (n % sizes), 700 + 50 * (n % sizes), 1_000, 100_000, n % 2) for n in range(24)
    )
    spots = in_rows(Task(LORRY, items))
    assert len(spots) == 24


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 15, deadline=None)
@given(
    some.integers(1, 45), some.integers(0, 500), some.integers(1, 5), some.sampled_from([6_000_000, 12_000_000]),
    some.booleans(), some.booleans(),
)  # fmt: skip
def test_whatever_is_packed_has_no_fault(number, seed, stops, rear, is_apart, is_pinned):
    lorry = replace(LORRY, axles=replace(AXLES, rear_limit_g=rear), payload_g=12_000_000)
    items = cargo(number, seed=seed, stops=stops)
    pins = (Spot(items[-1].key, 300, 400, 0),) if is_pinned else ()
    asked = Task(lorry, items, (Apart(items[0].unit, items[-1].unit, 800),) if is_apart and number > 1 else (), pins)
    spots = in_rows(asked)
    assert faults(asked, spots) == ()
    assert set(pins) <= set(spots)
    assert spots == in_rows(asked)
