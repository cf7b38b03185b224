"""The trading company's own books beside what it and its buyers owe each other: sold, received, owed back, refunded.

Where the operator's statements are imported they alone move its bank's account: what is received or refunded waits for
its line there.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.queries import bank
from marketplace.payments.rules.ledger import AccountKind, AccountRef, pair
from marketplace.payments.rules.terms import Subject
from marketplace.payments.rules.trading import Book
from marketplace.payments.services import ledger


def key_of(memo_key: str) -> str:
    """Return the ledger key of what goes beside a memorandum entry."""
    return f"trade:{memo_key}"


def post(
    session: Session,
    *,
    book: Book,
    key: str,
    amount: Money,
    subject: Subject,
    payment_id: UUID | None = None,
    undoes: str = "",
    now: datetime,
) -> None:
    """Write what goes beside the memorandum entry of this key; ``undoes`` is the key of one that never was.

    The amount is positive for what raises a debt or lowers what is owed back.
    """
    currency = amount.currency
    debit = AccountRef(book.debit, None, currency, subject)
    if book.credit is None:
        credit = AccountRef(_at_bank(session, currency, undoes), None, currency)
    elif book.credit is AccountKind.BANK_CHARGES:
        credit = AccountRef(book.credit, None, currency)
    else:
        credit = AccountRef(book.credit, None, currency, subject)
    ledger.post(
        session,
        kind=book.kind,
        key=key_of(key),
        entries=pair(debit, credit, amount),
        subject=subject,
        payment_id=payment_id,
        now=now,
    )


def _at_bank(session: Session, currency: str, undoes: str) -> AccountKind:
    """Return what stands for the bank: what is undone goes back to where it was booked.

    What was booked on the bank itself before its statements began is part of what the books began with there.
    """
    reads = bank.reads_statements(session, currency=currency)
    if undoes:
        before = (
            sa.select(LedgerAccount.kind)
            .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
            .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
            .where(
                LedgerTransfer.key == key_of(undoes),
                LedgerAccount.kind.in_((AccountKind.SUSPENSE, AccountKind.HOUSE_BANK)),
            )
        )
        was = session.scalars(before).one()
        return AccountKind.OPENING_BALANCE if reads and was is AccountKind.HOUSE_BANK else was
    return AccountKind.SUSPENSE if reads else AccountKind.HOUSE_BANK
