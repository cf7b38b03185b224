"""Find out who is acting, in one query."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, Company, LoginSession, Membership, Person
from marketplace.accounts.queries import terms
from marketplace.accounts.rules.codes import digest
from marketplace.accounts.rules.permissions import CompanyKind, Permission, Role, permissions_of
from marketplace.accounts.rules.sign_in import SESSION_LIFETIME
from marketplace.kernel import editions
from marketplace.kernel.actor import Actor
from marketplace.kernel.columns import UtcDateTime


@dataclass(frozen=True, slots=True)
class Reader:
    """The names shown to somebody who is logged in, and the country whose clock the company lives by."""

    display_name: str
    company_name: str | None
    country: str | None
    # When the session was seen last, as far as it is noted.
    seen_at: datetime | None = None
    # What else was to be known of the company, None where nothing was asked.
    fact: bool | None = None
    # The stamp of what changes hardly ever (``kernel.editions``), as far as it was read.
    edition: str | None = None


def actor_of(session: Session, *, person_id: UUID, company_id: UUID | None) -> Actor | None:
    """Return the person acting for the company; None when disabled, no member, or the company is closed."""
    row = session.execute(_ACTOR, {"person_id": person_id, "company_id": company_id}).one_or_none()
    return _to_actor(row, company_id) if row else None


def session_actor(session: Session, *, person_id: UUID, company_id: UUID | None, epoch: int) -> Actor | None:
    """Return the actor of a person's sessions of an epoch; None also when those were ended."""
    found = session_reader(session, person_id=person_id, company_id=company_id, epoch=epoch)
    return found[0] if found else None


def session_reader(
    session: Session,
    *,
    person_id: UUID,
    company_id: UUID | None,
    epoch: int,
    session_id: UUID | None = None,
    now: datetime | None = None,
    fact: sa.ColumnElement[bool] | None = None,
) -> tuple[Actor, Reader] | None:
    """Return a session's actor and the names shown to him, in one query; None when the session is over.

    With ``session_id`` that very session has to be going on at ``now``. ``fact`` is what else is to be known of the
    ``company`` on the way: every page of a member asks this.
    """
    given: dict[str, Any] = {"person_id": person_id, "company_id": company_id, "epoch": epoch}
    if session_id is None or now is None:
        row = session.execute(_SESSION, given).one_or_none()
    else:
        given |= {"session_id": session_id, "alive_after": now - SESSION_LIFETIME}
        row = session.execute(_LISTED if fact is None else _listed_with(fact), given).one_or_none()
    actor = _to_actor(row, company_id) if row else None
    if row is None or actor is None:
        return None
    seen_at = row.last_seen_at if session_id is not None else None
    is_so = bool(row.fact) if "fact" in row._fields else None
    return actor, Reader(row.name or "", row.company, row.country, seen_at, is_so, row.edition)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for and when it was used last; ``owes``: whether terms wait for him, None unasked.

    ``edition`` is the stamp of what changes hardly ever (``kernel.editions``).
    """

    actor: Actor
    used_at: datetime | None
    owes: bool | None
    edition: str | None


def token_bearer(session: Session, *, token: str, now: datetime, is_acting: bool = False) -> Bearer | None:
    """Return a bearer token's actor, who may do what the token is for, None for one that is no token any more.

    Of who ``is_acting`` it is asked on the way whether terms wait for his acceptance.
    """
    row = session.execute(_ACTING if is_acting else _BEARER, {"token_hash": digest(token), "now": now}).one_or_none()
    actor = _to_actor(row, row.wanted_id) if row else None
    if row is None or actor is None:
        return None
    if row.scopes is not None:
        actor = replace(actor, permissions=actor.permissions & set(row.scopes))
    return Bearer(actor, row.last_used_at, bool(row.owes) if is_acting else None, row.edition)


def reader(session: Session, *, actor: Actor) -> Reader:
    """Return the names for the account menu."""
    row = session.execute(
        sa.select(Person.name, Company.name.label("company"), Company.country)
        .outerjoin(Company, Company.id == actor.company_id)
        .where(Person.id == actor.person)
    ).one()
    return Reader(row.name or "", row.company, row.country)


def _acting(company_id: Any, people: Any = Person) -> sa.Select[*tuple[Any, ...]]:
    """Select an active person with the live membership in an open company, when there is one."""
    return (
        sa.select(Person.id.label("person_id"), Company.id.label("company_id"), Company.kind, Membership.roles)
        .select_from(people)
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


# Every request asks one of these, so they are written once.
_ACTOR: Final = _acting(sa.bindparam("company_id", type_=sa.Uuid())).where(
    Person.id == sa.bindparam("person_id", type_=sa.Uuid())
)
_SESSION: Final = _ACTOR.add_columns(Person.name, Company.name.label("company"), Company.country, editions.STAMP).where(
    Person.auth_epoch == sa.bindparam("epoch")
)
_LISTED: Final = (
    _SESSION.join(LoginSession, LoginSession.person_id == Person.id)
    .add_columns(LoginSession.last_seen_at)
    .where(
        LoginSession.id == sa.bindparam("session_id", type_=sa.Uuid()),
        LoginSession.ended_at.is_(None),
        LoginSession.last_seen_at > sa.bindparam("alive_after", type_=UtcDateTime()),
    )
)


@cache
def _listed_with(fact: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return _LISTED.add_columns(fact.label("fact"))


_BEARER: Final = (
    _acting(ApiToken.company_id, sa.join(ApiToken, Person, Person.id == ApiToken.person_id))
    .add_columns(ApiToken.company_id.label("wanted_id"), ApiToken.scopes, ApiToken.last_used_at, editions.STAMP)
    .where(
        ApiToken.token_hash == sa.bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > sa.bindparam("now", type_=UtcDateTime()),
    )
)
_ACTING: Final = _BEARER.add_columns(terms.owing(ApiToken.person_id).label("owes"))


def _to_actor(row: Any, wanted_id: UUID | None) -> Actor | None:
    if wanted_id is None:
        return Actor(row.person_id, None, permissions=frozenset({Permission.ACCOUNT_SELF}))
    if row.company_id is None:
        return None
    roles = tuple(Role(role) for role in row.roles)
    return Actor(row.person_id, row.company_id, row.kind, frozenset(roles), _rights(row.kind, roles))


@cache
def _rights(kind: CompanyKind, roles: tuple[Role, ...]) -> frozenset[Permission]:
    return permissions_of(kind, roles)
