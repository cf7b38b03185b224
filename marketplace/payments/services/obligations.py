"""Memorandum entries: what two companies owe each other. None of it is the city's money, unless the operator sells:
then the books of its trading company move beside them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries.payouts import withdrawn_key
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import Standing
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.rules.trading import BOOKS, SURPLUS, Book
from marketplace.payments.services import ledger, trade_books


def subject_of(payment: Payment) -> Subject:
    """Return what a payment is for."""
    return Subject(payment.subject_kind, payment.subject_id)


def fell_due(session: Session, payment: Payment, *, now: datetime) -> None:
    """Note that the payer owes the payee the payment's amount."""
    _owe(session, payment, TransferKind.OBLIGATION_DUE, f"due:{payment.id}", _amount(payment), now)


def received(
    session: Session, payment: Payment, *, before: Standing, after: Standing, match_id: UUID, now: datetime
) -> None:
    """Note what a receipt changed: the debt paid, what banks kept, what came too much and is owed back."""
    paid = (after.paid - after.surplus) - (before.paid - before.surplus)
    charges = after.charges - before.charges
    surplus = after.surplus - before.surplus
    _owe(session, payment, TransferKind.OBLIGATION_PAID, paid_key(match_id), -paid, now)
    _owe(session, payment, TransferKind.OBLIGATION_CHARGES, charges_key(match_id), -charges, now)
    _owe_back(session, payment, surplus_key(match_id), surplus, now, book=SURPLUS)


def withdrawn(
    session: Session, payment: Payment, *, before: Standing, after: Standing, match_id: UUID, now: datetime
) -> None:
    """Note that a receipt never came: the payment stood so ``before`` it was withdrawn, and stands so ``after``."""
    paid = (after.paid - after.surplus) - (before.paid - before.surplus)
    charges = after.charges - before.charges
    surplus = after.surplus - before.surplus
    _owe(session, payment, TransferKind.OBLIGATION_PAID, f"unpaid:{match_id}", -paid, now, undoes=paid_key(match_id))
    _owe(session, payment, TransferKind.OBLIGATION_CHARGES, f"uncharged:{match_id}", -charges, now)
    kinds = (AccountKind.RETURN_PAYEE, AccountKind.RETURN_PAYER)
    came = surplus_key(match_id)
    _post(
        session,
        payment,
        TransferKind.RETURN_WITHDRAWN,
        withdrawn_key(came),
        kinds,
        -surplus,
        now,
        book=SURPLUS,
        undoes=came,
    )


def paid_key(match_id: UUID) -> str:
    """Return the ledger key of what a receipt paid."""
    return f"paid:{match_id}"


def surplus_key(match_id: UUID) -> str:
    """Return the ledger key of what a receipt brought too much."""
    return f"surplus:{match_id}"


def charges_key(match_id: UUID) -> str:
    """Return the ledger key of what banks kept of a receipt, or of what a later one made good of that."""
    return f"charges:{match_id}"


def cancelled(session: Session, payment: Payment, back: Money, *, now: datetime) -> None:
    """Note that nothing more is owed for a payment, and that so much of what came has to go back.

    A surplus, and what was let off after it was paid, is owed back already; what banks kept never reached the payee.
    """
    open_part = payment.amount_minor - payment.paid_minor - payment.charges_minor + payment.surplus_minor
    key = f"cancelled:{payment.id}"
    _owe(session, payment, TransferKind.OBLIGATION_CANCELLED, key, -Money(open_part, payment.currency), now)
    _owe_back(session, payment, f"return:{payment.id}", back, now)


def lowered(session: Session, payment: Payment, part: Money, *, cause_id: UUID, now: datetime) -> None:
    """Note that this much less is owed for a payment of which as much has not come."""
    key = f"lowered:{payment.id}:{cause_id}"
    _owe(session, payment, TransferKind.OBLIGATION_CANCELLED, key, -part, now)


def _owe(
    session: Session,
    payment: Payment,
    kind: TransferKind,
    key: str,
    amount: Money,
    now: datetime,
    *,
    undoes: str = "",
) -> None:
    """Raise (or, negative, lower) what the payer owes."""
    kinds = (AccountKind.OBLIGATION_PAYEE, AccountKind.OBLIGATION_PAYER)
    _post(session, payment, kind, key, kinds, amount, now, undoes=undoes)


def _owe_back(
    session: Session, payment: Payment, key: str, amount: Money, now: datetime, *, book: Book | None = None
) -> None:
    """Raise (or, negative, lower) what the payee owes back."""
    kinds = (AccountKind.RETURN_PAYEE, AccountKind.RETURN_PAYER)
    _post(session, payment, TransferKind.RETURN_DUE, key, kinds, -amount, now, book=book)


def _post(
    session: Session,
    payment: Payment,
    kind: TransferKind,
    key: str,
    accounts: tuple[AccountKind, AccountKind],
    amount: Money,
    now: datetime,
    *,
    book: Book | None = None,
    undoes: str = "",
) -> None:
    """Move an amount between the payee's account (debited) and the payer's (credited)."""
    if not amount:
        return
    subject = subject_of(payment)
    payee, payer = (
        AccountRef(account, owner, payment.currency, subject)
        for account, owner in zip(accounts, (payment.payee_id, payment.payer_id), strict=True)
    )
    ledger.post(
        session,
        kind=kind,
        key=key,
        entries=pair(payee, payer, amount),
        subject=subject,
        payment_id=payment.id,
        now=now,
    )
    if payment.mode is Mode.OPERATOR_SELLS:
        trade_books.post(
            session,
            book=book or BOOKS[kind],
            key=key,
            amount=amount,
            subject=subject,
            payment_id=payment.id,
            undoes=undoes,
            now=now,
        )


def _amount(payment: Payment) -> Money:
    return Money(payment.amount_minor, payment.currency)
