"""A lorry, what goes into it, and where each thing stands; whole millimetres and grams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from marketplace.logistics.rules.cargo import manifest_hash

# What a base must rest on, in hundredths of its area.
SUPPORT_PERCENT: Final = 75


@dataclass(frozen=True, slots=True)
class Axles:
    """Two supports along the length, from the front wall, what each may bear with the tare, and the tare."""

    front_mm: int
    front_limit_g: int
    rear_mm: int
    rear_limit_g: int
    tare_g: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A lorry's inside and what it may carry; ``axles`` where they are known."""

    length_mm: int
    width_mm: int
    height_mm: int
    payload_g: int
    axles: Axles | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A handling unit, or one block of a loose lot, upright; ``stop`` is its place on the way, the first is 0.

    ``assumed``: its sides are ours, not measured.
    """

    unit: str
    block: int
    length_mm: int
    width_mm: int
    height_mm: int
    grams: int
    stop: int
    stackable: bool = False
    assumed: bool = False

    @property
    def key(self) -> str:
        """Name it within a plan."""
        return f"{self.unit}.{self.block}"


@dataclass(frozen=True, slots=True)
class Apart:
    """Two units that stand at least so far from each other."""

    one: str
    other: str
    mm: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an item stands: its corner next to the front wall, on the left, below; ``turned`` by a right angle."""

    key: str
    x: int
    y: int
    z: int
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be packed; pinned spots are given."""

    vehicle: Vehicle
    items: tuple[Item, ...]
    apart: tuple[Apart, ...] = ()
    pins: tuple[Spot, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Task":
        """Read what ``to_data`` wrote."""
        vehicle = dict(data["vehicle"])
        axles = vehicle.pop("axles")
        return cls(
            Vehicle(**vehicle, axles=axles and Axles(**axles)),
            tuple(Item(**item) for item in data["items"]),
            tuple(Apart(**pair) for pair in data["apart"]),
            tuple(Spot(**spot) for spot in data["pins"]),
        )

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its canonical JSON: the same task, the same hash."""
        return manifest_hash(self.to_data())


@dataclass(frozen=True, slots=True)
class Box:
    """An item where it stands, as the space it fills."""

    item: Item
    x: int
    y: int
    z: int
    length: int
    width: int
    height: int

    @property
    def ends(self) -> tuple[int, int, int]:
        """The corner opposite the one it stands by."""
        return self.x + self.length, self.y + self.width, self.z + self.height


def boxed(items: Iterable[Item], spots: Iterable[Spot]) -> list[Box]:
    """Return the boxes of these spots; KeyError for a spot of no item."""
    known = {item.key: item for item in items}
    return [_box(known[spot.key], spot) for spot in spots]


def overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Return how long two stretches, each from and to, lie on each other; negative where a gap is between them."""
    return min(one[1], other[1]) - max(one[0], other[0])


def covers(lower: Box, upper: Box) -> int:
    """Return the area in mm² of the upper box's base that rests on the lower box; 0 where it does not."""
    if lower.z + lower.height != upper.z:
        return 0
    along = overlap((lower.x, lower.ends[0]), (upper.x, upper.ends[0]))
    across = overlap((lower.y, lower.ends[1]), (upper.y, upper.ends[1]))
    return along * across if along > 0 and across > 0 else 0


def plan_hash(task: Task, spots: Sequence[Spot]) -> str:
    """Return the SHA-256 of a task with its answer, whatever the order of the spots."""
    answer = [asdict(spot) for spot in sorted(spots, key=lambda spot: spot.key)]
    return manifest_hash({"task": task.to_data(), "spots": answer})


def _box(item: Item, spot: Spot) -> Box:
    length, width = (item.width_mm, item.length_mm) if spot.turned else (item.length_mm, item.width_mm)
    return Box(item, spot.x, spot.y, spot.z, length, width, item.height_mm)
