"""What must hold of reviews: nothing waits or is applied without a case, and nothing is decided twice."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.kernel.checks import Breach
from marketplace.moderation.models import Case, ListingReport
from marketplace.moderation.queries import trust
from marketplace.moderation.rules import TURNED_DOWN, CaseKind, CaseState, Decision
from marketplace.moderation.rules.reports import ReportState


def breaches(session: Session) -> list[Breach]:
    """Return what waits or was applied without a case, what was decided twice, and cases without their subject."""
    return [
        *_waiting_without_case(session),
        *_cases_without_subject(session),
        *_decided_twice(session),
        *_applied_undecided(session),
        *_reports_without_case(session),
        *trust.breaches(session),
    ]


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


def _decided_twice(session: Session) -> list[Breach]:
    """Find cases with two decisions in the audit trail, and those that ended without their moment."""
    decisions = [f"moderation.{decision}" for decision in Decision]
    twice = (
        sa.select(AuditRow.subject_id)
        .where(AuditRow.subject == "case", AuditRow.action.in_(decisions))
        .group_by(AuditRow.subject_id)
        .having(sa.func.count() > 1)
    )
    decided = {CaseState.CONFIRMED, *TURNED_DOWN}
    ended = sa.select(Case.id).where(Case.state.in_(decided), Case.decided_at.is_(None))
    return [Breach("4 review", "case", case_id, "decided twice") for case_id in session.scalars(twice)] + [
        Breach("4 review", "case", case_id, "decided at no time") for case_id in session.scalars(ended)
    ]


def _applied_undecided(session: Session) -> list[Breach]:
    """Find edits that are up though nobody confirmed them; what an appeal puts up was declined before."""
    confirmed = sa.exists().where(Case.change_id == ChangeSet.id, Case.state == CaseState.CONFIRMED)
    granted = sa.exists().where(
        Case.listing_id == ChangeSet.listing_id, Case.kind == CaseKind.APPEAL, Case.state == CaseState.CONFIRMED
    )
    rows = session.scalars(
        sa.select(ChangeSet.id).where(ChangeSet.state == ChangeState.CONFIRMED, ~confirmed, ~granted)
    )
    return [Breach("4 review", "change", change_id, "applied without a decision") for change_id in rows]


def _reports_without_case(session: Session) -> list[Breach]:
    rows = session.scalars(
        sa.select(ListingReport.id)
        .join(Case, Case.id == ListingReport.case_id)
        .where((ListingReport.state == ReportState.OPEN) != (Case.state == CaseState.PENDING))
    )
    return [Breach("4 review", "report", report_id, "open without its case, or the reverse") for report_id in rows]


def _pending(kind: CaseKind, about: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Case.state == CaseState.PENDING, Case.kind == kind, about)
