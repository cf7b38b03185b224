"""Read what is told to machines that come by: the address of every live listing, and those newly approved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Category, Listing, ListingCard
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.rows import CardRow

# So many addresses are in memory at a time.
BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Addressed:
    """A live listing and when it was last changed."""

    listing_id: UUID
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Announced:
    """A live listing's card, and when what it says was approved and last changed."""

    card: CardRow
    approved_at: datetime
    changed_at: datetime


def count(session: Session) -> int:
    """Return how many listings are live."""
    return session.scalar(sa.select(sa.func.count()).select_from(ListingCard)) or 0


def first_of(session: Session, *, part: int, size: int) -> UUID | None:
    """Return the listing with which a part of so many begins, counted from 0; None where there is no such part."""
    ids = sa.select(ListingCard.listing_id).order_by(ListingCard.listing_id)
    return session.scalar(ids.offset(part * size).limit(1))


def addressed(session: Session, *, first: UUID, size: int) -> Iterator[Addressed]:
    """Return so many live listings from one on, oldest first, read a batch at a time."""
    rows = (
        sa.select(ListingCard.listing_id, Listing.changed_at)
        .join(Listing, Listing.id == ListingCard.listing_id)
        .order_by(ListingCard.listing_id)
    )
    condition = ListingCard.listing_id >= first
    left = size
    while left:
        asked = min(left, BATCH)
        found = session.execute(rows.where(condition).limit(asked)).all()
        yield from (Addressed(*row) for row in found)
        if len(found) < asked:
            return
        left -= asked
        condition = ListingCard.listing_id > found[-1].listing_id


def announced(
    session: Session, *, size: int, category: str | None = None, merchant_id: UUID | None = None
) -> tuple[Announced, ...]:
    """Return the live listings approved last, newest first; of a shelf or a merchant where one is named."""
    newest = (
        sa.select(Listing.id, Listing.approved_at, Listing.changed_at)
        .join(ListingCard, ListingCard.listing_id == Listing.id)
        .where(Listing.approved_at.is_not(None))
        .order_by(Listing.approved_at.desc(), Listing.id.desc())
        .limit(size)
    )
    if category is not None:
        of_shelf = sa.select(Category.id).where(Category.code == category).scalar_subquery()
        newest = newest.where(ListingCard.category_id == of_shelf)
    if merchant_id is not None:
        newest = newest.where(ListingCard.company_id == merchant_id)
    rows = session.execute(newest).all()
    # What is announced is read by strangers.
    cards = shelf.cards(session, listing_ids=[row.id for row in rows], viewer=None)
    return tuple(Announced(cards[row.id], row.approved_at, row.changed_at) for row in rows if row.id in cards)
