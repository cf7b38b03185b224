"""What money is for: the numbers of orders and freight contracts, and the order that a company may open for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution import queries as distribution
from marketplace.edge.identity import require_actor
from marketplace.payments.queries import payments
from marketplace.payments.rules.terms import Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class About:
    """A subject by the number on its papers; ``order_id`` where the asker's company is a side of that order."""

    kind: SubjectKind
    reference: str
    order_id: UUID | None


def about(session: Session, subjects: Collection[Subject | None]) -> Mapping[Subject, About]:
    """Return what these subjects are to the asker's company; a carrier has the contract and not the order."""
    company_id = require_actor().company
    agreed = payments.terms_of(session, subjects={subject for subject in subjects if subject})
    freight = [terms.subject.id for terms in agreed.values() if terms.subject.kind is SubjectKind.FREIGHT]
    orders = distribution.orders_of(session, contract_ids=freight)

    def order_of(terms: payments.TermsRow) -> UUID | None:
        if terms.subject.kind is SubjectKind.FREIGHT:
            return orders.get(terms.subject.id) if terms.payer_id == company_id else None
        if terms.subject.kind is SubjectKind.PURCHASE:
            return terms.sale_id if terms.payee_id == company_id else None
        return terms.subject.id if company_id in (terms.payer_id, terms.payee_id) else None

    return {subject: About(subject.kind, terms.reference, order_of(terms)) for subject, terms in agreed.items()}
