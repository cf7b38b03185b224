"""Units of a company and who belongs to them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Membership, Unit
from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id


def open_unit(session: Session, *, actor: Actor, name: str, cost_centre: str, now: datetime) -> UUID:
    """Open a unit of the actor's company; Refused ``name`` where an open one is called so."""
    actor.must(Permission.COMPANY_MEMBERS_EDIT)
    _take_turn(session, actor.company)
    taken = sa.select(Unit.id).where(Unit.company_id == actor.company, Unit.name == name, Unit.closed_at.is_(None))
    if session.scalars(taken).one_or_none() is not None:
        raise Refused.field("name", "taken", "another name")
    row = Unit(id=new_id(), company_id=actor.company, name=name, cost_centre=cost_centre, created_at=now)
    session.add(row)
    session.flush()
    _audit(session, actor, "unit.opened", row.id, now)
    return row.id


def close_unit(session: Session, *, actor: Actor, unit_id: UUID, now: datetime) -> None:
    """Close a unit; orders keep showing it. Conflict ``unit_not_empty`` while members belong to it; again: nothing."""
    actor.must(Permission.COMPANY_MEMBERS_EDIT)
    _take_turn(session, actor.company)
    row = _unit(session, actor, unit_id)
    if row.closed_at is not None:
        return
    belongs = sa.select(Membership.id).where(Membership.unit_id == row.id, Membership.ended_at.is_(None)).limit(1)
    if session.scalars(belongs).first() is not None:
        raise Conflict("unit_not_empty", unit=row.id)
    row.closed_at = now
    session.flush()
    _audit(session, actor, "unit.closed", row.id, now)


def assign(session: Session, *, actor: Actor, person_id: UUID, unit_id: UUID | None, now: datetime) -> None:
    """Let a member of the actor's company belong to one of its open units, or to none."""
    actor.must(Permission.COMPANY_MEMBERS_EDIT)
    _take_turn(session, actor.company)
    membership = session.scalars(
        sa.select(Membership).where(
            Membership.company_id == actor.company, Membership.person_id == person_id, Membership.ended_at.is_(None)
        )
    ).one_or_none()
    if membership is None:
        raise NotFound("member")
    if unit_id is not None:
        row = session.get(Unit, unit_id, populate_existing=True)
        if row is None or row.company_id != actor.company or row.closed_at is not None:
            raise Refused.field("unit_id", "unknown", "a unit of the company")
    membership.unit_id = unit_id
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="member.unit",
        subject="company",
        subject_id=actor.company,
        facts={"person": person_id, "unit": unit_id},
        now=now,
    )


def print_cost_centres(session: Session, *, actor: Actor, is_printed: bool, now: datetime) -> None:
    """Let papers of what the actor's company orders from now on print the cost centre, or no longer."""
    actor.must(Permission.COMPANY_MEMBERS_EDIT)
    company = session.get_one(Company, actor.company, with_for_update=True, populate_existing=True)
    if company.prints_cost_centre == is_printed:
        return
    company.prints_cost_centre = is_printed
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="company.cost_centres",
        subject="company",
        subject_id=actor.company,
        facts={"printed": is_printed},
        now=now,
    )


def _take_turn(session: Session, company_id: UUID) -> None:
    session.get_one(Company, company_id, with_for_update=True)


def _unit(session: Session, actor: Actor, unit_id: UUID) -> Unit:
    row = session.get(Unit, unit_id, populate_existing=True)
    if row is None or row.company_id != actor.company:
        raise NotFound("unit")
    return row


def _audit(session: Session, actor: Actor, action: str, unit_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="unit", subject_id=unit_id, now=now)
