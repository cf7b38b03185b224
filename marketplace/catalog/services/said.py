"""Let a listing's card carry how much is said about it, so that its page asks for no more than that."""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard
from marketplace.catalog.rules.said import Said, stored
from marketplace.catalog.services import bulk


def carry(session: Session, *, listing_id: UUID, count: Callable[[Session], Said]) -> None:
    """Count what is said about a listing and keep it with the listing and its card.

    It is counted behind the listing's lock: of two who say something at once the later one counts both.
    """
    bulk.hold(session, [listing_id])
    said = stored(count(session))
    session.execute(sa.update(Listing).where(Listing.id == listing_id).values(said=said))
    card = session.get(ListingCard, listing_id, populate_existing=True)
    if card is not None:
        card.page = {**card.page, "said": said}
        session.flush()
