"""A checkout that asks for more room than a departure has is told which departure, which goods, and by how much."""

from uuid import UUID

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.visitors import Visitor

BANK = {"rail": "bank", "plan": "acceptance_100"}


def test_what_finds_no_room_is_named_with_its_departure_and_by_how_much(app, call, market):
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    for listing_id in (market.chains, other):
        cart = call(market.buyer, "PUT", f"/cart/lines/{listing_id}", json={"quantity": 400}, expect=200)
    first = cart["bundles"][0]["lines"][0]["departures"][0]
    departures = {str(market.chains): first["id"], str(other): first["id"]}
    with unit_of_work() as session:
        (lorry,) = [each for each in factories.departures(session) if each.id == UUID(first["id"])]
        lorry.capacity_pallets = lorry.taken_pallets + 1
        reference = lorry.reference
    body = {"expected_totals": cart["totals"], "payment": BANK, "departures": departures}
    refused = call(market.buyer, "POST", "/checkout", json=body, expect=409)
    facts = refused["facts"]
    assert (refused["type"], facts["reference"]) == ("urn:city:problem:capacity", reference)
    assert facts["lacking"] == ["pallets"]
    assert facts["room"] == [{"dimension": "pallets", "needed": 2, "free": 1}]
    assert sorted(facts["skus"]) == ["CH-428-116", "M-2"]
    for words in (reference, "CH-428-116", "M-2", "pallets"):
        assert words in refused["detail"]
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    buyer.open("/checkout")
    bundle = cart["bundles"][0]["key"]
    form = {f"payment.{bundle}": "bank acceptance_100"}
    form |= {f"departure.{listing_id}": departure for listing_id, departure in departures.items()}
    form |= {"total": [f"{one['kind']} {one['amount']} {one['currency']}" for one in cart["totals"]]}
    shown = buyer.send("/checkout", form, 409).text
    assert reference in shown
    assert "Pallet places: 2 needed, 1 free" in shown


def test_a_total_that_moved_says_whether_it_is_of_the_goods_or_of_their_freight(app, call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    buyer.open("/checkout")
    bundle = cart["bundles"][0]["key"]
    seen = [f"{one['kind']} 1.00 {one['currency']}" for one in cart["totals"]]
    shown = buyer.send("/checkout", {f"payment.{bundle}": "bank acceptance_100", "total": seen}, 409).text
    assert "Goods, CNY: you saw 1.00, now it is 10,960.00" in shown
    assert "Freight, CNY: you saw 1.00, now it is" in shown
