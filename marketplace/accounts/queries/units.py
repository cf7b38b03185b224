"""The units that what a company buys can be booked under."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Membership, Unit


def unit_at(*, company_id: UUID, person_id: UUID | sa.SQLColumnExpression[UUID]) -> Any:
    """Return, as SQL, the unit of a company that a person belongs to now; null for none."""
    return (
        sa.select(Membership.unit_id)
        .where(Membership.company_id == company_id, Membership.person_id == person_id, Membership.ended_at.is_(None))
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class PurchaseUnit:
    """An open unit that an order is placed for, and whether papers of the company print its cost centre."""

    id: UUID
    name: str
    cost_centre: str
    is_printed: bool


def unit_for(session: Session, *, company_id: UUID, person_id: UUID, unit_id: UUID | None) -> PurchaseUnit | None:
    """Return this open unit of a company, the one that a person belongs to where none is named; None for none."""
    wanted = sa.select(Unit.id, Unit.name, Unit.cost_centre, Company.prints_cost_centre).join(
        Company, Company.id == Unit.company_id
    )
    own = sa.select(Membership.unit_id).where(
        Membership.company_id == company_id, Membership.person_id == person_id, Membership.ended_at.is_(None)
    )
    row = session.execute(
        wanted.where(
            Unit.company_id == company_id,
            Unit.closed_at.is_(None),
            Unit.id == (own.scalar_subquery() if unit_id is None else unit_id),
        )
    ).one_or_none()
    return PurchaseUnit(*row) if row else None


def prints_cost_centre(session: Session, *, company_id: UUID) -> bool:
    """Tell whether papers of what a company buys print the cost centre."""
    return bool(session.scalar(sa.select(Company.prints_cost_centre).where(Company.id == company_id)))
