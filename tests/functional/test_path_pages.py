"""The same path in a browser without scripts: product, cart, checkout, thanks, order, confirmation, ready date."""

import re
from dataclasses import replace

from marketplace.kernel.db import reading
from marketplace.orders.models import Order
from marketplace.payments.flows import cards
from tests.support.visitors import logged_in


def follow(found, answer):
    return found.open(answer.headers["Location"].replace("http://localhost", ""))


def test_from_the_shelf_to_a_confirmed_order(app, market):
    buyer = logged_in(app, market.buyer)
    assert "The cart is empty" in buyer.open("/cart")
    buyer.open(f"/products/{market.chains}")
    line = f"/cart/lines/{market.chains}"
    follow(buyer, buyer.send(line, {}))
    assert "paid by the importer of record" in buyer.shown
    buyer.send("/cart/destination", {"to": "VNHAN"})
    buyer.open("/cart")
    follow(buyer, buyer.send(line, {"quantity": "80"}))
    assert "2,192.00" in buyer.shown
    buyer.open("/cart")
    assert "40 or 80" in buyer.send(line, {"quantity": "50"}, 422).text
    buyer.open("/checkout")
    (departure,) = set(re.findall(r'name="(departure\.[^"]+)"', buyer.shown))
    assert departure.endswith(str(market.chains))
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    form = {payment: "bank acceptance_100", "total": totals}
    first = buyer.send("/checkout", form)
    second = buyer.send("/checkout", form)  # a double click
    assert first.headers["Location"] == second.headers["Location"]
    thanks = follow(buyer, first)
    assert "Thank you" in thanks
    (order,) = reading().query(Order).all()
    assert f"/orders/{order.id}" in thanks
    page = buyer.open(f"/orders/{order.id}")
    assert "Pro-forma invoice" in page
    assert "Freight contract" in page

    merchant = logged_in(app, market.merchant)
    assert order.reference in merchant.open("/orders?side=merchant")
    merchant.open(f"/orders/{order.id}")
    follow(merchant, merchant.send(f"/orders/{order.id}/confirmation", {}))
    assert "The order is confirmed." in merchant.shown
    logged_in(app, market.thai).open(f"/orders/{order.id}", status=404)


def test_a_buyer_reads_what_ending_an_order_does_before_it_ends(app, market):
    buyer = logged_in(app, market.buyer)
    buyer.open(f"/products/{market.chains}")
    buyer.send(f"/cart/lines/{market.chains}", {"quantity": "80"})
    buyer.open("/cart")
    buyer.send("/cart/destination", {"to": "VNHAN"})
    buyer.open("/checkout")
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    buyer.send("/checkout", {payment: "bank deposit_30_70", "total": totals})
    (order,) = reading().query(Order).all()
    page = f"/orders/{order.id}"
    # The order's page has no button that ends it: one leads to what happens then, also without scripts.
    assert f'href="{page}/cancellation"' in buyer.open(page)
    assert f'action="{page}/cancellation"' not in buyer.shown
    buyer.open(f"{page}/cancellation")
    for said in ("cannot be undone", "is free again", "657.60", "need not be paid any longer", "Keep the order"):
        assert said in buyer.text(), said
    logged_in(app, market.thai).open(f"{page}/cancellation", 404)
    follow(buyer, buyer.send(f"{page}/cancellation", {}))
    assert "The order is cancelled." in buyer.shown
    # There is nothing left to end.
    assert buyer.client.get(f"{page}/cancellation").status_code == 303


def test_totals_that_moved_are_shown_again(app, market):
    buyer = logged_in(app, market.buyer)
    buyer.open(f"/products/{market.chains}")
    buyer.send(f"/cart/lines/{market.chains}", {})
    buyer.open("/cart")
    buyer.send("/cart/destination", {"to": "VNHAN"})
    buyer.open("/checkout")
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    shown = buyer.send("/checkout", {payment: "bank acceptance_100", "total": "goods 1.00 CNY"}, 409).text
    assert "The total has moved" in shown


def test_a_card_is_asked_for_on_the_providers_page(app, market):
    buyer = logged_in(app, market.buyer)
    buyer.open(f"/products/{market.pads}")
    buyer.send(f"/cart/lines/{market.pads}", {})
    buyer.open("/checkout")
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    sent = buyer.send("/checkout", {payment: "card acceptance_100", "total": totals})
    path = "/" + sent.headers["Location"].split("/", 3)[3]
    paid = buyer.client.post(path, data={"card": "pm_card_visa", "act": "pay"})
    assert paid.status_code == 303
    back = "/" + paid.headers["Location"].split("/", 3)[3]
    buyer.open(back)
    answer = buyer.send(f"{back}/completion", {})
    assert "Thank you" in follow(buyer, answer)


def test_a_card_that_is_processed_without_a_page_is_waited_for(app, market, monkeypatch):
    buyer = logged_in(app, market.buyer)
    buyer.open(f"/products/{market.chains}")
    buyer.send(f"/cart/lines/{market.chains}", {})
    buyer.open("/cart")
    buyer.send("/cart/destination", {"to": "VNHAN"})
    buyer.open("/checkout")
    (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', buyer.shown))
    totals = re.findall(r'name="total" value="([^"]+)"', buyer.shown)
    taken = cards.authorise
    monkeypatch.setattr(cards, "authorise", lambda **given: replace(taken(**given), page_url=None))
    answer = buyer.send("/checkout", {payment: "card acceptance_100", "total": totals})
    assert re.search(r"/checkout/[0-9a-f-]{36}$", answer.headers["Location"])
    assert "Refresh" in buyer.client.get(answer.headers["Location"]).headers


def test_it_reads_in_chinese_addresses(app, market):
    buyer = logged_in(app, market.buyer)
    assert 'lang="zh"' in buyer.open("/zh/cart")
    assert 'lang="vi"' in buyer.open("/vi/orders")
