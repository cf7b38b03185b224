"""The card provider on the real ``stripe`` library, against Stripe or against the double in this process.

The one module of payments that imports stripe. Its errors become ours here, its objects become rows, and its
parameters are built nowhere else. Source: https://docs.stripe.com/api (version pinned below).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import stripe

from marketplace.kernel.errors import Malformed
from marketplace.kernel.money import Money
from marketplace.payments.rules.provider import (
    EventSeen,
    IntentSeen,
    IntentState,
    Order,
    PageSeen,
    ProviderBroke,
    ProviderBusy,
    ProviderRefundState,
    ProviderRefused,
    ProviderSilent,
    RefundSeen,
)
from marketplace.payments.rules.provider_amounts import from_provider, to_provider

# Also that of the webhook endpoint: an event of another version is refused.
API_VERSION: Final = "2026-10-28.endive"
PAGES: Final = "https://checkout.stripe.com"
# Our names among the metadata.
CHARGE: Final = "city_charge"
REFUND: Final = "city_refund"

_STATES: Final = {
    "requires_payment_method": IntentState.WAITING,
    "requires_confirmation": IntentState.WAITING,
    "requires_action": IntentState.WAITING,
    "processing": IntentState.WAITING,
    "requires_capture": IntentState.AUTHORISED,
    "succeeded": IntentState.CAPTURED,
    "canceled": IntentState.CANCELLED,
}
_REFUND_STATES: Final = {
    "pending": ProviderRefundState.PENDING,
    "requires_action": ProviderRefundState.PENDING,
    "succeeded": ProviderRefundState.DONE,
    "failed": ProviderRefundState.FAILED,
    "canceled": ProviderRefundState.FAILED,
}
_EXPAND: Final = ["latest_charge.balance_transaction"]


class StripeGateway:
    """The adapter of the port ``rules.provider.CardProvider``."""

    def __init__(self, client: stripe.StripeClient, *, webhook_secret: str, page_origin: str) -> None:
        """Take a client that is set up; the secret is that of the webhook endpoint."""
        self._client = client
        self._secret = webhook_secret
        self._page_origin = page_origin

    @property
    def page_origin(self) -> str:
        """Where its payment pages are, as scheme and host; empty when the city itself serves them."""
        return self._page_origin

    def authorise(self, order: Order, *, payment_method: str, key: str) -> IntentSeen:
        """Reserve the amount on a payment method; a decline is an answer, not an error."""
        units, currency = to_provider(order.amount)
        asked: dict[str, Any] = {
            "amount": units,
            "currency": currency,
            "capture_method": "manual",
            "confirm": True,
            "payment_method": payment_method,
            "metadata": _metadata(order),
            "expand": _EXPAND,
        }
        if order.return_url:
            asked |= {"automatic_payment_methods": {"enabled": True}, "return_url": order.return_url}
        else:
            # Nobody could be sent to a bank's challenge: asked for one, the card counts as declined.
            never = {"enabled": True, "allow_redirects": "never"}
            asked |= {"automatic_payment_methods": never, "error_on_requires_action": True}
        try:
            with _our_errors():
                return _intent(self._client.v1.payment_intents.create(asked, {"idempotency_key": key}))  # type: ignore[arg-type]
        except _Declined as declined:
            return declined.seen

    def open_page(self, order: Order, *, expires_at: datetime, key: str) -> PageSeen:
        """Open a page where the buyer enters a card."""
        units, currency = to_provider(order.amount)
        metadata = _metadata(order)
        price = {"currency": currency, "unit_amount": units, "product_data": {"name": order.title}}
        asked: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "client_reference_id": str(order.charge_id),
            "metadata": metadata,
            "payment_intent_data": {"capture_method": "manual", "metadata": metadata},
            "success_url": order.return_url,
            "cancel_url": order.return_url and f"{order.return_url}?left=1",
            "expires_at": int(expires_at.timestamp()),
        }
        with _our_errors():
            return _page(self._client.v1.checkout.sessions.create(asked, {"idempotency_key": key}))  # type: ignore[arg-type]

    def close_page(self, page_id: str, *, key: str) -> PageSeen:
        """End a page that nobody shall pay on any more."""
        with _our_errors():
            return _page(self._client.v1.checkout.sessions.expire(page_id, {}, {"idempotency_key": key}))

    def capture(self, intent_id: str, *, key: str) -> IntentSeen:
        """Take the reserved amount."""
        with _our_errors():
            done = self._client.v1.payment_intents.capture(intent_id, {"expand": _EXPAND}, {"idempotency_key": key})
            return _intent(done)

    def cancel(self, intent_id: str, *, key: str) -> IntentSeen:
        """Give the reserved amount back."""
        with _our_errors():
            return _intent(self._client.v1.payment_intents.cancel(intent_id, {}, {"idempotency_key": key}))

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> RefundSeen:
        """Send captured money back to the card."""
        asked: Any = {
            "payment_intent": intent_id,
            "amount": to_provider(amount)[0],
            "metadata": {REFUND: str(refund_id)},
        }
        with _our_errors():
            return _refund(self._client.v1.refunds.create(asked, {"idempotency_key": key}))

    def look(self, intent_id: str) -> IntentSeen:
        """Read a charge with its refunds and fee."""
        with _our_errors():
            intent = self._client.v1.payment_intents.retrieve(intent_id, {"expand": _EXPAND})
            if intent.status != "succeeded":
                return _intent(intent)
            found = self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100})
            return _intent(intent, tuple(_refund(one) for one in found.auto_paging_iter()))

    def look_at_page(self, page_id: str) -> PageSeen:
        """Read a page."""
        with _our_errors():
            return _page(self._client.v1.checkout.sessions.retrieve(page_id))

    def find(self, charge_id: UUID, *, since: datetime) -> IntentSeen | None:
        """Look a charge up by our id among those made since.

        A list, not a search: Stripe's search index lags behind by up to a minute, and a lost answer is seconds old.
        """
        with _our_errors():
            found = self._client.v1.payment_intents.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for intent in found.auto_paging_iter():
                if _our_id(intent.metadata, CHARGE) == charge_id:
                    return self.look(intent.id)
        return None

    def find_page(self, charge_id: UUID, *, since: datetime) -> PageSeen | None:
        """Look a page up by our id among those opened since."""
        with _our_errors():
            found = self._client.v1.checkout.sessions.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for session in found.auto_paging_iter():
                if session.client_reference_id == str(charge_id):
                    return _page(session)
        return None

    def read_event(self, raw: bytes, signature: str) -> EventSeen:
        """Check the signature of a notice and read it; Malformed when it is not the provider's."""
        try:
            event = self._client.construct_event(raw, signature, self._secret)
            version, seen = event.api_version, _event(event.id, event.type, event.data.object)
        except stripe.SignatureVerificationError:
            raise Malformed("signature") from None
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Malformed("event") from None
        if version != API_VERSION:
            raise Malformed("event_version", accepted=API_VERSION)
        return seen


class _Declined(Exception):
    """Carries the answer of a declined card out of the error's context."""

    def __init__(self, seen: IntentSeen) -> None:
        super().__init__("declined")
        self.seen = seen


@contextmanager
def _our_errors() -> Iterator[None]:
    """Turn the library's errors into ours. Their texts stay here: they may quote what a person typed."""
    try:
        yield
    except stripe.CardError as error:
        refused = _declined(error)
        if refused is None:
            raise ProviderRefused(error.code or "card_error") from None
        raise _Declined(refused) from None
    except stripe.RateLimitError:
        raise ProviderBusy from None
    except stripe.APIConnectionError:
        raise ProviderSilent from None
    except stripe.IdempotencyError as error:
        if error.http_status == 409:
            # The first call with this key is still being done.
            raise ProviderSilent from None
        raise
    except stripe.InvalidRequestError as error:
        raise ProviderRefused(error.code or "invalid_request", param=error.param) from None
    except (stripe.AuthenticationError, stripe.PermissionError):
        raise ProviderBusy("payment_provider_setup") from None
    except stripe.APIError:
        raise ProviderBroke from None


def _declined(error: stripe.CardError) -> IntentSeen | None:
    body: Any = error.json_body or {}
    facts = body.get("error", {})
    intent = facts.get("payment_intent")
    if not intent:
        return None
    amount = from_provider(intent["amount"], intent["currency"])
    return IntentSeen(
        intent_id=intent["id"],
        charge_id=_our_id(intent.get("metadata"), CHARGE),
        state=IntentState.DECLINED,
        amount=amount,
        captured=Money.zero(amount.currency),
        decline_code=_reason(facts),
    )


def _intent(intent: stripe.PaymentIntent, refunds: tuple[RefundSeen, ...] = ()) -> IntentSeen:
    problem = intent.last_payment_error.to_dict() if intent.last_payment_error else None
    state = _STATES[intent.status]
    if state is IntentState.WAITING and intent.status == "requires_payment_method" and problem:
        state = IntentState.DECLINED
    action = intent.next_action
    redirect = action.redirect_to_url if action and action.type == "redirect_to_url" else None
    return IntentSeen(
        intent_id=intent.id,
        charge_id=_our_id(intent.metadata, CHARGE),
        state=state,
        amount=from_provider(intent.amount, intent.currency),
        captured=from_provider(intent.amount_received, intent.currency),
        fee=_fee(intent),
        refunds=refunds,
        page_url=redirect.url if redirect else None,
        decline_code=_reason(problem) if problem and state is IntentState.DECLINED else None,
    )


def _reason(error: dict[str, Any]) -> str:
    """Return why a card was declined: the bank's own word where it gave one."""
    return error.get("decline_code") or error.get("code") or "declined"


def _fee(intent: stripe.PaymentIntent) -> Money | None:
    charge = intent.latest_charge
    if not isinstance(charge, stripe.Charge) or not isinstance(charge.balance_transaction, stripe.BalanceTransaction):
        return None
    booked = charge.balance_transaction
    return from_provider(booked.fee, booked.currency)


def _refund(refund: stripe.Refund) -> RefundSeen:
    return RefundSeen(
        provider_id=refund.id,
        refund_id=_our_id(refund.metadata, REFUND),
        intent_id=_id_of(refund.payment_intent) or "",
        amount=from_provider(refund.amount, refund.currency),
        state=_REFUND_STATES[refund.status or "pending"],
    )


def _page(session: stripe.checkout.Session) -> PageSeen:
    return PageSeen(
        page_id=session.id,
        charge_id=_our_id(session.metadata, CHARGE),
        url=session.url,
        is_open=session.status == "open",
        intent_id=_id_of(session.payment_intent),
    )


def _event(event_id: str, kind: str, thing: Any) -> EventSeen:
    """Name what a notice is about; of the object itself only ids are taken."""
    facts = thing.to_dict()
    is_intent, is_page = facts["object"] == "payment_intent", facts["object"] == "checkout.session"
    intent = facts["id"] if is_intent else _id_of(facts.get("payment_intent"))
    return EventSeen(event_id, kind, _our_id(facts.get("metadata"), CHARGE), intent, facts["id"] if is_page else None)


def _id_of(thing: Any) -> str | None:
    return thing if thing is None or isinstance(thing, str) else thing.id


def _our_id(metadata: Any, name: str) -> UUID | None:
    """Return our id among the metadata; somebody else's object has none, or none that is an id."""
    if not metadata or name not in metadata:
        return None
    try:
        return UUID(metadata[name])
    except ValueError:
        return None


def _metadata(order: Order) -> dict[str, str]:
    return {CHARGE: str(order.charge_id), **{f"city_{kind}": value for kind, value in order.ids.items()}}


def connect(
    *,
    api_key: str,
    webhook_secret: str,
    url: str = "",
    page_origin: str = PAGES,
    http_client: stripe.HTTPClient | None = None,
    retries: int = 2,
) -> StripeGateway:
    """Return the gateway on Stripe, on another address that speaks like it, or on whatever the HTTP client reaches."""
    client = stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        max_network_retries=retries,
        base_addresses={"api": url} if url else {},
        http_client=http_client or stripe.RequestsClient(timeout=10),
    )
    return StripeGateway(client, webhook_secret=webhook_secret, page_origin=page_origin)
