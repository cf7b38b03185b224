"""Payments and milestones as rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries import agreed
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.holds import sent_back
from marketplace.payments.rules.paying import LAPSING, SETTLED, UNPAID, MilestoneState, PaymentState
from marketplace.payments.rules.plans import AgreedPlan
from marketplace.payments.rules.terms import MilestoneEvent, Mode, PayeeAccount, Rail, Subject, SubjectKind

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class TermsRow:
    """How a subject is paid as it is agreed now; ``reference`` is its own number, as its papers print it."""

    subject: Subject
    reference: str
    plan: AgreedPlan
    mode: Mode
    rail: Rail
    payer_id: UUID
    payee_id: UUID
    payee_account: PayeeAccount | None
    amount: Money
    commission_bp: int
    cancelled_at: datetime | None
    sale_id: UUID | None = None  # of a purchase: the order by which it is sold on


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as both its parties see it; ``taken_back`` is what a card's bank took of it by lost disputes."""

    id: UUID
    reference: str
    creditor_reference: str
    subject: Subject
    event: MilestoneEvent | None
    payer_id: UUID
    payee_id: UUID
    payee_account: PayeeAccount | None
    rail: Rail
    mode: Mode
    amount: Money
    paid: Money
    charges: Money
    surplus: Money
    state: PaymentState
    due_at: datetime | None
    slip_file_id: UUID | None
    slip_at: datetime | None
    answer_by: datetime | None
    escalated_at: datetime | None
    settled_at: datetime | None
    created_at: datetime
    taken_back: Money

    @property
    def outstanding(self) -> Money:
        """What has still to be paid."""
        if self.state not in UNPAID:
            return Money.zero(self.amount.currency)
        return self.amount - self.paid


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """One share of one line."""

    id: UUID
    subject: Subject
    line_id: UUID
    event: MilestoneEvent
    share_bp: int
    amount: Money
    commission: Money
    state: MilestoneState
    payment_id: UUID | None
    due_at: datetime | None
    is_frozen: bool  # by a card's dispute: it is not released before the card's bank has decided
    is_taken_back: bool  # by a card's bank: a dispute was lost, and nobody here refunded it
    is_sent_back: bool  # to the card at the provider's limit: it stays agreed, and is settled directly
    dispute_id: UUID | None  # the dispute that froze or took it


@dataclass(frozen=True, slots=True)
class PlanRow:
    """How a subject is paid, its shares and what was paid for them."""

    terms: TermsRow
    milestones: tuple[MilestoneRow, ...]
    payments: tuple[PaymentRow, ...]


def payment(session: Session, *, company_id: UUID, payment_id: UUID) -> PaymentRow:
    """Return a payment that this company pays or is paid; NotFound for an unknown one and for another's alike."""
    found = session.scalars(sa.select(Payment).where(Payment.id == payment_id, _party(company_id))).one_or_none()
    if found is None:
        raise NotFound("payment")
    (row,) = _less_taken(session, [_row(found)])
    return row


def payments_of(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, tuple[PaymentRow, ...]]:
    """Return the payments of subjects that the caller may see, oldest first."""
    rows = [_row(found) for found in _of(session, Payment, subjects, Payment.created_at)]
    return _by_subject(subjects, _less_taken(session, rows))


def milestones_of(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, tuple[MilestoneRow, ...]]:
    """Return the milestones of subjects that the caller may see, in the order of lines and plan."""
    found = _of(session, Milestone, subjects, Milestone.position)
    sent = _sent_back(session, found)
    return _by_subject(subjects, [_milestone(row, is_sent_back=row.id in sent) for row in found])


def is_cancelled(session: Session, *, subject: Subject) -> bool:
    """Tell whether a subject's plan was ended."""
    found = sa.select(PaymentTerms.id).where(
        PaymentTerms.subject_kind == subject.kind,
        PaymentTerms.subject_id == subject.id,
        PaymentTerms.cancelled_at.is_not(None),
    )
    return session.scalars(found).first() is not None


def is_settled(session: Session, *, subject: Subject, line_id: UUID) -> bool:
    """Tell whether nothing of a line's share of a subject is still to be paid, released or given back."""
    unsettled = sa.select(Milestone.id).where(
        Milestone.subject_id == subject.id, Milestone.line_id == line_id, Milestone.state.not_in(SETTLED)
    )
    return session.scalars(unsettled.limit(1)).first() is None


def terms_of(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, TermsRow]:
    """Return how these subjects are paid."""
    return {
        row.subject: row
        for row in (_terms(found) for found in _of(session, PaymentTerms, subjects, PaymentTerms.created_at))
    }


def plans_of(session: Session, *, subjects: Collection[Subject]) -> dict[Subject, PlanRow]:
    """Return how these subjects are paid, with their shares and payments, in three statements."""
    if not subjects:
        return {}
    milestones = milestones_of(session, subjects=subjects)
    paid = payments_of(session, subjects=subjects)
    terms = terms_of(session, subjects=subjects)
    return {subject: PlanRow(terms[subject], milestones[subject], paid[subject]) for subject in subjects}


def plan_row(terms: PaymentTerms, milestones: Iterable[Milestone]) -> PlanRow:
    """Return a plan that was just written, of which nothing is paid or due yet."""
    return PlanRow(_terms(terms), tuple(map(_milestone, milestones)), ())


def to_pay(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company has still to pay by bank, newest first."""
    return _page(session, cursor, Payment.payer_id == company_id, Payment.state.in_(UNPAID))


def to_receive(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company has still to be paid by bank, newest first."""
    return _page(session, cursor, Payment.payee_id == company_id, Payment.state.in_(UNPAID))


def awaited(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company has still to be paid by bank and what is not overdue, newest first."""
    due = (Payment.payee_id == company_id, Payment.state.in_(UNPAID), Payment.state != PaymentState.OVERDUE)
    return _page(session, cursor, *due)


def slips_to_confirm(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return the payments whose slip waits for this payee, newest first."""
    return _page(session, cursor, Payment.payee_id == company_id, Payment.state == PaymentState.SLIP_RECEIVED)


def escalated(session: Session, *, cursor: str | None = None) -> Page[PaymentRow]:
    """Return the payments whose slips no payee answered in time, newest first: the operator's to ask about."""
    return _page(session, cursor, Payment.state == PaymentState.SLIP_RECEIVED, Payment.escalated_at.is_not(None))


def lapsed(session: Session, *, payee_id: UUID | None, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what was not paid to a payee in time (None: to anybody) and is still owed, newest first."""
    mine = () if payee_id is None else (Payment.payee_id == payee_id,)
    return _page(session, cursor, Payment.state == PaymentState.OVERDUE, *mine)


def overdue(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return payments after this id that were not paid in time, in order of id."""
    late = (Payment.state.in_(LAPSING), Payment.due_at < now, Payment.id > after)
    return tuple(session.scalars(sa.select(Payment.id).where(*late).order_by(Payment.id).limit(limit)))


def unanswered(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return payments after this id whose slips were not answered in time, in order of id."""
    late = (Payment.state == PaymentState.SLIP_RECEIVED, Payment.answer_by <= now, Payment.id > after)
    return tuple(session.scalars(sa.select(Payment.id).where(*late).order_by(Payment.id).limit(limit)))


def paid(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company paid and what it need not pay any longer, newest first."""
    return _page(session, cursor, Payment.payer_id == company_id, Payment.state.not_in(UNPAID))


def was_paid(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company was paid and what nobody owes it any longer, newest first."""
    return _page(session, cursor, Payment.payee_id == company_id, Payment.state.not_in(UNPAID))


def paid_or_closed(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what this company paid or was paid, and what needs paying no longer, newest first."""
    return _page(session, cursor, _party(company_id), Payment.state.not_in(UNPAID))


def with_slip(session: Session, *, company_id: UUID, payment_id: UUID) -> UUID:
    """Return the slip file of a payment to either party; NotFound where there is none."""
    row = payment(session, company_id=company_id, payment_id=payment_id)
    if row.slip_file_id is None:
        raise NotFound("file")
    return row.slip_file_id


def _party(company_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(Payment.payer_id == company_id, Payment.payee_id == company_id)


def _page(session: Session, cursor: str | None, *where: sa.ColumnElement[bool]) -> Page[PaymentRow]:
    statement = sa.select(Payment).where(*where)
    if cursor:
        statement = statement.where(Payment.id < cursor_id(cursor))
    found = session.scalars(statement.order_by(Payment.id.desc()).limit(PAGE + 1)).all()
    rows = _less_taken(session, [_row(row) for row in found])
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def cursor_id(cursor: str) -> UUID:
    """Return the id that a cursor continues after; a cursor we did not make is refused."""
    return decode_id(cursor)


def payment_rows(found: Iterable[Payment]) -> list[PaymentRow]:
    """Return payments that another query found as rows."""
    return [_row(payment) for payment in found]


def _less_taken(session: Session, rows: Sequence[PaymentRow]) -> list[PaymentRow]:
    """Return payments with what cards' banks took of them; asked only where money that was charged has gone again."""
    charged = (PaymentState.CAPTURED, PaymentState.REFUNDED)
    gone = {row.subject.id for row in rows if row.state in charged and row.paid < row.amount}
    if not gone:
        return list(rows)
    found = session.execute(
        sa.select(CardCharge.subject_kind, CardCharge.subject_id, sa.func.sum(CardDispute.taken_minor))
        .join(CardDispute, CardDispute.charge_id == CardCharge.id)
        .where(CardCharge.subject_id.in_(gone), CardDispute.taken_minor > 0)
        .group_by(CardCharge.subject_kind, CardCharge.subject_id)
    )
    taken = {Subject(SubjectKind(kind), subject_id): int(minor) for kind, subject_id, minor in found}
    return [
        replace(row, taken_back=Money(taken[row.subject], row.amount.currency))
        if row.state in charged and row.subject in taken
        else row
        for row in rows
    ]


def _sent_back(session: Session, rows: Sequence[Any]) -> frozenset[UUID]:
    """Return the shares that went back to a card at the provider's limit; asked only where some was given back."""
    given_back: dict[tuple[UUID, UUID], list[tuple[UUID, int]]] = {}
    for row in rows:
        if row.state is MilestoneState.REFUNDED and row.dispute_id is None and not row.ended_with_payment:
            given_back.setdefault((row.subject_id, row.line_id), []).append((row.id, row.amount_minor))
    if not given_back:
        return frozenset()
    let_off = session.execute(
        sa.select(Allowance.subject_id, Allowance.line_id, Allowance.why, Allowance.waived_minor)
        .where(Allowance.subject_id.in_({subject_id for subject_id, _ in given_back}))
        .order_by(Allowance.id)
    )
    before: dict[tuple[UUID, UUID], int] = defaultdict(int)
    found: set[UUID] = set()
    for subject_id, line_id, why, minor in let_off:
        line = (subject_id, line_id)
        if why is Why.HELD_TOO_LONG:
            found |= sent_back(given_back.get(line, ()), minor=minor, before=before[line])
        before[line] += minor
    return frozenset(found)


_Entity = TypeVar("_Entity", Payment, Milestone, PaymentTerms)


def _of(session: Session, entity: type[_Entity], subjects: Collection[Subject], order: Any) -> Sequence[_Entity]:
    ids = {subject.id for subject in subjects}
    if not ids:
        return ()
    return session.scalars(_of_subjects(entity, order.key), {"ids": list(ids)}).all()


@cache
def _of_subjects(entity: Any, order: str) -> sa.Select[Any]:
    """Return the statement, built once."""
    mine = sa.select(entity).where(entity.subject_id.in_(sa.bindparam("ids", expanding=True)))
    return mine.order_by(getattr(entity, order), entity.id).execution_options(populate_existing=True)


def _by_subject(subjects: Collection[Subject], rows: list[Any]) -> dict[Subject, tuple[Any, ...]]:
    found: dict[Subject, list[Any]] = {subject: [] for subject in subjects}
    for row in rows:
        if row.subject in found:
            found[row.subject].append(row)
    return {subject: tuple(mine) for subject, mine in found.items()}


def _row(found: Payment) -> PaymentRow:
    return PaymentRow(
        id=found.id,
        reference=found.reference,
        creditor_reference=found.creditor_reference,
        subject=Subject(found.subject_kind, found.subject_id),
        event=found.event,
        payer_id=found.payer_id,
        payee_id=found.payee_id,
        # What a provider holds is paid already: an account beside it would have it paid twice.
        payee_account=_account(found.payee_account) if found.rail is Rail.BANK else None,
        rail=found.rail,
        mode=found.mode,
        amount=Money(found.amount_minor, found.currency),
        paid=Money(found.paid_minor, found.currency),
        charges=Money(found.charges_minor, found.currency),
        surplus=Money(found.surplus_minor, found.currency),
        state=found.state,
        due_at=found.due_at,
        slip_file_id=found.slip_file_id,
        slip_at=found.slip_at,
        answer_by=found.answer_by,
        escalated_at=found.escalated_at,
        settled_at=found.settled_at,
        created_at=found.created_at,
        taken_back=Money.zero(found.currency),
    )


def _milestone(found: Milestone, *, is_sent_back: bool = False) -> MilestoneRow:
    return MilestoneRow(
        id=found.id,
        subject=Subject(found.subject_kind, found.subject_id),
        line_id=found.line_id,
        event=found.event,
        share_bp=found.share_bp,
        amount=Money(found.amount_minor, found.currency),
        commission=Money(found.commission_minor, found.currency),
        state=found.state,
        payment_id=found.payment_id,
        due_at=found.due_at,
        is_frozen=found.dispute_id is not None and found.state in (MilestoneState.PENDING, MilestoneState.HELD),
        # What ended with all of its payment was refunded, whatever had frozen it before.
        is_taken_back=found.dispute_id is not None
        and found.state is MilestoneState.REFUNDED
        and not found.ended_with_payment,
        is_sent_back=is_sent_back,
        dispute_id=found.dispute_id,
    )


def is_forfeit(milestones: Iterable[MilestoneRow]) -> bool:
    """Tell whether a card's bank took some of these shares and nothing of them is held or to come any more."""
    open_ones = (MilestoneState.PENDING, MilestoneState.HELD)
    rows = list(milestones)
    return any(row.is_taken_back for row in rows) and not any(row.state in open_ones for row in rows)


def _terms(found: PaymentTerms) -> TermsRow:
    return TermsRow(
        subject=Subject(found.subject_kind, found.subject_id),
        reference=found.reference,
        plan=agreed.plan_of(found),
        mode=found.mode,
        rail=found.rail,
        payer_id=found.payer_id,
        payee_id=found.payee_id,
        payee_account=agreed.account_of(found),
        amount=Money(found.amount_minor, found.currency),
        commission_bp=found.commission_bp,
        cancelled_at=found.cancelled_at,
        sale_id=found.sale_id,
    )


def _account(found: dict[str, str] | None) -> PayeeAccount | None:
    return PayeeAccount(**found) if found else None
