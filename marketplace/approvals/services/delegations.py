"""Say who decides in whose place for a while, and take it back."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.approvals.models import ApprovalDelegation
from marketplace.approvals.queries import people
from marketplace.approvals.rules.cases import Delegation, check_delegation
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id


def delegate(
    session: Session,
    *,
    actor: Actor,
    person_id: UUID,
    delegate_id: UUID,
    first_day: date,
    last_day: date,
    now: datetime,
) -> UUID:
    """Have a delegate decide in somebody's place from a day to a day, by the company's calendar; return the id.

    One's own place, or anybody's for who sets the rules: who is ill says nothing. Refused names each field. Whoever
    stands in gets no right over what he asked for himself, nor over what the other asked for.
    """
    actor.must(Permission.COMPANY_APPROVAL_DECIDE)
    if person_id != actor.person:
        actor.must(Permission.COMPANY_APPROVAL_RULES)
    companies.take_turn(session, company_id=actor.company)
    today = closures.day_of(session, company_id=actor.company, now=now)
    tables = people.tables(session, company_id=actor.company, today=today)
    kept = [each for each in tables.delegations if each.person_id == person_id]
    wanted = Delegation(person_id, delegate_id, first_day, last_day)
    check_delegation(wanted, kept, members=tables.members, today=today)
    row = ApprovalDelegation(
        id=new_id(),
        company_id=actor.company,
        person_id=person_id,
        delegate_id=delegate_id,
        first_day=first_day,
        last_day=last_day,
        said_by=actor.person,
        said_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "approval.delegate", row, now)
    return row.id


def end(session: Session, *, actor: Actor, delegation_id: UUID, now: datetime) -> None:
    """Take a delegation back, as one of the two or as who sets the rules; again changes nothing."""
    row = session.get(ApprovalDelegation, delegation_id, with_for_update=True, populate_existing=True)
    if row is None or row.company_id != actor.company:
        raise NotFound("delegation")
    if actor.person not in (row.person_id, row.delegate_id):
        actor.must(Permission.COMPANY_APPROVAL_RULES)
    if row.ended_at is None:
        row.ended_at = now
        session.flush()
        _audit(session, actor, "approval.delegation_end", row, now)


def end_all(session: Session, *, company_id: UUID, person_id: UUID, now: datetime) -> None:
    """End what a leaver gave and was given."""
    theirs = (ApprovalDelegation.person_id == person_id, ApprovalDelegation.delegate_id == person_id)
    rows = session.scalars(
        sa.select(ApprovalDelegation).where(
            ApprovalDelegation.company_id == company_id, ApprovalDelegation.ended_at.is_(None), sa.or_(*theirs)
        )
    )
    for row in rows.all():
        row.ended_at = now
        _audit(session, Actor(person_id=None, company_id=company_id), "approval.delegation_end", row, now)
    session.flush()


def _audit(session: Session, actor: Actor, action: str, row: ApprovalDelegation, now: datetime) -> None:
    facts = {
        "person": row.person_id,
        "delegate": row.delegate_id,
        "first": row.first_day.isoformat(),
        "last": row.last_day.isoformat(),
    }
    audit.record(
        session, actor=actor, action=action, subject="approval_delegation", subject_id=row.id, facts=facts, now=now
    )
