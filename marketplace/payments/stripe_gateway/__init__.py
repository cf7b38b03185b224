"""The card provider on the real ``stripe`` library, against Stripe or against the double in this process.

The one package of payments that imports stripe. Its errors become ours here, its objects become rows, and its
parameters are built nowhere else. Source: https://docs.stripe.com/api (version pinned in ``gateway``).
"""

from typing import Final

import stripe

from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.stripe_gateway.gateway import API_VERSION, StripeGateway

# Where buyers pay, and where companies set their accounts up.
PAGES: Final = "https://checkout.stripe.com https://connect.stripe.com"
__all__ = ["API_VERSION", "PAGES", "StripeGateway", "connect"]


def connect(
    *,
    api_key: str,
    webhook_secret: str,
    url: str = "",
    page_origin: str = PAGES,
    http_client: stripe.HTTPClient | None = None,
    retries: int = 2,
    country: str = "SG",
    methods: tuple[LocalMethod, ...] = (),
) -> StripeGateway:
    """Return the gateway on Stripe, on another address that speaks like it, or on whatever the HTTP client reaches."""
    client = stripe.StripeClient(
        api_key,
        stripe_version=API_VERSION,
        max_network_retries=retries,
        base_addresses={"api": url, "files": url} if url else {},
        http_client=http_client or stripe.RequestsClient(timeout=10),
    )
    return StripeGateway(
        client, webhook_secret=webhook_secret, page_origin=page_origin, country=country, methods=methods
    )
