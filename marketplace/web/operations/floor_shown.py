"""A floor plan as templates draw it: rectangles in centimetres of the picture, letters of stops, words of reasons."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _

from marketplace.edge.acts.floor import Floor, LeftOver
from marketplace.logistics.floor.queries import PlanRow, PositionRow
from marketplace.logistics.floor.rules.states import Failure
from marketplace.web.shared import locale

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# So many tones and patterns there are; a letter stands on each unit.
_TONES: Final = 6
_MM: Final = 10


def stops(seen: Floor) -> list[dict[str, Any]]:
    """Return the places where something is unloaded, in their order, each with its letter and its tone."""
    plan = seen.plan
    if plan is None:
        return []
    used = sorted({item.stop for item in plan.task.items})
    places = [stop.place.called(locale.current()) for stop in seen.departure.stops]
    return [
        {
            "stop": stop,
            "letter": _LETTERS[number % len(_LETTERS)],
            "tone": number % _TONES,
            "place": places[stop] if stop < len(places) else "",
            "units": sum(item.stop == stop for item in plan.task.items),
        }
        for number, stop in enumerate(used)
    ]


def pictures(plan: PlanRow, letters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the drawings of a plan: from above, from both sides, and of each stack of several units."""
    inside = plan.task.vehicle
    by_stop = {one["stop"]: one for one in letters}
    middle = inside.width_mm
    left = [one for one in plan.positions if 2 * one.y_mm + one.width_mm < middle]
    right = [one for one in plan.positions if 2 * one.y_mm + one.width_mm >= middle]
    axles = inside.axles
    return {
        "above": _picture(inside.length_mm, inside.width_mm, _from_above(plan.positions, by_stop)),
        "left": _picture(inside.length_mm, inside.height_mm, _from_the_side(left, inside.height_mm, by_stop)),
        "right": _picture(inside.length_mm, inside.height_mm, _from_the_side(right, inside.height_mm, by_stop)),
        "stacks": [_stack(number, rows, by_stop) for number, rows in _stacks(plan.positions)],
        "axles": [axles.front_mm // _MM, axles.rear_mm // _MM] if axles else [],
        "centre": [plan.centre_mm[0] // _MM, plan.centre_mm[1] // _MM] if plan.centre_mm else None,
    }


def rows(seen: Floor, letters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the table beside the drawing, in the order of loading."""
    plan = seen.plan
    if plan is None:
        return []
    by_stop = {one["stop"]: one for one in letters}
    items = {item.key: item for item in plan.task.items}
    return [
        {
            "at": one,
            "unit": seen.units.get(one.key.partition(".")[0]),
            "item": items[one.key],
            "stop": by_stop[one.stop],
        }
        for one in plan.positions
    ]


def loads(plan: PlanRow) -> list[dict[str, Any]]:
    """Return what each axle bears against what it may bear."""
    axles = plan.task.vehicle.axles
    if axles is None or plan.front_axle_g is None or plan.rear_axle_g is None:
        return []
    found = (
        (_("Front axle"), plan.front_axle_g, axles.front_limit_g),
        (_("Rear axle"), plan.rear_axle_g, axles.rear_limit_g),
    )
    return [{"label": label, "grams": grams, "limit": limit} for label, grams, limit in found]


def without_place(left: Sequence[LeftOver]) -> list[dict[str, Any]]:
    """Return what has no place, by booking: its units, and why."""
    found: dict[UUID, dict[str, Any]] = {}
    for one in left:
        row = found.setdefault(
            one.unit.booking_id,
            {"booking_id": one.unit.booking_id, "reference": one.unit.booking_reference, "movable": one.movable,
             "units": [], "reasons": []},
        )  # fmt: skip
        for name, value in (("units", one.unit.sscc), ("reasons", reason_of(one.reason))):
            if value not in row[name]:
                row[name].append(value)
    return list(found.values())


def failure_of(failure: Failure) -> str:
    """Return why no plan came of an attempt."""
    words = {
        Failure.KILLED: _("It took too long and was stopped."),
        Failure.CRASHED: _("The packer broke off."),
        Failure.INVALID: _("A check found a fault in what the packer drew."),
        Failure.LATE: _("The doors were sealed meanwhile."),
        Failure.OTHER_LORRY: _("Another kind of lorry drives now."),
    }
    return words[failure]


def reason_of(reason: str) -> str:
    """Return the packer's reason why a unit has no place, in words."""
    words = {
        "no_compatible_container_dimensions": _("larger than the inside of the lorry"),
        # It would fit lying on its side, which pallets do not.
        "rotation_restricted": _("larger than the inside of the lorry"),
        "payload_exceeded": _("heavier than the lorry may carry"),
        "axle_overloaded": _("an axle would bear too much"),
        "insufficient_support": _("nothing left that it could stand on"),
        "too_near": _("too near to what must stand apart"),
        "stop_accessibility_violation": _("it would be in the way of what is unloaded earlier"),
        "effort_limit": _("not tried within the effort of a draft"),
        "time_limit": _("not tried in the time there is"),
    }
    return words.get(reason, _("no room left"))


def choices(plan: PlanRow) -> list[tuple[str, str]]:
    """Return the positions of a plan to choose from, each with its unit."""
    return [(str(one.number), f"{one.number} · {one.key.partition('.')[0]}") for one in plan.positions]


def typed(plan: PlanRow, number: int | None) -> dict[str, Any]:
    """Return what the form to move a unit begins with."""
    one = next((row for row in plan.positions if row.number == number), plan.positions[0] if plan.positions else None)
    if one is None:
        return {}
    found = {"number": one.number, "x_mm": str(one.x_mm), "y_mm": str(one.y_mm), "z_mm": str(one.z_mm)}
    return found | {"turned": one.turned, "pinned": one.pinned}


def _picture(width: int, height: int, boxes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"width": width // _MM, "height": height // _MM, "boxes": boxes}


def _from_above(positions: Iterable[PositionRow], by_stop: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every unit from above, what stands high over what stands low, each with its level in its stack."""
    levels: dict[int, list[int]] = {}
    found: list[dict[str, Any]] = []
    for one in sorted(positions, key=lambda row: (row.z_mm, row.number)):
        tops = levels.setdefault(one.stack, [])
        if one.z_mm not in tops:
            tops.append(one.z_mm)
        # What stands higher is drawn a little smaller, so that what carries it stays in sight.
        inset = 5 * tops.index(one.z_mm)
        box = _box(one, one.x_mm, one.y_mm, one.length_mm, one.width_mm, by_stop)
        box |= {
            "x": box["x"] + inset, "y": box["y"] + inset,
            "width": max(box["width"] - 2 * inset, 4), "height": max(box["height"] - 2 * inset, 4),
            "upper": bool(inset),
        }  # fmt: skip
        found.append(box)
    return found


def _from_the_side(
    positions: Iterable[PositionRow], height: int, by_stop: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return units from the left side, the far ones first; those behind others have their label at their other end."""
    far_first = sorted(positions, key=lambda row: (-row.y_mm, row.number))
    return [
        _box(one, one.x_mm, height - one.z_mm - one.height_mm, one.length_mm, one.height_mm, by_stop)
        | {"behind": any(_hides(other, one) for other in far_first)}
        for one in far_first
    ]


def _hides(near: PositionRow, far: PositionRow) -> bool:
    return near.y_mm < far.y_mm and near.x_mm < far.x_mm + far.length_mm and far.x_mm < near.x_mm + near.length_mm


def _stacks(positions: Iterable[PositionRow]) -> list[tuple[int, list[PositionRow]]]:
    """Return the stacks that have more than one unit."""
    found: dict[int, list[PositionRow]] = {}
    for one in positions:
        found.setdefault(one.stack, []).append(one)
    return [(number, members) for number, members in sorted(found.items()) if len(members) > 1]


def _stack(number: int, members: list[PositionRow], by_stop: dict[int, dict[str, Any]]) -> dict[str, Any]:
    first = min(one.x_mm for one in members)
    length = max(one.x_mm + one.length_mm for one in members) - first
    height = max(one.z_mm + one.height_mm for one in members)
    boxes = [
        _box(one, one.x_mm - first, height - one.z_mm - one.height_mm, one.length_mm, one.height_mm, by_stop)
        for one in sorted(members, key=lambda row: -row.y_mm)
    ]
    return {"number": number, "from_mm": first, **_picture(length, height, boxes)}


def _box(
    one: PositionRow, x: int, y: int, width: int, height: int, by_stop: dict[int, dict[str, Any]]
) -> dict[str, Any]:
    stop = by_stop[one.stop]
    return {
        "number": one.number,
        "letter": stop["letter"],
        "tone": stop["tone"],
        "place": stop["place"],
        "pinned": one.pinned,
        "x": x // _MM,
        "y": y // _MM,
        "width": width // _MM,
        "height": height // _MM,
        "upper": False,
        "behind": False,
    }
