"""Let a listing's card carry what is counted elsewhere, so that its page and its shelf ask for no more than that."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard
from marketplace.catalog.rules.said import Said, read, stored
from marketplace.catalog.services import bulk


def carry(session: Session, *, listing_id: UUID, count: Callable[[Session], Said]) -> None:
    """Count what is said about a listing and keep it with the listing and its card.

    It is counted behind the listing's lock: of two who say something at once the later one counts both.
    """
    _keep(session, listing_id, lambda kept: replace(count(session), centres=kept.centres))


def lie(session: Session, *, listing_id: UUID, count: Callable[[Session], int]) -> None:
    """Count from how many distribution centres a listing is sold, and keep it in the same way."""
    _keep(session, listing_id, lambda kept: replace(kept, centres=count(session)))


def _keep(session: Session, listing_id: UUID, anew: Callable[[Said], Said]) -> None:
    bulk.hold(session, [listing_id])
    kept = session.scalar(sa.select(Listing.said).where(Listing.id == listing_id))
    said = stored(anew(read(kept or {})))
    session.execute(sa.update(Listing).where(Listing.id == listing_id).values(said=said))
    card = session.get(ListingCard, listing_id, populate_existing=True)
    if card is not None:
        card.face = {**card.face, "centres": said.get("centres", 0)}
        card.page = {**card.page, "said": said}
        session.flush()
