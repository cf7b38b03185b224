"""What one person alone may do with one company's money within seven days: less than the four-eyes threshold in all.

A second person would see a large amount once; many small ones are the same money.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.payments.models.bank import HousePart
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, ReturnNotice
from marketplace.payments.models.payouts import CommissionReceipt, CommissionWithdrawal, Payout
from marketplace.payments.models.plans import IncomingTransfer, Payment, TransferMatch
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.queries.tolerance import equivalent
from marketplace.payments.rules.ledger import AccountKind, AccountRef
from marketplace.payments.rules.paying import TransferState
from marketplace.payments.rules.payouts import PayoutState, approvals_needed
from marketplace.payments.rules.terms import Mode
from marketplace.reference.rules import Setting

_WEEK: Final = timedelta(days=7)


def approvals_of(session: Session, *, company_id: UUID, amount: Money, now: datetime) -> int:
    """Return how many people a payout needs, together with what one person alone let go to its company lately."""
    lately = sa.select(sa.func.coalesce(sa.func.sum(Payout.amount_minor), 0)).where(
        Payout.company_id == company_id,
        Payout.currency == amount.currency,
        Payout.approvals_needed == 1,
        Payout.state.not_in((PayoutState.FAILED, PayoutState.RETURNED)),
        Payout.created_at > now - _WEEK,
    )
    return approvals_needed(amount + _sum(session, lately, amount.currency), _threshold(session, amount.currency, now))


def approvals_of_return(session: Session, *, row: ReturnRow, now: datetime) -> int:
    """Return how many people must have read at the bank that a buyer was sent this back; with what one alone said."""
    lately = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(ReturnNotice, ReturnNotice.return_id == LedgerEntry.transfer_id)
        .where(
            LedgerAccount.kind == AccountKind.RETURN_PAYEE,
            LedgerAccount.owner_id == row.payee_id,
            LedgerEntry.currency == row.amount.currency,
            LedgerEntry.transfer_id != row.id,
            LedgerEntry.transfer_id.in_(_owed_to(row.payer_id)),
            ReturnNotice.booked_on.is_not(None),
            ReturnNotice.second_by.is_(None),
            ReturnNotice.at > now - _WEEK,
        )
    )
    said = abs(_sum(session, lately, row.amount.currency).minor)
    every = row.amount + Money(said, row.amount.currency)
    return approvals_needed(every, _threshold(session, row.amount.currency, now))


def check_commission(session: Session, *, account: AccountRef, amount: Money, now: datetime) -> None:
    """Refuse commission by hand (Conflict ``hand_limit``) that makes too much of its company's within seven days."""
    lately = (
        sa.select(sa.func.coalesce(-sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(CommissionReceipt, CommissionReceipt.transfer_id == LedgerEntry.transfer_id)
        .where(
            LedgerAccount.key == account.key,
            CommissionReceipt.at > now - _WEEK,
            ~sa.exists().where(HousePart.transfer_id == CommissionReceipt.transfer_id),
            ~sa.exists().where(CommissionWithdrawal.receipt_id == CommissionReceipt.transfer_id),
        )
    )
    _check(session, amount + _sum(session, lately, amount.currency), now)


def check_sale(session: Session, payment: Payment, *, amount: Money, now: datetime) -> None:
    """Refuse a receipt of the trading company by hand (Conflict ``hand_limit``) likewise; of its buyer's other ones."""
    lately = (
        sa.select(sa.func.coalesce(sa.func.sum(TransferMatch.minor), 0))
        .join(IncomingTransfer, IncomingTransfer.id == TransferMatch.transfer_id)
        .join(Payment, Payment.id == TransferMatch.payment_id)
        .where(
            Payment.payer_id == payment.payer_id,
            Payment.mode == Mode.OPERATOR_SELLS,
            Payment.currency == amount.currency,
            IncomingTransfer.state != TransferState.WITHDRAWN,
            IncomingTransfer.house_entry_id.is_(None),
            TransferMatch.at > now - _WEEK,
        )
    )
    _check(session, amount + _sum(session, lately, amount.currency), now)


def _check(session: Session, amount: Money, now: datetime) -> None:
    threshold = _threshold(session, amount.currency, now)
    if approvals_needed(amount, threshold) > 1:
        raise Conflict("hand_limit", threshold=str(threshold or Money.zero(amount.currency)))


def _owed_to(company_id: UUID) -> sa.Select[UUID]:
    """Return the transfers by which something came to be owed back to a company."""
    return (
        sa.select(LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerAccount.kind == AccountKind.RETURN_PAYER, LedgerAccount.owner_id == company_id)
    )


def _threshold(session: Session, currency: str, now: datetime) -> Money | None:
    return equivalent(session, Setting.FOUR_EYES_THRESHOLD, currency=currency, at=now)


def _sum(session: Session, wanted: sa.Select[int], currency: str) -> Money:
    return Money(int(session.scalars(wanted).one()), currency)
