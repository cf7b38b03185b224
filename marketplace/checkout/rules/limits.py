"""How much of an offer can be ordered: of the stock, and of what one lorry takes."""

from collections.abc import Iterable
from typing import Final

from marketplace.catalog.rules.packing import Packing, most_units
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.problems import Problem
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load

CAPACITY: Final = "capacity"
STOCK: Final = "stock"
CODES: Final = frozenset({CAPACITY, STOCK})


def refusal_of(problem: Problem) -> Conflict:
    """Return the refusal of a quantity that has this problem."""
    return Conflict(problem.code, **problem.facts)


def of_stock(quantity: int, offer: OfferRow) -> Problem | None:
    """Return the problem of more units than the merchant has in stock, None where there are enough."""
    if offer.available is None or quantity <= offer.available:
        return None
    return Problem(STOCK, {"listing": str(offer.listing_id), "available": offer.available})


def of_lorries(
    quantity: int, offer: OfferRow, spaces: Iterable[tuple[Load, Load]], whole: Iterable[Money] = ()
) -> Problem | None:
    """Return why no lorry takes a quantity, given room and capacity of each that goes there; None where one does.

    ``most`` is the greatest quantity that an empty lorry takes, ``lorries`` how many the quantity would fill. Goods
    from stock need room now: ``free`` is the greatest quantity that one of the lorries has room for. ``whole`` are
    prices of a whole lorry, of which the lowest is told.
    """
    both = set(spaces)
    if offer.packing is None or not both:
        return None
    most = _most({capacity for _, capacity in both}, offer.packing, offer.multiple)
    free = _most({room for room, _ in both}, offer.packing, offer.multiple) if offer.lead_days is None else most
    if quantity <= free:
        return None
    facts: dict[str, object] = {"listing": str(offer.listing_id), "quantity": quantity, "most": most, "free": free}
    if quantity <= most or most < offer.moq:
        return Problem(CAPACITY, facts)
    facts["lorries"] = -(-quantity // most)
    lowest = min(whole, key=lambda price: price.minor, default=None)
    if lowest is not None and offer.lead_days is None:
        facts["whole_lorry"] = str(lowest)
    return Problem(CAPACITY, facts)


def _most(rooms: Iterable[Load], packing: Packing, multiple: int) -> int:
    return max(most_units(room, packing, multiple=multiple) for room in rooms)
