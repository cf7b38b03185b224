"""How the money of a subject stands, from its terms, milestones and payments."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.payments.queries import payments
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow, TermsRow
from marketplace.payments.rules.standing import Bill, MoneyFacts, Part, facts
from marketplace.payments.rules.terms import Subject


def of_rows(terms: TermsRow, milestones: Sequence[MilestoneRow], paid: Sequence[PaymentRow]) -> MoneyFacts:
    """Reckon from rows that were read already; those of other subjects are left out."""
    return facts(
        plan=terms.plan,
        mode=terms.mode,
        currency=terms.amount.currency,
        parts=[Part(row.event, row.state, row.amount) for row in milestones if row.subject == terms.subject],
        bills=[Bill(row.event, row.outstanding, row.due_at) for row in paid if row.subject == terms.subject],
    )


def of_subject(session: Session, *, subject: Subject) -> tuple[TermsRow, MoneyFacts]:
    """Return terms and standing of a subject, whoever it belongs to; NotFound for one without a plan."""
    terms = payments.terms_of(session, subjects=[subject]).get(subject)
    if terms is None:
        raise NotFound("payment_terms")
    milestones = payments.milestones_of(session, subjects=[subject])[subject]
    return terms, of_rows(terms, milestones, payments.payments_of(session, subjects=[subject])[subject])
