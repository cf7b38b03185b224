"""What happens to approvals when somebody leaves a company, or is erased."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import HandedOver, MembershipEnded, PersonErased
from marketplace.approvals.events import ApprovalAsked
from marketplace.approvals.models import ApprovalCase, ApprovalDecision
from marketplace.approvals.rules.cases import OPEN, CaseState
from marketplace.approvals.services import cases, delegations, policies
from marketplace.kernel import events


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Pass a leaver's requests and open steps to the successor, who is asked in the leaver's place."""
    policies.pass_on(
        session,
        company_id=event.company_id,
        leaver_id=event.leaver_id,
        successor_id=event.successor_id,
        now=event.at,
    )
    rows = session.scalars(
        sa.select(ApprovalCase)
        .where(
            ApprovalCase.company_id == event.company_id,
            ApprovalCase.state.in_(OPEN),
            ApprovalCase.consumed_at.is_(None),
        )
        .order_by(ApprovalCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for row in rows.all():
        if row.requester_id == event.leaver_id:
            cases.change_requester(session, row=row, successor_id=event.successor_id, now=event.at)
        if row.state is CaseState.PENDING:
            named = policies.renamed(row.steps, event.leaver_id, event.successor_id)
            if named[row.step] != row.steps[row.step]:
                events.record(session, ApprovalAsked(case_id=row.id, step=row.step, at=event.at))
            row.steps = named
    session.flush()


def on_membership_ended(session: Session, event: MembershipEnded) -> None:
    """End the delegations of somebody who is gone."""
    delegations.end_all(session, company_id=event.company_id, person_id=event.person_id, now=event.at)


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Forget what an erased person wrote beside a decision; that it was made stays."""
    session.execute(
        sa.update(ApprovalDecision).where(ApprovalDecision.person_id == event.person_id).values(note=""),
        execution_options={"synchronize_session": False},
    )
