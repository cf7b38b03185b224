"""PaymentIntents: their states and what moves them. Source: https://docs.stripe.com/payments/paymentintents/lifecycle"""

from typing import Any, Final

from marketplace.stripe_double import currencies, switches
from marketplace.stripe_double.calls import Call, listing, new_id, public, since
from marketplace.stripe_double.cards import MESSAGES
from marketplace.stripe_double.errors import declined, invalid, unexpected_state
from marketplace.stripe_double.local_methods import LOCAL, next_action, types_for
from marketplace.stripe_double.resources import charges, payment_methods
from marketplace.stripe_double.switches import Fault

_CONFIRMABLE: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
_CANCELABLE: Final = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")


def create(call: Call) -> dict[str, Any]:
    """Make one, and confirm it when asked to."""
    given = call.given
    currency = currencies.check_currency(given["currency"])
    amount = currencies.check_amount(given["amount"], currency)
    for name in ("return_url", "error_on_requires_action", "off_session"):
        if name in given and not given.get("confirm"):
            raise invalid(f"You can only set {name} when confirm is true.", param=name)
    if "customer" in given:
        call.get("customer", given["customer"], param="customer")
    intent = build(call, amount=amount, currency=currency)
    if method := _named_method(call):
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    call.emit("payment_intent.created", intent)
    call.put(intent)
    return _confirm(call, intent) if given.get("confirm") else intent


def build(call: Call, *, amount: int, currency: str, **more: Any) -> dict[str, Any]:
    """Return a new PaymentIntent that waits for a payment method."""
    given = {**call.given, **more}
    intent_id = new_id("pi")
    automatic = given.get("automatic_payment_methods", {"enabled": True})
    capture_method = given.get("capture_method", "automatic_async")
    types = offered(
        call,
        currency,
        amount,
        capture_method=capture_method,
        redirects=automatic.get("allow_redirects") != "never",
        allowed=given.get("allowed_payment_method_types"),
    )
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", **automatic},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": capture_method,
        "client_secret": f"{intent_id}_secret_{new_id('x')[2:]}",
        "confirmation_method": "automatic",
        "created": call.now,
        "currency": currency,
        "customer": given.get("customer"),
        "description": given.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "processing": None,
        "receipt_email": given.get("receipt_email"),
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": given.get("transfer_group"),
        "_session": given.get("session"),
        "_return_url": None,
        "_local": None,
        "_began": call.now,
    }


def offered(
    call: Call, currency: str, amount: int, *, capture_method: str, redirects: bool, allowed: list[str] | None
) -> list[str]:
    """Return the types that a payment may be made by; refused where none is left."""
    manual = capture_method == "manual"
    types = types_for(call.platform, currency, amount, manual=manual, redirects=redirects, allowed=allowed)
    if not types:
        message = (
            "No valid payment method types for this Payment Intent. Please ensure that you have activated payment"
            f" methods compatible with your chosen currency ({currency}) in your dashboard."
        )
        raise invalid(message, param="allowed_payment_method_types")
    return types


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("payment_intent", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, newest first."""
    found = call.transaction.all("payment_intent", since=since(call))
    if "customer" in call.given:
        found = [intent for intent in found if intent["customer"] == call.given["customer"]]
    return listing(call, found, url="/v1/payment_intents")


def update(call: Call) -> dict[str, Any]:
    """Change metadata or description."""
    intent = retrieve(call)
    intent["metadata"] = _merged(intent["metadata"], call.given.get("metadata", {}))
    intent["description"] = call.given.get("description", intent["description"])
    return call.put(intent)


def confirm(call: Call) -> dict[str, Any]:
    """Try to pay."""
    intent = retrieve(call)
    if method := _named_method(call):
        intent["payment_method"] = method["id"]
    return _confirm(call, intent)


def pay(call: Call, intent: dict[str, Any], token: str) -> dict[str, Any]:
    """Try to pay on the hosted page: a challenge has been passed there already."""
    method = payment_methods.from_token(call, token)
    intent["payment_method"], intent["_local"] = method["id"], None
    return _charge(call, intent, method)


def begin_local(call: Call, intent: dict[str, Any], method: dict[str, Any], *, return_url: str) -> dict[str, Any]:
    """Send the buyer to where a local method is confirmed: a code to scan, or a site to log in to."""
    kind = method["type"]
    if kind not in intent["payment_method_types"]:
        message = f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent."
        raise invalid(message, param="payment_method")
    page = f"{call.base_url}/local/{intent['id']}/{intent['client_secret'][-24:]}"
    intent |= {
        "status": "requires_action",
        "payment_method": method["id"],
        "next_action": next_action(kind, page=page, data=f"double:{intent['id']}", return_url=return_url),
        "last_payment_error": None,
        "_return_url": return_url,
        "_local": kind,
        "_began": call.now,
    }
    call.emit("payment_intent.requires_action", intent)
    return call.put(intent)


def note_failure(call: Call, intent: dict[str, Any], error: dict[str, Any]) -> None:
    """Leave a failed attempt behind: another payment method may be tried."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "latest_charge": error["charge"],
        "last_payment_error": {name: value for name, value in error.items() if value is not None},
        "next_action": None,
        "_local": None,
    }
    call.emit("payment_intent.payment_failed", intent)
    call.put(intent)


def pass_challenge(call: Call, intent: dict[str, Any], *, passed: bool) -> dict[str, Any]:
    """Take the answer of the bank's challenge."""
    method = call.get("payment_method", intent["payment_method"])
    if passed:
        return _charge(call, intent, method)
    return _refuse(call, intent, method, "payment_intent_authentication_failure", None)


def capture(call: Call) -> dict[str, Any]:
    """Take what is reserved, or a part of it; what is left is given back."""
    intent = retrieve(call)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
            " Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
            public(intent),
        )
    amount = call.given.get("amount_to_capture", intent["amount_capturable"])
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param="amount_to_capture")
    if amount > intent["amount_capturable"]:
        message = "The amount_to_capture is greater than the amount that can be captured."
        raise invalid(message, param="amount_to_capture", code="amount_too_large")
    charges.capture(call, call.get("charge", intent["latest_charge"]), amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    call.emit("payment_intent.succeeded", intent)
    return call.put(intent)


def cancel(call: Call) -> dict[str, Any]:
    """Give up; a reservation is given back."""
    intent = retrieve(call)
    if intent["status"] not in _CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent"
            f" with one of the following statuses may be canceled: {', '.join(_CANCELABLE)}.",
            public(intent),
        )
    session = intent["_session"]
    if session and call.get("checkout.session", session)["status"] == "open":
        message = "You cannot cancel a PaymentIntent of an open Checkout Session; expire the Session."
        raise unexpected_state(message, public(intent))
    return give_up(call, intent, call.given.get("cancellation_reason"))


def give_up(call: Call, intent: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """Cancel an intent and give its reservation back."""
    if intent["status"] == "requires_capture":
        charges.release(call, call.get("charge", intent["latest_charge"]))
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": call.now,
        "cancellation_reason": reason,
        "next_action": None,
    }
    call.emit("payment_intent.canceled", intent)
    return call.put(intent)


def expire_reservations(call: Call) -> None:
    """Cancel what was reserved more than seven days ago, as banks do."""
    for intent in call.transaction.all("payment_intent", status="requires_capture"):
        charge = call.get("charge", intent["latest_charge"])
        if charge["created"] + charges.HOLD <= call.now:
            give_up(call, intent, "automatic")


def _confirm(call: Call, intent: dict[str, Any]) -> dict[str, Any]:
    if intent["status"] not in _CONFIRMABLE:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise unexpected_state(message, public(intent))
    if intent["payment_method"] is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise unexpected_state(message, public(intent))
    automatic = intent["automatic_payment_methods"]
    may_redirect = automatic["enabled"] and automatic["allow_redirects"] == "always"
    if may_redirect and not call.given.get("return_url"):
        message = (
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some"
            " of them might redirect, you must provide a return_url, or set automatic_payment_methods[allow_redirects]"
            " to never."
        )
        raise invalid(message, param="return_url")
    method = call.get("payment_method", intent["payment_method"])
    if method["type"] in LOCAL:
        _check_local(call, method["type"])
        return begin_local(call, intent, method, return_url=call.given["return_url"])
    if payment_methods.card_of(method).challenge:
        return _challenge(call, intent, method)
    return _charge(call, intent, method)


def _named_method(call: Call) -> dict[str, Any] | None:
    """Return the payment method that a call names or describes."""
    given = call.given
    if "payment_method" in given and "payment_method_data" in given:
        message = "You can only provide one of payment_method or payment_method_data."
        raise invalid(message, param="payment_method_data")
    if "payment_method" in given:
        return payment_methods.from_token(call, given["payment_method"])
    return payment_methods.from_data(call, given["payment_method_data"]) if "payment_method_data" in given else None


def _check_local(call: Call, kind: str) -> None:
    given, option = call.given, LOCAL[kind].option
    for name in given.get("payment_method_options", {}):
        if name != kind or not option:
            message = f"The demo provider does not do payment_method_options[{name}]"
            raise invalid(message, param=f"payment_method_options[{name}]", code="double_unsupported")
    if option and option not in given.get("payment_method_options", {}).get(kind, {}):
        where = f"payment_method_options[{kind}][{option}]"
        raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    if not given.get("return_url"):
        raise invalid(f"A return_url is needed for {kind}.", param="return_url")
    if given.get("error_on_requires_action") or given.get("off_session"):
        message = "This PaymentIntent requires a customer action to complete."
        raise invalid(message, code="payment_intent_action_required")


def _challenge(call: Call, intent: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    if call.given.get("error_on_requires_action") or call.given.get("off_session"):
        return _refuse(call, intent, method, "authentication_required", "authentication_required")
    url = call.given.get("return_url")
    action: dict[str, Any] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if url:
        page = f"{call.base_url}/challenge/{intent['id']}/{intent['client_secret'][-24:]}"
        action = {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": url}}
    intent |= {"status": "requires_action", "next_action": action, "_return_url": url, "last_payment_error": None}
    call.emit("payment_intent.requires_action", intent)
    return call.put(intent)


def _charge(call: Call, intent: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    card = payment_methods.card_of(method)
    armed = switches.take(call.transaction, Fault.DECLINE)
    if armed:
        return _refuse(call, intent, method, "card_declined", armed.value or "generic_decline")
    if card.decline:
        return _refuse(call, intent, method, card.decline, card.decline_code)
    manual = intent["capture_method"] == "manual"
    charge = charges.make(call, intent, method, captured=not manual, failure=None)
    intent |= {
        "status": "requires_capture" if manual else "succeeded",
        "amount_capturable": intent["amount"] if manual else 0,
        "amount_received": 0 if manual else intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    call.emit("payment_intent.amount_capturable_updated" if manual else "payment_intent.succeeded", intent)
    return call.put(intent)


def _refuse(
    call: Call, intent: dict[str, Any], method: dict[str, Any], code: str, decline_code: str | None
) -> dict[str, Any]:
    """Leave a failed attempt behind, and answer 402."""
    message = MESSAGES.get(decline_code or code) or MESSAGES.get(code) or "Your card was declined."
    failure = {"code": code, "message": message}
    charge = charges.make(call, intent, method, captured=False, failure=failure)
    error = {"type": "card_error", **failure, "decline_code": decline_code, "charge": charge["id"]}
    note_failure(call, intent, error)
    raise declined(code=code, decline_code=decline_code, message=message, charge=charge["id"], intent=public(intent))


def _merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Stripe merges metadata; an empty value removes its key."""
    return {name: value for name, value in {**old, **new}.items() if value != ""}
