"""The commission of a merchant, entry by entry: what was charged on what, its tax, and how it was settled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import CommissionCharge, LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.queries.between import LONGEST, too_long
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.terms import Subject, SubjectKind

_EARNED: Final = (AccountKind.COMMISSION_INCOME, AccountKind.COMMISSION_VAT)


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """One transfer: commission and its tax, and what settled either: a payment, or a release that kept them back.

    ``base`` and ``line_id`` are None for payments, and for charges of before they were written down.
    """

    transfer_id: UUID
    at: datetime
    kind: TransferKind
    subject: Subject | None
    reference: str
    line_id: UUID | None
    base: Money | None
    rate_bp: int | None
    commission: Money
    vat: Money
    settled: Money


@dataclass(frozen=True, slots=True)
class Commissions:
    """A merchant's commission account over a period: ``closing = opening + Σ (commission + vat - settled)``."""

    opening: Money
    rows: tuple[CommissionRow, ...]
    closing: Money


def merchants(session: Session, *, company_id: UUID | None = None) -> tuple[tuple[UUID, str], ...]:
    """Return the companies that owe or owed commission, with the currency, all of them or this one."""
    statement = (
        sa.select(PaymentTerms.payee_id, PaymentTerms.currency)
        .where(PaymentTerms.subject_kind == SubjectKind.ORDER, PaymentTerms.commission_bp > 0)
        .distinct()
        .order_by(PaymentTerms.payee_id, PaymentTerms.currency)
    )
    if company_id is not None:
        statement = statement.where(PaymentTerms.payee_id == company_id)
    return tuple((row.payee_id, row.currency) for row in session.execute(statement))


def commissions(session: Session, *, company_id: UUID, currency: str, since: datetime, until: datetime) -> Commissions:
    """Return the commission account of a merchant, up to, not including, ``until``.

    Refused for a period with more than 5,000 entries.
    """
    billed = sa.and_(LedgerAccount.kind == AccountKind.COMMISSION_RECEIVABLE, LedgerAccount.owner_id == company_id)
    earned = sa.and_(LedgerAccount.kind.in_(_EARNED), PaymentTerms.payee_id == company_id)
    found = session.execute(
        sa.select(
            LedgerTransfer.id,
            LedgerTransfer.at,
            LedgerTransfer.kind,
            LedgerTransfer.subject_kind,
            LedgerTransfer.subject_id,
            PaymentTerms.reference,
            PaymentTerms.commission_bp,
            CommissionCharge.line_id,
            CommissionCharge.base_minor,
            LedgerAccount.kind.label("account"),
            LedgerEntry.minor,
        )
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .outerjoin(
            PaymentTerms,
            sa.and_(
                PaymentTerms.subject_id == LedgerTransfer.subject_id,
                PaymentTerms.subject_kind == LedgerTransfer.subject_kind,
            ),
        )
        .outerjoin(CommissionCharge, CommissionCharge.transfer_id == LedgerTransfer.id)
        .where(
            LedgerAccount.currency == currency,
            sa.or_(billed, earned),
            LedgerTransfer.at >= since,
            LedgerTransfer.at < until,
        )
        .order_by(LedgerTransfer.at, LedgerTransfer.id)
        .limit(3 * LONGEST + 1)
    ).all()
    grouped: dict[UUID, list[Any]] = {}
    for row in found:
        grouped.setdefault(row.id, []).append(row)
    if len(grouped) > LONGEST or len(found) > 3 * LONGEST:
        raise too_long()
    rows = tuple(_row(entries, currency) for entries in grouped.values())
    return Commissions(
        _balance(session, company_id, currency, since), rows, _balance(session, company_id, currency, until)
    )


def breaches(session: Session) -> list[Breach]:
    """Return the charges that do not say what their transfer posted."""
    return _PROMISES.breaches(session)


def _posted(kind: AccountKind) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(-LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.transfer_id == CommissionCharge.transfer_id, LedgerAccount.kind == kind)
        .scalar_subquery()
    )


def _misposted() -> sa.Select[UUID]:
    wrong = sa.or_(
        CommissionCharge.commission_minor != _posted(AccountKind.COMMISSION_INCOME),
        CommissionCharge.vat_minor != _posted(AccountKind.COMMISSION_VAT),
    )
    return sa.select(CommissionCharge.transfer_id).where(wrong)


_PROMISES: Final = Promises(
    "1 money", Promise("ledger_transfer", "charged another commission or tax than it posted", _misposted)
)


def _balance(session: Session, company_id: UUID, currency: str, until: datetime) -> Money:
    total = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(
            LedgerAccount.kind == AccountKind.COMMISSION_RECEIVABLE,
            LedgerAccount.owner_id == company_id,
            LedgerAccount.currency == currency,
            LedgerTransfer.at < until,
        )
    )
    return Money(int(session.scalars(total).one()), currency)


def _row(entries: list[Any], currency: str) -> CommissionRow:
    """Read a transfer: its entries on income and tax are what was charged; what is not receivable is settled."""

    def total(kind: AccountKind) -> Money:
        return Money(sum(row.minor for row in entries if row.account is kind), currency)

    first = entries[0]
    commission, vat = -total(AccountKind.COMMISSION_INCOME), -total(AccountKind.COMMISSION_VAT)
    is_charge = bool(commission or vat)
    return CommissionRow(
        transfer_id=first.id,
        at=first.at,
        kind=first.kind,
        subject=Subject(first.subject_kind, first.subject_id) if first.subject_kind else None,
        reference=first.reference or "",
        line_id=first.line_id,
        base=None if first.base_minor is None else Money(first.base_minor, currency),
        rate_bp=first.commission_bp if is_charge else None,
        commission=commission,
        vat=vat,
        settled=commission + vat - total(AccountKind.COMMISSION_RECEIVABLE),
    )
