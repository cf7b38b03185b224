"""Refusals in Stripe's own form. Source: https://docs.stripe.com/api/errors and /error-codes."""

from typing import Any


class Refusal(Exception):
    """An error answer; with ``keep`` what was done before it stays done (a declined card leaves its attempt)."""

    def __init__(self, status: int, error: dict[str, Any], *, keep: bool = False) -> None:
        """Keep the HTTP status and the body's ``error``."""
        super().__init__(error.get("message", ""))
        self.status = status
        self.error = {name: value for name, value in error.items() if value is not None}
        self.keep = keep

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return {"error": self.error}


def invalid(message: str, *, param: str | None = None, code: str | None = None, **extra: Any) -> Refusal:
    """Return a refusal of what was asked (400)."""
    doc = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}" if code else None
    error = {"type": "invalid_request_error", "message": message, "param": param, "code": code, "doc_url": doc}
    return Refusal(400, {**error, **extra})


def missing(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> Refusal:
    """Return the answer for an id that nothing has: 404 in the path, 400 in a parameter."""
    error = invalid(f"No such {kind}: '{object_id}'", param=param, code="resource_missing").error
    return Refusal(status, error)


def unexpected_state(message: str, intent: dict[str, Any]) -> Refusal:
    """Return the refusal of an act that this PaymentIntent's state does not allow."""
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)


def declined(*, code: str, decline_code: str | None, message: str, charge: str | None, intent: Any) -> Refusal:
    """Return the answer for a card that was refused (402)."""
    error = {
        "type": "card_error",
        "code": code,
        "decline_code": decline_code,
        "message": message,
        "charge": charge,
        "payment_intent": intent,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
    }
    return Refusal(402, error, keep=True)


def idempotency(message: str, *, status: int, code: str | None = None) -> Refusal:
    """Return the refusal of a key that is in use or was used for something else."""
    return Refusal(status, {"type": "idempotency_error", "message": message, "code": code})


def api_error() -> Refusal:
    """Return what Stripe answers when it broke."""
    return Refusal(500, {"type": "api_error", "message": "An unknown error occurred"})


def too_many() -> Refusal:
    """Return what Stripe answers when it is asked too often; nothing was done."""
    message = "Request rate limit exceeded"
    return Refusal(429, {"type": "invalid_request_error", "code": "rate_limit", "message": message})
