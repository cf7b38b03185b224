"""Work out whether a buyer is verified and a partner admitted: the one place that writes it down.

Whatever can change it asks for it again: what is shown and said at once, members and approvals by event, days by job.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.events import MemberJoined, MembershipEnded
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.events import record
from marketplace.merchants.events import MerchantApproved, QualificationChanged
from marketplace.merchants.models import Qualification, RequirementRuling
from marketplace.merchants.queries import requirements as queries
from marketplace.merchants.queries import screening
from marketplace.merchants.rules.levels import QUALIFICATION, QualificationState, met
from marketplace.merchants.rules.requirements import kinds_of


def refresh(session: Session, *, company_id: UUID, now: datetime) -> bool:
    """Work out how a company stands as a buyer or partner today; tell whether it became or ceased to be qualified."""
    companies.take_turn(session, company_id=company_id)
    kinds = kinds_of(accounts.get_company(session, company_id=company_id).kind)
    if not kinds:
        return False
    kind = kinds[-1]
    earlier = queries.accepted_papers(session, company_id=company_id)
    is_barred = screening.is_confirmed(session, company_id=company_id)
    found = (
        None
        if is_barred
        else met(
            queries.requirements_of(session, company_id=company_id, today=now.date(), kind=kind),
            {item: paper.valid_until for item, paper in earlier.items()},
            today=now.date(),
        )
    )
    row = session.get(Qualification, company_id, with_for_update=True, populate_existing=True)
    if row is None:
        if found is None:
            return False
        row = Qualification(company_id=company_id, kind=kind, state=QualificationState.OPEN, changed_at=now)
        session.add(row)
    row.until = found.until if found else None
    return _move(session, row, "meet" if found else "lapse", now)


def on_member_changed(session: Session, event: MemberJoined | MembershipEnded) -> None:
    """Count the people of a company again, if anything was ever said of it."""
    if _was_judged(session, event.company_id):
        refresh(session, company_id=event.company_id, now=event.at)


def on_merchant_approved(session: Session, event: MerchantApproved) -> None:
    """Take it over that name and number of a company were compared with its licence."""
    if _was_judged(session, event.company_id):
        refresh(session, company_id=event.company_id, now=event.at)


def _was_judged(session: Session, company_id: UUID) -> bool:
    said = sa.select(RequirementRuling.id).where(RequirementRuling.company_id == company_id).limit(1)
    return session.scalars(said).first() is not None


def _move(session: Session, row: Qualification, act: str, now: datetime) -> bool:
    """Take the drawn transition if there is one to take: the one place that writes the state."""
    if not QUALIFICATION.allows(row.state, act):
        session.flush()
        return False
    row.state = QUALIFICATION.apply(row.state, act)
    row.changed_at = now
    session.flush()
    audit.record(
        session,
        actor=SYSTEM,
        action=f"qualification.{act}",
        subject="company",
        subject_id=row.company_id,
        facts={"kind": row.kind},
        now=now,
    )
    is_met = row.state is QualificationState.MET
    record(session, QualificationChanged(company_id=row.company_id, kind=row.kind, is_met=is_met, at=now))
    return True
