"""Read pictures, and who may see them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing, ListingCard, ListingPicture
from marketplace.catalog.rules.rows import PictureRow


def pictures(session: Session, *, listing_id: UUID) -> tuple[PictureRow, ...]:
    """Return a listing's pictures in order, those that wait included, for a caller that has shown its right."""
    rows = session.scalars(
        sa.select(ListingPicture).where(ListingPicture.listing_id == listing_id).order_by(ListingPicture.position)
    )
    return tuple(PictureRow(row.id, row.file_id, row.alt, row.approved) for row in rows)


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
