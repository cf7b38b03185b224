"""Search and documents through HTTP, in page and API."""

import re
import shutil
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.papers import services
from marketplace.papers.rules.documents import PaperKind
from marketplace.worker import runner
from tests import factories
from tests.support.papers import pro_forma

HOSTILE = [
    "a" * 201,
    "火" * 100_000,
    "*",
    'title:(a OR b) AND NOT [a TO z]^3 "unbalanced',
    "((((",
    "\x00",
    "a\x1bb",
    "' OR 1=1 --",
    "%_%",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\u202e\u200b",
    "line\nbreak",
]


@pytest.fixture
def market(app):
    shutil.rmtree(app.extensions["city.search"].folder, ignore_errors=True)
    market = factories.open_market(app)
    runner.run_due(app)
    return market


def test_everybody_finds_offers_with_freight_to_their_city(market, client):
    answer = client.get("/api/v1/search?q=链条&to=hanoi&quantity=80&sort=arrival").json
    assert [item["id"] for item in answer["items"]] == [str(market.chains)]
    assert answer["items"][0]["delivery"]["freight"]["currency"] == "CNY"
    assert (answer["total"], answer["next"], answer["to"]) == (1, None, factories.HANOI)
    page = client.get("/search?q=链条&to=VNHAN&quantity=80").text
    assert f"/products/{market.chains}" in page
    assert "freight" in page
    for locale in ("zh", "vi"):
        assert f"/{locale}/products/{market.chains}" in client.get(f"/{locale}/search?q=chain").text


def test_freight_that_the_price_contains_is_named_no_second_time(market, client):
    """The brake pads are sold delivered to Hanoi, from another hub: they go there whatever is asked, freight paid."""
    for to in (factories.HANOI, "THBKK"):
        (pads,) = client.get(f"/api/v1/search?q=pads&to={to}").json["items"]
        assert (pads["freight_included"], pads["delivered_to"]) == (True, factories.HANOI)
        assert pads["delivery"]["freight"] is None
        shown = client.get(f"/api/v1/listings/{market.pads}?to={to}").json["quote"]
        assert shown["departures"][0]["reference"] == pads["delivery"]["reference"]
        page = client.get(f"/search?q=pads&to={to}").text
        assert "freight in the price" in page
        arrives = datetime.fromisoformat(pads["delivery"]["arrives_at"]).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
        words = "there" if to == factories.HANOI else "in Hanoi"
        assert re.search(rf"{words}\s+\w*\s?{arrives.day}\b", page), page
    (chains,) = client.get("/api/v1/search?q=chain&to=VNHAN").json["items"]
    assert (chains["freight_included"], chains["delivered_to"]) == (False, factories.HANOI)


def test_filters_and_pages_keep_what_was_asked(market, client):
    page = client.get("/search?q=&origin=TH&sort=price").text
    assert f"/products/{market.pads}" in page
    assert f"/products/{market.chains}" not in page
    assert "Nothing found" in client.get("/search?q=unobtainium").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("to=Atlantis", "to"),
        ("quantity=-1", "quantity"),
        ("quantity=NaN", "quantity"),
        ("quantity=９", "quantity"),
        ("sort=best", "sort"),
        ("cursor=nonsense", "cursor"),
        ("currency=XXX", "currency"),
        ("page=2", "page"),
        ("q=" + "a" * 201, "q"),
    ],
)
def test_what_is_not_understood_is_named(market, client, query, field):
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    if field != "page":
        assert client.get(f"/search?{query}").status_code == 422


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_answered_or_refused(market, client, query):
    for path in ("/api/v1/search", "/search"):
        answer = client.get(f"{path}?q={quote(query)}")
        assert answer.status_code in (200, 422)
        assert b"<script>alert(1)</script>" not in answer.data


def issue(market):
    with unit_of_work() as session:
        return services.issue(
            session,
            kind=PaperKind.PRO_FORMA,
            subject_kind="order",
            subject_id=new_id(),
            number="PF-7K3M-Q9TX",
            locales=("zh", "vi"),
            data=pro_forma().to_data(),
            parties=(market.merchant.company, market.buyer.company),
            now=clock.now(),
        )


def test_a_document_is_waited_for_then_given_byte_by_byte(app, market, client):
    document_id = issue(market)
    path = f"/api/v1/documents/{document_id}.pdf"
    waiting = client.get(path, headers=market.buyer.headers)
    assert (waiting.status_code, waiting.json["state"]) == (202, "queued")
    assert int(waiting.headers["Retry-After"]) > 0
    runner.run_due(app)
    first, again = (client.get(path, headers=trader.headers) for trader in (market.buyer, market.merchant))
    assert first.status_code == 200
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF-")
    assert first.data == again.data
    facts = client.get(f"/api/v1/documents/{document_id}", headers=market.buyer.headers).json
    assert facts["state"] == "rendered"
    assert re.fullmatch(r"[0-9a-f]{64}", facts["data_sha256"])
    assert first.headers["ETag"].strip('"') == facts["pdf_sha256"]


def test_a_foreign_document_answers_like_an_unknown_one(market, client):
    document_id = issue(market)
    answers = [
        client.get(f"/api/v1/documents/{wanted}{ending}", headers=market.thai.headers)
        for wanted in (document_id, new_id())
        for ending in ("", ".pdf")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json["detail"] for answer in answers}) == 1
    assert client.get(f"/api/v1/documents/{document_id}.pdf").status_code == 401


def test_the_page_of_a_document_waits_by_itself(app, market, client):
    document_id = issue(market)
    client.get("/login")
    form = client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    fields = {"csrf_token": token[1], "login": market.buyer.login, "password": factories.PASSWORD}
    assert client.post("/login", data=fields).status_code == 303
    waiting = client.get(f"/documents/{document_id}.pdf")
    assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "2")
    assert "PF-7K3M-Q9TX" in waiting.text
    runner.run_due(app)
    assert client.get(f"/documents/{document_id}.pdf").data.startswith(b"%PDF-")
    assert client.get(f"/documents/{new_id()}.pdf").status_code == 404


def test_a_document_that_cannot_be_set_says_so(app, market, client):
    with unit_of_work() as session:
        document_id = services.issue(
            session,
            kind=PaperKind.PRO_FORMA,
            subject_kind="order",
            subject_id=new_id(),
            number="PF-1",
            locales=("en",),
            data={"order": "without the rest"},
            parties=(market.buyer.company,),
            now=clock.now(),
        )
    runner.run_due(app)
    assert client.get(f"/api/v1/documents/{document_id}.pdf", headers=market.buyer.headers).status_code == 409


def test_one_bad_field_leaves_the_rest_of_a_search_as_it_was(market, client):
    answer = client.get("/search?q=pads&quantity=abc&origin=TH")
    assert answer.status_code == 422
    assert "Offers for “pads”" in answer.text
    assert "All offers" not in answer.text
    assert f"/products/{market.pads}" in answer.text
    assert f"/products/{market.chains}" not in answer.text
    both = client.get("/search?q=pads&quantity=abc&to=Atlantis").text
    assert both.count('<li><a href="#field-') == 2
    assert "Offers for “pads”" in both
