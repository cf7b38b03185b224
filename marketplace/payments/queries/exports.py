"""The ledger for the books of a company, or of the whole city: ids, codes and amounts, nothing about people."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import plain
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer

COLUMNS: Final = (
    "id", "transfer_id", "at", "kind", "account_id", "account", "owner_id", "currency", "amount", "subject_kind",
    "subject_id", "payment_id",
)  # fmt: skip


def count(session: Session, *, company_id: UUID | None, since: datetime | None) -> int:
    """Count the entries on the accounts of a company, made since an instant."""
    return session.scalar(sa.select(sa.func.count()).select_from(_wanted(company_id, since).subquery())) or 0


def portion(
    session: Session, *, company_id: UUID | None, since: datetime | None, after: UUID | None, size: int
) -> list[tuple[UUID, dict[str, Any]]]:
    """Return the next entries in order of id, each as the values of a row; a debit is positive."""
    wanted = _wanted(company_id, since).order_by(LedgerEntry.id).limit(size)
    found = session.execute(wanted if after is None else wanted.where(LedgerEntry.id > after)).all()
    return [(row.id, _row(row)) for row in found]


def _wanted(company_id: UUID | None, since: datetime | None) -> sa.Select[*tuple[Any, ...]]:
    wanted = (
        sa.select(
            LedgerEntry.id,
            LedgerEntry.transfer_id,
            LedgerTransfer.at,
            LedgerTransfer.kind,
            LedgerEntry.account_id,
            LedgerAccount.kind.label("account"),
            LedgerAccount.owner_id,
            LedgerEntry.currency,
            LedgerEntry.minor.label("amount"),
            LedgerTransfer.subject_kind,
            LedgerTransfer.subject_id,
            LedgerTransfer.payment_id,
        )
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
    )
    if company_id is not None:
        wanted = wanted.where(LedgerAccount.owner_id == company_id)
    return wanted if since is None else wanted.where(LedgerTransfer.at >= since)


def _row(row: Any) -> dict[str, Any]:
    values = {name: plain(getattr(row, name)) for name in COLUMNS}
    return values | {"amount": f"{Money(row.amount, row.currency).amount:f}"}
