"""What must hold of reviews: nothing waits or is applied without a case, and nothing is decided twice."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.moderation.models import Case, ListingReport
from marketplace.moderation.queries import trust
from marketplace.moderation.rules import TURNED_DOWN, CaseKind, CaseState, Decision
from marketplace.moderation.rules.reports import ReportState


def breaches(session: Session) -> list[Breach]:
    """Return what waits or was applied without a case, what was decided twice, and cases without their subject."""
    return [*_PROMISES.breaches(session), *trust.breaches(session)]


def _submitted_without_case() -> sa.Select[UUID]:
    return sa.select(Listing.id).where(
        Listing.state == ListingState.SUBMITTED, ~_pending(CaseKind.LISTING, Case.listing_id == Listing.id)
    )


def _waiting_without_case() -> sa.Select[UUID]:
    return sa.select(ChangeSet.id).where(
        ChangeSet.state == ChangeState.PENDING, ~_pending(CaseKind.CHANGE, Case.change_id == ChangeSet.id)
    )


def _cases_without_subject() -> sa.Select[UUID]:
    return (
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


def _decided_twice() -> sa.Select[UUID]:
    """Find cases with two decisions in the audit trail."""
    decisions = [f"moderation.{decision}" for decision in Decision]
    return (
        sa.select(AuditRow.subject_id)
        .where(AuditRow.subject == "case", AuditRow.action.in_(decisions))
        .group_by(AuditRow.subject_id)
        .having(sa.func.count() > 1)
    )


def _decided_at_no_time() -> sa.Select[UUID]:
    return sa.select(Case.id).where(Case.state.in_({CaseState.CONFIRMED, *TURNED_DOWN}), Case.decided_at.is_(None))


def _applied_undecided() -> sa.Select[UUID]:
    """Find edits that are up though nobody confirmed them; what an appeal puts up was declined before."""
    confirmed = sa.exists().where(Case.change_id == ChangeSet.id, Case.state == CaseState.CONFIRMED)
    granted = sa.exists().where(
        Case.listing_id == ChangeSet.listing_id, Case.kind == CaseKind.APPEAL, Case.state == CaseState.CONFIRMED
    )
    return sa.select(ChangeSet.id).where(ChangeSet.state == ChangeState.CONFIRMED, ~confirmed, ~granted)


def _reports_without_case() -> sa.Select[UUID]:
    return (
        sa.select(ListingReport.id)
        .join(Case, Case.id == ListingReport.case_id)
        .where((ListingReport.state == ReportState.OPEN) != (Case.state == CaseState.PENDING))
    )


def _pending(kind: CaseKind, about: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Case.state == CaseState.PENDING, Case.kind == kind, about)


_PROMISES: Final = Promises(
    "4 review",
    Promise("listing", "submitted without a case", _submitted_without_case),
    Promise("change", "waiting without a case", _waiting_without_case),
    Promise("case", "pending for something that waits no more", _cases_without_subject),
    Promise("case", "decided twice", _decided_twice),
    Promise("case", "decided at no time", _decided_at_no_time),
    Promise("change", "applied without a decision", _applied_undecided),
    Promise("report", "open without its case, or the reverse", _reports_without_case),
)
