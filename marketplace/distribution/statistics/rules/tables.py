"""Tables of the figures: grouped by one thing, narrowed by others, and what of them the public is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.distribution.statistics.rules.cells import (
    Direction,
    Figures,
    GoodsCounts,
    GoodsKey,
    LorryCounts,
    LorryKey,
    StageCounts,
    StageKey,
)
from marketplace.distribution.statistics.rules.privacy import Behind, withheld


class By(StrEnum):
    """What figures are grouped by."""

    YEAR = "year"
    MONTH = "month"
    LINE = "line"
    DIRECTION = "direction"
    COUNTRY = "country"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which figures are meant: months as 2020-01, both included; None and empty for all."""

    since: str = ""
    until: str = ""
    line_id: UUID | None = None
    direction: Direction | None = None
    country: str = ""
    chapter: str = ""

    @property
    def is_of_goods(self) -> bool:
        """Tell whether only goods can be told apart so: a lorry carries those of many."""
        return bool(self.country or self.chapter)

    def takes(self, key: LorryKey | GoodsKey) -> bool:
        """Tell whether a cell is meant."""
        return (
            (not self.since or key.month >= self.since)
            and (not self.until or key.month <= self.until)
            and self.line_id in (None, key.line_id)
            and self.direction in (None, key.direction)
            and (not isinstance(key, GoodsKey) or self._takes_goods(key))
        )

    def _takes_goods(self, key: GoodsKey) -> bool:
        return self.country in ("", key.partner) and self.chapter in ("", key.chapter)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; no ``lorries`` where only goods can be told apart, no ``goods`` where they are withheld."""

    key: str
    lorries: LorryCounts | None
    goods: GoodsCounts | None
    behind: Behind


_NOBODY: Final = Behind(frozenset(), frozenset(), 0)
_OF_GOODS: Final = frozenset({By.COUNTRY, By.CHAPTER})
_LORRY_KEYS: Final[Mapping[By, Callable[[LorryKey], str]]] = {
    By.YEAR: lambda key: key.month[:4],
    By.MONTH: lambda key: key.month,
    By.LINE: lambda key: str(key.line_id),
    By.DIRECTION: lambda key: key.direction.value,
}
_GOODS_KEYS: Final[Mapping[By, Callable[[GoodsKey], str]]] = {
    By.YEAR: lambda key: key.month[:4],
    By.MONTH: lambda key: key.month,
    By.LINE: lambda key: str(key.line_id),
    By.DIRECTION: lambda key: key.direction.value,
    By.COUNTRY: lambda key: key.partner,
    By.CHAPTER: lambda key: key.chapter,
}


def recorded(closed: Mapping[str, Figures]) -> tuple[Figures, Figures]:
    """Return what closes wrote, each figure in the month of its close; beside it, what of that are corrections.

    Stages stay with the month that their lorries left in.
    """
    whole, corrected = Figures({}, {}, {}), Figures({}, {}, {})
    for month, figures in closed.items():
        whole += _moved(figures, month, corrections_only=False)
        corrected += _moved(figures, month, corrections_only=True)
    return whole, corrected


def _moved(figures: Figures, month: str, *, corrections_only: bool) -> Figures:
    lorries: dict[LorryKey, LorryCounts] = {}
    for key, counts in figures.lorries.items():
        if not corrections_only or key.month != month:
            to = replace(key, month=month)
            lorries[to] = lorries.get(to, LorryCounts()) + counts
    goods: dict[GoodsKey, GoodsCounts] = {}
    for named, amounts in figures.goods.items():
        if not corrections_only or named.month != month:
            goes = replace(named, month=month)
            goods[goes] = goods.get(goes, GoodsCounts()) + amounts
    return Figures(lorries, goods, {} if corrections_only else figures.stages)


def table(figures: Figures, by: By, narrowed: Narrowed | None = None) -> list[Row]:
    """Return the rows of a table in the order of their keys."""
    asked = narrowed or Narrowed()
    lorries: dict[str, LorryCounts] = {}
    if by not in _OF_GOODS and not asked.is_of_goods:
        for key, counts in figures.lorries.items():
            if asked.takes(key):
                name = _LORRY_KEYS[by](key)
                lorries[name] = lorries.get(name, LorryCounts()) + counts
    goods: dict[str, GoodsCounts] = {}
    behind: dict[str, Behind] = {}
    for named, amounts in figures.goods.items():
        if asked.takes(named):
            name = _GOODS_KEYS[by](named)
            goods[name] = goods.get(name, GoodsCounts()) + amounts
            who = Behind(frozenset({named.shipper_id}), frozenset({named.consignee_id}), amounts.grams)
            behind[name] = behind.get(name, _NOBODY) | who
    return [
        Row(key, lorries.get(key), goods.get(key, GoodsCounts()), behind.get(key, _NOBODY))
        for key in sorted({*lorries, *goods})
    ]


def total(figures: Figures, narrowed: Narrowed | None = None) -> Row:
    """Return the sum of what is meant, as a row without a name."""
    asked = narrowed or Narrowed()
    lorries = None
    if not asked.is_of_goods:
        lorries = sum((counts for key, counts in figures.lorries.items() if asked.takes(key)), LorryCounts())
    mine = {key: counts for key, counts in figures.goods.items() if asked.takes(key)}
    return Row(
        "",
        lorries,
        sum(mine.values(), GoodsCounts()),
        Behind(
            frozenset(key.shipper_id for key in mine),
            frozenset(key.consignee_id for key in mine),
            sum(counts.grams for counts in mine.values()),
        ),
    )


def told(rows: list[Row]) -> list[Row]:
    """Return the rows as the public is told them: goods that would tell of a company are withheld."""
    hidden = withheld({row.key: row.behind for row in rows})
    return [replace(row, goods=None) if row.key in hidden else row for row in rows]


def told_total(row: Row) -> Row:
    """Return a total as the public is told it."""
    return row if row.behind.is_open or not row.behind.shippers else replace(row, goods=None)


def stages(figures: Figures, narrowed: Narrowed | None = None) -> dict[tuple[str, str], StageCounts]:
    """Return the stages of lorries that are meant, by their ends, over all lines."""
    asked = narrowed or Narrowed()
    found: dict[tuple[str, str], StageCounts] = {}
    for key, counts in figures.stages.items():
        if _takes_stage(asked, key):
            ends = (key.from_place, key.to_place)
            found[ends] = found.get(ends, StageCounts()) + counts
    return found


def _takes_stage(asked: Narrowed, key: StageKey) -> bool:
    return (
        (not asked.since or key.month >= asked.since)
        and (not asked.until or key.month <= asked.until)
        and asked.line_id in (None, key.line_id)
    )
