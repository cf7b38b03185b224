"""Goods side by side, for whoever asks: each at the same quantity where it is sold so, delivered to the same city.

Every listing is read by the query that its own page is read by, so that nobody sees another price here than there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import ready_at
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.packing import cartons, load_of
from marketplace.catalog.rules.pricing import (
    LARGEST_QUANTITY,
    Ladder,
    check_quantity,
    hub_of,
    least_quantity,
    price_at,
)
from marketplace.catalog.rules.rows import ListingRow
from marketplace.customs import queries as customs
from marketplace.edge.acts.looking import Prefer, destinations, no_preference
from marketplace.edge.identity import reading_company
from marketplace.edge.requests.comparison import Comparing
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.rules.incoterms import is_included
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

# A ladder, None where prices are not for the reader; the quantity that is sold, and what is wrong with the one asked.
_Priced = tuple[Ladder | None, int, FieldError | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One listing of a comparison.

    ``unsold`` says what would be sold where the quantity asked for is not: then ``quantity`` is the next that is.
    There is no ladder where the prices are not for the reader. ``option`` is the first lorry with room;
    ``is_elsewhere``: this price brings the goods to another place than asked.
    """

    listing: ListingRow
    ladder: Ladder | None
    quantity: int
    unsold: FieldError | None
    unit_price: UnitPrice | None
    amount: Money | None
    cartons: int | None
    load: Load | None
    option: OptionRow | None
    is_freight_included: bool
    is_elsewhere: bool

    @property
    def basis(self) -> tuple[str, str, str]:
        """Currency, rule and place of the price, or of the leading one that is not for the reader."""
        return self.ladder.basis if self.ladder else self.listing.basis

    @property
    def freight(self) -> Money | None:
        """What the buyer owes the carrier; None where the price contains it, or nobody knows it."""
        return None if self.is_freight_included or self.option is None else self.option.freight

    @property
    def delivered(self) -> Money | None:
        """Goods and freight together; None where a part is not known, in another currency, or goes elsewhere."""
        if self.option is None or self.is_elsewhere or self.amount is None:
            return None
        if self.is_freight_included:
            return self.amount
        freight = self.freight
        return self.amount + freight if freight is not None and freight.currency == self.amount.currency else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Goods in the order asked for, and the ids of which nothing is offered: unknown, taken down, or never ids."""

    items: tuple[Compared, ...]
    missing: tuple[str, ...]
    quantity: int | None
    to: str | None
    destinations: tuple[PlaceRow, ...]


def compare(session: Session, asked: Comparing, *, now: datetime, prefer: Prefer = no_preference) -> Comparison:
    """Return listings side by side; the number of queries does not depend on how many they are.

    Refused ``ids`` for more than six, ``to`` naming the places that there are; ``prefer`` chooses where none is named.
    """
    named = asked.named
    ids = {text: found for text in named if (found := _id(text)) is not None}
    places = destinations(session)
    if asked.to is not None and asked.to not in {place.code for place in places}:
        raise Refused.field("to", "choice", ", ".join(sorted(place.code for place in places)))
    to = asked.to or prefer(places)
    rows = shelf.listings(session, listing_ids=list(dict.fromkeys(ids.values())), viewer=reading_company(), now=now)
    found = [rows[key] for key in dict.fromkeys(ids.values()) if key in rows]
    priced = {row.offer.listing_id: _priced(row, asked) for row in found}
    lorries = _lorries(session, found, priced, to, now)
    return Comparison(
        items=tuple(_compared(row, *priced[row.offer.listing_id], to, lorries) for row in found),
        missing=tuple(text for text in named if ids.get(text) not in rows),
        quantity=asked.quantity,
        to=to,
        destinations=tuple(places),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _priced(row: ListingRow, asked: Comparing) -> _Priced:
    """Return the ladder in the currency asked for, else the offer's first, and the quantity that is sold."""
    offer = row.offer
    first = offer.ladders[0] if offer.ladders else None
    ladder = next((each for each in offer.ladders if each.currency == asked.currency), first)
    least = least_quantity(offer.moq, offer.multiple)
    if asked.quantity is None:
        return ladder, least, None
    try:
        check_quantity(asked.quantity, moq=offer.moq, multiple=offer.multiple)
    except Refused as refusal:
        above = max(least, -(-asked.quantity // offer.multiple) * offer.multiple)
        return ladder, min(above, LARGEST_QUANTITY // offer.multiple * offer.multiple), refusal.errors[0]
    return ladder, asked.quantity, None


def _goes_to(basis: tuple[str, str, str], to: str) -> str:
    _, incoterm, place = basis
    return place if is_included(incoterm) else to


def _lorries(
    session: Session,
    rows: Sequence[ListingRow],
    priced: dict[UUID, _Priced],
    to: str | None,
    now: datetime,
) -> dict[UUID, OptionRow]:
    """Return the first departure with room for each listing's quantity."""
    packed = [(row, row.offer.packing) for row in rows if row.offer.packing is not None]
    if to is None or not packed:
        return {}
    # Goods that lie ready wait for no working day, but to ask is as cheap for all as for none.
    free = reference.free_days(session, countries=sorted({row.offer.country for row, _ in packed}), now=now)
    wants: dict[UUID, tuple[str, str, Load, datetime]] = {}
    for row, packing in packed:
        offer = row.offer
        ladder, quantity, _ = priced[offer.listing_id]
        basis = ladder.basis if ladder else row.basis
        hub = hub_of(basis[1], basis[2], offer.hub_code)
        ready = ready_at(offer.works(free), offer.lead_days, now)
        wants[offer.listing_id] = (hub, _goes_to(basis, to), load_of(quantity, packing), ready)
    found = option_queries.options_for(session, wants=wants, now=now, with_room=True)
    barred = _barred(session, {row.offer.listing_id: row.offer.hs_code for row, _ in packed}, wants, now)
    return {key: options[0] for key, options in found.items() if options and key not in barred}


def _barred(
    session: Session, codes: Mapping[UUID, str], wants: Mapping[UUID, tuple[str, str, Load, datetime]], now: datetime
) -> set[UUID]:
    """Return those of these goods that the country where they would go lets nobody bring in."""
    countries = {place.code: place.country for place in reference.places(session)}
    goods = {key: (countries[to], codes[key]) for key, (_, to, _, _) in wants.items()}
    return customs.banned(session, goods=goods, day=now.date())


def _compared(
    row: ListingRow,
    ladder: Ladder | None,
    quantity: int,
    unsold: FieldError | None,
    to: str | None,
    lorries: dict[UUID, OptionRow],
) -> Compared:
    packing, price = row.offer.packing, price_at(ladder, quantity) if ladder else None
    basis = ladder.basis if ladder else row.basis
    return Compared(
        listing=row,
        ladder=ladder,
        quantity=quantity,
        unsold=unsold,
        unit_price=price,
        amount=price.times(quantity) if price else None,
        cartons=cartons(quantity, packing) if packing else None,
        load=load_of(quantity, packing) if packing else None,
        option=lorries.get(row.offer.listing_id),
        is_freight_included=is_included(basis[1]),
        is_elsewhere=to is not None and _goes_to(basis, to) != to,
    )
