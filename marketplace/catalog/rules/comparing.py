"""Offers of one kind of goods side by side: filtered, sorted on one currency and basis, and one of them featured.

A filter is satisfied by one offer as a whole: one that has the origin and another that has the grade are no answer.
Which offer is featured is reckoned whenever the page is drawn and never stored: nobody can buy it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.catalog.rules.pricing import Ladder, least_quantity, price_at
from marketplace.catalog.rules.rows import ListingRow
from marketplace.kernel.money import UnitPrice

# So many offers are compared at most; a shelf of more is narrowed by its filters first.
MOST_OFFERS: Final = 200
_NEVER: Final = 10**6


class By(StrEnum):
    """What comes first."""

    PRICE = "price"
    MOQ = "moq"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: one currency and rule for all prices, a quantity, an order, and filters of one offer each.

    ``attributes`` are values by code as they are stored; ``is_ready`` wants goods that lie in stock.
    """

    currency: str | None = None
    incoterm: str | None = None
    quantity: int | None = None
    by: By = By.PRICE
    origin: str | None = None
    grade: str | None = None
    is_ready: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Compared:
    """An offer in the comparison: the unit price of the asked quantity on the asked basis, None where it has none."""

    row: ListingRow
    ladder: Ladder | None
    quantity: int
    price: UnitPrice | None

    @property
    def listing_id(self) -> UUID:
        """The listing."""
        return self.row.offer.listing_id


@dataclass(frozen=True, slots=True)
class Comparison:
    """Offers in order, the basis they are compared on, the bases there are, and the featured one's id."""

    offers: tuple[Compared, ...]
    currency: str | None
    incoterm: str | None
    bases: tuple[tuple[str, str], ...]
    featured: UUID | None


def compare(rows: Sequence[ListingRow], wish: Wish) -> Comparison:
    """Compare live offers; without a wished basis on the one that most of them have."""
    counted = Counter(
        basis for row in rows for basis in {(ladder.currency, ladder.incoterm) for ladder in row.offer.ladders}
    )
    bases = tuple(sorted(counted, key=lambda basis: (-counted[basis], basis)))
    wanted = [basis for basis in bases if wish.currency in (None, basis[0]) and wish.incoterm in (None, basis[1])]
    currency, incoterm = wanted[0] if wanted else (wish.currency, wish.incoterm)
    found = [_priced(row, currency, incoterm, wish.quantity) for row in rows if fits(row, wish)]
    ordered = tuple(sorted(found, key=lambda each: _place(each, wish.by)))
    return Comparison(ordered, currency, incoterm, bases, featured(ordered))


def fits(row: ListingRow, wish: Wish) -> bool:
    """Tell whether this one offer satisfies every filter."""
    offer = row.offer
    return (
        wish.origin in (None, offer.origin)
        and wish.grade in (None, row.grade)
        and (wish.quantity is None or least_quantity(offer.moq, offer.multiple) <= wish.quantity)
        and (not wish.is_ready or bool(offer.available))
        and all(values_of(row).get(code) == value for code, value in wish.attributes.items())
    )


def values_of(row: ListingRow) -> dict[str, str]:
    """Return an offer's attributes as texts by code, yes and no as ``1`` and ``0``."""
    return {each["code"]: _text(each["value"]) for each in row.details.get("attributes", ())}


def featured(offers: Sequence[Compared]) -> UUID | None:
    """Return the offer shown first of all, by a rule that everybody can read; None when none can be ordered.

    Among the offers that can be ordered now - the packing is known, so there is a freight, and the goods lie ready or
    have a time to make - the lowest unit price on the basis compared; then the sooner one; then the smaller minimum;
    then the older offer. No payment and no choice of the city's moves an offer.
    """
    able = [each for each in offers if each.price is not None and can_be_ordered(each)]
    best = min(able, key=lambda each: _place(each, By.PRICE), default=None)
    return best.listing_id if best else None


def can_be_ordered(each: Compared) -> bool:
    """Tell whether a buyer could order this offer's quantity now."""
    offer = each.row.offer
    is_there = offer.lead_days is not None or (offer.available or 0) >= each.quantity
    return offer.packing is not None and is_there


def _priced(row: ListingRow, currency: str | None, incoterm: str | None, quantity: int | None) -> Compared:
    offer = row.offer
    wanted = max(quantity or 0, least_quantity(offer.moq, offer.multiple))
    ladder = next((each for each in offer.ladders if (each.currency, each.incoterm) == (currency, incoterm)), None)
    return Compared(row, ladder, wanted, price_at(ladder, wanted) if ladder else None)


def _place(each: Compared, by: By) -> tuple[Any, ...]:
    offer = each.row.offer
    price = (each.price is None, each.price.micro if each.price else 0)
    lead = offer.lead_days if offer.lead_days is not None else (0 if offer.available else _NEVER)
    keys = {By.PRICE: (price, lead, offer.moq), By.MOQ: (offer.moq, price, lead), By.LEAD: (lead, price, offer.moq)}
    return (*keys[by], offer.listing_id)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
