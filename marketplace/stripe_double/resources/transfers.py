"""Transfers to connected accounts and their reversals. Source: https://docs.stripe.com/api/transfers"""

from typing import Any

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id, since
from marketplace.stripe_double.errors import invalid
from marketplace.stripe_double.resources import accounts, balance

_EMPTY = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance"
    " by creating Charges using the 4000000000000077 test card."
)
_OWED = "Insufficient funds in the connected account to reverse this transfer."


def create(call: Call) -> dict[str, Any]:
    """Move money to a connected account: out of what is available, or out of one charge."""
    given = call.given
    if "amount" not in given:
        raise invalid("Missing required param: amount.", param="amount", code="parameter_missing")
    currency = currencies.check_currency(given["currency"])
    amount = given["amount"]
    currencies.check_positive(amount)
    account = call.get("account", given["destination"], param="destination")
    accounts.check_receives(account)
    source = _source(call, amount, currency) if "source_transaction" in given else None
    if source is None and balance.available(call, "", currency) < amount:
        raise balance.insufficient(_EMPTY)
    transfer_id = new_id("tr")
    due = call.get("balance_transaction", source["balance_transaction"])["available_on"] if source else call.now
    booked = balance.book(call, "transfer", transfer_id, -amount, currency, due=due)
    payment_id = new_id("py")
    balance.book(call, "payment", payment_id, amount, currency, due=due, account=account["id"])
    transfer = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": booked["id"],
        "created": call.now,
        "currency": currency,
        "description": given.get("description"),
        "destination": account["id"],
        "destination_payment": payment_id,
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "reversals": _reversals(transfer_id, []),
        "reversed": False,
        "source_transaction": source["id"] if source else None,
        "source_type": "card",
        "transfer_group": _group(given, source),
    }
    call.emit("transfer.created", transfer)
    return call.put(transfer)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one, with its reversals."""
    return call.get("transfer", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them: ``transfer_group``, ``destination``."""
    wanted = {name: call.given[name] for name in ("transfer_group", "destination") if name in call.given}
    found = [
        transfer
        for transfer in call.transaction.all("transfer", since=since(call))
        if all(transfer[name] == value for name, value in wanted.items())
    ]
    return listing(call, found, url="/v1/transfers")


def reverse(call: Call) -> dict[str, Any]:
    """Take a transfer back, all that is left of it unless an amount is named, while the account still has it."""
    transfer = retrieve(call)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.given.get("amount", left)
    if amount < 1:
        message = "This transfer has been fully reversed." if left == 0 else "Invalid positive integer"
        raise invalid(message, param="amount", code="parameter_invalid_integer" if left else None)
    currency = transfer["currency"]
    if amount > left:
        spell = currencies.spell
        message = (
            f"Reversal amount ({spell(amount, currency)}) is greater than unreversed amount on transfer"
            f" ({spell(left, currency)})"
        )
        raise invalid(message, param="amount")
    if balance.available(call, transfer["destination"], currency) < amount:
        raise balance.insufficient(_OWED)
    reversal_id = new_id("trr")
    balance.book(call, "payment_refund", new_id("pyr"), -amount, currency, account=transfer["destination"])
    booked = balance.book(call, "transfer_refund", reversal_id, amount, currency)
    reversal = call.put(
        {
            "id": reversal_id,
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": booked["id"],
            "created": call.now,
            "currency": currency,
            "destination_payment_refund": None,
            "metadata": call.given.get("metadata", {}),
            "source_refund": None,
            "transfer": transfer["id"],
        }
    )
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"] = _reversals(transfer["id"], [reversal, *transfer["reversals"]["data"]])
    call.emit("transfer.reversed", transfer)
    call.put(transfer)
    return reversal


def find_reversals(call: Call) -> dict[str, Any]:
    """List the reversals of a transfer, newest first."""
    return listing(call, retrieve(call)["reversals"]["data"], url=f"/v1/transfers/{call.object_id}/reversals")


def _source(call: Call, amount: int, currency: str) -> dict[str, Any]:
    """Return the charge that a transfer is made of: captured, in this currency, and with so much left."""
    charge = call.get("charge", call.given["source_transaction"], param="source_transaction")
    if not charge["captured"] or charge["status"] != "succeeded":
        message = f"The charge {charge['id']} has not been captured, so it cannot be the source of a transfer."
        raise invalid(message, param="source_transaction")
    if charge["currency"] != currency:
        message = (
            f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the same as"
            f" the transfer currency ({currency})"
        )
        raise invalid(message, param="currency")
    before = sum(one["amount"] for one in call.transaction.all("transfer") if one["source_transaction"] == charge["id"])
    if before + amount > charge["amount_captured"]:
        raise invalid(
            "The transfers of a charge cannot exceed the source amount, which is"
            f" {currencies.spell(charge['amount_captured'], currency)}.",
            param="amount",
        )
    return charge


def _group(given: dict[str, Any], source: dict[str, Any] | None) -> str | None:
    named = given.get("transfer_group") or (source["transfer_group"] if source else None)
    return named or (f"group_{source['payment_intent']}" if source else None)


def _reversals(transfer_id: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "object": "list",
        "data": found,
        "has_more": False,
        "total_count": len(found),
        "url": f"/v1/transfers/{transfer_id}/reversals",
    }
