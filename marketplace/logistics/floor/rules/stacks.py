"""Stacks of like pallets: what stands one upon the other before it is given a place on the floor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketplace.logistics.floor.rules.boxes import Item


@dataclass(frozen=True, slots=True)
class Stack:
    """Items of one stop and one footprint, from below; only the topmost may be one that bears nothing."""

    items: tuple[Item, ...]

    @property
    def stop(self) -> int:
        """Where it leaves the lorry."""
        return self.items[0].stop

    @property
    def footprint(self) -> tuple[int, int]:
        """Length and width in mm."""
        return self.items[0].length_mm, self.items[0].width_mm

    @property
    def height(self) -> int:
        """Return the sum of the heights in mm."""
        return sum(item.height_mm for item in self.items)

    @property
    def floor_each(self) -> float:
        """Return the mm² of floor that one of its items takes."""
        return self.footprint[0] * self.footprint[1] / len(self.items)


def singles(items: Iterable[Item]) -> list[Stack]:
    """Return each item by itself."""
    return [Stack((item,)) for item in items]


def stacked(items: Sequence[Item], *, highest_mm: int) -> list[Stack]:
    """Return few stacks: each item under the one that leaves least height unused, what bears nothing on top."""
    stacks: list[Stack] = []
    for item in sorted(items, key=lambda one: (one.stackable, -one.height_mm, one.key)):
        on_it = [stack for stack in stacks if item.stackable and _fits(item, stack, highest_mm)]
        if not on_it:
            stacks.append(Stack((item,)))
            continue
        found = max(on_it, key=lambda stack: stack.height)
        stacks[stacks.index(found)] = Stack((item, *found.items))
    return stacks


def _fits(item: Item, stack: Stack, highest_mm: int) -> bool:
    return (
        stack.stop == item.stop
        and stack.footprint == (item.length_mm, item.width_mm)
        and stack.height + item.height_mm <= highest_mm
    )
