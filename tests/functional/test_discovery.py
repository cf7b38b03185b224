"""What search engines and other machines are told: addresses, structured data, robots, sitemaps, feeds."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import pytest
from flask import render_template_string
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.catalog.models import Listing
from marketplace.catalog.services import taxonomy
from marketplace.edge.permissions import access_of
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.web.discovery import sitemaps
from marketplace.web.shared import moulds
from marketplace.web.shared.discovery import LISTED
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Visitor

BASE = "http://127.0.0.1:8000"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def market(app):
    app.extensions["city.moulds"] = moulds.Shelf()
    return factories.open_market(app)


class Head(HTMLParser):
    """Collects links, metas and the texts of data blocks."""

    def __init__(self, page):
        super().__init__()
        self.links, self.metas, self.data, self.scripts, self._in = [], {}, [], 0, False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "link":
            self.links.append(found)
        elif tag == "meta":
            self.metas[found.get("name") or found.get("property")] = found.get("content")
        elif tag == "script":
            self.scripts += 1
            self._in = found.get("type") == "application/ld+json"
            if self._in:
                self.nonce = found["nonce"]
                self.data.append("")

    def handle_endtag(self, tag):
        if tag == "script":
            self._in = False

    def handle_data(self, data):
        if self._in:
            self.data[-1] += data

    def link(self, rel, **wanted):
        return [
            link["href"] for link in self.links
            if link.get("rel") == rel and all(link.get(name) == value for name, value in wanted.items())
        ]  # fmt: skip

    @property
    def graph(self):
        (text,) = self.data
        return {node["@type"]: node for node in json.loads(text)["@graph"]}


def xml(text):
    return ET.fromstring(text)  # noqa: S314  our own answer


def leaves(value):
    """Return what a document says, without addresses and the vocabulary's own words."""
    if isinstance(value, dict):
        for name, each in value.items():
            if not name.startswith("@") and name not in {"url", "item", "image", "availability", "unitCode"}:
                yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


@pytest.mark.parametrize(("prefix", "language", "name"), [
    ("", "en_US", "Motorcycle chain 428H"),
    ("/zh", "zh_CN", "摩托车链条 428H"),
    ("/vi", "vi_VN", "Motorcycle chain 428H"),
])  # fmt: skip
def test_a_product_has_one_address_in_each_language(app, market, prefix, language, name):
    path = f"/products/{market.chains}"
    for query in ("", "?quantity=80&to=VNHAN"):
        head = Head(Visitor(app).open(f"{prefix}{path}{query}"))
        assert head.link("canonical") == [f"{BASE}{prefix}{path}"]
        for code, other in (("en", ""), ("zh", "/zh"), ("vi", "/vi"), ("x-default", "")):
            assert head.link("alternate", hreflang=code) == [f"{BASE}{other}{path}"]
        assert "robots" not in head.metas
        assert head.metas["og:url"] == f"{BASE}{prefix}{path}"
        assert head.metas["og:locale"] == language
        assert head.metas["og:type"] == "product"
        assert head.metas["og:title"].startswith(name)
    assert Head(Visitor(app).open(f"{prefix}/products/{str(market.chains).upper()}")).link("canonical") == [
        f"{BASE}{prefix}{path}"
    ]


def test_lists_that_are_narrowed_or_turned_are_not_listed_and_others_are(app, market):
    def robots(path, status=200):
        return Head(Visitor(app).open(path, status)).metas.get("robots")

    plain = (
        "/",
        "/products",
        f"/merchants/{market.merchant.company}",
        "/departures",
        "/settings",
        "/terms",
        "/contract",
    )
    for path in plain:
        assert robots(path) is None, path
        assert Head(Visitor(app).open(path)).link("canonical") == [f"{BASE}{path}"]
    narrowed = ("/products?origin=CN", "/products?category=motorcycle-parts", "/departures?to=VNHAN")
    for path in (*narrowed, "/search?q=chain", "/search", "/login", "/register"):
        assert robots(path) == "noindex, follow", path
        assert not Head(Visitor(app).open(path)).link("canonical")
    for path in (f"/products/{new_id()}", f"/merchants/{new_id()}", "/nothing"):
        assert robots(path, 404) == "noindex, follow"


def test_a_product_says_in_schema_org_what_its_page_says(app, market):
    tiers = [{"quantity": 400, "price": "26.10"}, {"quantity": 2000, "price": "25"}]
    changed = app.test_client().patch(
        f"/api/v1/listings/{market.chains}", json={"price": "27.40", "tiers": tiers}, headers=market.merchant.headers
    )
    assert changed.status_code == 200
    visitor = Visitor(app)
    page = visitor.open(f"/products/{market.chains}")
    head = Head(page)
    answer = app.test_client().get(visitor.at)
    assert f"'nonce-{Head(answer.text).nonce}'" in answer.headers["Content-Security-Policy"]
    product, steps = head.graph["Product"], head.graph["BreadcrumbList"]
    (offers,) = product["offers"]
    assert (offers["lowPrice"], offers["highPrice"], offers["priceCurrency"]) == ("25.00", "27.40", "CNY")
    (offer,) = offers["offers"]
    assert [
        (each["price"], each["eligibleQuantity"]["minValue"], each["eligibleQuantity"].get("maxValue"))
        for each in offer["priceSpecification"]
    ] == [("27.40", 40, 399), ("26.10", 400, 1999), ("25.00", 2000, None)]
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["seller"]["url"] == f"{BASE}/merchants/{market.merchant.company}"
    assert [each["name"] for each in offer["areaServed"]]
    assert product["additionalProperty"][0]["value"] == "871410"
    assert [each["position"] for each in steps["itemListElement"]] == [1, 2, 3]
    shown = visitor.text().replace(",", "")
    countries = {each["name"] for each in offer["areaServed"]}
    for value in leaves(head.graph):
        # Countries are those of the cities one may choose; a tier's end is the next one's beginning.
        if value not in countries and value not in {399, 1999, 1, 2, 3, "HS", "Incoterms 2020"}:
            assert str(value) in shown, value


def test_goods_made_to_order_and_goods_that_ran_out_say_so(app, market):
    with unit_of_work() as session:
        made = factories.listing(session, market.merchant.actor, sku="CH-M", stock=None, lead_days=20, now=clock.now())
        few = factories.listing(session, market.merchant.actor, sku="CH-F", stock=39, now=clock.now())

    def offer(listing_id):
        return Head(Visitor(app).open(f"/products/{listing_id}")).graph["Product"]["offers"][0]["offers"][0]

    assert offer(made)["availability"] == "https://schema.org/MadeToOrder"
    assert offer(made)["deliveryLeadTime"]["value"] == 20
    assert offer(few)["availability"] == "https://schema.org/LimitedAvailability"
    pads = offer(market.pads)
    assert pads["areaServed"] == [{"@type": "Place", "name": "Hanoi"}]
    assert pads["additionalProperty"][0]["value"] == "DAP Hanoi"


def test_a_merchant_says_what_the_city_has_verified_of_it(app, market):
    head = Head(Visitor(app).open(f"/merchants/{market.thai.company}"))
    found = head.graph["Organization"]
    assert (found["name"], found["address"]["addressCountry"]) == ("Siam Parts", "TH")
    assert found["legalName"] == market.thai.login
    assert found["url"] == f"{BASE}/merchants/{market.thai.company}"


def test_whoever_is_known_is_given_no_structured_data(app, market):
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    for path in (f"/products/{market.chains}", f"/merchants/{market.merchant.company}"):
        assert Head(Visitor(app).open(path)).data
        assert not Head(buyer.open(path)).data


@settings(deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["</script><script>alert(1)</script>", "<!--<script>", "</SCRIPT >", "]]>", "&lt;/script&gt;", "\u2028'\"\\"]
))  # fmt: skip
def test_no_text_leaves_its_data_block(shared_app, text):
    frame = '{% extends "base.html" %}'
    with shared_app.test_request_context("/"):
        structured = {"@graph": [{"@type": "Product", "name": text, text: [text]}]}
        page = render_template_string(frame, structured=structured)
        plain = render_template_string(frame)
    head, without = Head(page), Head(plain)
    assert head.scripts == without.scripts + 1
    assert head.graph["Product"]["name"] == text
    assert "<" not in head.data[0]
    assert ">" not in head.data[0]


def test_a_hostile_title_stays_text_in_page_and_feed(app, market):
    title = '</script><script>alert(1)</script> & "quoted"'
    with unit_of_work() as session:
        made = factories.listing(
            session, market.merchant.actor, sku="CH-X", titles={"en": title}, source_locale="en", now=clock.now()
        )
    head = Head(Visitor(app).open(f"/products/{made}"))
    assert head.graph["Product"]["name"] == title
    assert head.metas["og:title"].startswith(title)
    assert "<script>alert" not in Visitor(app).open(f"/products/{made}")
    feed = xml(app.test_client().get("/products.atom").data)
    assert title in [each.findtext(f"{ATOM}title") for each in feed.findall(f"{ATOM}entry")]


def test_robots_may_read_what_is_listed_and_nothing_else(app, market):
    answer = app.test_client().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert f"Sitemap: {BASE}/sitemap.xml" in answer.text
    reader = RobotFileParser()
    reader.parse(answer.text.splitlines())
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        path = re.sub(r"<uuid:[^>]+>", str(new_id()), re.sub(r"<(?!uuid)[^>]+>", "1", rule.rule))
        for prefix in ("", "/zh", "/vi"):
            may = reader.can_fetch("*", prefix + path)
            if rule.endpoint in LISTED or rule.endpoint in {"catalog.picture", "static"}:
                assert may, path
            elif access is not None and access.permission is not None and path != "/merchant":
                # `/merchant$` is read by those who know the sign for an end, which this reader does not.
                assert not may, path


def test_the_sitemaps_name_every_page_in_every_language(app, market):
    client = app.test_client()
    index = client.get("/sitemap.xml")
    assert index.mimetype == "application/xml"
    parts = [each.text.removeprefix(BASE) for each in xml(index.data).iter(f"{MAP}loc")]
    assert parts == [f"/sitemaps/{kind}-1.xml" for kind in ("pages", "departures", "merchants", "listings")]
    found, changed = set(), {}
    for path in parts:
        urls = xml(client.get(path).data).findall(f"{MAP}url")
        assert urls, path
        for url in urls:
            found.add(url.findtext(f"{MAP}loc"))
            changed[url.findtext(f"{MAP}loc")] = url.findtext(f"{MAP}lastmod")
    for prefix in ("", "/zh", "/vi"):
        for path in ("/", "/products", f"/products/{market.chains}", f"/merchants/{market.thai.company}"):
            assert f"{BASE}{prefix}{path}" in found
            assert path in {"/", "/products"} or changed[f"{BASE}{prefix}{path}"]
    # What is named can be read, and gives the same address as its own.
    for address in sorted(found)[::7]:
        assert Head(client.get(address.removeprefix(BASE)).text).link("canonical") == [address]
    for path in (
        "/sitemaps/listings-2.xml",
        "/sitemaps/listings-0.xml",
        "/sitemaps/pages-2.xml",
        "/sitemaps/x-1.xml",
        f"/sitemaps/listings-{10**30}.xml",
    ):
        assert client.get(path).status_code == 404


def test_shared_pages_of_goods_are_in_the_sitemap(app, market):
    with unit_of_work() as session:
        taxonomy.put_commodity(
            session, slug="motorcycle-chain", names={"en": "Motorcycle chain"}, category="motorcycle-parts",
            hs6="871410", grade="any",
        )  # fmt: skip
    client = app.test_client()
    (page,) = re.findall(r"<loc>([^<]*/sitemaps/commodities-1.xml)", client.get("/sitemap.xml").text)
    named = re.findall(r"<loc>([^<]*)</loc>", client.get(page.removeprefix(BASE)).text)
    assert named == [f"{BASE}{prefix}/commodities/motorcycle-chain" for prefix in ("", "/zh", "/vi")]
    assert Head(client.get(named[0].removeprefix(BASE)).text).link("canonical") == [named[0]]


def test_merchants_and_events_are_described_each_by_itself(app, market):
    client = app.test_client()
    said = Head(client.get(f"/merchants/{market.merchant.company}").text).metas["description"]
    assert "Jialing Parts, China, offers: Motorcycle parts" in str(said)


def test_an_unknown_category_is_refused_wherever_one_filters_by_it(app, market):
    client = app.test_client()
    for path in ("/products", "/products.atom", "/search"):
        assert client.get(f"{path}?category=nope").status_code == 422, path
    assert client.get("/products?category=motorcycle-parts").status_code == 200


def test_who_is_not_on_the_shelf_is_in_no_sitemap(app, market):
    client = app.test_client()
    client.post(
        f"/api/v1/listings/{market.chains}/acts", json={"action": "pause"},
        headers={**market.merchant.headers, "Idempotency-Key": "pause-1"},
    )  # fmt: skip
    assert str(market.chains) not in client.get("/sitemaps/listings-1.xml").text
    assert str(market.chains) not in client.get("/products.atom").text
    assert str(market.buyer.company) not in client.get("/sitemaps/merchants-1.xml").text


def test_sitemaps_of_many_listings_are_cut_and_read_by_batches(app, market, monkeypatch):
    with unit_of_work() as session:
        for number in range(8):
            factories.listing(session, market.merchant.actor, sku=f"N-{number}", now=clock.now())
    monkeypatch.setattr(sitemaps, "PART", 4)
    monkeypatch.setattr("marketplace.catalog.queries.announced.BATCH", 2)
    client = app.test_client()
    parts = re.findall(r"<loc>[^<]*(/sitemaps/listings-\d+.xml)", client.get("/sitemap.xml").text)
    assert len(parts) == 3
    named = [re.findall(r"/products/([0-9a-f-]{36})</loc>", client.get(path).text) for path in parts]
    assert [len(each) for each in named] == [12, 12, 6]
    assert len({each for part in named for each in part}) == 10
    # Where the part begins, and one question for each batch; however many parts there are.
    assert statements_of(lambda: client.get(parts[0])) == statements_of(lambda: client.get(parts[1])) == 3
    assert statements_of(lambda: client.get("/sitemap.xml")) == 3


def test_the_feed_tells_what_was_newly_approved_first(app, market):
    with unit_of_work() as session:
        newest = factories.listing(session, market.merchant.actor, sku="NEW", now=clock.now() + timedelta(seconds=5))
    client = app.test_client()
    answer = client.get("/products.atom")
    assert answer.mimetype == "application/atom+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    feed = xml(answer.data)
    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}id") == f"urn:uuid:{newest}"
    assert len(entries) == 3
    assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    assert f"{BASE}/products/{newest}" in [each.get("href") for each in entries[0].findall(f"{ATOM}link")]
    assert "27.40" in entries[0].findtext(f"{ATOM}summary")
    for again in ({"If-None-Match": answer.headers["ETag"]}, {"If-Modified-Since": answer.headers["Last-Modified"]}):
        unchanged = client.get("/products.atom", headers=again)
        assert (unchanged.status_code, unchanged.data) == (304, b"")
    with unit_of_work() as session:
        session.get(Listing, market.pads).approved_at = clock.now() + timedelta(minutes=1)
    changed = client.get("/products.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200
    first = xml(changed.data).find(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}id") == f"urn:uuid:{market.pads}"


def test_a_shelf_and_a_merchant_have_feeds_of_their_own(app, market):
    client = app.test_client()
    of_merchant = client.get(f"/zh/merchants/{market.thai.company}.atom")
    assert re.findall(r"urn:uuid:([0-9a-f-]+)", of_merchant.text) == [str(market.pads)]
    assert 'xml:lang="zh"' in of_merchant.text
    assert f"{BASE}/zh/products/{market.pads}" in of_merchant.text
    of_shelf = client.get("/products.atom?category=motorcycle-parts")
    assert len(re.findall("<entry>", of_shelf.text)) == 2
    assert client.get("/products.atom?category=fruit").status_code == 422
    assert client.get(f"/merchants/{market.buyer.company}.atom").status_code == 404
    for path, feed in (
        ("/products", "/products.atom"),
        (f"/merchants/{market.thai.company}", f"/merchants/{market.thai.company}.atom"),
    ):
        assert Head(client.get(path).text).link("alternate", type="application/atom+xml") == [feed]
    assert statements_of(lambda: client.get("/products.atom")) == 2
