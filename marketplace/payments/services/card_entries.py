"""What a card charge does to the books: each fact posted once, under a key of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef, Entry, TransferKind, pair, payable_of
from marketplace.payments.rules.terms import WHOLE, Mode
from marketplace.payments.services import ledger
from marketplace.payments.services.ledger import Posting
from marketplace.payments.services.terms import settlements
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def capture(session: Session, *, charge: ChargeRow, fee: Money | None, now: datetime) -> None:
    """The provider has the money, and it is held for the subject; its fee, where it has told it, is booked with it."""
    clearing, held = _accounts(charge)
    postings = [
        Posting(
            kind=TransferKind.CARD_CAPTURED,
            key=f"card:{charge.id}:captured",
            entries=pair(clearing, held, charge.captured),
        )
    ]
    if fee:
        postings.append(_kept(session, charge, fee))
    ledger.post_all(session, postings=postings, subject=charge.subject, now=now)


def refund(session: Session, *, charge: ChargeRow, refund_id: UUID, amount: Money, now: datetime) -> None:
    """The provider has sent money back to the card, out of what is held for the subject."""
    clearing, held = _accounts(charge)
    ledger.post(
        session,
        kind=TransferKind.CARD_REFUNDED,
        key=f"card_refund:{refund_id}:done",
        entries=pair(held, clearing, amount),
        subject=charge.subject,
        now=now,
    )


def refund_failed(session: Session, *, charge: ChargeRow, refund_id: UUID, amount: Money, now: datetime) -> None:
    """The card's bank sent a refund back: the money is held for the subject again."""
    clearing, held = _accounts(charge)
    ledger.post(
        session,
        kind=TransferKind.CARD_REFUNDED,
        key=f"card_refund:{refund_id}:failed",
        entries=pair(clearing, held, amount),
        subject=charge.subject,
        now=now,
    )


def returned(
    session: Session, *, charge: ChargeRow, return_id: UUID, attempt: int, amount: Money, now: datetime
) -> None:
    """The provider's bank has sent held money back to its payer, because the card did not take it."""
    clearing, held = _accounts(charge)
    ledger.post(
        session,
        kind=TransferKind.CARD_RETURNED,
        key=returned_key(return_id, attempt),
        entries=pair(held, clearing, amount),
        subject=charge.subject,
        now=now,
    )


def bounced(
    session: Session, *, charge: ChargeRow, return_id: UUID, attempt: int, amount: Money, now: datetime
) -> None:
    """The money that the provider's bank sent came back to it: it is held for the subject again."""
    clearing, held = _accounts(charge)
    ledger.post(
        session,
        kind=TransferKind.CARD_RETURNED,
        key=f"{returned_key(return_id, attempt)}:bounced",
        entries=pair(clearing, held, amount),
        subject=charge.subject,
        now=now,
    )


def returned_key(return_id: UUID, attempt: int) -> str:
    """Return the ledger key under which a return leaves by bank: once in each attempt."""
    return f"card_return:{return_id}" if attempt == 1 else f"card_return:{return_id}:{attempt}"


def fee(session: Session, *, charge: ChargeRow, fee: Money, now: datetime) -> None:
    """The provider has kept its fee, which it tells after the capture."""
    if fee:
        ledger.post_all(session, postings=[_kept(session, charge, fee)], subject=charge.subject, now=now)


def _kept(session: Session, charge: ChargeRow, fee: Money) -> Posting:
    """Return how a fee is booked: the house's expense, but for the share that the payee was told to bear.

    The share is that of the day on which the terms were agreed. A fee in another currency than the terms' is the
    house's alone: nobody agreed to a rate.
    """
    terms = next((one for one in settlements(session, [charge.subject]) if one.subject == charge.subject), None)
    borne = Money.zero(fee.currency)
    # Who sells itself bears what its charge costs.
    if terms is not None and terms.currency == fee.currency and terms.mode is not Mode.OPERATOR_SELLS:
        share = reference.setting(session, Setting.PROVIDER_FEE_PAYEE_BASIS_POINTS, at=terms.created_at)
        borne = fee.portion(min(share, WHOLE), WHOLE)
    entries: list[Entry] = [(AccountRef(AccountKind.PROVIDER_CLEARING, None, fee.currency), -fee)]
    if fee - borne:
        entries.append((AccountRef(AccountKind.PROVIDER_FEES, None, fee.currency), fee - borne))
    if terms is not None and borne:
        payable = payable_of(charge.subject, mode=terms.mode, payee_id=terms.payee_id, currency=fee.currency)
        entries.append((payable, borne))
    return Posting(kind=TransferKind.PROVIDER_FEE, key=f"card:{charge.id}:fee", entries=entries)


def _accounts(charge: ChargeRow) -> tuple[AccountRef, AccountRef]:
    currency = charge.amount.currency
    return (
        AccountRef(AccountKind.PROVIDER_CLEARING, None, currency),
        AccountRef(AccountKind.HELD, None, currency, charge.subject),
    )
