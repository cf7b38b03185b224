"""What a program sends to the provider."""

from typing import Any

NEVER = {"enabled": True, "allow_redirects": "never"}


CARD: dict[str, Any] = {
    "amount": 10_000,
    "currency": "usd",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": NEVER,
}


HELD: dict[str, Any] = {**CARD, "capture_method": "manual"}
