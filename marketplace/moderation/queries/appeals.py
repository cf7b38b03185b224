"""Read what can be appealed, what was said in an appeal, and what people reported."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.rules.states import APPROVED, ENDED, ChangeState, ListingState
from marketplace.kernel.exports import rows
from marketplace.moderation.models import Case, CaseStatement, ListingReport
from marketplace.moderation.rules import APPEALABLE, TAKES_DOWN, CaseKind, CaseState
from marketplace.moderation.rules.reports import ReportKind, ReportState
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class AppealableRow:
    """A decision that may be appealed against until then."""

    case_id: UUID
    kind: CaseKind
    change_id: UUID | None
    until: datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An appeal that nobody has decided: what the merchant said, and by when somebody is to look."""

    case_id: UUID
    text: str
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What somebody said of a listing; reviewers alone read it."""

    id: UUID
    kind: ReportKind
    text: str
    is_signed_in: bool
    state: ReportState
    at: datetime


def appealable(session: Session, *, listing_id: UUID, now: datetime) -> AppealableRow | None:
    """Return the latest decision against a listing if it may be appealed against: once, in time, and undone by it."""
    another = aliased(Case)
    row = session.execute(
        sa.select(Case, Listing.state, ChangeSet.changes)
        .add_columns(sa.exists().where(another.about_id == Case.id).label("was_appealed"))
        .join(Listing, Listing.id == Case.listing_id)
        .outerjoin(ChangeSet, ChangeSet.id == Case.change_id)
        .where(
            Case.listing_id == listing_id,
            Case.kind.in_(APPEALABLE),
            Case.state == CaseState.DECLINED,
        )
        .order_by(Case.decided_at.desc(), Case.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.was_appealed or not _would_be_undone(session, row):
        return None
    case: Case = row.Case
    days = timedelta(days=reference.setting(session, Setting.APPEAL_DAYS, at=now))
    until = (case.decided_at or now) + days
    return AppealableRow(case.id, case.kind, case.change_id, until) if now <= until else None


def waiting(session: Session, *, listing_id: UUID) -> WaitingRow | None:
    """Return the appeal about a listing that waits; what was said is empty once it is erased."""
    row = session.execute(
        sa.select(Case.id, sa.func.coalesce(CaseStatement.text, ""), Case.opened_at, Case.due_at)
        .outerjoin(CaseStatement, CaseStatement.case_id == Case.id)
        .where(Case.listing_id == listing_id, Case.kind == CaseKind.APPEAL, Case.state == CaseState.PENDING)
    ).one_or_none()
    return WaitingRow(*row) if row else None


def judge(session: Session, *, case_id: UUID) -> UUID | None:
    """Return who took the decision that an appeal is about; None for a case that is no appeal."""
    first = aliased(Case)
    return session.scalar(sa.select(first.decided_by).join(Case, Case.about_id == first.id).where(Case.id == case_id))


def statement(session: Session, *, case_id: UUID) -> str | None:
    """Return what the merchant said in an appeal."""
    return session.scalar(sa.select(CaseStatement.text).where(CaseStatement.case_id == case_id))


def reports(session: Session, *, case_id: UUID) -> tuple[ReportRow, ...]:
    """Return the reports that gather in a case, the earliest first."""
    found = session.scalars(
        sa.select(ListingReport).where(ListingReport.case_id == case_id).order_by(ListingReport.id).limit(_SHOWN)
    )
    return tuple(ReportRow(row.id, row.kind, row.text, row.person_id is not None, row.state, row.at) for row in found)


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return what a person reported and said in appeals, for that person, earliest first."""
    wanted = (ListingReport.listing_id, ListingReport.kind, ListingReport.text, ListingReport.state, ListingReport.at)
    reported = sa.select(*wanted).where(ListingReport.person_id == person_id).order_by(ListingReport.id)
    said = (
        sa.select(CaseStatement.case_id, CaseStatement.text, CaseStatement.at)
        .where(CaseStatement.person_id == person_id)
        .order_by(CaseStatement.case_id)
    )
    return {"listings_reported": rows(session, reported), "appeals": rows(session, said)}


def _would_be_undone(session: Session, row: Any) -> bool:
    """Tell whether granting it would change anything: the listing is still as the decision left it."""
    if row.Case.kind is CaseKind.CHANGE:
        waits = sa.exists().where(ChangeSet.listing_id == row.Case.listing_id, ChangeSet.state == ChangeState.PENDING)
        # Pictures of a declined edit are gone.
        return row.state in APPROVED and set(row.changes) != {"pictures"} and not session.scalar(sa.select(waits))
    if row.Case.kind in TAKES_DOWN:
        return row.state is ListingState.TAKEN_DOWN
    return row.state in ENDED
