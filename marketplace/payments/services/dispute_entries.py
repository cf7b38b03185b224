"""What a dispute does to the books: each fact posted once, under a key of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef, Entry, TransferKind, pair
from marketplace.payments.services import ledger


def withdrawn(session: Session, *, charge: ChargeRow, dispute_id: UUID, amount: Money, now: datetime) -> None:
    """The card's bank has taken the disputed money from the provider's balance, until it decides."""
    clearing, disputed = _accounts(charge, amount.currency)
    ledger.post(
        session,
        kind=TransferKind.DISPUTE_WITHDRAWN,
        key=withdrawn_key(dispute_id),
        entries=pair(disputed, clearing, amount),
        subject=charge.subject,
        now=now,
    )


def reinstated(session: Session, *, charge: ChargeRow, dispute_id: UUID, amount: Money, now: datetime) -> None:
    """The card's bank has given the disputed money back."""
    clearing, disputed = _accounts(charge, amount.currency)
    ledger.post(
        session,
        kind=TransferKind.DISPUTE_REINSTATED,
        key=reinstated_key(dispute_id),
        entries=pair(clearing, disputed, amount),
        subject=charge.subject,
        now=now,
    )


def fee(session: Session, *, charge: ChargeRow, dispute_id: UUID, before: Money, fee: Money, now: datetime) -> None:
    """The provider has kept this much for a dispute in all; what is new of it is the house's expense."""
    more = fee - before
    if not more:
        return
    clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, fee.currency)
    cost = AccountRef(AccountKind.PROVIDER_FEES, None, fee.currency)
    ledger.post(
        session,
        kind=TransferKind.DISPUTE_FEE,
        key=f"dispute:{dispute_id}:fee:{fee.minor}",
        entries=pair(cost, clearing, more),
        subject=charge.subject,
        now=now,
    )


def lost(session: Session, *, charge: ChargeRow, dispute_id: UUID, taken: Money, borne: Money, now: datetime) -> None:
    """The disputed money does not come back: it was the subject's as far as taken, the rest is the house's loss."""
    _clearing, disputed = _accounts(charge, taken.currency)
    entries: list[Entry] = [(disputed, -(taken + borne))]
    if taken:
        entries.append((AccountRef(AccountKind.HELD, None, taken.currency, charge.subject), taken))
    if borne:
        entries.append((AccountRef(AccountKind.DISPUTE_LOSSES, None, borne.currency), borne))
    ledger.post(
        session,
        kind=TransferKind.DISPUTE_LOST,
        key=f"dispute:{dispute_id}:lost",
        entries=entries,
        subject=charge.subject,
        now=now,
    )


def covered(session: Session, *, charge: ChargeRow, dispute_id: UUID, by: UUID, amount: Money, now: datetime) -> None:
    """What the house bore is the subject's after all: ``by``, a refund that failed, left so much of it held."""
    ledger.post(
        session,
        kind=TransferKind.DISPUTE_LOST,
        key=f"dispute:{dispute_id}:covered:{by}",
        entries=[
            (AccountRef(AccountKind.HELD, None, amount.currency, charge.subject), amount),
            (AccountRef(AccountKind.DISPUTE_LOSSES, None, amount.currency), -amount),
        ],
        subject=charge.subject,
        now=now,
    )


def withdrawn_key(dispute_id: UUID) -> str:
    """Return the ledger key under which a dispute's money is taken: once."""
    return f"dispute:{dispute_id}:withdrawn"


def reinstated_key(dispute_id: UUID) -> str:
    """Return the ledger key under which a dispute's money comes back: once."""
    return f"dispute:{dispute_id}:reinstated"


def _accounts(charge: ChargeRow, currency: str) -> tuple[AccountRef, AccountRef]:
    return (
        AccountRef(AccountKind.PROVIDER_CLEARING, None, currency),
        AccountRef(AccountKind.DISPUTED, None, currency, charge.subject),
    )
