"""Close months: write their figures once, with what became known of earlier months since."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.statistics.models import (
    ClosedGoods,
    ClosedLorries,
    ClosedRate,
    ClosedStages,
    MonthClose,
)
from marketplace.distribution.statistics.queries import closed
from marketplace.distribution.statistics.queries.happened import first_month, happened
from marketplace.distribution.statistics.rules.cells import Counts, Figures, GoodsKey, LorryKey, Rate, StageKey, seal
from marketplace.distribution.statistics.rules.months import Month, months
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import Base, insert_if_new, write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id


def close(session: Session, *, actor: Actor, month: Month, now: datetime) -> tuple[str, ...]:
    """Close a month and every open one before it, each by itself; return the months that were closed.

    Conflict ``month_running`` for one that is not over, ``month_closed`` for one that was closed. What became known of
    closed months stands in the first that is closed now. Before the first lorry only the month itself is closed, empty.
    """
    if not month.is_over(now):
        raise Conflict("month_running", month=str(month))
    first, last = first_month(session), closed.last_closed(session)
    if last is not None and month <= last:
        raise Conflict("month_closed", month=str(month))
    begun = last.next if last else min(first or month, month)
    wanted = tuple(months(min(first or begun, begun), month))
    standing, rates = happened(session, wanted=wanted)
    known = closed.closes(session)
    missing = standing - closed.whole(closed.written(session, until=known[-1].month if known else "").values())
    before = known[-1].sha256 if known else ""
    made = tuple(months(begun, month))
    for one in made:
        # Corrections of months before go with the first.
        part = _of(missing, str(one), earlier=one == begun)
        before = _write(session, one, part, rates, before, actor, now)
    return tuple(map(str, made))


def _of(figures: Figures, month: str, *, earlier: bool) -> Figures:
    """Return the figures of a month, with those of all months before where they go with it."""

    def is_meant(key: LorryKey | GoodsKey | StageKey) -> bool:
        return key.month == month or (earlier and key.month < month)

    return Figures(
        {key: value for key, value in figures.lorries.items() if is_meant(key)},
        {key: value for key, value in figures.goods.items() if is_meant(key)},
        {key: value for key, value in figures.stages.items() if is_meant(key)},
    )


def _write(
    session: Session, month: Month, part: Figures, rates: tuple[Rate, ...], before: str, actor: Actor, now: datetime
) -> str:
    name = str(month)
    kept = {(row.month, row.currency) for row in session.execute(sa.select(ClosedRate.month, ClosedRate.currency))}
    used = {(key.month, key.currency) for key in part.goods}
    new = [rate for rate in rates if (rate.month, rate.currency) in used - kept]
    sha256 = seal(name, before, part, new)
    if not insert_if_new(
        session, MonthClose, month=name, closed_by=actor.person_id, closed_at=now, sha256=sha256
    ):  # somebody closes it at this very moment
        raise Conflict("month_closed", month=name)
    for entity, counts in ((ClosedLorries, part.lorries), (ClosedGoods, part.goods), (ClosedStages, part.stages)):
        _write_cells(session, entity, name, counts)
    for rate in new:
        session.add(
            ClosedRate(
                month=rate.month,
                currency=rate.currency,
                closed_in=name,
                rate=rate.rate,
                source=rate.source,
                day=date.fromisoformat(rate.day),
            )
        )
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="month.closed",
        subject="company",
        subject_id=actor.company,
        facts={"month": name, "sha256": sha256},
        now=now,
    )
    return sha256


def _write_cells(session: Session, entity: type[Base], month: str, counts: Mapping[Any, Counts]) -> None:
    rows: list[dict[str, UUID | str | int]] = [
        {"id": new_id(), "closed_in": month, **asdict(key), **asdict(value)} for key, value in counts.items()
    ]
    if rows:
        write(session, entity, rows)
