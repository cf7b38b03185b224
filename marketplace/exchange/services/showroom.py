"""Build halls and booths, let them, show exhibits there, count who opens their labels."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.catalog.queries import own as listings
from marketplace.exchange.models.showroom import Booth, BoothDay, Exhibit, ExhibitVisit, Hall, Tenancy
from marketplace.exchange.queries import showroom as queries
from marketplace.exchange.rules import showroom as rules
from marketplace.exchange.services import halls
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new, insert_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants

_RUN: Final = Permission.OPERATOR_SHOWROOM_RUN
_CODE_BYTES: Final = 12


def add_hall(session: Session, *, actor: Actor, code: str, names: Mapping[str, str], now: datetime) -> UUID:
    """Add a hall and return its id; Refused ``code`` for one that is taken."""
    actor.must(_RUN)
    rules.check_hall(code, names)
    hall_id = new_id()
    if not insert_if_new(session, Hall, id=hall_id, code=code, names=dict(names), created_at=now):
        raise Refused.field("code", "taken", "another code")
    _audit(session, actor, "hall.added", "hall", hall_id, now)
    return hall_id


def add_booth(
    session: Session, *, actor: Actor, hall_id: UUID, code: str, area_m2: Decimal, column: int, row: int, now: datetime
) -> UUID:
    """Add a booth to a hall and return its id; Refused ``code`` where the code or the cell of the plan is taken.

    Conflict ``hall_retired`` for a hall that is closed.
    """
    actor.must(_RUN)
    rules.check_booth(code, area_m2, column, row)
    halls.open_hall(session, hall_id=hall_id)
    booth_id = new_id()
    place = {"code": code, "area_m2": area_m2, "plan_column": column, "plan_row": row}
    if not insert_if_new(session, Booth, id=booth_id, hall_id=hall_id, **place, created_at=now):
        raise Refused.field("code", "booth_taken", "another code and another cell of the plan")
    _audit(session, actor, "booth.added", "booth", booth_id, now, hall=hall_id)
    return booth_id


def let(
    session: Session, *, actor: Actor, booth_id: UUID, company_id: UUID, from_on: date, until_on: date, now: datetime
) -> UUID:
    """Let a booth to a merchant and return the tenancy; Conflict ``booth_let`` when a day of it is somebody else's.

    Conflict ``booth_retired`` for a booth that was taken away.
    """
    actor.must(_RUN)
    today = queries.today_at(session, now=now)
    halls.open_booth(session, booth_id=booth_id)
    rules.check_period(from_on, until_on, today=today)
    if company_id not in merchants.active(session, company_ids=[company_id]):
        raise Refused.field("company_id", "no_merchant", "a merchant that may sell")
    tenancy = Tenancy(
        id=new_id(),
        booth_id=booth_id,
        company_id=company_id,
        from_on=from_on,
        until_on=until_on,
        let_by=actor.person_id,
        let_at=now,
    )
    session.add(tenancy)
    session.flush()
    wanted = list(rules.days(from_on, until_on))
    given = {"booth_id": booth_id, "tenancy_id": tenancy.id}
    if len(insert_new(session, BoothDay, [{"day": day, **given} for day in wanted])) < len(wanted):
        raise Conflict("booth_let")
    _audit(session, actor, "booth.let", "tenancy", tenancy.id, now, booth=booth_id, company=company_id)
    return tenancy.id


def end(session: Session, *, actor: Actor, tenancy_id: UUID, until_on: date, now: datetime) -> None:
    """End a tenancy sooner; the days after are free again, and its labels say that the booth is gone then."""
    actor.must(_RUN)
    tenancy = session.get(Tenancy, tenancy_id, with_for_update=True, populate_existing=True)
    if tenancy is None:
        raise NotFound("tenancy")
    today = queries.today_at(session, now=now)
    rules.check_end(until_on, from_on=tenancy.from_on, before=tenancy.until_on, today=today)
    tenancy.until_on = until_on
    session.execute(sa.delete(BoothDay).where(BoothDay.tenancy_id == tenancy_id, BoothDay.day > until_on))
    session.flush()
    _audit(session, actor, "tenancy.ended", "tenancy", tenancy_id, now)


def show(session: Session, *, actor: Actor, tenancy_id: UUID, listing_id: UUID, now: datetime) -> UUID:
    """Put a listing of the tenant on its booth and return the exhibit; what was there before keeps its label."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    tenancy = queries.tenancy(session, tenancy_id=tenancy_id, company_id=actor.company)
    listings.own_listing(session, company_id=actor.company, listing_id=listing_id)
    today = queries.today_at(session, now=now)
    if tenancy.until_on < today:
        raise Conflict("tenancy_over")
    session.get(Tenancy, tenancy_id, with_for_update=True)  # those of a booth are counted one by one
    if len(queries.exhibits(session, tenancy_id=tenancy_id, today=today)) >= rules.MOST_EXHIBITS:
        raise Conflict("booth_full", most=rules.MOST_EXHIBITS)
    before = sa.select(Exhibit).where(Exhibit.tenancy_id == tenancy_id, Exhibit.listing_id == listing_id)
    exhibit = session.scalars(before.execution_options(populate_existing=True)).one_or_none()
    if exhibit is None:
        code = secrets.token_urlsafe(_CODE_BYTES)
        exhibit = Exhibit(id=new_id(), tenancy_id=tenancy_id, listing_id=listing_id, code=code, added_at=now)
        session.add(exhibit)
    exhibit.removed_at = None
    session.flush()
    _audit(session, actor, "exhibit.shown", "exhibit", exhibit.id, now, listing=listing_id)
    return exhibit.id


def remove(session: Session, *, actor: Actor, exhibit_id: UUID, now: datetime) -> None:
    """Take an exhibit of the actor's company from its booth; again changes nothing."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    mine = sa.select(Exhibit).join(Tenancy, Tenancy.id == Exhibit.tenancy_id)
    exhibit = session.scalars(
        mine.where(Exhibit.id == exhibit_id, Tenancy.company_id == actor.company).with_for_update(of=Exhibit)
    ).one_or_none()
    if exhibit is None:
        raise NotFound("exhibit")
    if exhibit.removed_at is None:
        exhibit.removed_at = now
        session.flush()
        _audit(session, actor, "exhibit.removed", "exhibit", exhibit_id, now)


def count_visit(session: Session, *, code: str, browser: str, now: datetime) -> bool:
    """Count that a browser opened a label, once a day; False where it was counted or the booth stands no more.

    ``browser`` is a word drawn for one session; what is kept of it can be tied to nobody and to no other visit.
    """
    today = queries.today_at(session, now=now)
    exhibit = queries.exhibit(session, code=code, today=today)
    if not exhibit.is_standing:
        return False
    mark = hashlib.sha256(f"{browser}:{exhibit.id}:{today}".encode()).hexdigest()[:32]
    return insert_if_new(session, ExhibitVisit, exhibit_id=exhibit.id, day=today, mark=mark)


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: Any
) -> None:
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts, now=now)
