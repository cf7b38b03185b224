"""Read by what a person is let in: tokens of programs, and browsers that are logged in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, LoginSession
from marketplace.accounts.rules.sign_in import SESSION_LIFETIME


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A bearer token that is still good, without its secret."""

    id: UUID
    prefix: str
    company_id: UUID | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    name: str
    scopes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser in which somebody is logged in."""

    id: UUID
    agent: str
    address: str
    began_at: datetime
    last_seen_at: datetime


def tokens(session: Session, *, person_id: UUID, now: datetime) -> tuple[TokenRow, ...]:
    """Return a person's tokens that are still good, newest first."""
    found = session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.created_at.desc(), ApiToken.id)
    )
    return tuple(
        TokenRow(
            id=token.id,
            prefix=token.prefix,
            company_id=token.company_id,
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            name=token.name,
            scopes=None if token.scopes is None else tuple(token.scopes),
        )
        for token in found
    )


def sessions(session: Session, *, person_id: UUID, now: datetime) -> tuple[SessionRow, ...]:
    """Return the sessions of a person that go on, last seen first."""
    rows = session.execute(
        sa.select(
            LoginSession.id,
            LoginSession.agent,
            LoginSession.address,
            LoginSession.began_at,
            LoginSession.last_seen_at,
        )
        .where(
            LoginSession.person_id == person_id,
            LoginSession.ended_at.is_(None),
            LoginSession.last_seen_at > now - SESSION_LIFETIME,
        )
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id)
    )
    return tuple(SessionRow(*row) for row in rows)
