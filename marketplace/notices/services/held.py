"""Letters about money that a card's provider holds no longer: to whoever paid it, and to whoever was to have it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.money import Money
from marketplace.notices.services.letters import Facts, Letter
from marketplace.payments.queries import holds, payments
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
