"""Places with a gap before them: packers try corners that touch something, where what must stand apart never fits."""

from collections.abc import Iterator, Sequence

from marketplace.logistics.floor.rules.boxes import Box, Item, Spot, Task, boxed, overlap
from marketplace.logistics.floor.rules.checking import faults


def spaced(task: Task, spots: Sequence[Spot]) -> Spot | None:
    """Return a spot on the floor for the first item without one that must stand apart from others; None where none is.

    Nothing that stands is moved, and with the spot the plan has no fault that it has not without.
    """
    standing = {spot.key for spot in spots}
    boxes = boxed(task.items, spots)
    known = len(faults(task, spots))
    for item in task.items:
        away = _away(task, item.unit)
        if item.key in standing or not away:
            continue
        for spot in _corners(task, item, boxes, away):
            if len(faults(task, [*spots, spot])) <= known:
                return spot
    return None


def _away(task: Task, unit: str) -> dict[str, int]:
    """Return the units that one stands apart from, each with the millimetres."""
    return {
        other: pair.mm
        for pair in task.apart
        for one, other in ((pair.one, pair.other), (pair.other, pair.one))
        if one == unit
    }


def _corners(task: Task, item: Item, boxes: Sequence[Box], away: dict[str, int]) -> Iterator[Spot]:
    """Yield free corners along both walls, behind what stands there or as far from it as it must be."""
    for turned in (False, True):
        length, width = (item.width_mm, item.length_mm) if turned else (item.length_mm, item.width_mm)
        starts = {0}
        for box in boxes:
            mm = away.get(box.item.unit, 0)
            starts |= {box.ends[0] + mm, box.x - mm - length}
        for x in sorted(start for start in starts if 0 <= start <= task.vehicle.length_mm - length):
            for y in sorted({0, task.vehicle.width_mm - width}):
                new = Box(item, x, y, 0, length, width, item.height_mm)
                if not any(_meet(new, box) for box in boxes):
                    yield Spot(item.key, x, y, 0, turned)


def _meet(one: Box, other: Box) -> bool:
    sides = zip((one.x, one.y, one.z), one.ends, (other.x, other.y, other.z), other.ends, strict=True)
    return all(overlap((a, b), (c, d)) > 0 for a, b, c, d in sides)
