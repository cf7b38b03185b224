"""One payment: made, paid, lapsed, cancelled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries import agreed
from marketplace.payments.rules.paying import LAPSING, MILESTONE_OF, PAYMENTS, MilestoneState, PaymentState, Standing
from marketplace.payments.rules.references import PREFIX, creditor_reference
from marketplace.payments.rules.terms import MilestoneEvent, Subject
from marketplace.payments.services import dunning, obligations
from marketplace.payments.services.terms import terms_of, there

_PUT: Final = (
    sa.update(cast("sa.Table", Milestone.__table__))
    .where(Milestone.id.in_(sa.bindparam("milestones", expanding=True)))
    .values(payment_id=sa.bindparam("payment"), state=sa.bindparam("becomes"), due_at=sa.bindparam("due"))
)


def make(
    session: Session,
    *,
    terms: PaymentTerms,
    event: MilestoneEvent | None,
    amount: Money,
    state: PaymentState,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Write a payment of these terms with references of its own."""
    payment = drafted(terms=terms, event=event, amount=amount, state=state, due_at=due_at, now=now)
    session.add(payment)
    session.flush()
    note(session, payment, f"payment.{state}", actor=actor, now=now)
    return payment


def drafted(
    *,
    terms: PaymentTerms,
    event: MilestoneEvent | None,
    amount: Money,
    state: PaymentState,
    due_at: datetime | None,
    now: datetime,
) -> Payment:
    """Return a payment of these terms that is still to be written, so that many are in one statement."""
    reference = new_reference(PREFIX)
    return Payment(
        id=new_id(),
        reference=reference,
        creditor_reference=creditor_reference(reference),
        subject_kind=terms.subject_kind,
        subject_id=terms.subject_id,
        event=event,
        payer_id=terms.payer_id,
        payee_id=terms.payee_id,
        payee_account=agreed.kept_account(terms),
        rail=terms.rail,
        mode=terms.mode,
        currency=amount.currency,
        amount_minor=amount.minor,
        paid_minor=0,
        charges_minor=0,
        surplus_minor=0,
        state=state,
        due_at=due_at,
        created_at=now,
    )


def fall_due(
    session: Session,
    *,
    terms: PaymentTerms,
    event: MilestoneEvent,
    milestone_ids: list[UUID],
    amount: Money,
    due_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Ask the payer for these milestones together, by bank, and return the payment's id."""
    payment = make(
        session,
        terms=terms,
        event=event,
        amount=amount,
        state=PaymentState.DUE,
        due_at=due_at,
        actor=actor,
        now=now,
    )
    becomes = MILESTONE_OF[payment.state]
    session.execute(_PUT, {"milestones": milestone_ids, "payment": payment.id, "becomes": becomes, "due": due_at})
    obligations.fell_due(session, payment, now=now)
    record(session, events.PaymentFellDue(**named(payment), at=now))
    return payment.id


def move(
    session: Session,
    payment: Payment,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Take a drawn step: the one place that writes a payment's state and with it its milestones', audited."""
    was = payment.state
    payment.state = PAYMENTS.apply(was, action)
    if payment.state is not PaymentState.SLIP_RECEIVED:
        payment.answer_by = payment.escalated_at = None
    if names_current(payment):
        # Asked for anew, it goes where the contract says now.
        payment.payee_account = _account_now(session, payment)
    session.flush()
    if payment.state is PaymentState.REFUNDED:
        end_milestones(session, payment)
    elif was is PaymentState.REFUNDED:
        _revive_milestones(session, payment)
    else:
        session.execute(
            sa.update(Milestone)
            .where(Milestone.payment_id == payment.id)
            .values(state=MILESTONE_OF[payment.state])
            .execution_options(synchronize_session=False)
        )
    note(session, payment, f"payment.{action}", actor=actor, now=now, facts=facts)


def end_milestones(session: Session, payment: Payment) -> None:
    """End what was still held of a payment that is refunded in full; what had ended before has ended for itself."""
    held = [Milestone.payment_id == payment.id, Milestone.state == MilestoneState.HELD]
    session.execute(
        sa.update(Milestone).where(*held).values(state=MilestoneState.REFUNDED, ended_with_payment=True),
        execution_options={"synchronize_session": False},
    )


def _revive_milestones(session: Session, payment: Payment) -> None:
    """Hold again what had ended with a refund that failed, where that much is there: never what had ended before."""
    ended = [Milestone.payment_id == payment.id, Milestone.ended_with_payment]
    worth = session.scalars(sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0)).where(*ended)).one()
    if int(worth) <= payment.paid_minor:
        session.execute(
            sa.update(Milestone).where(*ended).values(state=MilestoneState.HELD, ended_with_payment=False),
            execution_options={"synchronize_session": False},
        )


def names_current(payment: Payment) -> bool:
    """Tell whether a payment is one of which nothing is on its way: it names the account that binds now."""
    return payment.state in (PaymentState.DUE, PaymentState.OVERDUE) and not payment.paid_minor


def _account_now(session: Session, payment: Payment) -> dict[str, str] | None:
    terms = terms_of(session, Subject(payment.subject_kind, payment.subject_id))
    return agreed.kept_account(there(terms))


def prolong(session: Session, payment: Payment, *, due_at: datetime) -> None:
    """Let a payment be due later; never earlier."""
    if payment.due_at is not None and payment.due_at >= due_at:
        return
    payment.due_at = due_at
    session.flush()
    session.execute(
        sa.update(Milestone).where(Milestone.payment_id == payment.id).values(due_at=due_at),
        execution_options={"synchronize_session": False},
    )


def settle(
    session: Session,
    payment: Payment,
    *,
    before: Standing,
    after: Standing,
    match_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Record what a receipt makes of a locked payment, and tell those above when that settles it."""
    was_paid = payment.state is PaymentState.PAID
    payment.paid_minor = after.paid.minor
    payment.charges_minor = after.charges.minor
    payment.surplus_minor = after.surplus.minor
    if after.action == "settle":
        payment.settled_at = payment.settled_at or now
    received = (after.paid - before.paid).minor
    facts = {
        "match": str(match_id),
        "received": received,
        "charges": after.charges.minor,
        "surplus": after.surplus.minor,
    }
    move(session, payment, after.action, actor=actor, now=now, facts=facts)
    obligations.received(session, payment, before=before, after=after, match_id=match_id, now=now)
    if after.action == "settle" and not was_paid:
        record(session, events.PaymentPaid(**named(payment), at=now))


def lapse(session: Session, *, payment_id: UUID, now: datetime) -> bool:
    """Mark a payment that was not paid in time as overdue; False when it was, or has time left."""
    (payment,) = locked(session, Payment.id == payment_id)
    if payment.state not in LAPSING or payment.due_at is None or payment.due_at >= now:
        return False
    move(session, payment, "lapse", actor=SYSTEM, now=now)
    dunning.begin(session, payment, now=now)
    record(session, events.PaymentLapsed(**named(payment), at=now))
    return True


def locked_of(session: Session, *, company_id: UUID, payment_ids: list[UUID]) -> list[Payment]:
    """Return payments that this company pays or is paid, in the order given, locked in order of id; else NotFound."""
    own = sa.or_(Payment.payer_id == company_id, Payment.payee_id == company_id)
    found = {payment.id: payment for payment in locked(session, Payment.id.in_(payment_ids), own)}
    if found.keys() != set(payment_ids):
        raise NotFound("payment")
    return [found[payment_id] for payment_id in payment_ids]


def locked(session: Session, *where: sa.ColumnElement[bool]) -> list[Payment]:
    """Return payments that nobody else changes until this transaction ends."""
    return list(session.scalars(to_lock(*where)))


def to_lock(*where: sa.ColumnElement[bool]) -> sa.Select[Payment]:
    """Return the question that locks payments, in order of id."""
    chosen = sa.select(Payment).where(*where).order_by(Payment.id).with_for_update()
    return chosen.execution_options(populate_existing=True)


def named(payment: Payment) -> dict[str, Any]:
    """Return what events say of a payment."""
    return {
        "payment_id": payment.id,
        "subject_kind": str(payment.subject_kind),
        "subject_id": payment.subject_id,
        "event": str(payment.event or ""),
    }


def note(
    session: Session,
    payment: Payment,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Leave an audit row about a payment as it stands."""
    told = {"minor": payment.amount_minor, "currency": payment.currency, "state": str(payment.state), **(facts or {})}
    audit.record(session, actor=actor, action=action, subject="payment", subject_id=payment.id, facts=told, now=now)
