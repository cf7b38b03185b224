"""PaymentMethods: cards made from Stripe's test tokens, never from a number, and local methods by their type."""

from typing import Any

from marketplace.stripe_double.calls import Call, new_id
from marketplace.stripe_double.cards import CARDS, TestCard
from marketplace.stripe_double.errors import invalid, missing
from marketplace.stripe_double.local_methods import LOCAL


def from_token(call: Call, token: str) -> dict[str, Any]:
    """Return the PaymentMethod that a test token or an id names; 400 for an unknown one."""
    found = call.transaction.get("payment_method", token)
    if found is not None:
        return found
    if token not in CARDS:
        raise missing("PaymentMethod", token, param="payment_method", status=400)
    return _make(call, "card", _card(CARDS[token]), {}, token=token)


def from_data(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Make a PaymentMethod of a local type, or refuse what it does not say of its payer."""
    kind = given["type"]
    if kind not in LOCAL:
        message = f"The demo provider makes no {kind} from data"
        raise invalid(message, param="payment_method_data[type]", code="double_unsupported")
    for name in given:
        if name in LOCAL and name != kind:
            message = f"You cannot provide payment_method_data[{name}] for a payment method of type {kind}."
            raise invalid(message, param=f"payment_method_data[{name}]")
    for needed in LOCAL[kind].needs:
        group, name = needed.split(".")
        if not given.get(group, {}).get(name):
            where = f"payment_method_data[{group}][{name}]"
            raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    return _make(call, kind, given.get(kind, {}), given.get("billing_details", {}))


def _make(call: Call, kind: str, facts: dict[str, Any], payer: dict[str, Any], *, token: str = "") -> dict[str, Any]:
    details = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    return call.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {**details, **payer},
            kind: facts,
            "created": call.now,
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": kind,
            "_token": token,
        }
    )


def card_of(method: dict[str, Any]) -> TestCard:
    """Return how a card behaves."""
    return CARDS[method["_token"]]


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("payment_method", call.object_id)


def _card(card: TestCard) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"double{card.last4}",
        "funding": "credit",
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
