"""What holds for every page and call: who is who, languages, errors, headers, health."""

import re
import uuid

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from marketplace.app import create_app
from marketplace.audit import flows as audit
from marketplace.edge.permissions import public
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.outbox import services as outbox
from tests.support.visitors import Program, Visitor

OWNER = "owner@demo.test"


def test_anothers_company_answers_like_an_unknown_one(town):
    town.company(OWNER)
    other = town.company("other@demo.test")["company_id"]
    program = town.program(OWNER)
    body = {"login": "x@demo.test", "roles": ["sales"]}
    for method, suffix, given in (("GET", "", None), ("POST", "/invitations", body)):
        foreign = program.call(method, f"/companies/{other}{suffix}", 404, given)
        unknown = program.call(method, f"/companies/{uuid.uuid4()}{suffix}", 404, given)
        assert foreign == unknown


def test_a_token_opens_no_page_and_a_cookie_calls_no_api(town):
    town.company(OWNER)
    token = town.program(OWNER).token
    answer = town.app.test_client().get("/account", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/account")
    visitor = town.visitor(OWNER)
    answer = visitor.client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer nothing", "Basic b3duZXI6eA==", "Bearer " + "x" * 5_000])
def test_what_is_no_token_is_refused(town, header):
    assert town.program().call("GET", "/me", 401, Authorization=header)["type"].endswith("token_unknown")


def test_the_city_is_closed_to_strangers(town):
    assert town.program().problem("GET", "/me", 401)[0] == "login_needed"
    page = town.visitor()
    page.open("/login")
    hidden = page.hidden("/login")
    assert page.client.post("/account/sessions/end", data=hidden).status_code == 401


@pytest.mark.parametrize("token", [None, "", "IjAwIg.aaaaaa.bbbb"])
def test_a_form_that_is_not_ours_does_nothing(town, token):
    town.company(OWNER)
    visitor = town.visitor(OWNER)
    fields = {} if token is None else {"csrf_token": token}
    answer = visitor.client.post("/account/sessions/end", data=fields)
    assert answer.status_code == 400
    assert "The form is too old or was not ours" in answer.text
    visitor.open("/account")


@pytest.mark.parametrize(
    ("prefix", "lang", "heading"), [("", "en", "Log in"), ("/zh", "zh", "登录"), ("/vi", "vi", "Đăng nhập")]
)
def test_a_language_stays_through_links_forms_and_redirects(town, prefix, lang, heading):
    town.company(OWNER)
    visitor = town.visitor()
    page = visitor.open(f"{prefix}/login")
    assert f'<html lang="{lang}">' in page
    assert f"<h1>{heading}</h1>" in page
    inner = [
        path
        for path in re.findall(r'(?:href|action)="(/[^"]*)"', page)
        if not path.startswith(("/static/", "/api/")) and f'href="{path}" hreflang' not in page
        and f'hreflang="en" href="{path}"' not in page and f'hreflang="zh" href="{path}"' not in page
        and f'hreflang="vi" href="{path}"' not in page
    ]  # fmt: skip
    assert inner
    assert all(path.startswith(f"{prefix}/") for path in inner)
    answer = visitor.client.get(f"{prefix}/account")
    assert answer.location == f"{prefix}/login?next={prefix}/account"
    hidden = visitor.hidden(f"{prefix}/login")
    answer = visitor.client.post(
        answer.location, data=hidden | {"login": OWNER, "password": "over the Friendship Bridge"}
    )
    assert answer.location == f"{prefix}/account"
    visitor.open(answer.location)


def test_a_page_names_itself_in_the_other_languages(town):
    page = town.visitor().open("/zh/login?next=/account")
    assert '<link rel="alternate" hreflang="vi" href="/vi/login?next=/account">' in page
    assert '<link rel="alternate" hreflang="en" href="/login?next=/account">' in page


@pytest.mark.parametrize("path", ["//evil.test/x", "/zh//evil.test/x", "/%0d%0aX: y", "/%ff"])
def test_a_strange_address_leads_nowhere_else(town, path):
    answer = town.app.test_client().get("http://localhost" + path)
    assert answer.status_code in {308, 404}
    assert 'href="//' not in answer.text
    assert not (answer.location or "").startswith("//")


def test_health(town):
    client = town.app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz").get_json()
    assert ready["status"] == "ok"
    assert re.fullmatch(r"[0-9a-f]{12}", ready["schema"])


def test_a_city_without_its_schema_is_alive_but_not_ready(tmp_path, settings):
    city = create_app(settings.model_copy(update={"database_url": "", "data_dir": tmp_path}))
    try:
        assert city.test_client().get("/healthz").status_code == 200
        assert city.test_client().get("/readyz").status_code == 503
    finally:
        _close(city)


def test_counters_are_for_this_machine(town, tmp_path, monkeypatch):
    client = town.app.test_client()
    client.get("/login")
    answer = client.get("/metrics")
    assert 'city_requests_total{method="GET",route="/login",status="200"}' in answer.text
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 404
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert client.get("/metrics").status_code == 200


def test_what_waits_for_the_jobs_is_told_in_seconds(town):
    town.company(OWNER)
    client = town.app.test_client()
    figures = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if "#" not in line)
    assert float(figures["city_audit_unsealed_seconds"]) > 0
    assert figures["city_jobs_given_up"] == "0.0"
    with unit_of_work() as session:
        outbox.enqueue(session, "seal_audit", {}, now=clock.now())
    clock.set_offset(90)
    try:
        audit.seal_rows(now=clock.now())
        later = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if "#" not in line)
    finally:
        clock.set_offset(0)
    assert later["city_audit_unsealed_seconds"] == "0.0"
    assert float(later["city_jobs_due_seconds"]) >= 90


def test_every_answer_is_guarded(town):
    answer = town.app.test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
    assert set(re.findall(r'<script nonce="([\w-]+)"', answer.text)) == {nonce}
    assert answer.text.count("<script") == answer.text.count("<script nonce=")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    again = town.app.test_client().get("/").headers["Content-Security-Policy"]
    assert again != policy
    town.company(OWNER)
    assert town.visitor(OWNER).client.get("/account").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        ({}, ""),
        # Paying, and setting up an account to be paid into.
        ({"stripe_api_key": SecretStr("sk_test_1")}, " https://checkout.stripe.com https://connect.stripe.com"),
        ({"stripe_api_key": SecretStr("sk_test_1"), "stripe_url": "http://127.0.0.1:9/"}, " http://127.0.0.1:9"),
    ],
)
def test_a_form_may_lead_to_the_page_of_the_card_provider_and_nowhere_else(settings, tmp_path, changes, target):
    city = create_app(settings.model_copy(update={"data_dir": tmp_path, **changes}))
    policy = city.test_client().get("/healthz").headers["Content-Security-Policy"]
    assert policy.endswith(f"; form-action 'self'{target}")


def test_the_cookie_is_for_http_alone_and_for_this_site(town):
    town.company(OWNER)
    cookie = town.visitor().log_in(OWNER).headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert OWNER not in cookie


def test_a_request_keeps_its_number(town):
    client = town.app.test_client()
    assert client.get("/healthz", headers={"X-Request-Id": "abc123"}).headers["X-Request-Id"] == "abc123"
    for bad in ("with blank", "ü", "x" * 65):
        assert re.fullmatch(
            r"[0-9a-f]{16}", client.get("/healthz", headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        )


def test_unknown_pages_and_methods(town):
    visitor = town.visitor()
    assert "There is no such page" in visitor.open("/nothing", 404)
    answer = visitor.client.delete("/login", headers={"X-Request-Id": "abc123"})
    assert answer.status_code in {400, 405}
    answer = visitor.client.put("/logout")
    assert answer.status_code in {400, 405}
    assert "Something broke" not in answer.text
    problem = town.program().call("PUT", "/me", 405)
    assert problem["title"] == "Method not allowed"
    answer = town.app.test_client().post("/api/v1/companies", data="a=b", content_type="text/plain")
    assert answer.status_code == 415


def test_what_is_too_large_is_refused_before_it_is_read(town):
    client = town.app.test_client()
    huge = b"x" * (33 * 1024 * 1024)
    answer = client.post("/api/v1/companies", data=huge, content_type="application/json")
    assert answer.status_code == 413
    assert answer.get_json()["type"] == "urn:city:problem:too_large"
    visitor = town.visitor()
    visitor.open("/login")
    fields = visitor.hidden("/login") | {"login": "x" * 3_000_000, "password": "x"}
    assert visitor.client.post("/login", data=fields).status_code == 413


@pytest.fixture
def broken(settings, town) -> Flask:
    """A city with views that fail in ways the features do not."""
    city = create_app(settings)

    def unexpected():
        raise RuntimeError("somebody@demo.test")

    def lost():
        raise OperationalError("SELECT 1", {}, Exception("the connection is lost"))

    def out_of_range():
        raise DataError("SELECT 1", {}, Exception("out of range"))

    def raced():
        raise IntegrityError("INSERT", {}, Exception("unique"))

    for view in (unexpected, lost, out_of_range, raced):
        for path in ("", "/api/v1"):
            city.add_url_rule(f"{path}/{view.__name__}", f"{path}{view.__name__}", public("a test's")(view))
    yield city
    _close(city)


@pytest.mark.parametrize(
    ("path", "status"), [("unexpected", 500), ("lost", 503), ("out_of_range", 422), ("raced", 409)]
)
def test_what_fails_is_answered_and_says_nothing_of_the_inside(broken, path, status, capsys):
    visitor = Visitor(broken)
    page = visitor.open(f"/{path}", status, headers={"X-Request-Id": "abc123"})
    assert "abc123" in page
    problem = Program(broken).call("GET", f"/{path}", status)
    assert problem["status"] == status
    for text in (page, str(problem)):
        assert "RuntimeError" not in text
        assert "demo.test" not in text
        assert "SELECT" not in text
    part = visitor.client.get(f"/{path}", headers={"HX-Request": "true"})
    assert part.status_code == status
    assert "<html" not in part.text


def test_a_reader_without_a_database_gets_a_page(tmp_path, settings, town):
    town.company(OWNER)
    visitor = town.visitor(OWNER)
    away = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/away/none.sqlite3"})
    city = create_app(away)
    try:
        inside = Visitor(city)
        inside.client._cookies = visitor.client._cookies
        assert "The city is busy" in inside.open("/account", 503)
    finally:
        _close(city)


def _close(city):
    city.extensions["city.bell"].close()
    with city.app_context():
        db.session.remove()
        db.engine.dispose()
