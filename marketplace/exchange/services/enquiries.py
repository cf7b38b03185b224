"""Ask the operator, and answer: one person takes an enquiry, the letter goes out, its words are kept."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import CompanyKind, Permission, permissions_of
from marketplace.audit import services as audit
from marketplace.exchange.events.enquiries import EnquiryOverdue
from marketplace.exchange.models.enquiries import Enquiry, EnquirySender, EnquiryText
from marketplace.exchange.queries import enquiries as queries
from marketplace.exchange.rules.enquiries import ENQUIRY, EnquiryState, Question, check_act, check_question
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id, new_reference
from marketplace.mail import services as mail
from marketplace.mail.rules import Channel
from marketplace.reference.rules import Setting

_RUN: Final = Permission.OPERATOR_SHOWROOM_RUN
RECEIVED: Final = "enquiry_received"
ANSWERED: Final = "enquiry_answered"


def ask(
    session: Session, *, actor: Actor | None, question: Question, locale: str, key: str | None = None, now: datetime
) -> UUID:
    """Keep a question and return the enquiry; under one ``key`` one is kept. Who asked is told that it came."""
    check_question(question)
    if key and (known := session.scalars(sa.select(Enquiry.id).where(Enquiry.key == key)).one_or_none()):
        return known
    enquiry_id, reference = new_id(), new_reference("ENQ")
    due_at = accounts.house_days(session, setting=Setting.ENQUIRY_ANSWER_WORKING_DAYS, now=now)
    is_new = insert_if_new(
        session,
        Enquiry,
        id=enquiry_id,
        reference=reference,
        kind=question.kind,
        state=EnquiryState.OPEN,
        key=key,
        came_at=now,
        due_at=due_at,
        changed_at=now,
    )
    if not is_new:
        raise Conflict("raced")
    person_id = actor.person_id if actor else None
    words = {"name": question.name, "email": question.email, "company": question.company, "country": question.country}
    session.add(EnquirySender(enquiry_id=enquiry_id, person_id=person_id, locale=locale, consented_at=now, **words))
    _write(session, actor, enquiry_id, "question", question.text, now)
    context = {"reference": reference, "name": question.name, "text": question.text}
    _send(session, question.email, RECEIVED, locale, context, now)
    _audit(session, actor or SYSTEM, "asked", enquiry_id, now, kind=str(question.kind))
    return enquiry_id


def take(session: Session, *, actor: Actor, enquiry_id: UUID, now: datetime) -> None:
    """Take an enquiry; Conflict ``enquiry_taken`` for whoever comes second."""
    actor.must(_RUN)
    queries.enquiry(session, enquiry_id=enquiry_id)
    free = sa.update(Enquiry).where(
        Enquiry.id == enquiry_id, Enquiry.owner_id.is_(None), Enquiry.state != EnquiryState.CLOSED
    )
    values = {"owner_id": actor.person, "changed_at": now}
    taken = session.scalars(free.values(values).returning(Enquiry.id).execution_options(synchronize_session=False))
    if taken.one_or_none() is None:
        raise Conflict("enquiry_taken")
    _audit(session, actor, "taken", enquiry_id, now)


def assign(session: Session, *, actor: Actor, enquiry_id: UUID, person_id: UUID, now: datetime) -> None:
    """Give an enquiry to a colleague who answers enquiries."""
    enquiry = _locked(session, actor, enquiry_id)
    if person_id not in able(session, company_id=actor.company):
        raise Refused.field("person_id", "no_member", "a member who answers enquiries")
    if enquiry.state is EnquiryState.CLOSED:
        ENQUIRY.apply(enquiry.state, "assign")
    enquiry.owner_id, enquiry.changed_at = person_id, now
    session.flush()
    _audit(session, actor, "assigned", enquiry_id, now, owner=person_id)


def able(session: Session, *, company_id: UUID) -> tuple[UUID, ...]:
    """Return the members of the operator's company who answer enquiries."""
    members = accounts.members_of(session, company_id=company_id)
    return tuple(one.person_id for one in members if _RUN in permissions_of(CompanyKind.OPERATOR, one.roles))


def act(session: Session, *, actor: Actor, enquiry_id: UUID, action: str, text: str, now: datetime) -> None:
    """Answer, which sends the letter, or close and say why; whoever acts first owns it."""
    enquiry = _locked(session, actor, enquiry_id)
    check_act(action, text)
    _move(session, enquiry, action, now)
    enquiry.owner_id = enquiry.owner_id or actor.person_id
    _write(session, actor, enquiry_id, action, text, now)
    row = queries.enquiry(session, enquiry_id=enquiry_id)
    if action == "answer" and row.email:
        context = {"reference": row.reference, "name": row.name, "text": text.strip()}
        _send(session, row.email, ANSWERED, row.locale, context, now)
    _audit(session, actor, action, enquiry_id, now)


def erase(session: Session, *, actor: Actor, enquiry_id: UUID, now: datetime) -> None:
    """Delete who asked and blank what was written, because the asker wants it so."""
    _locked(session, actor, enquiry_id)
    session.execute(sa.delete(EnquirySender).where(EnquirySender.enquiry_id == enquiry_id))
    session.execute(sa.update(EnquiryText).where(EnquiryText.enquiry_id == enquiry_id).values(body=""))
    _audit(session, actor, "erased", enquiry_id, now)


def escalate(session: Session, *, enquiry_id: UUID, now: datetime) -> bool:
    """Say once that an enquiry waits too long; it still waits. False when it was answered or said before."""
    late = sa.update(Enquiry).where(Enquiry.id == enquiry_id, queries.is_late(now)).values(escalated_at=now)
    told = late.returning(Enquiry.id).execution_options(synchronize_session=False)
    if session.scalars(told).one_or_none() is None:
        return False
    _audit(session, SYSTEM, "escalate", enquiry_id, now)
    record(session, EnquiryOverdue(enquiry_id=enquiry_id, at=now))
    return True


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Delete what a person asked, and blank what a person wrote."""
    asked = sa.select(EnquirySender.enquiry_id).where(EnquirySender.person_id == event.person_id)
    blank = sa.or_(EnquiryText.person_id == event.person_id, EnquiryText.enquiry_id.in_(asked))
    session.execute(sa.update(EnquiryText).where(blank).values(body="").execution_options(synchronize_session=False))
    session.execute(sa.delete(EnquirySender).where(EnquirySender.person_id == event.person_id))


def _locked(session: Session, actor: Actor, enquiry_id: UUID) -> Enquiry:
    actor.must(_RUN)
    enquiry = session.get(Enquiry, enquiry_id, with_for_update=True, populate_existing=True)
    if enquiry is None:
        raise NotFound("enquiry")
    return enquiry


def _move(session: Session, enquiry: Enquiry, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes an enquiry's state."""
    enquiry.state = ENQUIRY.apply(enquiry.state, action)
    enquiry.changed_at, enquiry.escalated_at = now, None
    session.flush()


def _write(session: Session, actor: Actor | None, enquiry_id: UUID, action: str, text: str, now: datetime) -> None:
    person_id = actor.person_id if actor else None
    words = {"action": action, "body": text.strip(), "at": now}
    session.add(EnquiryText(id=new_id(), enquiry_id=enquiry_id, person_id=person_id, **words))
    session.flush()


def _send(session: Session, to: str, template: str, locale: str, context: dict[str, Any], now: datetime) -> None:
    mail.send(session, to=to, channel=Channel.MAIL, template=template, locale=locale, context=context, now=now)


def _audit(session: Session, actor: Actor, act_: str, enquiry_id: UUID, now: datetime, **facts: Any) -> None:
    action = f"enquiry.{act_}"
    audit.record(session, actor=actor, action=action, subject="enquiry", subject_id=enquiry_id, facts=facts, now=now)
