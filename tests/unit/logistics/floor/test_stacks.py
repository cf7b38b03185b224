"""Stacks: like upon like, what bears nothing on top, never higher than the lorry."""

from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.boxes import Item
from marketplace.logistics.floor.rules.stacks import Stack, singles, stacked
from tests.support.floors import cargo


def item(key: str, height: int, *, stackable: bool = False, stop: int = 0, length: int = 1_200) -> Item:
    return Item(key, 0, length, 800, height, 100_000, stop, stackable)


def test_what_bears_nothing_is_on_top_of_what_leaves_least_height():
    lid, low, tall = item("lid", 900), item("low", 700, stackable=True), item("tall", 1_700, stackable=True)
    assert stacked([low, lid, tall], highest_mm=2_700) == [Stack((tall, lid)), Stack((low,))]
    assert stacked([low, lid, tall], highest_mm=3_300) == [Stack((low, tall, lid))]
    assert stacked([low, lid, tall], highest_mm=1_599) == [Stack((lid,)), Stack((tall,)), Stack((low,))]


def test_only_what_has_one_footprint_and_one_stop_is_stacked():
    lid = item("lid", 900)
    for other in (item("b", 900, stackable=True, stop=1), item("c", 900, stackable=True, length=1_000)):
        assert len(stacked([lid, other], highest_mm=2_700)) == 2
    assert len(stacked([lid, item("d", 900)], highest_mm=2_700)) == 2


def test_a_stack_tells_its_height_and_what_floor_each_item_takes():
    stack = Stack((item("below", 900, stackable=True), item("above", 800)))
    assert (stack.height, stack.floor_each, stack.stop, stack.footprint) == (1_700, 480_000, 0, (1_200, 800))


@given(some.integers(1, 60), some.integers(0, 500), some.integers(1_800, 3_000))
def test_each_item_is_in_one_stack(number, seed, highest):
    items = cargo(number, seed=seed)
    stacks = stacked(items, highest_mm=highest)
    assert sorted(one.key for stack in stacks for one in stack.items) == sorted(one.key for one in items)
    for stack in stacks:
        assert stack.height <= highest
        assert all(one.stackable for one in stack.items[:-1])
        assert {(one.stop, one.length_mm, one.width_mm) for one in stack.items} == {(stack.stop, *stack.footprint)}
    assert singles(items) == [Stack((one,)) for one in items]
