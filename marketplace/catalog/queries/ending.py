"""What merchants say of goods that ends soon or has ended: certificates, and licences of brands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import EndNotice, Listing, ListingDetail
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.ending import WATCHED, End, Stage, ends_of, stage_of
from marketplace.catalog.rules.states import APPROVED
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page, decode_cursor, page_of

PAGE: Final = 24
PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class EndingRow:
    """A part of a listing in which something ends within a month or has ended: ``ends`` are these, the first first."""

    listing_id: UUID
    sku: str
    kind: DetailKind
    first_on: date
    ends: tuple[End, ...]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What a merchant was told of: one thing that ends, on so many of his listings."""

    id: UUID
    kind: DetailKind
    name: str
    until: date
    stage: Stage
    listings: int


def of_company(session: Session, *, company_id: UUID, today: date, cursor: str | None = None) -> Page[EndingRow]:
    """Return what ends of a company's listings that are up, the first to end first."""
    place = (ListingDetail.ends_on, ListingDetail.listing_id, sa.cast(ListingDetail.kind, sa.String))
    wanted = _watched(today).where(Listing.company_id == company_id).order_by(*place).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(sa.tuple_(*place) > sa.tuple_(*_after(cursor)))
    page = page_of(
        session.execute(wanted).all(), PAGE, lambda row: (row.ends_on.isoformat(), str(row.listing_id), row.kind.value)
    )
    return page.map(lambda row: _row(row, today))


def waiting(session: Session, *, company_id: UUID, today: date) -> tuple[int, date | None]:
    """Count the parts of a company's listings in which something ends, with the first day that is not over."""
    to_come = sa.case((ListingDetail.ends_on >= today, ListingDetail.ends_on))
    found = session.execute(
        sa.select(sa.func.count(), sa.func.min(to_come))
        .select_from(ListingDetail)
        .join(Listing, Listing.id == ListingDetail.listing_id)
        .where(Listing.company_id == company_id, *_ends(today))
    ).one()
    return found[0], found[1]


def companies(session: Session, *, today: date, after: UUID) -> tuple[UUID, ...]:
    """Return the next companies after an id of whose listings something ends."""
    wanted = sa.select(Listing.company_id).join(ListingDetail, ListingDetail.listing_id == Listing.id)
    wanted = wanted.where(Listing.company_id > after, *_ends(today)).distinct().order_by(Listing.company_id)
    return tuple(session.scalars(wanted.limit(PORTION)))


def untold(session: Session, *, company_id: UUID, today: date) -> tuple[tuple[End, Stage, int], ...]:
    """Return what ends of a company's listings and was not told of at this stage, with the listings that show it."""
    told = {
        (row.kind, row.key, row.until, row.stage)
        for row in session.execute(
            sa.select(EndNotice.kind, EndNotice.key, EndNotice.until, EndNotice.stage).where(
                EndNotice.company_id == company_id
            )
        )
    }
    counted: dict[End, int] = {}
    rows = session.execute(_watched(today).where(Listing.company_id == company_id).execution_options(yield_per=500))
    for row in rows:
        for end in ends_of(row.kind, row.document):
            counted[end] = counted.get(end, 0) + 1
    near = [(end, stage, count) for end, count in counted.items() if (stage := stage_of(end.until, today)) is not None]
    new = [each for each in near if (each[0].kind, each[0].key, each[0].until, each[1]) not in told]
    return tuple(sorted(new, key=lambda each: (each[0].until, each[0].name)))


def standing(session: Session, *, company_id: UUID, notice_ids: Collection[UUID], today: date) -> tuple[NoticeRow, ...]:
    """Return of what a company was told that still is so: what was renewed since is left out."""
    rows = session.scalars(
        sa.select(EndNotice)
        .where(EndNotice.id.in_(notice_ids), EndNotice.company_id == company_id)
        .order_by(EndNotice.until, EndNotice.name)
    )
    found = session.execute(_watched(today).where(Listing.company_id == company_id))
    still = {(end.kind, end.key, end.until) for row in found for end in ends_of(row.kind, row.document)}
    return tuple(
        NoticeRow(row.id, row.kind, row.name, row.until, row.stage, row.listings)
        for row in rows
        if (row.kind, row.key, row.until) in still
    )


def _watched(today: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            ListingDetail.listing_id, ListingDetail.kind, ListingDetail.document, ListingDetail.ends_on, Listing.sku
        )
        .join(Listing, Listing.id == ListingDetail.listing_id)
        .where(*_ends(today))
    )


def _ends(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return ListingDetail.ends_on <= today + WATCHED, Listing.state.in_(APPROVED)


def _row(row: Any, today: date) -> EndingRow:
    near = [end for end in ends_of(row.kind, row.document) if end.until <= today + WATCHED]
    return EndingRow(row.listing_id, row.sku, row.kind, row.ends_on, tuple(sorted(near, key=lambda end: end.until)))


def _after(cursor: str) -> tuple[Any, ...]:
    day, listing_id, kind = decode_cursor(cursor, str, str, str)
    try:
        return sa.literal(date.fromisoformat(day)), sa.literal(UUID(listing_id), sa.Uuid()), sa.literal(kind)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
