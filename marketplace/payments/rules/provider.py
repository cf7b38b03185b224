"""The card provider as we need it: a port, what it shows us, and how it can fail. The adapter knows its library."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from marketplace.kernel.errors import Conflict, Unavailable
from marketplace.kernel.money import Money
from marketplace.payments.rules.local_methods import LocalMethod


class ProviderSilent(Unavailable):
    """The call may or may not have been done: read before sending again."""

    def __init__(self, code: str = "payment_unknown", **facts: Any) -> None:
        """Name the reason."""
        super().__init__(code, **facts)


class ProviderBusy(Unavailable):
    """The call was certainly not done: the provider turned it away."""

    def __init__(self, code: str = "payment_provider_busy", **facts: Any) -> None:
        """Name the reason."""
        super().__init__(code, **facts)


class ProviderBroke(ProviderSilent):
    """The provider failed and keeps that answer for the key: a new attempt needs a new key."""


class ProviderRefused(Conflict):
    """The provider's state does not allow the call; ``reason`` is its own code."""

    def __init__(self, reason: str, **facts: Any) -> None:
        """Keep the provider's code."""
        super().__init__("payment_provider_refused", reason=reason, **facts)


class IntentState(StrEnum):
    """The provider's view of a charge in our words."""

    WAITING = "waiting"  # for the buyer
    PROCESSING = "processing"  # the buyer did what he can: the bank answers later
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class ProviderRefundState(StrEnum):
    """The provider's view of a refund."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """One refund as the provider shows it; ``refund_id`` is ours, None for one made on the provider's own pages."""

    provider_id: str
    refund_id: UUID | None
    intent_id: str
    amount: Money
    state: ProviderRefundState


class ProviderDisputeState(StrEnum):
    """The provider's view of a dispute; an inquiry takes no money and only asks."""

    OPEN = "open"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # an inquiry that ended, or a dispute that was prevented


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A card holder's dispute as the provider shows it now, with what its bank took and gave back of it.

    ``fee`` is what the dispute cost in all, in the currency the provider settles in; None for an inquiry.
    """

    provider_id: str
    intent_id: str
    amount: Money
    reason: str
    state: ProviderDisputeState
    is_inquiry: bool
    due_by: datetime | None
    withdrawn: Money
    reinstated: Money
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is told the card's bank: texts of at most 5,000 characters, an empty one is not sent."""

    goods: str = ""
    carrier: str = ""
    waybill: str = ""
    handed_over: str = ""
    told: str = ""


class Slot(StrEnum):
    """What files are handed in as: one of each, so that what belongs together is bound together."""

    PAPERS = "papers"
    SHIPPING = "shipping"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored file that is shown the card's bank."""

    slot: Slot
    file_id: UUID


@dataclass(frozen=True, slots=True)
class IntentSeen:
    """One charge as the provider shows it now; ``charge_id`` is our row's id, from its metadata."""

    intent_id: str
    charge_id: UUID | None
    state: IntentState
    amount: Money
    captured: Money
    fee: Money | None = None  # what the provider kept, in the currency it settles in
    refunds: tuple[RefundSeen, ...] = ()
    disputes: tuple[DisputeSeen, ...] = ()
    page_url: str | None = None
    decline_code: str | None = None
    # Nobody can do anything on its page any more: a decline there is the end of it.
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """A company's account at the provider; ``receives`` once it is set up, ``due`` names what is still asked for."""

    provider_id: str
    company_id: UUID | None
    country: str
    receives: bool
    due: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReversalSeen:
    """A part of a transfer that was taken back; ``reversal_id`` is ours, None for one made on the provider's pages."""

    provider_id: str
    reversal_id: UUID | None
    amount: Money


@dataclass(frozen=True, slots=True)
class TransferSeen:
    """Money that was moved to a company's account; ``payout_id`` is our row's id."""

    provider_id: str
    payout_id: UUID | None
    amount: Money
    reversals: tuple[ReversalSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """What to move to a company's account; ``reference`` groups it at the provider, where it is found again."""

    payout_id: UUID
    reference: str
    amount: Money
    destination: str


class BookingKind(StrEnum):
    """What moved the provider's balance."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class BookingSeen:
    """One line of the provider's own books: signed minor units, and what it kept of it.

    ``settled`` is what its balance moved by, in ``fee_currency``, where it settles in another currency than that of
    what was booked, at ``rate``. ``source_id`` is the provider's id of what was booked, ``intent_id`` that of its
    charge, ``our_id`` our row's.
    """

    provider_id: str
    kind: BookingKind
    source_id: str | None
    intent_id: str | None
    our_id: UUID | None
    amount: int
    currency: str
    fee: int
    fee_currency: str
    created_at: datetime
    settled: int | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A payment page of the provider; ``intent_id`` is None until the buyer has paid or tried to."""

    page_id: str
    charge_id: UUID | None
    url: str | None
    is_open: bool
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """A notice: something about this object changed. What it says of the object is not used; it is read again."""

    event_id: str
    kind: str
    charge_id: UUID | None
    intent_id: str | None
    page_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to authorise; ``ids`` travel as metadata, ``charge_id`` finds it again, ``title`` is read by the buyer.

    With a local ``method`` it is charged at once instead.
    """

    charge_id: UUID
    amount: Money
    ids: dict[str, str]
    return_url: str | None
    title: str
    method: LocalMethod | None = None


class CardProvider(Protocol):
    """The port. Every call may raise ProviderSilent, ProviderBusy or ProviderRefused."""

    @property
    def page_origin(self) -> str:
        """Where its pages are, as schemes and hosts with blanks between; empty when the city itself serves them."""
        ...

    def local_methods(self, amount: Money) -> tuple[LocalMethod, ...]:
        """Return by which local methods an amount can be paid; nobody is asked."""
        ...

    def authorise(self, order: Order, *, payment_method: str, key: str) -> IntentSeen:
        """Reserve the amount on a payment method; a decline is an answer, not an error."""
        ...

    def open_page(self, order: Order, *, expires_at: datetime, key: str) -> PageSeen:
        """Open a page where the buyer enters a card, or pays by the local method of the order."""
        ...

    def close_page(self, page_id: str, *, key: str) -> PageSeen:
        """End a page that nobody shall pay on any more."""
        ...

    def capture(self, intent_id: str, *, key: str) -> IntentSeen:
        """Take the reserved amount."""
        ...

    def cancel(self, intent_id: str, *, key: str) -> IntentSeen:
        """Give the reserved amount back."""
        ...

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> RefundSeen:
        """Send captured money back to the card."""
        ...

    def look(self, intent_id: str) -> IntentSeen:
        """Read a charge with its refunds and fee."""
        ...

    def look_at_page(self, page_id: str) -> PageSeen:
        """Read a page."""
        ...

    def find(self, charge_id: UUID, *, since: datetime) -> IntentSeen | None:
        """Look a charge up by our id among those made since; None when the provider never made it."""
        ...

    def find_page(self, charge_id: UUID, *, since: datetime) -> PageSeen | None:
        """Look a page up by our id among those opened since."""
        ...

    def upload_evidence(self, content: bytes, *, name: str, key: str) -> str:
        """Hand a PDF over that evidence will name, and return its id there."""
        ...

    def answer_dispute(self, dispute_id: str, evidence: Evidence, *, files: Mapping[Slot, str], key: str) -> None:
        """Hand in evidence with the files it names, once: it cannot be changed afterwards."""
        ...

    def disputed_since(self, since: datetime) -> tuple[str, ...]:
        """Return the charges (their ids at the provider) that were disputed since."""
        ...

    def read_event(self, raw: bytes, signature: str) -> EventSeen:
        """Check the signature of a notice and read it; Malformed when it is not the provider's."""
        ...


class Remitter(Protocol):
    """The side of the provider that pays companies with accounts there. Every call may raise as the port above."""

    @property
    def country(self) -> str:
        """Return the country of the house's own account there (ISO 3166-1)."""
        ...

    def open_account(self, company_id: UUID, *, country: str, key: str) -> AccountSeen:
        """Make an account for a company; it receives nothing before it is set up on the provider's own page."""
        ...

    def find_account(self, company_id: UUID, *, since: datetime) -> AccountSeen | None:
        """Look an account up by our id among those made since."""
        ...

    def look_at_account(self, account_id: str) -> AccountSeen:
        """Read an account."""
        ...

    def setup_page(self, account_id: str, *, return_url: str) -> str:
        """Return the address of the page on which an account is set up; good for one visit, soon."""
        ...

    def transfer(self, order: Remittance, *, key: str) -> TransferSeen:
        """Move available money to a company's account."""
        ...

    def find_transfer(self, payout_id: UUID, *, reference: str) -> TransferSeen | None:
        """Look a transfer up by our id in its group; None when it was never made."""
        ...

    def look_at_transfer(self, transfer_id: str) -> TransferSeen:
        """Read a transfer with what was taken back of it."""
        ...

    def reverse(self, transfer_id: str, *, reversal_id: UUID, amount: Money, key: str) -> ReversalSeen:
        """Take a part of a transfer back; refused when the account has no longer so much."""
        ...

    def bookings(self, *, since: datetime, until: datetime) -> Iterator[BookingSeen]:
        """Read what moved the house's balance in this time, in whatever order."""
        ...
