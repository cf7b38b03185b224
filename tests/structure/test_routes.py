"""Every route has a permission or is listed public; every page action names an API call that exists."""

import re
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from marketplace.edge.permissions import Access, access_of
from marketplace.web.shared.returning import page_of

_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_FRAMEWORK = {"static"}
# The description does not describe itself.
_DOCUMENTATION = {"/api/v1/openapi.json"}
# Doors of providers: no page acts there.
_MACHINES = "/webhooks/"
# What moves money, goods or room by an order: such calls are sent with a key.
_OF_THE_TRADE = {
    "bank", "checkout", "claims", "fulfilment", "inspections", "invoices", "logistics", "orders", "payments", "payouts",
    "samples", "statements", "trading", "treasury",
}  # fmt: skip
# A note beside an order moves nothing.
_WORDS_ONLY = {"/api/v1/orders/{order_id}/notes"}


def _rules(app: Flask) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if rule.endpoint not in _FRAMEWORK and rule.rule not in _DOCUMENTATION
    ]


def _access(app: Flask, rule: Rule) -> Access:
    access = access_of(app.view_functions[rule.endpoint])
    assert access is not None, f"{rule.rule} ({rule.endpoint}) has neither a permission nor a reason to be public"
    return access


def _shape(path: str) -> str:
    """Forget what parameters are called: ``/orders/<uuid:id>`` and ``/orders/{id}`` are one."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", path)


def test_every_route_is_guarded_or_says_why_it_is_public(shared_app: Flask) -> None:
    for rule in _rules(shared_app):
        access = _access(shared_app, rule)

        assert access.permission is not None or access.reason, rule.rule


def test_every_page_action_has_its_api_twin(shared_app: Flask) -> None:
    calls = {
        (method, _shape(rule.rule))
        for rule in _rules(shared_app)
        if rule.rule.startswith("/api/")
        for method in rule.methods or ()
    }
    for rule in _rules(shared_app):
        if rule.rule.startswith(("/api/", _MACHINES)) or not (rule.methods or set()) & _CHANGING:
            continue
        twin = _access(shared_app, rule).twin

        assert twin, f"{rule.rule} acts, but names no API twin"
        method, _, path = twin.partition(" ")
        assert (method, _shape(path)) in calls, f"{rule.rule}: there is no {twin}"


def test_ids_in_addresses_are_uuids(shared_app: Flask) -> None:
    for rule in _rules(shared_app):
        for name in rule.arguments:
            if name == "id" or name.endswith("_id"):
                assert f"<uuid:{name}>" in rule.rule, rule.rule


def test_every_api_call_is_described(shared_app: Flask) -> None:
    document = shared_app.test_client().get("/api/v1/openapi.json").get_json()

    described = {_shape(path) for path in document["paths"]}
    assert document["openapi"].startswith("3.1")
    for rule in _rules(shared_app):
        if rule.rule.startswith("/api/"):
            assert _shape(rule.rule) in described, rule.rule


def test_every_call_that_makes_something_of_the_trade_is_answered_the_same_when_it_is_sent_again(
    shared_app: Flask,
) -> None:
    document = shared_app.test_client().get("/api/v1/openapi.json").get_json()
    made = {
        path: {each["name"] for each in call.get("parameters", ())}
        for path, calls in document["paths"].items()
        if (call := calls.get("post")) and "201" in call["responses"] and call["tags"][0] in _OF_THE_TRADE
    }

    assert len(made) >= 20
    assert {path for path, sent in made.items() if "Idempotency-Key" not in sent} == _WORDS_ONLY


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/companies/1"])
def test_the_api_answers_with_problems(shared_app: Flask, path: str) -> None:
    answer = shared_app.test_client().get(path)

    assert answer.status_code in (404, 405)
    assert answer.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail", "errors"} <= answer.get_json().keys()


def test_the_address_of_every_act_leads_to_a_page(shared_app: Flask) -> None:
    rules = [rule for rule in _rules(shared_app) if not rule.rule.startswith(("/api/", _MACHINES))]
    shown = {rule.rule for rule in rules if "GET" in (rule.methods or set())}
    for rule in rules:
        if rule.rule in shown or "POST" not in (rule.methods or set()):
            continue
        path = re.sub(r"<uuid:[^>]+>", str(UUID(int=1)), rule.rule)
        with shared_app.test_request_context(path):
            page = page_of(path)
        assert page != "/" or rule.rule == "/logout", f"{rule.rule} leads nowhere"
        assert shared_app.url_map.bind("localhost").test(page, "GET"), f"{rule.rule} leads to {page}"


def test_every_api_call_says_what_may_be_refused(shared_app: Flask) -> None:
    document = shared_app.test_client().get("/api/v1/openapi.json").get_json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answers, where = set(operation["responses"]), f"{method} {path}"
            assert {"422", "429"} <= answers, where
            assert operation.get("security") == [] or {"401", "403"} <= answers, where
            assert "{" not in path or "404" in answers or "{kind}" in path, where
            assert "requestBody" not in operation or {"400", "409", "415"} <= answers, where
            for status in answers - {"200", "201", "202", "204"}:
                content = operation["responses"][status]["content"]
                assert list(content) == ["application/problem+json"], (where, status)
                assert "Problem" in str(content), (where, status)


@pytest.mark.parametrize("path", ["/api/v1/files", "/api/v1/imports", "/api/v1/payments/{payment_id}/slip"])
def test_a_call_that_takes_a_file_describes_its_multipart_body(shared_app: Flask, path: str) -> None:
    document = shared_app.test_client().get("/api/v1/openapi.json").get_json()
    ((kind, body),) = document["paths"][path]["post"]["requestBody"]["content"].items()
    schema = document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
    assert kind == "multipart/form-data"
    assert schema["properties"]["file"]["format"] == "binary"
    assert schema["required"] == ["file"]
