"""The inbox of a company: what it is told comes in once, and one of its members takes it in hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import HandedOver, PersonErased
from marketplace.accounts.rules.permissions import Permission, permissions_of
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.notices.models import InboxMatter, InboxSeen
from marketplace.notices.queries import readable
from marketplace.notices.rules import MATTER, TOLD, MatterState, News


def receive(
    session: Session, *, company_id: UUID, news: News, facts: Mapping[str, Any], key: str, now: datetime
) -> None:
    """Put a piece of news into a company's inbox; one that is there already changes nothing."""
    if session.scalars(sa.select(InboxMatter.id).where(InboxMatter.key == key)).one_or_none() is None:
        session.add(
            InboxMatter(
                id=new_id(),
                company_id=company_id,
                news=news,
                facts=dict(facts),
                key=key,
                state=MatterState.OPEN,
                at=now,
                changed_at=now,
            )
        )
        session.flush()


def take(session: Session, *, actor: Actor, matter_id: UUID, now: datetime) -> None:
    """Take a matter in hand; one's own again changes nothing. Conflict ``matter_taken`` when a colleague has it."""
    row = _row(session, actor, matter_id)
    if row.state is MatterState.TAKEN:
        if row.person_id == actor.person:
            return
        raise Conflict("matter_taken", matter=row.id)
    _move(session, actor, row, "take", actor.person, now)


def give(session: Session, *, actor: Actor, matter_id: UUID, person_id: UUID, now: datetime) -> None:
    """Give a matter to a colleague who may act on it: an open one, one's own, or anybody's as who changes members.

    Refused ``person_id`` for who is no member with that right, Conflict ``matter_taken`` for somebody else's.
    """
    row = _row(session, actor, matter_id)
    if (
        row.state is MatterState.TAKEN
        and row.person_id != actor.person
        and not actor.may(Permission.COMPANY_MEMBERS_EDIT)
    ):
        raise Conflict("matter_taken", matter=row.id)
    company = accounts.get_company(session, company_id=row.company_id)
    able = {
        member.person_id
        for member in accounts.members_of(session, company_id=company.id)
        if TOLD[row.news] in permissions_of(company.kind, member.roles)
    }
    if person_id not in able:
        raise Refused.field("person_id", "unknown", "a colleague whose role takes such matters")
    _move(session, actor, row, "take", person_id, now)


def release(session: Session, *, actor: Actor, matter_id: UUID, now: datetime) -> None:
    """Put a matter back for anybody to take: one's own, or anybody's as who changes members."""
    row = _row(session, actor, matter_id)
    if row.state is MatterState.OPEN:
        return
    if row.person_id != actor.person and not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        raise Conflict("matter_taken", matter=row.id)
    _move(session, actor, row, "release", None, now)


def finish(session: Session, *, actor: Actor, matter_id: UUID, now: datetime) -> None:
    """Mark a matter done, whoever has it; again changes nothing."""
    row = _row(session, actor, matter_id)
    if row.state is not MatterState.DONE:
        _move(session, actor, row, "finish", row.person_id or actor.person, now)


def reopen(session: Session, *, actor: Actor, matter_id: UUID, now: datetime) -> None:
    """Open a matter that was done; one that is not done changes nothing."""
    row = _row(session, actor, matter_id)
    if row.state is MatterState.DONE:
        _move(session, actor, row, "reopen", None, now)


def look(session: Session, *, actor: Actor, matter_id: UUID) -> None:
    """Note that the actor has seen the inbox up to a matter; never back."""
    row = _row(session, actor, matter_id)
    seen = session.get(InboxSeen, (actor.company, actor.person), with_for_update=True, populate_existing=True)
    if seen is None:
        session.add(InboxSeen(company_id=actor.company, person_id=actor.person, matter_id=row.id))
    elif seen.matter_id < row.id:
        seen.matter_id = row.id
    session.flush()


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Give what a leaver has in hand to the successor."""
    session.execute(
        sa.update(InboxMatter)
        .where(
            InboxMatter.company_id == event.company_id,
            InboxMatter.person_id == event.leaver_id,
            InboxMatter.state == MatterState.TAKEN,
        )
        .values(person_id=event.successor_id)
    )


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Forget up to where the person looked; who had what in hand stays by id."""
    session.execute(sa.delete(InboxSeen).where(InboxSeen.person_id == event.person_id))


def _row(session: Session, actor: Actor, matter_id: UUID) -> InboxMatter:
    row = session.get(InboxMatter, matter_id, with_for_update=True, populate_existing=True)
    if row is None or row.company_id != actor.company or row.news not in readable(actor):
        raise NotFound("matter")
    return row


def _move(session: Session, actor: Actor, row: InboxMatter, action: str, person_id: UUID | None, now: datetime) -> None:
    row.state = MATTER.apply(row.state, action)
    row.person_id, row.changed_at = person_id, now
    session.flush()
    audit.record(
        session,
        actor=actor,
        action=f"matter.{action}",
        subject="matter",
        subject_id=row.id,
        facts={"news": row.news.value, "person": person_id},
        now=now,
    )
