"""What was agreed about paying must be what milestones and payments follow."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms, TermsAmendment
from marketplace.payments.rules import plans
from marketplace.payments.rules.paying import PaymentState

_FROZEN: Final = "2 frozen at placement"
_TERMS: Final = (
    sa.select(PaymentTerms.id, PaymentTerms.subject_id, PaymentTerms.agreed, PaymentTerms.amended_plan)
    .order_by(PaymentTerms.id)
    .execution_options(yield_per=500)
)
_AMENDMENTS: Final = (
    sa.select(TermsAmendment.terms_id, TermsAmendment.account, TermsAmendment.plan)
    .order_by(TermsAmendment.terms_id, TermsAmendment.number)
    .execution_options(yield_per=500)
)
_OF_TERMS: Final = sa.and_(
    PaymentTerms.subject_id == Payment.subject_id, PaymentTerms.subject_kind == Payment.subject_kind
)


def breaches(session: Session) -> list[Breach]:
    """Return terms whose plan cannot be read, whose lines are divided otherwise, or that follow what was not agreed."""
    found = _unwritten(session)
    for part in session.execute(_TERMS).partitions():
        found += _divided(session, part)
    return found


def _divided(session: Session, rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> Iterator[Breach]:
    shares: dict[UUID, set[tuple[str, int]]] = {}
    found = sa.select(Milestone.subject_id, Milestone.event, Milestone.share_bp).distinct()
    for row in session.execute(found.where(Milestone.subject_id.in_([row.subject_id for row in rows]))):
        shares.setdefault(row.subject_id, set()).add((str(row.event), row.share_bp))
    for row in rows:
        try:
            plan = plans.from_json(row.agreed)
            now = plans.from_json(row.amended_plan) if row.amended_plan else None
        except ValueError:
            yield Breach(_FROZEN, "payment_terms", row.id, "has no payment plan")
            continue
        there = shares.get(row.subject_id, set())
        if now is None and there != {(str(stage.event), stage.basis_points) for stage in plan.stages}:
            yield Breach(_FROZEN, "payment_terms", row.id, "is divided otherwise than its plan says")
        elif now is not None and not {str(stage.event) for stage in now.stages} <= {event for event, _ in there}:
            yield Breach(_FROZEN, "payment_terms", row.id, "lacks a share of the plan agreed since")


def _unwritten(session: Session) -> list[Breach]:
    """Find terms that follow another account or plan than the last one that was agreed."""
    amended = session.execute(_amended()).all()
    if not amended:
        return []
    latest: dict[UUID, dict[str, Any]] = {}
    for row in session.execute(_AMENDMENTS):
        mine = latest.setdefault(row.terms_id, {"account": None, "plan": None})
        mine |= {"account": row.account} if row.account else {"plan": row.plan}
    nothing = {"account": None, "plan": None}
    return [
        Breach(_FROZEN, "payment_terms", row.id, "follows what was never agreed")
        for row in amended
        if {"account": row.amended_account, "plan": row.amended_plan} != latest.get(row.id, nothing)
    ]


def _amended() -> sa.Select[UUID, Any, Any]:
    amended = sa.or_(_text(PaymentTerms.amended_account) != "null", _text(PaymentTerms.amended_plan) != "null")
    return sa.select(PaymentTerms.id, PaymentTerms.amended_account, PaymentTerms.amended_plan).where(
        sa.or_(amended, PaymentTerms.id.in_(sa.select(TermsAmendment.terms_id)))
    )


def _elsewhere() -> sa.Select[UUID]:
    """Find payments whose payee or account is none that their terms name, or named when they were paid."""
    agreed = (
        sa.exists()
        .where(TermsAmendment.terms_id == PaymentTerms.id)
        .where(_text(TermsAmendment.account) == _text(Payment.payee_account))
    )
    other = sa.or_(
        PaymentTerms.payee_id != Payment.payee_id,
        sa.and_(_text(PaymentTerms.payee_account) != _text(Payment.payee_account), ~agreed),
    )
    return sa.select(Payment.id).join(PaymentTerms, _OF_TERMS).where(other)


def _outdated() -> sa.Select[UUID]:
    """Find payments of which nothing is on its way and that name another account than binds now."""
    now = sa.case(
        (_text(PaymentTerms.amended_account) != "null", _text(PaymentTerms.amended_account)),
        else_=_text(PaymentTerms.payee_account),
    )
    return (
        sa.select(Payment.id)
        .join(PaymentTerms, _OF_TERMS)
        .where(
            Payment.state.in_((PaymentState.DUE, PaymentState.OVERDUE)),
            Payment.paid_minor == 0,
            _text(Payment.payee_account) != now,
        )
    )


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(column, sa.Text()), "null")


PROMISES: Final = (
    Promise("payment", "is to be paid to another payee than the contract names", _elsewhere, _FROZEN),
    Promise("payment", "still names an account that was agreed away", _outdated, _FROZEN),
)
