"""Check a plan against its task, by code that shares nothing with the packer: what fails is named."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, permutations

from marketplace.logistics.floor.rules.boxes import SUPPORT_PERCENT, Box, Spot, Task, boxed, covers, overlap
from marketplace.logistics.floor.rules.weights import moments


class Flaw(StrEnum):
    """What a plan can have wrong."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    OUTSIDE = "outside"
    OVERLAP = "overlap"
    UNSUPPORTED = "unsupported"
    CRUSHED = "crushed"
    BLOCKED = "blocked"
    TOO_NEAR = "too_near"
    UNPINNED = "unpinned"
    TOO_HEAVY = "too_heavy"
    FRONT_AXLE = "front_axle"
    REAR_AXLE = "rear_axle"


@dataclass(frozen=True, slots=True)
class Fault:
    """A flaw, of which item, and with which other."""

    flaw: Flaw
    one: str = ""
    other: str = ""


def faults(task: Task, spots: Sequence[Spot]) -> tuple[Fault, ...]:
    """Return everything that is wrong with these spots; nothing where the plan holds.

    Items without a spot are no fault: the plan is short of them. What stands nowhere known is reported alone.
    """
    found = tuple(_unreadable(task, spots))
    if found:
        return found
    boxes = boxed(task.items, spots)
    return (
        *_outside(task, boxes),
        *_overlapping(boxes),
        *_badly_resting(boxes),
        *_blocked(boxes),
        *_too_near(task, boxes),
        *_unpinned(task, spots),
        *_overloaded(task, boxes),
    )


def gap_squared(one: Box, other: Box) -> int:
    """Return the square of the shortest way between two boxes in mm²; 0 where they touch or overlap."""
    sides = zip((one.x, one.y, one.z), one.ends, (other.x, other.y, other.z), other.ends, strict=True)
    return sum(max(0, -overlap((a, b), (c, d))) ** 2 for a, b, c, d in sides)


def _unreadable(task: Task, spots: Sequence[Spot]) -> Iterator[Fault]:
    known = {item.key for item in task.items}
    for key, times in Counter(spot.key for spot in spots).items():
        if key not in known:
            yield Fault(Flaw.UNKNOWN, key)
        elif times > 1:
            yield Fault(Flaw.TWICE, key)


def _outside(task: Task, boxes: Sequence[Box]) -> Iterator[Fault]:
    inner = (task.vehicle.length_mm, task.vehicle.width_mm, task.vehicle.height_mm)
    for box in boxes:
        if min(box.x, box.y, box.z) < 0 or any(end > most for end, most in zip(box.ends, inner, strict=True)):
            yield Fault(Flaw.OUTSIDE, box.item.key)


def _overlapping(boxes: Sequence[Box]) -> Iterator[Fault]:
    for one, other in combinations(boxes, 2):
        sides = zip((one.x, one.y, one.z), one.ends, (other.x, other.y, other.z), other.ends, strict=True)
        if all(overlap((a, b), (c, d)) > 0 for a, b, c, d in sides):
            yield Fault(Flaw.OVERLAP, one.item.key, other.item.key)


def _badly_resting(boxes: Sequence[Box]) -> Iterator[Fault]:
    for upper in boxes:
        if upper.z == 0:
            continue
        below = [(lower, covers(lower, upper)) for lower in boxes]
        if sum(area for _lower, area in below) * 100 < upper.length * upper.width * SUPPORT_PERCENT:
            yield Fault(Flaw.UNSUPPORTED, upper.item.key)
        for lower, area in below:
            if area and not lower.item.stackable:
                yield Fault(Flaw.CRUSHED, lower.item.key, upper.item.key)


def _blocked(boxes: Sequence[Box]) -> Iterator[Fault]:
    """Tell what leaves earlier and has something that leaves later on top of it, or between it and the doors."""
    for early, late in permutations(boxes, 2):
        if early.item.stop >= late.item.stop:
            continue
        beside = overlap((early.y, early.ends[1]), (late.y, late.ends[1])) > 0
        level = overlap((early.z, early.ends[2]), (late.z, late.ends[2])) > 0
        if covers(early, late) or (beside and level and late.ends[0] > early.ends[0]):
            yield Fault(Flaw.BLOCKED, early.item.key, late.item.key)


def _too_near(task: Task, boxes: Sequence[Box]) -> Iterator[Fault]:
    by_unit: dict[str, list[Box]] = {}
    for box in boxes:
        by_unit.setdefault(box.item.unit, []).append(box)
    for pair in task.apart:
        for one in by_unit.get(pair.one, ()):
            for other in by_unit.get(pair.other, ()):
                if gap_squared(one, other) < pair.mm**2:
                    yield Fault(Flaw.TOO_NEAR, one.item.key, other.item.key)


def _unpinned(task: Task, spots: Sequence[Spot]) -> Iterator[Fault]:
    found = set(spots)
    for pin in task.pins:
        if pin not in found:
            yield Fault(Flaw.UNPINNED, pin.key)


def _overloaded(task: Task, boxes: Sequence[Box]) -> Iterator[Fault]:
    if sum(box.item.grams for box in boxes) > task.vehicle.payload_g:
        yield Fault(Flaw.TOO_HEAVY)
    if task.vehicle.axles is None:
        return
    span, front, rear = moments(task.vehicle, task.vehicle.axles, boxes)
    if front > task.vehicle.axles.front_limit_g * span:
        yield Fault(Flaw.FRONT_AXLE)
    if rear > task.vehicle.axles.rear_limit_g * span:
        yield Fault(Flaw.REAR_AXLE)
