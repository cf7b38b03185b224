"""Local methods at the stand-in: what an account may take, what a buyer must do, and how it ends."""

from pathlib import Path
from typing import Any

import pytest
import stripe

from marketplace.stripe_double.calls import API_VERSION
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double
from marketplace.stripe_double.resources import checkout_sessions

BACK = "http://127.0.0.1:9/done"
PAYNOW: dict[str, Any] = {
    "amount": 10_000,
    "currency": "sgd",
    "confirm": True,
    "payment_method_data": {"type": "paynow"},
    "return_url": BACK,
}


def _of(country: str, tmp_path: Path) -> tuple[Double, stripe.StripeClient]:
    double = Double(tmp_path / f"{country}.sqlite3", base_url="http://127.0.0.1:9/demo", country=country)
    http = InProcess(double)
    return double, stripe.StripeClient("sk_test_x", http_client=http, stripe_version=API_VERSION, max_network_retries=0)


def _page(kind: str, currency: str, **more: Any) -> dict[str, Any]:
    price = {"currency": currency, "unit_amount": 5_000, "product_data": {"name": "Goods"}}
    return {
        "mode": "payment",
        "success_url": BACK,
        "line_items": [{"price_data": price, "quantity": 2}],
        "allowed_payment_method_types": [kind],
        "payment_intent_data": {"metadata": {"a": "b"}},
        **more,
    }


@pytest.mark.parametrize(
    ("country", "currency", "types"),
    [
        ("SG", "sgd", ["card", "alipay", "grabpay", "paynow", "wechat_pay"]),
        ("SG", "cny", ["card", "alipay", "wechat_pay"]),
        ("SG", "thb", ["card"]),
        ("TH", "thb", ["card", "promptpay"]),
        ("MY", "myr", ["card", "alipay", "fpx", "grabpay"]),
        ("MY", "cny", ["card", "alipay"]),
    ],
)
def test_an_account_takes_what_its_country_and_the_currency_allow(tmp_path, country, currency, types) -> None:
    _, client = _of(country, tmp_path)

    assert client.v1.payment_intents.create({"amount": 10_000, "currency": currency}).payment_method_types == types
    held = client.v1.payment_intents.create({"amount": 10_000, "currency": currency, "capture_method": "manual"})
    assert held.payment_method_types == ["card"]


@pytest.mark.parametrize(
    ("country", "facts", "action"),
    [
        ("SG", {"payment_method_data": {"type": "paynow"}}, "paynow_display_qr_code"),
        ("SG", {"payment_method_data": {"type": "grabpay"}}, "redirect_to_url"),
        ("SG", {"payment_method_data": {"type": "alipay"}, "currency": "cny"}, "alipay_handle_redirect"),
        (
            "SG",
            {
                "payment_method_data": {"type": "wechat_pay"},
                "currency": "cny",
                "payment_method_options": {"wechat_pay": {"client": "web"}},
            },
            "wechat_pay_display_qr_code",
        ),
        (
            "TH",
            {
                "payment_method_data": {"type": "promptpay", "billing_details": {"email": "a@demo.test"}},
                "currency": "thb",
            },
            "promptpay_display_qr_code",
        ),
        ("MY", {"payment_method_data": {"type": "fpx", "fpx": {"bank": "cimb"}}, "currency": "myr"}, "redirect_to_url"),
    ],
)
def test_a_buyer_scans_or_logs_in_and_is_charged_at_once(tmp_path, country, facts, action) -> None:
    double, client = _of(country, tmp_path)
    asked: Any = {**PAYNOW, **facts}
    waiting = client.v1.payment_intents.create(asked)
    assert waiting.status == "requires_action"
    assert waiting.to_dict()["next_action"]["type"] == action
    assert waiting.to_dict()["next_action"][action]

    double.settle_local(waiting.id, "pay")

    paid = client.v1.payment_intents.retrieve(waiting.id, {"expand": ["latest_charge.balance_transaction"]})
    assert (paid.status, paid.amount_received, paid.next_action) == ("succeeded", 10_000, None)
    charge = paid.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.id.startswith("py_")
    assert charge.balance_transaction.type == "payment"  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="cannot be disputed"):
        double.dispute(paid.id)
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 4_000})
    double.pass_time()
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    booked = client.v1.balance_transactions.list({"source": refund.id}).data
    assert [(one.type, one.amount) for one in booked] == [("payment_refund", -4_000)]
    double.settle_local(paid.id, "fail")  # over: a second click changes nothing
    assert client.v1.payment_intents.retrieve(paid.id).status == "succeeded"


@pytest.mark.parametrize(
    ("facts", "param"),
    [
        ({"capture_method": "manual"}, "payment_method"),
        ({"currency": "cny"}, "payment_method"),
        ({"amount": 20_000_001}, "payment_method"),
        ({"allowed_payment_method_types": ["card"]}, "payment_method"),
        ({"allowed_payment_method_types": ["promptpay"]}, "allowed_payment_method_types"),
        ({"allowed_payment_method_types": ["bitcoin"]}, "allowed_payment_method_types[0]"),
        ({"return_url": None}, "return_url"),
        ({"payment_method_data": {"type": "paynow", "fpx": {"bank": "cimb"}}}, "payment_method_data[fpx]"),
        ({"payment_method_data": {"type": "klarna"}}, "payment_method_data[type]"),
        ({"payment_method": "pm_card_visa"}, "payment_method_data"),
        ({"payment_method_options": {"paynow": {"setup_future_usage": "none"}}}, "payment_method_options[paynow]"),
        ({"payment_method_data": {"type": "wechat_pay"}}, "payment_method_options[wechat_pay][client]"),
        ({"off_session": True}, None),
    ],
)
def test_what_a_method_cannot_do_is_refused(client: stripe.StripeClient, facts, param) -> None:
    asked = {name: value for name, value in {**PAYNOW, **facts}.items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(asked)  # type: ignore[arg-type]
    assert refused.value.param == param


@pytest.mark.parametrize(
    ("country", "data", "param"),
    [
        ("TH", {"type": "promptpay"}, "payment_method_data[billing_details][email]"),
        ("MY", {"type": "fpx"}, "payment_method_data[fpx][bank]"),
    ],
)
def test_a_method_must_know_of_its_payer_what_it_needs(tmp_path, country, data, param) -> None:
    _, client = _of(country, tmp_path)
    currency = {"TH": "thb", "MY": "myr"}[country]
    asked: Any = {**PAYNOW, "currency": currency, "payment_method_data": data}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(asked)
    assert refused.value.param == param


def test_a_code_that_nobody_scans_expires(double: Double, client: stripe.StripeClient, later) -> None:
    waiting = client.v1.payment_intents.create(PAYNOW)  # type: ignore[arg-type]
    later(3_601)
    double.pass_time()

    seen = client.v1.payment_intents.retrieve(waiting.id)

    assert (seen.status, seen.next_action) == ("requires_payment_method", None)
    assert seen.last_payment_error.code == "payment_intent_payment_attempt_expired"  # type: ignore[union-attr]


def test_a_bank_may_answer_later_and_until_then_nothing_is_cancelled(double, client, later) -> None:
    waiting = client.v1.payment_intents.create(PAYNOW)  # type: ignore[arg-type]
    double.settle_local(waiting.id, "wait")
    assert client.v1.payment_intents.retrieve(waiting.id).status == "processing"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(waiting.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    later(3_601)
    double.pass_time()
    assert client.v1.payment_intents.retrieve(waiting.id).status == "succeeded"


def test_a_page_shows_the_method_and_ends_as_the_buyer_does(double: Double, client: stripe.StripeClient) -> None:
    page = client.v1.checkout.sessions.create(_page("paynow", "sgd"))  # type: ignore[arg-type]
    assert page.payment_method_types == ["paynow"]

    def choose() -> str:
        work = lambda call: checkout_sessions.pay_locally(call, call.get("checkout.session", page.id), "paynow")  # noqa: E731
        return double.act(work)["id"]

    failed = choose()
    double.settle_local(failed, "fail")
    seen = client.v1.checkout.sessions.retrieve(page.id)
    assert (seen.status, seen.payment_status, seen.payment_intent) == ("open", "unpaid", failed)
    assert choose() == failed  # the same intent, another try
    double.settle_local(failed, "wait")
    assert client.v1.checkout.sessions.retrieve(page.id).status == "complete"
    double.settle_local(failed, "pay")
    assert client.v1.checkout.sessions.retrieve(page.id).payment_status == "paid"

    other = client.v1.checkout.sessions.create(_page("paynow", "sgd"))  # type: ignore[arg-type]
    page = other
    late = choose()
    double.settle_local(late, "wait")
    double.settle_local(late, "fail")
    seen = client.v1.checkout.sessions.retrieve(page.id)
    assert (seen.status, seen.payment_status) == ("complete", "unpaid")
    assert client.v1.payment_intents.retrieve(late).status == "requires_payment_method"


def test_a_page_for_what_cannot_be_reserved_takes_no_reservation(client: stripe.StripeClient) -> None:
    asked = _page("paynow", "sgd", payment_intent_data={"capture_method": "manual"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(asked)  # type: ignore[arg-type]
    assert refused.value.param == "allowed_payment_method_types"


def test_a_refund_comes_back_or_comes_too_late(double: Double, client: stripe.StripeClient, later) -> None:
    paid = client.v1.payment_intents.create(PAYNOW)  # type: ignore[arg-type]
    double.settle_local(paid.id, "pay")
    refund = client.v1.refunds.create({"payment_intent": paid.id, "amount": 1_000})
    assert refund.status == "pending"
    double.fail_refund(refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    booked = client.v1.balance_transactions.list({"source": refund.id}).data
    assert [one.type for one in booked] == ["payment_failure_refund", "payment_refund"]
    later(91 * 24 * 3_600)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id})
    assert refused.value.code == "charge_not_refundable"


def test_a_page_for_wechat_says_from_where_the_payer_pays(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(_page("wechat_pay", "cny"))  # type: ignore[arg-type]
    assert refused.value.param == "payment_method_options[wechat_pay][client]"
    web = {"payment_method_options": {"wechat_pay": {"client": "web"}}}
    assert client.v1.checkout.sessions.create(_page("wechat_pay", "cny", **web)).url  # type: ignore[arg-type]
