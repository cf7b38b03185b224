"""What lies in a cart, and where it goes."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.catalog.rules.packing import Packing, load_of
from marketplace.catalog.rules.pricing import Ladder, ladder_for
from marketplace.catalog.rules.rows import OfferRow
from marketplace.distribution.centre_sales.rules import Lying
from marketplace.kernel.quantity import Load
from marketplace.orders.rules.incoterms import is_included
from marketplace.orders.rules.samples import Had


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What lies in a cart; ``had``: samples of it that its buyer had before, ``lying``: the centre it is taken from."""

    listing_id: UUID
    quantity: int
    currency: str
    incoterm: str
    place_code: str
    had: tuple[Had, ...] = ()
    lying: Lying | None = None


def destination_of(ladder_place: str, incoterm: str, cart_destination: str | None) -> str | None:
    """Return where a line goes: its named place when the seller carries it there, else where the cart goes."""
    return ladder_place if is_included(incoterm) else cart_destination


def ladder_of(item: Item, offer: OfferRow) -> Ladder:
    """Return the ladder a line was put in on; Refused when the offer no longer has it."""
    return ladder_for(offer.ladders, currency=item.currency, incoterm=item.incoterm, place=item.place_code)


def load_of_line(quantity: int, packing: Packing | None) -> Load:
    """Return the room of a quantity; nothing is known of goods without packing."""
    return load_of(quantity, packing) if packing else Load()


def place_of(item: Item) -> str:
    """Return where an item is handed over: the centre that it is taken from, else the place of its price."""
    return item.lying.place_code if item.lying else item.place_code
