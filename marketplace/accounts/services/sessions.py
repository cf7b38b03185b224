"""Browsers in which people are logged in."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import LoginSession
from marketplace.accounts.rules.sign_in import SESSION_LIFETIME
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id

_LONGEST_AGENT: Final = 200
SEEN_EVERY: Final = timedelta(hours=1)


def begin(session: Session, *, person_id: UUID, agent: str, address: str, now: datetime) -> UUID:
    """Note that somebody logged in, and return the session's id for the cookie."""
    row = LoginSession(
        id=new_id(),
        person_id=person_id,
        agent=agent[:_LONGEST_AGENT],
        address=address[:45],
        began_at=now,
        last_seen_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def note_seen(session: Session, *, session_id: UUID, now: datetime) -> None:
    """Note that a session is in use, to the hour."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.last_seen_at <= now - SEEN_EVERY)
        .values(last_seen_at=now)
    )


def end(session: Session, *, actor: Actor, session_id: UUID, now: datetime) -> None:
    """End one of the actor's own sessions; again changes nothing. NotFound for anybody else's."""
    row = session.scalars(
        sa.select(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == actor.person)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("session")
    if row.ended_at is None:
        row.ended_at = now
        session.flush()
        audit.record(session, actor=actor, action="session.ended", subject="person", subject_id=actor.person, now=now)


def sweep(session: Session, *, now: datetime) -> None:
    """Forget sessions that nobody was seen in for as long as one lasts."""
    session.execute(sa.delete(LoginSession).where(LoginSession.last_seen_at <= now - SESSION_LIFETIME))
