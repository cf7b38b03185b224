"""Categories and commodities, kept by the city itself."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, Commodity
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id
from marketplace.reference.rules import hs_code


def put_category(
    session: Session,
    *,
    code: str,
    names: Mapping[str, str],
    drawing: str,
    fresh: bool,
    hs_chapters: Sequence[str],
    position: int,
) -> UUID:
    """Make a category or bring the one with this code up to date; return its id."""
    category = session.scalars(sa.select(Category).where(Category.code == code)).one_or_none()
    if category is None:
        category = Category(id=new_id(), code=code)
        session.add(category)
    category.names, category.drawing, category.fresh = dict(names), drawing, fresh
    category.hs_chapters, category.position = list(hs_chapters), position
    session.flush()
    return category.id


def put_commodity(
    session: Session, *, slug: str, names: Mapping[str, str], category: str, hs6: str, grade: str = ""
) -> UUID:
    """Make a commodity or bring the one with this slug up to date; return its id."""
    category_id = session.scalars(sa.select(Category.id).where(Category.code == category)).one_or_none()
    if category_id is None:
        raise NotFound("category")
    commodity = session.scalars(sa.select(Commodity).where(Commodity.slug == slug)).one_or_none()
    if commodity is None:
        commodity = Commodity(id=new_id(), slug=slug)
        session.add(commodity)
    commodity.names, commodity.category_id = dict(names), category_id
    commodity.hs6, commodity.grade = hs_code(hs6)[:6], grade
    session.flush()
    return commodity.id
