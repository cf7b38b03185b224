"""Read the queue, one case side by side, and what merchants are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.catalog.models import Category, Listing
from marketplace.catalog.queries import review as catalog
from marketplace.catalog.queries.noticed import noticed
from marketplace.catalog.rules.rows import NoticedRow, ReviewRow
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.exports import rows
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.moderation.models import Case, CaseJudgement, CaseReason, ListingReport
from marketplace.moderation.queries import appeals, likeness, signals
from marketplace.moderation.queries.appeals import ReportRow
from marketplace.moderation.queries.likeness import SimilarRow
from marketplace.moderation.queries.signals import Subject
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.reasons import written
from marketplace.moderation.rules.reports import ReportState
from marketplace.moderation.rules.trust import Judgement

PAGE: Final = 50
_TIMELY: Final = sa.case((Case.escalated_at.is_not(None), 0), else_=1)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue."""

    id: UUID
    kind: CaseKind
    state: CaseState
    listing_id: UUID
    change_id: UUID | None
    company_id: UUID
    company: str
    sku: str
    titles: dict[str, str]
    source_locale: str
    category: str
    country: str
    risk: int
    risk_points: dict[str, int]
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    decided_at: datetime | None
    judged: Judgement | None
    said: Mapping[str, str]
    wrote: str
    seen: str | None = None

    @property
    def reason(self) -> str | None:
        """Why it was decided so, in the language of the goods' merchant."""
        return self.reason_in(self.source_locale)

    def reason_in(self, language: str) -> str | None:
        """Why it was decided so, the chosen reason in this language; None when nothing was said."""
        return written(self.said, self.wrote, language) or None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases of the queue are wanted; None asks for all."""

    kind: str | None = None
    category: str | None = None
    merchant: UUID | None = None
    country: str | None = None
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A case with what its moderator compares, and the cases that stand before and after it in the queue."""

    case: CaseRow
    review: ReviewRow
    noticed: NoticedRow
    similar: tuple[SimilarRow, ...]
    reports: tuple[ReportRow, ...]
    about: CaseRow | None
    statement: str | None
    previous: UUID | None = None
    next: UUID | None = None


@dataclass(frozen=True, slots=True)
class About:
    """A listing as its reviewer sees it, what it is like, and the cases about it, the latest first."""

    review: ReviewRow
    similar: tuple[SimilarRow, ...]
    cases: tuple[CaseRow, ...]


def waiting(session: Session) -> int:
    """Count the cases that wait for a decision."""
    return session.scalar(sa.select(sa.func.count()).where(Case.state == CaseState.PENDING)) or 0


def late_of(session: Session, *, company_id: UUID) -> int:
    """Count a company's cases that wait longer than was promised, reports of others among them."""
    late = sa.and_(Case.company_id == company_id, Case.state == CaseState.PENDING, Case.escalated_at.is_not(None))
    return session.scalar(sa.select(sa.func.count()).where(late)) or 0


def queue(
    session: Session,
    *,
    state: str = CaseState.PENDING,
    filters: Filters = Filters(),
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[CaseRow]:
    """Return the cases in a state: what is overdue first, then the riskiest, the oldest first among equals."""
    if state not in set(CaseState):
        raise Refused.field("state", "choice", ", ".join(CaseState))
    query = _cases().where(Case.state == state, *_wanted(filters))
    if cursor:
        timely, risk, key = decode_cursor(cursor, int, int, str)
        query = query.where(_behind(timely, risk, _uuid(key)))
    rows = session.execute(query.order_by(_TIMELY, Case.risk.desc(), Case.id).limit(size + 1))
    return page_of([_row(row) for row in rows], size, lambda row: (int(not row.escalated_at), row.risk, row.id.hex))


def as_seen(session: Session, *, rows: Sequence[CaseRow]) -> tuple[CaseRow, ...]:
    """Return cases with the fingerprint of what each shows now, for a page on which they are decided."""
    subjects = {row.id: Subject(row.kind, row.listing_id, row.change_id) for row in rows}
    shown = signals.reviewed(session, subjects=set(subjects.values()))
    return tuple(replace(row, seen=shown[subjects[row.id]].fingerprint) for row in rows)


def _wanted(filters: Filters) -> list[sa.ColumnElement[bool]]:
    if filters.kind is not None and filters.kind not in set(CaseKind):
        raise Refused.field("kind", "choice", ", ".join(CaseKind))
    asked = (
        (Case.kind, filters.kind),
        (Category.code, filters.category),
        (Case.company_id, filters.merchant),
        (Company.country, filters.country),
    )
    wanted = [column == value for column, value in asked if value is not None]
    if filters.reported:
        open_ = sa.and_(ListingReport.listing_id == Case.listing_id, ListingReport.state == ReportState.OPEN)
        wanted.append(sa.exists().where(open_))
    return wanted


def _behind(timely: Any, risk: int, case_id: UUID) -> sa.ColumnElement[bool]:
    """Tell the cases that stand in the queue behind one."""
    next_of_risk = sa.or_(Case.risk < risk, sa.and_(Case.risk == risk, Case.id > case_id))
    return sa.or_(timely < _TIMELY, sa.and_(timely == _TIMELY, next_of_risk))


def _before(timely: Any, risk: int, case_id: UUID) -> sa.ColumnElement[bool]:
    """Tell the cases that stand in the queue before one."""
    earlier_of_risk = sa.or_(Case.risk > risk, sa.and_(Case.risk == risk, Case.id < case_id))
    return sa.or_(timely > _TIMELY, sa.and_(timely == _TIMELY, earlier_of_risk))


def _neighbours(session: Session, row: CaseRow, filters: Filters) -> tuple[UUID | None, UUID | None]:
    """Return the waiting cases before and after one, None at an end."""
    place = (int(not row.escalated_at), row.risk, row.id)
    ids = (
        sa.select(Case.id)
        .join(Company, Company.id == Case.company_id)
        .join(Listing, Listing.id == Case.listing_id)
        .join(Category, Category.id == Listing.category_id)
        .where(Case.state == CaseState.PENDING, *_wanted(filters))
        .limit(1)
    )
    before = ids.where(_before(*place)).order_by(_TIMELY.desc(), Case.risk, Case.id.desc())
    after = ids.where(_behind(*place)).order_by(_TIMELY, Case.risk.desc(), Case.id)
    return session.scalar(before), session.scalar(after)


def waiting_about(session: Session, *, listing_ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the cases about these listings that wait, by id."""
    waiting = sa.select(Case.id).where(Case.listing_id.in_(listing_ids), Case.state == CaseState.PENDING)
    return tuple(session.scalars(waiting.order_by(Case.id)))


def waiting_of(session: Session, *, company_id: UUID, after: UUID, most: int) -> tuple[UUID, ...]:
    """Return the cases of a company that wait, by id, those after one."""
    waiting = sa.select(Case.id).where(Case.company_id == company_id, Case.state == CaseState.PENDING, Case.id > after)
    return tuple(session.scalars(waiting.order_by(Case.id).limit(most)))


def late(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the companies whose cases wait longer than was promised and were not told of yet."""
    return tuple(session.scalars(sa.select(Case.company_id).where(is_late(now)).distinct().order_by(Case.company_id)))


def is_late(now: datetime) -> sa.ColumnElement[bool]:
    """Tell a case that waits longer than was promised, and was not told of yet."""
    return sa.and_(Case.state == CaseState.PENDING, Case.due_at <= now, Case.escalated_at.is_(None))


def case(session: Session, *, case_id: UUID, filters: Filters = Filters()) -> Comparison:
    """Return one case with old and new side by side, between its neighbours in the queue as filtered."""
    row = session.execute(_cases().where(Case.id == case_id)).one_or_none()
    if row is None:
        raise NotFound("case")
    review = catalog.review(session, listing_id=row.Case.listing_id, change_id=row.Case.change_id)
    risky = noticed(session, changes={row.Case.listing_id: row.Case.change_id})[row.Case.listing_id]
    found = _row(row)
    similar = likeness.similar(session, listing_id=found.listing_id)
    reports = appeals.reports(session, case_id=case_id) if found.kind is CaseKind.REPORT else ()
    about, said = None, None
    if row.Case.about_id is not None:
        (about,) = some(session, case_ids=[row.Case.about_id])
        said = appeals.statement(session, case_id=case_id)
    return Comparison(found, review, risky, similar, reports, about, said, *_neighbours(session, found, filters))


def following(session: Session, *, case_id: UUID, filters: Filters = Filters()) -> UUID | None:
    """Return the case that waits behind one, else that before it, None when nothing else waits."""
    row = session.execute(_cases().where(Case.id == case_id)).one_or_none()
    if row is None:
        return None
    before, after = _neighbours(session, _row(row), filters)
    return after or before


def about(session: Session, *, listing_id: UUID) -> About:
    """Return a listing with what it is like and the latest cases about it, for a reviewer."""
    review = catalog.review(session, listing_id=listing_id)
    cases = session.execute(_cases().where(Case.listing_id == listing_id).order_by(Case.id.desc()).limit(PAGE))
    similar = likeness.similar(session, listing_id=listing_id)
    return About(review, similar, tuple(_row(row) for row in cases))


def of_batch(session: Session, *, batch: UUID, company_id: UUID) -> tuple[CaseRow, ...]:
    """Return the cases of a company that were decided in one go, the earliest first."""
    rows = session.execute(_cases().where(Case.batch == batch, Case.company_id == company_id).order_by(Case.id))
    return tuple(_row(row) for row in rows)


def some(session: Session, *, case_ids: Collection[UUID]) -> tuple[CaseRow, ...]:
    """Return cases by id, the earliest first."""
    return tuple(_row(row) for row in session.execute(_cases().where(Case.id.in_(case_ids)).order_by(Case.id)))


def decided(session: Session, *, company_id: UUID, listing_ids: Collection[UUID]) -> dict[UUID, CaseRow]:
    """Return the latest decided case of each of a company's listings, with its reason.

    A report that was dismissed is nothing the merchant hears of.
    """
    ended = (CaseState.CONFIRMED, CaseState.DECLINED, CaseState.CHANGES_REQUESTED)
    unheard = sa.and_(Case.kind == CaseKind.REPORT, Case.state == CaseState.CONFIRMED)
    query = _cases().where(
        Case.company_id == company_id, Case.listing_id.in_(listing_ids), Case.state.in_(ended), ~unheard
    )
    return {row.Case.listing_id: _row(row) for row in session.execute(query.order_by(Case.decided_at, Case.id))}


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the reviews a person decided, with the reasons given, for that person, earliest first."""
    wanted = (Case.id, Case.kind, Case.state, CaseReason.canned, CaseReason.text.label("reason"), Case.decided_at)
    mine = sa.select(*wanted).outerjoin(CaseReason, CaseReason.case_id == Case.id).where(Case.decided_by == person_id)
    return {"reviews_decided": rows(session, mine.order_by(Case.id))}


def _cases() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Case, Company.name, Company.country, Listing.sku, Listing.titles, Listing.source_locale)
        .add_columns(Category.code, CaseReason.text, CaseReason.said, CaseJudgement.judgement)
        .join(Company, Company.id == Case.company_id)
        .join(Listing, Listing.id == Case.listing_id)
        .join(Category, Category.id == Listing.category_id)
        .outerjoin(CaseReason, CaseReason.case_id == Case.id)
        .outerjoin(CaseJudgement, CaseJudgement.case_id == Case.id)
        .execution_options(populate_existing=True)
    )


def _row(row: Any) -> CaseRow:
    found: Case = row.Case
    return CaseRow(
        id=found.id,
        kind=found.kind,
        state=found.state,
        listing_id=found.listing_id,
        change_id=found.change_id,
        company_id=found.company_id,
        company=row.name,
        sku=row.sku,
        titles=row.titles,
        source_locale=row.source_locale,
        category=row.code,
        country=row.country,
        risk=found.risk,
        risk_points=found.risk_points,
        opened_at=found.opened_at,
        due_at=found.due_at,
        escalated_at=found.escalated_at,
        decided_at=found.decided_at,
        judged=row.judgement,
        said=row.said or {},
        wrote=row.text or "",
    )


def _uuid(key: str) -> UUID:
    try:
        return UUID(hex=key)
    except ValueError:
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
