"""Leads of a tenant: they come from labels, one person takes each, and it is answered in working time."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import CompanyKind, Permission, permissions_of
from marketplace.audit import services as audit
from marketplace.exchange.events.leads import LeadCame, LeadOverdue
from marketplace.exchange.models.leads import Lead, LeadCard, LeadNote
from marketplace.exchange.queries import leads as queries
from marketplace.exchange.queries import showroom
from marketplace.exchange.queries.showroom import ExhibitRow
from marketplace.exchange.rules.leads import LEAD, NOTE, Card, LeadState, check_action, check_card
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import Setting

_ANSWER: Final = Permission.TRADE_LEAD_ANSWER


def visit(session: Session, *, actor: Actor, code: str, now: datetime) -> bool:
    """Note that a company that is logged in opened a label: one lead of it runs with the tenant at a time.

    False where it runs already, where the booth stands no more, and for the tenant itself. No person is noted.
    """
    if actor.company_id is None or actor.company_kind != CompanyKind.TRADE:
        return False
    exhibit = showroom.exhibit(session, code=code, today=showroom.today_at(session, now=now))
    if not exhibit.is_standing or exhibit.tenancy.company_id == actor.company_id:
        return False
    lead_id = new_id()
    if not insert_if_new(session, Lead, **_new(session, lead_id, exhibit, now), company_id=actor.company_id):
        return False
    _audit(session, actor, "came", lead_id, now, exhibit=exhibit.id)
    return True


def leave_card(
    session: Session, *, actor: Actor | None, code: str, card: Card, key: str | None = None, now: datetime
) -> UUID:
    """Leave a card for the tenant of a booth and return the lead; under one ``key`` one card is left.

    A company's card goes to the lead that runs of it. Conflict ``booth_gone`` when the booth stands no more, and
    ``own_booth`` for the tenant.
    """
    check_card(card)
    exhibit = showroom.exhibit(session, code=code, today=showroom.today_at(session, now=now))
    if not exhibit.is_standing:
        raise Conflict("booth_gone")
    company_id = actor.company_id if actor and actor.company_kind == CompanyKind.TRADE else None
    if company_id == exhibit.tenancy.company_id:
        raise Conflict("own_booth")
    if key and (known := session.scalars(sa.select(Lead.id).where(Lead.key == key)).one_or_none()):
        return known
    values = _new(session, new_id(), exhibit, now)
    if not insert_if_new(session, Lead, **values, company_id=company_id, key=key):
        # A second click came first, or a lead of this company runs. A stranger has none that runs.
        known = session.scalars(sa.select(Lead.id).where(Lead.key == key)).one_or_none() if key else None
        if known is None and company_id is None:
            raise Conflict("raced")
        return known or _add_to_running(session, exhibit, company_id, actor, card, key, now)
    _keep(session, values["id"], actor, card, now)
    _audit(session, actor or SYSTEM, "card", values["id"], now, exhibit=exhibit.id)
    record(session, LeadCame(lead_id=values["id"], merchant_id=exhibit.tenancy.company_id, at=now))
    return values["id"]


def take(session: Session, *, actor: Actor, lead_id: UUID, now: datetime) -> None:
    """Take a lead of the actor's company; Conflict ``lead_taken`` for whoever comes second."""
    actor.must(_ANSWER)
    queries.lead(session, lead_id=lead_id, merchant_id=actor.company)
    free = sa.update(Lead).where(Lead.id == lead_id, Lead.owner_id.is_(None), Lead.state != LeadState.CLOSED)
    values = {"owner_id": actor.person, "changed_at": now}
    taken = session.scalars(free.values(values).returning(Lead.id).execution_options(synchronize_session=False))
    if taken.one_or_none() is None:
        raise Conflict("lead_taken")
    _audit(session, actor, "taken", lead_id, now)


def assign(session: Session, *, actor: Actor, lead_id: UUID, person_id: UUID, now: datetime) -> None:
    """Give a lead to a member of the company who answers leads."""
    lead = _locked(session, actor, lead_id)
    members = accounts.members_of(session, company_id=actor.company)
    able = [one.person_id for one in members if _ANSWER in permissions_of(CompanyKind.TRADE, one.roles)]
    if person_id not in able:
        raise Refused.field("person_id", "no_member", "a member who answers leads")
    if lead.state is LeadState.CLOSED:
        LEAD.apply(lead.state, "assign")
    lead.owner_id, lead.changed_at = person_id, now
    session.flush()
    _audit(session, actor, "assigned", lead_id, now, owner=person_id)


def act(session: Session, *, actor: Actor, lead_id: UUID, action: str, text: str, now: datetime) -> None:
    """Say that the visitor was contacted, wants to buy, that it is over and why, or note something.

    Whoever moves it first owns it.
    """
    lead = _locked(session, actor, lead_id)
    check_action(action, text)
    if action != NOTE:
        lead.owner_id = lead.owner_id or actor.person_id
        _move(session, lead, action, now)
    _note(session, actor, lead_id, action, text, now)
    _audit(session, actor, action, lead_id, now)


def erase_card(session: Session, *, actor: Actor, lead_id: UUID, now: datetime) -> None:
    """Delete what a visitor left and what was noted of it, because the visitor asks; the count of leads stays."""
    _locked(session, actor, lead_id)
    session.execute(sa.delete(LeadCard).where(LeadCard.lead_id == lead_id))
    session.execute(sa.update(LeadNote).where(LeadNote.lead_id == lead_id).values(body=""))
    _audit(session, actor, "erased", lead_id, now)


def escalate(session: Session, *, lead_id: UUID, now: datetime) -> bool:
    """Say once that nobody answered a lead in time; it still waits. False when it was answered or said before."""
    late = (
        sa.update(Lead)
        .where(Lead.id == lead_id, queries.is_late(now))
        .values(escalated_at=now)
        .returning(Lead.merchant_id)
        .execution_options(synchronize_session=False)
    )
    merchant_id = session.scalars(late).one_or_none()
    if merchant_id is None:
        return False
    _audit(session, SYSTEM, "escalate", lead_id, now)
    record(session, LeadOverdue(lead_id=lead_id, merchant_id=merchant_id, at=now))
    return True


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete the cards that a person left, and blank what a person noted."""
    session.execute(sa.delete(LeadCard).where(LeadCard.person_id == event.person_id))
    session.execute(sa.update(LeadNote).where(LeadNote.person_id == event.person_id).values(body=""))


def _new(session: Session, lead_id: UUID, exhibit: ExhibitRow, now: datetime) -> dict[str, Any]:
    tenant = exhibit.tenancy.company_id
    due_at = accounts.days_of(session, company_id=tenant, setting=Setting.LEAD_ANSWER_WORKING_DAYS, now=now)
    return {
        "id": lead_id,
        "merchant_id": tenant,
        "exhibit_id": exhibit.id,
        "state": LeadState.NEW,
        "came_at": now,
        "due_at": due_at,
        "changed_at": now,
    }


def _add_to_running(
    session: Session,
    exhibit: ExhibitRow,
    company_id: UUID | None,
    actor: Actor | None,
    card: Card,
    key: str | None,
    now: datetime,
) -> UUID:
    """Put a company's card on the lead that runs of it; a newer card takes the place of an older one."""
    running = sa.select(Lead).where(
        Lead.merchant_id == exhibit.tenancy.company_id, Lead.company_id == company_id, Lead.state != LeadState.CLOSED
    )
    locked = running.with_for_update().execution_options(populate_existing=True)
    lead = session.scalars(locked).one_or_none()
    if lead is None:
        raise Conflict("raced")
    if key is not None and lead.key == key:
        return lead.id
    lead.key = key
    session.execute(sa.delete(LeadCard).where(LeadCard.lead_id == lead.id))
    _keep(session, lead.id, actor, card, now)
    _audit(session, actor or SYSTEM, "card", lead.id, now, exhibit=exhibit.id)
    record(session, LeadCame(lead_id=lead.id, merchant_id=lead.merchant_id, at=now))
    return lead.id


def _keep(session: Session, lead_id: UUID, actor: Actor | None, card: Card, now: datetime) -> None:
    person_id = actor.person_id if actor else None
    words = {"name": card.name.strip(), "email": card.email, "phone": card.phone, "message": card.message.strip()}
    session.add(LeadCard(lead_id=lead_id, person_id=person_id, consented_at=now, **words))
    session.flush()


def _locked(session: Session, actor: Actor, lead_id: UUID) -> Lead:
    actor.must(_ANSWER)
    mine = sa.select(Lead).where(Lead.id == lead_id, Lead.merchant_id == actor.company).with_for_update()
    lead = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if lead is None:
        raise NotFound("lead")
    return lead


def _move(session: Session, lead: Lead, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a lead's state."""
    lead.state = LEAD.apply(lead.state, action)
    lead.changed_at, lead.escalated_at = now, None
    session.flush()


def _note(session: Session, actor: Actor, lead_id: UUID, action: str, text: str, now: datetime) -> None:
    body = text.strip()
    session.add(LeadNote(id=new_id(), lead_id=lead_id, person_id=actor.person_id, action=action, body=body, at=now))
    session.flush()


def _audit(session: Session, actor: Actor, act_: str, lead_id: UUID, now: datetime, **facts: Any) -> None:
    action = f"lead.{act_}"
    audit.record(session, actor=actor, action=action, subject="lead", subject_id=lead_id, facts=facts, now=now)
