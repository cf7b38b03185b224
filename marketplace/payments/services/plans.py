"""Open a payment plan, let its milestones fall due, cancel it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_new, write
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries import agreed, standing
from marketplace.payments.queries.payments import PlanRow, plan_row
from marketplace.payments.rules import plans as rules
from marketplace.payments.rules.paying import UNPAID, MilestoneState, PaymentState
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.standing import still_owed
from marketplace.payments.rules.terms import (
    MilestoneEvent,
    Mode,
    PayeeAccount,
    Rail,
    Subject,
    SubjectKind,
    check_terms,
)
from marketplace.payments.services import credit, holding, obligations, payments, purchases
from marketplace.payments.services.terms import held_terms, locked_terms, terms_of, there
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How one subject is to be paid; ``reference`` is the subject's own, by which payers name it too."""

    subject: Subject
    reference: str
    plan: AgreedPlan
    mode: Mode
    rail: Rail
    payer_id: UUID
    payee_id: UUID
    payee_account: PayeeAccount | None
    lines: Sequence[tuple[UUID, Money]]
    deposit_due_at: datetime | None
    commission_bp: int
    # Of a purchase of the trading company: the order by which it is sold on, and its margin.
    sale_id: UUID | None = None
    margin_bp: int | None = None

    @property
    def total(self) -> Money:
        """What all lines cost."""
        return Money(sum(amount.minor for _line, amount in self.lines), self.lines[0][1].currency)

    @property
    def begins_at_once(self) -> bool:
        """Whether something falls due, or is paid, with the order itself; a purchase begins once it is secured."""
        at_once = self.rail is Rail.CARD or self.plan.has_deposit
        return at_once and self.subject.kind is not SubjectKind.PURCHASE

    def check(self) -> None:
        """Refuse terms that do not fit together."""
        check_terms(
            subject=self.subject,
            plan=self.plan.code,
            mode=self.mode,
            rail=self.rail,
            lines=self.lines,
            commission_bp=self.commission_bp,
        )
        # Nothing is paid for what is free, into no account.
        if self.rail is Rail.BANK and self.payee_account is None and self.total:
            raise Refused.field("payee_account", "required", "the payee's account, as named in the contract")

    def row(self, now: datetime) -> dict[str, Any]:
        """Return the columns of its terms."""
        return {
            "id": new_id(),
            "subject_kind": self.subject.kind,
            "subject_id": self.subject.id,
            "reference": self.reference,
            "plan": self.plan.code,
            "agreed": rules.to_json(self.plan),
            "mode": self.mode,
            "rail": self.rail,
            "payer_id": self.payer_id,
            "payee_id": self.payee_id,
            "payee_account": self.payee_account.as_json() if self.payee_account else None,
            "currency": self.total.currency,
            "amount_minor": self.total.minor,
            "commission_bp": self.commission_bp,
            "sale_id": self.sale_id,
            "margin_bp": self.margin_bp,
            "created_at": now,
        }


def open_all(
    session: Session, *, openings: Sequence[Opening], actor: Actor, now: datetime, within_limits: bool = True
) -> dict[Subject, PlanRow]:
    """Freeze how subjects are paid and divide their lines into milestones; one that has a plan keeps it.

    What is on credit must fit its limit (Conflict ``credit_limit`` and its likes), and what a buyer owes directly in
    all the limit that the operator set it (Conflict ``buyer_limit``), but for what it did not choose to owe
    (``within_limits`` false). By bank a deposit falls due at once.
    By card the whole is one authorised payment, held once it is captured, or at once where it is already. The number of
    statements depends on credits, deposits and charges that were taken already, not on subjects and lines.

    Return the new plans of which nothing is due yet.
    """
    for opening in openings:
        opening.check()
    vat_bp = reference.setting(session, Setting.COMMISSION_VAT_BASIS_POINTS, at=now)
    rows = [opening.row(now) | {"commission_vat_bp": vat_bp if opening.commission_bp else 0} for opening in openings]
    new = insert_new(session, PaymentTerms, rows)
    opened = [(opening, PaymentTerms(**row)) for opening, row in zip(openings, rows, strict=True) if row["id"] in new]
    by_card = _authorised(session, opened, now=now)
    shares = [
        row
        for opening, terms in opened
        for row in _divided(terms, opening.plan, opening.lines, payment=by_card.get(opening.subject))
    ]
    write(session, Milestone, shares)
    charges = holding.charges_of(session, by_card.keys())
    for opening, terms in opened:
        facts = {"plan": terms.plan, "mode": str(terms.mode), "minor": terms.amount_minor}
        facts["currency"] = terms.currency
        _audit(session, terms, "payment_terms.opened", facts, actor=actor, now=now)
        if opening.plan.credit:
            credit.take_up(session, terms=there(terms_of(session, opening.subject)), plan=opening.plan, now=now)
        if payment := by_card.get(opening.subject):
            payments.note(session, payment, f"payment.{payment.state}", actor=actor, now=now)
            holding.take_up(session, payment=payment, charges=charges[opening.subject], now=now)
        elif opening.begins_at_once:
            deposit, due_at = MilestoneEvent.DEPOSIT, opening.deposit_due_at
            fall_due(session, subject=opening.subject, event=deposit, line_ids=None, due_at=due_at, now=now)
    if within_limits:
        _check_owing(session, [terms for _opening, terms in opened], now=now)
    return {
        opening.subject: plan_row(terms, (Milestone(**row) for row in shares if row["subject_id"] == terms.subject_id))
        for opening, terms in opened
        if not opening.begins_at_once
    }


def extend(
    session: Session, *, subject: Subject, line_id: UUID, amount: Money, actor: Actor, now: datetime
) -> tuple[MilestoneEvent, ...]:
    """Take a line more into a plan by bank, under the shares that are agreed; return the events that it waits for.

    Nothing of it falls due by this. Conflict ``order_anew`` where a card was charged: a charge is never raised.
    """
    terms = there(locked_terms(session, subject))
    if terms.rail is Rail.CARD or terms.cancelled_at:
        raise Conflict("order_anew")
    last = session.scalars(sa.select(sa.func.max(Milestone.position)).where(*_of(subject))).one()
    plan = agreed.plan_of(terms)
    if plan.credit:
        credit.take_up(session, terms=terms, plan=plan, more=amount, now=now)
    rows = _divided(terms, plan, [(line_id, amount)])
    for row in rows:
        row["position"] += int(last or 0)
    write(session, Milestone, rows)
    terms.amount_minor += amount.minor
    session.flush()
    if terms.mode is Mode.DIRECT:
        credit.check_owing(session, buyer_id=terms.payer_id, added=[amount], now=now)
    facts = {"minor": amount.minor, "currency": amount.currency, "line": line_id}
    _audit(session, terms, "payment_terms.extended", facts, actor=actor, now=now)
    return tuple(row["event"] for row in rows)


def _check_owing(session: Session, opened: Sequence[PaymentTerms], *, now: datetime) -> None:
    """Hold what was opened directly against the operator's limits, by payer and currency."""
    added: dict[UUID, dict[str, int]] = {}
    for terms in opened:
        if terms.mode is Mode.DIRECT:
            of_payer = added.setdefault(terms.payer_id, {})
            of_payer[terms.currency] = of_payer.get(terms.currency, 0) + terms.amount_minor
    for payer_id, sums in added.items():
        amounts = [Money(minor, currency) for currency, minor in sorted(sums.items())]
        credit.check_owing(session, buyer_id=payer_id, added=amounts, now=now)


def _authorised(
    session: Session, opened: Sequence[tuple[Opening, PaymentTerms]], *, now: datetime
) -> dict[Subject, Payment]:
    """Write what cards are to pay, a payment for each subject whose rail that is."""
    made = {
        opening.subject: payments.drafted(
            terms=terms, event=None, amount=opening.total, state=PaymentState.AUTHORISED, due_at=None, now=now
        )
        for opening, terms in opened
        if opening.begins_at_once and terms.rail is Rail.CARD
    }
    session.add_all(made.values())
    session.flush()
    return made


def fall_due(
    session: Session,
    *,
    subject: Subject,
    event: MilestoneEvent,
    line_ids: Collection[UUID] | None,
    due_at: datetime | None = None,
    latest: datetime | None = None,
    now: datetime,
) -> UUID | None:
    """Let an event take its effect on these lines (None: all) and return the payment to make, None for none.

    Directly settled, the shares become one payment, due when the plan says, but never after ``latest``, unless
    ``due_at`` is given; an event that
    took its effect before returns its payment. Held by a provider, the shares are released. What the plan has due
    before this event falls due with it, each event by a payment of its own. Where the operator sells, the purchase
    follows, but for its deposit. NotFound for a subject without a plan.
    """
    terms = there(held_terms(session, subject))
    plan = agreed.plan_of(terms)
    payment_id = None
    if event is not MilestoneEvent.DEPOSIT:
        purchases.fall_due(session, sale=terms, event=event, line_ids=line_ids, now=now)
    for one in rules.reached(plan, event):
        if terms.rail is Rail.CARD:
            holding.release(session, subject=subject, event=one, line_ids=line_ids, now=now)
            continue
        found = _fall_due(session, terms, plan, one, line_ids=line_ids, due_at=due_at, latest=latest, now=now)
        if one is event:
            payment_id = found
    return payment_id


def begin_purchase(session: Session, *, sale: Subject, now: datetime) -> None:
    """Owe the merchant the deposit of the purchase behind a sale that is confirmed and secured; else nothing."""
    terms = there(terms_of(session, sale))
    purchases.fall_due(session, sale=terms, event=MilestoneEvent.DEPOSIT, line_ids=None, now=now)


def _fall_due(
    session: Session,
    terms: PaymentTerms,
    plan: AgreedPlan,
    event: MilestoneEvent,
    *,
    line_ids: Collection[UUID] | None,
    due_at: datetime | None,
    latest: datetime | None,
    now: datetime,
) -> UUID | None:
    subject = Subject(terms.subject_kind, terms.subject_id)
    mine = [*_of(subject), Milestone.event == event]
    if line_ids is not None:
        mine.append(Milestone.line_id.in_(line_ids))
    turned = (
        sa.update(Milestone)
        .where(*mine, Milestone.state == MilestoneState.PENDING)
        .values(state=MilestoneState.DUE)
        .returning(Milestone.id, Milestone.amount_minor)
    )
    due = session.execute(turned, execution_options={"synchronize_session": False}).all()
    total = Money(sum(row.amount_minor for row in due), terms.currency)
    if not due:
        known = session.scalars(sa.select(Milestone.payment_id).where(*mine).distinct()).all()
        return known[0] if len(known) == 1 else None
    ids = [row.id for row in due]
    if not total:  # a share of less than the smallest coin is paid by nobody
        session.execute(
            sa.update(Milestone).where(Milestone.id.in_(ids)).values(state=MilestoneState.PAID),
            execution_options={"synchronize_session": False},
        )
        return None
    if due_at is None and (stage := plan.stage(event)) is not None:
        due_at = rules.due_at(stage, closures.works(session, company_id=terms.payer_id, now=now), now)
        due_at = due_at if latest is None else min(due_at, latest)
    return payments.fall_due(
        session, terms=terms, event=event, milestone_ids=ids, amount=total, due_at=due_at, actor=SYSTEM, now=now
    )


def cancel(session: Session, *, subject: Subject, actor: Actor, now: datetime) -> None:
    """End a plan: nothing more falls due, and what was paid has to go back; again changes nothing.

    Directly settled, open payments are cancelled and the payee owes back what came. Held by a provider, releases are
    reversed and a job refunds the card. A subject without a plan has nothing to cancel.
    """
    terms = locked_terms(session, subject)
    if terms is None or terms.cancelled_at:
        return
    terms.cancelled_at = now
    session.flush()
    _audit(session, terms, "payment_terms.cancelled", {}, actor=actor, now=now)
    purchases.cancel(session, sale=terms, actor=actor, now=now)
    if terms.rail is Rail.CARD:
        holding.give_back(session, terms=terms, actor=actor, now=now)
        return
    session.execute(
        sa.update(Milestone)
        .where(*_of(subject), Milestone.state == MilestoneState.PENDING)
        .values(state=MilestoneState.CANCELLED),
        execution_options={"synchronize_session": False},
    )
    of_subject = (Payment.subject_kind == subject.kind, Payment.subject_id == subject.id)
    found = payments.locked(session, *of_subject)
    owed = standing.owed_back(session, subject=subject, currency=terms.currency)
    kept = [Money(row.paid_minor - row.surplus_minor, row.currency) for row in found]
    for payment, back in zip(found, still_owed(kept, owed), strict=True):
        if payment.state in UNPAID:
            payments.move(session, payment, "cancel", actor=actor, now=now)
        obligations.cancelled(session, payment, back, now=now)


def _divided(
    terms: PaymentTerms, plan: AgreedPlan, lines: Collection[tuple[UUID, Money]], *, payment: Payment | None = None
) -> list[dict[str, Any]]:
    """Return the rows of the shares of lines, which wait for their events, or in what a card is to pay for all."""
    shares = [
        (line_id, share)
        for line_id, amount in lines
        for share in rules.share_line(amount, plan=plan, commission_bp=terms.commission_bp)
    ]
    return [
        {
            "id": new_id(),
            "subject_kind": terms.subject_kind,
            "subject_id": terms.subject_id,
            "line_id": line_id,
            "position": position,
            "event": share.event,
            "part": 0,
            "share_bp": share.basis_points,
            "currency": terms.currency,
            "amount_minor": share.amount.minor,
            "commission_minor": share.commission.minor,
            "state": MilestoneState.PENDING,
            "payment_id": payment.id if payment else None,
        }
        for position, (line_id, share) in enumerate(shares, start=1)
    ]


def _of(subject: Subject) -> list[sa.ColumnElement[bool]]:
    return [Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id]


def _audit(
    session: Session, terms: PaymentTerms, action: str, facts: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="payment_terms", subject_id=terms.id, facts=facts, now=now
    )
