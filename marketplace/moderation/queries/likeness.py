"""Read what listings look like and say, and which others are like them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.models import Company
from marketplace.catalog.models import ChangeSet, Listing, ListingPicture
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.files.models import FileRendition, StoredFile
from marketplace.moderation.models import ListingBand, ListingMatch, ListingPrint, PictureBand, PicturePrint
from marketplace.moderation.rules.likeness import PICTURE_BITS, Likeness, distance

# A band that very many share says little: the nearest are among the first, or there is nothing to tell them apart.
_CANDIDATES: Final = 2_000
_TEXTS: Final = 40
_SHOWN: Final = 30
_READ_WIDTH: Final = 320


@dataclass(frozen=True, slots=True)
class LookRow:
    """What a listing says and shows, a waiting edit laid over it."""

    listing_id: UUID
    company_id: UUID
    version: int
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    locale: str
    pictures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """A listing that is like the one looked at; ``nearness`` in per cent."""

    listing_id: UUID
    company_id: UUID
    company: str
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    state: ListingState
    by: Likeness
    nearness: int
    is_same_company: bool


def similar(session: Session, *, listing_id: UUID) -> tuple[SimilarRow, ...]:
    """Return the listings that are like this one: other companies' first, the nearest first."""
    mine, other = aliased(Listing), aliased(Listing)
    is_same = (mine.company_id == other.company_id).label("is_same")
    pairs = (
        sa.select(
            other.id, other.company_id, Company.name, other.sku, other.titles, other.source_locale, other.state,
            ListingMatch.by, ListingMatch.nearness, is_same,
        )
        .select_from(ListingMatch)
        .join(mine, mine.id == ListingMatch.listing_id)
        .join(other, other.id == ListingMatch.other_id)
        .join(Company, Company.id == other.company_id)
        .where(ListingMatch.listing_id == listing_id)
        .order_by(is_same, ListingMatch.nearness.desc(), other.id, ListingMatch.by)
        .limit(_SHOWN)
    )  # fmt: skip
    return tuple(SimilarRow(*row) for row in session.execute(pairs))


def looks(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, LookRow]:
    """Return what these listings would say and show if what waits were confirmed."""
    rows = session.execute(
        sa.select(
            Listing.id,
            Listing.company_id,
            Listing.version,
            Listing.titles,
            Listing.descriptions,
            Listing.source_locale,
            ChangeSet.changes,
        )
        .outerjoin(ChangeSet, sa.and_(ChangeSet.listing_id == Listing.id, ChangeSet.state == ChangeState.PENDING))
        .where(Listing.id.in_(listing_ids))
    ).all()
    shown: dict[UUID, list[str]] = {}
    pictures = (
        sa.select(ListingPicture.listing_id, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == ListingPicture.file_id)
        .where(ListingPicture.listing_id.in_(listing_ids))
        .order_by(ListingPicture.listing_id, ListingPicture.position)
    )
    for listing_id, sha256 in session.execute(pictures):
        shown.setdefault(listing_id, []).append(sha256)
    return {row.id: _look(row, shown.get(row.id, ())) for row in rows}


def unprinted(session: Session, *, hashes: Collection[str]) -> dict[str, str]:
    """Return the pictures of which no print was made, each with the hash of the bytes to make it of: the small ones."""
    rows = session.execute(
        sa.select(StoredFile.sha256, FileRendition.sha256)
        .outerjoin(FileRendition, sa.and_(FileRendition.file_id == StoredFile.id, FileRendition.width == _READ_WIDTH))
        .outerjoin(PicturePrint, PicturePrint.sha256 == StoredFile.sha256)
        .where(StoredFile.sha256.in_(hashes), PicturePrint.sha256.is_(None))
    )
    return {whole: small or whole for whole, small in rows}


def outdated(session: Session, *, after: UUID, most: int) -> tuple[UUID, ...]:
    """Return listings, by id, that were handed in and not compared since they changed."""
    wanted = (
        sa.select(Listing.id)
        .outerjoin(ListingPrint, ListingPrint.listing_id == Listing.id)
        .where(
            Listing.id > after,
            Listing.submitted_at.is_not(None),
            sa.or_(ListingPrint.listing_id.is_(None), ListingPrint.version != Listing.version),
        )
    )
    return tuple(session.scalars(wanted.order_by(Listing.id).limit(most)))


def like_pictures(session: Session, *, hashes: Collection[str], listing_id: UUID) -> dict[UUID, int]:
    """Return the other listings that show one of these pictures, each with the bits by which its nearest differs."""
    mine, theirs = aliased(PictureBand), aliased(PictureBand)
    prints = sa.select(PicturePrint.bits).where(PicturePrint.sha256.in_(hashes), PicturePrint.bits.is_not(None))
    own: Sequence[Any] = session.scalars(prints).all()
    candidates = session.execute(
        sa.select(PicturePrint.sha256, PicturePrint.bits)
        .where(
            PicturePrint.bits.is_not(None),
            PicturePrint.sha256.in_(
                sa.select(theirs.sha256)
                .join(mine, sa.and_(mine.band == theirs.band, mine.value == theirs.value))
                .where(mine.sha256.in_(hashes))
            ),
        )
        .limit(_CANDIDATES)
    )
    near: dict[str, int] = {}
    for sha256, bits in candidates:
        differing = min(distance(cast("int", bits), each) for each in own)
        if differing <= PICTURE_BITS:
            near[sha256] = differing
    shown = session.execute(
        sa.select(ListingPicture.listing_id, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == ListingPicture.file_id)
        .where(StoredFile.sha256.in_(near), ListingPicture.listing_id != listing_id)
        .limit(_CANDIDATES)
    )
    found: dict[UUID, int] = {}
    for other, sha256 in shown:
        found[other] = min(near[sha256], found.get(other, near[sha256]))
    return found


def like_texts(session: Session, *, bands: Iterable[int], listing_id: UUID) -> tuple[UUID, ...]:
    """Return the other listings that share most bands of a text, at most a few."""
    mine = [sa.and_(ListingBand.band == band, ListingBand.value == value) for band, value in enumerate(bands)]
    if not mine:
        return ()
    shared = (
        sa.select(ListingBand.listing_id)
        .where(sa.or_(*mine), ListingBand.listing_id != listing_id)
        .group_by(ListingBand.listing_id)
        .order_by(sa.func.count().desc(), ListingBand.listing_id)
    )
    return tuple(session.scalars(shared.limit(_TEXTS)))


def of_company(session: Session, *, company_id: UUID, listing_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of these listings that are a company's own."""
    mine = sa.select(Listing.id).where(Listing.company_id == company_id, Listing.id.in_(listing_ids))
    return frozenset(session.scalars(mine))


def _look(row: Any, pictures: Iterable[str]) -> LookRow:
    changes = row.changes or {}

    def wanted(name: str) -> Any:
        return changes[name]["new"] if name in changes else getattr(row, name)

    return LookRow(
        row.id,
        row.company_id,
        row.version,
        wanted("titles"),
        wanted("descriptions"),
        wanted("source_locale"),
        tuple(pictures),
    )
