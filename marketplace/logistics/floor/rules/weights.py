"""What the axles bear, where the weight lies, what stands on what, and in which order it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.logistics.floor.rules.boxes import Axles, Box, Vehicle, covers


@dataclass(frozen=True, slots=True)
class Bearing:
    """Grams on the front and on the rear support, the tare with them."""

    front_g: int
    rear_g: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with its number in the order of loading, and its stack; both from 1."""

    box: Box
    number: int
    stack: int


def bearing(vehicle: Vehicle, boxes: Sequence[Box]) -> Bearing | None:
    """Return what the two supports bear, to the gram above; None where the axles are unknown.

    A rigid beam on two supports; the tare lies in the middle of the inside.
    """
    if vehicle.axles is None:
        return None
    span, front, rear = moments(vehicle, vehicle.axles, boxes)
    return Bearing(-(-front // span), -(-rear // span))


def moments(vehicle: Vehicle, axles: Axles, boxes: Sequence[Box]) -> tuple[int, int, int]:
    """Return twice the distance of the supports, and what each bears times that: exact."""
    total = axles.tare_g + sum(box.item.grams for box in boxes)
    # Twice the middle of each weight, so that half millimetres stay whole.
    twice = axles.tare_g * vehicle.length_mm + sum(box.item.grams * (2 * box.x + box.length) for box in boxes)
    return 2 * (axles.rear_mm - axles.front_mm), 2 * total * axles.rear_mm - twice, twice - 2 * total * axles.front_mm


def centre(boxes: Sequence[Box]) -> tuple[int, int, int] | None:
    """Return where the middle of the cargo's weight lies, whole millimetres; None without cargo."""
    total = sum(box.item.grams for box in boxes)
    if not total:
        return None
    twice = (
        sum(box.item.grams * (box.x + box.ends[0]) for box in boxes),
        sum(box.item.grams * (box.y + box.ends[1]) for box in boxes),
        sum(box.item.grams * (box.z + box.ends[2]) for box in boxes),
    )
    x, y, z = (side // (2 * total) for side in twice)
    return x, y, z


def in_order(boxes: Sequence[Box]) -> tuple[Placed, ...]:
    """Return the boxes in the order in which they are loaded, what leaves last first, numbered, with their stacks.

    What rests on each other, however indirectly, is one stack.
    """
    ordered = sorted(boxes, key=lambda box: (-box.item.stop, box.x, box.y, box.z, box.item.key))
    stack_of = {box.item.key: box.item.key for box in ordered}
    for upper in ordered:
        for lower in ordered:
            if covers(lower, upper):
                gone, kept = stack_of[upper.item.key], stack_of[lower.item.key]
                stack_of = {key: kept if stack == gone else stack for key, stack in stack_of.items()}
    stacks = {stack: number for number, stack in enumerate(dict.fromkeys(stack_of.values()), start=1)}
    numbered = [(box, stacks[stack_of[box.item.key]]) for box in ordered]
    numbered.sort(key=lambda one: (-one[0].item.stop, one[1], one[0].z, one[0].x, one[0].y))
    return tuple(Placed(box, number, stack) for number, (box, stack) in enumerate(numbered, start=1))
