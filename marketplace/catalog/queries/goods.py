"""Read the shelves themselves and the shared pages of goods."""

import json
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, Commodity
from marketplace.catalog.rules.rows import CategoryRow, CommodityRow
from marketplace.kernel.errors import NotFound


def categories(session: Session) -> tuple[CategoryRow, ...]:
    """Return the city's shelves in their order; as long as they stay as they are, the same tuple."""
    return _categories(tuple(map(tuple, session.execute(_CATEGORIES))))


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


_CATEGORIES: Final = sa.select(
    Category.code, sa.cast(Category.names, sa.Text), Category.drawing, Category.fresh
).order_by(Category.position)


@lru_cache(maxsize=4)
def _categories(rows: tuple[tuple[Any, ...], ...]) -> tuple[CategoryRow, ...]:
    return tuple(CategoryRow(code, json.loads(names), drawing, fresh) for code, names, drawing, fresh in rows)


def _commodities() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Commodity.slug, Commodity.names, Category.code, Commodity.hs6, Commodity.grade).join(
        Category, Category.id == Commodity.category_id
    )
