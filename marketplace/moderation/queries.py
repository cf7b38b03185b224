"""Read the queue, one case side by side, and what merchants are told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.queries import review as catalog
from marketplace.catalog.rules.rows import ReviewRow
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.moderation.models import Case, CaseReason
from marketplace.moderation.rules import CaseKind, CaseState

PAGE: Final = 50
_TIMELY: Final = sa.case((Case.escalated_at.is_not(None), 0), else_=1)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue."""

    id: UUID
    kind: CaseKind
    state: CaseState
    listing_id: UUID
    company_id: UUID
    company: str
    sku: str
    titles: dict[str, str]
    source_locale: str
    risk: int
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A case with what its moderator compares."""

    case: CaseRow
    review: ReviewRow


def waiting(session: Session) -> int:
    """Count the cases that wait for a decision."""
    return session.scalar(sa.select(sa.func.count()).where(Case.state == CaseState.PENDING)) or 0


def late_of(session: Session, *, company_id: UUID) -> int:
    """Count a company's cases that wait longer than was promised."""
    late = sa.and_(Case.company_id == company_id, Case.state == CaseState.PENDING, Case.escalated_at.is_not(None))
    return session.scalar(sa.select(sa.func.count()).where(late)) or 0


def queue(
    session: Session, *, state: str = CaseState.PENDING, cursor: str | None = None, size: int = PAGE
) -> Page[CaseRow]:
    """Return the cases in a state: what is overdue first, then the riskiest, the oldest first among equals."""
    if state not in set(CaseState):
        raise Refused.field("state", "choice", ", ".join(CaseState))
    query = _cases().where(Case.state == state)
    if cursor:
        timely, risk, key = decode_cursor(cursor, int, int, str)
        next_of_risk = sa.or_(Case.risk < risk, sa.and_(Case.risk == risk, Case.id > _uuid(key)))
        query = query.where(sa.or_(timely < _TIMELY, sa.and_(timely == _TIMELY, next_of_risk)))
    rows = session.execute(query.order_by(_TIMELY, Case.risk.desc(), Case.id).limit(size + 1))
    return page_of([_row(row) for row in rows], size, lambda row: (int(not row.escalated_at), row.risk, row.id.hex))


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the companies whose cases wait longer than was promised and were not told of yet."""
    return tuple(session.scalars(sa.select(Case.company_id).where(is_late(now)).distinct().order_by(Case.company_id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell a case that waits longer than was promised, and was not told of yet."""
    return sa.and_(Case.state == CaseState.PENDING, Case.due_at <= now, Case.escalated_at.is_(None))


def case(session: Session, *, case_id: UUID) -> Comparison:
    """Return one case with old and new side by side."""
    row = session.execute(_cases().where(Case.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("case")
    review = catalog.review(session, listing_id=row.Case.listing_id, change_id=row.Case.change_id)
    return Comparison(_row(row), review)


def decided(session: Session, *, company_id: UUID, listing_ids: Collection[UUID]) -> dict[UUID, CaseRow]:
    """Return the latest decided case of each of a company's listings, with its reason."""
    ended = (CaseState.CONFIRMED, CaseState.DECLINED, CaseState.CHANGES_REQUESTED)
    query = _cases().where(Case.company_id == company_id, Case.listing_id.in_(listing_ids), Case.state.in_(ended))
    return {row.Case.listing_id: _row(row) for row in session.execute(query.order_by(Case.decided_at, Case.id))}


def breaches(session: Session) -> list[Breach]:
    """Return what waits for review without a case, and cases whose subject waits no more."""
    return [*_waiting_without_case(session), *_cases_without_subject(session)]


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the reviews a person decided, with the reasons given, for that person, earliest first."""
    wanted = (Case.id, Case.kind, Case.state, CaseReason.text.label("reason"), Case.decided_at)
    mine = sa.select(*wanted).outerjoin(CaseReason, CaseReason.case_id == Case.id).where(Case.decided_by == person_id)
    return {"reviews_decided": rows(session, mine.order_by(Case.id))}


def _waiting_without_case(session: Session) -> list[Breach]:
    rows = session.scalars(
        sa.select(Listing.id).where(
            Listing.state == ListingState.SUBMITTED, ~_pending(CaseKind.LISTING, Case.listing_id == Listing.id)
        )
    )
    found = [Breach("4 review", "listing", listing_id, "submitted without a case") for listing_id in rows]
    changes = session.scalars(
        sa.select(ChangeSet.id).where(
            ChangeSet.state == ChangeState.PENDING, ~_pending(CaseKind.CHANGE, Case.change_id == ChangeSet.id)
        )
    )
    return found + [Breach("4 review", "change", change_id, "waiting without a case") for change_id in changes]


def _cases_without_subject(session: Session) -> list[Breach]:
    rows = session.scalars(
        sa.select(Case.id)
        .join(Listing, Listing.id == Case.listing_id)
        .outerjoin(ChangeSet, ChangeSet.id == Case.change_id)
        .where(
            Case.state == CaseState.PENDING,
            sa.or_(
                sa.and_(Case.kind == CaseKind.LISTING, Listing.state != ListingState.SUBMITTED),
                sa.and_(Case.kind == CaseKind.CHANGE, ChangeSet.state != ChangeState.PENDING),
            ),
        )
    )
    return [Breach("4 review", "case", case_id, "pending for something that waits no more") for case_id in rows]


def _pending(kind: CaseKind, about: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Case.state == CaseState.PENDING, Case.kind == kind, about)


def _cases() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Case, Company.name, Listing.sku, Listing.titles, Listing.source_locale, CaseReason.text)
        .join(Company, Company.id == Case.company_id)
        .join(Listing, Listing.id == Case.listing_id)
        .outerjoin(CaseReason, CaseReason.case_id == Case.id)
        .execution_options(populate_existing=True)
    )


def _row(row: Any) -> CaseRow:
    found: Case = row.Case
    return CaseRow(
        id=found.id,
        kind=found.kind,
        state=found.state,
        listing_id=found.listing_id,
        company_id=found.company_id,
        company=row.name,
        sku=row.sku,
        titles=row.titles,
        source_locale=row.source_locale,
        risk=found.risk,
        opened_at=found.opened_at,
        due_at=found.due_at,
        escalated_at=found.escalated_at,
        decided_at=found.decided_at,
        reason=row.text,
    )


def _uuid(key: str) -> UUID:
    try:
        return UUID(hex=key)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
