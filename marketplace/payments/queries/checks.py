"""The promises of payments, verified on a live database."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import IncomingTransfer, Milestone, Payment, PaymentTerms, TransferMatch
from marketplace.payments.queries import cards
from marketplace.payments.rules.ledger import CASH, AccountKind
from marketplace.payments.rules.paying import MILESTONE_OF, UNPAID, MilestoneState, PaymentState, TransferState
from marketplace.payments.rules.terms import Mode

Sum = sa.ScalarSelect[int]


def breaches(session: Session) -> list[Breach]:
    """Return every promise about money that does not hold."""
    found = [
        Breach("1 money", subject, row, what)
        for subject, what, statement in _CHECKS
        for row in session.scalars(statement())
    ]
    return [*found, *cards.breaches(session)]


def _unbalanced() -> sa.Select[UUID]:
    return (
        sa.select(LedgerEntry.transfer_id)
        .group_by(LedgerEntry.transfer_id, LedgerEntry.currency)
        .having(sa.func.sum(LedgerEntry.minor) != 0)
    )


def _empty() -> sa.Select[UUID]:
    entries = sa.select(LedgerEntry.id).where(LedgerEntry.transfer_id == LedgerTransfer.id)
    return sa.select(LedgerTransfer.id).where(~entries.exists())


def _foreign_currency() -> sa.Select[UUID]:
    return (
        sa.select(LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.currency != LedgerEntry.currency)
    )


def _direct_cash() -> sa.Select[UUID]:
    return (
        sa.select(LedgerTransfer.id)
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(PaymentTerms, PaymentTerms.subject_id == LedgerTransfer.subject_id)
        .where(PaymentTerms.mode == Mode.DIRECT, LedgerAccount.kind.in_(CASH))
        .distinct()
    )


def _shares() -> sa.Select[UUID]:
    shares = _total(Milestone.amount_minor, Milestone.subject_id == PaymentTerms.subject_id)
    return sa.select(PaymentTerms.id).where(shares != PaymentTerms.amount_minor)


def _payment_shares() -> sa.Select[UUID]:
    shares = _total(Milestone.amount_minor, Milestone.payment_id == Payment.id)
    return sa.select(Payment.id).where(shares != Payment.amount_minor)


def _receipts() -> sa.Select[UUID]:
    received = _total(TransferMatch.minor, TransferMatch.payment_id == Payment.id)
    return sa.select(Payment.id).where(Payment.mode == Mode.DIRECT, received != Payment.paid_minor)


def _matches() -> sa.Select[UUID]:
    matched = _total(TransferMatch.minor, TransferMatch.transfer_id == IncomingTransfer.id)
    wanted = sa.case((IncomingTransfer.state == TransferState.MATCHED, IncomingTransfer.amount_minor), else_=0)
    return sa.select(IncomingTransfer.id).where(matched != wanted)


def _obligations() -> sa.Select[UUID]:
    """Find payments whose memorandum entries do not say what is still owed: nothing once paid or cancelled."""
    owed = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransfer.payment_id == Payment.id, LedgerAccount.kind == AccountKind.OBLIGATION_PAYEE)
        .scalar_subquery()
    )
    outstanding = sa.case((Payment.state.in_(UNPAID), Payment.amount_minor - Payment.paid_minor), else_=0)
    return sa.select(Payment.id).where(Payment.mode == Mode.DIRECT, owed != outstanding)


def _states() -> sa.Select[UUID]:
    """Find milestones that say something else than their payment."""
    said = sa.case(*((Payment.state == state, sa.literal(str(shown))) for state, shown in MILESTONE_OF.items()))
    is_released = sa.and_(Payment.state == PaymentState.CAPTURED, Milestone.state == MilestoneState.RELEASED)
    shown = sa.cast(Milestone.state, sa.String)
    return sa.select(Milestone.id).join(Payment, Payment.id == Milestone.payment_id).where(shown != said, ~is_released)


def _held() -> sa.Select[UUID]:
    """Find subjects whose held account is not what was captured less what was released or refunded."""
    held = (
        sa.select(sa.func.coalesce(-sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.subject_id == Payment.subject_id, LedgerAccount.kind == AccountKind.HELD)
        .scalar_subquery()
    )
    released = _total(
        Milestone.amount_minor, Milestone.payment_id == Payment.id, Milestone.state == MilestoneState.RELEASED
    )
    return sa.select(Payment.id).where(Payment.mode == Mode.PROVIDER_HELD, held != Payment.paid_minor - released)


def _total(column: sa.SQLColumnExpression[int], *where: sa.ColumnElement[bool]) -> Sum:
    return sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where).scalar_subquery()


_CHECKS: Final[tuple[tuple[str, str, Callable[[], sa.Select[UUID]]], ...]] = (
    ("ledger_transfer", "does not balance", _unbalanced),
    ("ledger_transfer", "has no entries", _empty),
    ("ledger_entry", "is in another currency than its account", _foreign_currency),
    ("ledger_transfer", "moves cash of the city for a subject that is settled directly", _direct_cash),
    ("payment_terms", "milestones do not sum to the amount", _shares),
    ("payment", "milestones do not sum to the payment", _payment_shares),
    ("payment", "paid is not the sum of what was received", _receipts),
    ("incoming_transfer", "is not divided over payments exactly", _matches),
    ("payment", "obligations in the ledger are not what is outstanding", _obligations),
    ("milestone", "says something else than its payment", _states),
    ("payment", "the held account is not what was captured and not released", _held),
)
