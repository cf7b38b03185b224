"""What a buyer reads on the way from cart to order: freight per lorry, what is agreed, and what a step back means."""

import re

import pytest

from marketplace.catalog.queries import shelf
from marketplace.kernel.db import reading
from marketplace.kernel.pages import encode_cursor
from marketplace.orders.models import Order
from marketplace.worker import runner
from tests import factories
from tests.functional.test_path_pages import follow
from tests.support.claims import bring, line_of, place
from tests.support.visitors import Reader, Visitor, logged_in

CHECKED = True


@pytest.fixture
def buyer(app, market):
    found = logged_in(app, market.buyer)
    found.open(f"/products/{market.chains}")
    found.send(f"/cart/lines/{market.chains}", {"quantity": "80"})
    found.open("/cart")
    found.send("/cart/destination", {"to": factories.HANOI})
    found.open("/checkout")
    return found


def pay(buyer, how):
    (name,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    return buyer.send("/checkout", {name: how, "total": totals})


def test_what_is_agreed_can_be_read_before_and_freight_is_named_after(buyer):
    for path in ("/terms", "/contract", "/settings"):
        assert f'href="{path}"' in buyer.shown.partition("<main")[2]
    assert "hand-over to the hub" in buyer.text()
    follow(buyer, pay(buyer, "bank deposit_30_70"))
    words = " ".join(buyer.text().split())
    (order,) = reading().query(Order).all()
    assert "Merchant confirms until" in words
    freight = re.search(r"Freight in all, paid to [\w -]+: ([\d.,]+ CNY)", words)
    assert freight
    assert words.count(freight[1]) == 2  # of its only departure, and in all
    buyer.open(f"/orders/{order.id}")
    assert "Merchant confirms until" in buyer.text()


def test_the_confirmed_order_no_longer_says_until_when_to_confirm(app, call, market):
    page = Reader(app, market.buyer).get(f"/orders/{place(call, market)}")
    assert "Merchant confirms until" not in page


def test_who_leaves_the_payment_page_reads_what_is_held_and_how_to_go_on(buyer):
    page = pay(buyer, "card acceptance_100").headers["Location"]
    card = buyer.client.get(page.removeprefix("http://127.0.0.1:8000")).text
    (order,) = re.findall(r"ORD-[\w-]+", card)
    assert "2,192.00\xa0CNY" in card
    back = buyer.client.post(page.removeprefix("http://127.0.0.1:8000"), data={"act": "cancel"}).location
    buyer.open(back.removeprefix("http://127.0.0.1:8000"))
    for said in ("You left the payment page", "Nothing has been charged", "stay held for you until", "Pay another way"):
        assert said in buyer.text(), said
    assert page in buyer.shown
    # Another way takes the place of the first: nothing has to run out before.
    buyer.open("/checkout")
    follow(buyer, pay(buyer, "bank acceptance_100"))
    assert "Thank you" in buyer.shown
    assert order not in buyer.shown


def test_an_acceptance_that_is_refused_comes_back_as_it_was_typed(app, call, market):
    order_id = place(call, market)
    bring(order_id)
    form = f"/orders/{order_id}/lines/{line_of(order_id)}/acceptance"
    buyer = Reader(app, market.buyer)
    refused = buyer.post(form, {"quantity": "many"}, page=f"/orders/{order_id}", expect=422)
    assert buyer.visitor.refused_fields() == {"quantity"}
    assert 'value="many"' in refused
    assert f'action="{form}"' in refused
    too_many = buyer.visitor.send(form, {"quantity": "5000"}, 409).text
    assert 'value="5000"' in too_many


def test_a_claim_begins_with_nothing_chosen(app, call, market):
    order_id = place(call, market)
    bring(order_id)
    page = Reader(app, market.buyer).get(f"/orders/{order_id}/lines/{line_of(order_id)}/claims")
    assert '<option value="">Choose what is wrong</option>' in page
    assert re.search(r'name="quantity"[^>]* value=""', page)


def test_places_and_lines_are_named_in_the_readers_language(app, call, market):
    order_id = place(call, market)
    buyer = Reader(app, market.buyer)
    for page in (f"/zh/orders/{order_id}", f"/zh/products/{market.chains}?to={factories.HANOI}&quantity=80"):
        assert "河内" in buyer.get(page), page


def test_shares_and_thresholds_are_figures_people_read(app, market):
    page = Reader(app, market.buyer)
    page.get("/settings")
    assert "3\u00a0%" in page.visitor.text()
    assert "hundredths" not in page.visitor.text()
    page = Reader(app, market.merchant)
    page.get("/account/payouts")
    assert "from 50,000.00\u00a0CNY" in page.visitor.text()


def test_the_clauses_can_be_read_by_everybody_in_every_language(client):
    for prefix, said in (("", "hand-over"), ("/zh", "交接"), ("/vi", "bàn giao")):
        page = client.get(f"{prefix}/contract")
        assert page.status_code == 200
        assert said in page.text
        assert "{" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_the_shelf_says_how_much_stands_on_it_and_sorts_by_price(app, market):
    page = Visitor(app)
    page.open("/products")
    assert "2 offers" in page.text()
    assert 'href="/search?sort=price"' in page.shown
    page.open("/products?origin=CN&incoterm=FCA")
    assert "1 offer " in " ".join(page.text().split())
    (by_price,) = re.findall(r'href="(/search\?[^"]*sort=price[^"]*)"', page.shown)
    runner.run_due(app)  # what search counts is written by a job
    page.open(by_price.replace("&amp;", "&"))
    assert f"/products/{market.chains}" in page.shown
    assert f"/products/{market.pads}" not in page.shown
    page.open("/products?origin=JP")
    assert "0 offers" in page.text()
    assert "sort=price" not in page.open("/products?commodity=roller-chain")


def test_behind_the_last_offer_the_shelf_still_says_how_much_stands_on_it(app, market):
    page = Visitor(app)
    page.open(f"/products?cursor={encode_cursor(min(market.chains, market.pads).hex)}")
    assert "2 offers" in page.text()


def test_a_great_shelf_is_not_counted_to_its_end(app, market, monkeypatch):
    monkeypatch.setattr(shelf, "COUNTED", 1)
    page = Visitor(app)
    page.open("/products?category=motorcycle-parts&origin=CN")
    assert "1 offer " in " ".join(page.text().split())
    page.open("/products?cursor=")
    assert "More than 1 offers" in page.text()
