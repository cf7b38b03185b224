"""A session cookie is verified once, and is as safe as one that is verified each time."""

import time

import pytest
from flask import Flask, flash, get_flashed_messages, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired

from marketplace.edge.cookies import Remembering, Sessions


def build(**config):
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a key", **config)
    app.session_interface = Sessions()
    return app


def serializer(app):
    return app.session_interface.get_signing_serializer(app)


def test_it_signs_and_reads_what_flask_signs_and_reads():
    app = build()
    its = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer(app).loads(its.dumps({"a": 1})) == {"a": 1}
    assert its.loads(serializer(app).dumps({"a": (1, 2)})) == {"a": (1, 2)}


def test_it_verifies_once_and_gives_each_reader_his_own(monkeypatch):
    its = serializer(build())
    signed = its.dumps({"list": [1]})
    its.loads(signed)["list"].append(2)
    monkeypatch.setattr(Remembering, "load_payload", lambda *_: pytest.fail("read again"))
    assert its.loads(signed, max_age=5) == {"list": [1]}


@pytest.mark.parametrize(
    # The last sign of a signature has bits that nobody reads.
    "change",
    [lambda s: s[:-2] + ("A" if s[-2] != "A" else "B") + s[-1], lambda s: "x" + s, lambda _: "no"],
)
def test_what_was_not_signed_here_is_never_read(change):
    its = serializer(build())
    signed = its.dumps({"person": 1})
    its.loads(signed)
    for _ in range(2):
        with pytest.raises(BadSignature):
            its.loads(change(signed))


def test_a_time_that_is_over_is_over_for_what_was_read_before(monkeypatch):
    its = serializer(build())
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 100)
    signed = its.dumps({"person": 1})
    monkeypatch.undo()
    assert its.loads(signed, max_age=200) == {"person": 1}
    with pytest.raises(SignatureExpired):
        its.loads(signed, max_age=50)
    monkeypatch.setattr(time, "time", lambda: now + 3_600)
    ahead = its.dumps({"person": 1})
    monkeypatch.undo()
    with pytest.raises(SignatureExpired):
        its.loads(ahead, max_age=50)


def test_a_key_that_was_replaced_is_read_until_it_is_dropped():
    old = serializer(build()).dumps({"person": 1})
    app = build(SECRET_KEY_FALLBACKS=["a key"])
    app.config["SECRET_KEY"] = "another key"
    assert serializer(app).loads(old) == {"person": 1}
    app.config["SECRET_KEY_FALLBACKS"] = None
    with pytest.raises(BadSignature):
        serializer(app).loads(old)


def test_a_city_without_a_key_has_no_sessions():
    app = build()
    app.secret_key = None
    assert serializer(app) is None


def test_news_are_told_once():
    app = build()

    @app.get("/tell")
    def tell():
        flash("Saved")
        return ""

    @app.get("/hear")
    def hear():
        return {"said": get_flashed_messages(), "rest": dict(session)}

    client = app.test_client()
    client.get("/tell")
    client.get("/tell")
    assert client.get("/hear").json == {"said": ["Saved", "Saved"], "rest": {}}
    assert client.get("/hear").json == {"said": [], "rest": {}}
