"""Warehouses of one's company and the units of listings in them, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog.commodities import api
from marketplace.api.shared.answers import Answer, Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.queries import PlaceRow, WarehouseRow
from marketplace.edge.acts import warehouses as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import warehouses as requests
from marketplace.kernel.db import in_unit_of_work, reading

_EDIT = Permission.CATALOG_LISTING_EDIT


class Warehouse(Answer):
    """A warehouse, what lies in it, and of how many listings."""

    id: UUID
    name: str
    place: str
    units: int
    listings: int

    @classmethod
    def of(cls, row: WarehouseRow) -> "Warehouse":
        """Write a warehouse."""
        return cls(id=row.id, name=row.name, place=row.place, units=row.units, listings=row.listings)


class Place(Answer):
    """The units of a listing in a warehouse."""

    warehouse_id: UUID
    name: str
    on_hand: int

    @classmethod
    def of(cls, row: PlaceRow) -> "Place":
        """Write a place."""
        return cls(warehouse_id=row.warehouse_id, name=row.name, on_hand=row.on_hand)


class StockAnswer(Answer):
    """The units of a listing: lying ready, promised to orders of these, held for carts; null of goods made to order.

    ``places`` are the company's warehouses in its order of preference; none while the listing keeps one figure.
    """

    id: UUID
    stock: int | None
    promised: int
    held: int
    places: list[Place]


class StockSet(Answer):
    """The units that lie ready now, the difference to before, and where they lie."""

    id: UUID
    stock: int
    difference: int
    places: list[Place]


@api.get("/warehouses")
@operation(answers={200: Items[Warehouse]}, tag="catalog", permission=_EDIT)
def warehouses() -> tuple[int, Items[Warehouse]]:
    """List the company's warehouses in its order of preference: goods that leave are taken from the first first."""
    found = queries.warehouses(reading(), company_id=require_actor().company)
    return 200, Items[Warehouse](items=[Warehouse.of(row) for row in found])


@api.post("/warehouses")
@operation(answers={201: Created}, tag="catalog", permission=_EDIT, body=requests.WarehouseBody)
def add_warehouse(body: requests.WarehouseBody) -> tuple[int, Created]:
    """Enter a warehouse, the last in order; ``warehouses_full`` beyond twenty."""
    return 201, Created(id=in_unit_of_work(lambda session: acts.add(session, body)))


@api.put("/warehouses/<uuid:warehouse_id>")
@operation(answers={204: None}, tag="catalog", permission=_EDIT, body=requests.WarehouseBody)
def rename_warehouse(warehouse_id: UUID, body: requests.WarehouseBody) -> tuple[int, None]:
    """Call a warehouse something else, or say where else it is."""
    in_unit_of_work(lambda session: acts.rename(session, warehouse_id, body))
    return 204, None


@api.post("/warehouses/<uuid:warehouse_id>/rise")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def raise_warehouse(warehouse_id: UUID) -> tuple[int, None]:
    """Prefer a warehouse to the one before it."""
    in_unit_of_work(lambda session: acts.move_up(session, warehouse_id))
    return 204, None


@api.post("/warehouses/<uuid:warehouse_id>/retirement")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def retire_warehouse(warehouse_id: UUID) -> tuple[int, None]:
    """Close a warehouse; ``warehouse_in_use`` while units lie in it."""
    in_unit_of_work(lambda session: acts.retire(session, warehouse_id))
    return 204, None


@api.get("/listings/<uuid:listing_id>/stock")
@operation(answers={200: StockAnswer}, tag="catalog", permission=_EDIT)
def stock(listing_id: UUID) -> tuple[int, StockAnswer]:
    """Show the units of one's own listing, and where they lie."""
    row, lying = acts.lying(reading(), listing_id)
    places = [Place.of(each) for each in lying.places] if lying.is_split and row.on_hand is not None else []
    return 200, StockAnswer(id=listing_id, stock=row.on_hand, promised=row.allocated, held=row.held, places=places)


@api.put("/listings/<uuid:listing_id>/stock")
@operation(answers={200: StockSet}, tag="catalog", permission=_EDIT, body=requests.StockBody)
def set_stock(listing_id: UUID, body: requests.StockBody) -> tuple[int, StockSet]:
    """Set the units that lie ready, in all or in each warehouse, and below how many free ones the listing runs low."""

    def work(session: Session) -> StockSet:
        done = acts.set_stock(session, listing_id, body)
        _row, lying = acts.lying(session, listing_id)
        places = [Place.of(each) for each in lying.places] if lying.is_split else []
        return StockSet(id=listing_id, stock=done.stock, difference=done.difference, places=places)

    return 200, in_unit_of_work(work)


@api.delete("/listings/<uuid:listing_id>/stock/places")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def join_places(listing_id: UUID) -> tuple[int, None]:
    """Keep one figure of the listing again; the units stay."""
    in_unit_of_work(lambda session: acts.join(session, listing_id))
    return 204, None
