"""Read which listings belong together as variants."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingVariant, VariantGroup
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.rows import VariantRow


def groups(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the groups of those of these listings that are in one."""
    rows = sa.select(ListingVariant.listing_id, ListingVariant.group_id).where(
        ListingVariant.listing_id.in_(listing_ids)
    )
    return dict(session.execute(rows).all())


def group_of(session: Session, *, listing_id: UUID) -> tuple[tuple[str, ...], tuple[VariantRow, ...]]:
    """Return the axes and variants of a listing's group, whatever their state, for a caller that has shown its right.

    Nothing for a listing that is in none.
    """
    mine = sa.select(ListingVariant.group_id).where(ListingVariant.listing_id == listing_id).scalar_subquery()
    return _read(session, mine)


def name_of(session: Session, *, listing_id: UUID) -> str:
    """Return what the group of a listing is called by its merchant; nothing for a listing that is in none."""
    named = (
        sa.select(VariantGroup.name)
        .join(ListingVariant, ListingVariant.group_id == VariantGroup.id)
        .where(ListingVariant.listing_id == listing_id)
    )
    return session.scalar(named) or ""


def names_of(session: Session, *, company_id: UUID) -> frozenset[str]:
    """Return the names of a company's groups."""
    return frozenset(session.scalars(sa.select(VariantGroup.name).where(VariantGroup.company_id == company_id)))


def on_sale(session: Session, *, group_id: UUID, viewer: UUID | None) -> tuple[tuple[str, ...], tuple[VariantRow, ...]]:
    """Return the axes of a group and those of its variants that are public, in two queries."""
    axes, rows = _read(session, sa.literal(group_id, sa.Uuid()))
    cards = shelf.cards(session, listing_ids=[row.listing_id for row in rows], viewer=viewer)
    return axes, tuple(replace(row, card=cards[row.listing_id]) for row in rows if row.listing_id in cards)


def _read(
    session: Session, group_id: sa.ScalarSelect[UUID] | sa.ColumnElement[UUID]
) -> tuple[tuple[str, ...], tuple[VariantRow, ...]]:
    rows = session.execute(
        sa.select(Listing.id, Listing.sku, ListingVariant.values, VariantGroup.axes)
        .join(ListingVariant, ListingVariant.listing_id == Listing.id)
        .join(VariantGroup, VariantGroup.id == ListingVariant.group_id)
        .where(ListingVariant.group_id == group_id)
        .order_by(ListingVariant.position)
    ).all()
    axes = tuple(rows[0].axes) if rows else ()
    return axes, tuple(VariantRow(row.id, row.sku, tuple(row.values)) for row in rows)
