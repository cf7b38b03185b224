"""Lower what is due and did not come: nobody owes back what he was never paid."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries.tolerance import tolerance
from marketplace.payments.rules.paying import UNPAID, Standing, standing
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import obligations, payments


def locked(session: Session, subject: Subject) -> list[Payment]:
    """Return the payments of a subject that are due by bank, locked."""
    return payments.locked(
        session,
        Payment.subject_kind == subject.kind,
        Payment.subject_id == subject.id,
        Payment.state.in_(UNPAID),
    )


def outstanding(payment: Payment) -> Money:
    """Return what has not come for a payment that is due."""
    return Money(payment.amount_minor - payment.paid_minor, payment.currency)


def lower(session: Session, payment: Payment, part: Money, *, cause_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask for this much less, of what has not come.

    A payment of which nothing is left is cancelled with its milestones; off another the part's milestone was taken
    before. One for which enough has come by now is paid.
    """
    if part.minor == payment.amount_minor:
        payments.move(session, payment, "cancel", actor=actor, now=now)
        obligations.cancelled(session, payment, Money.zero(payment.currency), now=now)
        return
    payment.amount_minor -= part.minor
    session.flush()
    obligations.lowered(session, payment, part, cause_id=cause_id, now=now)
    payments.note(session, payment, "payment.lower", actor=actor, now=now, facts={"by": part.minor})
    amount, paid = Money(payment.amount_minor, payment.currency), Money(payment.paid_minor, payment.currency)
    if not paid:
        return
    nothing = Money.zero(payment.currency)
    before = Standing(paid, nothing, nothing, "part")
    allowed = tolerance(session, currency=payment.currency, at=now)
    after = standing(amount=amount, paid=paid, tolerance=allowed, settled=False)
    if after.action == "settle":
        # One cause may settle several payments: each is written down under a key of its own.
        own = uuid5(payment.id, str(cause_id))
        payments.settle(session, payment, before=before, after=after, match_id=own, actor=actor, now=now)
