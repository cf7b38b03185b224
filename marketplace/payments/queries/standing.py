"""How the money of a subject stands, from its terms, milestones and payments."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.queries import payments, payouts
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow, TermsRow
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.standing import OVER, Bill, Ended, MoneyFacts, Part, facts, still_owed
from marketplace.payments.rules.terms import Rail, Subject


def of_rows(
    terms: TermsRow,
    milestones: Sequence[MilestoneRow],
    paid: Sequence[PaymentRow],
    *,
    ended: Ended | None = None,
    owed: Sequence[Bill] = (),
) -> MoneyFacts:
    """Reckon from rows that were read already; those of other subjects are left out.

    ``owed`` is what a purchase's payouts have still to pay, with its milestones as they are paid (``purchase_money``).
    """
    return facts(
        plan=terms.plan,
        mode=terms.mode,
        currency=terms.amount.currency,
        parts=[Part(row.event, row.state, row.amount) for row in milestones if row.subject == terms.subject],
        bills=[
            *(Bill(row.event, row.outstanding, row.due_at) for row in paid if row.subject == terms.subject),
            *owed,
        ],
        ended=ended,
    )


def ended(session: Session, *, terms: TermsRow, paid: Sequence[PaymentRow]) -> Ended | None:
    """Return what was agreed about a cancelled subject and what was kept of what came for it, None while it runs."""
    if terms.cancelled_at is None:
        return None
    currency = terms.amount.currency
    let_off = sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0)).where(
        Allowance.subject_kind == terms.subject.kind, Allowance.subject_id == terms.subject.id
    )
    agreed = terms.amount - Money(int(session.scalars(let_off).one()), currency)
    came = [row.paid.minor for row in paid if row.subject == terms.subject]
    if terms.rail is Rail.CARD or not came:
        return Ended(agreed, None)
    back = payouts.returns(session, company_id=terms.payee_id, subjects=[terms.subject])
    owed = sum(row.amount.minor for row in back if row.payee_id == terms.payee_id)
    return Ended(agreed, Money(sum(came) - owed, currency))


def owed_back(session: Session, *, subject: Subject, currency: str) -> Money:
    """Return what of a subject's price was let off after it had been paid, and is owed back for that."""
    owed = sa.select(sa.func.coalesce(sa.func.sum(Allowance.owed_minor), 0)).where(
        Allowance.subject_kind == subject.kind, Allowance.subject_id == subject.id
    )
    return Money(int(session.scalars(owed).one()), currency)


def goes_back(session: Session, *, paid: Sequence[PaymentRow], milestones: Sequence[MilestoneRow]) -> dict[UUID, Money]:
    """Return what would go back of each payment if its subject ended now; what went, or is owed back, is no part of it.

    To a card all that it paid and that was not refunded, reserved or charged; from bank to bank what came.
    """
    back: dict[UUID, Money] = {}
    by_bank: dict[Subject, list[PaymentRow]] = {}
    for row in paid:
        if row.rail is Rail.CARD:
            left = [one.amount.minor for one in milestones if one.subject == row.subject and one.state not in OVER]
            back[row.id] = Money(0 if row.state is PaymentState.CANCELLED else sum(left), row.amount.currency)
        else:
            by_bank.setdefault(row.subject, []).append(row)
    for subject, rows in by_bank.items():
        owed = owed_back(session, subject=subject, currency=rows[0].amount.currency)
        came = [row.paid - row.surplus for row in rows]
        back |= {row.id: each for row, each in zip(rows, still_owed(came, owed), strict=True)}
    return {payment_id: amount for payment_id, amount in back.items() if amount}


def of_subject(session: Session, *, subject: Subject) -> tuple[TermsRow, MoneyFacts]:
    """Return terms and standing of a subject, whoever it belongs to; NotFound for one without a plan."""
    terms = payments.terms_of(session, subjects=[subject]).get(subject)
    if terms is None:
        raise NotFound("payment_terms")
    milestones = payments.milestones_of(session, subjects=[subject])[subject]
    paid = payments.payments_of(session, subjects=[subject])[subject]
    return terms, of_rows(terms, milestones, paid, ended=ended(session, terms=terms, paid=paid))
