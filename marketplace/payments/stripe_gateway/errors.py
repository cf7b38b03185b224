"""What the library raises, in our words. Its texts stay here: they may quote what a person typed."""

from collections.abc import Generator
from contextlib import contextmanager

import stripe

from marketplace.payments.rules.provider import (
    IntentSeen,
    ProviderBroke,
    ProviderBusy,
    ProviderRefused,
    ProviderSilent,
)
from marketplace.payments.stripe_gateway.reading import declined


class Declined(Exception):
    """Carries the answer of a declined card out of the error's context."""

    def __init__(self, seen: IntentSeen) -> None:
        super().__init__("declined")
        self.seen = seen


@contextmanager
def our_errors() -> Generator[None]:
    """Turn the library's errors into ours. Their texts stay here: they may quote what a person typed."""
    try:
        yield
    except stripe.CardError as error:
        refused = declined(error)
        if refused is None:
            raise ProviderRefused(error.code or "card_error") from None
        raise Declined(refused) from None
    except stripe.RateLimitError:
        raise ProviderBusy from None
    except stripe.APIConnectionError:
        raise ProviderSilent from None
    except stripe.IdempotencyError as error:
        if error.http_status == 409:
            # The first call with this key is still being done.
            raise ProviderSilent from None
        raise
    except stripe.InvalidRequestError as error:
        raise ProviderRefused(error.code or "invalid_request", param=error.param) from None
    except (stripe.AuthenticationError, stripe.PermissionError):
        raise ProviderBusy("payment_provider_setup") from None
    except stripe.APIError:
        raise ProviderBroke from None
