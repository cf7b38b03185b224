"""Bearer tokens of the API."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken
from marketplace.accounts.queries.acting import actor_of
from marketplace.accounts.rules.codes import TOKEN_LIFETIME, TOKEN_PREFIX, digest
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id

_SHOWN: Final = len(TOKEN_PREFIX) + 6
_USE_IS_NOTED_EVERY: Final = timedelta(hours=1)
LONGEST_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, shown this once."""

    id: UUID
    token: str
    expires_at: datetime


def issue_own_token(
    session: Session, *, actor: Actor, name: str, scopes: Collection[str] | None, days: int, now: datetime
) -> Issued:
    """Make a token for the actor's own programs, for some of what the actor may do; None: for all of it.

    A token never may more than what made it. Refused ``scopes`` for what the actor may not, ``days`` beyond a year.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused.field("days", "range", f"1 to {LONGEST_DAYS}")
    mine = sorted(actor.permissions)
    if scopes is not None and (not scopes or not set(scopes) <= set(mine)):
        raise Refused.field("scopes", "choice", ", ".join(mine))
    rights = actor_of(session, person_id=actor.person, company_id=actor.company_id)
    is_limited = rights is None or rights.permissions != actor.permissions
    row, token = _new(session, actor.person, actor.company_id, now, lifetime=timedelta(days=days))
    row.name = name
    row.scopes = sorted(set(scopes)) if scopes is not None else mine if is_limited else None
    session.flush()
    _audit(session, actor, "token.issued", row.id, now)
    return Issued(row.id, token, row.expires_at)


def issue_token(session: Session, *, person_id: UUID, company_id: UUID | None, now: datetime) -> str:
    """Return a new bearer token, shown this once; NotFound unless the person can act for the company."""
    actor = actor_of(session, person_id=person_id, company_id=company_id)
    if actor is None:
        raise NotFound("company")
    row, token = _new(session, person_id, company_id, now, lifetime=TOKEN_LIFETIME)
    session.flush()
    _audit(session, actor, "token.issued", row.id, now)
    return token


def _new(
    session: Session, person_id: UUID, company_id: UUID | None, now: datetime, *, lifetime: timedelta
) -> tuple[ApiToken, str]:
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        id=new_id(),
        prefix=token[:_SHOWN],
        token_hash=digest(token),
        person_id=person_id,
        company_id=company_id,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(row)
    return row, token


def revoke_token(session: Session, *, actor: Actor, token_id: UUID, now: datetime) -> None:
    """End one of the actor's own tokens; again changes nothing."""
    token = session.scalars(
        sa.select(ApiToken).where(ApiToken.id == token_id, ApiToken.person_id == actor.person).with_for_update()
    ).one_or_none()
    if token is None:
        raise NotFound("token")
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()
        _audit(session, actor, "token.revoked", token.id, now)


def revoke_current(session: Session, *, actor: Actor, token: str, now: datetime) -> None:
    """End the token that the actor came in with."""
    token_id = session.scalars(sa.select(ApiToken.id).where(ApiToken.token_hash == digest(token))).one_or_none()
    if token_id is None:
        raise NotFound("token")
    revoke_token(session, actor=actor, token_id=token_id, now=now)


def note_token_used(session: Session, *, token: str, now: datetime) -> bool:
    """Note that a token is in use, to the hour, so that most requests write nothing; tell whether it was noted."""
    is_due = sa.or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - _USE_IS_NOTED_EVERY)
    statement = (
        sa.update(ApiToken)
        .where(ApiToken.token_hash == digest(token), is_due)
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def _audit(session: Session, actor: Actor, action: str, token_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="api_token", subject_id=token_id, now=now)
