"""Read when companies work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, CompanyClosure
from marketplace.accounts.rules import closures as rules
from marketplace.accounts.rules.closures import Part, Works
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_cursor, decode_id, page_of
from marketplace.reference import queries as reference
from marketplace.reference.rules import local_day

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A closure as its company sees it."""

    id: UUID
    parts: tuple[Part, ...]
    first_day: date
    last_day: date
    words: Mapping[str, str]
    entered_by: UUID
    entered_at: datetime
    withdrawn_at: datetime | None


def works_of(session: Session, *, company_ids: Collection[UUID], now: datetime) -> dict[UUID, Works]:
    """Return the calendars of these companies, in two queries however many they are."""
    if not company_ids:
        return {}
    found = session.execute(_CALENDARS, {"ids": list(company_ids)}).all()
    return dict(zip((row.id for row in found), read(session, found, now=now), strict=True))


def read(session: Session, companies: Sequence[Any], *, now: datetime) -> list[Works]:
    """Return the calendars of companies of which ``country`` and ``CLOSURES`` were asked, in this order."""
    free = reference.free_days(session, countries={row.country for row in companies}, now=now)
    return [Works(row.country, rules.read(row.closures), free[row.country]) for row in companies]


# A column for whoever asks for something else of companies; ``read`` reads it.
CLOSURES: Final = sa.cast(Company.own_closures, sa.Text).label("closures")
_CALENDARS: Final = sa.select(Company.id, Company.country, CLOSURES).where(
    Company.id.in_(sa.bindparam("ids", expanding=True))
)


def works(session: Session, *, company_id: UUID, now: datetime) -> Works:
    """Return the calendar of one company; NotFound."""
    found = works_of(session, company_ids=[company_id], now=now)
    if company_id not in found:
        raise NotFound("company")
    return found[company_id]


def closures_of(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[ClosureRow]:
    """Return a company's closures, the last entered first; past ones and those that were taken back too."""
    query = sa.select(CompanyClosure).where(CompanyClosure.company_id == company_id)
    if cursor:
        (last,) = decode_cursor(cursor, str)
        query = query.where(CompanyClosure.id < decode_id(last))
    rows = session.scalars(query.order_by(CompanyClosure.id.desc()).limit(PAGE + 1)).all()
    return page_of([_row(each) for each in rows], PAGE, lambda row: (row.id.hex,))


def closure(session: Session, *, company_id: UUID, closure_id: UUID) -> ClosureRow:
    """Return one of a company's closures; NotFound for another's."""
    found = session.get(CompanyClosure, closure_id)
    if found is None or found.company_id != company_id:
        raise NotFound("closure")
    return _row(found)


def breaches(session: Session) -> list[Breach]:
    """Return companies whose row does not say what their closures ahead are."""
    kept: dict[UUID, list[CompanyClosure]] = {}
    for each in session.scalars(sa.select(CompanyClosure).where(CompanyClosure.withdrawn_at.is_(None))):
        kept.setdefault(each.company_id, []).append(each)
    found: list[Breach] = []
    for row in session.execute(
        sa.select(Company.id, Company.country, sa.cast(Company.own_closures, sa.Text).label("closures"))
    ):
        said = {(each.parts, each.first, each.last) for each in rules.read(row.closures)}
        entered = {(tuple(map(Part, each.parts)), each.first_day, each.last_day) for each in kept.get(row.id, ())}
        if not said <= entered:
            found.append(Breach("closures", "company", row.id, "says closures that it never entered"))
    return found


def day_of(session: Session, *, company_id: UUID, now: datetime) -> date:
    """Return the day that it is where a company is, by its id; UTC's for one that there is not."""
    return local_day(session.scalar(sa.select(Company.country).where(Company.id == company_id)) or "", now)


def _row(found: CompanyClosure) -> ClosureRow:
    return ClosureRow(
        id=found.id,
        parts=tuple(Part(part) for part in found.parts),
        first_day=found.first_day,
        last_day=found.last_day,
        words=found.words,
        entered_by=found.entered_by,
        entered_at=found.entered_at,
        withdrawn_at=found.withdrawn_at,
    )
