"""Every list of the API: items and next, a cursor of its own, filters by what the city knows."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.pages import encode_cursor
from tests import factories

FOREIGN = ["x", "é", "null", encode_cursor("nobody"), encode_cursor(7), encode_cursor("a", "b"), encode_cursor(-1, "x")]


@pytest.fixture
def city(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
        for membership in session.query(Membership).filter_by(company_id=office.company):
            membership.roles = [role.value for role in (Role.ADMIN, Role.MODERATOR, Role.OPERATIONS, Role.TREASURY)]
    return market, office


def lists(client):
    """Name the operations that take a cursor or answer items, with their schemas."""
    document = client.get("/api/v1/openapi.json").get_json()
    found = {}
    for path, operations in document["paths"].items():
        operation = operations.get("get", {})
        names = {each["name"] for each in operation.get("parameters", ())}
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        schema = str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))
        properties = document["components"]["schemas"].get(schema.rpartition("/")[2], {}).get("properties", {})
        if "cursor" in names or "items" in properties:
            found[path] = (names, properties)
    return found


# What is shown has a page of rows within.
WITHIN = {"/api/v1/imports/{import_id}", "/api/v1/pavilions/{country}"}


def test_every_list_has_items_and_next(client, city):
    found = lists(client)
    assert len(found) >= 18
    for path, (names, properties) in found.items():
        if "items" in properties:
            assert "next" in properties, path
        if "cursor" in names and path not in WITHIN:
            assert "items" in properties, path


def test_a_cursor_of_another_list_is_refused_everywhere(client, city):
    market, office = city
    refused = 0
    for path, (names, _) in lists(client).items():
        if "cursor" not in names or "{" in path:
            continue
        for trader in (market.merchant, office):
            for cursor in FOREIGN:
                needed = {"kind": "held", "currency": "CNY"} if path == "/api/v1/ledger/accounts" else {}
                query = needed | {"cursor": cursor}
                answer = client.get(path, query_string=query, headers=trader.headers)
                if answer.status_code == 403:
                    break
                assert answer.status_code == 422, (path, cursor, answer.status_code, answer.text)
                assert [error["field"] for error in answer.get_json()["errors"]] == ["cursor"], (path, cursor)
                refused += 1
    assert refused > 80


@pytest.mark.parametrize(
    ("path", "field", "accepted"),
    [
        ("/search?category=nothing", "category", "motorcycle-parts"),
        ("/search?basis=EXW", "basis", "DAP, FCA"),
        ("/search?origin=US", "origin", "VN"),
        ("/search?sort=luck", "sort", "price"),
        ("/search?currency=XYZ", "currency", "CNY"),
        ("/listings?category=nothing", "category", "motorcycle-parts"),
        ("/listings?incoterm=EXW", "incoterm", "DAP, FCA"),
        ("/listings?origin=US", "origin", "VN"),
        ("/listings?mine=1&state=gone", "state", "live"),
    ],
)
def test_a_filter_by_what_nobody_knows_is_refused(client, city, path, field, accepted):
    market, _ = city
    answer = client.get(f"/api/v1{path}", headers=market.merchant.headers)
    assert answer.status_code == 422, answer.text
    (error,) = answer.get_json()["errors"]
    assert error["field"] == field
    assert accepted in error["accepted"]
    if path.startswith("/search"):
        page = client.get(path)
        assert page.status_code == 422
        assert "error-summary" in page.text or field in page.text
