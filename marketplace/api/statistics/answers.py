"""What the API says of the corridor's figures."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.distribution.statistics.queries.closed import CloseRow
from marketplace.distribution.statistics.queries.standing import LineName
from marketplace.distribution.statistics.rules.cells import GoodsCounts, LorryCounts, StageCounts
from marketplace.distribution.statistics.rules.tables import By, Row
from marketplace.edge.acts import statistics as acts
from marketplace.edge.acts.statistics import Seen, Told
from marketplace.kernel.money import Money


class Filled(Answer):
    """How full lorries were in per cent, by each of four dimensions; null where none left."""

    kg: str | None
    m3: str | None
    ldm: str | None
    pallets: str | None

    @classmethod
    def of(cls, filled: tuple[int | None, int | None, int | None, int | None]) -> "Filled":
        """Write basis points as per cent."""
        kg, m3, ldm, pallets = (None if part is None else f"{Decimal(part) / 100:.2f}" for part in filled)
        return cls(kg=kg, m3=m3, ldm=ldm, pallets=pallets)


class Lorries(Answer):
    """How many left, with how much of them loaded; TEU with two decimals; how many are there, and in time."""

    departures: int
    loaded: int
    empty: int
    teu: str
    arrived: int
    on_time: int

    @classmethod
    def of(cls, counts: LorryCounts) -> "Lorries":
        """Write counts."""
        return cls(
            departures=counts.departures,
            loaded=counts.loaded,
            empty=counts.departures - counts.loaded,
            teu=f"{Decimal(counts.teu_hundredths) / 100:.2f}",
            arrived=counts.arrived,
            on_time=counts.on_time,
        )


class Goods(Answer):
    """What they carried: kilograms, and value in yuan; ``unrated`` tells of goods in currencies of no known rate."""

    consignments: int
    kg: str
    value: Amount
    unrated: bool

    @classmethod
    def of(cls, counts: GoodsCounts) -> "Goods":
        """Write counts."""
        return cls(
            consignments=counts.consignments,
            kg=f"{Decimal(counts.grams) / 1_000:.3f}",
            value=Amount.of(Money(counts.cny_minor, "CNY")),
            unrated=bool(counts.unrated_minor),
        )


class Figures(Answer):
    """A row: lorries where a lorry has the key, null goods where they are withheld."""

    key: str
    lorries: Lorries | None
    goods: Goods | None

    @classmethod
    def of(cls, row: Row, lines: Mapping[str, LineName] | None = None) -> "Figures":
        """Write a row; a line by its code."""
        line = (lines or {}).get(row.key)
        return cls(
            key=line.code if line else row.key,
            lorries=Lorries.of(row.lorries) if row.lorries is not None else None,
            goods=Goods.of(row.goods) if row.goods is not None else None,
        )


class Statistics(Answer):
    """What everybody is told; ``closed_until`` is the last closed month, of which weights and values are told.

    Months, goods and countries are those of ``year``; goods and countries only of one whose months are all closed.
    """

    closed_until: str | None
    total: Figures
    filled: Filled
    years: list[Figures]
    lines: list[Figures]
    directions: list[Figures]
    year: int | None
    months: list[Figures]
    countries: list[Figures]
    chapters: list[Figures]

    @classmethod
    def of(cls, found: Told) -> "Statistics":
        """Write the public figures."""

        def rows(by: By) -> list[Figures]:
            return [Figures.of(row, found.lines) for row in found.tables.get(by, [])]

        return cls(
            closed_until=found.last or None,
            total=Figures.of(found.whole),
            filled=Filled.of(found.filled),
            years=rows(By.YEAR),
            lines=rows(By.LINE),
            directions=rows(By.DIRECTION),
            year=found.year,
            months=rows(By.MONTH),
            countries=rows(By.COUNTRY),
            chapters=rows(By.CHAPTER),
        )


class Operated(Figures):
    """A row with how full its lorries were."""

    filled: Filled | None

    @classmethod
    def of(cls, row: Row, lines: Mapping[str, LineName] | None = None) -> "Operated":
        """Write a row."""
        return cls(
            **dict(Figures.of(row, lines)),
            filled=Filled.of(acts.fill(row.lorries)) if row.lorries is not None else None,
        )


class Stage(Answer):
    """A part of the way between two places by their codes: lorries, and mean minutes as they were and planned."""

    start: str
    end: str
    lorries: int
    minutes: int
    planned_minutes: int

    @classmethod
    def of(cls, ends: tuple[str, str], counts: StageCounts) -> "Stage":
        """Write a stage."""
        passed = counts.passed or 1
        return cls(
            start=ends[0],
            end=ends[1],
            lorries=counts.passed,
            minutes=round(counts.minutes / passed),
            planned_minutes=round(counts.planned_minutes / passed),
        )


class OperatorFigures(Answer):
    """The operator's figures: rows, their total, what of it are corrections, parts of the way, what can be closed."""

    by: str
    rows: list[Operated]
    total: Operated
    corrections: Figures
    stages: list[Stage]
    open_months: list[str]
    next_to_close: str | None

    @classmethod
    def of(cls, found: Seen) -> "OperatorFigures":
        """Write what the operator sees."""
        return cls(
            by=found.by.value,
            rows=[Operated.of(row, found.lines) for row in found.rows],
            total=Operated.of(found.total),
            corrections=Figures.of(found.corrections),
            stages=[Stage.of(ends, counts) for ends, counts in sorted(found.stages.items()) if counts.passed],
            open_months=sorted(found.open_months),
            next_to_close=found.next_month or None,
        )


class Close(Answer):
    """A closed month: when, by whom, and the hash of what was written and of the close before it."""

    month: str
    closed_at: Instant
    closed_by: UUID | None
    sha256: str

    @classmethod
    def of(cls, row: CloseRow) -> "Close":
        """Write a close."""
        return cls(month=row.month, closed_at=row.closed_at, closed_by=row.closed_by, sha256=row.sha256)


class Closed(Answer):
    """The months that were closed now."""

    months: list[str]
