"""What happened to money, for those above. Ids, codes and amounts only."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.kernel.events import Event
from marketplace.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEvent(Event):
    """Something that happened to a card charge, once each, however often the provider says so."""

    key: str
    charge_id: UUID
    subject_kind: str
    subject_id: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAuthorised(CardEvent):
    """The amount is reserved on the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCaptured(CardEvent):
    """The amount was taken: the provider holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDeclined(CardEvent):
    """Nothing was reserved, for this reason."""

    decline_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCancelled(CardEvent):
    """The reservation is given back, or its page was closed unpaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRefunded(CardEvent):
    """This amount went back to the card."""

    refund_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRefundFailed(CardEvent):
    """The card's bank sent this refund back: the amount is with the provider again."""

    refund_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDisputeEvent(CardEvent):
    """Something that happened to a card holder's dispute about this amount of a charge."""

    dispute_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDisputeOpened(CardDisputeEvent):
    """A card's bank took the amount, or asks about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDisputeWon(CardDisputeEvent):
    """The card's bank gives the amount back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDisputeClosed(CardDisputeEvent):
    """An inquiry ended: nothing was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDisputeLost(CardDisputeEvent):
    """The amount stays with the card's holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvent(Event):
    """Something that happened to what fell due by one event; ``event`` is that milestone's name."""

    payment_id: UUID
    subject_kind: str
    subject_id: UUID
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFellDue(PaymentEvent):
    """A payer has something to pay by bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPaid(PaymentEvent):
    """The payee has the money of a payment by bank, or all but the bank charges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipHandedIn(PaymentEvent):
    """The payer shows that money is on its way: the payee looks at his account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipUnanswered(PaymentEvent):
    """The payee has said nothing about a slip in time: the operator asks both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipDisputed(PaymentEvent):
    """The payee says that the money of a slip has not come, or nobody said that it has: it is due again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptWithdrawn(PaymentEvent):
    """The payee had written down money that never came; ``unsettles`` when the payment was paid by it.

    Who did something because of that money refuses with Conflict ``receipt_counts``.
    """

    unsettles: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLapsed(PaymentEvent):
    """The time for a payment by bank is over and it is not paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditAsked(Event):
    """A buyer asks a merchant for credit."""

    credit_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDecided(Event):
    """A credit was granted, changed, declined or ended, by its merchant or by its silence."""

    credit_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingOffered(Event):
    """The operator offers a merchant to buy of it and sell on."""

    agreement_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerReminded(Event):
    """The payer of an overdue payment on credit is reminded; ``level`` counts from 1, the third is the final one."""

    payment_id: UUID
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceGranted(Event):
    """An amount was let off the price of a line for a cause, once each; a purchase follows its sale (``origin_id``)."""

    cause_id: UUID
    subject_kind: str
    subject_id: UUID
    line_id: UUID
    amount: Money
    why: str
    origin_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSent(Event):
    """Who owes something back says that it is sent: whoever is owed it has some days to say that it has not come."""

    return_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDenied(Event):
    """Who is owed something back says that what is said to be sent has not come: it is owed as before."""

    return_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMoneySentBack(Event):
    """What a provider still held goes back to the card at its limit: it stays agreed, and both sides settle it."""

    hold_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitedTooLong(Event):
    """A payout, a return of card money or a transfer still waits after its due moment; said once for each wait."""

    kind: str
    thing_id: UUID
