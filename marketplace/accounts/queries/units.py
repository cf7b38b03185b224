"""The unit somebody belongs to, as an expression for whoever writes it down."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from marketplace.accounts.models import Membership

Bound = sa.BindParameter[Any]


def unit_at(*, company_id: UUID | Bound, person_id: UUID | Bound | sa.SQLColumnExpression[UUID]) -> Any:
    """Return, as SQL, the unit of a company that a person belongs to now; null for none."""
    return (
        sa.select(Membership.unit_id)
        .where(Membership.company_id == company_id, Membership.person_id == person_id, Membership.ended_at.is_(None))
        .scalar_subquery()
    )
