"""The stand-in on loopback: the same library over a real socket, cut connections, and its pages."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
import stripe
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from marketplace.stripe_double.double import Double
from marketplace.stripe_double.pages import create_pages
from marketplace.stripe_double.server import create_server
from tests.support.stripe import CARD
from tests.unit.stripe_double.test_flows import _page


@pytest.fixture
def address(double: Double) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_server(double), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _client(address: str, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_double",
        base_addresses={"api": address, "files": address},
        stripe_version="2026-10-28.endive",
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=5),
    )


def test_the_library_over_a_socket(address: str) -> None:
    client = _client(address)
    intent = client.v1.payment_intents.create(CARD)

    assert client.v1.refunds.create({"payment_intent": intent.id}).amount == 10_000
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({**CARD, "foo": 1})  # type: ignore[typeddict-unknown-key]


def test_a_file_over_a_socket(address: str) -> None:
    client = _client(address)
    content = b"%PDF-1.7" + bytes(2_000_000)
    asked: Any = {"purpose": "dispute_evidence", "file": io.BytesIO(content)}
    assert client.v1.files.create(asked).size == len(content)


def test_a_cut_answer_is_a_lost_answer(address: str) -> None:
    armed = requests.post(
        f"{address}/_double/switches", json={"fault": "timeout_after", "method": "POST", "path": "/v1/*"}, timeout=5
    )
    assert armed.json()[0]["fault"] == "timeout_after"

    with pytest.raises(stripe.APIConnectionError):
        _client(address).v1.payment_intents.create(CARD, {"idempotency_key": "cut"})
    assert _client(address).v1.payment_intents.create(CARD, {"idempotency_key": "cut"}).status == "succeeded"

    assert len(_client(address).v1.payment_intents.list({}).data) == 1
    assert requests.post(f"{address}/_double/switches", json={"fault": "x"}, timeout=5).status_code == 422
    assert requests.delete(f"{address}/_double/switches", timeout=5).json() == []


def test_notices_go_over_http(address: str) -> None:
    got: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            got.append(self.headers["Stripe-Signature"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    hook = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=hook.serve_forever)
    thread.start()
    client = _client(address)
    client.v1.webhook_endpoints.create({"url": f"http://127.0.0.1:{hook.server_port}", "enabled_events": ["*"]})
    client.v1.payment_intents.create(CARD)

    assert requests.post(f"{address}/_double/deliveries", timeout=20).json() == {"sent": 3}
    hook.shutdown()
    thread.join()
    hook.server_close()
    assert len(got) == 3


@pytest.fixture
def visitor(double: Double) -> FlaskClient:
    return create_pages(double).test_client()


def _open(client: stripe.StripeClient) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(_page(cancel_url="http://127.0.0.1:9/basket"))  # type: ignore[arg-type]


def test_a_buyer_pays_on_the_page(client: stripe.StripeClient, visitor: FlaskClient) -> None:
    session = _open(client)
    path = f"/pay/{session.id}"

    shown = visitor.get(path)
    assert "Demo payments" in shown.text
    assert "100.00\u00a0USD" in shown.text
    assert "script" not in shown.text
    refused = visitor.post(path, data={"act": "pay", "card": "pm_card_chargeDeclinedInsufficientFunds"})
    assert (refused.status_code, "not enough money" in refused.text) == (402, True)
    assert visitor.post(path, data={"act": "pay", "card": "4242"}).status_code == 422
    assert visitor.post(path, data={"act": "cancel"}).location == "http://127.0.0.1:9/basket"
    paid = visitor.post(path, data={"act": "pay", "card": "pm_card_visa"})
    assert (paid.status_code, paid.location) == (303, "http://127.0.0.1:9/done")
    assert visitor.post(path, data={"act": "pay", "card": "pm_card_visa"}).location == "http://127.0.0.1:9/done"

    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"
    assert len(client.v1.payment_intents.list({}).data) == 1


def test_a_buyer_answers_the_bank(client: stripe.StripeClient, visitor: FlaskClient) -> None:
    path = f"/pay/{_open(client).id}"
    card = {"card": "pm_card_authenticationRequired"}

    assert "is this you" in visitor.post(path, data={**card, "act": "pay"}).text
    assert visitor.post(path, data={**card, "act": "refuse"}).status_code == 402
    assert visitor.post(path, data={**card, "act": "confirm"}).status_code == 303
    assert client.v1.payment_intents.list({}).data[0].status == "requires_capture"


@pytest.mark.parametrize(("act", "status"), [("confirm", "succeeded"), ("refuse", "requires_payment_method")])
def test_a_challenge_outside_a_page(client: stripe.StripeClient, visitor: FlaskClient, act: str, status: str) -> None:
    asked: Any = {**CARD, "payment_method": "pm_card_authenticationRequired", "return_url": "http://127.0.0.1:9/back"}
    intent = client.v1.payment_intents.create({**asked, "automatic_payment_methods": {"enabled": True}})
    path = intent.next_action.redirect_to_url.url.removeprefix("http://127.0.0.1:9/demo")  # type: ignore[union-attr]

    assert "is this you" in visitor.get(path).text
    assert visitor.get(path[:-1] + "?").status_code == 404
    for _ in range(2):
        assert visitor.post(path, data={"act": act}).location == "http://127.0.0.1:9/back"

    assert client.v1.payment_intents.retrieve(intent.id).status == status


def test_a_page_that_is_over_says_so_in_the_readers_language(client: stripe.StripeClient, visitor: FlaskClient) -> None:
    session = _open(client)
    client.v1.checkout.sessions.expire(session.id)

    over = visitor.get(f"/pay/{session.id}", headers={"Accept-Language": "zh-CN,zh;q=0.9"})

    assert (over.status_code, 'lang="zh-Hans"' in over.text) == (410, True)
    assert visitor.get("/pay/cs_none").status_code == 404
    with visitor.get("/static/page.css") as style:
        assert style.status_code == 200
    assert "default-src 'none'" in over.headers["Content-Security-Policy"]


def test_disputes_by_hand_over_the_wire(address: str) -> None:
    intent = _client(address).v1.payment_intents.create(CARD)  # type: ignore[arg-type]
    asked = {"intent": intent.id, "amount": 400, "reason": "product_not_received"}
    made = requests.post(f"{address}/_double/disputes", json=asked, timeout=5).json()["id"]
    assert _client(address).v1.disputes.retrieve(made).amount == 400
    assert requests.post(f"{address}/_double/disputes", json={**asked, "reason": "x"}, timeout=5).status_code == 422
    requests.post(f"{address}/_double/disputes", json={"dispute": made, "won": True}, timeout=5)
    assert _client(address).v1.disputes.retrieve(made).status == "won"


def test_a_code_is_shown_to_whoever_has_its_address(client: stripe.StripeClient, visitor: FlaskClient) -> None:
    asked: Any = {
        "amount": 1_000,
        "currency": "sgd",
        "confirm": True,
        "payment_method_data": {"type": "paynow"},
        "return_url": "http://shop.test/done",
    }
    waiting = client.v1.payment_intents.create(asked)
    code: Any = waiting.next_action
    places = [
        "/" + code.paynow_display_qr_code[name].split("/", 4)[4]
        for name in ("hosted_instructions_url", "image_url_png", "image_url_svg")
    ]
    page, png, svg = places
    shown = visitor.get(page)
    assert "<svg" in shown.text
    assert "PayNow" in shown.text
    assert visitor.get(png).data.startswith(b"\x89PNG")
    assert visitor.get(svg).mimetype == "image/svg+xml"
    for wrong in (page[:-1] + "_", png.replace(".png", ".gif")):
        assert visitor.get(wrong).status_code == 404
    assert visitor.post(page, data={"act": "dance"}).status_code == 422
    assert visitor.get(page.replace("/local/", "/challenge/")).location == "http://shop.test/done"
    assert visitor.post(page, data={"act": "pay"}).location == "http://shop.test/done"
    assert visitor.get(page).location == "http://shop.test/done"
