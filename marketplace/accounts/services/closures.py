"""Closures of a company: entered ahead, and taken back as long as they are not over."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import ClosureEntered
from marketplace.accounts.models import Company, CompanyClosure
from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules import closures as rules
from marketplace.accounts.rules.closures import Closed, Part
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id


def enter(
    session: Session,
    *,
    actor: Actor,
    parts: Sequence[str],
    first_day: date,
    last_day: date,
    words: Mapping[str, str],
    now: datetime,
) -> UUID:
    """Close parts of the actor's company from a day to a day of its own zone, both included.

    Refused: days that are over or too far, longer than 60 days, more than 120 days ahead in all, and days on which
    the same part is closed already. What was promised for those days stays promised; its buyers are told.
    """
    actor.must(Permission.COMPANY_CLOSURES_EDIT)
    company = session.get_one(Company, actor.company, with_for_update=True, populate_existing=True)
    today = local_day(company.country, now)
    kept = rules.still_ahead(_kept(session, company.id), today)
    made = rules.check(parts, first_day, last_day, words, kept=kept, today=today)
    row = CompanyClosure(
        id=new_id(),
        company_id=company.id,
        parts=[part.value for part in made.parts],
        first_day=first_day,
        last_day=last_day,
        words=dict(made.words),
        entered_by=actor.person,
        entered_at=now,
    )
    session.add(row)
    company.own_closures = rules.stored([*kept, made])
    session.flush()
    _audit(session, actor, "closure.entered", row, now)
    events.record(
        session,
        ClosureEntered(company_id=company.id, closure_id=row.id, first_day=first_day, last_day=last_day, at=now),
    )
    return row.id


def withdraw(session: Session, *, actor: Actor, closure_id: UUID, now: datetime) -> None:
    """Take a closure back: the company works after all; again changes nothing. Conflict ``closure_over`` afterwards."""
    actor.must(Permission.COMPANY_CLOSURES_EDIT)
    company = session.get_one(Company, actor.company, with_for_update=True, populate_existing=True)
    row = session.get(CompanyClosure, closure_id, populate_existing=True)
    if row is None or row.company_id != company.id:
        raise NotFound("closure")
    if row.withdrawn_at is not None:
        return
    today = local_day(company.country, now)
    if row.last_day < today:
        raise Conflict("closure_over", closure=row.id)
    row.withdrawn_at = now
    session.flush()
    company.own_closures = rules.stored(rules.still_ahead(_kept(session, company.id), today))
    session.flush()
    _audit(session, actor, "closure.withdrawn", row, now)


def _kept(session: Session, company_id: UUID) -> list[Closed]:
    rows = session.scalars(
        sa.select(CompanyClosure).where(CompanyClosure.company_id == company_id, CompanyClosure.withdrawn_at.is_(None))
    )
    return [
        Closed(tuple(Part(part) for part in row.parts), row.first_day, row.last_day, tuple(sorted(row.words.items())))
        for row in rows
    ]


def _audit(session: Session, actor: Actor, action: str, row: CompanyClosure, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="company",
        subject_id=row.company_id,
        facts={"closure": row.id, "parts": row.parts, "from": str(row.first_day), "to": str(row.last_day)},
        now=now,
    )
