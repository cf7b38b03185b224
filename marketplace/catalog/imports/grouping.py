"""Which groups the articles of a sheet are in, and which they are to be in."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingVariant, VariantGroup
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.sheet_variants import COLUMNS, GROUP, Groups, InGroup


def columns_of(session: Session, *, company_id: UUID) -> tuple[str, ...]:
    """Return the columns of a company's groups: none while it has none."""
    there = sa.select(sa.exists().where(VariantGroup.company_id == company_id))
    return COLUMNS if session.scalar(there) else ()


def found(
    session: Session, *, company_id: UUID, skus: Collection[str], names: Collection[str] = (), locking: bool = False
) -> Groups:
    """Return the whole groups of a company that these articles are in, or that are called so.

    ``locking`` holds them, in order of id, until the end of this unit of work: their articles, which are locked before,
    come and go with their consent alone.
    """
    homes = (
        sa.select(ListingVariant.group_id)
        .join(Listing, Listing.id == ListingVariant.listing_id)
        .where(Listing.company_id == company_id, Listing.sku.in_(skus))
    )
    wanted = (
        sa.select(VariantGroup.id, VariantGroup.name, VariantGroup.axes)
        .where(
            VariantGroup.company_id == company_id,
            sa.or_(VariantGroup.name.in_(names), VariantGroup.id.in_(homes)) if names else VariantGroup.id.in_(homes),
        )
        .order_by(VariantGroup.id)
    )
    rows = session.execute(wanted.with_for_update() if locking else wanted).all()
    groups = Groups(axes={row.name: tuple(row.axes) for row in rows})
    called = {row.id: row.name for row in rows}
    members = (
        sa.select(ListingVariant.group_id, Listing.sku, ListingVariant.values)
        .join(Listing, Listing.id == ListingVariant.listing_id)
        .where(ListingVariant.group_id.in_(called))
        .order_by(ListingVariant.group_id, ListingVariant.position)
    )
    for row in session.execute(members) if called else ():
        name = called[row.group_id]
        groups.put(row.sku, InGroup(name, groups.axes[name], tuple(row.values)))
    return groups


def asked(session: Session, *, company_id: UUID, rows: Collection[Mapping[str, Any]], locking: bool = False) -> Groups:
    """Return the groups that rows of a sheet name, or that their articles are in."""
    skus = [str(row["sku"]) for row in rows if "sku" in row]
    names = {str(row[GROUP]) for row in rows if GROUP in row}
    return found(session, company_id=company_id, skus=skus, names=names, locking=locking)


def laid(draft: ListingDraft, groups: Groups) -> ListingDraft:
    """Return a draft with what its article is in its group."""
    return replace(draft, variant=groups.of(draft.sku))
