"""The library's objects as rows of ours: the only place that knows their fields."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import stripe

from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.payments.rules.provider import (
    AccountSeen,
    BookingKind,
    BookingSeen,
    DisputeSeen,
    EventSeen,
    IntentSeen,
    IntentState,
    Order,
    PageSeen,
    ProviderDisputeState,
    ProviderRefundState,
    RefundSeen,
    ReversalSeen,
    TransferSeen,
)
from marketplace.payments.rules.provider_amounts import from_provider

# Our names among the metadata.
CHARGE: Final = "city_charge"
REFUND: Final = "city_refund"
COMPANY: Final = "city_company"
PAYOUT: Final = "city_payout"
REVERSAL: Final = "city_reversal"
_STATES: Final = {
    "requires_payment_method": IntentState.WAITING,
    "requires_confirmation": IntentState.WAITING,
    "requires_action": IntentState.WAITING,
    "processing": IntentState.PROCESSING,
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
_DISPUTE_STATES: Final = {
    "needs_response": ProviderDisputeState.OPEN,
    "warning_needs_response": ProviderDisputeState.OPEN,
    "under_review": ProviderDisputeState.ANSWERED,
    "warning_under_review": ProviderDisputeState.ANSWERED,
    "won": ProviderDisputeState.WON,
    "lost": ProviderDisputeState.LOST,
    "warning_closed": ProviderDisputeState.CLOSED,
    "prevented": ProviderDisputeState.CLOSED,
}
_BOOKINGS: Final = {
    "charge": BookingKind.CHARGE,
    "payment": BookingKind.CHARGE,
    "refund": BookingKind.REFUND,
    "payment_refund": BookingKind.REFUND,
    "refund_failure": BookingKind.REFUND_FAILED,
    "payment_failure_refund": BookingKind.REFUND_FAILED,
    "transfer": BookingKind.TRANSFER,
    "transfer_refund": BookingKind.REVERSAL,
    "payout": BookingKind.PAYOUT,
    "payout_failure": BookingKind.PAYOUT,
    "payout_cancel": BookingKind.PAYOUT,
}
# Under which of our names the source of a booking has our id.
_OURS: Final = {"charge": CHARGE, "refund": REFUND, "transfer": PAYOUT, "transfer_reversal": REVERSAL}


def declined(error: stripe.CardError) -> IntentSeen | None:
    """Return what a declined card left behind; None for an error that is about no charge."""
    body: Any = error.json_body or {}
    facts = body.get("error", {})
    intent = facts.get("payment_intent")
    if not intent:
        return None
    amount = from_provider(intent["amount"], intent["currency"])
    return IntentSeen(
        intent_id=intent["id"],
        charge_id=our_id(intent.get("metadata"), CHARGE),
        state=IntentState.DECLINED,
        amount=amount,
        captured=Money.zero(amount.currency),
        decline_code=_reason(facts),
    )


def read_intent(
    intent: stripe.PaymentIntent, refunds: tuple[RefundSeen, ...] = (), disputes: tuple[DisputeSeen, ...] = ()
) -> IntentSeen:
    """Read a PaymentIntent with what belongs to it."""
    problem = intent.last_payment_error.to_dict() if intent.last_payment_error else None
    state = _STATES[intent.status]
    if state is IntentState.WAITING and intent.status == "requires_payment_method" and problem:
        state = IntentState.DECLINED
    action = intent.next_action
    redirect = action.redirect_to_url if action and action.type == "redirect_to_url" else None
    return IntentSeen(
        intent_id=intent.id,
        charge_id=our_id(intent.metadata, CHARGE),
        state=state,
        amount=from_provider(intent.amount, intent.currency),
        captured=from_provider(intent.amount_received, intent.currency),
        fee=_fee(intent),
        refunds=refunds,
        disputes=disputes,
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


def read_refund(refund: stripe.Refund) -> RefundSeen:
    """Read a refund."""
    return RefundSeen(
        provider_id=refund.id,
        refund_id=our_id(refund.metadata, REFUND),
        intent_id=id_of(refund.payment_intent) or "",
        amount=from_provider(refund.amount, refund.currency),
        state=_REFUND_STATES[refund.status or "pending"],
    )


def read_dispute(dispute: stripe.Dispute) -> DisputeSeen:
    """Read a dispute; what its bank took and gave back stands in its own bookings."""
    booked = dispute.balance_transactions
    nothing = from_provider(0, dispute.currency)
    # A provider that settles in another currency books in that: then the dispute's own amount is what was taken.
    taken = from_provider(dispute.amount, dispute.currency) if any(one.amount < 0 for one in booked) else nothing
    back = from_provider(dispute.amount, dispute.currency) if any(one.amount > 0 for one in booked) else nothing
    return DisputeSeen(
        provider_id=dispute.id,
        intent_id=id_of(dispute.payment_intent) or "",
        amount=from_provider(dispute.amount, dispute.currency),
        reason=dispute.reason,
        state=_DISPUTE_STATES[dispute.status],
        is_inquiry=dispute.status.startswith("warning_"),
        due_by=_moment(dispute.evidence_details.due_by),
        withdrawn=taken,
        reinstated=back,
        fee=from_provider(sum(one.fee for one in booked), booked[0].currency) if booked else None,
    )


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def read_account(account: stripe.Account) -> AccountSeen:
    """Read a connected account; it receives once it may be sent money and may pay it out."""
    capabilities, asked = account.capabilities, account.requirements
    is_active = capabilities is not None and "transfers" in capabilities and capabilities["transfers"] == "active"
    return AccountSeen(
        provider_id=account.id,
        company_id=our_id(account.metadata, COMPANY),
        country=account.country or "",
        receives=bool(is_active and account.payouts_enabled),
        due=tuple(asked.currently_due or ()) if asked else (),
    )


def read_transfer(transfer: stripe.Transfer, reversals: tuple[ReversalSeen, ...] = ()) -> TransferSeen:
    """Read a transfer; its reversals are read apart."""
    return TransferSeen(
        provider_id=transfer.id,
        payout_id=our_id(transfer.metadata, PAYOUT),
        amount=from_provider(transfer.amount, transfer.currency),
        reversals=reversals,
    )


def read_reversal(reversal: Any) -> ReversalSeen:
    """Read a part of a transfer that was taken back."""
    return ReversalSeen(
        provider_id=reversal.id,
        reversal_id=our_id(reversal.metadata, REVERSAL),
        amount=from_provider(reversal.amount, reversal.currency),
    )


def read_booking(booked: stripe.BalanceTransaction) -> BookingSeen:
    """Read a line of the provider's books; where it settles in another currency, the amount is that of its source."""
    source: Any = booked.source.to_dict() if isinstance(booked.source, stripe.StripeObject) else {}
    kind = _BOOKINGS.get(booked.type, BookingKind.OTHER)
    if source.get("object") == "dispute":
        kind = BookingKind.DISPUTE
    amount, currency = booked.amount, source.get("currency") or booked.currency
    settled = None
    if currency != booked.currency:
        settled = _minor(booked.amount, booked.currency)
        own = source.get("amount_captured", source["amount"])
        amount = own if booked.amount > 0 else -own
    intent = source.get("payment_intent")
    return BookingSeen(
        provider_id=booked.id,
        kind=kind,
        source_id=source.get("id") or (booked.source if isinstance(booked.source, str) else None),
        intent_id=intent if isinstance(intent, str) else None,
        our_id=our_id(source.get("metadata"), _OURS.get(source.get("object", ""), "")),
        amount=_minor(amount, currency),
        currency=currency.upper(),
        fee=_minor(booked.fee, booked.currency),
        fee_currency=booked.currency.upper(),
        created_at=datetime.fromtimestamp(booked.created, UTC),
        settled=settled,
        rate=None if settled is None or booked.exchange_rate is None else str(booked.exchange_rate),
    )


def _minor(units: int, currency: str) -> int:
    """Return our minor units; those of the provider for a currency that nobody trades in here."""
    return from_provider(units, currency).minor if currency.upper() in MINOR_UNITS else units


def read_page(session: stripe.checkout.Session) -> PageSeen:
    """Read a Checkout Session."""
    return PageSeen(
        page_id=session.id,
        charge_id=our_id(session.metadata, CHARGE),
        url=session.url,
        is_open=session.status == "open",
        intent_id=id_of(session.payment_intent),
    )


def read_notice(event_id: str, kind: str, thing: Any) -> EventSeen:
    """Name what a notice is about; of the object itself only ids are taken."""
    facts = thing.to_dict()
    is_intent, is_page = facts["object"] == "payment_intent", facts["object"] == "checkout.session"
    intent = facts["id"] if is_intent else id_of(facts.get("payment_intent"))
    return EventSeen(event_id, kind, our_id(facts.get("metadata"), CHARGE), intent, facts["id"] if is_page else None)


def id_of(thing: Any) -> str | None:
    """Return an id, whether or not the object came with it."""
    return thing if thing is None or isinstance(thing, str) else thing.id


def our_id(metadata: Any, name: str) -> UUID | None:
    """Return our id among the metadata; somebody else's object has none, or none that is an id."""
    if not metadata or name not in metadata:
        return None
    try:
        return UUID(metadata[name])
    except ValueError:
        return None


def metadata_of(order: Order) -> dict[str, str]:
    """Return the ids that travel with a charge."""
    return {CHARGE: str(order.charge_id), **{f"city_{kind}": value for kind, value in order.ids.items()}}
