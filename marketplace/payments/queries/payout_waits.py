"""Released money that stays where it is, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.merchants import queries as merchants
from marketplace.merchants.queries import screening
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.remitting import ProviderAccount
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.payouts import RESERVING, SOURCES, Waits
from marketplace.payments.rules.remitting import AccountState


@dataclass(frozen=True, slots=True)
class PayoutWaitRow:
    """What was released to a company and stays, also what is promised to a payout that was not sent yet.

    Where an earlier payout is why, only what is not promised to it (``behind``, its reference).
    """

    account_id: UUID
    company_id: UUID
    source: AccountKind
    amount: Money
    reason: Waits
    until: datetime | None  # of an account that is held back
    behind: str | None


def is_stopped(company_id: Any) -> sa.ColumnElement[bool]:
    """Tell of a column of companies which are paid nothing now."""
    return sa.or_(screening.confirmed(company_id), merchants.suspended(company_id))


def stops(session: Session, *, company_ids: Collection[UUID]) -> dict[UUID, Waits]:
    """Return why companies are paid nothing now; the others are left out."""
    if not company_ids:
        return {}
    why = _why(Company.id)
    asked = sa.select(Company.id, why.label("why")).where(Company.id.in_(set(company_ids)), why.is_not(None))
    return {row.id: Waits(row.why) for row in session.execute(asked)}


def payout_waits(
    session: Session, *, company_id: UUID | None, cursor: str | None = None, now: datetime
) -> Page[PayoutWaitRow]:
    """Return what stays of a company's released money (None: of all), and why."""
    minor, why = sa.func.sum(LedgerEntry.minor), _why_of_account(now)
    promised = sa.func.coalesce(_open(sa.func.sum(Payout.amount_minor)), 0)
    stays = sa.case((why == str(Waits.EARLIER_PAYOUT), -minor - promised), else_=-minor)
    until = merchants.payee_held_until(LedgerAccount.owner_id, LedgerAccount.currency)
    found = (
        sa.select(
            LedgerAccount,
            stays.label("stays"),
            why.label("why"),
            until.label("until"),
            _open(sa.func.min(Payout.reference)).label("behind"),
        )
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind.in_(SOURCES), why.is_not(None))
        .group_by(LedgerAccount.id)
        .having(stays > 0)
        .order_by(LedgerAccount.id)
        .limit(PAGE + 1)
    )
    if company_id is not None:
        found = found.where(LedgerAccount.owner_id == company_id)
    if cursor:
        found = found.where(LedgerAccount.id > cursor_id(cursor))
    rows = [
        PayoutWaitRow(
            account_id=row.id,
            company_id=row.owner_id,
            source=row.kind,
            amount=Money(int(total), row.currency),
            reason=Waits(reason),
            until=held_until if reason == Waits.ACCOUNT_HELD else None,
            behind=behind if reason == Waits.EARLIER_PAYOUT else None,
        )
        for row, total, reason, held_until, behind in session.execute(found)
        if row.owner_id is not None
    ]
    return page_of(rows, PAGE, lambda row: (str(row.account_id),))


def _why(company_id: Any) -> sa.Case[str]:
    """Return why a company is paid nothing now, null for the others."""
    return sa.case(
        (screening.confirmed(company_id), str(Waits.SCREENING)),
        (merchants.suspended(company_id), str(Waits.SUSPENDED)),
        else_=None,
    )


def _open(wanted: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """Ask something of the payout that part of an account of the ledger is promised to; null without one."""
    return (
        sa.select(wanted)
        .where(
            Payout.company_id == LedgerAccount.owner_id,
            Payout.currency == LedgerAccount.currency,
            Payout.source == LedgerAccount.kind,
            Payout.state.in_(RESERVING),
        )
        .correlate(LedgerAccount)
        .scalar_subquery()
    )


def _why_of_account(now: datetime) -> sa.Case[str]:
    """Return why released money of an account of the ledger stays.

    Its company is stopped, or has no account, or a payout was made of it before.
    """
    company_id, currency = LedgerAccount.owner_id, LedgerAccount.currency
    by_transfer = sa.and_(
        LedgerAccount.kind != AccountKind.TRADE_PAYABLE,
        sa.exists().where(
            ProviderAccount.company_id == company_id,
            ProviderAccount.state == AccountState.ACTIVE,
            ProviderAccount.active_from <= now,
        ),
    )
    return sa.case(
        (screening.confirmed(company_id), str(Waits.SCREENING)),
        (merchants.suspended(company_id), str(Waits.SUSPENDED)),
        (
            sa.and_(~by_transfer, merchants.payee_held_until(company_id, currency).is_not(None)),
            str(Waits.ACCOUNT_HELD),
        ),
        (sa.and_(~by_transfer, ~merchants.payee_counts(company_id, currency)), str(Waits.NO_ACCOUNT)),
        (_open(sa.func.min(Payout.reference)).is_not(None), str(Waits.EARLIER_PAYOUT)),
        else_=None,
    )
