"""Connected accounts and the pages on which they are set up. Source: https://docs.stripe.com/connect/accounts

The platform is one of Singapore. An account is made for a country, fills in on a hosted page what it still must, and
then receives transfers where the platform's region allows it.
"""

import secrets
from typing import Any, Final

from marketplace.stripe_double.calls import Call, listing, new_id
from marketplace.stripe_double.errors import Refusal, invalid

PLATFORM: Final = "SG"
# The countries that Stripe has accounts of, of those that trade here. Source: https://stripe.com/global
COUNTRIES: Final = frozenset({"SG", "MY", "TH", "JP", "HK", "AU", "NZ", "US", "GB", "DE", "FR"})
# Where a platform of Singapore or Malaysia may send transfers; elsewhere Stripe refuses what crosses regions.
# Source: https://docs.stripe.com/connect/account-capabilities#transfers-cross-border
REGION: Final = frozenset({"SG", "MY"})
_DUE: Final = ["business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip"]
_LINK_LIFETIME: Final = 300


def create(call: Call) -> dict[str, Any]:
    """Make an account of a country; it must be set up before it receives anything."""
    given = call.given
    country = given.get("country", PLATFORM)
    if country not in COUNTRIES:
        raise invalid(f"Country '{country}' is unknown or not supported.", param="country")
    asked = {name for name, value in given.get("capabilities", {}).items() if value.get("requested")}
    if not asked:
        message = "You must request at least one capability for this account."
        raise invalid(message, param="capabilities", code="parameter_missing")
    account = call.put(
        {
            "id": new_id("acct", 16),
            "object": "account",
            "business_type": given.get("business_type"),
            "capabilities": dict.fromkeys(sorted(asked), "inactive"),
            "charges_enabled": False,
            "controller": _controller(given.get("controller", {})),
            "country": country,
            "created": call.now,
            "default_currency": given.get("default_currency", "sgd" if country == "SG" else None),
            "details_submitted": False,
            "email": given.get("email"),
            "metadata": given.get("metadata", {}),
            "payouts_enabled": False,
            "requirements": _requirements(_DUE),
            "settings": {"payouts": {"schedule": _schedule(given), "debit_negative_balances": True}},
            "type": "none",
            "_bank": "ok",
        }
    )
    call.emit("account.updated", account, account=account["id"])
    return account


def retrieve(call: Call) -> dict[str, Any]:
    """Read one."""
    return call.get("account", call.object_id)


def find(call: Call) -> dict[str, Any]:
    """List them."""
    return listing(call, call.transaction.all("account"), url="/v1/accounts")


def update(call: Call) -> dict[str, Any]:
    """Change metadata or the schedule of payouts."""
    account = retrieve(call)
    account["metadata"] = {**account["metadata"], **call.given.get("metadata", {})}
    if "settings" in call.given:
        account["settings"]["payouts"]["schedule"] = _schedule(call.given)
    call.emit("account.updated", account, account=account["id"])
    return call.put(account)


def check_known(call: Call, account_id: str) -> None:
    """Refuse a call for an account that is not connected to the platform."""
    if call.transaction.get("account", account_id) is None:
        message = f"The provided key does not have access to account '{account_id}' (or that account does not exist)."
        raise Refusal(403, {"type": "invalid_request_error", "code": "account_invalid", "message": message})


def create_link(call: Call) -> dict[str, Any]:
    """Open the page on which an account is set up: once, for five minutes."""
    given = call.given
    account = call.get("account", given["account"], param="account")
    if given["type"] == "account_update":
        message = "You cannot create account_update type Account Links for this account."
        raise invalid(message, param="type")
    for name in ("refresh_url", "return_url"):
        if name not in given:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
        if not given[name].startswith(("http://", "https://")):
            raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", param=name)
    secret = secrets.token_urlsafe(18)
    expires_at = call.now + _LINK_LIFETIME
    link = {"secret": secret, "expires_at": expires_at, "back": given["return_url"], "again": given["refresh_url"]}
    call.put({**account, "_link": link})
    return {
        "object": "account_link",
        "created": call.now,
        "expires_at": expires_at,
        "url": f"{call.base_url}/connect/{account['id']}/{secret}",
    }


def set_up(call: Call, account_id: str, *, bank: str) -> dict[str, Any]:
    """Be the merchant who fills in the page; ``bank`` says whether its bank will take payouts: ``ok``, ``closed``."""
    account = call.get("account", account_id)
    account |= {
        "business_type": account["business_type"] or "company",
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "charges_enabled": "card_payments" in account["capabilities"],
        "details_submitted": True,
        "payouts_enabled": True,
        "requirements": _requirements([]),
        "_bank": bank,
        "_link": None,
    }
    call.emit("account.updated", account, account=account_id)
    return call.put(account)


def restrict(call: Call, account_id: str, *, due: str) -> dict[str, Any]:
    """Be the provider that asks an account for more: until then it receives nothing."""
    account = call.get("account", account_id)
    account |= {
        "capabilities": dict.fromkeys(account["capabilities"], "inactive"),
        "payouts_enabled": False,
        "requirements": {**_requirements([due]), "disabled_reason": "requirements.past_due"},
    }
    call.emit("account.updated", account, account=account_id)
    return call.put(account)


def check_receives(account: dict[str, Any]) -> None:
    """Refuse a transfer to an account that is not set up, or in a country beyond the platform's region."""
    if account["country"] not in REGION:
        raise invalid(
            f"Funds can't be sent to accounts located in {account['country']} because it's restricted outside of your"
            " platform's region.",
            param="destination",
        )
    if account["capabilities"].get("transfers") != "active":
        raise invalid(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            param="destination",
            code="insufficient_capabilities_for_transfer",
        )


def _controller(asked: dict[str, Any]) -> dict[str, Any]:
    """Return who bears fees, losses and requirements; Stripe couples some of these."""
    fees = asked.get("fees", {}).get("payer", "account")
    losses = asked.get("losses", {}).get("payments", "stripe")
    dashboard = asked.get("stripe_dashboard", {}).get("type", "full")
    if losses == "application" and dashboard == "full":
        message = "When losses are collected by the application, the dashboard must be express or none."
        raise invalid(message, param="controller[stripe_dashboard][type]")
    return {
        "type": "application",
        "fees": {"payer": fees},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": asked.get("requirement_collection", "stripe"),
        "stripe_dashboard": {"type": dashboard},
    }


def _requirements(due: list[str]) -> dict[str, Any]:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _schedule(given: dict[str, Any]) -> dict[str, Any]:
    asked = given.get("settings", {}).get("payouts", {}).get("schedule", {})
    return {"delay_days": 2, "interval": asked.get("interval", "daily")}
