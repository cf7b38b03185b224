"""The smallest figures that are kept, how they are subtracted from each other, and what proves them."""

import functools
import hashlib
import json
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from typing import Any, Self, TypeVar
from uuid import UUID


class Direction(StrEnum):
    """Out of China, home to it, or neither."""

    OUT = "out"
    HOME = "home"
    ABROAD = "abroad"


def direction(from_country: str, to_country: str) -> Direction:
    """Return the direction of a way between two countries."""
    if from_country == to_country or "CN" not in (from_country, to_country):
        return Direction.ABROAD
    return Direction.OUT if from_country == "CN" else Direction.HOME


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers that are added and subtracted one by one."""

    def __add__(self, other: Self) -> Self:
        """Add number by number."""
        return type(self)(*map(operator.add, parts(self), parts(other)))

    def __sub__(self, other: Self) -> Self:
        """Subtract number by number."""
        return type(self)(*map(operator.sub, parts(self), parts(other)))

    def __bool__(self) -> bool:
        """Tell whether any number is not zero."""
        return any(parts(self))


def parts(counts: Counts) -> tuple[int, ...]:
    """Return the numbers in their order; many thousands are added at a close, too many to look each field up."""
    return _getter(type(counts))(counts)


@functools.cache
def _getter(kind: type[Counts]) -> Callable[[Counts], tuple[int, ...]]:
    return operator.attrgetter(*(field.name for field in fields(kind)))


_Key = TypeVar("_Key")
_Sum = TypeVar("_Sum", bound=Counts)


@dataclass(frozen=True, slots=True)
class LorryKey:
    """Lorries that left in a month on a line in a direction."""

    month: str
    line_id: UUID
    direction: Direction


@dataclass(frozen=True, slots=True)
class LorryCounts(Counts):
    """How many left, with cargo, as hundredths of TEU; how many are there, in time; room taken of what there was.

    Room in grams, cubic centimetres, millimetres of floor and pallet places.
    """

    departures: int = 0
    loaded: int = 0
    teu_hundredths: int = 0
    arrived: int = 0
    on_time: int = 0
    used_grams: int = 0
    used_cm3: int = 0
    used_ldm_mm: int = 0
    used_pallets: int = 0
    room_grams: int = 0
    room_cm3: int = 0
    room_ldm_mm: int = 0
    room_pallets: int = 0


@dataclass(frozen=True, slots=True)
class GoodsKey:
    """Goods of a chapter that one company sent another from country to country, by line, month and currency."""

    month: str
    line_id: UUID
    from_country: str
    to_country: str
    chapter: str
    shipper_id: UUID
    consignee_id: UUID
    currency: str

    @property
    def direction(self) -> Direction:
        """The direction of their way."""
        return direction(self.from_country, self.to_country)

    @property
    def partner(self) -> str:
        """The country at the other end from China; the destination where neither is China."""
        return self.from_country if self.direction is Direction.HOME else self.to_country


@dataclass(frozen=True, slots=True)
class GoodsCounts(Counts):
    """Consignments, weight, value in its currency and in fen; ``unrated_minor`` is what no rate was known for."""

    consignments: int = 0
    grams: int = 0
    value_minor: int = 0
    cny_minor: int = 0
    unrated_minor: int = 0


@dataclass(frozen=True, slots=True)
class StageKey:
    """A part of the way between two stops, of lorries that left in a month on a line."""

    month: str
    line_id: UUID
    from_place: str
    to_place: str


@dataclass(frozen=True, slots=True)
class StageCounts(Counts):
    """How many lorries have it behind them, in how many minutes, and in how many by timetable."""

    passed: int = 0
    minutes: int = 0
    planned_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted, by its keys."""

    lorries: Mapping[LorryKey, LorryCounts]
    goods: Mapping[GoodsKey, GoodsCounts]
    stages: Mapping[StageKey, StageCounts]

    def __sub__(self, other: "Figures") -> "Figures":
        """Return what these figures have more (or, below zero, less) than others; what is alike is left out."""
        return Figures(
            less(self.lorries, other.lorries, LorryCounts()),
            less(self.goods, other.goods, GoodsCounts()),
            less(self.stages, other.stages, StageCounts()),
        )

    def __add__(self, other: "Figures") -> "Figures":
        """Return both together."""
        return Figures(
            together((self.lorries, other.lorries)),
            together((self.goods, other.goods)),
            together((self.stages, other.stages)),
        )


def less(mine: Mapping[_Key, _Sum], theirs: Mapping[_Key, _Sum], nothing: _Sum) -> dict[_Key, _Sum]:
    """Subtract by keys; keys of which nothing is left are left out."""
    found = {key: mine.get(key, nothing) - theirs.get(key, nothing) for key in {**mine, **theirs}}
    return {key: counts for key, counts in found.items() if counts}


def together(parts: Iterable[Mapping[_Key, _Sum]]) -> dict[_Key, _Sum]:
    """Add by keys."""
    found: dict[_Key, _Sum] = {}
    for part in parts:
        for key, counts in part.items():
            found[key] = found[key] + counts if key in found else counts
    return found


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit of a currency was in yuan in a month, who says so, and of which day."""

    month: str
    currency: str
    rate: str
    source: str
    day: str


def seal(month: str, before: str, figures: Figures, rates: Sequence[Rate]) -> str:
    """Return the SHA-256 of a month's closed figures and of what was closed before, whatever their order."""
    content: dict[str, Any] = {
        "month": month,
        "before": before,
        "lorries": _written(figures.lorries),
        "goods": _written(figures.goods),
        "stages": _written(figures.stages),
        "rates": sorted(list(astuple(rate)) for rate in rates),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _written(counts: Mapping[Any, Counts]) -> list[list[str | int]]:
    return sorted([*(str(part) for part in astuple(key)), *parts(value)] for key, value in counts.items())
