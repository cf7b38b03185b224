"""Amend the payment terms of what was placed, as both its sides agreed: another account, another plan for the rest.

The columns that were frozen stay; what is agreed stands beside them, every amendment as a row of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms, TermsAmendment
from marketplace.payments.queries import agreed
from marketplace.payments.rules import plans, replanning
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import Stage
from marketplace.payments.rules.replanning import NewShare
from marketplace.payments.rules.terms import PayeeAccount, Rail, Subject
from marketplace.payments.services import credit, payments
from marketplace.payments.services.splitting import locked as locked_milestones
from marketplace.payments.services.terms import locked_terms, there


def hold(session: Session, *, subject: Subject) -> PaymentTerms:
    """Lock the terms of a subject: no event takes its effect on them, and nobody amends them, meanwhile."""
    return there(locked_terms(session, subject))


def rebind(
    session: Session,
    *,
    subject: Subject,
    payee_id: UUID,
    account: PayeeAccount,
    cause_id: UUID,
    actor: Actor,
    now: datetime,
) -> int:
    """Let what is not paid yet go to another account of the payee; return how many payments name it from now on.

    What is paid, in part or by a slip that waits, was paid under the old account and keeps it. Conflict
    ``account_follows`` where a provider pays out, ``plan_ended`` for what is cancelled.
    """
    terms = hold(session, subject=subject)
    if terms.rail is Rail.CARD:
        raise Conflict("account_follows")
    _check_runs(terms)
    of_subject = (Payment.subject_kind == subject.kind, Payment.subject_id == subject.id)
    open_ones = [row for row in payments.locked(session, *of_subject) if payments.names_current(row)]
    _note(session, terms, cause_id=cause_id, now=now, payee_id=payee_id, account=account.as_json())
    terms.amended_account = account.as_json()
    for payment in open_ones:
        payment.payee_account = account.as_json()
    session.flush()
    for payment in open_ones:
        payments.note(session, payment, "payment.rebind", actor=actor, now=now, facts={"payee": str(payee_id)})
    _audit(session, terms, "rebound", {"payee": payee_id, "payments": len(open_ones)}, actor=actor, now=now)
    return len(open_ones)


def replan(
    session: Session, *, subject: Subject, stages: Sequence[Stage], cause_id: UUID, actor: Actor, now: datetime
) -> None:
    """Divide what has neither fallen due nor been released over other milestones; every other share stays untouched.

    A plan on credit must still fit the credit (Conflict ``credit_limit`` and its likes). Conflict ``nothing_to_come``
    where everything is due already, ``plan_ended`` for what is cancelled.
    """
    terms = hold(session, subject=subject)
    _check_runs(terms)
    # Who captures a charge or writes down a receipt locks the payment before its milestones.
    payments.locked(session, Payment.subject_kind == subject.kind, Payment.subject_id == subject.id)
    rows = locked_milestones(session, subject)
    number = agreed.amendments(session, terms_id=terms.id) + 1
    shares = [agreed.portion(row, terms.mode) for row in rows]
    done = replanning.replan(agreed.plan_of(terms), shares, stages, number=number)
    if done.plan.credit:
        credit.take_up(session, terms=terms, plan=done.plan, more=Money.zero(terms.currency), now=now)
    waiting = [row for row, share in zip(rows, shares, strict=True) if share.is_to_come]
    last = max(row.position for row in rows)
    like = {row.line_id: row for row in waiting}
    fresh = [_row(like[share.line_id], share, last + place) for place, share in enumerate(done.shares, start=1)]
    _note(session, terms, cause_id=cause_id, now=now, plan=plans.to_json(done.plan))
    terms.amended_plan = plans.to_json(done.plan)
    for row in waiting:
        session.delete(row)
    session.flush()
    write(session, Milestone, fresh)
    rest = sum(share.amount.minor for share in done.shares)
    facts = {"plan": done.plan.code, "minor": rest, "currency": terms.currency}
    _audit(session, terms, "replanned", facts, actor=actor, now=now)


def _row(like: Milestone, share: NewShare, position: int) -> dict[str, Any]:
    """Return the columns of a new share; what a provider holds, or is about to, it holds for this one too."""
    return {
        "id": new_id(),
        "subject_kind": like.subject_kind,
        "subject_id": like.subject_id,
        "line_id": share.line_id,
        "position": position,
        "event": share.event,
        "part": share.part,
        "share_bp": share.basis_points,
        "currency": share.amount.currency,
        "amount_minor": share.amount.minor,
        "commission_minor": share.commission.minor,
        "state": like.state if like.state is MilestoneState.HELD else MilestoneState.PENDING,
        "payment_id": like.payment_id,
    }


def _check_runs(terms: PaymentTerms) -> None:
    if terms.cancelled_at is not None:
        raise Conflict("plan_ended")


def _note(session: Session, terms: PaymentTerms, *, cause_id: UUID, now: datetime, **what: Any) -> None:
    number = agreed.amendments(session, terms_id=terms.id) + 1
    session.add(TermsAmendment(id=new_id(), terms_id=terms.id, number=number, cause_id=cause_id, at=now, **what))
    session.flush()


def _audit(
    session: Session, terms: PaymentTerms, act: str, facts: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    action = f"payment_terms.{act}"
    audit.record(
        session, actor=actor, action=action, subject="payment_terms", subject_id=terms.id, facts=facts, now=now
    )
