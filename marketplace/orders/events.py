"""What happened to orders and their lines."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(Event):
    """News of one order."""

    order_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicesMissing(Event):
    """Lines that a company sold have waited too long for an official invoice."""

    company_id: UUID
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderEvent):
    """A buyer placed an order with a merchant."""

    buyer_id: UUID
    merchant_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(OrderEvent):
    """The merchant accepted the order; ``from_centre``: its goods lie in a distribution centre."""

    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSecured(OrderEvent):
    """The deposit is there, or nothing was due: stock is promised, space may be confirmed.

    ``by_courier`` says that it is a sample's, which no lorry carries; ``from_centre`` that its goods lie in a
    distribution centre.
    """

    by_courier: bool
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderEvent):
    """The order ended before its goods were handed over; ``reason`` is a code of ``rules.states.CancelReason``."""

    reason: str
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReadyDateSet(OrderEvent):
    """The merchant named the day on which goods made to order will be ready at the hub.

    ``departure_id`` is the lorry that he chose where the one booked is missed; None takes the next.
    """

    line_id: UUID
    ready_date: date
    departure_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReadyDateMoved(OrderEvent):
    """Goods made to order are ready later than was said; ``reason`` is a code of ``readiness.rules.SlipReason``."""

    line_id: UUID
    ready_date: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyDateAsked(OrderEvent):
    """The merchant is asked whether the day of a line stands."""

    line_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyDateUnanswered(OrderEvent):
    """Nobody said in time whether the day of a line stands."""

    line_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePackedAgain(OrderEvent):
    """The merchant packed a line otherwise before the hub saw any of it."""

    line_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDelivered(OrderEvent):
    """The consignee's side counted what came of a line: whole, damaged and never arrived."""

    line_id: UUID
    quantity: int
    damaged: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeProposed(Event):
    """A merchant proposed that placed orders are paid into another account of it; none is before the wait is over."""

    company_id: UUID
    payee_id: UUID
    change_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMoved(OrderEvent):
    """A claim was opened, answered, escalated or ended; ``act`` says which."""

    claim_id: UUID
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionMoved(OrderEvent):
    """An inspection was offered, ordered, reported or ended; ``act`` says which."""

    inspection_id: UUID
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMoved(OrderEvent):
    """A sample was ordered, sent, received, approved, refused, or ended otherwise; ``act`` says which."""

    sample_id: UUID
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMoved(OrderEvent):
    """Some quantity of a line reached another state, ``state`` being a ``rules.states.LineState``."""

    line_id: UUID
    state: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLessened(OrderEvent):
    """Units were taken off a line before they were packed; ``left`` of them are still to be brought."""

    line_id: UUID
    left: int
    from_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAdded(OrderEvent):
    """Both sides agreed to more of a line's goods: a line of their own, to ride on this departure."""

    line_id: UUID
    like_id: UUID
    departure_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReplaced(OrderEvent):
    """Goods are to come in the place of others: a line of their own, whose freight ``payer_id`` pays."""

    line_id: UUID
    like_id: UUID
    payer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAmended(OrderEvent):
    """What the two sides agreed is another contract now; ``of_payment`` when it is paid otherwise.

    Then ``of_purchase`` says whether that is the contract by which the trading company buys.
    """

    of_payment: bool = False
    of_purchase: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChangeMoved(OrderEvent):
    """A change was proposed, answered, withdrawn or lapsed; ``act`` says which."""

    change_id: UUID
    act: str
