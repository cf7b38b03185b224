"""The real library against the stand-in: one long day of payments."""

from typing import Any

import pytest
import stripe

from marketplace.stripe_double.double import Double
from marketplace.stripe_double.resources import checkout_sessions
from tests.support.stripe import CARD, HELD, NEVER


def _page(**more: Any) -> dict[str, Any]:
    price = {"currency": "usd", "unit_amount": 5_000, "product_data": {"name": "Goods"}}
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:9/done",
        "line_items": [{"price_data": price, "quantity": 2}],
        "payment_intent_data": {"capture_method": "manual", "metadata": {"a": "b"}},
        **more,
    }


def test_the_day(double: Double, client: stripe.StripeClient) -> None:
    api = client.v1
    customer = api.customers.create({"name": "Demo"})
    intent = api.payment_intents.create({**HELD, "customer": customer.id, "metadata": {"order": "1"}})
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 10_000, 0)
    assert isinstance(intent.latest_charge, str)

    taken = api.payment_intents.capture(
        intent.id, {"amount_to_capture": 9_000, "expand": ["latest_charge.balance_transaction"]}
    )
    assert (taken.status, taken.amount_received) == ("succeeded", 9_000)
    booked = taken.latest_charge.balance_transaction  # type: ignore[union-attr]
    assert (booked.amount, booked.fee, booked.net, booked.status) == (9_000, 261, 8_739, "pending")  # type: ignore[union-attr]

    refund = api.refunds.create({"payment_intent": intent.id, "amount": 4_000, "reason": "requested_by_customer"})
    assert api.refunds.retrieve(refund.id).status == "succeeded"
    assert api.charges.retrieve(str(intent.latest_charge)).amount_refunded == 4_000
    rest = api.refunds.create({"charge": str(intent.latest_charge)})
    assert rest.amount == 5_000
    assert [one.id for one in api.refunds.list({"payment_intent": intent.id}).data] == [rest.id, refund.id]

    other = api.payment_intents.create(HELD)
    assert api.payment_intents.cancel(other.id, {"cancellation_reason": "abandoned"}).status == "canceled"
    now_taken = api.payment_intents.create(CARD)
    assert now_taken.status == "succeeded"
    in_steps = api.payment_intents.create({"amount": 500, "currency": "eur", "automatic_payment_methods": NEVER})
    assert in_steps.status == "requires_payment_method"
    assert api.payment_intents.confirm(in_steps.id, {"payment_method": "pm_card_amex"}).status == "succeeded"

    kinds = {event.type for event in api.events.list({"limit": 100}).data}
    assert {"payment_intent.amount_capturable_updated", "charge.captured", "charge.refunded"} <= kinds
    assert "payment_intent.canceled" in kinds
    pending = {one.currency: one.amount for one in api.balance.retrieve().pending}
    assert pending == {"eur": 485, "usd": 8_739 + 9_710}
    available = {one.currency: one.amount for one in api.balance.retrieve().available}
    assert available == {"eur": 0, "usd": -9_000}


def test_lists_go_page_by_page(client: stripe.StripeClient) -> None:
    made = [client.v1.payment_intents.create({"amount": 100 + n, "currency": "usd"}).id for n in range(5)]

    first = client.v1.payment_intents.list({"limit": 2})

    assert [one.id for one in first.data] == made[:2:-1]
    assert [one.id for one in first.auto_paging_iter()] == made[::-1]
    assert [one.id for one in client.v1.payment_intents.list({"ending_before": made[0], "limit": 2}).data] == made[
        2:0:-1
    ]
    assert client.v1.payment_intents.list({"created": {"lt": 5}}).data == []


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
def test_declines(client: stripe.StripeClient, token: str, code: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create({**CARD, "payment_method": token})

    error = caught.value.json_body["error"]  # type: ignore[index]
    assert (caught.value.http_status, error["code"], error["decline_code"]) == (402, code, decline_code)
    intent = client.v1.payment_intents.retrieve(error["payment_intent"]["id"])
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert client.v1.charges.list({"payment_intent": intent.id}).data[0].status == "failed"


def test_a_challenge_needs_somewhere_to_go(client: stripe.StripeClient) -> None:
    asked = {**CARD, "payment_method": "pm_card_authenticationRequired"}

    with pytest.raises(stripe.CardError, match="authentication"):
        client.v1.payment_intents.create({**asked, "error_on_requires_action": True})
    assert client.v1.payment_intents.create(asked).next_action.type == "use_stripe_sdk"  # type: ignore[union-attr]
    always = {**asked, "automatic_payment_methods": {"enabled": True}, "return_url": "http://127.0.0.1:9/back"}
    intent = client.v1.payment_intents.create(always)
    assert intent.next_action.redirect_to_url.return_url == "http://127.0.0.1:9/back"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda api, held, done: api.payment_intents.capture(done), "payment_intent_unexpected_state"),
        (lambda api, held, done: api.payment_intents.cancel(done), "payment_intent_unexpected_state"),
        (lambda api, held, done: api.payment_intents.confirm(done), "payment_intent_unexpected_state"),
        (lambda api, held, done: api.payment_intents.capture(held, {"amount_to_capture": 10_001}), "amount_too_large"),
        (lambda api, held, done: api.payment_intents.capture(held, {"amount_to_capture": 0}), None),
        (lambda api, held, done: api.refunds.create({"payment_intent": held}), "charge_not_captured"),
        (lambda api, held, done: api.refunds.create({"payment_intent": done, "amount": 10_001}), None),
        (
            lambda api, held, done: api.refunds.create({"payment_intent": done, "amount": 0}),
            "parameter_invalid_integer",
        ),
        (lambda api, held, done: api.refunds.create({}), None),
        (lambda api, held, done: api.payment_intents.retrieve("pi_none"), "resource_missing"),
        (lambda api, held, done: api.refunds.create({"payment_intent": "pi_none"}), "resource_missing"),
        (lambda api, held, done: api.payment_intents.create({**CARD, "payment_method": "pm_x"}), "resource_missing"),
        (lambda api, held, done: api.payment_intents.list({"starting_after": "pi_none"}), "resource_missing"),
        (lambda api, held, done: api.payment_intents.list({"limit": 101}), "parameter_invalid_integer"),
        (
            lambda api, held, done: api.payment_intents.retrieve(done, {"expand": ["amount"]}),
            "property_cannot_be_expanded",
        ),
        (lambda api, held, done: api.invoices.list({}), None),
    ],
)
def test_what_stripe_would_refuse_is_refused(client: stripe.StripeClient, act: Any, code: str | None) -> None:
    held, done = client.v1.payment_intents.create(HELD).id, client.v1.payment_intents.create(CARD).id
    before = client.v1.balance_transactions.list({}).data

    with pytest.raises(stripe.InvalidRequestError) as caught:
        act(client.v1, held, done)

    assert caught.value.code == code
    assert client.v1.balance_transactions.list({}).data == before


def test_a_charge_is_refunded_once(client: stripe.StripeClient) -> None:
    done = client.v1.payment_intents.create(CARD).id
    client.v1.refunds.create({"payment_intent": done})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": done})

    assert caught.value.code == "charge_already_refunded"


def test_reservations_pages_and_refunds_end_by_the_clock(
    double: Double, client: stripe.StripeClient, later: Any
) -> None:
    held = client.v1.payment_intents.create(HELD).id
    page = client.v1.checkout.sessions.create(_page()).id  # type: ignore[arg-type]
    done = client.v1.payment_intents.create({**CARD, "payment_method": "pm_card_refundFail"}).id
    refund = client.v1.refunds.create({"payment_intent": done})
    assert refund.status == "pending"

    later(8 * 24 * 3600)
    double.pass_time()

    assert client.v1.payment_intents.retrieve(held).cancellation_reason == "automatic"
    assert client.v1.checkout.sessions.retrieve(page).status == "expired"
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.refunds.create({"payment_intent": done, "amount": 10_000}).amount == 10_000


def test_a_page_is_paid_or_expired(double: Double, client: stripe.StripeClient) -> None:
    paid, closed = (client.v1.checkout.sessions.create(_page()) for _ in range(2))  # type: ignore[arg-type]
    session = double.read("checkout.session", paid.id)
    double.act(lambda call: checkout_sessions.pay(call, session, "pm_card_visa"))

    found = client.v1.checkout.sessions.retrieve(paid.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status, found.amount_total) == ("complete", "unpaid", 10_000)
    assert found.payment_intent.status == "requires_capture"  # type: ignore[union-attr]
    assert found.payment_intent.metadata.to_dict() == {"a": "b"}  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(paid.id)
    assert client.v1.checkout.sessions.expire(closed.id).url is None


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"expires_at": 1}, "expires_at"),
        ({"success_url": "ftp://x"}, "success_url"),
        ({"mode": "subscription"}, "mode"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        ({"payment_intent_data": {"transfer_group": "x"}}, "payment_intent_data[transfer_group]"),
    ],
)
def test_a_page_that_cannot_be_is_refused(client: stripe.StripeClient, change: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(_page(**change))  # type: ignore[arg-type]

    assert caught.value.param == param
