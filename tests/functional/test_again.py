"""What was bought is bought again: from a past order and from lists, each line that cannot be saying why."""

import pytest

from marketplace.catalog.models import Listing
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, visitor
from tests.support.ways import Way

BANK = {"rail": "bank", "plan": "deposit_30_70"}


@pytest.fixture
def buyer(app, market):
    return Program(app, market.buyer.token)


def more(market, *skus):
    with unit_of_work() as session:
        return [factories.listing(session, market.merchant.actor, sku=sku, now=clock.now()) for sku in skus]


def ordered(buyer, *listings, quantity=400):
    buyer.call("PUT", "/cart", 200, {"to": factories.HANOI})
    for listing_id in listings:
        cart = buyer.call("PUT", f"/cart/lines/{listing_id}", 200, {"quantity": quantity})
    return buyer.call("POST", "/checkout", 201, {"expected_totals": cart["totals"], "payment": BANK})["order_ids"][0]


def in_cart(buyer):
    cart = buyer.call("GET", "/cart", 200)
    return {line["sku"]: line["quantity"] for bundle in cart["bundles"] for line in bundle["lines"]}


def test_an_order_is_filled_into_the_cart_once_more(app, market, buyer):
    seller = Program(app, market.merchant.token)
    gone, there, fewer = more(market, "GONE", "THERE", "FEWER")
    order = ordered(buyer, market.chains, gone, there, fewer)
    seller.call("POST", f"/listings/{gone}/acts", 200, {"action": "pause"})
    with unit_of_work() as session:
        version = session.get_one(Listing, market.chains).version
    seller.call("PATCH", "/listings", 200, {"rows": [{"id": str(market.chains), "version": version, "price": "28.00"}]})
    buyer.call("PUT", f"/cart/lines/{there}", 200, {"quantity": 40})
    path = f"/orders/{order}/again"
    lines = {line["sku"]: line for line in buyer.call("GET", path, 200)["lines"]}
    chains = lines["CH-428-116"]
    assert (chains["price_then"]["amount"], chains["price"]["amount"], chains["obstacle"]) == ("27.40", "28.00", None)
    assert (lines["GONE"]["obstacle"]["code"], lines["GONE"]["price"]) == ("listing_gone", None)
    assert lines["THERE"]["in_cart"]
    # The other side of the order buys nothing by it, and a stranger knows of none.
    for other in (market.merchant, market.thai):
        assert Program(app, other.token).problem("GET", path, 404)[0] == "not_found"
    assert buyer.problem("POST", path, 422, {"lines": [{"line_id": str(gone)}]})[1] == {"lines"}
    named = [{"line_id": lines["FEWER"]["line_id"], "quantity": 50}, {"line_id": lines["THERE"]["line_id"]}]
    done = buyer.call("POST", path, 200, {"lines": named})["lines"]
    assert [(line["put"], line["reason"] and line["reason"]["code"]) for line in done] == [
        (False, "in_cart"), (False, "quantity_multiple"),
    ]  # fmt: skip
    assert done[1]["reason"]["accepted"] == "40 or 80"
    done = {line["listing_id"]: line for line in buyer.call("POST", path, 200)["lines"]}
    assert {key: line["put"] for key, line in done.items()} == {
        str(market.chains): True, str(gone): False, str(there): False, str(fewer): True,
    }  # fmt: skip
    moved = done[str(market.chains)]
    assert (moved["price_then"]["amount"], moved["price"]["amount"]) == ("27.40", "28.00")
    assert in_cart(buyer) == {"THERE": 40, "CH-428-116": 400, "FEWER": 400}


def test_the_page_says_what_moved_and_takes_what_is_ticked(app, market, buyer):
    (gone,) = more(market, "GONE")
    order = ordered(buyer, market.chains, gone)
    Program(app, market.merchant.token).call("POST", f"/listings/{gone}/acts", 200, {"action": "pause"})
    page = visitor(app, market.buyer)
    assert f"/orders/{order}/again" in page.open(f"/orders/{order}")
    assert f"/orders/{order}/again" not in visitor(app, market.merchant).open(f"/orders/{order}")
    path = f"/orders/{order}/again"
    page.open(path)
    assert "These goods are no longer offered." in page.text()
    lines = {line["sku"]: line["line_id"] for line in buyer.call("GET", path, 200)["lines"]}
    ticked = {"lines": list(lines.values()), f"quantity.{lines['CH-428-116']}": "80"}
    assert "1 line is in the cart." in page.send(path, ticked, 200).text
    assert in_cart(buyer) == {"CH-428-116": 80}
    page.open(path)
    page.send(path, {}, 422)
    assert "Tick the lines that go into the cart." in page.text()
    assert "checked" not in page.shown.partition("<table")[2]
    buyer.call("DELETE", f"/cart/lines/{market.chains}", 204)
    page.open(path)
    assert page.send(path, {"lines": [lines["CH-428-116"]]}).headers["Location"] == "/cart"
    assert in_cart(buyer) == {"CH-428-116": 400}


def test_lines_of_the_same_goods_are_put_together(app, market, buyer, call, operator):
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "acceptance_100"}, quantity=40)
    for quantity in (80, 120):
        body = {"kind": "add", "line": way.line_id, "quantity": quantity, "departure": way.booking["departure_id"]}
        change = call(market.merchant, "POST", f"/orders/{way.order_id}/changes", json=body, expect=201)
        accepted = {"content_hash": change["content_hash"]}
        call(market.buyer, "POST", f"/order-changes/{change['id']}/acceptance", json=accepted, expect=200)
    path = f"/orders/{way.order_id}/again"
    page = visitor(app, market.buyer)
    page.open(path)
    ids = [line["line_id"] for line in buyer.call("GET", path, 200)["lines"]]
    assert page.send(path, {"lines": ids}).headers["Location"] == "/cart"
    assert "1 line is in the cart." in page.open("/cart")
    assert in_cart(buyer) == {"CH-428-116": 240}
    buyer.call("DELETE", f"/cart/lines/{market.chains}", 204)
    # As many as are named, and the same by a program and for a list.
    named = [{"line_id": ids[0]}, {"line_id": ids[2], "quantity": 200}]
    done = buyer.call("POST", path, 200, {"lines": named})["lines"]
    assert [(line["quantity"], line["put"]) for line in done] == [(40, True), (200, True)]
    assert in_cart(buyer) == {"CH-428-116": 240}
    made = buyer.call("POST", "/lists", 201, {"name": "Often"})["id"]
    saved = buyer.call("POST", f"/lists/{made}/items", 200, {"order": way.order_id})
    assert (saved["put"], saved["left"]) == ([str(market.chains)], [])
    assert [row["quantity"] for row in buyer.call("GET", f"/lists/{made}", 200)["lines"]] == [240]


def test_a_list_is_filled_from_cart_and_order_copied_and_put_aside(app, market, buyer):
    other, gone = more(market, "OTHER", "GONE")
    order = ordered(buyer, market.chains, gone)
    Program(app, market.merchant.token).call("POST", f"/listings/{gone}/acts", 200, {"action": "pause"})
    made = buyer.call("POST", "/lists", 201, {"name": "Often"})["id"]
    path = f"/lists/{made}"
    buyer.call("PUT", f"{path}/items/{market.chains}", 204, {"quantity": 80, "note": "Mr. Lee's"})
    done = buyer.call("POST", f"{path}/items", 200, {"order": order})
    assert (done["put"], [(row["listing_id"], row["code"]) for row in done["left"]]) == (
        [str(market.chains)], [(str(gone), "listing_gone")],
    )  # fmt: skip
    buyer.call("PUT", f"/cart/lines/{other}", 200, {"quantity": 120})
    assert buyer.call("POST", f"{path}/items", 200, {})["put"] == [str(other)]
    lines = [(row["listing_id"], row["quantity"], row["note"]) for row in buyer.call("GET", path, 200)["lines"]]
    assert lines == [(str(market.chains), 400, "Mr. Lee's"), (str(other), 120, "")]
    rival = Program(app, market.thai.token)
    for method, suffix, body in (("POST", "/copy", {"name": "Mine"}), ("POST", "/items", {})):
        assert rival.problem(method, path + suffix, 404, body)[0] == "not_found"
    assert buyer.problem("POST", f"{path}/items", 404, {"order": made})[0] == "not_found"
    # Some of it into the cart, a copy of it, and aside.
    assert buyer.call("POST", f"{path}/cart", 200, {"listings": [str(market.chains)]})["put"] == [str(market.chains)]
    copied = buyer.call("POST", f"{path}/copy", 201, {"name": "Often, too"})["id"]
    twin = buyer.call("GET", f"/lists/{copied}", 200)
    assert [(row["listing_id"], row["quantity"], row["note"]) for row in twin["lines"]] == lines
    buyer.call("PATCH", path, 204, {"archived": True})
    assert [row["id"] for row in buyer.call("GET", "/lists", 200)["items"]] == [copied]
    assert [row["id"] for row in buyer.call("GET", "/lists?archived=true", 200)["items"]] == [made]
    assert buyer.problem("PUT", f"{path}/items/{other}", 409, {})[0] == "list_archived"
    buyer.call("PATCH", path, 204, {"archived": False})
    buyer.call("PUT", f"{path}/items/{other}", 204, {})


def test_the_same_without_scripts(app, market, buyer):
    (gone,) = more(market, "GONE")
    order = ordered(buyer, market.chains, gone)
    Program(app, market.merchant.token).call("POST", f"/listings/{gone}/acts", 200, {"action": "pause"})
    page = visitor(app, market.buyer)
    buyer.call("PUT", f"/cart/lines/{market.chains}", 200, {"quantity": 400})
    assert "/account/lists/adding" in page.open("/cart")
    page.open("/account/lists/adding")
    where = page.send("/account/lists/adding", {"name": "Of the cart"}).headers["Location"]
    page.open(f"/account/lists/adding?order={order}")
    fields = {"list": where.rpartition("/")[2], "name": ""}
    assert "These goods are no longer offered." in page.send("/account/lists/adding", fields, 200).text
    buyer.call("PUT", f"{where.removeprefix('/account')}/items/{market.pads}", 204, {})
    buyer.call("DELETE", f"/cart/lines/{market.chains}", 204)
    page.open(where)
    assert f"{where}/order" in page.shown
    page.open(f"{where}/order")
    assert page.send(f"{where}/cart", {"listings": str(market.chains)}).headers["Location"] == "/cart"
    assert in_cart(buyer) == {"CH-428-116": 400}
    page.open(where)
    copied = page.send(f"{where}/copy", {"name": "Twin"}).headers["Location"]
    page.open(copied)
    page.send(copied, {"archived": "1"})
    assert "Take it up again" in page.open(copied)
    assert "Twin" not in page.open("/account/lists")
    assert "Twin" in page.open("/account/lists?archived=1")


def test_an_order_and_a_list_ask_as_often_however_long_they_are(app, market, buyer):
    short, long = more(market, "S-0")[0], more(market, *(f"L-{number}" for number in range(6)))
    orders = [ordered(buyer, short, quantity=40), ordered(buyer, *long, quantity=40)]
    made = buyer.call("POST", "/lists", 201, {"name": "Long"})["id"]
    acts = (
        lambda order: buyer.call("GET", f"/orders/{order}/again", 200),
        lambda order: buyer.call("POST", f"/orders/{order}/again", 200),
        lambda order: buyer.call("POST", f"/lists/{made}/items", 200, {"order": order}),
    )
    for act in acts:
        act(orders[0])
    few = [statements_of(lambda act=act: act(orders[0])) for act in acts]
    for act in acts:
        act(orders[1])
    assert [statements_of(lambda act=act: act(orders[1])) for act in acts] == few
