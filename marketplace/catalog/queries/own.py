"""Read a company's own listings, whatever their state."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import ChangeSet, Listing, PriceLadder, Stock
from marketplace.catalog.queries.cursors import listing_after
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules.rows import GridRow, OwnRow
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.catalog.warehouses.queries import is_split
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, page_of

GRID: Final = 50


def own_listings(
    session: Session, *, company_id: UUID, state: str | None = None, cursor: str | None = None, size: int = 50
) -> Page[OwnRow]:
    """Return a company's own listings, newest first, whatever their state."""
    query = _own().where(Listing.company_id == company_id)
    if state:
        query = query.where(Listing.state == state)
    if cursor:
        query = query.where(Listing.id < listing_after(cursor))
    rows = session.execute(query.order_by(Listing.id.desc()).limit(size + 1))
    return page_of([_own_row(row) for row in rows], size, lambda row: (row.listing_id.hex,))


def grid(
    session: Session,
    *,
    company_id: UUID,
    state: str | None = None,
    text: str | None = None,
    low: int | None = None,
    cursor: str | None = None,
    size: int = GRID,
) -> Page[GridRow]:
    """Return a company's listings, newest first, with what a grid changes; ``text`` is part of an article
    number, ``low`` the number of smallest orders below which stock runs low that has no number of its own."""
    query = _own().where(Listing.company_id == company_id)
    if state:
        query = query.where(Listing.state == state)
    if text:
        query = query.where(Listing.sku.icontains(text, autoescape=True))
    if low is not None:
        query = query.where(*runs_low(low))
    if cursor:
        query = query.where(Listing.id < listing_after(cursor))
    rows = session.execute(query.order_by(Listing.id.desc()).limit(size + 1))
    return page_of([_grid_row(row) for row in rows], size, lambda row: (row.listing_id.hex,))


def runs_low(orders: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return when a listing beside its stock runs low: fewer units lie free than its merchant asked to be told of,
    else than so many smallest orders."""
    free = Stock.on_hand - Stock.allocated - Stock.held
    return (
        Listing.state.in_((ListingState.LIVE, ListingState.SOLD_OUT)),
        Listing.lead_days.is_(None),
        free < sa.func.coalesce(Listing.low_below, Listing.moq * orders),
    )


def grid_rows(session: Session, *, company_id: UUID, listing_ids: Collection[UUID]) -> list[GridRow]:
    """Return those of these listings that are the company's, newest first."""
    query = _own().where(Listing.company_id == company_id, Listing.id.in_(listing_ids))
    return [_grid_row(row) for row in session.execute(query.order_by(Listing.id.desc()))]


def own_listing(session: Session, *, company_id: UUID, listing_id: UUID) -> OwnRow:
    """Return one of a company's own listings; NotFound for unknown and foreign ids alike."""
    row = session.execute(_own().where(Listing.company_id == company_id, Listing.id == listing_id)).one_or_none()
    if row is None:
        raise NotFound("listing")
    return _own_row(row)


def _own() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Listing, PriceLadder, Stock, ChangeSet.id.label("change_id"), is_split().label("is_split"))
        .outerjoin(PriceLadder, sa.and_(PriceLadder.listing_id == Listing.id, PriceLadder.position == 0))
        .outerjoin(Stock, Stock.listing_id == Listing.id)
        .outerjoin(ChangeSet, sa.and_(ChangeSet.listing_id == Listing.id, ChangeSet.state == ChangeState.PENDING))
        .execution_options(populate_existing=True)
    )


def _grid_row(row: Any) -> GridRow:
    listing: Listing = row.Listing
    prices: PriceLadder | None = row.PriceLadder
    ladder = stored_ladder(prices.currency, prices.incoterm, prices.place_code, prices.tiers) if prices else None
    return GridRow(
        listing_id=listing.id,
        sku=listing.sku,
        titles=listing.titles,
        source_locale=listing.source_locale,
        state=listing.state,
        version=listing.version,
        ladder=ladder,
        moq=listing.moq,
        multiple=listing.multiple,
        stock=row.Stock.on_hand if row.Stock and listing.lead_days is None else None,
        is_split=row.is_split and listing.lead_days is None,
        lead_days=listing.lead_days,
        low_below=listing.low_below,
    )


def _own_row(row: Any) -> OwnRow:
    listing: Listing = row.Listing
    prices: PriceLadder | None = row.PriceLadder
    stock: Stock | None = row.Stock if listing.lead_days is None else None
    ladder = stored_ladder(prices.currency, prices.incoterm, prices.place_code, prices.tiers) if prices else None
    return OwnRow(
        listing_id=listing.id,
        sku=listing.sku,
        titles=listing.titles,
        source_locale=listing.source_locale,
        state=listing.state,
        version=listing.version,
        currency=ladder.currency if ladder else "",
        price=ladder.lowest if ladder else None,
        incoterm=ladder.incoterm if ladder else "",
        place_code=ladder.place_code if ladder else "",
        lead_days=listing.lead_days,
        on_hand=stock.on_hand if stock else None,
        allocated=stock.allocated if stock else 0,
        held=stock.held if stock else 0,
        is_split=row.is_split and stock is not None,
        low_below=listing.low_below,
        has_waiting_change=row.change_id is not None,
        price_jumped=listing.price_jumped,
        visibility=listing.price_visibility,
        changed_at=listing.changed_at,
    )
