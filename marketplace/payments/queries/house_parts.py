"""What lines of the operator's bank were said to be for, as far as it still counts."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.payments.models.bank import HousePart, HousePartReversal
from marketplace.payments.rules.house_money import Purpose


def counts() -> sa.ColumnElement[bool]:
    """Tell of a part whether it still says what its line is for."""
    return ~sa.exists().where(HousePartReversal.part_id == HousePart.id)


def is_taken(session: Session, target_id: UUID, purpose: Purpose) -> bool:
    """Tell whether an entry is for this already."""
    found = sa.select(HousePart.id).where(HousePart.target_id == target_id, HousePart.purpose == purpose, counts())
    return session.scalars(found).first() is not None
