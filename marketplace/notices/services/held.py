"""Letters about money that a card's provider holds no longer: to whoever paid it, and to whoever was to have it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.checkout import queries as checkouts
from marketplace.checkout.queries import standing
from marketplace.kernel.money import Money
from marketplace.notices.services.letters import Facts, Letter
from marketplace.payments.queries import holds, payments
from marketplace.payments.rules.local_methods import NAMES
from marketplace.payments.rules.terms import SubjectKind


def sent_back(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell both sides how much goes back to the card, and that it stays agreed: theirs to settle directly."""
    subject = holds.hold(session, hold_id=UUID(job["hold"])).subject
    plan = payments.plans_of(session, subjects=[subject])[subject]
    terms = plan.terms
    gone = [share.amount for share in plan.milestones if share.is_sent_back]
    known = accounts.get_companies(session, company_ids=[terms.payer_id, terms.payee_id])
    is_freight = subject.kind is SubjectKind.FREIGHT
    facts: dict[str, Any] = {
        "amount": str(sum(gone, Money.zero(terms.amount.currency))),
        "order": terms.reference,
        "is_freight": is_freight,
        "path": f"/payments/{plan.payments[0].id}" if is_freight else f"/orders/{subject.id}",
    }
    for reader, other in ((terms.payer_id, terms.payee_id), (terms.payee_id, terms.payer_id)):
        yield Letter(reader, facts | {"is_payer": reader == terms.payer_id, "company": known[other].name})


def unordered(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the payer of a checkout that ordered nothing what was taken for it and has gone back."""
    attempt = checkouts.attempt(session, attempt_id=UUID(job["checkout"]))
    for seen in standing.payments_of(session, attempt.plan, is_over=True):
        if str(seen.subject.id) == job["subject"] and seen.returned_at is not None:
            facts: dict[str, Any] = {
                "amount": str(seen.returned),
                "reference": seen.reference,
                "method": NAMES[seen.local_method] if seen.local_method else "",
                "taken_at": seen.taken_at,
                "returned_at": seen.returned_at,
                "path": f"/checkout/{attempt.id}",
            }
            yield Letter(attempt.company_id, facts)
