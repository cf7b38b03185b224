"""Who is acting, in one query: on every request of somebody who is logged in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, Company, Membership, Person
from marketplace.accounts.rules.codes import digest
from marketplace.accounts.rules.permissions import Permission, Role, permissions_of
from marketplace.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Reader:
    """The names shown to somebody who is logged in."""

    display_name: str
    company_name: str | None


def actor_of(session: Session, *, person_id: UUID, company_id: UUID | None) -> Actor | None:
    """Return the person acting for the company; None when disabled, no member, or the company is closed."""
    return _actor(session, company_id, Person.id == person_id)


def session_actor(session: Session, *, person_id: UUID, company_id: UUID | None, epoch: int) -> Actor | None:
    """Return a session's actor; None also when the sessions of that epoch were ended."""
    return _actor(session, company_id, Person.id == person_id, Person.auth_epoch == epoch)


def token_actor(session: Session, *, token: str, now: datetime) -> Actor | None:
    """Return a bearer token's actor; None when unknown, revoked or expired, or the actor can no longer act."""
    query = _acting(ApiToken.company_id).join(ApiToken, ApiToken.person_id == Person.id)
    row = session.execute(
        query.add_columns(ApiToken.company_id.label("wanted_id")).where(
            ApiToken.token_hash == digest(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now
        )
    ).one_or_none()
    return _to_actor(row, row.wanted_id) if row else None


def reader(session: Session, *, actor: Actor) -> Reader:
    """Return the names for the account menu."""
    row = session.execute(
        sa.select(Person.name, Company.name.label("company"))
        .outerjoin(Company, Company.id == actor.company_id)
        .where(Person.id == actor.person)
    ).one()
    return Reader(row.name or "", row.company)


def _acting(company_id: Any) -> sa.Select[*tuple[Any, ...]]:
    """Select an active person with the live membership in an open company, when there is one."""
    return (
        sa.select(Person.id.label("person_id"), Company.id.label("company_id"), Company.kind, Membership.roles)
        .select_from(Person)
        .outerjoin(
            Membership,
            sa.and_(
                Membership.person_id == Person.id,
                Membership.company_id == company_id,
                Membership.ended_at.is_(None),
            ),
        )
        .outerjoin(Company, sa.and_(Company.id == Membership.company_id, Company.closed_at.is_(None)))
        .where(Person.disabled_at.is_(None))
    )


def _actor(session: Session, company_id: UUID | None, *conditions: sa.ColumnElement[bool]) -> Actor | None:
    row = session.execute(_acting(sa.literal(company_id, sa.Uuid)).where(*conditions)).one_or_none()
    return _to_actor(row, company_id) if row else None


def _to_actor(row: Any, wanted_id: UUID | None) -> Actor | None:
    if wanted_id is None:
        return Actor(row.person_id, None, permissions=frozenset({Permission.ACCOUNT_SELF}))
    if row.company_id is None:
        return None
    roles = tuple(Role(role) for role in row.roles)
    return Actor(row.person_id, row.company_id, row.kind, frozenset(roles), permissions_of(row.kind, roles))
