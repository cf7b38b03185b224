"""How live listings are spread over the shelves: of one merchant, or of one country of origin."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, ListingCard


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A shelf, and how many live listings of those asked for stand on it."""

    code: str
    names: Mapping[str, str]
    drawing: str
    count: int


def sections(session: Session, *, merchant_id: UUID | None = None, origin: str | None = None) -> tuple[SectionRow, ...]:
    """Return the shelves that hold live listings of this merchant or origin, in their order, in one query."""
    counted = sa.select(ListingCard.category_id, sa.func.count().label("number")).group_by(ListingCard.category_id)
    if merchant_id is not None:
        counted = counted.where(ListingCard.company_id == merchant_id)
    if origin is not None:
        counted = counted.where(ListingCard.origin == origin)
    found = counted.subquery()
    wanted = sa.select(Category.code, Category.names, Category.drawing, found.c.number)
    rows = session.execute(
        wanted.join(found, found.c.category_id == Category.id).order_by(Category.position, Category.code)
    )
    return tuple(SectionRow(*row) for row in rows)
