"""Notices: signed so that the library accepts them, and late, twice, backwards or lost when switched so."""

import json
from typing import Any

import pytest
import stripe

from marketplace.stripe_double.double import Double
from tests.support.stripe import CARD

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def endpoint(client: stripe.StripeClient) -> stripe.WebhookEndpoint:
    return client.v1.webhook_endpoints.create({"url": URL, "enabled_events": ["*"], "api_version": "2026-10-28.endive"})


class Inbox:
    def __init__(self, double: Double, *, accepting: bool = True) -> None:
        self.got: list[tuple[bytes, str]] = []
        self._double, self._accepting = double, accepting

    def fetch(self) -> list[str]:
        self.got.clear()
        self._double.deliver(self._take)
        return [json.loads(raw)["type"] for raw, _ in self.got]

    def _take(self, url: str, raw: bytes, signature: str) -> bool:
        assert url == URL
        self.got.append((raw, signature))
        return self._accepting


ALL = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_notices_are_signed_and_come_once(
    double: Double, client: stripe.StripeClient, endpoint: stripe.WebhookEndpoint
) -> None:
    client.v1.payment_intents.create(CARD)
    inbox = Inbox(double)

    assert inbox.fetch() == ALL
    for raw, signature in inbox.got:
        event = client.construct_event(raw, signature, str(endpoint.secret))
        assert event.api_version == "2026-10-28.endive"
        assert client.v1.events.retrieve(event.id).type == event.type
        with pytest.raises(stripe.SignatureVerificationError):
            client.construct_event(raw + b" ", signature, str(endpoint.secret))
    assert inbox.fetch() == []


@pytest.mark.parametrize(
    ("fault", "path", "value", "expected"),
    [
        ("duplicate", "charge.*", "3", [ALL[0], ALL[1], ALL[1], ALL[1], ALL[2]]),
        ("reorder", "*", "", ALL[::-1]),
        ("drop", "charge.*", "", [ALL[0], ALL[2]]),
        ("delay", "payment_intent.created", "60", ALL[1:]),
    ],
)
def test_switches(
    double: Double,
    client: stripe.StripeClient,
    endpoint: Any,
    later: Any,
    fault: str,
    path: str,
    value: str,
    expected: Any,
) -> None:
    client.v1.payment_intents.create(CARD)
    double.switches.arm(fault, path=path, value=value)
    inbox = Inbox(double)

    assert inbox.fetch() == expected
    later(61)
    assert inbox.fetch() == (ALL[:1] if fault == "delay" else [])


def test_what_is_not_taken_comes_again(double: Double, client: stripe.StripeClient, endpoint: Any, later: Any) -> None:
    client.v1.payment_intents.create(CARD)
    assert Inbox(double, accepting=False).fetch() == ALL
    assert Inbox(double).fetch() == []

    later(10)

    assert Inbox(double).fetch() == ALL


def test_endpoints_choose_and_can_be_switched_off(
    double: Double, client: stripe.StripeClient, endpoint: stripe.WebhookEndpoint
) -> None:
    api = client.v1.webhook_endpoints
    api.update(endpoint.id, {"enabled_events": ["charge.succeeded"]})
    client.v1.payment_intents.create(CARD)
    assert Inbox(double).fetch() == ["charge.succeeded"]

    api.update(endpoint.id, {"disabled": True})
    client.v1.payment_intents.create(CARD)
    assert Inbox(double).fetch() == []
    assert "secret" not in api.retrieve(endpoint.id)
    api.delete(endpoint.id)
    assert api.list({}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        api.create({"url": "nowhere", "enabled_events": ["*"]})


def test_the_embedded_endpoint_keeps_its_secret_when_the_city_moves(
    double: Double, client: stripe.StripeClient
) -> None:
    first = double.embedded_endpoint("http://127.0.0.1:1/webhooks/stripe")

    assert double.embedded_endpoint("http://127.0.0.1:2/webhooks/stripe") == first
    assert [one.url for one in client.v1.webhook_endpoints.list({}).data] == ["http://127.0.0.1:2/webhooks/stripe"]
