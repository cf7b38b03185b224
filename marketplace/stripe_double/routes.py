"""Every call that the stand-in does: method, path, the library's type of its parameters, and which of them it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from stripe import params
from stripe.params import checkout

from marketplace.stripe_double.calls import Call
from marketplace.stripe_double.resources import (
    accounts,
    balance,
    charges,
    checkout_sessions,
    customers,
    disputes,
    files,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    transfers,
    webhook_endpoints,
)

_PAGE: Final = "limit starting_after ending_before created"


@dataclass(frozen=True, slots=True)
class Route:
    """One call."""

    method: str
    path: re.Pattern[str]
    model: type
    supported: frozenset[str]
    act: Callable[[Call], dict[str, Any]]


def _route(method: str, path: str, model: type, supported: str, act: Callable[[Call], dict[str, Any]]) -> Route:
    pattern = re.compile("/v1/" + path.replace("{id}", "([A-Za-z0-9_]+)"))
    return Route(method, pattern, model, frozenset(supported.split()) | {"expand"}, act)


_CONFIRM: Final = (
    "payment_method payment_method_data payment_method_options return_url error_on_requires_action off_session"
)
ROUTES: Final = (
    _route(
        "POST",
        "payment_intents",
        params.PaymentIntentCreateParams,
        "amount currency customer description metadata capture_method automatic_payment_methods confirm receipt_email "
        "transfer_group allowed_payment_method_types " + _CONFIRM,
        payment_intents.create,
    ),
    _route("GET", "payment_intents", params.PaymentIntentListParams, f"{_PAGE} customer", payment_intents.find),
    _route("GET", "payment_intents/{id}", params.PaymentIntentRetrieveParams, "", payment_intents.retrieve),
    _route(
        "POST", "payment_intents/{id}", params.PaymentIntentUpdateParams, "metadata description", payment_intents.update
    ),
    _route(
        "POST", "payment_intents/{id}/confirm", params.PaymentIntentConfirmParams, _CONFIRM, payment_intents.confirm
    ),
    _route(
        "POST",
        "payment_intents/{id}/capture",
        params.PaymentIntentCaptureParams,
        "amount_to_capture",
        payment_intents.capture,
    ),
    _route(
        "POST",
        "payment_intents/{id}/cancel",
        params.PaymentIntentCancelParams,
        "cancellation_reason",
        payment_intents.cancel,
    ),
    _route(
        "POST",
        "checkout/sessions",
        checkout.SessionCreateParams,
        "mode line_items client_reference_id metadata payment_intent_data success_url cancel_url expires_at locale"
        " customer allowed_payment_method_types payment_method_options",
        checkout_sessions.create,
    ),
    _route(
        "GET", "checkout/sessions", checkout.SessionListParams, f"{_PAGE} payment_intent status", checkout_sessions.find
    ),
    _route("GET", "checkout/sessions/{id}", checkout.SessionRetrieveParams, "", checkout_sessions.retrieve),
    _route("POST", "checkout/sessions/{id}/expire", checkout.SessionExpireParams, "", checkout_sessions.expire),
    _route(
        "POST", "refunds", params.RefundCreateParams, "payment_intent charge amount reason metadata", refunds.create
    ),
    _route("GET", "refunds", params.RefundListParams, f"{_PAGE} payment_intent charge", refunds.find),
    _route("GET", "refunds/{id}", params.RefundRetrieveParams, "", refunds.retrieve),
    _route("GET", "charges", params.ChargeListParams, f"{_PAGE} payment_intent", charges.find),
    _route("GET", "charges/{id}", params.ChargeRetrieveParams, "", charges.retrieve),
    _route("POST", "customers", params.CustomerCreateParams, "description email metadata name", customers.create),
    _route("GET", "customers", params.CustomerListParams, _PAGE, customers.find),
    _route("GET", "customers/{id}", params.CustomerRetrieveParams, "", customers.retrieve),
    _route("GET", "payment_methods/{id}", params.PaymentMethodRetrieveParams, "", payment_methods.retrieve),
    _route(
        "POST",
        "webhook_endpoints",
        params.WebhookEndpointCreateParams,
        "url enabled_events api_version description metadata connect",
        webhook_endpoints.create,
    ),
    _route("GET", "webhook_endpoints", params.WebhookEndpointListParams, _PAGE, webhook_endpoints.find),
    _route("GET", "webhook_endpoints/{id}", params.WebhookEndpointRetrieveParams, "", webhook_endpoints.retrieve),
    _route(
        "POST",
        "webhook_endpoints/{id}",
        params.WebhookEndpointUpdateParams,
        "url enabled_events disabled",
        webhook_endpoints.update,
    ),
    _route("DELETE", "webhook_endpoints/{id}", params.WebhookEndpointDeleteParams, "", webhook_endpoints.delete),
    _route("GET", "events", params.EventListParams, f"{_PAGE} type types", webhook_endpoints.find_events),
    _route("GET", "events/{id}", params.EventRetrieveParams, "", webhook_endpoints.retrieve_event),
    _route("GET", "balance", params.BalanceRetrieveParams, "", balance.retrieve),
    _route(
        "GET",
        "balance_transactions",
        params.BalanceTransactionListParams,
        f"{_PAGE} type currency source payout",
        balance.find_transactions,
    ),
    _route(
        "GET", "balance_transactions/{id}", params.BalanceTransactionRetrieveParams, "", balance.retrieve_transaction
    ),
    _route(
        "POST",
        "accounts",
        params.AccountCreateParams,
        "country controller capabilities email metadata business_type default_currency settings",
        accounts.create,
    ),
    _route("GET", "accounts", params.AccountListParams, _PAGE, accounts.find),
    _route("GET", "accounts/{id}", params.AccountRetrieveParams, "", accounts.retrieve),
    _route("POST", "accounts/{id}", params.AccountUpdateParams, "metadata settings", accounts.update),
    _route(
        "POST",
        "account_links",
        params.AccountLinkCreateParams,
        "account type refresh_url return_url",
        accounts.create_link,
    ),
    _route(
        "POST",
        "transfers",
        params.TransferCreateParams,
        "amount currency destination description metadata source_transaction transfer_group",
        transfers.create,
    ),
    _route("GET", "transfers", params.TransferListParams, f"{_PAGE} transfer_group destination", transfers.find),
    _route("GET", "transfers/{id}", params.TransferRetrieveParams, "", transfers.retrieve),
    _route(
        "POST", "transfers/{id}/reversals", params.TransferReversalCreateParams, "amount metadata", transfers.reverse
    ),
    _route("GET", "transfers/{id}/reversals", params.TransferReversalListParams, _PAGE, transfers.find_reversals),
    _route(
        "POST",
        "payouts",
        params.PayoutCreateParams,
        "amount currency description metadata statement_descriptor",
        payouts.create,
    ),
    _route("GET", "payouts", params.PayoutListParams, f"{_PAGE} status", payouts.find),
    _route("GET", "payouts/{id}", params.PayoutRetrieveParams, "", payouts.retrieve),
    _route("GET", "disputes", params.DisputeListParams, f"{_PAGE} charge payment_intent", disputes.find),
    _route("GET", "disputes/{id}", params.DisputeRetrieveParams, "", disputes.retrieve),
    _route("POST", "disputes/{id}", params.DisputeUpdateParams, "evidence metadata submit", disputes.update),
    _route("POST", "files", params.FileCreateParams, "file purpose", files.create),
    _route("GET", "files", params.FileListParams, f"{_PAGE} purpose", files.find),
    _route("GET", "files/{id}", params.FileRetrieveParams, "", files.retrieve),
    _route("POST", "disputes/{id}/close", params.DisputeCloseParams, "", disputes.close),
)


def find(method: str, path: str) -> tuple[Route, str] | None:
    """Return the route of a call and the id in its path, None for a call that Stripe or the stand-in does not do."""
    for route in ROUTES:
        fits = route.path.fullmatch(path)
        if route.method == method and fits:
            return route, (fits.group(1) if fits.groups() else "")
    return None
