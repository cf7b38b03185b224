"""Fruit, batteries and parts on one road: what must not stand together is not sold room on one lorry."""

import io
from datetime import datetime

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.pdfs import pdf
from tests.support.ways import Way, cart_of, check_out, lines_of

BATTERY = {
    "answer": "dangerous", "confirmed": True, "un_number": "3480", "hazard_class": "9", "net_quantity": "5",
    "net_unit": "KGM", "battery": "lithium_ion", "watt_hours": "48.8", "test_summary_on": "2025-01-02",
    "safety_sheet_on": "2025-01-02",
}  # fmt: skip
FRUIT = {"shelf_days": 30, "least_celsius": "2", "most_celsius": "8"}


@pytest.fixture
def goods(call, client, market):
    """Batteries and fruit beside the chains, all of one merchant from one hub."""
    with unit_of_work() as session:
        made = [
            factories.listing(
                session, market.merchant.actor, sku=sku, titles={"en": title}, source_locale="en", now=clock.now()
            )
            for sku, title in (("BT-1", "Lithium batteries"), ("FR-1", "Oranges"))
        ]
    sent = {"file": (io.BytesIO(pdf("a paper")), "paper.pdf"), "purpose": "licence"}
    paper = client.post("/api/v1/files", data=sent, headers=market.merchant.headers).get_json()["id"]
    said = ({"dangerous": BATTERY | {"test_summary": paper, "safety_sheet": paper}}, {"food": FRUIT})
    for listing_id, body in zip(made, said, strict=True):
        call(market.merchant, "PATCH", f"/listings/{listing_id}/details", json=body, expect=200)
    with unit_of_work() as session:
        for listing_id in made:
            factories.agree_to_all(session, listing_id)
    return made


@pytest.mark.both_databases
def test_batteries_find_the_next_lorry_where_fruit_is_booked(call, market, operator, goods):
    batteries, fruit = goods
    way = Way(call, market, operator, goods=[fruit])
    first = way.booking["departure_id"]
    line = lines_of(cart_of(call, market, batteries))[str(batteries)]
    barred = {row["id"]: row["barred"] for row in line["departures"]}
    assert barred.pop(first) == "segregation"
    assert None in barred.values()
    assert "segregation" not in barred.values()
    assert line["departure_id"] != first
    cart = call(market.buyer, "GET", "/cart", expect=200)
    refused = check_out(call, market, cart, 409, departures={str(batteries): first})
    assert refused["type"].endswith("cart_changed")
    assert refused["facts"]["lines"][0]["why"] == "segregation"
    done = check_out(call, market, cart, 201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["bookings"][0]["departure_id"] != first
    # Parts stand beside both.
    chains = lines_of(cart_of(call, market, market.chains))[str(market.chains)]
    assert {row["barred"] for row in chains["departures"]} == {None}


@pytest.mark.both_databases
def test_one_checkout_does_not_put_them_together_either(call, market, operator, goods):
    batteries, fruit = goods
    cart = cart_of(call, market, batteries, fruit)
    lines = lines_of(cart)
    refused = check_out(call, market, cart, 409)
    assert refused["type"].endswith("segregation")
    assert "BT-1" in refused["detail"]
    assert "FR-1" in refused["detail"]
    assert call(market.buyer, "GET", "/orders", expect=200)["items"] == []
    taken = lines[str(batteries)]["departure_id"]
    others = [row["id"] for row in lines[str(fruit)]["departures"] if row["id"] != taken]
    done = check_out(call, market, cart, 201, departures={str(fruit): others[0]})
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert len({row["departure_id"] for row in order["bookings"]}) == 2


def test_an_earlier_cutoff_bars_dangerous_goods(call, market, operator, goods, later):
    batteries, _ = goods
    line = lines_of(cart_of(call, market, batteries))[str(batteries)]
    first = line["departures"][0]
    later(int((datetime.fromisoformat(first["departs_at"]) - clock.now()).total_seconds()) - 30 * 3600)
    again = lines_of(call(market.buyer, "GET", "/cart", expect=200))[str(batteries)]
    assert {row["id"]: row["barred"] for row in again["departures"]}[first["id"]] == "dangerous_cutoff"
    assert again["departure_id"] != first["id"]
