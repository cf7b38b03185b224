"""Payouts from an account's balance to its bank: by hand or by schedule, paid or failed.

Source: https://docs.stripe.com/payouts and, for failures, https://docs.stripe.com/api/payouts/failures
"""

from typing import Any, Final

from marketplace.stripe_double import currencies
from marketplace.stripe_double.calls import Call, listing, new_id
from marketplace.stripe_double.errors import invalid
from marketplace.stripe_double.resources import balance

_DAY: Final = 24 * 3600
_EMPTY: Final = (
    "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use"
    " the /v1/balance endpoint to view your Stripe balance."
)


def create(call: Call) -> dict[str, Any]:
    """Send available money to the account's bank."""
    given = call.given
    currency = currencies.check_currency(given["currency"])
    currencies.check_positive(given["amount"])
    if call.account and not call.get("account", call.account)["payouts_enabled"]:
        raise invalid("Cannot create payouts: this account has requirements that need to be collected.")
    if balance.available(call, call.account, currency) < given["amount"]:
        raise balance.insufficient(_EMPTY)
    return _make(call, call.account, given["amount"], currency, automatic=False)


def retrieve(call: Call) -> dict[str, Any]:
    """Read one of the account's own."""
    return call.get("payout", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List those of the account, all or in one state."""
    found = call.transaction.all("payout", status=call.given.get("status"))
    return listing(call, [one for one in found if one["_account"] == call.account], url="/v1/payouts")


def go_on(call: Call) -> None:
    """Let payouts arrive or fail, and make those that are due by the schedule of their account."""
    for payout in call.transaction.all("payout", status="pending"):
        if payout["arrival_date"] <= call.now:
            _arrive(call, payout)
    for account in call.transaction.all("account"):
        is_daily = account["settings"]["payouts"]["schedule"]["interval"] == "daily"
        if is_daily and account["payouts_enabled"] and account.get("_paid_at", account["created"]) + _DAY <= call.now:
            call.put({**account, "_paid_at": call.now})
            for currency, amount in sorted(balance.spendable(call, account["id"]).items()):
                if amount > 0:
                    made = _make(call, account["id"], amount, currency, automatic=True)
                    balance.take_along(call, account["id"], currency, made["id"])


def _make(call: Call, account: str, amount: int, currency: str, *, automatic: bool) -> dict[str, Any]:
    payout_id = new_id("po")
    booked = balance.book(call, "payout", payout_id, -amount, currency, account=account)
    payout = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": call.now + _DAY,
        "automatic": automatic,
        "balance_transaction": booked["id"],
        "created": call.now,
        "currency": currency,
        "description": call.given.get("description"),
        "destination": "ba_double",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": call.given.get("metadata", {}),
        "method": "standard",
        "source_type": "card",
        "statement_descriptor": call.given.get("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
        "_account": account,
    }
    call.emit("payout.created", payout, account=account)
    return call.put(payout)


def _arrive(call: Call, payout: dict[str, Any]) -> None:
    account = payout["_account"]
    takes = not account or call.get("account", account)["_bank"] == "ok"
    payout["status"] = "paid" if takes else "failed"
    if not takes:
        back = balance.book(call, "payout_failure", payout["id"], payout["amount"], payout["currency"], account=account)
        payout |= {
            "failure_balance_transaction": back["id"],
            "failure_code": "account_closed",
            "failure_message": "The bank account has been closed.",
        }
    call.emit("payout.paid" if takes else "payout.failed", payout, account=account)
    call.put(payout)
