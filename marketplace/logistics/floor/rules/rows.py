"""Rows of like pallets, stop by stop from the front wall: a plan to begin with.

A search of corners fills gaps well and leaves rows unfinished. Each stack is set as near to the front wall as what
stands already lets it, what leaves last first, so that nothing is ever between a pallet and the doors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product
from math import inf
from typing import Final

from marketplace.logistics.floor.rules.boxes import Item, Spot, Task, Vehicle, boxed
from marketplace.logistics.floor.rules.checking import faults
from marketplace.logistics.floor.rules.stacks import Stack, singles, stacked

# Ways in which the pallets of one stop are tried: three footprints in any order, each lengthwise or across, are 48.
_WAYS: Final = 96
_TURNED: Final = 6  # of more footprints not every one is tried both ways with every other


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From the left wall, y to end, the floor is taken up to x."""

    y: int
    end: int
    x: int


@dataclass(frozen=True, slots=True)
class _Set:
    """A stack where it stands on the floor."""

    stack: Stack
    x: int
    y: int
    turned: bool


def in_rows(task: Task) -> tuple[Spot, ...]:
    """Return the pins and as many items as stand in rows, without a fault; stacked only where the floor is too short.

    Rows are set behind pins or around them, whichever places more. What takes most floor for each item stays behind
    first.
    """
    pins = boxed(task.items, task.pins)
    taken = {box.item.key for box in pins}
    items = [item for item in task.items if item.key not in taken and _enters(task.vehicle, item)]
    floor = [_Stretch(0, task.vehicle.width_mm, 0)]
    behind = floor
    for box in sorted(pins, key=lambda box: box.ends[0]):
        behind = _raised(behind, _Stretch(box.y, box.ends[1], box.ends[0]))
    starts = [_most(task, items, start) for start in ([floor, behind] if pins else [floor])]
    return max((_sound(task, laid) for laid in starts), key=len)


def _enters(inside: Vehicle, item: Item) -> bool:
    short, long = sorted((item.length_mm, item.width_mm))
    narrow, wide = sorted((inside.length_mm, inside.width_mm))
    return short <= narrow and long <= wide and item.height_mm <= inside.height_mm


def _most(task: Task, items: Sequence[Item], start: list[_Stretch]) -> list[_Set]:
    """Return all of these by themselves, or as many as can be, stacked, where that is too long."""
    alone = _laid(task, singles(items), start)
    if alone is not None:
        return alone
    stacks = sorted(stacked(items, highest_mm=task.vehicle.height_mm), key=lambda stack: stack.floor_each)
    while (laid := _laid(task, stacks, start)) is None:
        stacks.pop()
    return laid


def _laid(task: Task, stacks: Sequence[Stack], start: list[_Stretch]) -> list[_Set] | None:
    """Return where all of these stand, or None where they are too long for the lorry."""
    inside = task.vehicle
    if sum(stack.footprint[0] * stack.footprint[1] for stack in stacks) > inside.length_mm * inside.width_mm:
        return None
    skyline, laid = start, list[_Set]()
    for stop in sorted({stack.stop for stack in stacks}, reverse=True):
        here = [stack for stack in stacks if stack.stop == stop]
        found = [tried for way in _ways(here, inside.width_mm) if (tried := _tried(skyline, way)) is not None]
        skyline, rows = min(found, key=lambda one: _used(one[0]))
        if _used(skyline)[0] > inside.length_mm:
            return None
        laid += rows
    return laid


def _used(skyline: Sequence[_Stretch]) -> tuple[int, int]:
    """Return how far the floor is taken, and how much of it."""
    return max(stretch.x for stretch in skyline), sum((stretch.end - stretch.y) * stretch.x for stretch in skyline)


def _ways(stacks: Sequence[Stack], width: int) -> Iterator[list[tuple[Stack, bool]]]:
    """Yield the stacks by footprint, in one order of the footprints after the other, each lengthwise or across."""
    footprints = sorted({stack.footprint for stack in stacks}, reverse=True)
    thrifty = tuple(_takes(long, wide, width) > _takes(wide, long, width) for long, wide in footprints)
    turnings = [thrifty, *_turnings(len(footprints))]
    for order in islice(permutations(range(len(footprints))), _WAYS // len(turnings)):
        for turned in turnings:
            yield [(stack, turned[each]) for each in order for stack in stacks if stack.footprint == footprints[each]]


def _turnings(footprints: int) -> Iterator[tuple[bool, ...]]:
    if footprints <= _TURNED:
        yield from product((True, False), repeat=footprints)


def _takes(length: int, across: int, width: int) -> float:
    """Return the mm of the lorry that one takes in a row of its like; infinite where it is wider than the lorry."""
    return length / (width // across) if across <= width else inf


def _tried(skyline: list[_Stretch], way: Sequence[tuple[Stack, bool]]) -> tuple[list[_Stretch], list[_Set]] | None:
    """Set stacks in this order, each as near to the front wall as may be; None where one is wider than the lorry."""
    rows: list[_Set] = []
    for stack, turned in way:
        length, width = reversed(stack.footprint) if turned else stack.footprint
        found = [(_nearest(skyline, stretch.y, width), stretch.y) for stretch in skyline]
        free = [(x, y) for x, y in found if x is not None]
        if not free:
            return None
        x, y = min(free)
        rows.append(_Set(stack, x, y, turned))
        skyline = _raised(skyline, _Stretch(y, y + width, x + length))
    return skyline, rows


def _nearest(skyline: Sequence[_Stretch], y: int, width: int) -> int | None:
    """Return the least x at which something so wide stands at y; None where the wall is nearer."""
    if y + width > skyline[-1].end:
        return None
    return max(stretch.x for stretch in skyline if stretch.y < y + width and stretch.end > y)


def _raised(skyline: Sequence[_Stretch], new: _Stretch) -> list[_Stretch]:
    """Return the line with a new stretch before what it covers."""
    left = [_Stretch(old.y, min(old.end, new.y), old.x) for old in skyline if old.y < new.y]
    right = [_Stretch(max(old.y, new.end), old.end, old.x) for old in skyline if old.end > new.end]
    return [*left, new, *right]


def _sound(task: Task, laid: Sequence[_Set]) -> tuple[Spot, ...]:
    """Return the pins and those that add no fault to what stands before them."""
    spots = tuple(spot for stack in laid for spot in _spots(stack))
    return _joined(task, task.pins, spots, len(faults(task, task.pins)))


def _joined(task: Task, kept: tuple[Spot, ...], more: tuple[Spot, ...], known: int) -> tuple[Spot, ...]:
    """Join all, or else one half after the other: where little is wrong little is looked at."""
    if len(faults(task, (*kept, *more))) <= known:
        return (*kept, *more)
    if len(more) == 1:
        return kept
    half = len(more) // 2
    return _joined(task, _joined(task, kept, more[:half], known), more[half:], known)


def _spots(found: _Set) -> Iterator[Spot]:
    z = 0
    for item in found.stack.items:
        yield Spot(item.key, found.x, found.y, z, found.turned)
        z += item.height_mm
