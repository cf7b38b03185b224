"""Credits with what is taken of them, and what is overdue on them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Promise
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.payments.models.credit import CreditLine, Dunning
from marketplace.payments.models.plans import Milestone, Payment, PaymentTerms
from marketplace.payments.queries.payments import PaymentRow, payment_rows
from marketplace.payments.rules import credit as rules
from marketplace.payments.rules.credit import CreditState, Grant, Taken
from marketplace.payments.rules.paying import UNPAID, MilestoneState, PaymentState
from marketplace.payments.rules.terms import Mode
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

PAGE: Final = 50
_AMONG: Final = sa.bindparam("credits", expanding=True)
_PENDING: Final = (
    sa.select(PaymentTerms.credit_id, sa.func.sum(Milestone.amount_minor).label("found"))
    .join(Milestone, Milestone.subject_id == PaymentTerms.subject_id)
    .where(PaymentTerms.credit_id.in_(_AMONG), Milestone.state == MilestoneState.PENDING)
    .group_by(PaymentTerms.credit_id)
)
_OPEN: Final = (
    sa.select(PaymentTerms.credit_id, sa.func.sum(Payment.amount_minor - Payment.paid_minor).label("found"))
    .join(Payment, Payment.subject_id == PaymentTerms.subject_id)
    .where(PaymentTerms.credit_id.in_(_AMONG))
    .group_by(PaymentTerms.credit_id)
)
_DUE: Final = _OPEN.where(Payment.state.in_([state for state in UNPAID if state is not PaymentState.OVERDUE]))
_OVERDUE: Final = _OPEN.where(Payment.state == PaymentState.OVERDUE)
_MINE: Final = aliased(CreditLine)
_LEVELS: Final = (
    sa.select(_MINE.id.label("credit_id"), sa.func.max(Dunning.level).label("found"))
    .join(CreditLine, sa.and_(CreditLine.merchant_id == _MINE.merchant_id, CreditLine.buyer_id == _MINE.buyer_id))
    .join(PaymentTerms, PaymentTerms.credit_id == CreditLine.id)
    .join(Payment, Payment.subject_id == PaymentTerms.subject_id)
    .join(Dunning, Dunning.payment_id == Payment.id)
    .where(_MINE.id.in_(_AMONG), Payment.state.in_(UNPAID))
    .group_by(_MINE.id)
)


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A credit as its two sides see it; ``grant`` is None until it is granted.

    From the reminder ``refused_from`` on nothing more is ordered on it.
    """

    id: UUID
    merchant_id: UUID
    buyer_id: UUID
    currency: str
    state: CreditState
    wanted: Money
    note: str
    grant: Grant | None
    reason: str
    decide_by: datetime | None
    created_at: datetime
    taken: Taken
    refused_from: int

    @property
    def is_stopped(self) -> bool:
        """Tell whether nothing more is ordered on it until what is overdue, and was reminded of, is paid."""
        return self.grant is not None and rules.is_stopped(self.taken, refused_from=self.refused_from)

    @property
    def left(self) -> Money:
        """What can still be ordered on it."""
        return rules.left(self.grant, self.taken) if self.grant else Money.zero(self.currency)


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """An overdue payment on credit, how far its payer was reminded, and what comes next."""

    payment: PaymentRow
    level: int
    next_at: datetime | None
    paused_until: datetime | None
    pause_reason: str


def credits_of(
    session: Session,
    *,
    merchant_id: UUID | None = None,
    buyer_id: UUID | None = None,
    cursor: str | None = None,
    now: datetime,
) -> Page[CreditRow]:
    """Return the credits that a company gives or has, newest first, with what is taken of each."""
    statement = sa.select(CreditLine).order_by(CreditLine.id.desc()).limit(PAGE + 1)
    if merchant_id is not None:
        statement = statement.where(CreditLine.merchant_id == merchant_id)
    if buyer_id is not None:
        statement = statement.where(CreditLine.buyer_id == buyer_id)
    if cursor:
        statement = statement.where(CreditLine.id < decode_id(cursor))
    return page_of(_rows(session, session.scalars(statement).all(), now), PAGE, lambda row: (str(row.id),))


def credit(session: Session, *, company_id: UUID, credit_id: UUID, now: datetime) -> CreditRow:
    """Return a credit that this company gives or has; NotFound."""
    own = sa.or_(CreditLine.merchant_id == company_id, CreditLine.buyer_id == company_id)
    found = session.scalars(
        sa.select(CreditLine).where(CreditLine.id == credit_id, own).execution_options(populate_existing=True)
    ).all()
    if not found:
        raise NotFound("credit_line")
    return _rows(session, found, now)[0]


def any_credit(session: Session, *, credit_id: UUID, now: datetime) -> CreditRow:
    """Return a credit whoever it belongs to: for other features, not for readers."""
    return _rows(session, [session.get_one(CreditLine, credit_id, populate_existing=True)], now)[0]


def granted(
    session: Session, *, buyer_id: UUID, merchant_ids: Collection[UUID], now: datetime
) -> Mapping[tuple[UUID, str], CreditRow]:
    """Return what these merchants grant a buyer, by merchant and currency."""
    if not merchant_ids:
        return {}
    found = session.scalars(_GRANTED, {"buyer": buyer_id, "merchants": list(merchant_ids)}).all()
    return {(row.merchant_id, row.currency): row for row in _rows(session, found, now)}


_GRANTED: Final = (
    sa.select(CreditLine)
    .where(
        CreditLine.buyer_id == sa.bindparam("buyer"),
        CreditLine.merchant_id.in_(sa.bindparam("merchants", expanding=True)),
        CreditLine.state == CreditState.GRANTED,
    )
    .execution_options(populate_existing=True)
)


def taken_of(session: Session, *, credits: Mapping[UUID, str]) -> dict[UUID, Taken]:
    """Return what is not yet paid on each credit (id to currency), in four queries however many they are."""
    ids = list(credits)
    pending, due, overdue, levels = (_sums(session, one, ids) for one in (_PENDING, _DUE, _OVERDUE, _LEVELS))
    return {
        credit_id: Taken(
            pending=Money(pending.get(credit_id, 0), currency),
            due=Money(due.get(credit_id, 0), currency),
            overdue=Money(overdue.get(credit_id, 0), currency),
            level=levels.get(credit_id, 0),
        )
        for credit_id, currency in credits.items()
    }


def owing(session: Session, *, payer_id: UUID, currency: str) -> Money:
    """Return all that a company owes or will owe directly in a currency, to whomever, for goods and freight."""
    mine = (PaymentTerms.payer_id == payer_id, PaymentTerms.mode == Mode.DIRECT, PaymentTerms.currency == currency)
    pending = (
        sa.select(sa.func.coalesce(sa.func.sum(Milestone.amount_minor), 0))
        .join(
            PaymentTerms,
            sa.and_(
                PaymentTerms.subject_id == Milestone.subject_id, PaymentTerms.subject_kind == Milestone.subject_kind
            ),
        )
        .where(*mine, PaymentTerms.cancelled_at.is_(None), Milestone.state == MilestoneState.PENDING)
    )
    unpaid = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_minor - Payment.paid_minor), 0)).where(
        Payment.payer_id == payer_id,
        Payment.mode == Mode.DIRECT,
        Payment.currency == currency,
        Payment.state.in_(UNPAID),
    )
    return Money(int(session.scalars(pending).one()) + int(session.scalars(unpaid).one()), currency)


def overdue_of(
    session: Session, *, payee_id: UUID | None = None, payer_id: UUID | None = None, cursor: str | None = None
) -> Page[OverdueRow]:
    """Return the overdue payments on credit that a company is owed or owes, newest first."""
    statement = (
        sa.select(Dunning, Payment)
        .join(Payment, Payment.id == Dunning.payment_id)
        .where(Payment.state == PaymentState.OVERDUE)
        .order_by(Payment.id.desc())
        .limit(PAGE + 1)
    )
    if payee_id is not None:
        statement = statement.where(Payment.payee_id == payee_id)
    if payer_id is not None:
        statement = statement.where(Payment.payer_id == payer_id)
    if cursor:
        statement = statement.where(Payment.id < decode_id(cursor))
    found = session.execute(statement.execution_options(populate_existing=True)).all()
    rows = [
        OverdueRow(shown, dunning.level, dunning.next_at, dunning.paused_until, dunning.pause_reason)
        for (dunning, _), shown in zip(found, payment_rows([payment for _, payment in found]), strict=True)
    ]
    return page_of(rows, PAGE, lambda row: (str(row.payment.id),))


def overdue(session: Session, *, payment_id: UUID) -> OverdueRow | None:
    """Return a payment on credit that is overdue, None once it is not; for other features, not for readers."""
    found = session.execute(
        sa.select(Dunning, Payment)
        .join(Payment, Payment.id == Dunning.payment_id)
        .where(Payment.id == payment_id, Payment.state == PaymentState.OVERDUE)
    ).one_or_none()
    if found is None:
        return None
    dunning, payment = found
    (shown,) = payment_rows([payment])
    return OverdueRow(shown, dunning.level, dunning.next_at, dunning.paused_until, dunning.pause_reason)


def open_between(session: Session, *, payer_id: UUID, payee_id: UUID, limit: int = 20) -> tuple[PaymentRow, ...]:
    """Return what a payer has still to pay a payee for goods on credit, first due first: what is open."""
    found = session.scalars(
        sa.select(Payment)
        .join(PaymentTerms, PaymentTerms.subject_id == Payment.subject_id)
        .where(
            PaymentTerms.credit_id.is_not(None),
            Payment.payer_id == payer_id,
            Payment.payee_id == payee_id,
            Payment.state.in_(UNPAID),
        )
        .order_by(Payment.due_at, Payment.id)
        .limit(limit)
    )
    return tuple(payment_rows(found))


def unanswered(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return requests after this id that no merchant answered in time, in order of id."""
    late = (CreditLine.decide_by <= now, CreditLine.id > after)
    return tuple(session.scalars(sa.select(CreditLine.id).where(*late).order_by(CreditLine.id).limit(limit)))


def to_remind(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return overdue payments after this id whose next reminder is due and not paused, in order of id."""
    found = (
        sa.select(Dunning.payment_id)
        .join(Payment, Payment.id == Dunning.payment_id)
        .where(
            Payment.state == PaymentState.OVERDUE,
            Dunning.next_at <= now,
            sa.or_(Dunning.paused_until.is_(None), Dunning.paused_until <= now),
            Dunning.payment_id > after,
        )
    )
    return tuple(session.scalars(found.order_by(Dunning.payment_id).limit(limit)))


def _foreign() -> sa.Select[UUID]:
    """Find terms on another's credit or in another currency."""
    return (
        sa.select(PaymentTerms.id)
        .join(CreditLine, CreditLine.id == PaymentTerms.credit_id)
        .where(
            sa.or_(
                CreditLine.buyer_id != PaymentTerms.payer_id,
                CreditLine.merchant_id != PaymentTerms.payee_id,
                CreditLine.currency != PaymentTerms.currency,
            )
        )
    )


def _silent() -> sa.Select[UUID]:
    """Find overdue credit that nobody is reminded of."""
    return (
        sa.select(Payment.id)
        .join(PaymentTerms, PaymentTerms.subject_id == Payment.subject_id)
        .outerjoin(Dunning, Dunning.payment_id == Payment.id)
        .where(PaymentTerms.credit_id.is_not(None), Payment.state == PaymentState.OVERDUE, Dunning.payment_id.is_(None))
    )


PROMISES: Final = (
    Promise("payment_terms", "is on another's credit", _foreign),
    Promise("payment", "is overdue on credit and nobody is reminded", _silent),
)


def _sums(session: Session, statement: sa.Select[Any, int], credit_ids: list[UUID]) -> dict[UUID, int]:
    return {row.credit_id: int(row.found) for row in session.execute(statement, {"credits": credit_ids})}


def _rows(session: Session, found: Collection[CreditLine], now: datetime) -> list[CreditRow]:
    if not found:
        return []
    taken = taken_of(session, credits={row.id: row.currency for row in found})
    refused_from = reference.setting(session, Setting.DUNNING_REFUSAL_LEVEL, at=now)
    return [_row(row, taken[row.id], refused_from) for row in found]


def _row(found: CreditLine, taken: Taken, refused_from: int) -> CreditRow:
    return CreditRow(
        id=found.id,
        merchant_id=found.merchant_id,
        buyer_id=found.buyer_id,
        currency=found.currency,
        state=found.state,
        wanted=Money(found.wanted_minor, found.currency),
        note=found.note,
        grant=grant_of(found),
        reason=found.reason,
        decide_by=found.decide_by,
        created_at=found.created_at,
        taken=taken,
        refused_from=refused_from,
    )


def grant_of(found: CreditLine) -> Grant | None:
    """Return what a credit allows, None for one that was never granted."""
    until: date | None = found.until
    return Grant(Money(found.limit_minor, found.currency), found.days, until) if until is not None else None
