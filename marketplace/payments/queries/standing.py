"""How the money of a subject stands, from its terms, milestones and payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.queries import payments, payouts
from marketplace.payments.queries.payments import MilestoneRow, PaymentRow, TermsRow
from marketplace.payments.rules.allowances import BY_AGREEMENT, Why
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.standing import (
    OVER,
    Back,
    Bill,
    Ended,
    LetOff,
    MoneyFacts,
    Part,
    facts,
    still_owed,
)
from marketplace.payments.rules.terms import Rail, Subject

_LET_OFF: Final = sa.select(Allowance.cause_id, Allowance.why, Allowance.amount_minor, Allowance.waived_minor).where(
    Allowance.subject_kind == sa.bindparam("kind"),
    Allowance.subject_id == sa.bindparam("of_subject"),
    # What went back at the provider's limit is still agreed: its shares say so themselves.
    Allowance.why.is_distinct_from(Why.HELD_TOO_LONG),
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a subject's shares and payments: that it ended, what was let off, and what goes back."""

    ended: Ended | None
    let_off: LetOff
    back: Back | None


def of_rows(
    terms: TermsRow,
    milestones: Sequence[MilestoneRow],
    paid: Sequence[PaymentRow],
    *,
    beside: Beside | None = None,
    owed: Sequence[Bill] = (),
) -> MoneyFacts:
    """Reckon from rows that were read already; those of other subjects are left out.

    ``owed`` is what a purchase's payouts have still to pay, with its milestones as they are paid (``purchase_money``).
    """
    return facts(
        plan=terms.plan,
        mode=terms.mode,
        currency=terms.amount.currency,
        parts=[
            Part(
                row.event,
                row.state,
                row.amount,
                is_frozen=row.is_frozen,
                is_taken_back=row.is_taken_back,
                # Of what was cancelled nothing is agreed any more, and nothing is left to settle.
                is_sent_back=row.is_sent_back and terms.cancelled_at is None,
            )
            for row in milestones
            if row.subject == terms.subject
        ],
        bills=[
            *(
                Bill(
                    row.event,
                    row.outstanding,
                    row.due_at,
                    is_late=row.state is PaymentState.OVERDUE,
                    lapsed=row.paid - row.surplus if row.state is PaymentState.CANCELLED else None,
                )
                for row in paid
                if row.subject == terms.subject
            ),
            *owed,
        ],
        ended=beside.ended if beside else None,
        let_off=beside.let_off if beside else None,
        back=beside.back if beside else None,
        charges=Money(sum(row.charges.minor for row in paid if row.subject == terms.subject), terms.amount.currency),
    )


def beside(session: Session, *, terms: TermsRow, paid: Sequence[PaymentRow]) -> Beside:
    """Return what was let off a subject and what goes back of what came for it; of a cancelled one, what was agreed."""
    currency, own = terms.amount.currency, [row for row in paid if row.subject == terms.subject]
    found = session.execute(_LET_OFF, {"kind": terms.subject.kind, "of_subject": terms.subject.id}).all()
    by_agreement = sum(row.amount_minor for row in found if row.why in BY_AGREEMENT)
    every = sum(row.amount_minor for row in found)
    less = LetOff(
        by_agreement=Money(by_agreement, currency),
        credited=Money(every - by_agreement, currency),
        waived=Money(sum(row.waived_minor for row in found), currency),
    )
    overpaid = Money(sum(row.surplus.minor for row in own), currency)
    is_over = terms.cancelled_at is not None
    if terms.rail is Rail.CARD or not own or not (is_over or overpaid or less.waived.minor < every):
        return Beside(Ended(terms.amount - Money(every, currency), None) if is_over else None, less, None)
    causes = {row.cause_id for row in found}
    returns = [
        row
        for row in payouts.returns(session, company_id=terms.payee_id, subjects=[terms.subject])
        if row.payee_id == terms.payee_id
    ]
    # What else the payee owes the payer, for the way of goods or an inspection, is none of this price.
    of_price = [
        row for row in returns if row.payer_id == terms.payer_id and (is_over or row.cause_id in {None, *causes})
    ]
    back = Back(
        owed=Money(sum(row.amount.minor for row in of_price), currency),
        come=Money(sum(row.amount.minor for row in of_price if row.made_at is not None), currency),
        overpaid=overpaid,
    )
    kept = sum(row.paid.minor for row in own) - sum(row.amount.minor for row in returns)
    over = Ended(terms.amount - Money(every, currency), Money(kept, currency)) if is_over else None
    return Beside(over, less, back)


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
    return terms, of_rows(terms, milestones, paid, beside=beside(session, terms=terms, paid=paid))
