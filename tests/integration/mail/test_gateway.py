"""Text messages by a gateway of its own process space: delivered, refused for good, tried again; none in production."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from marketplace.accounts.rules.logins import check_reachable, parse_login
from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.kernel.errors import Refused, Unavailable
from marketplace.mail import flows
from marketplace.mail.gateway import TextGateway
from marketplace.mail.rules import Channel
from tests.integration.mail.test_messages import message, render, send


class Gateway(BaseHTTPRequestHandler):
    """Notes what is posted and answers as it is told."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], self.headers["Idempotency-Key"], body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def gateway():
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        server.taken, server.answer = [], 202
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_gateway_takes_texts_and_its_refusals_are_told_apart(app, gateway):
    ways = {Channel.TEXT: TextGateway(f"http://127.0.0.1:{gateway.server_address[1]}/texts", "secret")}
    number = "+8613800138000"
    first, second, third = (send(to=number, channel=Channel.TEXT) for _ in range(3))
    flows.deliver(first, render, outlets=ways)
    ((proof, key, body),) = gateway.taken
    assert (proof, key, body["id"], body["to"]) == ("Bearer secret", str(first), str(first), number)
    assert body["text"]
    gateway.answer = 503
    with pytest.raises(Unavailable):
        flows.deliver(second, render, outlets=ways)
    gateway.answer = 422
    flows.deliver(third, render, outlets=ways)
    assert [message(each).state for each in (first, second, third)] == ["sent", "queued", "failed"]
    gateway.shutdown()
    gateway.server_close()
    with pytest.raises(Unavailable):
        flows.deliver(second, render, outlets=ways)


def test_without_a_way_to_send_texts_a_phone_number_is_no_login_name():
    phone, mail = parse_login("+8613800138000"), parse_login("lan@company.example")
    assert check_reachable(mail, sends_texts=False) == mail
    assert check_reachable(phone, sends_texts=True) == phone
    with pytest.raises(Refused) as refusal:
        check_reachable(phone, sends_texts=False)
    assert (refusal.value.errors[0].field, refusal.value.errors[0].code) == ("login", "no_texts")


@pytest.mark.parametrize(("url", "sends"), [("", False), ("https://texts.example/messages", True)])
def test_production_sends_texts_by_its_gateway_alone(tmp_path, url, sends):
    city = create_app(
        Settings(
            env="production",
            data_dir=tmp_path,
            database_url=f"sqlite:///{tmp_path / 'city.sqlite3'}",
            text_url=url,
            secret_key="k" * 48,
            public_url="https://city.example",
        )
    )
    assert city.extensions["city.vault"].policy.sends_texts is sends


def test_a_gateway_is_reached_in_private(tmp_path):
    with pytest.raises(ValueError, match="CITY_TEXT_URL"):
        create_app(Settings(env="test", data_dir=tmp_path, text_url="http://texts.example"))
