"""Read where a merchant's goods lie."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, Stock
from marketplace.catalog.warehouses.models import MerchantWarehouse, StockPlace
from marketplace.catalog.warehouses.rules import name_key
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound

_ORDER = (MerchantWarehouse.position, MerchantWarehouse.id)


@dataclass(frozen=True, slots=True)
class WarehouseRow:
    """An open warehouse: what lies in it, and of how many listings."""

    id: UUID
    name: str
    place: str
    units: int
    listings: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """What lies of a listing in an open warehouse of its merchant."""

    warehouse_id: UUID
    name: str
    place: str
    on_hand: int


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a listing's units lie, in its merchant's order of preference.

    Of a listing that is not split the first warehouse has all of them, as if it were.
    """

    is_split: bool
    places: tuple[PlaceRow, ...]


def warehouses(session: Session, *, company_id: UUID) -> list[WarehouseRow]:
    """Return a company's open warehouses in its order of preference."""
    used = sa.func.count(sa.case((StockPlace.on_hand > 0, 1)))
    query = (
        sa.select(
            MerchantWarehouse.id,
            MerchantWarehouse.name,
            MerchantWarehouse.place,
            sa.func.coalesce(sa.func.sum(StockPlace.on_hand), 0),
            used,
        )
        .outerjoin(StockPlace, StockPlace.warehouse_id == MerchantWarehouse.id)
        .where(*_open(company_id))
        .group_by(MerchantWarehouse.id)
        .order_by(*_ORDER)
    )
    return [WarehouseRow(row[0], row[1], row[2], int(row[3]), row[4]) for row in session.execute(query)]


def warehouse(session: Session, *, company_id: UUID, warehouse_id: UUID) -> WarehouseRow:
    """Return one of a company's open warehouses; NotFound for unknown, foreign and retired ids alike."""
    found = next((row for row in warehouses(session, company_id=company_id) if row.id == warehouse_id), None)
    if found is None:
        raise NotFound("warehouse")
    return found


def names(session: Session, *, company_id: UUID) -> dict[str, str]:
    """Return the names of a company's open warehouses in its order of preference, by their keys."""
    query = sa.select(MerchantWarehouse.name).where(*_open(company_id)).order_by(*_ORDER)
    return {name_key(name): name for name in session.scalars(query)}


def lying(session: Session, *, company_id: UUID, listing_id: UUID, on_hand: int) -> Lying:
    """Return where the units of a company's listing lie, of which there are so many in all."""
    here = sa.and_(StockPlace.warehouse_id == MerchantWarehouse.id, StockPlace.listing_id == listing_id)
    query = (
        sa.select(MerchantWarehouse.id, MerchantWarehouse.name, MerchantWarehouse.place, StockPlace.on_hand)
        .outerjoin(StockPlace, here)
        .where(*_open(company_id))
        .order_by(*_ORDER)
    )
    rows = session.execute(query).all()
    is_split = any(row.on_hand is not None for row in rows)
    kept = [row.on_hand or 0 for row in rows]
    if rows and not is_split:
        kept[0] = on_hand
    return Lying(is_split, tuple(PlaceRow(*row[:3], units) for row, units in zip(rows, kept, strict=True)))


def places_by_name(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the places with units of listings that have any, by the warehouse's name in order of preference."""
    query = (
        sa.select(StockPlace.listing_id, MerchantWarehouse.name, StockPlace.on_hand)
        .join(MerchantWarehouse, MerchantWarehouse.id == StockPlace.warehouse_id)
        .where(StockPlace.listing_id.in_(listing_ids), StockPlace.on_hand > 0)
        .order_by(*_ORDER)
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in session.execute(query):
        found.setdefault(row.listing_id, {})[row.name] = row.on_hand
    return found


def has_places(session: Session, *, company_id: UUID) -> bool:
    """Tell whether any listing of a company has places."""
    mine = sa.select(StockPlace.listing_id).join(Listing, Listing.id == StockPlace.listing_id)
    return bool(session.scalar(sa.select(mine.where(Listing.company_id == company_id).exists())))


def is_split() -> sa.ColumnElement[bool]:
    """Return whether the listing of a query has places."""
    return sa.exists().where(StockPlace.listing_id == Listing.id)


def breaches(session: Session) -> list[Breach]:
    """Return listings whose places do not sum to their stock, and places where no warehouse of the merchant is."""
    return _PROMISES.breaches(session)


def _apart() -> sa.Select[UUID]:
    total = (
        sa.select(StockPlace.listing_id, sa.func.sum(StockPlace.on_hand).label("units"))
        .group_by(StockPlace.listing_id)
        .subquery()
    )
    stock = sa.select(Stock.listing_id).join(total, total.c.listing_id == Stock.listing_id)
    return stock.where(Stock.on_hand != total.c.units)


def _misplaced() -> sa.Select[UUID]:
    return (
        sa.select(StockPlace.listing_id)
        .join(Listing, Listing.id == StockPlace.listing_id)
        .join(MerchantWarehouse, MerchantWarehouse.id == StockPlace.warehouse_id)
        .where(sa.or_(MerchantWarehouse.company_id != Listing.company_id, MerchantWarehouse.retired_at.is_not(None)))
        .distinct()
    )


_PROMISES: Final = Promises(
    "3 stock",
    Promise("listing", "the places do not sum to the stock", _apart),
    Promise("listing", "units lie in no open warehouse of their merchant", _misplaced),
)


def _open(company_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return MerchantWarehouse.company_id == company_id, MerchantWarehouse.retired_at.is_(None)
