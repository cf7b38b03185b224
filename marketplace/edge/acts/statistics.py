"""The corridor's figures for the public and for who runs it; shared by pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.statistics import services
from marketplace.distribution.statistics.queries import standing as queries
from marketplace.distribution.statistics.queries.closed import CloseRow
from marketplace.distribution.statistics.queries.standing import LineName, Standing, standing
from marketplace.distribution.statistics.rules import tables
from marketplace.distribution.statistics.rules.cells import Figures, LorryCounts, StageCounts
from marketplace.distribution.statistics.rules.tables import By, Narrowed, Row
from marketplace.edge.acts import sheets
from marketplace.edge.acts.sheets import Cell, Table
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import statistics as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused

_COLUMNS: Final = (
    "key", "departures", "loaded", "empty", "teu", "arrived", "on_time", "fill_kg_pct", "fill_m3_pct", "fill_ldm_pct",
    "fill_pallets_pct", "consignments", "tonnes", "value_cny", "value_without_rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody is told: the total, tables, and of one complete year its goods and countries.

    ``whole`` has goods of closed months only, lorries of open ones too; ``last`` is the last month closed. How full
    lorries were is told of all closed months together, in basis points.
    """

    last: str
    whole: Row
    filled: tuple[int | None, int | None, int | None, int | None]
    tables: Mapping[By, list[Row]]
    years: tuple[int, ...]
    year: int | None
    lines: Mapping[str, LineName]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the operator sees: a table with its total, stages, corrections in it, closes, and what can be closed."""

    asked: requests.StatisticsAsked
    by: By
    rows: list[Row]
    total: Row
    corrections: Row
    stages: Mapping[tuple[str, str], StageCounts]
    closes: tuple[CloseRow, ...]
    names: Mapping[UUID, str]
    next_month: str
    open_months: frozenset[str]
    lines: Mapping[str, LineName]


def told(asked: requests.StatisticsYear) -> Told:
    """Return the public figures, in as many queries whatever ran.

    Weights and values are told of closed months, goods and countries of complete years: between two looks nobody reads
    a single lorry out of them. Refused ``year`` for one that is not complete.
    """
    session = reading()
    found = standing(session, now=clock.now())
    lines = queries.lines(session)
    years = tuple(int(row.key) for row in tables.table(found.closed, By.YEAR) if found.is_complete(int(row.key)))
    if asked.year is not None and asked.year not in years:
        raise Refused.field("year", "choice", ", ".join(map(str, years)) or "a year whose months are all closed")
    year = asked.year or (years[-1] if years else None)
    # Lorries are told as they leave; what they carry when their month is closed.
    lorries = Figures(found.whole.lorries, found.closed.goods, {})
    made = {by: tables.told(tables.table(lorries, by)) for by in (By.YEAR, By.LINE, By.DIRECTION)}
    made[By.MONTH] = tables.told(tables.table(lorries, By.MONTH, _months_of(year, found)))
    if year is not None:
        whole_year = Narrowed(since=f"{year}-01", until=f"{year}-12")
        made |= {by: tables.told(tables.table(found.closed, by, whole_year)) for by in (By.COUNTRY, By.CHAPTER)}
    last = found.closes[-1].month if found.closes else ""
    whole, closed = tables.told_total(tables.total(lorries)), tables.total(found.closed).lorries
    filled = fill(closed) if closed is not None and whole.goods is not None else (None, None, None, None)
    return Told(last, whole, filled, made, years, year, lines)


def _months_of(year: int | None, found: Standing) -> Narrowed:
    """Return the months of a year; of the last year with lorries where none is complete."""
    known = [row.key for row in tables.table(found.whole, By.YEAR)]
    chosen = f"{year:04}" if year is not None else (known[-1] if known else "")
    return Narrowed(since=f"{chosen}-01", until=f"{chosen}-12") if chosen else Narrowed()


def seen(asked: requests.StatisticsAsked) -> Seen:
    """Return the operator's figures; a line that there is not is refused by its field."""
    session = reading()
    found = standing(session, now=clock.now())
    lines = queries.lines(session)
    narrowed = _narrowed(asked, lines)
    by = asked.by or By.MONTH
    people = {row.closed_by for row in found.closes if row.closed_by}
    return Seen(
        asked=asked,
        by=by,
        rows=tables.table(found.whole, by, narrowed),
        total=tables.total(found.whole, narrowed),
        corrections=tables.total(found.corrections, narrowed),
        stages=tables.stages(found.whole, narrowed),
        closes=found.closes,
        names=accounts.names_of(session, person_ids=people),
        next_month=str(found.next_month or ""),
        open_months=frozenset(key.month for key in found.running.lorries),
        lines=lines,
    )


def workbook(asked: requests.StatisticsAsked) -> Response:
    """Answer with the operator's figures as a workbook: what was asked for, and the stages of the way."""
    found = seen(asked)
    rows = [_cells(row, found.lines) for row in found.rows]
    stages: list[list[Cell]] = [
        [start, end, counts.passed, _hours(counts.minutes, counts), _hours(counts.planned_minutes, counts)]
        for (start, end), counts in sorted(found.stages.items())
    ]
    closes: list[list[Cell]] = [
        [row.month, row.closed_at.isoformat(), str(row.closed_by or ""), row.sha256] for row in found.closes
    ]
    return sheets.workbook(
        [
            Table(f"by_{found.by}", _COLUMNS, rows),
            Table("stages", ("from", "to", "lorries", "hours", "planned_hours"), stages),
            Table("closes", ("month", "closed_at", "closed_by", "sha256"), closes),
        ],
        name="corridor-statistics",
    )


def close(session: Session, body: requests.MonthToClose) -> tuple[str, ...]:
    """Close a month and those before it; return the months that were closed."""
    return services.close(session, actor=require_actor(), month=body.month, now=clock.now())


def fill(counts: LorryCounts) -> tuple[int | None, int | None, int | None, int | None]:
    """Return how full lorries were in basis points: by weight, volume, floor and pallet places."""
    return (
        share(counts.used_grams, counts.room_grams),
        share(counts.used_cm3, counts.room_cm3),
        share(counts.used_ldm_mm, counts.room_ldm_mm),
        share(counts.used_pallets, counts.room_pallets),
    )


def share(part: int, whole: int) -> int | None:
    """Return a part in basis points, None of nothing."""
    return round(part * 10_000 / whole) if whole else None


def _hours(minutes: int, counts: StageCounts) -> Decimal:
    return (Decimal(minutes) / 60 / (counts.passed or 1)).quantize(Decimal("0.1"))


def _cells(row: Row, lines: Mapping[str, LineName]) -> list[Cell]:
    counts, goods = row.lorries, row.goods
    name = lines[row.key].code if row.key in lines else row.key
    lorries: list[Cell] = [""] * 10
    if counts is not None:
        shares = ["" if part is None else Decimal(part) / 100 for part in fill(counts)]
        lorries = [
            counts.departures,
            counts.loaded,
            counts.departures - counts.loaded,
            Decimal(counts.teu_hundredths) / 100,
            counts.arrived,
            counts.on_time,
            *shares,
        ]
    carried: list[Cell] = [""] * 4
    if goods is not None:
        carried = [
            goods.consignments,
            Decimal(goods.grams) / 1_000_000,
            Decimal(goods.cny_minor) / 100,
            "yes" if goods.unrated_minor else "",
        ]
    return [name, *lorries, *carried]


def _narrowed(asked: requests.StatisticsAsked, lines: Mapping[str, LineName]) -> Narrowed:
    line = next((line for line in lines.values() if line.code == asked.line), None)
    if asked.line is not None and line is None:
        raise Refused.field("line", "choice", ", ".join(sorted(line.code for line in lines.values())))
    return Narrowed(
        since=str(asked.from_month or ""),
        until=str(asked.to_month or ""),
        line_id=line.id if line else None,
        direction=asked.direction,
        country=(asked.country or "").upper(),
        chapter=asked.chapter or "",
    )
