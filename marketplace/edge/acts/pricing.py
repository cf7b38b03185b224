"""Acts on tariff versions and freight quotes, for pages and API alike."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.packing import load_of
from marketplace.distribution.hires.services import taking as hires
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import pricing as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.borders.queries import network
from marketplace.logistics.borders.queries.network import NetworkLine
from marketplace.logistics.pricing.queries import quotes as queries
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.logistics.pricing.services import quotes, versions
from marketplace.logistics.rules.freight import Rates


def enter(session: Session, line_id: UUID, body: requests.TariffBody) -> UUID:
    """Put in a new version of a line's tariff; return its id."""
    return versions.enter(
        session,
        actor=require_actor(),
        line_id=line_id,
        to_place=body.to,
        rates=body.rates(),
        first_day=body.valid_from,
        note=body.note,
        now=clock.now(),
    )


def quote(session: Session, body: requests.QuoteBody) -> QuoteRow:
    """Quote the freight of goods or of a load to one's company."""
    load = body.load
    if body.listing_id is not None:
        offer = shelf.offers(session, listing_ids=[body.listing_id], viewer=require_actor().company).get(
            body.listing_id
        )
        if offer is None:
            raise NotFound("listing")
        if body.quantity is None:
            raise Refused.field("quantity", "required", "how many of the goods")
        if offer.packing is None:
            raise Conflict("not_packed", listing=body.listing_id)
        load = load_of(body.quantity, offer.packing)
    elif load.is_nothing:
        raise Refused.field("kg", "required", "weight, volume, loading metres or pallets")
    return quotes.give(
        session,
        actor=require_actor(),
        departure_id=body.departure_id,
        to_place=body.to,
        load=load,
        now=clock.now(),
    )


def shown(quote_id: UUID) -> tuple[QuoteRow, Rates]:
    """Return a quote that one's company was given, and what its tariff version asks."""
    session = reading()
    row = queries.quote(session, company_id=require_actor().company, quote_id=quote_id)
    return row, queries.rates_of_quote(session, tariff_id=row.tariff_id)


def take_whole(session: Session, departure_id: UUID) -> UUID:
    """Take the whole of a departure for one's company."""
    return hires.take(session, departure_id=departure_id, actor=require_actor(), now=clock.now())


def line_of(session: Session, line_id: UUID) -> NetworkLine:
    """Return a line; NotFound for an unknown one."""
    found = network.lines(session, line_id=line_id)
    if not found:
        raise NotFound("line")
    return found[0]
