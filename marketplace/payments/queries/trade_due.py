"""What lines of the operator's bank may be of its trading company: due, written down before, or owed back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.payments.models.bank import BankEntry, HousePart
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms, TransferMatch
from marketplace.payments.queries import house_parts, payouts, trading
from marketplace.payments.rules.house_money import TRADE, Purpose
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.paying import UNPAID, TransferState
from marketplace.payments.rules.terms import Mode
from marketplace.payments.rules.trading import AT_BANK

_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Meant:
    """What a line may be: its purpose and target, the signed amount, and the reference by which a payment is named.

    ``number`` is that of the account that a payment is to be paid into.
    """

    purpose: Purpose
    id: UUID
    name: str
    reference: str
    currency: str
    minor: int
    number: str = ""


def meant(session: Session, *, currencies: Collection[str]) -> tuple[Meant, ...]:
    """Return what is open between the trading company and its buyers in these currencies."""
    traders = trading.was_trading(session)
    if not traders:
        return ()
    due = session.scalars(
        sa.select(Payment)
        .where(Payment.mode == Mode.OPERATOR_SELLS, Payment.state.in_(UNPAID), Payment.currency.in_(currencies))
        .order_by(Payment.id.desc())
        .limit(_MOST)
    )
    found = [
        Meant(
            Purpose.SALE,
            row.id,
            row.reference,
            row.reference,
            row.currency,
            row.amount_minor - row.paid_minor,
            (row.payee_account or {}).get("account_number", ""),
        )
        for row in due
    ]
    told = sa.exists().where(
        HousePart.target_id == IncomingTransfer.id, HousePart.purpose == Purpose.SALE_RECEIPT, house_parts.counts()
    )
    written = session.scalars(
        sa.select(IncomingTransfer)
        .where(
            IncomingTransfer.payee_id.in_(traders),
            IncomingTransfer.state == TransferState.MATCHED,
            IncomingTransfer.house_entry_id.is_(None),
            IncomingTransfer.currency.in_(currencies),
            ~told,
        )
        .order_by(IncomingTransfer.id.desc())
        .limit(_MOST)
    )
    found += [Meant(Purpose.SALE_RECEIPT, row.id, row.reference, "", row.currency, row.amount_minor) for row in written]
    found += [
        Meant(Purpose.SALE_RETURN, row.id, str(row.amount), "", row.amount.currency, -row.amount.minor)
        for company_id in sorted(traders)
        for row in payouts.returns(session, company_id=company_id, is_lineless=True, limit=_MOST)
        if row.payee_id == company_id and row.amount.currency in currencies
    ]
    return tuple(found)


def names(session: Session, *, target_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return of what these payments, receipts and returns of the trading company are: the order's own number."""
    wanted = list(target_ids)
    of_payment = sa.and_(
        PaymentTerms.subject_kind == Payment.subject_kind, PaymentTerms.subject_id == Payment.subject_id
    )
    sold = (Payment.mode == Mode.OPERATOR_SELLS,)
    payments = sa.select(Payment.id, PaymentTerms.reference).join(PaymentTerms, of_payment)
    receipts = (
        sa.select(TransferMatch.transfer_id, PaymentTerms.reference)
        .join(Payment, Payment.id == TransferMatch.payment_id)
        .join(PaymentTerms, of_payment)
    )
    returns = sa.select(LedgerTransfer.id, PaymentTerms.reference).join(
        PaymentTerms,
        sa.and_(
            PaymentTerms.subject_kind == LedgerTransfer.subject_kind,
            PaymentTerms.subject_id == LedgerTransfer.subject_id,
        ),
    )
    found = sa.union_all(
        payments.where(Payment.id.in_(wanted), *sold),
        receipts.where(TransferMatch.transfer_id.in_(wanted), *sold),
        returns.where(
            LedgerTransfer.id.in_(wanted),
            LedgerTransfer.kind == TransferKind.RETURN_DUE,
            PaymentTerms.mode == Mode.OPERATOR_SELLS,
        ),
    )
    told: dict[UUID, str] = {}
    for target_id, reference in session.execute(found):
        told[target_id] = f"{told[target_id]}, {reference}" if target_id in told else reference
    return told


def without_line(session: Session, *, currency: str) -> int:
    """Return what the trading company received, less what it sent back, of which no line of the bank tells yet."""
    written = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(
            LedgerAccount.kind == AccountKind.SUSPENSE,
            LedgerAccount.currency == currency,
            LedgerTransfer.kind.in_(AT_BANK),
        )
    )
    # A part with a transfer of its own was booked on the bank itself before the statements began.
    signed = sa.case((HousePart.purpose == Purpose.SALE_RETURN, -HousePart.minor), else_=HousePart.minor)
    told = (
        sa.select(sa.func.coalesce(sa.func.sum(signed), 0))
        .join(BankEntry, BankEntry.id == HousePart.entry_id)
        .where(
            BankEntry.currency == currency,
            HousePart.purpose.in_(TRADE),
            HousePart.transfer_id.is_(None),
            house_parts.counts(),
        )
    )
    return int(session.scalars(written).one()) - int(session.scalars(told).one())


def receipt_by(session: Session, *, entry_id: UUID, payment_id: UUID) -> UUID:
    """Return the receipt that a line of the house's bank made for a payment, and that stands."""
    found = (
        sa.select(IncomingTransfer.id)
        .join(TransferMatch, TransferMatch.transfer_id == IncomingTransfer.id)
        .where(
            IncomingTransfer.house_entry_id == entry_id,
            IncomingTransfer.state == TransferState.MATCHED,
            TransferMatch.payment_id == payment_id,
        )
    )
    return session.scalars(found).one()


def tells_of(session: Session, *, transfer_id: UUID) -> bool:
    """Tell whether a line of the house's bank tells of a receipt of the trading company: it came, then."""
    said = sa.exists().where(IncomingTransfer.id == transfer_id, IncomingTransfer.house_entry_id.is_not(None))
    return bool(session.scalar(sa.select(said))) or house_parts.is_taken(session, transfer_id, Purpose.SALE_RECEIPT)


def sale_receipt(session: Session, *, transfer_id: UUID) -> IncomingTransfer | None:
    """Return a receipt of the trading company that was written down by hand and that no line tells of yet."""
    found = session.get(IncomingTransfer, transfer_id, with_for_update=True, populate_existing=True)
    if found is None or found.state is not TransferState.MATCHED or tells_of(session, transfer_id=transfer_id):
        return None
    sold = sa.exists().where(
        TransferMatch.transfer_id == transfer_id,
        TransferMatch.payment_id == Payment.id,
        Payment.mode == Mode.OPERATOR_SELLS,
    )
    return found if session.scalar(sa.select(sold)) else None


def sale_payer(session: Session, *, transfer_id: UUID) -> UUID:
    """Return who paid by a receipt of the trading company."""
    paid = sa.select(Payment.payer_id).join(TransferMatch, TransferMatch.payment_id == Payment.id)
    return session.scalars(paid.where(TransferMatch.transfer_id == transfer_id).limit(1)).one()


def is_booked_on_bank(session: Session, *, keys: Collection[str]) -> bool:
    """Tell whether entries of the trading company moved the bank itself, before its statements were imported."""
    found = (
        sa.select(LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(LedgerTransfer.key.in_(keys), LedgerAccount.kind == AccountKind.HOUSE_BANK)
    )
    return session.scalars(found).first() is not None
