"""Say how many units of a listing lie in which warehouse; what is sold stays the sum of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.models import Listing
from marketplace.catalog.services import bulk, cards, listings, stock
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.rules import Figure, check_promised, merged
from marketplace.catalog.warehouses.services import places
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, FieldError, Refused


def set_places(
    session: Session, *, actor: Actor, listing_id: UUID, figures: Sequence[Figure], now: datetime
) -> tuple[int, int]:
    """Let so many units lie in warehouses; return the new total and its difference to before.

    Refused names the figures at fault: of a warehouse that is not the company's, or below what is promised and held.
    Conflict ``made_to_order`` for goods of which none lie ready. What lies where already is left alone.
    """
    listing = _in_stock(session, actor, listing_id)
    on_hand, left = stock.locked_counts(session, listing_id=listing_id)
    open_ones = places.hold_open(session, company_ids=[actor.company]).get(actor.company, {})
    _check_known(figures, open_ones)
    found = queries.lying(session, company_id=actor.company, listing_id=listing_id, on_hand=on_hand)
    lying = {row.warehouse_id: row.on_hand for row in found.places}
    wanted = merged(lying, figures, is_split=found.is_split)
    check_promised(lying, wanted, figures, promised=on_hand - left)
    total = sum(wanted.values())
    if found.is_split and wanted == lying:
        return total, 0
    difference = stock.set_on_hand(session, listing_id=listing_id, on_hand=total, now=now)
    places.put(session, places={listing_id: wanted})
    if difference:
        cards.refresh(session, listings=bulk.follow_stock(session, {listing_id: (listing, total)}), now=now)
    _audit(session, actor, "listing.places_set", listing_id, now, on_hand=total, difference=difference)
    return total, difference


def join(session: Session, *, actor: Actor, listing_id: UUID, now: datetime) -> None:
    """Keep one figure of a listing again, wherever its units lie; again changes nothing."""
    _in_stock(session, actor, listing_id)
    stock.lock(session, listing_id=listing_id)
    if places.clear(session, listing_id=listing_id):
        _audit(session, actor, "listing.places_joined", listing_id, now)


def _in_stock(session: Session, actor: Actor, listing_id: UUID) -> Listing:
    listing = listings.own(session, actor=actor, listing_id=listing_id)
    if listing.lead_days is not None:
        raise Conflict("made_to_order", listing=listing_id)
    return listing


def _check_known(figures: Sequence[Figure], known: dict[UUID, str]) -> None:
    wrong = [
        FieldError(f"places.{position}.warehouse_id", "unknown", "a warehouse of your company")
        for position, figure in enumerate(figures)
        if figure.warehouse_id not in known
    ]
    if wrong:
        raise Refused.fields(*wrong)


def _audit(session: Session, actor: Actor, action: str, listing_id: UUID, now: datetime, **facts: int) -> None:
    audit.record(session, actor=actor, action=action, subject="listing", subject_id=listing_id, facts=facts, now=now)
