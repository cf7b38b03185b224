"""Money that a provider holds: captured, released to the payee less commission, taken back from release, refunded."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.money import Money
from marketplace.outbox import services as outbox
from marketplace.payments import events
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries import card_returns, cards, disputes
from marketplace.payments.queries.payments import is_cancelled
from marketplace.payments.rules.cards import GIVE_BACK, CardState
from marketplace.payments.rules.ledger import AccountKind, AccountRef, Entry, TransferKind, payable_of
from marketplace.payments.rules.paying import MilestoneState, PaymentState
from marketplace.payments.rules.terms import MilestoneEvent, Rail, Subject, SubjectKind
from marketplace.payments.services import charging, ledger, payments, receivables
from marketplace.payments.services.terms import terms_of

_CHARGES: Final = (
    sa.select(CardCharge)
    .where(
        CardCharge.subject_kind.in_(sa.bindparam("kinds", expanding=True)),
        CardCharge.subject_id.in_(sa.bindparam("subjects", expanding=True)),
    )
    .order_by(CardCharge.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_PAYMENT: Final = payments.to_lock(
    Payment.subject_kind == sa.bindparam("kind"),
    Payment.subject_id == sa.bindparam("of_subject"),
    Payment.rail == Rail.CARD,
)
_FREE: Final = (Milestone.state == MilestoneState.HELD, Milestone.dispute_id.is_(None))
_RELEASED: Final = (Milestone.id, Milestone.amount_minor, Milestone.commission_minor, Milestone.line_id)


def release(
    session: Session, *, subject: Subject, event: MilestoneEvent, line_ids: Collection[UUID] | None, now: datetime
) -> Money | None:
    """Release what this event frees of a held subject, less its commission; return the sum, None for nothing.

    Each milestone is released once. Before the capture is known, and while a card's dispute freezes a milestone, the
    event is noted, and the capture or the end of the dispute releases it.
    """
    terms = terms_of(session, subject)
    if terms is None or terms.rail is not Rail.CARD or terms.cancelled_at:
        return None
    mine = [Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id, Milestone.event == event]
    if line_ids is not None:
        mine.append(Milestone.line_id.in_(line_ids))
    is_waiting = sa.or_(
        Milestone.state == MilestoneState.PENDING,
        sa.and_(Milestone.state == MilestoneState.HELD, Milestone.dispute_id.is_not(None)),
    )
    waiting = [*mine, is_waiting, Milestone.due_at.is_(None)]
    session.execute(
        sa.update(Milestone).where(*waiting).values(due_at=now), execution_options={"synchronize_session": False}
    )
    return _release(session, terms, mine, now=now)


def release_due(session: Session, *, subject: Subject, now: datetime) -> None:
    """Release what its events freed while it was frozen."""
    terms = terms_of(session, subject)
    if terms is None or terms.rail is not Rail.CARD or terms.cancelled_at:
        return
    mine = [Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id]
    _release(session, terms, [*mine, Milestone.due_at.is_not(None)], now=now)


def captured(session: Session, event: events.CardCaptured) -> None:
    """Hold what a card charge took, and release what its events freed before the capture was known."""
    payment = _payment(session, _subject(event))
    terms = terms_of(session, _subject(event))
    if payment is None or terms is None or payment.state is not PaymentState.AUTHORISED:
        return
    _hold(session, payment, event.amount, now=event.at)
    if terms.cancelled_at:
        return
    # What its events freed of it before it was captured.
    released = session.execute(
        sa.update(Milestone)
        .where(Milestone.payment_id == payment.id, Milestone.due_at.is_not(None), *_FREE)
        .values(state=MilestoneState.RELEASED)
        .returning(*_RELEASED)
        .execution_options(synchronize_session=False)
    ).all()
    _post(session, terms, released, now=event.at)


def charges_of(session: Session, subjects: Collection[Subject]) -> dict[Subject, list[CardCharge]]:
    """Return the charges of subjects that are being placed, in one statement for all.

    They stand still until this transaction ends: whoever captures one meanwhile finds the payment afterwards.
    """
    found: dict[Subject, list[CardCharge]] = {subject: [] for subject in subjects}
    given = {"kinds": {subject.kind for subject in found}, "subjects": [subject.id for subject in found]}
    for charge in session.scalars(_CHARGES, given) if found else ():
        found[Subject(charge.subject_kind, charge.subject_id)].append(charge)
    return found


def take_up(session: Session, *, payment: Payment, charges: Sequence[CardCharge], now: datetime) -> None:
    """Hold what the charges of a payment's subject, which ``charges_of`` locked, took before it was placed."""
    for charge in charges:
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            _hold(session, payment, Money(charge.captured_minor, charge.currency), now=now)
            follow(session, charge_id=charge.id, now=now)


def refunded(session: Session, event: events.CardRefunded | events.CardRefundFailed) -> None:
    """Follow a refund of the whole charge, and its failure."""
    follow(session, charge_id=event.charge_id, now=event.at)


def follow(session: Session, *, charge_id: UUID, now: datetime) -> None:
    """Bring a payment to what the provider still has of its charge: taken, less refunds, transfers back, disputes."""
    charge = cards.charge_by_id(session, charge_id=charge_id)
    payment = _payment(session, charge.subject)
    if payment is None:
        return
    left = charge.captured.minor - charge.refunded.minor - cards.sent_by_bank(session, charge_id=charge_id)
    left -= disputes.taken(session, charge_id=charge_id)
    payment.paid_minor = left
    if left == 0 and payment.state is PaymentState.CAPTURED:
        payments.move(session, payment, "refund", actor=SYSTEM, now=now)
    elif left > 0 and payment.state is PaymentState.REFUNDED:
        payments.move(session, payment, "capture", actor=SYSTEM, now=now)
    elif is_cancelled(session, subject=charge.subject) and not card_returns.unpromised(session, charge=charge):
        # What is left is on its way back, or people send it back: its milestones have ended.
        payments.end_milestones(session, payment)
    session.flush()


def charge_cancelled(session: Session, event: events.CardCancelled) -> None:
    """Follow a reservation that was given back."""
    payment = _payment(session, _subject(event))
    if payment is not None and payment.state is PaymentState.AUTHORISED:
        payments.move(session, payment, "cancel", actor=SYSTEM, now=event.at)


def give_back(session: Session, *, terms: PaymentTerms, actor: Actor, now: datetime) -> None:
    """Take back what was released of a cancelled subject, and have a job return the money to the card."""
    released = _turn(
        session,
        [
            Milestone.subject_kind == terms.subject_kind,
            Milestone.subject_id == terms.subject_id,
            Milestone.state == MilestoneState.RELEASED,
            # What the house lost in a dispute, its payer has back already.
            Milestone.dispute_id.is_(None),
        ],
        MilestoneState.HELD,
    )
    for row in released:
        post_release(session, terms, row, kind=TransferKind.RELEASE_REVERSED, actor=actor, now=now)
    subject = Subject(terms.subject_kind, terms.subject_id)
    receivables.book(session, account=payable(terms), cause=receivables.cause_of(subject), now=now)
    outbox.enqueue(
        session,
        GIVE_BACK,
        {"subject_kind": str(terms.subject_kind), "subject_id": str(terms.subject_id)},
        key=f"{GIVE_BACK}:{terms.subject_kind}:{terms.subject_id}",
        now=now,
    )


def payable(terms: PaymentTerms) -> AccountRef:
    """Return where what is released of a subject goes."""
    subject = Subject(terms.subject_kind, terms.subject_id)
    return payable_of(subject, mode=terms.mode, payee_id=terms.payee_id, currency=terms.currency)


def _hold(session: Session, payment: Payment, amount: Money, *, now: datetime) -> None:
    payment.paid_minor = amount.minor
    payment.settled_at = now
    payments.move(session, payment, "capture", actor=SYSTEM, now=now)


def _release(
    session: Session, terms: PaymentTerms, where: list[sa.ColumnElement[bool]], *, now: datetime
) -> Money | None:
    return _post(session, terms, _turn(session, [*where, *_FREE], MilestoneState.RELEASED), now=now)


def _post(session: Session, terms: PaymentTerms, rows: Sequence[Any], *, now: datetime) -> Money | None:
    """Post milestones that were just released; return the sum, None for nothing."""
    for row in sorted(rows):
        post_release(session, terms, row, kind=TransferKind.RELEASED, actor=SYSTEM, now=now)
    return Money(sum(row.amount_minor for row in rows), terms.currency) if rows else None


def _turn(session: Session, where: list[sa.ColumnElement[bool]], state: MilestoneState) -> list[Any]:
    """Change milestones in one statement, so that two who try share them out."""
    turned = sa.update(Milestone).where(*where).values(state=state).returning(*_RELEASED)
    return sorted(session.execute(turned, execution_options={"synchronize_session": False}).all())


def post_release(
    session: Session, terms: PaymentTerms, row: Any, *, kind: TransferKind, actor: Actor, now: datetime
) -> None:
    """Move one milestone (id, amount, commission, line) from held to the payee and the commission, or back.

    Whoever calls has turned the milestone: each turn is posted once, under a key of its own.
    """
    if not row.amount_minor:
        return
    subject = Subject(terms.subject_kind, terms.subject_id)
    sign = 1 if kind is TransferKind.RELEASED else -1
    amount, fee = (Money(sign * minor, terms.currency) for minor in (row.amount_minor, row.commission_minor))
    vat = charging.vat_on(session, terms=terms, line_id=row.line_id, commission=fee)
    sides = (
        (AccountRef(AccountKind.HELD, None, terms.currency, subject), amount),
        (payable(terms), fee + vat - amount),
        (AccountRef(AccountKind.COMMISSION_INCOME, None, terms.currency), -fee),
        (AccountRef(AccountKind.COMMISSION_VAT, None, terms.currency), -vat),
    )
    entries: list[Entry] = [side for side in sides if side[1]]
    key = ledger.next_key(session, kind, row.id)
    posted = ledger.post(session, kind=kind, key=key, entries=entries, subject=subject, now=now)
    if fee:
        charging.note(session, transfer_id=posted, line_id=row.line_id, base=amount, commission=fee, vat=vat)
    audit.record(
        session,
        actor=actor,
        action=f"milestone.{kind}",
        subject="milestone",
        subject_id=row.id,
        facts={"minor": row.amount_minor, "commission": row.commission_minor, "currency": terms.currency},
        now=now,
    )


def _subject(event: events.CardEvent) -> Subject:
    return Subject(SubjectKind(event.subject_kind), event.subject_id)


def _payment(session: Session, subject: Subject) -> Payment | None:
    return session.scalars(_PAYMENT, {"kind": subject.kind, "of_subject": subject.id}).first()
