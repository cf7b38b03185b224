"""What was agreed about paying must be what milestones and payments follow."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.rules import plans

_BATCH: Final = 500


def breaches(session: Session) -> list[Breach]:
    """Return terms whose plan cannot be read or whose lines are divided otherwise, and payments to another payee."""
    found = [
        Breach("2 frozen at placement", "payment", row, "is to be paid to another payee than the contract names")
        for row in session.scalars(_elsewhere())
    ]
    wanted = sa.select(PaymentTerms.id, PaymentTerms.subject_id, PaymentTerms.agreed).order_by(PaymentTerms.id)
    for part in session.execute(wanted.execution_options(yield_per=_BATCH)).partitions():
        found += _divided(session, part)
    return found


def _divided(session: Session, rows: Sequence[sa.Row[UUID, UUID, dict[str, Any]]]) -> Iterator[Breach]:
    shares: dict[UUID, set[tuple[str, int]]] = {}
    ids = [row.subject_id for row in rows]
    kept = sa.select(Milestone.subject_id, Milestone.event, Milestone.share_bp).where(Milestone.subject_id.in_(ids))
    for subject_id, event, share_bp in session.execute(kept.distinct()):
        shares.setdefault(subject_id, set()).add((str(event), share_bp))
    for row in rows:
        try:
            plan = plans.from_json(row.agreed)
        except ValueError:
            yield Breach("2 frozen at placement", "payment_terms", row.id, "has no payment plan")
            continue
        if shares.get(row.subject_id) != {(str(stage.event), stage.basis_points) for stage in plan.stages}:
            yield Breach("2 frozen at placement", "payment_terms", row.id, "is divided otherwise than its plan says")


def _elsewhere() -> sa.Select[UUID]:
    """Find payments whose payee or account is not that of the terms they belong to."""
    of_terms = sa.and_(PaymentTerms.subject_id == Payment.subject_id, PaymentTerms.subject_kind == Payment.subject_kind)
    other = sa.or_(
        PaymentTerms.payee_id != Payment.payee_id,
        sa.func.coalesce(sa.cast(PaymentTerms.payee_account, sa.Text), "null")
        != sa.func.coalesce(sa.cast(Payment.payee_account, sa.Text), "null"),
    )
    return sa.select(Payment.id).join(PaymentTerms, of_terms).where(other)
