"""When goods would be at the buyer's city, and for which freight: three queries however many listings there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.closures import Closed, Works, ready_at
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.packing import load_of
from marketplace.catalog.rules.pricing import hub_of, least_quantity
from marketplace.catalog.rules.rows import CardRow
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow
from marketplace.orders.rules.incoterms import is_included
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a listing starts its way, in how many working days it is made (None: it lies ready), and its calendar."""

    hub_code: str
    lead_days: int | None
    country: str
    closures: tuple[Closed, ...]


def arrivals(session: Session, *, origins: Collection[Origin], to: str, now: datetime) -> dict[Origin, datetime]:
    """Return the earliest arrival at a place by origin; none where no lorry goes."""
    ready = _ready(session, origins, now)
    wants = {origin: (origin.hub_code, to, Load(), ready[origin]) for origin in origins}
    found = option_queries.options_for(session, wants=wants, now=now)
    return {origin: options[0].arrives_at for origin, options in found.items() if options}


def deliveries(
    session: Session,
    *,
    cards: Mapping[UUID, CardRow],
    origins: Mapping[UUID, Origin],
    quantity: int | None,
    to: str,
    now: datetime,
) -> dict[UUID, OptionRow]:
    """Return the first departure that takes each card's quantity (its least one by default), with the freight.

    It goes from where the price of the card hands the goods over, and to where that price brings them.
    """
    # Hub and packing alone: no price is read here.
    offers = catalog.offers(session, listing_ids=list(cards), viewer=None, now=now)
    ready = _ready(session, origins.values(), now)
    wants = {
        listing_id: (
            hub_of(card.incoterm, card.place_code, offer.hub_code),
            card.place_code if is_included(card.incoterm) else to,
            load_of(quantity or least_quantity(offer.moq, offer.multiple), offer.packing),
            ready[origins[listing_id]],
        )
        for listing_id, offer in offers.items()
        for card in (cards[listing_id],)
        if offer.packing is not None
    }
    found = option_queries.options_for(session, wants=wants, now=now, with_room=True)
    return {listing_id: options[0] for listing_id, options in found.items() if options}


def _ready(session: Session, origins: Collection[Origin], now: datetime) -> dict[Origin, datetime]:
    """Return from when goods of each origin that are ordered now could be handed over."""
    free = reference.free_days(session, countries={each.country for each in origins}, now=now)
    return {
        each: ready_at(Works(each.country, each.closures, free[each.country]), each.lead_days, now)
        for each in set(origins)
    }
