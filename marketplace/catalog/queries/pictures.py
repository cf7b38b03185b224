"""Read pictures, and who may see them."""

from collections.abc import Collection
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard, ListingPicture
from marketplace.catalog.rules.rows import PictureRow


def pictures(session: Session, *, listing_id: UUID) -> tuple[PictureRow, ...]:
    """Return a listing's pictures in order, those that wait included, for a caller that has shown its right."""
    return of_listings(session, listing_ids=[listing_id]).get(listing_id, ())


def of_listings(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, tuple[PictureRow, ...]]:
    """Return the pictures of those of these listings that have some, for a caller that has shown its right."""
    rows = session.execute(
        sa.select(
            ListingPicture.listing_id,
            ListingPicture.id,
            ListingPicture.file_id,
            ListingPicture.alt,
            ListingPicture.approved,
        )
        .where(ListingPicture.listing_id.in_(listing_ids))
        .order_by(ListingPicture.listing_id, ListingPicture.position)
    )
    return {
        listing_id: tuple(PictureRow(*row[1:]) for row in images)
        for listing_id, images in groupby(rows, key=lambda row: row.listing_id)
    }


def is_shown(session: Session, *, file_id: UUID, company_id: UUID | None, reviews: bool = False) -> bool:
    """Tell whether a picture may be seen: on a live listing by all, else by its company and by reviewers."""
    attached = (
        sa.select(ListingPicture.id)
        .join(Listing, Listing.id == ListingPicture.listing_id)
        .outerjoin(ListingCard, ListingCard.listing_id == Listing.id)
        .where(
            ListingPicture.file_id == file_id,
            sa.or_(
                sa.and_(ListingPicture.approved, ListingCard.listing_id.is_not(None)),
                Listing.company_id == company_id,
                sa.true() if reviews else sa.false(),
            ),
        )
    )
    return session.execute(attached.limit(1)).first() is not None
