"""What binds of a subject's payment terms now: as placed, or as both sides agreed since. Every reader asks here."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Milestone, PaymentTerms, TermsAmendment
from marketplace.payments.rules import plans
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.replanning import Portion, is_to_come
from marketplace.payments.rules.terms import Mode, PayeeAccount, Subject

_OVER: Final = (MilestoneState.CANCELLED, MilestoneState.REFUNDED)


def kept_account(terms: Any) -> dict[str, str] | None:
    """Return the account that a row of terms names now, as it is kept."""
    return terms.amended_account or terms.payee_account


def account_of(terms: Any) -> PayeeAccount | None:
    """Return the account that a row of terms names now, None where a provider pays out to the company's own."""
    kept = kept_account(terms)
    return PayeeAccount(**kept) if kept else None


def plan_of(terms: Any) -> AgreedPlan:
    """Return the plan that a row of terms follows now."""
    return plans.from_json(terms.amended_plan or terms.agreed)


def amendments(session: Session, *, terms_id: UUID) -> int:
    """Count how often a subject's terms were amended."""
    found = sa.select(sa.func.count()).where(TermsAmendment.terms_id == terms_id)
    return session.scalar(found) or 0


def portion(milestone: Any, mode: Mode) -> Portion:
    """Return a share as another plan sees it."""
    return Portion(
        line_id=milestone.line_id,
        event=milestone.event,
        part=milestone.part,
        amount=Money(milestone.amount_minor, milestone.currency),
        commission=Money(milestone.commission_minor, milestone.currency),
        is_to_come=is_to_come(
            mode=mode,
            state=milestone.state,
            has_happened=milestone.due_at is not None,
            is_frozen=milestone.dispute_id is not None,
        ),
        is_over=milestone.state in _OVER,
    )


def portions(session: Session, *, subject: Subject) -> tuple[tuple[Portion, ...], AgreedPlan, int]:
    """Return the shares of a subject, the plan they follow, and how often its terms were amended."""
    terms = session.scalars(
        sa.select(PaymentTerms).where(PaymentTerms.subject_kind == subject.kind, PaymentTerms.subject_id == subject.id)
    ).one()
    found = session.scalars(
        sa.select(Milestone)
        .where(Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id)
        .order_by(Milestone.position, Milestone.part)
        .execution_options(populate_existing=True)
    )
    shares = tuple(portion(row, terms.mode) for row in found)
    return shares, plan_of(terms), amendments(session, terms_id=terms.id)
