"""What must stand apart is given a place with the gap before it, where nothing that stands has to move."""

from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.boxes import Apart, Item, Spot, Task, Vehicle
from marketplace.logistics.floor.rules.checking import faults
from marketplace.logistics.floor.rules.gaps import spaced

INSIDE = Vehicle(6_000, 2_400, 2_700, 24_000_000)
FOOD, POISON, CHAIN = (Item(unit, 0, 1_200, 800, 1_500, 400_000, 1) for unit in ("food", "poison", "chain"))
LAW = (Apart("food", "poison", 800),)
FRONT = Spot("food.0", 0, 0, 0)


def task(*items, inside=INSIDE, apart=LAW):
    return Task(inside, items, apart)


def test_a_gap_is_left_behind_what_stands():
    assert spaced(task(FOOD, POISON), [FRONT]) == Spot("poison.0", 0, 1_600, 0)
    narrow = Vehicle(6_000, 1_200, 2_700, 24_000_000)
    assert spaced(task(FOOD, POISON, inside=narrow), [FRONT]) == Spot("poison.0", 2_000, 0, 0)
    assert spaced(task(POISON, FOOD), [Spot("poison.0", 0, 0, 0)]) == Spot("food.0", 0, 1_600, 0)


def test_nothing_is_found_where_nothing_is_asked_or_free():
    assert spaced(task(FOOD, POISON), [FRONT, Spot("poison.0", 4_000, 0, 0)]) is None
    assert spaced(task(FOOD, CHAIN), [FRONT]) is None
    short = Vehicle(2_500, 1_200, 2_700, 24_000_000)
    assert spaced(task(FOOD, POISON, inside=short), [FRONT]) is None
    heavy = Vehicle(6_000, 2_400, 2_700, 500_000)
    assert spaced(task(FOOD, POISON, inside=heavy), [FRONT]) is None


@settings(max_examples=40)
@given(x=some.integers(0, 4_800), y=some.integers(0, 1_600), chain=some.integers(0, 4_800))
def test_with_the_place_that_is_found_the_plan_has_no_fault_more(x, y, chain):
    asked = task(FOOD, CHAIN, POISON)
    stand = [Spot("food.0", x, y, 0), Spot("chain.0", chain, 0, 0)]
    found = spaced(asked, stand)
    if found is not None:
        assert set(faults(asked, [*stand, found])) == set(faults(asked, stand))
