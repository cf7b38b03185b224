"""Read remarks: for moderators, for their authors' own data, and how much the public reads of a listing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Listing
from marketplace.catalog.rules import said as rules
from marketplace.catalog.rules.said import Said
from marketplace.exchange.models.remarks import Remark
from marketplace.exchange.queries import questions, reviews
from marketplace.exchange.rules.remarks import RemarkKind
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """A public remark as moderators read it; ``company`` said it."""

    id: UUID
    kind: RemarkKind
    listing_id: UUID
    company_id: UUID
    company: str
    titles: dict[str, str]
    source_locale: str
    language: str
    body: str
    at: datetime
    hidden_at: datetime | None
    hidden_because: str


def public(
    session: Session, *, hidden: bool | None = None, cursor: str | None = None, size: int = PAGE
) -> Page[RemarkRow]:
    """Return what companies said in public, newest first; only what is hidden, or what is not, where that is asked."""
    wanted = _remarks().order_by(Remark.id.desc()).limit(size + 1)
    if hidden is not None:
        wanted = wanted.where(Remark.hidden_at.is_not(None) if hidden else Remark.hidden_at.is_(None))
    if cursor:
        wanted = wanted.where(Remark.id < decode_id(cursor))
    found = [RemarkRow(*row) for row in session.execute(wanted)]
    return page_of(found, size, lambda row: (row.id.hex,))


def remark(session: Session, *, remark_id: UUID) -> RemarkRow:
    """Return one public remark; NotFound for a private one too."""
    row = session.execute(_remarks().where(Remark.id == remark_id)).one_or_none()
    if row is None:
        raise NotFound("remark")
    return RemarkRow(*row)


def said(session: Session, *, listing_id: UUID) -> Said:
    """Count what the public reads about a listing."""
    count = questions.count_shown(session, listing_id=listing_id)
    return replace(reviews.figures(session, listing_id=listing_id), questions=count)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person said, and why that person hid what others said, earliest first."""
    mine = sa.select(Remark.id, Remark.kind, Remark.listing_id, Remark.company_id, Remark.body, Remark.at)
    hid = sa.select(Remark.id, Remark.hidden_because, Remark.hidden_at)
    return {
        "remarks": rows(session, mine.where(Remark.person_id == person_id).order_by(Remark.id)),
        "remarks_hidden": rows(session, hid.where(Remark.hidden_by == person_id).order_by(Remark.id)),
    }


_NAMED: Final = sa.select(Remark.listing_id).distinct()
_CARRIED: Final = sa.select(Listing.id, Listing.said)


def breaches(session: Session) -> list[Breach]:
    """Return listings that carry other counts than what is said about them adds up to."""
    named = set(session.execute(_NAMED).scalars())
    kept = {row.id: replace(rules.read(row.said), centres=0) for row in session.execute(_CARRIED)}
    there = {key for key, value in kept.items() if value != Said()}
    return [
        Breach("10 remarks", "listing", key, "carries other counts than its remarks add up to")
        for key in sorted(named | there)
        if kept[key] != said(session, listing_id=key)
    ]


def _remarks() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Remark.id,
            Remark.kind,
            Remark.listing_id,
            Remark.company_id,
            Company.name,
            Listing.titles,
            Listing.source_locale,
            Remark.language,
            Remark.body,
            Remark.at,
            Remark.hidden_at,
            Remark.hidden_because,
        )
        .join(Company, Company.id == Remark.company_id)
        .join(Listing, Listing.id == Remark.listing_id)
        .where(Remark.is_public)
        .execution_options(populate_existing=True)
    )
