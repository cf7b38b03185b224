"""Figures as they were closed, whole or by who closed what when."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.statistics.models import (
    ClosedGoods,
    ClosedLorries,
    ClosedRate,
    ClosedStages,
    MonthClose,
)
from marketplace.distribution.statistics.rules.cells import (
    Figures,
    GoodsCounts,
    GoodsKey,
    LorryCounts,
    LorryKey,
    Rate,
    StageCounts,
    StageKey,
    seal,
    together,
)
from marketplace.distribution.statistics.rules.months import Month, parse_month
from marketplace.kernel.checks import Breach


@dataclass(frozen=True, slots=True)
class CloseRow:
    """A month that was closed: when, by whom, and the hash of what was written."""

    month: str
    closed_at: datetime
    closed_by: UUID | None
    sha256: str


def closes(session: Session) -> tuple[CloseRow, ...]:
    """Return the months that were closed, in their order."""
    rows = session.execute(
        sa.select(MonthClose.month, MonthClose.closed_at, MonthClose.closed_by, MonthClose.sha256).order_by(
            MonthClose.month
        )
    )
    return tuple(CloseRow(*row) for row in rows)


def last_closed(session: Session) -> Month | None:
    """Return the last month that was closed."""
    found = session.scalar(sa.select(sa.func.max(MonthClose.month)))
    return parse_month(found) if found else None


def written(session: Session, *, until: str) -> dict[str, Figures]:
    """Return what each close up to a month wrote, by the month closed, corrections of earlier months included."""
    made: dict[str, tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]] = {}
    for at, (entity, key, counts) in enumerate(_KINDS):
        names = [field.name for kind in (key, counts) for field in fields(kind)]
        of_key = len(fields(key))
        statement = sa.select(entity.closed_in, *(getattr(entity, name) for name in names)).where(
            entity.closed_in <= until
        )
        for closed_in, *row in session.execute(statement):
            parts = made.setdefault(closed_in, ({}, {}, {}))
            parts[at][key(*row[:of_key])] = counts(*row[of_key:])
    return {closed_in: Figures(*parts) for closed_in, parts in made.items()}


def whole(parts: Iterable[Figures]) -> Figures:
    """Return several figures as one."""
    known = tuple(parts)
    return Figures(
        together(part.lorries for part in known),
        together(part.goods for part in known),
        together(part.stages for part in known),
    )


def breaches(session: Session) -> list[Breach]:
    """Return closed months whose rows are not those that their hash was made of."""
    known = closes(session)
    if not known:
        return []
    figures = written(session, until=known[-1].month)
    rates: dict[str, list[Rate]] = {}
    for row in session.scalars(sa.select(ClosedRate)):
        rate = Rate(row.month, row.currency, row.rate, row.source, row.day.isoformat())
        rates.setdefault(row.closed_in, []).append(rate)
    found: list[Breach] = []
    before = ""
    for row in known:
        made = seal(row.month, before, figures.get(row.month, NOTHING), rates.get(row.month, ()))
        if made != row.sha256:
            found.append(Breach("closed_months", "month_close", None, f"{row.month}: other rows than were closed"))
        before = row.sha256
    return found


NOTHING = Figures({}, {}, {})
_KINDS: tuple[tuple[Any, Any, Any], ...] = (
    (ClosedLorries, LorryKey, LorryCounts),
    (ClosedGoods, GoodsKey, GoodsCounts),
    (ClosedStages, StageKey, StageCounts),
)
