"""The provider's door and its page, from the outside: a signed notice is taken, anything else is not."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel import clock
from marketplace.payments.flows import cards
from marketplace.payments.rules.cards import CardState
from marketplace.stripe_double.deliveries import sign
from marketplace.worker import jobs
from tests.support.cards import authorise, charge, double_of, new_key

RETURN = "http://127.0.0.1:8000/orders"


def _page_of(key: str) -> str:
    outcome = authorise(key, payment_method=None, return_url=RETURN)
    return (outcome.page_url or "").removeprefix("http://127.0.0.1:8000")


def test_a_buyer_pays_on_the_demo_page_and_the_city_hears_of_it(app: Flask, client: FlaskClient) -> None:
    double_of(app)
    key = new_key()
    path = _page_of(key)

    assert "Demo payments" in client.get(path).text
    declined = client.post(path, data={"act": "pay", "card": "pm_card_chargeDeclined"})
    assert declined.status_code == 402
    paid = client.post(path, data={"act": "pay", "card": "pm_card_visa"})
    assert (paid.status_code, paid.location) == (303, RETURN)
    jobs.JOBS["deliver_double_events"]({})

    assert charge(key).state is CardState.AUTHORISED


def test_the_provider_brings_its_notices_to_one_door(app: Flask, client: FlaskClient) -> None:
    double = double_of(app)
    key = new_key()
    double.switches.arm("timeout_after", method="POST", path="/v1/payment_intents", times=3)
    with pytest.raises(Exception, match="payment_unknown"):
        authorise(key)
    answers: list[int] = []

    def send(_url: str, raw: bytes, signature: str) -> bool:
        answer = client.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature})
        answers.append(answer.status_code)
        return answer.status_code == 204

    while double.deliver(send):
        pass

    assert set(answers) == {204}
    assert charge(key).state is CardState.AUTHORISED


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense"])
def test_what_the_provider_did_not_sign_is_refused(client: FlaskClient, app: Flask, signature: str) -> None:
    body = json.dumps({"id": "evt_1", "object": "event", "type": "charge.captured"})

    answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})

    assert (answer.status_code, answer.text) == (400, "signature")


def test_signed_nonsense_and_other_versions_are_refused(app: Flask, client: FlaskClient) -> None:
    secret = double_of(app).embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe")
    old: dict[str, Any] = {"id": "evt_1", "object": "event", "type": "x", "api_version": "2020-08-27"}
    old["data"] = {"object": {"id": "pi_1", "object": "payment_intent"}}
    for raw, code in ((b"[]", "event"), (b"{}", "event"), (json.dumps(old).encode(), "event_version")):
        signature = sign(raw, secret, at=int(clock.now().timestamp()))
        answer = client.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature})
        assert (answer.status_code, answer.text) == (400, code)


def test_notices_about_strangers_are_taken_and_forgotten(app: Flask, client: FlaskClient) -> None:
    secret = double_of(app).embedded_endpoint("http://127.0.0.1:8000/webhooks/stripe")
    event = {
        "id": "evt_stranger",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "pi_stranger", "object": "payment_intent", "metadata": {"city_charge": "no id"}}},
    }
    raw = json.dumps(event).encode()

    answer = client.post(
        "/webhooks/stripe",
        data=raw,
        headers={"Stripe-Signature": sign(raw, secret, at=int(clock.now().timestamp()))},
    )

    assert answer.status_code == 204


def test_the_reconciler_is_a_job(app: Flask) -> None:
    double_of(app)
    jobs.JOBS["reconcile_cards"]({})
    assert cards.reconcile(clock.now()).looked == 0
    assert {"reconcile_cards", "deliver_double_events"} <= {name for name, _ in jobs.PERIODIC}
