"""Balance and BalanceTransactions: what happened to the money of an account, with the provider's fees.

The platform has one balance, every connected account its own; a call says by its header whose it asks for.
"""

from typing import Any, Final

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id, since
from marketplace.stripe_double.errors import Refusal, invalid

# Charged money becomes available after two days.
_PENDING: Final = 2 * 24 * 3600
_SETTLEMENT: Final = "settlement"
# How refunds of what is no card's are booked, and those that come back.
_OF_PAYMENTS: Final = ("payment_refund", "payment_failure_refund")
# What moves the balance in the currency that it has there already.
_OWN_CURRENCY: Final = ("transfer", "transfer_refund", "payout", "payout_failure", "topup")


def book_charge(call: Call, charge: dict[str, Any], amount: int) -> dict[str, Any]:
    """Book captured money with its fee."""
    fee = currencies.fee(amount)
    kind = "charge" if charge["id"].startswith("ch_") else "payment"
    due = call.now + _PENDING
    return book(call, kind, charge["id"], amount, charge["currency"], fee=fee, due=due, category="charge")


def book_refund(call: Call, refund: dict[str, Any], *, failed: bool = False) -> dict[str, Any]:
    """Book refunded money; the fee of the charge is not given back. A failed refund comes back."""
    amount = refund["amount"] if failed else -refund["amount"]
    kinds = ("refund", "refund_failure") if refund["id"].startswith("re_") else _OF_PAYMENTS
    category = "refund_failure" if failed else "refund"
    return book(call, kinds[failed], refund["id"], amount, refund["currency"], category=category)


def book(
    call: Call,
    kind: str,
    source: str,
    amount: int,
    currency: str,
    *,
    fee: int = 0,
    due: int | None = None,
    account: str = "",
    category: str = "",
) -> dict[str, Any]:
    """Write one booking on an account's balance (empty: the platform's), available from ``due`` on."""
    rate = None if account or kind in _OWN_CURRENCY else currencies.rate_of(_settlement(call), currency)
    if rate is not None:
        target = _settlement(call)["currency"]
        amount, fee = (currencies.convert(one, currency, target, rate) for one in (amount, fee))
        currency = target
    details = [{"amount": fee, "application": None, "currency": currency, "description": "fee", "type": "stripe_fee"}]
    available_on = call.now if due is None else due
    return call.put(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": call.now,
            "currency": currency,
            "description": None,
            "exchange_rate": None if rate is None else float(rate),
            "fee": fee,
            "fee_details": details if fee else [],
            "net": amount - fee,
            "reporting_category": category or kind,
            "source": source,
            "status": "available" if available_on <= call.now else "pending",
            "type": kind,
            "_account": account,
        }
    )


def settle_in(call: Call, currency: str, rates: dict[str, str]) -> dict[str, Any]:
    """Let the platform's account settle in one currency, as an account with a bank of that currency alone does."""
    return call.put(
        {"id": _SETTLEMENT, "object": _SETTLEMENT, "created": call.now, "currency": currency, "rates": rates}
    )


def _settlement(call: Call) -> dict[str, Any]:
    found = call.transaction.all(_SETTLEMENT)
    return found[0] if found else {"currency": "", "rates": {}}


def available(call: Call, account: str, currency: str) -> int:
    """Return what an account can spend now in a currency."""
    return spendable(call, account).get(currency, 0)


def spendable(call: Call, account: str) -> dict[str, int]:
    """Return what an account can spend now, by currency."""
    return _sums(call, account)[0]


def insufficient(message: str) -> Refusal:
    """Return the refusal of what the balance does not cover."""
    return invalid(message, code="balance_insufficient")


def retrieve(call: Call) -> dict[str, Any]:
    """Read what is pending and available, by currency."""
    now, pending = _sums(call, call.account)
    return {
        "object": "balance",
        "available": _amounts(now),
        "livemode": False,
        "pending": _amounts(pending),
    }


def retrieve_transaction(call: Call) -> dict[str, Any]:
    """Read one booking."""
    return call.get("balance_transaction", call.object_id)


def find_transactions(call: Call) -> dict[str, Any]:
    """List bookings: ``type``, ``currency``, ``source``, ``payout``, ``created``."""
    wanted = {name: call.given[name] for name in ("type", "currency", "source") if name in call.given}
    if "payout" in call.given:
        wanted["_payout"] = call.get("payout", call.given["payout"], param="payout")["id"]
    found = [
        booked
        for booked in _of(call, call.account, since(call))
        if all(booked.get(name) == value for name, value in wanted.items())
    ]
    return listing(call, found, url="/v1/balance_transactions")


def take_along(call: Call, account: str, currency: str, payout_id: str) -> None:
    """Note which bookings an automatic payout is made of: all that were available and in none before."""
    for booked in _of(call, account):
        is_free = booked["currency"] == currency and booked["available_on"] <= call.now and "_payout" not in booked
        if is_free:
            call.put({**booked, "_payout": payout_id})


def _of(call: Call, account: str, earliest: int = 0) -> list[dict[str, Any]]:
    return [
        booked
        for booked in call.transaction.all("balance_transaction", since=earliest)
        if booked.get("_account", "") == account
    ]


def _sums(call: Call, account: str) -> tuple[dict[str, int], dict[str, int]]:
    now: dict[str, int] = {}
    pending: dict[str, int] = {}
    for booked in _of(call, account):
        side, other = (now, pending) if booked["available_on"] <= call.now else (pending, now)
        side[booked["currency"]] = side.get(booked["currency"], 0) + booked["net"]
        other.setdefault(booked["currency"], 0)
    return now, pending


def _amounts(sums: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
