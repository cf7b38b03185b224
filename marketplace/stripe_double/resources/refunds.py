"""Refunds: never more than was captured and is not refunded yet."""

from typing import Any

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id
from marketplace.stripe_double.errors import invalid
from marketplace.stripe_double.local_methods import LOCAL
from marketplace.stripe_double.resources import balance, disputes, payment_methods


def create(call: Call) -> dict[str, Any]:
    """Send captured money back, all that is left unless an amount is named."""
    charge = _charge(call)
    left = charge["amount_captured"] - charge["amount_refunded"] - charge.get("_lost", 0)
    if disputes.blocks_refunds(call, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid(message, code="charge_disputed")
    if not charge["captured"]:
        message = "This PaymentIntent does not have a successful charge to refund."
        raise invalid(message, code="charge_not_captured")
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = call.given.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        spell = currencies.spell
        message = (
            f"Refund amount ({spell(amount, charge['currency'])}) is greater than unrefunded amount on charge"
            f" ({spell(left, charge['currency'])})"
        )
        raise invalid(message, param="amount")
    kind = charge["payment_method_details"]["type"]
    _check_window(call, charge, kind)
    refund = {
        "id": new_id("re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"} if kind == "card" else {"type": kind},
        "metadata": call.given.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": call.given.get("reason"),
        "status": "succeeded",
    }
    method = call.get("payment_method", charge["payment_method"])
    if kind in LOCAL:
        refund["status"] = LOCAL[kind].refund
    elif payment_methods.card_of(method).refunds_fail:
        refund["status"] = "pending"
    refund["balance_transaction"] = balance.book_refund(call, refund)["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    call.put(charge)
    call.emit("refund.created", refund)
    call.emit("charge.refunded", charge)
    return call.put(refund)


def settle_pending(call: Call) -> None:
    """Let the refunds fail that the card's bank does not take, as happens some days later; local ones arrive."""
    for status in ("pending", "requires_action"):
        for refund in call.transaction.all("refund", status=status):
            if refund["id"].startswith("re_"):
                fail(call, refund)
            else:
                refund["status"] = "succeeded"
                call.put(refund)
                call.emit("refund.updated", refund)


def fail(call: Call, refund: dict[str, Any]) -> dict[str, Any]:
    """Let a refund come back: its money is there again."""
    refund |= {"status": "failed", "failure_reason": "unknown"}
    refund["failure_balance_transaction"] = balance.book_refund(call, refund, failed=True)["id"]
    charge = call.get("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    call.put(charge)
    call.put(refund)
    call.emit("refund.failed", refund)
    return refund


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("refund", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them, all or of one PaymentIntent or charge."""
    found = call.transaction.all("refund", intent=call.given.get("payment_intent"))
    if "charge" in call.given:
        found = [refund for refund in found if refund["charge"] == call.given["charge"]]
    return listing(call, found, url="/v1/refunds")


def _check_window(call: Call, charge: dict[str, Any], kind: str) -> None:
    days = LOCAL[kind].refund_days if kind in LOCAL else None
    if days is not None and charge["created"] + days * 24 * 3600 < call.now:
        message = f"Charge {charge['id']} can no longer be refunded: {kind} takes refunds for {days} days."
        raise invalid(message, code="charge_not_refundable")


def _charge(call: Call) -> dict[str, Any]:
    given = call.given
    if ("charge" in given) == ("payment_intent" in given):
        raise invalid("One of the following params should be provided: payment_intent or charge.")
    if "charge" in given:
        return call.get("charge", given["charge"], param="charge")
    intent = call.get("payment_intent", given["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise invalid(message, param="payment_intent")
    return call.get("charge", intent["latest_charge"])
