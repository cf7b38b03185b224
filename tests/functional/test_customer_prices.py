"""Prices for some buyers alone: what a company's own price is, it is everywhere, and nobody else learns of it."""

import re
import shutil
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.catalog.customer_prices import flows
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.worker import runner
from tests import factories
from tests.factories import HANOI, HUB
from tests.functional.test_closures import close
from tests.functional.test_handovers import begin, colleague
from tests.support.statements import statements
from tests.support.visitors import Town, Visitor
from tests.support.ways import BANK, Way, caller

# What is an answer's own: its nonce and keys, and the moment at which it was given.
OWN = re.compile(r'(name="(?:csrf_token|idempotency_key)" value|nonce|data-key)="[^"]*"|"ready_at":"[^"]*"')


@pytest.fixture
def market(app):
    shutil.rmtree(app.extensions["city.search"].folder, ignore_errors=True)
    market = factories.open_market(app)
    runner.run_due(app)
    return market


@pytest.fixture
def call(client):
    """Calls the API for a trader; every POST brings a key of its own."""
    ask = caller(client)

    def call(trader, method, path, expect=200, **options):
        return ask(trader, method, path, expect=expect, **options)

    return call


@pytest.fixture
def rival(app, market):
    return factories.more_buyers(app, 1)[0]


@pytest.fixture
def price_list(call, market):
    """Gives a company a price of the chains on a list of its own, and returns the list's id."""

    def make(trader, price="25.00", tiers="", name="", **changes):
        body = {
            "name": name or f"List {price}", "currency": "CNY", "incoterm": "FCA", "place": HUB,
            "company": str(trader.company), **changes,
        }  # fmt: skip
        made = call(market.merchant, "POST", "/price-lists", 201, json=body)["id"]
        entries = {"entries": [{"sku": "CH-428-116", "price": price, "tiers": tiers}]}
        call(market.merchant, "POST", f"/price-lists/{made}/entries", 200, json=entries)
        return made

    return make


def test_a_company_s_own_price_is_its_price_everywhere(app, call, market, rival, price_list):
    price_list(market.buyer, "25.00", "24.00@400")

    def seen(trader):
        look = call(trader, "GET", f"/listings/{market.chains}?quantity=400")
        shelf = {row["id"]: row for row in call(trader, "GET", "/listings")["items"]}[str(market.chains)]
        found = {row["id"]: row for row in call(trader, "GET", "/search?q=chain")["items"]}[str(market.chains)]
        call(trader, "PUT", "/cart", json={"to": HANOI})
        cart = call(trader, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400})
        line = cart["bundles"][0]["lines"][0]
        return (
            look["quote"]["unit_price"]["amount"], look["quote"]["own_price"], shelf["price"]["amount"],
            shelf["own_price"], found["price"]["amount"], line["unit_price"]["amount"], line["amount"]["amount"],
        )  # fmt: skip

    assert seen(market.buyer) == ("24.00", True, "24.00", True, "24.00", "24.00", "9600.00")
    assert seen(rival) == ("27.40", False, "27.40", False, "27.40", "27.40", "10960.00")
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    page = visitor.open(f"/products/{market.chains}?quantity=400")
    assert "Your unit price" in page
    assert "24.00" in page
    assert "27.40" not in page
    assert "your price from" in visitor.open("/products")
    assert "24.00" in visitor.open("/search?q=chain")


def test_an_order_keeps_the_price_it_was_placed_at(client, call, market, price_list):
    """The list ends after the cart was looked at: the checkout says so, and an order placed before stays."""
    order = Way(caller(client), market, None).order()
    assert {line["unit_price"]["amount"] for line in order["lines"]} == {"27.40"}
    made = price_list(market.buyer, "25.00")
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 40})
    assert cart["bundles"][0]["lines"][0]["unit_price"]["amount"] == "25.00"
    call(market.merchant, "POST", f"/price-lists/{made}/end", 204)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    answer = call(market.buyer, "POST", "/checkout", 409, json=body)
    assert "1000.00" in str(cart["totals"])
    assert "1096.00" in str(answer)
    assert call(market.buyer, "GET", f"/orders/{order['id']}")["lines"] == order["lines"]


def test_a_price_holds_to_the_minute(call, market, price_list, later):
    until = clock.now().replace(microsecond=0).timestamp() + 3_600
    moment = clock.now().fromtimestamp(until, tz=clock.now().tzinfo).isoformat()
    price_list(market.buyer, "25.00", valid_until=moment)

    def price():
        quote = call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]
        return quote["unit_price"]["amount"], quote["valid_until"] is not None

    later(3_540)
    assert price() == ("25.00", True)
    later(3_660)
    assert price() == ("27.40", False)


def test_the_last_word_to_the_company_itself_wins(call, market, price_list):
    group = call(
        market.merchant,
        "POST",
        "/customer-groups",
        201,
        json={"name": "Hanoi", "companies": [str(market.buyer.company)]},
    )["id"]
    price_list(market.buyer, "21.00", name="by group", company="", group=group)
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "21.00"
    price_list(market.buyer, "25.00", name="first")
    price_list(market.buyer, "24.00", name="second")
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "24.00"
    call(market.merchant, "DELETE", f"/customer-groups/{group}/members/{market.buyer.company}", 204)
    call(market.merchant, "DELETE", f"/customer-groups/{group}", 409)


@pytest.mark.parametrize("visibility", ["verified", "named", "on_request"])
def test_who_may_not_read_a_price_reads_it_nowhere(app, call, client, market, visibility):
    body = {"visibility": visibility}
    call(market.merchant, "PUT", f"/listings/{market.chains}/price-visibility", json=body)
    stranger, buyer = app.test_client(), Visitor(app)
    buyer.log_in(market.buyer.login)
    paths = (
        f"/products/{market.chains}",
        "/products",
        "/",
        "/search?q=chain",
        f"/merchants/{market.merchant.company}",
        "/products.atom",
    )
    for path in paths:
        assert "27.40" not in stranger.get(path).text
        assert "27.40" not in buyer.client.get(path).text
    for headers in ({}, market.buyer.headers):
        look = client.get(f"/api/v1/listings/{market.chains}?to={HANOI}&quantity=400", headers=headers).json
        assert (look["ladders"], look["quote"]["unit_price"], look["price_visibility"]) == ([], None, visibility)
        assert look["quote"]["departures"], "freight is no secret"
        found = client.get("/api/v1/search?q=chain&sort=price", headers=headers).json
        assert [row["price"] for row in found["items"]] == [None]
    refusal = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", 422, json={"quantity": 400})
    assert refusal["errors"][0]["code"] == "price_hidden"
    mine = call(market.merchant, "GET", f"/listings/{market.chains}")
    assert mine["quote"]["unit_price"]["amount"] == "27.40"


def test_a_verified_buyer_reads_what_is_for_verified_ones_as_long_as_it_is_one(call, market, rival, later):
    call(market.merchant, "PUT", "/price-visibility", json={"visibility": "verified"})
    now = clock.now()
    with unit_of_work() as session:
        factories.verify(session, market.buyer.company, until=now.date() + timedelta(days=3), now=now)

    def price(trader):
        look = call(trader, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]
        found = call(trader, "GET", "/search?q=chain&sort=price")["items"][0]["price"]
        assert look == found
        return look and look["amount"]

    assert (price(market.buyer), price(rival)) == ("27.40", None)
    later(5 * 86_400)
    assert price(market.buyer) is None


def test_what_lies_in_a_cart_is_priced_as_its_company_may_read(call, market):
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400, "to": HANOI})
    call(market.merchant, "PUT", "/price-visibility", json={"visibility": "named"})
    cart = call(market.buyer, "GET", "/cart")
    assert cart["bundles"] == []
    assert cart["gone"][0]["problem"]["code"] == "price_hidden"
    call(market.merchant, "POST", "/price-visibility/named", 204, json={"company": str(market.buyer.company)})
    assert call(market.buyer, "GET", "/cart")["bundles"][0]["lines"][0]["amount"]["amount"] == "10960.00"


def test_a_price_is_asked_for_and_shown(app, call, market, rival, later):
    body = {"visibility": "on_request"}
    call(market.merchant, "PUT", f"/listings/{market.chains}/price-visibility", json=body)
    path = f"/listings/{market.chains}/price-requests"
    assert call(market.buyer, "POST", path, 422, json={"quantity": 41})["errors"][0]["field"] == "quantity"
    first = call(market.buyer, "POST", path, 201, json={"quantity": 400})["id"]
    assert call(market.buyer, "POST", path, 201, json={"quantity": 800})["id"] == first
    call(rival, "POST", path, 201, json={"quantity": 40})
    received = call(market.merchant, "GET", "/price-requests?state=open")["items"]
    assert {row["quantity"] for row in received} == {800, 40}
    assert [row["quantity"] for row in call(rival, "GET", "/price-requests/sent")["items"]] == [40]
    call(market.thai, "POST", f"/price-requests/{first}/answer", 404, json={"action": "grant"})
    call(rival, "DELETE", f"/price-requests/{first}", 404)
    call(market.merchant, "POST", f"/price-requests/{first}/answer", json={"action": "grant"})
    call(market.merchant, "POST", f"/price-requests/{first}/answer", 409, json={"action": "decline"})
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "27.40"
    assert call(rival, "GET", f"/listings/{market.chains}")["quote"]["unit_price"] is None
    later(20 * 86_400)
    assert flows.lapse(now=clock.now()) == 1
    assert [row["state"] for row in call(rival, "GET", "/price-requests/sent")["items"]] == ["lapsed"]
    assert call(rival, "POST", path, 201, json={"quantity": 40})["id"] != first


def test_foreign_lists_and_groups_are_unknown(call, market, rival, price_list):
    made = price_list(market.buyer)
    group = call(market.merchant, "POST", "/customer-groups", 201, json={"name": "G"})["id"]
    thai = market.thai
    call(thai, "GET", f"/price-lists/{made}", 404)
    call(thai, "GET", f"/price-lists/{made}/entries", 404)
    call(thai, "PUT", f"/price-lists/{made}", 404, json={"name": "x", "valid_from": "2026-01-01"})
    call(thai, "POST", f"/price-lists/{made}/end", 404)
    call(thai, "POST", f"/price-lists/{made}/named", 404, json={"company": str(rival.company)})
    call(thai, "GET", f"/customer-groups/{group}", 404)
    call(thai, "POST", f"/customer-groups/{group}/members", 404, json={"company": str(rival.company)})
    call(thai, "PUT", f"/listings/{market.chains}/price-visibility", 404, json={"visibility": "named"})
    named = call(market.merchant, "GET", f"/price-lists/{made}")["named"][0]["id"]
    call(thai, "DELETE", f"/price-visibility/named/{named}", 404)
    body = {"name": "T", "currency": "THB", "incoterm": "DAP", "place": HANOI, "group": group}
    assert call(thai, "POST", "/price-lists", 422, json=body)["errors"][0]["field"] == "group"
    mine = call(thai, "POST", "/price-lists", 201, json=body | {"group": ""})["id"]
    refusal = call(
        thai, "POST", f"/price-lists/{mine}/entries", 422, json={"entries": [{"sku": "CH-428-116", "price": "1"}]}
    )
    assert refusal["errors"][0]["field"] == "entries.0.sku"


def test_a_page_by_price_that_is_passed_on_tells_nobody_where_it_was(app, call, market, rival, price_list):
    """What comes behind a page by price is where the last price of it is: a reader's own, maybe, and his alone."""
    with unit_of_work() as session:
        for number in range(28):
            ladder = make_ladder("CNY", "FCA", HUB, price=Decimal(30 + number))
            factories.listing(session, market.merchant.actor, sku=f"R-{number}", ladders=(ladder,), now=clock.now())
    runner.run_due(app)
    path = "/search?q=chain&sort=price"
    price_list(market.buyer, "52.50")
    first = call(market.buyer, "GET", path)
    assert first["items"][-1]["id"] == str(market.chains)
    behind = call(market.buyer, "GET", f"{path}&cursor={first['next']}")
    assert [row["price"]["amount"] for row in behind["items"]] == ["53.00", "54.00", "55.00", "56.00", "57.00"]
    assert behind["next"] is None
    for trader in (rival, market.thai):
        refusal = call(trader, "GET", f"{path}&cursor={first['next']}", 422)
        assert refusal["errors"][0]["field"] == "cursor"
        theirs = call(trader, "GET", path)["next"]
        assert call(market.buyer, "GET", f"{path}&cursor={theirs}", 422)["errors"][0]["field"] == "cursor"
    visitor = Visitor(app)
    visitor.open(f"{path}&cursor={first['next']}", 422)
    for cursor in ("x", "Ж" * 9, first["next"][:-9], theirs[::-1]):
        assert call(market.buyer, "GET", f"{path}&cursor={cursor}", 422)["errors"][0]["field"] == "cursor"


def test_prices_are_written_all_or_none(app, call, market, price_list):
    made = price_list(market.buyer)
    visitor = Visitor(app)
    visitor.log_in(market.merchant.login)
    visitor.open(f"/merchant/price-lists/{made}")
    action = f"/merchant/price-lists/{made}/entries"
    visitor.send(action, {"lines": "CH-428-116; 20,50; 19.00@400\nNOBODY; 3"}, 422)
    assert "lines" in visitor.refused_fields()
    assert "CH-428-116; 20,50" in visitor.shown
    wrong = "\nNOBODY; 3\nCH-428-116; cheap\n\nCH-428-116\nNOTHING; 4; 3@100\nCH-428-116; 5; 6@x"
    visitor.send(action, {"lines": f"CH-428-116; 20,50{wrong}"}, 422)
    said = visitor.text()
    assert "Lines 2, 6: write an article number of yours." in said
    assert "Line 3: write a number such as 1234.50" in said
    assert "Line 5: write article number; price; tiers." in said
    assert "Line 7: write price@quantity" in said
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "25.00"
    visitor.send(action, {"lines": "CH-428-116; 20,50; 19.00@400"})
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "20.50"
    (entry,) = call(market.merchant, "GET", f"/price-lists/{made}/entries")["items"]
    assert [(tier["quantity"], tier["price"]["amount"]) for tier in entry["tiers"]] == [(1, "20.50"), (400, "19.00")]


ADDRESSES = [
    f"{path}{query}"
    for path, query in (
        *product(("/", "/products", "/products.atom", "/sitemap.xml"), ("",)),
        *product(("/products?",), ("incoterm=FCA", "incoterm=DAP", "incoterm=DAP&origin=CN")),
        *product(
            ("/search?", "/api/v1/search?"),
            (
                "q=", "q=chain", "sort=price", "sort=price&quantity=40", "sort=price&quantity=4000", "currency=THB",
                "basis=DAP", "basis=DAP&currency=CNY", f"to={HANOI}&quantity=400&sort=arrival",
                f"to={HANOI}&sort=price&basis=FCA",
            ),
        ),
        *product(("/api/v1/listings",), ("", "?incoterm=DAP", "?incoterm=FCA&origin=CN")),
        *product(("/products/{chains}", "/api/v1/listings/{chains}"), (
            "", "?quantity=4000", f"?quantity=400&to={HANOI}", f"?currency=CNY&incoterm=FCA&place={HUB}",
            f"?currency=VND&incoterm=DAP&place={HANOI}&quantity=40", "?currency=THB", "?quantity=41",
        )),
        *product(("/merchants/{merchant}", "/api/v1/listings?merchant={merchant}", "/api/v1/cart", "/cart"), ("",)),
        *product(("/api/v1/price-requests/sent", "/account/price-requests", "/account/lists"), ("",)),
        *product(("/account/lists/{saved}", "/api/v1/lists/{saved}", "/api/v1/lists"), ("",)),
        *product(("/compare?ids={chains}&ids={pads}", "/api/v1/comparison?ids={chains}&ids={pads}"), (
            "", "&quantity=400", f"&quantity=400&to={HANOI}&currency=CNY",
        )),
    )
]  # fmt: skip


def test_what_rivals_are_answered_is_the_same_whatever_the_other_pays(app, call, market, rival, price_list):
    """Every address a buyer has is asked before and after the other's price moves, is added and taken away.

    In the middle the rival's buyer leaves and the factory closes: whoever comes after him is answered with the rival's
    own price, the closure, and nothing of the other's.
    """
    town = Town(app)
    leaver = colleague(town, call, rival, "leaver@demo.test", "purchasing")
    heir = colleague(town, call, rival, "heir@demo.test", "purchasing")
    call(market.merchant, "PUT", f"/listings/{market.chains}/price-visibility", json={"visibility": "named"})
    price_list(rival, "26.00", "25.50@400")
    leaver.call("PUT", f"/cart/lines/{market.chains}", 200, {"quantity": 400, "to": HANOI})
    saved = leaver.call("POST", "/lists", 201, {"name": "Chains", "shared": True})["id"]
    leaver.call("PUT", f"/lists/{saved}/items/{market.chains}", 204, {"quantity": 400})
    other = Visitor(app)
    other.log_in(market.buyer.login)

    def answers(program, login):
        pages, found = Visitor(app), {}
        pages.log_in(login)
        for address in ADDRESSES:
            path = address.format(chains=market.chains, merchant=market.merchant.company, pads=market.pads, saved=saved)
            # The other looks first: what is kept in the process of his pages must not reach anybody else.
            other.client.get(path, headers=market.buyer.headers)
            bearer = {"Authorization": f"Bearer {program.token}"}
            api = path.startswith("/api/")
            mine = app.test_client().get(path, headers=bearer) if api else pages.client.get(path)
            stranger = app.test_client().get(path)
            for who, answer in (("rival", mine), ("stranger", stranger)):
                headers = {name: answer.headers.get(name) for name in ("ETag", "Cache-Control", "Vary", "Location")}
                found[who, path] = answer.status_code, OWN.sub("", answer.text), headers
        return found

    def unmoved(program, login, moves):
        before = answers(program, login)
        for move in moves:
            move()
            runner.run_due(app)
            assert answers(program, login) == before
        return before

    product_of = f"/api/v1/listings/{market.chains}"
    before = unmoved(
        leaver,
        "leaver@demo.test",
        [
            lambda: price_list(market.buyer, "1.00", name="cheap"),
            lambda: price_list(market.buyer, "99.00", "98.00@40", name="dear"),
        ],
    )
    assert before["rival", product_of][1].count("26.00")
    assert not before["stranger", product_of][1].count("26.00")
    assert "25.50" in before["rival", "/api/v1/cart"][1]

    path = f"/companies/{rival.company}/handovers/{begin(leaver, rival.company, leaver, heir)['id']}"
    said = {"content_hash": leaver.call("GET", path, 200)["content_hash"]}
    heir.call("POST", f"{path}/confirmation", 200, said)
    assert leaver.call("POST", f"{path}/confirmation", 200, said) == {"done": True}
    close(call, market.merchant, 3, 20, "factory", "warehouse", "office")
    runner.run_due(app)
    leaver.call("GET", f"/listings/{market.chains}", 401)

    after = unmoved(
        heir,
        "heir@demo.test",
        [
            lambda: price_list(market.buyer, "900000", name="other basis", currency="VND", incoterm="DAP", place=HANOI),
            lambda: call(
                market.merchant, "POST", "/price-visibility/named", 204, json={"company": str(market.buyer.company)}
            ),
            lambda: [
                call(market.merchant, "POST", f"/price-lists/{row['id']}/end", 204)
                for row in call(market.merchant, "GET", "/price-lists")["items"]
                if row["name"] in {"cheap", "dear", "other basis"}
            ],
        ],
    )
    assert "25.50" in after["rival", "/api/v1/cart"][1]
    assert ['"closed":null' in each["rival", product_of][1] for each in (before, after)] == [True, False]
    assert "order by" in after["rival", f"/products/{market.chains}"][1]


def test_a_page_asks_no_more_for_more_lists_and_more_named(app, market, price_list):
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)

    def asked():
        for _ in ("what each process keeps is read once", "counted"):
            sent.clear()
            for path in (f"/products/{market.chains}?quantity=80", "/products", "/search?q=chain"):
                visitor.open(path)
        return len(sent)

    with statements() as sent:
        without = asked()
        price_list(market.buyer, "29.00")
        one = asked()
        for place in range(3):
            price_list(market.buyer, f"2{place}.00")
        assert asked() == one
        # One for a page, one for the shelf, five for the search, which compares in dollars.
        assert one - without <= 7


def test_a_wish_that_is_refused_comes_back_with_its_goods_and_can_be_sent_again(app, call, market):
    body = {"visibility": "on_request"}
    call(market.merchant, "PUT", f"/listings/{market.chains}/price-visibility", json=body)
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    buyer.open(f"/products/{market.chains}?quantity=40")
    act = f"/account/price-requests/listings/{market.chains}"
    buyer.send(act, {"quantity": "41"}, 422)
    assert buyer.refused_fields() == {"quantity"}
    assert f'href="/products/{market.chains}"' in buyer.shown
    buyer.send(act, {"quantity": "80"})
    assert [row["quantity"] for row in call(market.buyer, "GET", "/price-requests/sent")["items"]] == [80]


def test_a_merchant_does_all_of_it_on_pages(app, call, market, rival, price_list):
    made = price_list(market.buyer)
    body = {"name": "Hai Phong", "companies": [str(rival.company)]}
    group = call(market.merchant, "POST", "/customer-groups", 201, json=body)["id"]
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    for path in ("/merchant/customer-groups/new", "/merchant/price-requests", f"/merchant/price-lists/{made}"):
        seller.open(path)
    seller.open("/merchant/prices")
    seller.send("/merchant/prices", {"visibility": "named", "category": ""})
    seller.open("/merchant/prices/named")
    seller.send("/merchant/prices/named", {"company": str(market.buyer.company)})
    period = f"/merchant/price-lists/{made}/period"
    seller.open(period)
    seller.send(period, {"name": "Autumn", "valid_from": "2026-01-01T10:00", "valid_until": "2030-01-01T10:00"})
    assert call(market.merchant, "GET", f"/price-lists/{made}")["valid_until"] == "2030-01-01T02:00:00Z"
    seller.open("/merchant/price-lists/new")
    new = {"name": "Spring", "currency": "CNY", "incoterm": "FCA", "place": HUB, "company": str(rival.company)}
    seller.send(
        "/merchant/price-lists", new | {"valid_from": "2026-01-01T10:00", "valid_until": "2025-01-01T10:00"}, 422
    )
    assert "valid_until" in seller.refused_fields()
    seller.send("/merchant/price-lists", new)
    seller.open(f"/merchant/price-lists/{made}/named")
    seller.send(f"/merchant/price-lists/{made}/named", {"company": "", "group": group})
    assert len(call(market.merchant, "GET", f"/price-lists/{made}")["named"]) == 2
    readers = f"/merchant/listings/{market.chains}/readers"
    seller.open(readers)
    seller.send(readers, {"visibility": "named", "companies": "nobody\nVN 0\n", "groups": group}, 422)
    assert seller.refused_fields() == {"companies"}
    assert all(f"the number or id {text}." in seller.text() for text in ("nobody", "VN 0"))
    assert "Companies that you name:" in " ".join(seller.text().split())
    seller.send(readers, {"visibility": "on_request", "companies": "", "groups": group})
    seller.open(f"/merchant/customer-groups/{group}")
    seller.send(f"/merchant/customer-groups/{group}/members", {"company": "nobody"}, 422)
    shown = call(market.merchant, "GET", f"/listings/{market.chains}/price-visibility")
    assert (shown["visibility"], [row["name"] for row in shown["named"]]) == ("on_request", ["Hai Phong"])


def test_who_is_shown_a_price_that_is_for_verified_buyers_reads_it(call, market, rival):
    call(market.merchant, "PUT", "/price-visibility", json={"visibility": "verified"})
    call(market.merchant, "POST", "/price-visibility/named", 204, json={"company": str(rival.company)})
    asked = call(market.buyer, "POST", f"/listings/{market.chains}/price-requests", 201, json={"quantity": 400})["id"]
    call(market.merchant, "POST", f"/price-requests/{asked}/answer", json={"action": "grant"})
    assert call(market.buyer, "GET", f"/listings/{market.chains}")["quote"]["unit_price"]["amount"] == "27.40"
    # Who is named for all that is for named companies is not verified by that.
    assert call(rival, "GET", f"/listings/{market.chains}")["quote"]["unit_price"] is None


def test_a_company_is_named_by_its_number_too(call, market, rival):
    with unit_of_work() as session:
        numbers = {row.id: row for row in session.scalars(sa.select(Company))}
        mine, other = numbers[market.buyer.company], numbers[rival.company]
        mine_number, other_number = mine.registration_number, other.registration_number
        other.country = "TH"
    body = {"name": "By number", "companies": [mine_number, f"TH {other_number}", str(market.thai.company)]}
    group = call(market.merchant, "POST", "/customer-groups", 201, json=body)["id"]
    companies = call(market.merchant, "GET", f"/customer-groups/{group}")["companies"]
    assert {row["company_id"] for row in companies} == {
        str(each.company) for each in (market.buyer, rival, market.thai)
    }
    for wrong in (f"LA {other_number}", str(market.carrier.company), str(market.merchant.company), "nobody"):
        refusal = call(market.merchant, "POST", "/customer-groups", 422, json={"name": "X", "companies": [wrong]})
        assert [(error["field"], error["code"]) for error in refusal["errors"]] == [("companies.0", "trader_unknown")]
    twice = {"name": "X", "companies": [mine_number, mine_number, "nobody"]}
    refusal = call(market.merchant, "POST", "/customer-groups", 422, json=twice)
    assert [error["field"] for error in refusal["errors"]] == ["companies.2"]
    with unit_of_work() as session:
        session.get_one(Company, rival.company).registration_number = mine_number
    refusal = call(market.merchant, "POST", "/customer-groups", 422, json={"name": "X", "companies": [mine_number]})
    assert refusal["errors"][0]["code"] == "ambiguous"


def test_naming_many_asks_no_more_than_naming_one(app, call, market):
    buyers = factories.more_buyers(app, 6)

    def asked(name, traders):
        sent.clear()
        body = {"name": name, "companies": [str(each.company) for each in traders]}
        call(market.merchant, "POST", "/customer-groups", 201, json=body)
        return len(sent)

    with statements() as sent:
        asked("first", buyers[:1])  # notes that the token is in use
        assert asked("one", buyers[:1]) == asked("six", buyers)
