"""Variants: one page leads to the other, each is ordered by its own number, prices and stock."""

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.details import call
from tests.support.visitors import Visitor, logged_in


@pytest.fixture
def market(app):
    found = factories.open_market(app)
    with unit_of_work() as session:
        gold = factories.listing(session, found.merchant.actor, sku="CH-GOLD", stock=40, now=clock.now())
    return found, gold


def test_variants_lead_to_one_another_and_are_ordered_apart(app, client, market):
    found, gold = market
    form = f"/merchant/listings/{found.chains}/variants"
    seller = logged_in(app, found.merchant)
    assert "CH-428-116; " in seller.open(form)
    seller.send(form, {"axes": "Colour", "members": "CH-428-116; steel\nNO-SUCH; gold"}, 422)
    assert seller.refused_fields() == {"members"}
    assert "NO-SUCH; gold" in seller.shown
    seller.send(form, {"name": "x" * 81, "axes": "Colour", "members": "CH-428-116; steel\nCH-GOLD; gold"}, 422)
    assert seller.refused_fields() == {"name"}
    seller.send(form, {"name": "Gold\tand steel", "axes": "Colour", "members": "CH-428-116; steel\nCH-GOLD; gold"}, 422)
    seller.send(form, {"name": "Gold or steel", "axes": "Colour", "members": "CH-428-116; steel\nCH-GOLD; gold"})
    assert 'value="Gold or steel"' in seller.open(form)
    shown = call(client, None, "GET", f"/listings/{found.chains}")
    assert shown["axes"] == ["Colour"]
    assert [(each["id"], each["values"]) for each in shown["variants"]] == [
        (str(found.chains), ["steel"]), (str(gold), ["gold"]),
    ]  # fmt: skip
    page = Visitor(app)
    for here, there in ((found.chains, gold), (gold, found.chains)):
        text = page.open(f"/products/{here}?to=VNHAN")
        assert f'href="/products/{there}?to=VNHAN"' in text
    for listing, quantity in ((found.chains, 80), (gold, 40)):
        call(client, found.buyer, "PUT", f"/cart/lines/{listing}", {"quantity": quantity})
    refused = call(client, found.buyer, "PUT", f"/cart/lines/{gold}", {"quantity": 50}, 422)
    assert refused["errors"][0]["field"] == "quantity"
    # One that is off the shelf is not offered on the other's page, at once.
    call(client, found.merchant, "POST", f"/listings/{gold}/acts", {"action": "pause"})
    assert f"/products/{gold}" not in page.open(f"/products/{found.chains}")
    call(client, found.merchant, "POST", f"/listings/{gold}/acts", {"action": "resume"})
    seller.open(form)
    seller.send(f"{form}/removal", {})
    assert call(client, None, "GET", f"/listings/{found.chains}")["variants"] == []


def test_the_first_variant_begins_the_group(app, client, market):
    found, _gold = market
    path = f"/listings/{found.pads}"
    body = {"sku": "BP-2", "values": ["front"], "percent": "0", "axes": ["Wheel"], "own": ["front"]}
    same = call(client, found.thai, "POST", f"{path}/variants", body, 422)
    assert [(error["field"], error["code"]) for error in same["errors"]] == [("members", "variant_twice")]
    assert call(client, found.thai, "GET", f"{path}/variants")["members"] == []
    form = f"/merchant{path}/variants/new"
    seller = logged_in(app, found.thai)
    assert f'href="{form}"' in seller.open(f"/merchant{path}/variants")
    seller.open(form)
    seller.send(form, {"sku": "BP-2", "values": "rear", "percent": "0", "axes": "Wheel", "own": ""}, 422)
    assert seller.refused_fields() == {"own"}
    seller.send(form, {"sku": "BP-2", "values": "rear", "percent": "0", "axes": "Wheel", "own": "front"})
    shown = call(client, found.thai, "GET", f"{path}/variants")
    assert (shown["axes"], [row["values"] for row in shown["members"]]) == (["Wheel"], [["front"], ["rear"]])


def test_another_variant_is_a_draft_with_its_own_prices(app, client, market):
    found, gold = market
    path = f"/listings/{found.chains}"
    alone = call(client, found.merchant, "POST", f"{path}/variants", {"sku": "V", "values": ["x"], "percent": "0"}, 422)
    assert [error["field"] for error in alone["errors"]] == ["axes", "own"]
    members = [{"sku": "CH-428-116", "values": ["steel"]}, {"sku": "CH-GOLD", "values": ["gold"]}]
    call(client, found.merchant, "PUT", f"{path}/variants", {"axes": ["Colour"], "members": members})
    call(client, found.merchant, "PATCH", f"{path}/details", {"warranty": {"months": 6, "covers": "Links"}})
    form = f"/merchant{path}/variants/new"
    seller = logged_in(app, found.merchant)
    seller.open(form)
    seller.send(form, {"sku": "CH-RED", "values": "gold", "percent": "10"}, 422)
    assert seller.refused_fields() == {"members"} or seller.refused_fields() == {"values"}
    assert 'value="CH-RED"' in seller.shown
    seller.send(form, {"sku": "CH-RED", "values": "red", "percent": "10"})
    rows = call(client, found.merchant, "GET", f"{path}/variants")["members"]
    assert [row["values"] for row in rows] == [["steel"], ["gold"], ["red"]]
    assert call(client, found.merchant, "GET", f"{path}/variants")["name"] == "CH-428-116"
    red = call(client, found.merchant, "GET", f"/listings/{rows[-1]['id']}")
    assert (red["state"], red["stock"], red["sku"]) == ("draft", 0, "CH-RED")
    assert red["ladders"][0]["tiers"][0]["price"] == {"amount": "30.14", "currency": "CNY"}
    said = call(client, found.merchant, "GET", f"/listings/{rows[-1]['id']}/details")
    assert said["warranty"]["months"] == 6
    # A draft is on nobody's page; a rival neither sees nor joins the group.
    assert len(call(client, None, "GET", path)["variants"]) == 2
    call(client, found.thai, "GET", f"{path}/variants", status=404)
    call(client, found.thai, "PUT", f"{path}/variants", {"axes": ["Colour"], "members": members}, 404)
    theirs = [{"sku": "BP-1", "values": ["a"]}, {"sku": "CH-GOLD", "values": ["b"]}]
    call(client, found.thai, "PUT", f"/listings/{found.pads}/variants", {"axes": ["X"], "members": theirs}, 422)
    assert str(gold) in {each["id"] for each in call(client, None, "GET", path)["variants"]}
