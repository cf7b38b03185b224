"""Charges: one attempt of a PaymentIntent each."""

from typing import Any, Final

from marketplace.stripe_double.calls import Call, listing, new_id
from marketplace.stripe_double.resources import balance, disputes

# Banks keep a reservation for seven days.
HOLD: Final = 7 * 24 * 3600


def make(
    call: Call, intent: dict[str, Any], method: dict[str, Any], *, captured: bool, failure: dict[str, Any] | None
) -> dict[str, Any]:
    """Make the charge of one attempt, booked at once when it is captured."""
    kind = method["type"]
    charge: dict[str, Any] = {
        # What is no card's is a payment, by its id and in the books.
        "id": new_id("ch" if kind == "card" else "py"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "captured": captured,
        "created": call.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": failure["code"] if failure else None,
        "failure_message": failure["message"] if failure else None,
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": {"network_status": "declined_by_network" if failure else "approved_by_network"},
        "paid": failure is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: _details(call, method, reserved=not captured and not failure)},
        "refunded": False,
        "source_transfer": None,
        "status": "failed" if failure else "succeeded",
        "transfer_group": intent["transfer_group"],
    }
    if captured:
        charge["balance_transaction"] = balance.book_charge(call, charge, charge["amount"])["id"]
        disputes.expect(call, charge)
    call.emit("charge.failed" if failure else "charge.succeeded", charge)
    return call.put(charge)


def _details(call: Call, method: dict[str, Any], *, reserved: bool) -> dict[str, Any]:
    details = method[method["type"]]
    return {**details, "capture_before": call.now + HOLD if reserved else None} if "brand" in details else details


def capture(call: Call, charge: dict[str, Any], amount: int) -> dict[str, Any]:
    """Take this much of a reserved charge."""
    charge |= {"captured": True, "amount_captured": amount}
    charge["balance_transaction"] = balance.book_charge(call, charge, amount)["id"]
    disputes.expect(call, charge)
    call.emit("charge.captured", charge)
    return call.put(charge)


def release(call: Call, charge: dict[str, Any]) -> dict[str, Any]:
    """Give a reservation back."""
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    return call.put(charge)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("charge", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, all or of one PaymentIntent."""
    found = call.transaction.all("charge", intent=call.given.get("payment_intent"))
    return listing(call, found, url="/v1/charges")
