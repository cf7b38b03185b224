"""Balance and BalanceTransactions: what charges and refunds did to the account, with the provider's fees."""

from typing import Any, Final

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id

# Charged money becomes available after two days.
_PENDING: Final = 2 * 24 * 3600


def book_charge(call: Call, charge: dict[str, Any], amount: int) -> dict[str, Any]:
    """Book captured money with its fee."""
    fee = currencies.fee(amount)
    return _book(call, "charge", charge["id"], amount, fee, charge["currency"], due=call.now + _PENDING)


def book_refund(call: Call, refund: dict[str, Any], *, failed: bool = False) -> dict[str, Any]:
    """Book refunded money; the fee of the charge is not given back. A failed refund comes back."""
    amount = refund["amount"] if failed else -refund["amount"]
    kind = "refund_failure" if failed else "refund"
    return _book(call, kind, refund["id"], amount, 0, refund["currency"], due=call.now)


def retrieve(call: Call) -> dict[str, Any]:
    """Read what is pending and available, by currency."""
    available: dict[str, int] = {}
    pending: dict[str, int] = {}
    for booked in call.transaction.all("balance_transaction"):
        side, other = (available, pending) if booked["available_on"] <= call.now else (pending, available)
        side[booked["currency"]] = side.get(booked["currency"], 0) + booked["net"]
        other.setdefault(booked["currency"], 0)
    return {
        "object": "balance",
        "available": _amounts(available),
        "livemode": False,
        "pending": _amounts(pending),
    }


def retrieve_transaction(call: Call) -> dict[str, Any]:
    """Read one booking."""
    return call.get("balance_transaction", call.object_id)


def find_transactions(call: Call) -> dict[str, Any]:
    """List bookings: ``type``, ``currency``, ``source``, ``created``."""
    wanted = {name: call.given[name] for name in ("type", "currency", "source") if name in call.given}
    found = [
        booked
        for booked in call.transaction.all("balance_transaction")
        if all(booked[name] == value for name, value in wanted.items())
    ]
    return listing(call, found, url="/v1/balance_transactions")


def _book(call: Call, kind: str, source: str, amount: int, fee: int, currency: str, *, due: int) -> dict[str, Any]:
    details = [{"amount": fee, "application": None, "currency": currency, "description": "fee", "type": "stripe_fee"}]
    return call.put(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": due,
            "balance_type": "payments",
            "created": call.now,
            "currency": currency,
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": details if fee else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source,
            "status": "available" if due <= call.now else "pending",
            "type": kind,
        }
    )


def _amounts(sums: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
