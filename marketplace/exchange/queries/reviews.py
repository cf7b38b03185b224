"""Read reviews: what the public reads and what they add up to, what a company may write, what a merchant is told.

A review that a moderator hides counts for nothing. The public reads a buyer's country and whether the city has
verified it, and its name only where the buyer says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.said import Said
from marketplace.exchange.models.remarks import Remark
from marketplace.exchange.models.reviews import Review, ReviewRight, ReviewVersion
from marketplace.exchange.rules.reviews import ON_PAGE
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 20
_REPLY: Final = aliased(Remark)
_LAST: Final = sa.and_(ReviewVersion.review_id == Review.id, ReviewVersion.version == Review.version)


@dataclass(frozen=True, slots=True)
class ShownReview:
    """A review as everybody reads it; ``company`` is None where the buyer's name is not told.

    ``is_reply_older``: the review was changed after the merchant had replied.
    """

    id: UUID
    goods: int
    packing: int
    on_time: int
    body: str
    language: str
    at: datetime
    version: int
    company: str | None
    country: str
    is_verified: bool
    reply: str | None
    reply_language: str | None
    replied_at: datetime | None
    is_reply_older: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review, or the right to write one, as the company that received the goods knows it.

    ``review_id`` is None and ``version`` 0 while there is none; ``hidden_because`` while a moderator hides it.
    """

    line_id: UUID
    listing_id: UUID
    titles: dict[str, str]
    source_locale: str
    merchant_id: UUID
    merchant: str
    granted_at: datetime
    review_id: UUID | None
    version: int
    written_at: datetime | None
    goods: int | None
    packing: int | None
    on_time: int | None
    is_named: bool
    body: str
    language: str | None
    hidden_because: str | None
    reply: str | None
    reply_language: str | None


@dataclass(frozen=True, slots=True)
class ReceivedReview:
    """A review as the merchant reads it: as everybody does, with its goods, and what a moderator hides."""

    shown: ShownReview
    listing_id: UUID
    titles: dict[str, str]
    source_locale: str
    hidden_because: str | None
    reply_hidden_because: str | None


@dataclass(frozen=True, slots=True)
class ToldReview:
    """Whose review of what it is."""

    titles: dict[str, str]
    source_locale: str
    company_id: UUID
    merchant_id: UUID
    line_id: UUID


def shown(
    session: Session,
    *,
    listing_id: UUID | None = None,
    merchant_id: UUID | None = None,
    cursor: str | None = None,
    size: int = ON_PAGE,
) -> Page[ShownReview]:
    """Return the reviews of a listing, or of all goods of a merchant, newest first, in one query."""
    wanted = _reviews().where(Remark.hidden_at.is_(None), _of(listing_id, merchant_id))
    return _page([_shown(row) for row in session.execute(_after(wanted, cursor, size))], size)


def received(
    session: Session, *, merchant_id: UUID, cursor: str | None = None, size: int = PAGE
) -> Page[ReceivedReview]:
    """Return the reviews of a merchant's goods to that merchant, newest first."""
    wanted = _after(_reviews().where(Review.merchant_id == merchant_id), cursor, size)
    found = [_received(row) for row in session.execute(wanted)]
    return page_of(found, size, lambda row: (row.shown.id.hex,))


def review(session: Session, *, review_id: UUID, merchant_id: UUID) -> ReceivedReview:
    """Return one review of a merchant's goods; NotFound."""
    wanted = _reviews().where(Review.id == review_id, Review.merchant_id == merchant_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("review")
    return _received(row)


def mine(session: Session, *, company_id: UUID, cursor: str | None = None, size: int = PAGE) -> Page[ReviewRow]:
    """Return what a company received and may review, with its reviews, the line ordered last first."""
    wanted = _rights().where(ReviewRight.company_id == company_id).order_by(ReviewRight.line_id.desc()).limit(size + 1)
    if cursor:
        wanted = wanted.where(ReviewRight.line_id < decode_id(cursor))
    return page_of([_right(row) for row in session.execute(wanted)], size, lambda row: (row.line_id.hex,))


def right(session: Session, *, line_id: UUID, company_id: UUID) -> ReviewRow:
    """Return a company's right to review a line, with its review; NotFound for what it has not received."""
    row = session.execute(
        _rights().where(ReviewRight.line_id == line_id, ReviewRight.company_id == company_id)
    ).one_or_none()
    if row is None:
        raise NotFound("order_line")
    return _right(row)


def told(session: Session, *, review_id: UUID) -> ToldReview:
    """Return what the letters about a review say."""
    wanted = (
        sa.select(Listing.titles, Listing.source_locale, Review.company_id, Review.merchant_id, Review.line_id)
        .select_from(Review)
        .join(Listing, Listing.id == Review.listing_id)
    )
    return ToldReview(*session.execute(wanted.where(Review.id == review_id)).one())


def figures(session: Session, *, listing_id: UUID | None = None, merchant_id: UUID | None = None) -> Said:
    """Add up the reviews of a listing, or of all goods of a merchant, that nobody hides."""
    sums = (sa.func.coalesce(sa.func.sum(getattr(ReviewVersion, name)), 0) for name in ("goods", "packing", "on_time"))
    wanted = (
        sa.select(sa.func.count(), *sums)
        .select_from(Review)
        .join(ReviewVersion, _LAST)
        .join(Remark, Remark.id == ReviewVersion.remark_id)
        .where(Remark.hidden_at.is_(None), _of(listing_id, merchant_id))
    )
    count, goods, packing, on_time = (int(value) for value in session.execute(wanted).one())
    return Said(reviews=count, goods=goods, packing=packing, on_time=on_time)


def breaches(session: Session) -> list[Breach]:
    """Return reviews that nobody had a right to write, and those without all their versions."""
    return _PROMISES.breaches(session)


def _strange() -> sa.Select[UUID]:
    ReviewOf = aliased(ReviewRight)  # noqa: N806  a table
    matches = (
        ReviewOf.listing_id == Review.listing_id,
        ReviewOf.merchant_id == Review.merchant_id,
        ReviewOf.company_id == Review.company_id,
    )
    return (
        sa.select(Review.id)
        .outerjoin(ReviewOf, sa.and_(ReviewOf.line_id == Review.line_id, *matches))
        .where(ReviewOf.line_id.is_(None))
    )


def _uncounted() -> sa.Select[UUID]:
    return (
        sa.select(Review.id)
        .outerjoin(ReviewVersion, ReviewVersion.review_id == Review.id)
        .group_by(Review.id, Review.version)
        .having(
            sa.or_(
                sa.func.count(ReviewVersion.version) != Review.version,
                sa.func.max(ReviewVersion.version) != Review.version,
            )
        )
    )


_PROMISES: Final = Promises(
    "10 reviews",
    Promise("review", "has no right that fits it", _strange),
    Promise("review", "has not all its versions", _uncounted),
)


def _of(listing_id: UUID | None, merchant_id: UUID | None) -> sa.ColumnElement[bool]:
    return Review.listing_id == listing_id if listing_id else Review.merchant_id == merchant_id


def _after(wanted: sa.Select[*tuple[Any, ...]], cursor: str | None, size: int) -> sa.Select[*tuple[Any, ...]]:
    wanted = wanted.where(Review.id < decode_id(cursor)) if cursor else wanted
    return wanted.order_by(Review.id.desc()).limit(size + 1)


def _page(found: list[ShownReview], size: int) -> Page[ShownReview]:
    return page_of(found, size, lambda row: (row.id.hex,))


def _reviews() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Review, ReviewVersion, Remark, _REPLY, Company.name, Company.country, Company.verified_at, Listing)
        .join(ReviewVersion, _LAST)
        .join(Remark, Remark.id == ReviewVersion.remark_id)
        .outerjoin(_REPLY, _REPLY.id == Review.reply_id)
        .join(Company, Company.id == Review.company_id)
        .join(Listing, Listing.id == Review.listing_id)
        .execution_options(populate_existing=True)
    )


def _shown(row: Any) -> ShownReview:
    review, version, remark, reply = row[0], row[1], row[2], row[3]
    told = _told(reply)
    return ShownReview(
        id=review.id,
        goods=version.goods,
        packing=version.packing,
        on_time=version.on_time,
        body=remark.body,
        language=remark.language,
        at=version.at,
        version=review.version,
        company=row.name if version.is_named else None,
        country=row.country,
        is_verified=row.verified_at is not None,
        reply=told.body if told else None,
        reply_language=told.language if told else None,
        replied_at=told.at if told else None,
        is_reply_older=told is not None and review.reply_version != review.version,
    )


def _told(reply: Remark | None) -> Remark | None:
    """Return a reply that can be read: one that nobody hides, of somebody who was not erased."""
    return reply if reply is not None and reply.hidden_at is None and reply.body else None


def _received(row: Any) -> ReceivedReview:
    remark, reply, listing = row[2], row[3], row[7]
    return ReceivedReview(
        shown=_shown(row),
        listing_id=listing.id,
        titles=listing.titles,
        source_locale=listing.source_locale,
        hidden_because=remark.hidden_because if remark.hidden_at else None,
        reply_hidden_because=reply.hidden_because if reply is not None and reply.hidden_at else None,
    )


def _rights() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ReviewRight, Listing.titles, Listing.source_locale, Company.name, Review, ReviewVersion, Remark, _REPLY
        )
        .join(Listing, Listing.id == ReviewRight.listing_id)
        .join(Company, Company.id == ReviewRight.merchant_id)
        .outerjoin(Review, Review.line_id == ReviewRight.line_id)
        .outerjoin(ReviewVersion, _LAST)
        .outerjoin(Remark, Remark.id == ReviewVersion.remark_id)
        .outerjoin(_REPLY, _REPLY.id == Review.reply_id)
        .execution_options(populate_existing=True)
    )


def _right(row: Any) -> ReviewRow:
    right, review, version, remark, reply = row[0], row[4], row[5], row[6], row[7]
    told = _told(reply)
    return ReviewRow(
        line_id=right.line_id,
        listing_id=right.listing_id,
        titles=row.titles,
        source_locale=row.source_locale,
        merchant_id=right.merchant_id,
        merchant=row.name,
        granted_at=right.granted_at,
        review_id=review.id if review else None,
        version=review.version if review else 0,
        written_at=review.written_at if review else None,
        goods=version.goods if version else None,
        packing=version.packing if version else None,
        on_time=version.on_time if version else None,
        is_named=version.is_named if version else False,
        body=remark.body if remark else "",
        language=remark.language if remark else None,
        hidden_because=remark.hidden_because if remark is not None and remark.hidden_at else None,
        reply=told.body if told else None,
        reply_language=told.language if told else None,
    )
