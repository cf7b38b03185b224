"""The slip of a payment: handed in by the payer, answered by the payee, escalated when he says nothing.

The payee has some working days to confirm the money or to say that it has not come. Then the operator has some, to ask
both sides. Then the slip counts for nothing: money that nobody has seen is not assumed, the payment is due again, and
the payer has as many days as the payee had to pay or to show what went wrong.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import NotAllowed, Refused
from marketplace.kernel.events import record
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.paying import PAYMENTS, PaymentState, disputing
from marketplace.payments.services import payments, transfers
from marketplace.reference.rules import Setting


def attach_slip(session: Session, *, actor: Actor, payment_id: UUID, file_id: UUID, now: datetime) -> None:
    """Show the payee that the money is on its way; the same slip again changes nothing.

    Another slip does not give the payee more time. NotFound for another's payment or file, NotAllowed ``payer_only``
    for the payee.
    """
    (payment,) = payments.locked_of(session, company_id=actor.company, payment_ids=[payment_id])
    if payment.payer_id != actor.company:
        raise NotAllowed("payer_only")
    waits = payment.state is PaymentState.SLIP_RECEIVED
    # A slip that was disputed, or whose money was withdrawn, may be shown again; one that did its work may not.
    if payment.slip_file_id == file_id and (waits or not PAYMENTS.allows(payment.state, "slip")):
        return
    file = files.get_file(session, company_id=actor.company, file_id=file_id)
    if not file.serves(Purpose.SLIP):
        raise Refused.field("file_id", "file_other", "a file handed in with the purpose slip")
    payment.slip_file_id = file.id
    payment.slip_at = now
    if payment.answer_by is None:
        payment.answer_by = accounts.days_of(
            session, company_id=payment.payee_id, setting=Setting.SLIP_ANSWER_WORKING_DAYS, now=now
        )
    payments.move(session, payment, "slip", actor=actor, now=now, facts={"file": str(file.id)})
    record(session, events.SlipHandedIn(**payments.named(payment), at=now))


def dispute(session: Session, *, actor: Actor, payment_id: UUID, now: datetime) -> None:
    """Say as the payee that the money of a slip has not come; Conflict ``state`` where no slip waits.

    NotFound for another's payment, NotAllowed ``payee_only`` for the payer.
    """
    (payment,) = payments.locked_of(session, company_id=actor.company, payment_ids=[payment_id])
    if payment.payee_id != actor.company:
        raise NotAllowed("payee_only")
    transfers.check_house(session, payment, actor=actor)
    _dispute(session, payment, actor=actor, now=now)


def lapse(session: Session, *, payment_id: UUID, now: datetime) -> bool:
    """Give a slip that nobody answered in time its outcome; False when there is time left, or nothing to answer."""
    (payment,) = payments.locked(session, Payment.id == payment_id)
    if payment.state is not PaymentState.SLIP_RECEIVED or payment.answer_by is None or payment.answer_by > now:
        return False
    if payment.escalated_at is None:
        _escalate(session, payment, now=now)
    else:
        _dispute(session, payment, actor=SYSTEM, now=now)
    return True


def _escalate(session: Session, payment: Payment, *, now: datetime) -> None:
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    asked_id = houses[0].id if houses else payment.payee_id
    payment.escalated_at = now
    payment.answer_by = accounts.days_of(
        session, company_id=asked_id, setting=Setting.SLIP_ESCALATION_WORKING_DAYS, now=now
    )
    session.flush()
    payments.note(session, payment, "payment.escalate", actor=SYSTEM, now=now)
    record(session, events.SlipUnanswered(**payments.named(payment), at=now))


def _dispute(session: Session, payment: Payment, *, actor: Actor, now: datetime) -> None:
    until = accounts.days_of(session, company_id=payment.payer_id, setting=Setting.SLIP_ANSWER_WORKING_DAYS, now=now)
    action = disputing(paid=Money(payment.paid_minor, payment.currency))
    payments.move(session, payment, action, actor=actor, now=now)
    payments.prolong(session, payment, due_at=until)
    record(session, events.SlipDisputed(**payments.named(payment), at=now))
