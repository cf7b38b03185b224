"""Parameters are what the library's own types say, to the last level; idempotency is Stripe's."""

import threading
from typing import Any

import pytest
import stripe

from marketplace.stripe_double import answers
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double
from tests.support.stripe import CARD, HELD


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"foo": 1}, "foo", "parameter_unknown"),
        (
            {"automatic_payment_methods": {"enabled": True, "foo": 1}},
            "automatic_payment_methods[foo]",
            "parameter_unknown",
        ),
        ({"payment_method_types": ["card"]}, "payment_method_types", "payment_method_types_no_longer_supported"),
        ({"amount": "19.99"}, "amount", "parameter_invalid_integer"),
        ({"amount": True}, "amount", "parameter_invalid_integer"),
        ({"amount": -5}, "amount", "parameter_invalid_integer"),
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"amount": 49}, "amount", "amount_too_small"),
        ({"amount": 999, "currency": "thb"}, "amount", "amount_too_small"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "xxx"}, "currency", None),
        ({"confirm": "yes"}, "confirm", None),
        ({"capture_method": "later"}, "capture_method", None),
        ({"automatic_payment_methods": "on"}, "automatic_payment_methods", None),
        (
            {"automatic_payment_methods": {"allow_redirects": "never"}},
            "automatic_payment_methods[enabled]",
            "parameter_missing",
        ),
        ({"metadata": "x"}, "metadata", None),
        ({"metadata": {"a": "b" * 501}}, "metadata", None),
        ({"description": ""}, "description", "parameter_invalid_empty"),
        ({"statement_descriptor_suffix": "CITY"}, "statement_descriptor_suffix", "double_unsupported"),
        ({"confirm": False, "return_url": "http://x"}, "return_url", None),
        ({"automatic_payment_methods": {"enabled": True}}, "return_url", None),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
    ],
)
def test_wrong_parameters(client: stripe.StripeClient, change: dict[str, Any], param: str, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create({**CARD, **change})

    assert (caught.value.param, caught.value.code, caught.value.http_status) == (param, code, 400)
    assert client.v1.payment_intents.list({}).data == []


@pytest.mark.parametrize("missing", ["amount", "currency"])
def test_missing_parameters(client: stripe.StripeClient, missing: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.payment_intents.create({name: value for name, value in CARD.items() if name != missing})  # type: ignore[arg-type]

    assert (caught.value.param, caught.value.code) == (missing, "parameter_missing")


@pytest.mark.parametrize("currency", ["vnd", "lak", "mmk", "khr", "idr", "thb", "cny", "jpy"])
def test_large_amounts_of_small_currencies(client: stripe.StripeClient, currency: str) -> None:
    assert client.v1.payment_intents.create({"amount": 98_765_432, "currency": currency}).amount == 98_765_432


def test_key_and_version_are_checked(double: Double) -> None:
    stranger = stripe.StripeClient("sk_live_x", http_client=InProcess(double), stripe_version="2026-10-28.endive")
    old = stripe.StripeClient("sk_test_x", http_client=InProcess(double), stripe_version="2020-08-27")

    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.balance.retrieve()
    with pytest.raises(stripe.InvalidRequestError, match="2026-10-28"):
        old.v1.balance.retrieve()


def test_a_key_gives_its_first_answer_again(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "once"}
    first = client.v1.payment_intents.create(HELD, options)
    client.v1.payment_intents.capture(first.id)

    again = client.v1.payment_intents.create(HELD, options)

    assert (again.id, again.status) == (first.id, "requires_capture")
    assert len(client.v1.payment_intents.list({}).data) == 1


def test_a_declined_answer_is_kept_and_a_malformed_one_is_not(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "declined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create({**CARD, "payment_method": "pm_card_chargeDeclined"}, options)
    assert len(client.v1.payment_intents.list({}).data) == 1

    options = {"idempotency_key": "malformed"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({**CARD, "foo": 1}, options)  # type: ignore[typeddict-unknown-key]
    assert client.v1.payment_intents.create(CARD, options).status == "succeeded"


def test_a_key_is_for_one_request(client: stripe.StripeClient) -> None:
    options: Any = {"idempotency_key": "mine"}
    client.v1.payment_intents.create(CARD, options)

    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.payment_intents.create({**CARD, "amount": 1}, options)
    assert caught.value.http_status == 400
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(CARD, {"idempotency_key": "k" * 256})


def test_a_key_in_use_is_refused_until_its_call_is_over_or_dead(
    double: Double, client: stripe.StripeClient, later: Any
) -> None:
    options: Any = {"idempotency_key": "running"}
    headers = {"authorization": "Bearer sk_test_x", "idempotency-key": "running"}
    body = "amount=500&currency=usd"
    answers.begin(double._storage, "running", method="POST", path="/v1/payment_intents", body=body)
    assert double.answer("POST", "/v1/payment_intents", headers, body=body).status == 409

    later(60)
    assert double.answer("POST", "/v1/payment_intents", headers, body=body).status == 200
    assert len(client.v1.payment_intents.list({}).data) == 1
    with pytest.raises(stripe.IdempotencyError):
        client.v1.payment_intents.create(CARD, options)


def test_one_key_from_many_threads_is_one_charge(double: Double, client: stripe.StripeClient) -> None:
    seen: list[int] = []
    headers = {"authorization": "Bearer sk_test_x", "idempotency-key": "race"}

    def ask() -> None:
        seen.append(double.answer("POST", "/v1/payment_intents", headers, body="amount=500&currency=usd").status)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(seen) <= {200, 409}
    assert len(client.v1.payment_intents.list({}).data) == 1


def test_keys_are_forgotten_after_a_day(client: stripe.StripeClient, later: Any) -> None:
    options: Any = {"idempotency_key": "old"}
    client.v1.payment_intents.create(CARD, options)
    later(25 * 3600)
    client.v1.payment_intents.create(CARD, options)

    assert len(client.v1.payment_intents.list({}).data) == 2


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        ("timeout_before", stripe.APIConnectionError, 0),
        ("timeout_after", stripe.APIConnectionError, 1),
        ("throttle", stripe.RateLimitError, 0),
        ("break_before", stripe.APIError, 0),
        ("break_after", stripe.APIError, 1),
        ("decline", stripe.CardError, 1),
    ],
)
def test_faults_on_purpose(
    double: Double, client: stripe.StripeClient, fault: str, error: type[Exception], done: int
) -> None:
    double.switches.arm(
        fault, method="POST" if fault != "decline" else "*", path="/v1/payment_intents" if fault != "decline" else "*"
    )
    with pytest.raises(error):
        client.v1.payment_intents.create(CARD, {"idempotency_key": "k"})

    assert len(client.v1.payment_intents.list({}).data) == done
    assert double.switches.armed() == []
    with pytest.raises(ValueError, match="nonsense"):
        double.switches.arm("nonsense")
