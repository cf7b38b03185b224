"""Customs people keep what countries ask; buyers read it, and prohibited goods go nowhere near that country."""

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import db, extension, unit_of_work
from marketplace.search import flows as search
from tests import factories
from tests.factories import HANOI, HUB

RULE = {
    "country": "VN", "hs_prefix": "8714", "measure": "permit", "en": "A permit is needed.", "zh": "需要许可。",
    "vi": "Cần giấy phép.", "source": "Law 1", "source_url": "https://law.test/1", "valid_from": "2026-01-01",
    "checked_on": "2026-01-02",
}  # fmt: skip


@pytest.fixture
def trade(app):
    """A market, its customs officer, and a way to call the API."""
    market = factories.open_market(app)
    with unit_of_work() as session:
        officer = factories.staff(session, app, role=Role.CUSTOMS, now=clock.now())
    db.session.remove()
    client = app.test_client()

    def call(method, path, status, body=None, who=None, **headers):
        sent = client.open(
            f"/api/v1{path}", method=method, json=body, headers={**(who.headers if who else {}), **headers}
        )
        assert sent.status_code == status, sent.text
        return sent.get_json()

    return market, officer, call, client


def test_what_is_asked_is_read_on_page_and_api_and_a_ban_stops_the_order(app, trade):
    market, officer, call, client = trade
    chains = market.chains
    made = call("POST", "/restrictions", 201, RULE, officer)["id"]
    assert call("POST", "/restrictions", 409, RULE, officer)["type"].endswith("restriction_known")
    call("POST", "/restrictions", 403, RULE, market.buyer)
    wrong = call("POST", "/restrictions", 422, RULE | {"hs_prefix": "87141", "source_url": "law"}, officer)
    assert {error["field"] for error in wrong["errors"]} == {"hs_prefix", "source_url"}
    assert [row["id"] for row in call("GET", "/restrictions?country=VN", 200)["items"]] == [made]
    shown = call("GET", f"/listings/{chains}?to={HANOI}&quantity=40", 200)
    assert [(each["measure"], each["source"]) for each in shown["asked_there"]] == [("permit", "Law 1")]
    assert call("GET", f"/listings/{chains}?quantity=40", 200)["asked_there"] == []
    page = client.get(f"/products/{chains}?to={HANOI}&quantity=40").text
    assert "Needs a permit there" in page
    assert 'href="https://law.test/1"' in page
    line = {"quantity": 40, "currency": "CNY", "price_basis": {"incoterm": "FCA", "place": HUB}}
    call("PUT", "/cart", 200, {"to": HANOI}, market.buyer)
    cart = call("PUT", f"/cart/lines/{chains}", 200, line, market.buyer)
    assert cart["bundles"][0]["lines"][0]["problems"] == []
    assert _delivers(app, call, chains)
    call("PUT", f"/restrictions/{made}", 204, RULE | {"measure": "prohibited"}, officer)
    cart = call("GET", "/cart", 200, who=market.buyer)
    (problem,) = cart["bundles"][0]["lines"][0]["problems"]
    assert problem["code"] == "prohibited_there"
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    refused = call("POST", "/checkout", 409, body, market.buyer, **{"Idempotency-Key": "k"})
    assert refused["type"].endswith("cart_changed")
    assert "prohibited_there" in str(refused)
    assert "8714" in str(refused)
    assert not _delivers(app, call, chains)
    (compared,) = call("GET", f"/comparison?ids={chains}&quantity=40&to={HANOI}", 200)["goods"]
    assert (compared["freight"], compared["delivered"]) == (None, None)


def _delivers(app, call, listing_id):
    """Tell whether the search knows a lorry that brings the goods to Hanoi."""
    with app.app_context():
        search.rebuild(index=extension("city.search"), now=clock.now())
        db.session.remove()
    rows = call("GET", f"/search?q=&to={HANOI}&quantity=40", 200)["items"]
    (row,) = [row for row in rows if row["id"] == str(listing_id)]
    return row["delivery"] is not None
