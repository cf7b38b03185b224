"""Let something off the price of a line: what is not due yet never falls due, what is owed or paid goes back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.outbox import services as outbox
from marketplace.payments.events import AllowanceGranted
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import TransferKind
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Rail, Subject
from marketplace.payments.services import commission, holding, purchases, receivables, returns, unpaid
from marketplace.payments.services.splitting import locked, split, waive
from marketplace.payments.services.terms import terms_of

# The job that sends what was let off of held money back to the card.
REFUND: Final = "refund_allowance"
_FROZEN: Final = (MilestoneState.PENDING, MilestoneState.HELD)


def allow(
    session: Session,
    *,
    subject: Subject,
    line_id: UUID,
    amount: Money,
    cause_id: UUID,
    why: Why,
    actor: Actor,
    now: datetime,
    unpaid_too: bool = False,
) -> None:
    """Let an amount off a line for a cause; the same cause again changes nothing.

    What has not fallen due is waived, the last milestone first; with ``unpaid_too`` the line's share of a payment that
    is due is lowered by what did not come for it; what a provider holds or has released is refunded by a job, and what
    of it was paid out the payee owes the house; what the payer paid directly is owed back by the payee. Where the
    operator sells, the purchase follows. Refused ``amount`` for more than is left of the line, NotFound for a subject
    without a plan, Conflict ``charge_pending`` while a card's charge is not known to be taken, ``card_disputed`` while
    a card's dispute freezes it.
    """
    terms = terms_of(session, subject)
    if terms is None:
        raise NotFound("payment_terms")
    if unpaid_too and terms.rail is Rail.BANK:
        # Whoever writes down a receipt locks the payment before its milestones.
        unpaid.locked(session, subject)
    milestones = locked(session, subject, line_id=line_id)
    if session.scalars(sa.select(Allowance.id).where(Allowance.cause_id == cause_id)).first() or not amount:
        return
    if any(row.dispute_id is not None and row.state in _FROZEN for row in milestones):
        # First a card's bank decides whether there is any money to give back.
        raise Conflict("card_disputed")
    _check(session, subject, milestones, line_id, amount)
    left = amount
    if terms.rail is Rail.BANK:
        left -= waive(session, milestones, MilestoneState.PENDING, MilestoneState.CANCELLED, left)
        if unpaid_too:
            due = locked(session, subject, line_id=line_id)
            left -= _unask(session, subject, due, left, cause_id=cause_id, actor=actor, now=now)
        waived = amount - left
    else:
        if unpaid_too and any(milestone.state is MilestoneState.PENDING for milestone in milestones):
            raise Conflict("charge_pending")
        left -= waive(session, milestones, MilestoneState.HELD, MilestoneState.REFUNDED, left)
        left -= _take_back(session, terms, locked(session, subject, line_id=line_id), left, actor=actor, now=now)
        receivables.book(session, account=holding.payable(terms), cause=f"cause:{cause_id}", now=now)
        waived = amount - left
    allowance_id = new_id()
    credit = _commission_on(milestones, left)
    insert_if_new(
        session,
        Allowance,
        id=allowance_id,
        cause_id=cause_id,
        why=why,
        subject_kind=subject.kind,
        subject_id=subject.id,
        line_id=line_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        waived_minor=waived.minor,
        owed_minor=left.minor,
        commission_minor=credit.minor,
        at=now,
    )
    audit.record(
        session,
        actor=actor,
        action="allowance.granted",
        subject="order_line",
        subject_id=line_id,
        facts={
            "minor": amount.minor,
            "currency": amount.currency,
            "owed": left.minor,
            "cause": cause_id,
            "why": str(why),
        },
        now=now,
    )
    events.record(
        session,
        AllowanceGranted(
            cause_id=cause_id,
            subject_kind=subject.kind,
            subject_id=subject.id,
            line_id=line_id,
            amount=amount,
            why=str(why),
            at=now,
        ),
    )
    returns.owe(
        session,
        subject=subject,
        payee_id=terms.payee_id,
        payer_id=terms.payer_id,
        amount=left,
        cause_id=cause_id,
        now=now,
    )
    purchases.let_off(
        session, sale=terms, line_id=line_id, amount=amount, cause_id=cause_id, why=why, actor=actor, now=now
    )
    if terms.rail is Rail.BANK:
        commission.credit(session, terms=terms, line_id=line_id, cause_id=cause_id, base=left, amount=credit, now=now)
    elif waived:
        args = {
            "subject_kind": str(subject.kind),
            "subject_id": str(subject.id),
            "minor": waived.minor,
            "currency": waived.currency,
            "cause": str(cause_id),
        }
        outbox.enqueue(session, REFUND, args, key=f"{REFUND}:{cause_id}", now=now)


def left_of(session: Session, *, subject: Subject, line_id: UUID, amount: Money) -> Money:
    """Return what is left of a line's amount under a subject after all that was let off, or that a card's bank took."""
    before = sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0)).where(
        Allowance.subject_kind == subject.kind, Allowance.subject_id == subject.id, Allowance.line_id == line_id
    )
    # What a card's bank gave back, its payer does not get a second time.
    taken = sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0)).where(
        Milestone.subject_kind == subject.kind,
        Milestone.subject_id == subject.id,
        Milestone.line_id == line_id,
        Milestone.dispute_id.is_not(None),
        Milestone.state.not_in(_FROZEN),
    )
    gone = int(session.scalars(before).one()) + int(session.scalars(taken).one())
    return Money(amount.minor - gone, amount.currency)


def _check(session: Session, subject: Subject, milestones: Sequence[Milestone], line_id: UUID, amount: Money) -> None:
    if not milestones:
        raise NotFound("milestone")
    whole = Money(sum(row.amount_minor for row in milestones), milestones[0].currency)
    if amount.currency != whole.currency:
        raise Refused.field("currency", "currency", whole.currency)
    most = left_of(session, subject=subject, line_id=line_id, amount=whole)
    if not 0 < amount.minor <= most.minor:
        raise Refused.field("amount", "range", f"more than 0, at most {most}")


def _unask(
    session: Session,
    subject: Subject,
    milestones: Sequence[Milestone],
    amount: Money,
    *,
    cause_id: UUID,
    actor: Actor,
    now: datetime,
) -> Money:
    """Take so much off the payments that are due and did not come, the last milestone first; return how much."""
    open_parts = {payment.id: payment for payment in unpaid.locked(session, subject)}
    done = Money.zero(amount.currency)
    for milestone in reversed(milestones):
        payment = open_parts.get(milestone.payment_id) if milestone.payment_id else None
        if payment is None or not done < amount:
            continue
        there = min(unpaid.outstanding(payment), Money(milestone.amount_minor, amount.currency))
        part = min(amount - done, there)
        if part:
            if part.minor < payment.amount_minor:
                ended = split(session, milestone, part)
                ended.state, ended.payment_id, ended.due_at = MilestoneState.CANCELLED, None, None
                session.flush()
            unpaid.lower(session, payment, part, cause_id=cause_id, actor=actor, now=now)
            done += part
    return done


def _take_back(
    session: Session,
    terms: PaymentTerms,
    milestones: Sequence[Milestone],
    amount: Money,
    *,
    actor: Actor,
    now: datetime,
) -> Money:
    """Reverse so much of what was released; what is paid out already the payee owes the house from here on."""
    done = Money.zero(amount.currency)
    for milestone in reversed(milestones):
        if milestone.state is not MilestoneState.RELEASED or milestone.dispute_id or not done < amount:
            continue
        part = min(amount - done, Money(milestone.amount_minor, amount.currency))
        if part.minor <= 0:
            continue
        given_back = split(session, milestone, part)
        given_back.state = MilestoneState.REFUNDED
        session.flush()
        holding.post_release(session, terms, given_back, kind=TransferKind.RELEASE_REVERSED, actor=actor, now=now)
        done += part
    return done


def _commission_on(milestones: Sequence[Milestone], amount: Money) -> Money:
    """Return the commission that an amount of the line carries."""
    whole = sum(row.amount_minor for row in milestones)
    return Money(sum(row.commission_minor for row in milestones), amount.currency).portion(amount.minor, whole)
