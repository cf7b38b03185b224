"""What everybody reads of goods: a product page for a quantity to a place, and the filters of a shelf."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Notice, notice, ready_at
from marketplace.catalog.queries import goods
from marketplace.catalog.queries import shelf as queries
from marketplace.catalog.queries import variants as group_queries
from marketplace.catalog.rules.packing import cartons, load_of
from marketplace.catalog.rules.places import KINDS, not_among
from marketplace.catalog.rules.pricing import (
    Ladder,
    check_quantity,
    hub_of,
    ladder_for,
    least_quantity,
    price_at,
)
from marketplace.catalog.rules.rows import ListingRow, VariantRow
from marketplace.catalog.rules.states import ListingState
from marketplace.checkout.rules.limits import of_lorries, of_stock
from marketplace.checkout.rules.problems import Problem
from marketplace.customs import queries as customs
from marketplace.customs.queries import RestrictionRow
from marketplace.customs.rules import blocks
from marketplace.edge.requests.catalog import Looking
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import Choice, OptionRow
from marketplace.orders.rules.incoterms import is_included
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow
from marketplace.reference.rules import INCOTERMS, RCEP


@dataclass(frozen=True, slots=True)
class Look:
    """A live listing as one reader asks for it: on a basis, for a quantity, to a place.

    ``goes_to`` is where the goods of this price would go, which is its named place where the seller brings them there;
    ``ready_at`` from when goods ordered now could be handed over, ``notice`` the closure that comes in between next.
    ``variants`` are those of its group that are on sale, this one included, with their values on the ``axes``.
    ``stamp`` is the same object while nothing that a page says of the options changes.
    ``problems`` are why so many cannot be ordered: more than is in stock, or than any lorry takes.
    There is neither ladder nor price where the prices are not for this reader. ``destinations`` are the places that
    goods can be sent to, ``closed_to`` the countries among theirs that let nobody bring these in.
    """

    listing: ListingRow
    ladder: Ladder | None
    quantity: int
    unit_price: UnitPrice | None
    amount: Money | None
    cartons: int | None
    load: Load | None
    to: str | None
    goes_to: str | None
    options: tuple[OptionRow, ...]
    stamp: Hashable
    ready_at: datetime
    notice: Notice | None
    asked_there: tuple[RestrictionRow, ...] = ()
    axes: tuple[str, ...] = ()
    variants: tuple[VariantRow, ...] = ()
    destinations: tuple[PlaceRow, ...] = ()
    closed_to: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def is_prohibited(self) -> bool:
        """Whether the goods may not be brought in where they would go."""
        return _bars(self.asked_there)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the price brings the goods to another place than was asked for."""
        return self.goes_to != self.to

    @property
    def basis(self) -> tuple[str, str, str]:
        """Currency, rule and place of the price, or of the leading one that is not for this reader."""
        return self.ladder.basis if self.ladder else self.listing.basis

    @property
    def hub(self) -> str:
        """Where the lorry takes the goods in."""
        _, incoterm, place = self.basis
        return hub_of(incoterm, place, self.listing.offer.hub_code)


# Chooses a city for a reader who named none.
Prefer = Callable[[Sequence[PlaceRow]], str | None]


def no_preference(places: Sequence[PlaceRow]) -> None:
    """Leave the city open, as programs are answered."""


def check_filters(session: Session, **wanted: str | None) -> None:
    """Refuse filters by what the city does not know, naming what it does: nothing found would hide the mistake."""
    known = {
        "origin": tuple(RCEP),
        "basis": INCOTERMS,
        "incoterm": INCOTERMS,
        "state": tuple(ListingState),
    }
    if wanted.get("category"):
        known["category"] = tuple(row.code for row in goods.categories(session))
    errors = [
        FieldError(name, "choice", ", ".join(sorted(known[name])))
        for name, value in wanted.items()
        if value and value not in known[name]
    ]
    if errors:
        raise Refused.fields(*errors)


def look(
    session: Session,
    *,
    listing_id: UUID,
    asked: Looking,
    viewer: UUID | None,
    now: datetime,
    prefer: Prefer = no_preference,
) -> Look:
    """Compose a product page: price at the quantity, packing, and to a place the departures with their freight.

    ``viewer``: the company that reads, None for a stranger; ``prefer`` chooses the place where none is asked for.
    """
    listing, places, is_asked = queries.page(session, listing_id=listing_id, viewer=viewer, now=now)
    known = _destinations(places)
    offer = listing.offer
    ladder = _ladder_asked(offer.ladders, asked)
    _, incoterm, place = ladder.basis if ladder else listing.basis
    quantity = asked.quantity if asked.quantity is not None else least_quantity(offer.moq, offer.multiple)
    check_quantity(quantity, moq=offer.moq, multiple=offer.multiple)
    load = load_of(quantity, offer.packing) if offer.packing else None
    choice = Choice()
    # What lies ready waits for no working day: its page asks for none.
    countries = [offer.country] if offer.lead_days is not None else []
    works = offer.works(reference.free_days(session, countries=countries, now=now) if countries else {})
    ready = ready_at(works, offer.lead_days, now)
    goes_to = None
    to = asked.to or prefer(known)
    if to is not None:
        _check_destination(to, known)
        goes_to = place if is_included(incoterm) else to
    asked_by = _asked_by(session, offer.hs_code, known, now) if is_asked else {}
    asked_there = asked_by.get(_country_of(goes_to, known), ())
    if goes_to is not None and load is not None and not _bars(asked_there):
        hub = hub_of(incoterm, place, offer.hub_code)
        needs_room = offer.lead_days is None
        choice = option_queries.choice(
            session, hub_code=hub, to_place=goes_to, load=load, after=ready, now=now, needs_room=needs_room
        )
    limited = (of_stock(quantity, offer), of_lorries(quantity, offer, choice.spaces))
    axes, variants = (
        group_queries.on_sale(session, group_id=listing.group, viewer=viewer) if listing.group else ((), ())
    )
    price = price_at(ladder, quantity) if ladder else None
    return Look(
        listing=listing,
        ladder=ladder,
        quantity=quantity,
        unit_price=price,
        amount=price.times(quantity) if price else None,
        cartons=cartons(quantity, offer.packing) if offer.packing else None,
        load=load,
        to=to,
        goes_to=goes_to,
        options=choice.rows,
        stamp=choice.stamp,
        ready_at=ready,
        notice=notice(works, offer.lead_days, now),
        asked_there=asked_there,
        axes=axes,
        variants=variants,
        destinations=known,
        closed_to=frozenset(country for country, rules in asked_by.items() if _bars(rules)),
        problems=tuple(problem for problem in limited if problem is not None),
    )


def _asked_by(
    session: Session, hs_code: str, known: Sequence[PlaceRow], now: datetime
) -> dict[str, tuple[RestrictionRow, ...]]:
    """Return what each country that goods can be sent to asks of goods of this code."""
    found = customs.asked_of(session, goods={(place.country, hs_code) for place in known}, day=now.date())
    return {country: rules for (country, _), rules in found.items()}


def _bars(rules: Sequence[RestrictionRow]) -> bool:
    return blocks(each.rule.measure for each in rules)


def _country_of(code: str | None, known: Sequence[PlaceRow]) -> str:
    return next((place.country for place in known if place.code == code), "")


def _ladder_asked(ladders: Sequence[Ladder], asked: Looking) -> Ladder | None:
    """Return the ladder that is asked for; none where no price is for this reader, whatever basis he names."""
    if not ladders:
        return None
    return ladder_for(ladders, currency=asked.currency, incoterm=asked.incoterm, place=asked.place)


def destinations(session: Session) -> tuple[PlaceRow, ...]:
    """Return the places that goods can be sent to."""
    return _destinations(reference.places(session))


def _destinations(places: Sequence[PlaceRow]) -> tuple[PlaceRow, ...]:
    return tuple(place for place in places if place.kind in KINDS["DAP"])


def _check_destination(code: str, known: Sequence[PlaceRow]) -> None:
    if code not in {place.code for place in known}:
        raise not_among("to", "choice", known)
