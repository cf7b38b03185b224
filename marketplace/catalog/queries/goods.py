"""Read the shelves themselves and the shared pages of goods."""

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import (
    Brand,
    Category,
    CategoryAttribute,
    Commodity,
    CommodityProposal,
    Listing,
    ListingDetail,
)
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import Attribute
from marketplace.catalog.rules.details.dangerous import Answer
from marketplace.catalog.rules.rows import BrandRow, CategoryRow, CommodityRow, ProposalRow
from marketplace.catalog.rules.states import ENDED, ListingState
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of


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


def page_names(session: Session, *, slugs: Collection[str]) -> dict[str, Mapping[str, str]]:
    """Return what shared pages are called, by slug and language."""
    if not slugs:
        return {}
    return dict(session.execute(sa.select(Commodity.slug, Commodity.names).where(Commodity.slug.in_(slugs))).all())


def attributes(session: Session, *, category: str) -> tuple[Attribute, ...]:
    """Return what a category asks of its goods, in its order; nothing for an unknown one."""
    return tuple(_attribute(row) for row in session.execute(_attributes().where(Category.code == category)))


def attributes_of(session: Session, *, category_ids: Collection[UUID]) -> dict[UUID, tuple[Attribute, ...]]:
    """Return what categories ask of their goods, by the categories' ids."""
    found: dict[UUID, list[Attribute]] = {}
    wanted = _attributes().where(CategoryAttribute.category_id.in_(category_ids))
    for row in session.execute(wanted.add_columns(CategoryAttribute.category_id)):
        found.setdefault(row.category_id, []).append(_attribute(row))
    return {category_id: tuple(asked) for category_id, asked in found.items()}


def asks_dangerous(session: Session, *, category: str) -> bool:
    """Tell whether goods of a category say whether they are dangerous."""
    return bool(session.scalar(sa.select(Category.asks_dangerous).where(Category.code == category)))


def dangerous(session: Session, *, listing_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of these listings whose goods are known to be dangerous."""
    rows = session.execute(
        sa.select(ListingDetail.listing_id, ListingDetail.document).where(
            ListingDetail.listing_id.in_(listing_ids), ListingDetail.kind == DetailKind.DANGEROUS
        )
    )
    return frozenset(row.listing_id for row in rows if row.document["answer"] == Answer.DANGEROUS)


def brands(session: Session) -> tuple[BrandRow, ...]:
    """Return the registered brands by name."""
    rows = session.execute(sa.select(Brand.id, Brand.name, Brand.registered_at).order_by(Brand.name))
    return tuple(BrandRow(*row) for row in rows)


def brand_looks(session: Session) -> dict[str, str]:
    """Return the names of the registered brands by what they look like."""
    return dict(session.execute(sa.select(Brand.skeleton, Brand.name)).all())


def compared_after(session: Session, *, after: UUID, size: int = 500) -> tuple[UUID, ...]:
    """Return the next listings after an id, in their order, that are handed in or up."""
    wanted = sa.select(Listing.id).where(Listing.id > after, Listing.state.not_in({ListingState.DRAFT, *ENDED}))
    return tuple(session.scalars(wanted.order_by(Listing.id).limit(size)))


def proposals(
    session: Session,
    *,
    company_id: UUID | None = None,
    state: str | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[ProposalRow]:
    """Return wishes for shared pages, the newest first: one company's, or in one state."""
    query = _proposals().order_by(CommodityProposal.id.desc()).limit(size + 1)
    if company_id is not None:
        query = query.where(CommodityProposal.company_id == company_id)
    if state is not None:
        query = query.where(CommodityProposal.state == state)
    if cursor:
        query = query.where(CommodityProposal.id < _after(cursor))
    rows = [ProposalRow(*row) for row in session.execute(query)]
    return page_of(rows, size, lambda row: (row.id.hex,))


def proposal(session: Session, *, proposal_id: UUID) -> ProposalRow:
    """Return one wish for a shared page, for whoever decides on it."""
    row = session.execute(_proposals().where(CommodityProposal.id == proposal_id)).one_or_none()
    if row is None:
        raise NotFound("proposal")
    return ProposalRow(*row)


def attribute_names(session: Session, *, codes: Collection[str]) -> dict[str, Mapping[str, str]]:
    """Return what attributes are called, by code and language; where categories call one differently, the first's."""
    rows = session.execute(_attributes().where(CategoryAttribute.code.in_(codes))).all()
    return {row.code: row.names for row in reversed(rows)}


def _after(cursor: str) -> UUID:
    try:
        return UUID(*decode_cursor(cursor, str))
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None


def _attributes() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CategoryAttribute.code,
            CategoryAttribute.names,
            CategoryAttribute.kind,
            CategoryAttribute.wanted,
            CategoryAttribute.unit,
            CategoryAttribute.choices,
        )
        .join(Category, Category.id == CategoryAttribute.category_id)
        .order_by(CategoryAttribute.category_id, CategoryAttribute.position, CategoryAttribute.code)
    )


def _attribute(row: Any) -> Attribute:
    return Attribute(row.code, row.names, row.kind, row.wanted, row.unit, row.choices)


def _proposals() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CommodityProposal.id,
            CommodityProposal.company_id,
            Company.name,
            CommodityProposal.state,
            CommodityProposal.names,
            Category.code,
            CommodityProposal.hs6,
            CommodityProposal.grade,
            Commodity.slug,
            CommodityProposal.reason,
            CommodityProposal.proposed_at,
        )
        .join(Company, Company.id == CommodityProposal.company_id)
        .join(Category, Category.id == CommodityProposal.category_id)
        .outerjoin(Commodity, Commodity.id == CommodityProposal.commodity_id)
    )


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
