"""Figures as templates want them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.distribution.statistics.queries.standing import LineName
from marketplace.distribution.statistics.rules.cells import Direction, GoodsCounts, LorryCounts, StageCounts
from marketplace.distribution.statistics.rules.tables import By, Row
from marketplace.edge.acts import statistics as acts
from marketplace.kernel.money import Money
from marketplace.web.shared import locale
from marketplace.web.shared.charts import columns

DIRECTIONS: Final[dict[Direction, Any]] = {
    Direction.OUT: _("Out of China"),
    Direction.HOME: _("To China"),
    Direction.ABROAD: _("Within ASEAN"),
}
GROUPS: Final[dict[By, Any]] = {
    By.YEAR: _("Year"),
    By.MONTH: _("Month"),
    By.LINE: _("Line"),
    By.DIRECTION: _("Direction"),
    By.COUNTRY: _("Country"),
    By.CHAPTER: _("HS chapter"),
}


def row(one: Row, by: By | None, lines: Mapping[str, LineName], open_months: frozenset[str] = frozenset()) -> Any:
    """Return a row with its figures in whole units; ``goods`` is None where they are withheld."""
    counts, goods = one.lorries, one.goods
    return {
        "name": _name(one.key, by, lines),
        "open": one.key in open_months and by is By.MONTH,
        "country": one.key if by is By.COUNTRY else None,
        "lorries": None if counts is None else _lorries(counts),
        "goods": None if goods is None else _goods(goods),
    }


def _lorries(counts: LorryCounts) -> dict[str, Any]:
    return {
        "departures": counts.departures,
        "empty": counts.departures - counts.loaded,
        "teu": Decimal(counts.teu_hundredths) / 100,
        "loaded": acts.share(counts.loaded, counts.departures),
        "on_time": acts.share(counts.on_time, counts.arrived),
        "filled": acts.fill(counts),
    }


def _goods(counts: GoodsCounts) -> dict[str, Any]:
    return {
        "consignments": counts.consignments,
        "tonnes": (Decimal(counts.grams) / 1_000_000).quantize(Decimal("0.1")),
        "value": Money(counts.cny_minor, "CNY"),
        "unrated": bool(counts.unrated_minor),
    }


def rows(
    found: Sequence[Row], by: By, lines: Mapping[str, LineName], open_months: frozenset[str] = frozenset()
) -> list[Any]:
    """Return the rows of a table; the largest first where they have no order of their own."""
    ordered = list(found) if by in (By.YEAR, By.MONTH) else sorted(found, key=_size, reverse=True)
    return [row(one, by, lines, open_months) for one in ordered]


def stages(found: Mapping[tuple[str, str], StageCounts], places: Mapping[str, Any]) -> list[Any]:
    """Return the parts of the way with their mean hours, as they were and by timetable."""
    return [
        {
            "start": places[start].called(locale.current()),
            "end": places[end].called(locale.current()),
            "crossing": places[start].kind == places[end].kind == "border_side",
            "passed": counts.passed,
            "hours": _hours(counts.minutes, counts),
            "planned": _hours(counts.planned_minutes, counts),
        }
        for (start, end), counts in sorted(found.items())
        if counts.passed
    ]


def drawn(found: Sequence[Row]) -> Any:
    """Return the departures of rows as bars."""
    return columns([(one.key, one.lorries.departures if one.lorries is not None else 0) for one in found])


def _size(one: Row) -> tuple[int, int]:
    return (one.lorries.departures if one.lorries is not None else 0, one.goods.grams if one.goods is not None else 0)


def _hours(minutes: int, counts: StageCounts) -> Decimal:
    return (Decimal(minutes) / 60 / counts.passed).quantize(Decimal("0.1"))


def _name(key: str, by: By | None, lines: Mapping[str, LineName]) -> Any:
    if by is By.LINE:
        return lines[key].called(locale.current())
    return DIRECTIONS[Direction(key)] if by is By.DIRECTION else key
