"""Letters about disputes of cards: to whoever was to have the money, when one opens and when it ends."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.rules.states import AT_MERCHANT
from marketplace.payments.queries import disputes, payments
from marketplace.payments.queries.disputes import DisputeOfSubject
from marketplace.payments.rules.disputes import PENDING
from marketplace.payments.rules.terms import SubjectKind


def opened(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell which part is frozen, and until when the bank listens; nothing once it has decided."""
    found = disputes.dispute(session, dispute_id=UUID(job["dispute"]))
    if found.dispute.state in PENDING:
        yield from _letters(session, found, {"until": found.dispute.due_by or ""})


def ended(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell how the bank decided, and what it costs."""
    found = disputes.dispute(session, dispute_id=UUID(job["dispute"]))
    row = found.dispute
    costs = {"taken": str(row.taken) if row.taken else "", "borne": str(row.borne) if row.borne else ""}
    yield from _letters(session, found, costs | {"state": str(row.state)})


def _letters(session: Session, found: DisputeOfSubject, facts: dict[str, Any]) -> Iterator[Letter]:
    row, subject = found.dispute, found.subject
    terms = payments.terms_of(session, subjects=[subject]).get(subject)
    if terms is None:  # what was charged was never placed, and goes back by itself
        return
    kept = disputes.frozen(session, dispute_ids=[row.id]).get(row.id)
    facts |= {
        "reference": row.reference,
        "reason": row.reason,
        "is_inquiry": row.is_inquiry,
        "amount": str(row.amount),
        "frozen": str(kept) if kept else "",
        "order": terms.reference,
        "is_freight": subject.kind is SubjectKind.FREIGHT,
        "goods": "",
        "is_with_merchant": False,
    }
    if subject.kind is SubjectKind.ORDER:
        shares = payments.milestones_of(session, subjects=[subject])[subject]
        about = {share.line_id for share in shares if share.dispute_id == row.id}
        lines = [line for line in order_lines.lines_of(session, order_ids=[subject.id])[subject.id] if line.id in about]
        facts["goods"] = ", ".join(line.sku for line in lines)
        facts["is_with_merchant"] = any(AT_MERCHANT & line.parts.keys() for line in lines)
        yield Letter(terms.payee_id, facts | {"path": f"/orders/{subject.id}"})
        return
    for payment in payments.payments_of(session, subjects=[subject])[subject]:
        yield Letter(terms.payee_id, facts | {"path": f"/payments/{payment.id}"})
