"""The card provider as we need it: a port, what it shows us, and how it can fail. The adapter knows its library."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from marketplace.kernel.errors import Conflict, Unavailable
from marketplace.kernel.money import Money


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

    WAITING = "waiting"  # for the buyer, or still processing
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
    page_url: str | None = None
    decline_code: str | None = None


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
    """What to authorise; ``ids`` travel as metadata, ``charge_id`` finds it again, ``title`` is read by the buyer."""

    charge_id: UUID
    amount: Money
    ids: dict[str, str]
    return_url: str | None
    title: str


class CardProvider(Protocol):
    """The port. Every call may raise ProviderSilent, ProviderBusy or ProviderRefused."""

    @property
    def page_origin(self) -> str:
        """Where its payment pages are, as scheme and host; empty when the city itself serves them."""
        ...

    def authorise(self, order: Order, *, payment_method: str, key: str) -> IntentSeen:
        """Reserve the amount on a payment method; a decline is an answer, not an error."""
        ...

    def open_page(self, order: Order, *, expires_at: datetime, key: str) -> PageSeen:
        """Open a page where the buyer enters a card."""
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

    def read_event(self, raw: bytes, signature: str) -> EventSeen:
        """Check the signature of a notice and read it; Malformed when it is not the provider's."""
        ...
