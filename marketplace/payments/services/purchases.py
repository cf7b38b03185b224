"""What the trading company owes a merchant for what it sells on: it follows the sale, event by event and cent by cent.

It is owed by the purchase contract when its event comes, whether or not the buyer has paid by then: the trading company
bears that. Only the deposit waits until the order is confirmed and secured.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.events import AllowanceGranted
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import agreed
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import reached
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Subject, SubjectKind
from marketplace.payments.rules.trading import Margin, cause_of
from marketplace.payments.services import holding, ledger, receivables
from marketplace.payments.services.splitting import locked, split, waive


def of_sale(session: Session, *, sale: PaymentTerms) -> PaymentTerms | None:
    """Return what was agreed about the purchase behind a sale, None where its merchant sells itself."""
    if sale.mode is not Mode.OPERATOR_SELLS or sale.subject_kind is not SubjectKind.ORDER:
        return None
    return session.scalars(sa.select(PaymentTerms).where(PaymentTerms.sale_id == sale.subject_id)).one_or_none()


def fall_due(
    session: Session,
    *,
    sale: PaymentTerms,
    event: MilestoneEvent,
    line_ids: Collection[UUID] | None,
    now: datetime,
) -> None:
    """Owe the merchant what an event makes due of the purchase behind a sale by its own plan, each share once."""
    terms = of_sale(session, sale=sale)
    if terms is None or terms.cancelled_at:
        return
    mine = [
        Milestone.subject_kind == SubjectKind.PURCHASE,
        Milestone.subject_id == terms.subject_id,
        Milestone.event.in_(reached(agreed.plan_of(terms), event)),
        Milestone.state == MilestoneState.PENDING,
    ]
    if line_ids is not None:
        mine.append(Milestone.line_id.in_(line_ids))
    turned = (
        sa.update(Milestone)
        .where(*mine)
        .values(state=MilestoneState.RELEASED, due_at=now)
        .returning(Milestone.id, Milestone.amount_minor)
    )
    for row in sorted(session.execute(turned, execution_options={"synchronize_session": False}).all()):
        _post(session, terms, row, TransferKind.PURCHASE_DUE, actor=SYSTEM, now=now)


def cancel(session: Session, *, sale: PaymentTerms, actor: Actor, now: datetime) -> None:
    """End the purchase behind a sale that ended: nothing more falls due, and what did is owed back."""
    terms = of_sale(session, sale=sale)
    if terms is None or terms.cancelled_at:
        return
    terms.cancelled_at = now
    session.flush()
    for row in locked(session, _subject(terms)):
        if row.state is MilestoneState.PENDING:
            row.state = MilestoneState.CANCELLED
        elif row.state is MilestoneState.RELEASED:
            _take_back(session, terms, row, actor=actor, now=now)
    session.flush()
    receivables.book(session, account=holding.payable(terms), cause=receivables.cause_of(_subject(terms)), now=now)
    _audit(session, terms, "payment_terms.cancelled", {}, actor=actor, now=now)


def let_off(
    session: Session,
    *,
    sale: PaymentTerms,
    line_id: UUID,
    amount: Money,
    cause_id: UUID,
    why: Why,
    actor: Actor,
    now: datetime,
) -> None:
    """Let off a line's purchase what an amount that was just let off its sale comes to there, where there is one.

    What has not fallen due never will, the last milestone first; the rest is owed back by the merchant.
    """
    terms = of_sale(session, sale=sale)
    if terms is None:
        return
    subject = _subject(terms)
    milestones = locked(session, subject, line_id=line_id)
    part = Margin(terms.margin_bp or 0).let_off(
        amount,
        sale_left=_left(session, _subject(sale), line_id, amount.currency) + amount,
        purchase_left=_left(session, subject, line_id, amount.currency),
    )
    if not part:
        return
    rest = part - waive(session, milestones, MilestoneState.PENDING, MilestoneState.CANCELLED, part)
    for row in reversed(locked(session, subject, line_id=line_id)):
        if rest and row.state is MilestoneState.RELEASED and row.amount_minor:
            back = min(rest, Money(row.amount_minor, amount.currency))
            _take_back(session, terms, split(session, row, back), actor=actor, now=now)
            rest -= back
    session.flush()
    cause = cause_of(terms.subject_id, cause_id)
    receivables.book(session, account=holding.payable(terms), cause=f"cause:{cause}", now=now)
    insert_if_new(
        session,
        Allowance,
        id=new_id(),
        cause_id=cause,
        why=why,
        subject_kind=subject.kind,
        subject_id=subject.id,
        line_id=line_id,
        currency=part.currency,
        amount_minor=part.minor,
        waived_minor=part.minor,
        owed_minor=0,
        commission_minor=0,
        at=now,
    )
    facts = {"minor": part.minor, "currency": part.currency, "line": line_id, "cause": cause, "why": str(why)}
    _audit(session, terms, "allowance.granted", facts, actor=actor, now=now)
    events.record(
        session,
        AllowanceGranted(
            cause_id=cause,
            origin_id=cause_id,
            subject_kind=subject.kind,
            subject_id=subject.id,
            line_id=line_id,
            amount=part,
            why=str(why),
            at=now,
        ),
    )


def _left(session: Session, subject: Subject, line_id: UUID, currency: str) -> Money:
    """Return what is left of a line's amount after all that was let off it."""
    whole = sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0)).where(
        Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id, Milestone.line_id == line_id
    )
    gone = sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0)).where(
        Allowance.subject_kind == subject.kind, Allowance.subject_id == subject.id, Allowance.line_id == line_id
    )
    return Money(int(session.scalars(whole).one()) - int(session.scalars(gone).one()), currency)


def _take_back(session: Session, terms: PaymentTerms, row: Milestone, *, actor: Actor, now: datetime) -> None:
    row.state = MilestoneState.REFUNDED
    session.flush()
    _post(session, terms, row, TransferKind.PURCHASE_REVERSED, actor=actor, now=now)


def _post(session: Session, terms: PaymentTerms, row: Any, kind: TransferKind, *, actor: Actor, now: datetime) -> None:
    """Move one milestone (id, amount) to what is owed to the merchant, or back."""
    if not row.amount_minor:
        return
    subject = _subject(terms)
    bought = AccountRef(AccountKind.TRADE_PURCHASES, None, terms.currency, subject)
    sides = (bought, holding.payable(terms))
    if kind is TransferKind.PURCHASE_REVERSED:
        sides = (sides[1], sides[0])
    entries = pair(*sides, Money(row.amount_minor, terms.currency))
    ledger.post(session, kind=kind, key=f"{kind}:{row.id}", entries=entries, subject=subject, now=now)
    facts = {"minor": row.amount_minor, "currency": terms.currency}
    audit.record(
        session, actor=actor, action=f"milestone.{kind}", subject="milestone", subject_id=row.id, facts=facts, now=now
    )


def _subject(terms: PaymentTerms) -> Subject:
    return Subject(terms.subject_kind, terms.subject_id)


def _audit(
    session: Session, terms: PaymentTerms, action: str, facts: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="payment_terms", subject_id=terms.id, facts=facts, now=now
    )
