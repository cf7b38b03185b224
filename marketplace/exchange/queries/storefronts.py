"""Read storefronts: what everybody sees, what waits for a look, what its merchant is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.exchange.models.storefronts import StorefrontVersion
from marketplace.exchange.rules.storefronts import FrontState
from marketplace.kernel.errors import NotFound
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_id, page_of

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class FrontRow:
    """A version of a merchant's storefront."""

    id: UUID
    company_id: UUID
    company: str
    state: FrontState
    headlines: Mapping[str, str]
    texts: Mapping[str, str]
    source_locale: str
    banner_file_id: UUID | None
    banner_alt: str
    submitted_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    reason: str
    decided_at: datetime | None


def shown(session: Session, *, company_id: UUID) -> FrontRow | None:
    """Return what everybody may read of a merchant, None where it says nothing."""
    return _one(session, StorefrontVersion.company_id == company_id, StorefrontVersion.state == FrontState.SHOWN)


def last(session: Session, *, company_id: UUID) -> FrontRow | None:
    """Return what a merchant handed in last, whatever became of it."""
    return _one(session, StorefrontVersion.company_id == company_id)


def version(session: Session, *, version_id: UUID) -> FrontRow:
    """Return a version for its reviewers; NotFound for an unknown one."""
    found = _one(session, StorefrontVersion.id == version_id)
    if found is None:
        raise NotFound("storefront")
    return found


def queue(session: Session, *, state: FrontState, cursor: str | None = None) -> Page[FrontRow]:
    """Return the versions in a state, the oldest first."""
    wanted = _rows().where(StorefrontVersion.state == state).order_by(StorefrontVersion.id).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(StorefrontVersion.id > decode_id(cursor))
    return page_of([_row(row) for row in session.execute(wanted)], PAGE, lambda row: (str(row.id),))


def waiting(session: Session) -> int:
    """Count the versions that wait for a look."""
    pending = StorefrontVersion.state == FrontState.PENDING
    return session.scalar(sa.select(sa.func.count()).where(pending)) or 0


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the versions that wait longer than was promised and were not told of yet."""
    return tuple(session.scalars(sa.select(StorefrontVersion.id).where(is_late(now)).order_by(StorefrontVersion.id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell a version that waits longer than was promised, and was not told of yet."""
    pending = StorefrontVersion.state == FrontState.PENDING
    return sa.and_(pending, StorefrontVersion.due_at <= now, StorefrontVersion.escalated_at.is_(None))


def is_banner_shown(session: Session, *, file_id: UUID, company_id: UUID | None, reviews: bool) -> bool:
    """Tell whether a banner may be seen: of a shown version by all, else by its company and by reviewers."""
    if reviews:
        allowed = sa.true()
    else:
        is_shown = StorefrontVersion.state == FrontState.SHOWN
        allowed = sa.or_(is_shown, StorefrontVersion.company_id == company_id)
    return bool(session.scalar(sa.select(sa.exists().where(StorefrontVersion.banner_file_id == file_id, allowed))))


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the storefronts a person handed in or decided, for that person, earliest first."""
    kept = StorefrontVersion
    said = (kept.id, kept.company_id, kept.state, kept.headlines, kept.texts, kept.banner_alt, kept.submitted_at)
    judged = (kept.id, kept.company_id, kept.state, kept.reason, kept.decided_at)
    return {
        "storefronts_written": rows(session, sa.select(*said).where(kept.submitted_by == person_id).order_by(kept.id)),
        "storefronts_decided": rows(session, sa.select(*judged).where(kept.decided_by == person_id).order_by(kept.id)),
    }


def _rows() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(StorefrontVersion, Company.name).join(Company, Company.id == StorefrontVersion.company_id)


def _one(session: Session, *conditions: Any) -> FrontRow | None:
    wanted = _rows().where(*conditions).order_by(StorefrontVersion.id.desc()).limit(1)
    found = session.execute(wanted).one_or_none()
    return None if found is None else _row(found)


def _row(found: Any) -> FrontRow:
    row = found.StorefrontVersion
    return FrontRow(
        id=row.id,
        company_id=row.company_id,
        company=found.name,
        state=row.state,
        headlines=row.headlines,
        texts=row.texts,
        source_locale=row.source_locale,
        banner_file_id=row.banner_file_id,
        banner_alt=row.banner_alt,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        reason=row.reason,
        decided_at=row.decided_at,
    )
