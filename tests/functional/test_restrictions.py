"""Customs people keep what countries ask; buyers read it, and prohibited goods go nowhere near that country."""

import io
import json
import re

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.customs.rules.sheet import COLUMNS
from marketplace.kernel import clock
from marketplace.kernel.db import db, extension, unit_of_work
from marketplace.search import flows as search
from tests import factories
from tests.factories import HANOI, HUB
from tests.support.sheets import comma_separated, workbook
from tests.support.visitors import Visitor

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
    assert "Vietnam" in _served(client, chains)
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
    assert "Vietnam" not in _served(client, chains)
    shown = call("GET", f"/listings/{chains}?to={HANOI}&quantity=40", 200)
    assert (shown["asked_there"][0]["measure"], shown["quote"]["departures"], shown["quote"]["freight"]) == (
        "prohibited",
        [],
        "prohibited",
    )
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    page = buyer.open(f"/products/{chains}?to={HANOI}&quantity=40")
    assert "into the cart" not in page
    assert "No departure with room" not in page
    assert "may not be imported into Vietnam" in client.get(f"/search?q=&to={HANOI}&quantity=40").text
    found = call("GET", f"/search?q=&to={HANOI}&quantity=40", 200)["items"]
    assert {row["prohibited_in"] for row in found if row["id"] == str(chains)} == {"VN"}
    (compared,) = call("GET", f"/comparison?ids={chains}&quantity=40&to={HANOI}", 200)["goods"]
    assert (compared["freight"], compared["delivered"]) == (None, None)


def _served(client, listing_id):
    """Return where the page says to machines that the goods go."""
    page = client.get(f"/products/{listing_id}?quantity=40").text
    (said,) = re.findall(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    (goods,) = [node for node in json.loads(said)["@graph"] if node["@type"] == "Product"]
    return {area["name"] for group in goods["offers"] for offer in group["offers"] for area in offer["areaServed"]}


def _delivers(app, call, listing_id):
    """Tell whether the search knows a lorry that brings the goods to Hanoi."""
    with app.app_context():
        search.rebuild(index=extension("city.search"), now=clock.now())
        db.session.remove()
    rows = call("GET", f"/search?q=&to={HANOI}&quantity=40", 200)["items"]
    (row,) = [row for row in rows if row["id"] == str(listing_id)]
    return row["delivery"] is not None


ROWS = [
    [RULE[name] for name in COLUMNS if name != "valid_to"],
    [
        "TH",
        "0810",
        "quarantine",
        "Asked.",
        "检疫。",
        "+cmd()",
        "Law 2",
        "https://law.test/2",
        "2026-02-03",
        "2026-03-04",
    ],
    ["FR", "08101", "tax", "", "x", "x", "Law 3", "law", "someday", "2026-03-04"],
]
ROWS = [[*line[:9], "", line[9]] for line in ROWS]


def sheet(*rows, as_book=False):
    lines = [COLUMNS, *rows]
    return (workbook(lines), "rules.xlsx") if as_book else (comma_separated(lines), "rules.csv")


@pytest.mark.parametrize("as_book", [False, True])
def test_a_sheet_is_previewed_then_written_and_the_list_comes_back_unchanged(app, trade, as_book):
    market, officer, call, client = trade

    def send(content, name="rules.csv", status=200, who=officer, query=""):
        sent = client.post(
            f"/api/v1/restrictions/sheet{query}", data={"file": (io.BytesIO(content), name)}, headers=who.headers
        )
        assert sent.status_code == status, sent.text
        return sent.get_json()

    content, name = sheet(*ROWS, as_book=as_book)
    seen = send(content, name, query="?dry_run=1")
    assert (seen["written"], seen["counts"]) == (False, {"new": 2, "changed": 0, "unchanged": 0, "wrong": 1})
    wrong = seen["rows"][-1]
    assert (wrong["row"], wrong["outcome"]) == (4, "wrong")
    assert {error["field"]: error["code"] for error in wrong["errors"]} == {
        "country": "choice", "hs_prefix": "hs_code", "measure": "choice", "en": "required", "source_url": "web_address",
        "valid_from": "calendar_day",
    }  # fmt: skip
    assert "prohibited, licence" in {error["field"]: error["message"] for error in wrong["errors"]}["measure"]
    assert call("GET", "/restrictions", 200)["items"] == []
    assert send(content, name)["written"]
    again = send(content, name)
    assert (again["counts"]["unchanged"], again["counts"]["wrong"], len(again["rows"])) == (2, 1, 1)
    changed = send(sheet([*ROWS[0][:3], "Another text.", *ROWS[0][4:]])[0])
    (row,) = changed["rows"]
    assert row["changes"] == [{"column": "en", "before": "A permit is needed.", "after": "Another text."}]
    assert len(call("GET", "/restrictions", 200)["items"]) == 2
    given = client.get("/api/v1/restrictions.csv", headers=officer.headers).data
    assert b"'+cmd()" in given
    assert send(given)["counts"] == {"new": 0, "changed": 0, "unchanged": 2, "wrong": 0}
    only = client.get("/api/v1/restrictions.csv?country=TH", headers=officer.headers).data
    assert only.count(b"https://law.test/") == 1
    send(content, name, 403, market.buyer)
    for bad, code in ((b"\x00\x01", "file_kind"), (b"a,b\n1,2\n", "restriction_header"), (b"PK\x03\x04x", "file_kind")):
        refused = send(bad, "rules.csv" if code == "restriction_header" else "rules.xlsx", 422)
        assert [(error["field"], error["code"]) for error in refused["errors"]] == [("file", code)]
    many = [[*ROWS[0][:1], f"{number:06}", *ROWS[0][2:]] for number in range(2_001)]
    assert send(sheet(*many)[0], status=422)["errors"][0]["code"] == "restriction_rows"


def test_customs_people_bring_a_sheet_on_their_page(app, trade):
    market, officer, call, _client = trade
    desk, other = Visitor(app), Visitor(app)
    desk.enter(officer.actor)
    other.enter(market.merchant.actor)
    overview, sheets = "/operator/restrictions", "/operator/restrictions/sheets"

    def bring(content, status=303):
        desk.open(overview)
        answer = desk.send(sheets, {"file": (io.BytesIO(content), "rules.csv")}, status)
        return answer.headers.get("Location", "")

    assert 'href="/operator/restrictions.csv"' in desk.open(overview)
    bring(b"no,rules\n1,2\n", 422)
    assert desk.refused_fields() == {"file"}
    page = bring(sheet(*ROWS)[0])
    desk.open(page)
    assert "rules.csv" in desk.shown
    assert "Choose one of: prohibited, licence" in desk.shown
    assert call("GET", "/restrictions", 200)["items"] == []
    other.open(page, 403)
    desk.send(page, {})
    assert "Rules written: 2 new, 0 changed." in desk.open(page)
    assert len(call("GET", "/restrictions", 200)["items"]) == 2
    assert "Write the good rows" not in desk.shown
    desk.open(bring(sheet([*ROWS[0][:3], "New text.", *ROWS[0][4:]])[0]))
    assert "<del>A permit is needed.</del> → <ins>New text.</ins>" in desk.shown
    desk.open(f"{sheets}/01a21df0-9d7a-751e-bb36-ba14f2100000", 404)
    desk.open(f"{sheets}/nothing", 404)
