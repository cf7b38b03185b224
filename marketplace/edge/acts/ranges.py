"""Ask for approval of a range: goods, how many at most, landed at what at most, leaving by a day."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.approvals.rules.facts import About
from marketplace.approvals.rules.ranges import Range
from marketplace.approvals.services import asking
from marketplace.approvals.services.asking import Answer
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.rows import ListingRow
from marketplace.checkout.queries import approving
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import approvals as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


def goods(listing_id: UUID) -> ListingRow:
    """Return the goods that a range is asked for; NotFound for what the asker may not see."""
    return shelf.listing(reading(), listing_id=listing_id, viewer=require_actor().company)


def destinations(session: Session) -> tuple[PlaceRow, ...]:
    """Return where goods can go."""
    return tuple(place for place in reference.places(session) if place.kind != "border_side")


def ask(session: Session, listing_id: UUID, body: requests.RangeTerms) -> Answer:
    """Ask for anything inside a range; without a case nothing of the asker's company wants approval of it."""
    actor, now = require_actor(), clock.now()
    found = shelf.listing(session, listing_id=listing_id, viewer=actor.company)
    if body.to and body.to not in {place.code for place in destinations(session)}:
        raise Refused.field("to", "unknown", "places of this city")
    offer = found.offer
    return asking.ask_range(
        session,
        actor=actor,
        wanted=Range(
            item_id=offer.listing_id,
            title=f"{offer.sku} · {offer.titles.get('en') or offer.titles[offer.source_locale]}",
            unit=offer.unit,
            most_quantity=body.most_quantity,
            most_price=body.price(),
            until=body.until,
            to=body.to or "",
        ),
        about=About(categories={offer.listing_id: found.category}, departs_at=None),
        merchants=frozenset({offer.merchant_id}),
        spent=lambda since: approving.spent(session, company_id=actor.company, since=since, without=()),
        now=now,
    )
