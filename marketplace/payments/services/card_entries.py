"""What a card charge does to the books: each fact posted once, under a key of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.services import ledger


def capture(session: Session, *, charge: ChargeRow, now: datetime) -> None:
    """The provider has the money, and it is held for the subject."""
    clearing, held = _accounts(charge)
    ledger.post(
        session,
        kind=TransferKind.CARD_CAPTURED,
        key=f"card:{charge.id}:captured",
        entries=pair(clearing, held, charge.captured),
        subject=charge.subject,
        now=now,
    )


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


def _accounts(charge: ChargeRow) -> tuple[AccountRef, AccountRef]:
    currency = charge.amount.currency
    return (
        AccountRef(AccountKind.PROVIDER_CLEARING, None, currency),
        AccountRef(AccountKind.HELD, None, currency, charge.subject),
    )
