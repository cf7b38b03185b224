"""The stand-in as an HTTP client of the stripe library: no socket, the same bytes."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from marketplace.stripe_double.double import Double, NoAnswer


class InProcess(stripe.HTTPClient):
    """Give this to ``StripeClient(http_client=...)``."""

    name = "in_process"

    def __init__(self, double: Double) -> None:
        """Answer from this stand-in."""
        super().__init__()
        self._double = double

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Do one call; a time-out on purpose looks as over the network."""
        parts = urlsplit(url)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            answer = self._double.answer(method.upper(), parts.path, given, query=parts.query, body=post_data or "")
        except NoAnswer:
            raise stripe.APIConnectionError("Request timed out", should_retry=True) from None
        return json.dumps(answer.body), answer.status, headers_of(answer)

    def close(self) -> None:
        """Hold nothing, so close nothing."""


def headers_of(answer: Any) -> dict[str, str]:
    """Return the headers of an answer."""
    # The library asks for both spellings.
    found = {"Request-Id": answer.request_id, "request-id": answer.request_id}
    return {**found, "Idempotent-Replayed": "true"} if answer.replayed else found
