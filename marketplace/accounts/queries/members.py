"""Who belongs to which company, and who is invited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Invitation, Membership, Person
from marketplace.accounts.rules.codes import digest
from marketplace.accounts.rules.permissions import CompanyKind, Role


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A company that a person can act for."""

    company_id: UUID
    company_name: str
    company_kind: CompanyKind
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person who can act for a company."""

    person_id: UUID
    display_name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An open invitation."""

    id: UUID
    company_id: UUID
    company_name: str
    email: str | None
    phone: str | None
    roles: tuple[Role, ...]
    expires_at: datetime


def memberships_of(session: Session, *, person_id: UUID) -> tuple[MembershipRow, ...]:
    """Return the companies a person can act for, oldest membership first."""
    rows = session.execute(
        sa.select(Company.id, Company.name, Company.kind, Membership.roles)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None), Company.closed_at.is_(None))
        .order_by(Membership.id)
    )
    return tuple(MembershipRow(row.id, row.name, row.kind, _roles(row.roles)) for row in rows)


def members_of(session: Session, *, company_id: UUID) -> tuple[MemberRow, ...]:
    """Return a company's members, oldest first."""
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.email, Person.phone, Membership.roles, Membership.created_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.company_id == company_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return tuple(
        MemberRow(row.id, row.name or "", row.email, row.phone, _roles(row.roles), row.created_at) for row in rows
    )


def open_invitations(session: Session, *, company_id: UUID, now: datetime) -> tuple[InvitationRow, ...]:
    """Return a company's invitations that nobody accepted yet, oldest first."""
    query = _open_invitations(now).where(Invitation.company_id == company_id).order_by(Invitation.id)
    return tuple(_invitation_row(row) for row in session.execute(query))


def find_invitation(session: Session, *, token: str, now: datetime) -> InvitationRow | None:
    """Return the open invitation behind a token."""
    row = session.execute(_open_invitations(now).where(Invitation.token_hash == digest(token))).one_or_none()
    return _invitation_row(row) if row else None


def _open_invitations(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Invitation.id,
            Invitation.company_id,
            Company.name,
            Invitation.email,
            Invitation.phone,
            Invitation.roles,
            Invitation.expires_at,
        )
        .join(Company, Company.id == Invitation.company_id)
        .where(Invitation.accepted_at.is_(None), Invitation.expires_at > now, Company.closed_at.is_(None))
    )


def _invitation_row(row: Any) -> InvitationRow:
    return InvitationRow(row.id, row.company_id, row.name, row.email, row.phone, _roles(row.roles), row.expires_at)


def _roles(stored: list[str]) -> tuple[Role, ...]:
    return tuple(Role(role) for role in stored)
