"""The buyer's order number stands on every paper, its cost centre only where the buyer says so."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders.models import OrderGroup
from marketplace.orders.queries import exports
from marketplace.papers.models import IssuedDocument
from marketplace.reports import queries as reports
from tests import factories
from tests.support.visitors import visitor
from tests.support.ways import Way

BANK = {"rail": "bank", "plan": "acceptance_100"}


@pytest.fixture
def units(call, market):
    """Two units of the buyer; the owner belongs to the first."""
    base = f"/companies/{market.buyer.company}"
    north = call(market.buyer, "POST", f"{base}/units", json={"name": "North", "cost_centre": "4711"}, expect=201)["id"]
    south = call(market.buyer, "POST", f"{base}/units", json={"name": "South", "cost_centre": "4712"}, expect=201)["id"]
    path = f"{base}/members/{market.buyer.actor.person}/unit"
    call(market.buyer, "PUT", path, json={"unit_id": north}, expect=204)
    return north, south


def fill(call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    return call(market.buyer, "PUT", f"/cart/lines/{market.pads}", json={"quantity": 80}, expect=200)


def place(call, market, **given):
    body = {"expected_totals": fill(call, market)["totals"], "payment": BANK} | given
    done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
    return [call(market.buyer, "GET", f"/orders/{order_id}", expect=200) for order_id in done["order_ids"]]


def papers(order):
    ids = [UUID(one["id"]) for one in order["documents"]]
    found = reading().scalars(sa.select(IssuedDocument).where(IssuedDocument.id.in_(ids)))
    data = {row.kind.value: row.data for row in found}
    return {kind: (said.get("purchase_order_number"), said.get("cost_centre")) for kind, said in data.items()}


def test_a_number_of_each_order_stands_on_its_papers(call, market, units):
    cart = fill(call, market)
    assert [unit["cost_centre"] for unit in cart["units"]] == ["4711", "4712"]
    key = cart["bundles"][1]["key"]
    chains, pads = place(call, market, purchase_order_number="PO-1", purchase_order_numbers={key: "PO-2"})
    assert (chains["purchase_order_number"], pads["purchase_order_number"]) == ("PO-1", "PO-2")
    assert papers(chains) == dict.fromkeys(("pro_forma", "sales_contract", "freight_contract"), ("PO-1", None))
    assert {number for number, _ in papers(pads).values()} == {"PO-2"}
    # The merchant reads the number and nothing of units.
    sold = call(market.merchant, "GET", f"/orders/{chains['id']}", expect=200)
    assert (sold["purchase_order_number"], sold["unit"], sold["cost_centre_on_papers"]) == ("PO-1", None, "")
    assert chains["unit"]["cost_centre"] == "4711"
    seen = {
        company: row
        for company in (market.buyer.company, market.merchant.company, None)
        for _, row in exports.portion(reading(), company_id=company, since=None, after=None, size=10)
        if row["order"] == chains["reference"]
    }
    assert [(row["purchase_order_number"], row["cost_centre"]) for row in seen.values()] == [
        ("PO-1", "4711"), ("PO-1", None), ("PO-1", None),
    ]  # fmt: skip


def test_the_cost_centre_is_printed_where_the_buyer_says_so(call, market, units):
    _, south = units
    base = f"/companies/{market.buyer.company}/cost-centres"
    before, _ = place(call, market)
    call(market.merchant, "PUT", base, json={"printed": True}, expect=404)
    call(market.buyer, "PUT", base, json={"printed": True}, expect=204)
    assert call(market.buyer, "GET", base, expect=200) == {"printed": True}
    chains, pads = place(call, market, unit_id=south)
    assert papers(chains) == {
        kind: (None if kind == "freight_contract" else "", "4712")
        for kind in ("pro_forma", "sales_contract", "freight_contract")
    }
    # Under DAP the merchant pays the carrier: that contract says nothing of the buyer's business.
    sold = call(market.thai, "GET", f"/orders/{pads['id']}", expect=200)
    assert papers(sold)["freight_contract"] == (None, None)
    assert (sold["cost_centre_on_papers"], sold["unit"]) == ("4712", None)
    again = call(market.buyer, "GET", f"/orders/{before['id']}", expect=200)
    assert again["unit"]["cost_centre"] == "4711"
    assert {centre for _, centre in papers(again).values()} == {None}
    assert reports.check(reading()) == []
    with unit_of_work() as session:
        session.execute(sa.update(OrderGroup).where(OrderGroup.unit_id == UUID(south)).values(cost_centre="4713"))
    assert {breach.what for breach in reports.check(reading())} == {"prints another cost centre than its own"}
    # Frozen: a unit that is closed is still the one it was placed for.
    call(market.buyer, "POST", f"/companies/{market.buyer.company}/units/{south}/closure", expect=204)
    assert call(market.buyer, "GET", f"/orders/{chains['id']}", expect=200)["unit"]["name"] == "South"
    totals = fill(call, market)["totals"]
    for given, field in (
        ({"unit_id": south}, "unit_id"),
        ({"purchase_order_numbers": {"nothing": "PO-3"}}, "purchase_order_numbers.nothing"),
    ):
        body = {"expected_totals": totals, "payment": BANK} | given
        refused = call(market.buyer, "POST", "/checkout", json=body, expect=422)
        assert [error["field"] for error in refused["errors"]] == [field]


def test_papers_of_the_goods_carry_both(call, market, operator, units):
    call(market.buyer, "PUT", f"/companies/{market.buyer.company}/cost-centres", json={"printed": True}, expect=204)
    way = Way(call, market, operator, order_number="PO-7").secure()
    way.pack()
    way.hand_over()
    found = papers(way.order())
    assert found["packing_list"] == ("PO-7", "4711")
    assert found["commercial_invoice"] == ("PO-7", "4711")


def test_the_same_on_pages(app, call, market, units):
    page = visitor(app, market.buyer)
    page.open("/account/units")
    page.send("/account/units/cost-centres", {"printed": "1"})
    assert 'name="printed" value="1" checked' in page.open("/account/units")
    cart = fill(call, market)
    shown = page.open("/checkout")
    assert "South · 4712" in shown
    keys = [bundle["key"] for bundle in cart["bundles"]]
    fields = {
        "total": [f"{each['kind']} {each['amount']} {each['currency']}" for each in cart["totals"]],
        **{f"payment.{key}": "bank acceptance_100" for key in keys},
        "purchase_order_number": "PO-1",
        f"purchase_order_numbers.{keys[1]}": "PO-2",
        "unit_id": units[1],
    }
    page.send("/checkout", fields)
    found = call(market.buyer, "GET", "/orders", expect=200)["items"]
    assert sorted(row["purchase_order_number"] for row in found) == ["PO-1", "PO-2"]
    assert "PO-2" in page.open("/orders")
    theirs = next(row for row in found if row["purchase_order_number"] == "PO-1")
    seller = visitor(app, market.merchant)
    seller.open(f"/orders/{theirs['id']}")
    assert "PO-1" in seller.text()
    assert "4712" in seller.text()
    assert "South" not in seller.text()
