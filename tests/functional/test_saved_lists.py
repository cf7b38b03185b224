"""Goods are saved on lists over page and API, and a whole list goes into the cart; what cannot go says why."""

from uuid import uuid4

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.statements import statements_of
from tests.support.visitors import Program, Visitor, visitor


def test_a_list_goes_into_the_cart_and_what_cannot_says_why(app, market):
    buyer, rival = Program(app, market.buyer.token), Program(app, market.thai.token)
    with unit_of_work() as session:
        bare = factories.listing(
            session, market.thai.actor, sku="BARE", packing=None, hub_code=factories.HUB, now=clock.now()
        )
        gone = factories.listing(session, market.merchant.actor, sku="GONE", now=clock.now())
        there = factories.listing(session, market.merchant.actor, sku="THERE", now=clock.now())
    made = buyer.call("POST", "/lists", 201, {"name": "Tết"})["id"]
    path = f"/lists/{made}"
    assert buyer.problem("PUT", f"{path}/items/{market.chains}", 422, {"quantity": 90})[1] == {"quantity"}
    buyer.call("PUT", f"{path}/items/{market.chains}", 204, {"quantity": 400, "note": "soon"})
    for listing_id in (bare, gone, there):
        buyer.call("PUT", f"{path}/items/{listing_id}", 204, {})
    buyer.call("PUT", f"/cart/lines/{there}", 200, {"quantity": 800})
    Program(app, market.merchant.token).call("POST", f"/listings/{gone}/acts", 200, {"action": "pause"})

    for method, suffix, body in (("GET", "", None), ("POST", "/cart", None), ("PATCH", "", {"name": "x"}),
                                 ("DELETE", "", None)):  # fmt: skip
        assert rival.call(method, path + suffix, 404, body) == rival.call(
            method, f"/lists/{uuid4()}{suffix}", 404, body
        )
    shown = {row["listing_id"]: row for row in buyer.call("GET", path, 200)["lines"]}
    assert {key: row["obstacle"] and row["obstacle"]["code"] for key, row in shown.items()} == {
        str(market.chains): None, str(bare): "packing_unknown", str(gone): "listing_gone", str(there): None,
    }  # fmt: skip
    assert (shown[str(market.chains)]["price"]["amount"], shown[str(there)]["in_cart"]) == ("27.40", True)

    done = buyer.call("POST", f"{path}/cart", 200)
    assert done["put"] == [str(market.chains)]
    left = {row["listing_id"]: (row["code"], row["message"]) for row in done["left"]}
    assert left == {
        str(bare): ("packing_unknown", "The merchant has not stated the packing: these goods cannot be ordered yet."),
        str(gone): ("listing_gone", "These goods are no longer offered."),
        str(there): ("in_cart", "This is in the cart already; there it stays as it is."),
    }
    lines = {
        line["listing_id"]: line["quantity"]
        for bundle in buyer.call("GET", "/cart", 200)["bundles"]
        for line in bundle["lines"]
    }
    assert lines == {str(market.chains): 400, str(there): 800}
    assert len(buyer.call("GET", path, 200)["lines"]) == 4  # nothing leaves the list
    buyer.call("DELETE", f"{path}/items/{gone}", 204)
    assert buyer.problem("DELETE", f"{path}/items/{gone}", 404)[0] == "not_found"
    buyer.call("PATCH", path, 204, {"shared": True})
    (row,) = buyer.call("GET", "/lists", 200)["items"]
    assert (row["name"], row["shared"], row["mine"], row["items"]) == ("Tết", True, True, 3)
    buyer.call("DELETE", path, 204)
    assert buyer.call("GET", "/lists", 200)["items"] == []


def test_goods_that_are_not_on_a_list_are_refused_and_nothing_is_put(app, market):
    buyer, page = Program(app, market.buyer.token), visitor(app, market.buyer)
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="OTHER", now=clock.now())
    path = f"/lists/{buyer.call('POST', '/lists', 201, {'name': 'Tết'})['id']}"
    buyer.call("PUT", f"{path}/items/{market.chains}", 204, {"quantity": 400})
    for named, wrong in (
        ([str(other)], {"listings.0"}),
        ([str(market.chains), str(other), str(uuid4())], {"listings.1", "listings.2"}),
    ):
        refused = buyer.call("POST", f"{path}/cart", 422, {"listings": named})
        assert {one["field"] for one in refused["errors"]} == wrong
        assert {(one["code"], one["accepted"]) for one in refused["errors"]} == {("not_on_list", "goods of this list")}
    assert buyer.call("GET", "/cart", 200)["bundles"] == []
    page.open(f"/account{path}")
    page.send(f"/account{path}/cart", {"listings": [str(other)]}, 422)
    assert page.refused_fields() == {"listings"}
    assert page.shown.count("These goods are not on this list.") == 1
    assert page.shown.count('id="field-listings"') == 1
    assert buyer.call("POST", f"{path}/cart", 200, {"listings": [str(market.chains)]})["put"] == [str(market.chains)]


def test_goods_are_saved_from_their_page_without_scripts(app, market):
    buyer = visitor(app, market.buyer)
    save = f"/account/lists/saving/{market.chains}"
    assert f'href="{save}"' in buyer.open("/products")
    assert save not in Visitor(app).open("/products")
    assert save in buyer.open(f"/products/{market.chains}?quantity=80")
    buyer.open(f"{save}?quantity=80&currency=CNY&incoterm=FCA&place={factories.HUB}")
    buyer.send(save, {"name": "Spring", "quantity": "90", "note": "soon"}, 422)
    assert buyer.refused_fields() == {"quantity"}
    assert "80 or 120" in buyer.text()
    where = buyer.send(save, {"name": "Spring", "quantity": "80", "note": "soon"}).headers["Location"]
    page = buyer.open(where)
    assert "Spring" in page
    assert "soon" in page
    # Saved in one language, read in another; what no merchant put into it stays as it is.
    assert 'lang="zh">摩托车链条 428H</a>' in buyer.open(f"/zh{where}")
    assert 'lang="en">Motorcycle chain 428H</a>' in buyer.open(f"/vi{where}")
    buyer.open(f"/account/lists/saving/{market.pads}")
    buyer.send(f"/account/lists/saving/{market.pads}", {"list": where.rpartition("/")[2], "quantity": "40", "name": ""})
    buyer.open(f"/account/lists/saving/{market.pads}")
    named = {"list": where.rpartition("/")[2], "quantity": "40", "name": "Autumn"}  # a name is typed for a new list
    other = buyer.send(f"/account/lists/saving/{market.pads}", named).headers["Location"]
    assert other != where
    assert "Autumn" in buyer.open(other)
    buyer.open(where)
    buyer.send(where, {"name": "", "shared": "1"})  # no name sent: it stays
    assert "shared with the company" in buyer.open(where)
    assert "Spring" in buyer.open("/account/lists")
    buyer.open(where)
    assert buyer.send(f"{where}/cart", {}).headers["Location"] == "/cart"
    assert "2 lines are in the cart." in buyer.open("/cart")
    buyer.open(where)
    buyer.send(f"{where}/cart", {}, 200)
    assert "2 lines are not put there; each says why." in buyer.shown
    assert buyer.shown.count("This is in the cart already; there it stays as it is.") == 2
    buyer.open(where)
    buyer.send(f"{where}/items/{market.pads}/removal", {})
    assert "Brake pads" not in buyer.open(where)
    buyer.send(f"{where}/removal", {})
    assert "Spring" not in buyer.open("/account/lists")
    assert visitor(app, market.thai).client.get(where).status_code == 404


def test_a_list_asks_the_database_as_often_however_long_it_is(app, market):
    buyer = Program(app, market.buyer.token)
    made = buyer.call("POST", "/lists", 201, {"name": "Long"})["id"]
    buyer.call("PUT", f"/lists/{made}/items/{market.chains}", 204, {})
    page = visitor(app, market.buyer)
    page.open(f"/account/lists/{made}")
    one = statements_of(lambda: page.open(f"/account/lists/{made}"))
    with unit_of_work() as session:
        more = [factories.listing(session, market.merchant.actor, sku=f"M-{n}", now=clock.now()) for n in range(5)]
    for listing_id in more:
        buyer.call("PUT", f"/lists/{made}/items/{listing_id}", 204, {})
    assert statements_of(lambda: page.open(f"/account/lists/{made}")) == one
