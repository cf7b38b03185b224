"""People, their tokens, and everything kept about one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import ApiToken, Membership, Person, TermsAcceptance, TermsVersion
from marketplace.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person; after erasure the name is empty and nothing else is left."""

    id: UUID
    display_name: str
    email: str | None
    phone: str | None
    locale: str
    confirmed: bool
    has_totp: bool
    auth_epoch: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A bearer token that is still good, without its secret."""

    id: UUID
    prefix: str
    company_id: UUID | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def find_person(session: Session, *, login: str) -> PersonRow | None:
    """Return the person with this login name in its stored form, None when nobody has it."""
    person = session.scalars(
        sa.select(Person).where(sa.or_(Person.email == login, Person.phone == login))
    ).one_or_none()
    return _person_row(person) if person else None


def get_person(session: Session, *, person_id: UUID) -> PersonRow:
    """Return a person, erased ones too; the caller has decided that the reader may see them."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    return _person_row(person)


def names_of(session: Session, *, person_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of these people, empty for erased ones."""
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name or "" for row in rows}


def tokens_of(session: Session, *, person_id: UUID, now: datetime) -> tuple[TokenRow, ...]:
    """Return a person's tokens that are still good, newest first."""
    tokens = session.scalars(
        sa.select(ApiToken)
        .where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.id.desc())
    )
    return tuple(
        TokenRow(token.id, token.prefix, token.company_id, token.created_at, token.expires_at, token.last_used_at)
        for token in tokens
    )


def export_person(session: Session, *, person_id: UUID) -> dict[str, Any]:
    """Return everything kept here about a person, as JSON values."""
    person = get_person(session, person_id=person_id)
    memberships = session.execute(
        sa.select(Membership.company_id, Membership.roles, Membership.created_at, Membership.ended_at)
        .where(Membership.person_id == person_id)
        .order_by(Membership.id)
    )
    acceptances = session.execute(
        sa.select(TermsVersion.kind, TermsVersion.version, TermsAcceptance.accepted_at)
        .join(TermsVersion, TermsVersion.id == TermsAcceptance.terms_version_id)
        .where(TermsAcceptance.person_id == person_id)
        .order_by(TermsAcceptance.id)
    )
    tokens = session.execute(
        sa.select(ApiToken.prefix, ApiToken.created_at, ApiToken.last_used_at, ApiToken.revoked_at)
        .where(ApiToken.person_id == person_id)
        .order_by(ApiToken.id)
    )
    return {
        "id": str(person.id),
        "name": person.display_name,
        "email": person.email,
        "phone": person.phone,
        "locale": person.locale,
        "second_factor": person.has_totp,
        "memberships": [_json(row) for row in memberships],
        "terms_accepted": [_json(row) for row in acceptances],
        "tokens": [_json(row) for row in tokens],
    }


def _person_row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.id,
        display_name=person.name or "",
        email=person.email,
        phone=person.phone,
        locale=person.locale,
        confirmed=person.confirmed_at is not None,
        has_totp=person.totp_confirmed_at is not None,
        auth_epoch=person.auth_epoch,
        is_active=person.disabled_at is None,
    )


def _json(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for name, value in zip(row._fields, row, strict=True)
    }
