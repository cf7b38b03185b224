"""Who sits at a company's cases: members who may approve, and who stands in for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.rules.permissions import BY_ROLE, COMPANY_ROLES, Permission, Role
from marketplace.approvals.models import ApprovalDelegation
from marketplace.approvals.rules.cases import Delegation, Table
from marketplace.kernel.errors import NotFound

# The roles whose holders may be asked to approve, and the one whose holders are asked where nobody else is left.
APPROVERS: Final = frozenset(
    role.value for role in COMPANY_ROLES if Permission.COMPANY_APPROVAL_DECIDE in BY_ROLE[role]
)
# The roles whose holders order.
BUYERS: Final = frozenset(role.value for role in COMPANY_ROLES if Permission.TRADE_ORDER_PLACE in BY_ROLE[role])
LEADING: Final = Role.OWNER.value


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """Who decides in whose place, from a day to a day."""

    id: UUID
    company_id: UUID
    person_id: UUID
    delegate_id: UUID
    first_day: date
    last_day: date
    ended_at: datetime | None


def members(session: Session, *, company_id: UUID) -> Mapping[UUID, frozenset[str]]:
    """Return the members of a company who may approve and may log in, with their roles."""
    rows = session.execute(
        sa.select(Membership.person_id, Membership.roles)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.company_id == company_id, Membership.ended_at.is_(None), Person.disabled_at.is_(None))
    )
    return {row.person_id: frozenset(row.roles) for row in rows if APPROVERS & set(row.roles)}


def unit_of(session: Session, *, company_id: UUID, person_id: UUID) -> UUID | None:
    """Return the unit that a member belongs to."""
    return session.scalar(
        sa.select(Membership.unit_id).where(
            Membership.company_id == company_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
        )
    )


def tables(session: Session, *, company_id: UUID, today: date) -> "Tables":
    """Return what says who sits at a company's cases today, in two queries."""
    rows = session.scalars(
        sa.select(ApprovalDelegation)
        .where(
            ApprovalDelegation.company_id == company_id,
            ApprovalDelegation.ended_at.is_(None),
            ApprovalDelegation.last_day >= today,
        )
        .order_by(ApprovalDelegation.id)
        .execution_options(populate_existing=True)
    )
    kept = tuple(Delegation(row.person_id, row.delegate_id, row.first_day, row.last_day) for row in rows)
    return Tables(members(session, company_id=company_id), kept)


@dataclass(frozen=True, slots=True)
class Tables:
    """Members who may approve, and delegations that are not over."""

    members: Mapping[UUID, frozenset[str]]
    delegations: tuple[Delegation, ...]

    def of(self, requester_id: UUID) -> Table:
        """Return who sits at a case of this person."""
        return Table(members=self.members, leading=LEADING, requester_id=requester_id, delegations=self.delegations)


def delegations_of(session: Session, *, company_id: UUID, person_id: UUID | None = None) -> tuple[DelegationRow, ...]:
    """Return the delegations of a company, or those that one person gave or was given, newest first, a hundred."""
    query = sa.select(ApprovalDelegation).where(ApprovalDelegation.company_id == company_id)
    if person_id is not None:
        theirs = (ApprovalDelegation.person_id == person_id, ApprovalDelegation.delegate_id == person_id)
        query = query.where(sa.or_(*theirs))
    rows = session.scalars(query.order_by(ApprovalDelegation.id.desc()).limit(100))
    return tuple(_row(row) for row in rows)


def delegation(session: Session, *, company_id: UUID, delegation_id: UUID) -> DelegationRow:
    """Return one of a company's delegations; NotFound."""
    row = session.get(ApprovalDelegation, delegation_id)
    if row is None or row.company_id != company_id:
        raise NotFound("delegation")
    return _row(row)


def _row(row: ApprovalDelegation) -> DelegationRow:
    return DelegationRow(
        row.id, row.company_id, row.person_id, row.delegate_id, row.first_day, row.last_day, row.ended_at
    )
