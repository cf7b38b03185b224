"""Read the shelves themselves and the shared pages of goods."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, Commodity
from marketplace.catalog.rules.rows import CategoryRow, CommodityRow
from marketplace.kernel.errors import NotFound


def categories(session: Session) -> tuple[CategoryRow, ...]:
    """Return the city's shelves in their order."""
    rows = session.execute(
        sa.select(Category.code, Category.names, Category.drawing, Category.fresh).order_by(Category.position)
    )
    return tuple(CategoryRow(row.code, row.names, row.drawing, row.fresh) for row in rows)


def commodities(session: Session, *, category: str | None = None) -> tuple[CommodityRow, ...]:
    """Return the shared pages of goods, by slug."""
    query = _commodities().order_by(Commodity.slug)
    if category:
        query = query.where(Category.code == category)
    return tuple(CommodityRow(*row) for row in session.execute(query))


def commodity(session: Session, *, slug: str) -> CommodityRow:
    """Return one shared page of goods."""
    row = session.execute(_commodities().where(Commodity.slug == slug)).one_or_none()
    if row is None:
        raise NotFound("commodity")
    return CommodityRow(*row)


def _commodities() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Commodity.slug, Commodity.names, Category.code, Commodity.hs6, Commodity.grade).join(
        Category, Category.id == Commodity.category_id
    )
