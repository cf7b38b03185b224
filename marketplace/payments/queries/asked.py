"""Read what the ledger has asked of those who owe: for checks of whoever charges them."""

import sqlalchemy as sa

from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.rules.ledger import AccountKind, TransferKind


def asked() -> sa.Subquery:
    """Return, by ``subject_id``, how many ``minor`` units fell due to its payee; a subject without any is missing."""
    return (
        sa.select(LedgerTransfer.subject_id, sa.func.sum(LedgerEntry.minor).label("minor"))
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransfer.kind == TransferKind.OBLIGATION_DUE)
        .where(LedgerAccount.kind == AccountKind.OBLIGATION_PAYEE)
        .group_by(LedgerTransfer.subject_id)
        .subquery()
    )
