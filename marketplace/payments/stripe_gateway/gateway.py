"""Cards and disputes on the library; parameters are built nowhere else."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import stripe

from marketplace.kernel.errors import Malformed
from marketplace.kernel.money import Money
from marketplace.payments.rules.local_methods import LocalMethod, offered
from marketplace.payments.rules.provider import EventSeen, Evidence, IntentSeen, Order, PageSeen, RefundSeen, Slot
from marketplace.payments.rules.provider_amounts import to_provider
from marketplace.payments.stripe_gateway.errors import Declined, our_errors
from marketplace.payments.stripe_gateway.reading import (
    CHARGE,
    REFUND,
    id_of,
    metadata_of,
    our_id,
    read_dispute,
    read_intent,
    read_notice,
    read_page,
    read_refund,
)
from marketplace.payments.stripe_gateway.remitting import Remitting

# Also that of the webhook endpoint: an event of another version is refused.
API_VERSION: Final = "2026-10-28.endive"
_EVIDENCE: Final = {
    "goods": "product_description",
    "carrier": "shipping_carrier",
    "waybill": "shipping_tracking_number",
    "handed_over": "shipping_date",
    "told": "uncategorized_text",
}
_FILES: Final = {
    Slot.PAPERS: "receipt",
    Slot.SHIPPING: "shipping_documentation",
    Slot.PICTURES: "uncategorized_file",
}
_EXPAND: Final = ["latest_charge.balance_transaction"]


class StripeGateway(Remitting):
    """The adapter of the port ``rules.provider.CardProvider``."""

    def __init__(
        self,
        client: stripe.StripeClient,
        *,
        webhook_secret: str,
        page_origin: str,
        country: str,
        methods: tuple[LocalMethod, ...],
    ) -> None:
        """Take a client that is set up; the secret is that of the webhook endpoint."""
        self._client = client
        self._country = country
        self._secret = webhook_secret
        self._page_origin = page_origin
        self._methods = methods

    @property
    def page_origin(self) -> str:
        """Where its pages are, as schemes and hosts with blanks between; empty when the city itself serves them."""
        return self._page_origin

    def local_methods(self, amount: Money) -> tuple[LocalMethod, ...]:
        """Return by which local methods an amount can be paid; nobody is asked."""
        return offered(amount, country=self._country, enabled=self._methods)

    def authorise(self, order: Order, *, payment_method: str, key: str) -> IntentSeen:
        """Reserve the amount on a payment method; a decline is an answer, not an error."""
        units, currency = to_provider(order.amount)
        asked: dict[str, Any] = {
            "amount": units,
            "currency": currency,
            "capture_method": "manual",
            "confirm": True,
            "payment_method": payment_method,
            "metadata": metadata_of(order),
            "expand": _EXPAND,
        }
        if order.return_url:
            asked |= {"automatic_payment_methods": {"enabled": True}, "return_url": order.return_url}
        else:
            # Nobody could be sent to a bank's challenge: asked for one, the card counts as declined.
            never = {"enabled": True, "allow_redirects": "never"}
            asked |= {"automatic_payment_methods": never, "error_on_requires_action": True}
        try:
            with our_errors():
                return read_intent(self._client.v1.payment_intents.create(asked, {"idempotency_key": key}))  # type: ignore[arg-type]
        except Declined as declined:
            return declined.seen

    def open_page(self, order: Order, *, expires_at: datetime, key: str) -> PageSeen:
        """Open a page where the buyer enters a card, or pays by the local method that was chosen, which asks the rest.

        What the method must know of its payer (a bank, an address for refunds) the page asks, so that we never have it.
        """
        units, currency = to_provider(order.amount)
        metadata = metadata_of(order)
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
        if order.method is not None:
            asked["allowed_payment_method_types"] = [str(order.method)]
            # Charged at once: a reservation would leave no method to pay by.
            asked["payment_intent_data"] = {"metadata": metadata}
        if order.method is LocalMethod.WECHAT_PAY:
            asked["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        with our_errors():
            return read_page(self._client.v1.checkout.sessions.create(asked, {"idempotency_key": key}))  # type: ignore[arg-type]

    def close_page(self, page_id: str, *, key: str) -> PageSeen:
        """End a page that nobody shall pay on any more."""
        with our_errors():
            return read_page(self._client.v1.checkout.sessions.expire(page_id, {}, {"idempotency_key": key}))

    def capture(self, intent_id: str, *, key: str) -> IntentSeen:
        """Take the reserved amount."""
        with our_errors():
            done = self._client.v1.payment_intents.capture(intent_id, {"expand": _EXPAND}, {"idempotency_key": key})
            return read_intent(done)

    def cancel(self, intent_id: str, *, key: str) -> IntentSeen:
        """Give the reserved amount back."""
        with our_errors():
            return read_intent(self._client.v1.payment_intents.cancel(intent_id, {}, {"idempotency_key": key}))

    def refund(self, intent_id: str, *, refund_id: UUID, amount: Money, key: str) -> RefundSeen:
        """Send captured money back to the card."""
        asked: Any = {
            "payment_intent": intent_id,
            "amount": to_provider(amount)[0],
            "metadata": {REFUND: str(refund_id)},
        }
        with our_errors():
            return read_refund(self._client.v1.refunds.create(asked, {"idempotency_key": key}))

    def look(self, intent_id: str) -> IntentSeen:
        """Read a charge with its refunds and fee."""
        with our_errors():
            intent = self._client.v1.payment_intents.retrieve(intent_id, {"expand": _EXPAND})
            if intent.status != "succeeded":
                return read_intent(intent)
            found = self._client.v1.refunds.list({"payment_intent": intent_id, "limit": 100})
            refunds = tuple(read_refund(one) for one in found.auto_paging_iter())
            charge = intent.latest_charge
            if not isinstance(charge, stripe.Charge) or not charge.disputed:
                return read_intent(intent, refunds)
            disputes = self._client.v1.disputes.list({"payment_intent": intent_id, "limit": 100})
            return read_intent(intent, refunds, tuple(read_dispute(one) for one in disputes.auto_paging_iter()))

    def look_at_page(self, page_id: str) -> PageSeen:
        """Read a page."""
        with our_errors():
            return read_page(self._client.v1.checkout.sessions.retrieve(page_id))

    def find(self, charge_id: UUID, *, since: datetime) -> IntentSeen | None:
        """Look a charge up by our id among those made since.

        A list, not a search: Stripe's search index lags behind by up to a minute, and a lost answer is seconds old.
        """
        with our_errors():
            found = self._client.v1.payment_intents.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for intent in found.auto_paging_iter():
                if our_id(intent.metadata, CHARGE) == charge_id:
                    return self.look(intent.id)
        return None

    def find_page(self, charge_id: UUID, *, since: datetime) -> PageSeen | None:
        """Look a page up by our id among those opened since."""
        with our_errors():
            found = self._client.v1.checkout.sessions.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for session in found.auto_paging_iter():
                if session.client_reference_id == str(charge_id):
                    return read_page(session)
        return None

    def upload_evidence(self, content: bytes, *, name: str, key: str) -> str:
        """Hand a PDF over that evidence will name, and return its id there."""
        sent = io.BytesIO(content)
        sent.name = name
        with our_errors():
            asked: Any = {"purpose": "dispute_evidence", "file": sent}
            return self._client.v1.files.create(asked, {"idempotency_key": key}).id

    def answer_dispute(self, dispute_id: str, evidence: Evidence, *, files: Mapping[Slot, str], key: str) -> None:
        """Hand in evidence with the files it names, once: it cannot be changed afterwards."""
        texts = {there: getattr(evidence, here) for here, there in _EVIDENCE.items() if getattr(evidence, here)}
        named = {_FILES[slot]: file_id for slot, file_id in files.items()}
        asked: Any = {"evidence": {**texts, **named}, "submit": True}
        with our_errors():
            self._client.v1.disputes.update(dispute_id, asked, {"idempotency_key": key})

    def disputed_since(self, since: datetime) -> tuple[str, ...]:
        """Return the charges (their ids at the provider) that were disputed since."""
        with our_errors():
            found = self._client.v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            ids = [id_of(one.payment_intent) for one in found.auto_paging_iter()]
        return tuple(dict.fromkeys(one for one in ids if one))

    def read_event(self, raw: bytes, signature: str) -> EventSeen:
        """Check the signature of a notice and read it; Malformed when it is not the provider's."""
        try:
            event = self._client.construct_event(raw, signature, self._secret)
            version, seen = event.api_version, read_notice(event.id, event.type, event.data.object)
        except stripe.SignatureVerificationError:
            raise Malformed("signature") from None
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Malformed("event") from None
        if version != API_VERSION:
            raise Malformed("event_version", accepted=API_VERSION)
        return seen
