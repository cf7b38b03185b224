"""What becomes of a payment by a local method: paid, refused, left to the bank for a while, or never scanned."""

from typing import Any, Final

from marketplace.stripe_double.calls import Call
from marketplace.stripe_double.local_methods import LOCAL, QR_LIFETIME
from marketplace.stripe_double.resources import charges, checkout_sessions, payment_intents

OUTCOMES: Final = ("pay", "fail", "wait")
# A bank that lets somebody wait answers after an hour.
_WAIT: Final = 3600
_FAILURES: Final = {
    "payment_method_provider_decline": "The payment was declined by the provider of the payment method.",
    "payment_intent_payment_attempt_expired": "The latest payment attempt for the PaymentIntent has expired.",
}


def settle(call: Call, intent: dict[str, Any], outcome: str) -> dict[str, Any]:
    """Take what the buyer did at his bank; a payment that is over stays as it is."""
    if outcome not in OUTCOMES or intent["_local"] not in LOCAL:
        msg = f"a payment by a local method ends as one of {', '.join(OUTCOMES)}"
        raise ValueError(msg)
    if intent["status"] not in ("requires_action", "processing"):
        return intent
    if outcome == "wait":
        return _wait(call, intent)
    return _pay(call, intent) if outcome == "pay" else _fail(call, intent, "payment_method_provider_decline")


def go_on(call: Call) -> None:
    """Let codes that nobody scanned expire, and banks answer that took their time."""
    for intent in call.transaction.all("payment_intent", status="requires_action"):
        if intent.get("_local") and intent["_began"] + QR_LIFETIME <= call.now:
            _fail(call, intent, "payment_intent_payment_attempt_expired")
    for intent in call.transaction.all("payment_intent", status="processing"):
        if intent["_began"] + _WAIT <= call.now:
            _pay(call, intent)


def _wait(call: Call, intent: dict[str, Any]) -> dict[str, Any]:
    intent |= {"status": "processing", "next_action": None, "_began": call.now}
    call.emit("payment_intent.processing", intent)
    call.put(intent)
    _tell(call, intent, "checkout.session.completed")
    return intent


def _pay(call: Call, intent: dict[str, Any]) -> dict[str, Any]:
    method = call.get("payment_method", intent["payment_method"])
    charge = charges.make(call, intent, method, captured=True, failure=None)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    call.emit("payment_intent.succeeded", intent)
    call.put(intent)
    _tell(call, intent, "checkout.session.async_payment_succeeded")
    return intent


def _fail(call: Call, intent: dict[str, Any], code: str) -> dict[str, Any]:
    method = call.get("payment_method", intent["payment_method"])
    failure = {"code": code, "message": _FAILURES[code]}
    charge = charges.make(call, intent, method, captured=False, failure=failure)
    payment_intents.note_failure(call, intent, {"type": "invalid_request_error", **failure, "charge": charge["id"]})
    _tell(call, intent, "checkout.session.async_payment_failed")
    return intent


def _tell(call: Call, intent: dict[str, Any], kind: str) -> None:
    """Bring the page that a payment was made on to its state; one that failed there stays open for another try."""
    session = call.get("checkout.session", intent["_session"]) if intent["_session"] else None
    if session is None:
        return
    paid = intent["status"] == "succeeded"
    if session["status"] == "open" and intent["status"] != "requires_payment_method":
        checkout_sessions.complete(call, session, paid=paid)
    elif session["status"] == "complete":
        session["payment_status"] = "paid" if paid else "unpaid"
        call.emit(kind, session)
        call.put(session)
