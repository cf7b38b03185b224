"""Accounts of companies at the provider, what companies owe, and reversals, as rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.remitting import PayoutReversal, ProviderAccount
from marketplace.payments.queries.ledger import AccountRow
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.remitting import AccountState, PayoutWay, ReversalState


@dataclass(frozen=True, slots=True)
class ProviderAccountRow:
    """A company's account at the provider; payouts go there from ``active_from`` on."""

    id: UUID
    company_id: UUID
    country: str
    provider_id: str | None
    state: AccountState
    due: int
    attempt: int
    active_from: datetime | None
    created_at: datetime
    changed_at: datetime

    def receives(self, now: datetime) -> bool:
        """Tell whether payouts go there."""
        return self.state is AccountState.ACTIVE and self.active_from is not None and self.active_from <= now


@dataclass(frozen=True, slots=True)
class ReversalRow:
    """A part of a transfer that shall come back."""

    id: UUID
    payout_id: UUID
    company_id: UUID
    amount: Money
    cause: str
    state: ReversalState
    reason: str | None
    attempt: int
    asked_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RemittanceRow:
    """A payout by transfer as the flow that sends it needs it."""

    id: UUID
    reference: str
    company_id: UUID
    amount: Money
    destination: str
    transfer_id: str | None
    state: PayoutState
    attempt: int
    asked_at: datetime | None


def account_of(session: Session, *, company_id: UUID) -> ProviderAccountRow | None:
    """Return a company's account at the provider, None before it asked for one."""
    found = session.scalars(sa.select(ProviderAccount).where(ProviderAccount.company_id == company_id)).one_or_none()
    return account_row(found) if found else None


def accounts_to_look_at(session: Session, *, before: datetime, limit: int = 100) -> tuple[ProviderAccountRow, ...]:
    """Return accounts that nobody has asked about since, longest not looked at first."""
    found = session.scalars(
        sa.select(ProviderAccount)
        .where(
            ProviderAccount.state != AccountState.STOPPED,
            sa.or_(ProviderAccount.looked_at.is_(None), ProviderAccount.looked_at <= before),
        )
        .order_by(ProviderAccount.looked_at.is_not(None), ProviderAccount.looked_at, ProviderAccount.id)
        .limit(limit)
    )
    return tuple(account_row(one) for one in found)


def reversals_of(session: Session, *, cause: str) -> tuple[ReversalRow, ...]:
    """Return the reversals of a cause that are due, oldest first."""
    found = session.scalars(
        sa.select(PayoutReversal)
        .where(PayoutReversal.cause == cause, PayoutReversal.state == ReversalState.DUE)
        .order_by(PayoutReversal.id)
    )
    return tuple(reversal_row(one) for one in found)


def unresolved_reversals(
    session: Session, *, before: datetime, unasked_before: datetime, limit: int = 100
) -> tuple[ReversalRow, ...]:
    """Return reversals that were asked for this long ago without an answer, and those that nobody asked for so long."""
    unasked = sa.and_(PayoutReversal.asked_at.is_(None), PayoutReversal.created_at <= unasked_before)
    found = session.scalars(
        sa.select(PayoutReversal)
        .where(PayoutReversal.state == ReversalState.DUE, sa.or_(PayoutReversal.asked_at <= before, unasked))
        .order_by(PayoutReversal.asked_at.is_not(None), PayoutReversal.asked_at, PayoutReversal.id)
        .limit(limit)
    )
    return tuple(reversal_row(one) for one in found)


def reversals(session: Session, *, company_id: UUID | None, cursor: str | None = None) -> Page[ReversalRow]:
    """Return what was asked back of a company (None: of all), newest first."""
    statement = sa.select(PayoutReversal).order_by(PayoutReversal.id.desc()).limit(PAGE + 1)
    if company_id is not None:
        statement = statement.where(PayoutReversal.company_id == company_id)
    if cursor:
        statement = statement.where(PayoutReversal.id < cursor_id(cursor))
    return page_of([reversal_row(one) for one in session.scalars(statement)], PAGE, lambda row: (str(row.id),))


def remittance(session: Session, *, payout_id: UUID) -> RemittanceRow:
    """Return a payout by transfer; NotFound for any other."""
    found = session.get(Payout, payout_id, populate_existing=True)
    if found is None or found.way is not PayoutWay.PROVIDER_TRANSFER:
        raise NotFound("payout")
    return remittance_row(found)


def unresolved_remittances(session: Session, *, before: datetime, limit: int = 100) -> tuple[RemittanceRow, ...]:
    """Return payouts by transfer that were asked for this long ago and have no answer."""
    found = session.scalars(
        sa.select(Payout)
        .where(
            Payout.state == PayoutState.SENT,
            Payout.way == PayoutWay.PROVIDER_TRANSFER,
            Payout.asked_at <= before,
        )
        .order_by(Payout.asked_at, Payout.id)
        .limit(limit)
    )
    return tuple(remittance_row(one) for one in found)


def receivables(session: Session, *, company_id: UUID | None, cursor: str | None = None) -> Page[AccountRow]:
    """Return what companies (None: all of them) owe of money that was paid out and had to go back."""
    minor = sa.func.sum(LedgerEntry.minor)
    found = (
        sa.select(LedgerAccount, minor.label("minor"))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.MERCHANT_RECEIVABLE)
        .group_by(LedgerAccount.id)
        .having(minor != 0)
        .order_by(LedgerAccount.id)
        .limit(PAGE + 1)
    )
    if company_id is not None:
        found = found.where(LedgerAccount.owner_id == company_id)
    if cursor:
        found = found.where(LedgerAccount.id > cursor_id(cursor))
    rows = [
        AccountRow(row.id, row.kind, row.owner_id, None, Money(int(total), row.currency))
        for row, total in session.execute(found)
    ]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def account_row(found: ProviderAccount) -> ProviderAccountRow:
    """Turn an entity into its row."""
    return ProviderAccountRow(
        id=found.id,
        company_id=found.company_id,
        country=found.country,
        provider_id=found.provider_id,
        state=found.state,
        due=found.due,
        attempt=found.attempt,
        active_from=found.active_from,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )


def reversal_row(found: PayoutReversal) -> ReversalRow:
    """Turn an entity into its row."""
    return ReversalRow(
        id=found.id,
        payout_id=found.payout_id,
        company_id=found.company_id,
        amount=Money(found.amount_minor, found.currency),
        cause=found.cause,
        state=found.state,
        reason=found.reason,
        attempt=found.attempt,
        asked_at=found.asked_at,
        created_at=found.created_at,
    )


def remittance_row(found: Payout) -> RemittanceRow:
    """Turn an entity into its row."""
    return RemittanceRow(
        id=found.id,
        reference=found.reference,
        company_id=found.company_id,
        amount=Money(found.amount_minor, found.currency),
        destination=found.destination or "",
        transfer_id=found.transfer_id,
        state=found.state,
        attempt=found.attempt,
        asked_at=found.asked_at,
    )
