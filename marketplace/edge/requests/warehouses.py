"""What merchants send about their warehouses, and about the units that lie in them."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.catalog.warehouses.rules import LONGEST_NAME, LONGEST_PLACE, MOST_WAREHOUSES
from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Whole, blank_is_none

_OptionalWhole = Annotated[Whole | None, BeforeValidator(blank_is_none)]


class WarehouseBody(Request):
    """A warehouse: its name, which no other open one of the company has, and in which city or where else it is."""

    name: Annotated[Line, Field(max_length=LONGEST_NAME)]
    place: Annotated[Annotated[Line, Field(max_length=LONGEST_PLACE)] | None, BeforeValidator(blank_is_none)] = None


class PlaceBody(Request):
    """The units that lie in a warehouse; with ``was``, what was looked at, a figure that moved since is refused, and
    one that is left as it was stays as it is by now."""

    warehouse_id: UUID
    on_hand: Whole
    was: _OptionalWhole = None


class PlacesBody(Request):
    """Where the units lie; warehouses that are not named keep theirs."""

    places: list[PlaceBody] = Field(min_length=1, max_length=MOST_WAREHOUSES)


class TotalBody(Request):
    """The units that lie ready, and below how many free ones the listing runs low: left out it stays, null is as
    the city sets it."""

    stock: Whole
    low_below: _OptionalWhole = None


class StockBody(Request):
    """The units that lie ready: one figure, or one for each warehouse; and below how many free ones it runs low.

    Where the listing has places, a new ``stock`` is put into the first warehouse, or taken in their order of
    preference. Of ``places``, warehouses that are not named keep theirs; the total is their sum. ``low_below`` left out
    stays, null is as the city sets it.
    """

    stock: _OptionalWhole = None
    places: list[PlaceBody] = Field(default_factory=list[PlaceBody], max_length=MOST_WAREHOUSES)
    low_below: _OptionalWhole = None


messages.register(
    errors={
        "warehouses_full": _("You have %(most)s warehouses, and more than that are not kept. Retire one first."),
        "warehouse_in_use": _(
            "Goods still lie in this warehouse: %(units)s units. Say where they lie now, then retire it."
        ),
    },
    fields={
        "stock_or_places": _("Give either one figure for all units, or one for each warehouse."),
        "warehouse_twice": _("The same warehouse is named twice: name %(accepted)s."),
        "warehouse_unknown": _("You have no warehouse “%(name)s”. Your warehouses: %(accepted)s."),
        "warehouse_none": _("You have no warehouse “%(name)s”. Enter your warehouses first."),
        "places_promised": _(
            "So many are promised or held for carts: %(promised)s. If the others stay, write %(accepted)s here."
        ),
        "places_cell": _("Write each warehouse and its units so: %(accepted)s."),
        "places_sum": _("The warehouses hold %(total)s units together, but the row says %(accepted)s in stock."),
    },
)
