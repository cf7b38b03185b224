"""Pack a lorry with packvium: a program of its own, task in by stdin, answer out by stdout, killed when it takes long.

Nothing imports this module: ``python -m marketplace.logistics.floor.packer``.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Any, Final

from packvium import ExtensionRegistry, ItemInstance, pack_from_dict
from packvium.constraints import ConstraintContext, ConstraintResult
from packvium.geometry import AxisAlignedBox
from packvium.result_validation import validate

from marketplace.logistics.floor.rules.boxes import SUPPORT_PERCENT, Axles, Item, Spot, Task
from marketplace.logistics.floor.rules.gaps import spaced
from marketplace.logistics.floor.rules.rows import in_rows
from marketplace.logistics.floor.rules.states import CANDIDATES, SECONDS, Effort

_LORRY: Final = "lorry"
# So often one more is set at its distance; each time everything that stands is pinned, which is soon packed.
_GAPS: Final = 8
_TURNED: Final = {"LWH": False, "WLH": True}
_ORIENTATION: Final = {turned: name for name, turned in _TURNED.items()}
# With several stops the default portfolio places far less: maximal spaces keep the corridor to the doors whole.
_SOLVERS: Final = {Effort.FAST: ["maximal_spaces"], Effort.BALANCED: ["maximal_spaces", "extreme_points"]}
# Around what stands already corners are enough, and maximal spaces take a minute.
_AROUND: Final = ("extreme_points",)
_ORDERS: Final = {Effort.FAST: 5, Effort.BALANCED: 8}


@dataclass(frozen=True, slots=True)
class _Order:
    """An order of items: what leaves last first, then by a key."""

    name: str
    key: Callable[[ItemInstance], tuple[Any, ...]]

    def order(self, items: Sequence[ItemInstance], seed: int) -> Sequence[ItemInstance]:  # noqa: ARG002  theirs
        return sorted(items, key=lambda one: (-(one.item.stop_index or 0), *self.key(one), one.id))


def _base(one: ItemInstance) -> int:
    return one.item.dimensions.length.ticks * one.item.dimensions.width.ticks


def _height(one: ItemInstance) -> int:
    return one.item.dimensions.height.ticks


_OF_OURS: Final = (
    _Order(
        "alike",
        lambda one: (
            -one.item.dimensions.length.ticks, -one.item.dimensions.width.ticks, not one.item.stackable, -_height(one),
        ),
    ),
    _Order("carrying", lambda one: (not one.item.stackable, -_base(one), -_height(one))),
    _Order("tall", lambda one: (-_height(one),)),
    _Order("small", lambda one: (_base(one), -_height(one))),
)  # fmt: skip


class _KeptApart:
    """Refuses a place too near to what must stand apart."""

    def __init__(self, task: Task) -> None:
        ticks = 16_000
        self.pairs = {
            pair: (apart.mm * ticks) ** 2
            for apart in task.apart
            for pair in ((apart.one, apart.other), (apart.other, apart.one))
        }

    def evaluate(self, context: ConstraintContext) -> ConstraintResult:
        unit = _unit(context.item.item.id)
        for placement in context.placements:
            least = self.pairs.get((unit, _unit(placement.instance.item.id)))
            if least is not None and _gap_squared(context.envelope_box, placement.envelope_box) < least:
                return ConstraintResult.reject("too_near", placement.instance.item.id)
        return ConstraintResult.allow()


def _unit(key: str) -> str:
    return key.partition(".")[0]


def _gap_squared(one: AxisAlignedBox, other: AxisAlignedBox) -> int:
    total = 0
    for axis, side in (("x", "length"), ("y", "width"), ("z", "height")):
        a, c = getattr(one.origin, axis), getattr(other.origin, axis)
        b, d = a + getattr(one.dimensions, side).ticks, c + getattr(other.dimensions, side).ticks
        total += max(0, a - d, c - b) ** 2
    return total


def pack(task: Task, effort: Effort) -> dict[str, Any]:
    """Return spots, what stays behind with the packer's reason, and the faults that packvium finds in its own answer.

    The same task has the same answer: the search is bounded by what it looks at, the clock is a fuse. Rows of like
    pallets are a start that is soon filled up; where they leave something behind, the whole is searched as well, and
    what places more is the answer.
    """
    answer = _spread(replace(task, pins=in_rows(task)), effort, _AROUND)
    if not answer["left"]:
        return answer
    return max(answer, _spread(task, effort, _SOLVERS[effort]), key=lambda one: len(one["spots"]))


def _spread(task: Task, effort: Effort, solvers: Sequence[str]) -> dict[str, Any]:
    """Give what must stand apart and found no corner that touches something one with the gap; pack the rest around."""
    answer = _packed(task, effort, solvers)
    for _ in range(_GAPS if task.apart else 0):
        spots = tuple(Spot(**one) for one in answer["spots"])
        found = spaced(task, spots)
        if found is None:
            break
        answer = _packed(replace(task, pins=(*spots, found)), effort, solvers)
    return answer


def _packed(task: Task, effort: Effort, solvers: Sequence[str]) -> dict[str, Any]:
    request = _request(task, effort, solvers)
    # Its dataclasses hide their fields from type checkers.
    registry: Any = ExtensionRegistry
    extensions = registry(
        placement_constraints=(_KeptApart(task),) if task.apart else (), item_order_strategies=_OF_OURS
    )
    result = pack_from_dict(request, extensions=extensions)
    placed = [one for lorry in result["containers"] for one in lorry["placements"]]
    return {
        "version": version("packvium"),
        "termination": result["termination"]["code"],
        "spots": [asdict(_spot(one)) for one in placed],
        "left": [{"key": one["item_type"], "reason": one["reason"]} for one in result["unpacked_items"]],
        "issues": [issue.code for issue in validate(request, result)],
    }


def _request(task: Task, effort: Effort, solvers: Sequence[str]) -> dict[str, Any]:
    inside = task.vehicle
    lorry: dict[str, Any] = {
        "id": _LORRY,
        "quantity": 1,
        "inner_dimensions": _sides(inside.length_mm, inside.width_mm, inside.height_mm),
        "max_payload": str(inside.payload_g),
        "access_directions": ["+x"],
    }
    if inside.axles:
        lorry |= {"tare_weight": str(inside.axles.tare_g), "axles": _axles(inside.axles)}
    return {
        "items": [_item(item) for item in task.items],
        "containers": [lorry],
        "fixed_placements": [
            {
                "item_type": pin.key,
                "container_type": _LORRY,
                "position": {"x": str(pin.x), "y": str(pin.y), "z": str(pin.z)},
                "orientation": _ORIENTATION[pin.turned],
            }
            for pin in task.pins
        ],
        "configuration": {
            "solver_profile": "balanced",
            "solvers": list(solvers),
            "multi_start_orders": _ORDERS[effort],
            "minimum_support_ratio": SUPPORT_PERCENT / 100,
            "max_containers": 1,
            "alternatives": 1,
            "time_limit_ms": SECONDS[effort] * 450,  # it is asked twice
            "effort_budget": {"max_candidates_evaluated": CANDIDATES[effort]},
        },
    }


def _axles(axles: Axles) -> list[dict[str, str]]:
    return [
        {"position": str(axles.front_mm), "max_load": str(axles.front_limit_g)},
        {"position": str(axles.rear_mm), "max_load": str(axles.rear_limit_g)},
    ]


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.key,
        "quantity": 1,
        "dimensions": _sides(item.length_mm, item.width_mm, item.height_mm),
        "weight": str(item.grams),
        "allowed_rotations": list(_TURNED),
        "stackable": item.stackable,
        "stop_index": item.stop,
    }


def _sides(length: int, width: int, height: int) -> dict[str, str]:
    return {"length": str(length), "width": str(width), "height": str(height)}


def _spot(placed: dict[str, Any]) -> Spot:
    x, y, z = (int(placed["position"][axis]["value"]) for axis in ("x", "y", "z"))
    return Spot(placed["item_type"], x, y, z, _TURNED[placed["orientation"]])


def main() -> None:
    """Read ``{"task", "effort"}``, write the answer."""
    asked = json.load(sys.stdin)
    json.dump(pack(Task.of(asked["task"]), Effort(asked["effort"])), sys.stdout)


if __name__ == "__main__":
    main()
