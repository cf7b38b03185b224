"""PaymentMethods: made from Stripe's test tokens, never from a number."""

from typing import Any

from marketplace.stripe_double.calls import Call, new_id
from marketplace.stripe_double.cards import CARDS, TestCard
from marketplace.stripe_double.errors import missing


def from_token(call: Call, token: str) -> dict[str, Any]:
    """Return the PaymentMethod that a test token or an id names; 400 for an unknown one."""
    found = call.transaction.get("payment_method", token)
    if found is not None:
        return found
    if token not in CARDS:
        raise missing("PaymentMethod", token, param="payment_method", status=400)
    card = CARDS[token]
    return call.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
            "card": _card(card),
            "created": call.now,
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_token": token,
        }
    )


def card_of(method: dict[str, Any]) -> TestCard:
    """Return how a PaymentMethod behaves."""
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
