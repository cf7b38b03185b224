"""A merchant's listings as drafts, many at a time: what the rows of a sheet are compared with."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.imports import beside
from marketplace.catalog.models import Category, Listing, Stock
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.headers import folded
from marketplace.catalog.rules.imported import Surroundings
from marketplace.catalog.rules.sheet_details import is_column
from marketplace.catalog.services import content
from marketplace.catalog.warehouses.services import places


def surroundings(
    session: Session, *, company_id: UUID, locale: str, columns: Iterable[str] = (), editing: bool = False
) -> Surroundings:
    """Return what every row of a company's sheet with these columns is read against.

    ``editing`` holds its warehouses open, so that rows are written into those that were read.
    """
    shelves = {row.code: row.names for row in session.execute(sa.select(Category.code, Category.names))}
    names = {folded(name): code for code, texts in shelves.items() for name in (code, *texts.values())}
    around = Surroundings(content.named_places(session), frozenset(shelves), locale, names, frozenset(columns))
    if not any(map(is_column, around.columns)):
        return around
    if editing:
        places.hold_open(session, company_ids=[company_id])
    return replace(around, shelves=beside.shelves_of(session, company_id=company_id))


def drafts_by_sku(
    session: Session, *, company_id: UUID, skus: Collection[str], editing: bool = False, whole: bool = False
) -> dict[str, tuple[Listing, ListingDraft]]:
    """Return a company's listings by article number, each with its draft.

    ``editing`` locks them and their stock in order of id, so that what follows in this unit of work builds on what was
    read: an edit that was made by hand meanwhile is not lost, and units that were shipped are not put back. ``whole``
    drafts say too what is said beside the offer.
    """
    query = sa.select(Listing).where(Listing.company_id == company_id, Listing.sku.in_(skus)).order_by(Listing.id)
    if editing:
        query = query.with_for_update().execution_options(populate_existing=True)
    listings = session.scalars(query).all()
    if editing:
        ids = [listing.id for listing in listings]
        stock = sa.select(Stock.listing_id).where(Stock.listing_id.in_(ids)).order_by(Stock.listing_id)
        session.execute(stock.with_for_update())
    drafts = content.drafts_of(session, listings)
    if whole:
        drafts = beside.laid_beside(session, listings, drafts)
    return {listing.sku: (listing, drafts[listing.id]) for listing in listings}


def skus_of(values: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the article numbers that rows name."""
    return [str(value["sku"]) for value in values if "sku" in value]
