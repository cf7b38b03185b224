"""The units that what a company buys can be booked under."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company, Membership, Unit


@dataclass(frozen=True, slots=True)
class PurchaseUnit:
    """An open unit that an order is placed for, and whether papers of the company print its cost centre."""

    id: UUID
    name: str
    cost_centre: str
    is_printed: bool


def unit_for(session: Session, *, company_id: UUID, person_id: UUID, unit_id: UUID | None) -> PurchaseUnit | None:
    """Return this open unit of a company, the one that a person belongs to where none is named; None for none."""
    given = {"company": company_id, "person": person_id} if unit_id is None else {"company": company_id, "id": unit_id}
    row = session.execute(_OWN if unit_id is None else _NAMED, given).one_or_none()
    return PurchaseUnit(*row) if row else None


def prints_cost_centre(session: Session, *, company_id: UUID) -> bool:
    """Tell whether papers of what a company buys print the cost centre."""
    return bool(session.scalar(sa.select(Company.prints_cost_centre).where(Company.id == company_id)))


_COMPANY: Final = sa.bindparam("company", type_=sa.Uuid())
_OPEN: Final = (
    sa.select(Unit.id, Unit.name, Unit.cost_centre, Company.prints_cost_centre)
    .join(Company, Company.id == Unit.company_id)
    .where(Unit.company_id == _COMPANY, Unit.closed_at.is_(None))
)
_NAMED: Final = _OPEN.where(Unit.id == sa.bindparam("id", type_=sa.Uuid()))
_OWN: Final = _OPEN.where(
    Unit.id
    == sa.select(Membership.unit_id)
    .where(
        Membership.company_id == _COMPANY,
        Membership.person_id == sa.bindparam("person", type_=sa.Uuid()),
        Membership.ended_at.is_(None),
    )
    .scalar_subquery()
)
