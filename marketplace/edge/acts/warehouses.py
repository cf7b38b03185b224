"""Warehouses and the units in them, as they are asked for."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.rules.rows import OwnRow
from marketplace.catalog.services import listings, stock_places
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.queries import Lying
from marketplace.catalog.warehouses.rules import Figure
from marketplace.catalog.warehouses.services import own
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.warehouses import PlaceBody, StockBody, TotalBody, WarehouseBody
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Refused


@dataclass(frozen=True, slots=True)
class Stocked:
    """The units that lie ready now, and the difference to before."""

    stock: int
    difference: int


def add(session: Session, body: WarehouseBody) -> UUID:
    """Open a warehouse of the asker's company."""
    return own.add(session, actor=require_actor(), name=body.name, place=body.place or "", now=clock.now())


def rename(session: Session, warehouse_id: UUID, body: WarehouseBody) -> None:
    """Call a warehouse something else, or say where else it is."""
    own.rename(
        session,
        actor=require_actor(),
        warehouse_id=warehouse_id,
        name=body.name,
        place=body.place or "",
        now=clock.now(),
    )


def move_up(session: Session, warehouse_id: UUID) -> None:
    """Prefer a warehouse to the one before it."""
    own.move_up(session, actor=require_actor(), warehouse_id=warehouse_id, now=clock.now())


def retire(session: Session, warehouse_id: UUID) -> None:
    """Close a warehouse."""
    own.retire(session, actor=require_actor(), warehouse_id=warehouse_id, now=clock.now())


def lying(session: Session, listing_id: UUID) -> tuple[OwnRow, Lying]:
    """Return one's own listing and where its units lie."""
    company_id = require_actor().company
    row = own_queries.own_listing(session, company_id=company_id, listing_id=listing_id)
    return row, queries.lying(session, company_id=company_id, listing_id=listing_id, on_hand=row.on_hand or 0)


def set_stock(session: Session, listing_id: UUID, body: StockBody) -> Stocked:
    """Set the units of one's own listing, in all or in each warehouse, and below how many free ones it runs low."""
    if (body.stock is None) is not bool(body.places):
        accepted = "either stock or places"
        raise Refused.fields(*(FieldError(name, "stock_or_places", accepted) for name in ("stock", "places")))
    done = (
        set_places(session, listing_id, body.places)
        if body.stock is None
        else _set_total(session, listing_id, body.stock)
    )
    _set_low(session, listing_id, body)
    return done


def set_total(session: Session, listing_id: UUID, body: TotalBody) -> None:
    """Set the units that lie ready in all, and below how many the listing runs low."""
    _set_total(session, listing_id, body.stock)
    _set_low(session, listing_id, body)


def set_places(session: Session, listing_id: UUID, places: list[PlaceBody]) -> Stocked:
    """Set the units that lie in each warehouse."""
    figures = [Figure(each.warehouse_id, each.on_hand, each.was) for each in places]
    total, difference = stock_places.set_places(
        session, actor=require_actor(), listing_id=listing_id, figures=figures, now=clock.now()
    )
    return Stocked(total, difference)


def join(session: Session, listing_id: UUID) -> None:
    """Keep one figure of one's own listing again."""
    stock_places.join(session, actor=require_actor(), listing_id=listing_id, now=clock.now())


def _set_total(session: Session, listing_id: UUID, units: int) -> Stocked:
    difference = listings.set_stock(
        session, actor=require_actor(), listing_id=listing_id, on_hand=units, now=clock.now()
    )
    return Stocked(units, difference)


def _set_low(session: Session, listing_id: UUID, body: StockBody | TotalBody) -> None:
    if "low_below" in body.model_fields_set:
        listings.set_low(
            session, actor=require_actor(), listing_id=listing_id, low_below=body.low_below, now=clock.now()
        )
