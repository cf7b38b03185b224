"""What waits for somebody until a moment, by the word that audit rows and events use for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.bank import BankEntry, SenderReturn
from marketplace.payments.models.cards import CardReturn
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.plans import IncomingTransfer, Payment
from marketplace.payments.models.remitting import WriteOff
from marketplace.payments.queries import payout_waits
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.payouts import PayoutState

Waiting = (
    type[Payout]
    | type[CardReturn]
    | type[IncomingTransfer]
    | type[BankEntry]
    | type[SenderReturn]
    | type[CardDispute]
    | type[CardHold]
    | type[WriteOff]
)
KINDS: Final[dict[str, Waiting]] = {
    "payout": Payout,
    "card_return": CardReturn,
    "transfer": IncomingTransfer,
    "bank_entry": BankEntry,
    "sender_return": SenderReturn,
    "card_dispute": CardDispute,
    "card_hold": CardHold,
    "receivable_write_off": WriteOff,
}


@dataclass(frozen=True, slots=True)
class WaitRow:
    """What waits; ``act_by`` is None once somebody acted, ``payee_id`` where the operator acts."""

    reference: str
    amount: Money
    state: str
    act_by: datetime | None
    payee_id: UUID | None


def waiting(session: Session, *, kind: str, thing_id: UUID) -> WaitRow:
    """Return how something stands that waited too long; a payment may be such a thing as well."""
    if kind == "payment":
        late = session.get_one(Payment, thing_id, populate_existing=True)
        due_at = late.due_at if late.state is PaymentState.OVERDUE else None
        amount = Money(late.amount_minor - late.paid_minor, late.currency)
        return WaitRow(late.reference, amount, str(late.state), act_by=due_at, payee_id=None)
    found = session.get_one(KINDS[kind], thing_id, populate_existing=True)
    return WaitRow(
        reference=found.reference,
        amount=Money(found.amount_minor, found.currency),
        state=str(found.state),
        act_by=found.act_by,
        payee_id=found.payee_id if isinstance(found, IncomingTransfer) else None,
    )


def late(session: Session, *, kind: str, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return what waits after its due moment and was not told yet, after this id, in order of id.

    A payout of a company that is stopped waits for whoever lifts that, and not for who approves payouts.
    """
    table = KINDS[kind]
    is_late = (table.act_by <= now, table.escalated_at.is_(None), table.id > after)
    found = sa.select(table.id).where(*is_late).order_by(table.id).limit(limit)
    if table is Payout:
        is_sent = Payout.state == PayoutState.SENT
        found = found.where(sa.or_(is_sent, ~payout_waits.is_stopped(Payout.company_id)))
    return tuple(session.scalars(found))


def is_overdue(table: Waiting, *, overdue: bool) -> sa.ColumnElement[bool]:
    """Tell what somebody was told of as waiting too long from the rest."""
    return table.escalated_at.is_not(None) if overdue else table.escalated_at.is_(None)


def by_hand(session: Session) -> int:
    """Count what only the operator's finance people settle: unanswered slips, overdue payments, returns to send,
    disputes to answer.
    """
    unanswered = sa.and_(Payment.state == PaymentState.SLIP_RECEIVED, Payment.escalated_at.is_not(None))
    counts = (
        sa.select(sa.func.count()).where(unanswered | (Payment.state == PaymentState.OVERDUE)),
        # One that goes to the card again waits for the card's bank, and for nobody here.
        sa.select(sa.func.count()).where(CardReturn.act_by.is_not(None)),
        sa.select(sa.func.count()).where(CardDispute.act_by.is_not(None)),
        sa.select(sa.func.count()).where(WriteOff.act_by.is_not(None)),
        sa.select(sa.func.count()).where(CardHold.escalated_at.is_not(None), CardHold.act_by.is_not(None)),
    )
    return sum(session.scalar(count) or 0 for count in counts)
