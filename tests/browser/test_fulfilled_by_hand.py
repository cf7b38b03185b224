"""What a merchant sends by hand: declared, weighed otherwise, agreed to or left behind, and some of it short."""

import pytest

from tests.browser.people import Enter, Person
from tests.browser.road import Served, taken_in, worked
from tests.support.ways import Way

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_weighs_more_rides_with_consent_what_lacks_is_short(served: Served, come: Enter) -> None:
    cast = served.lorry
    merchant, haulier = come(cast.market.merchant.login), come(cast.haulier.login)
    buyer, phone = come(cast.market.buyer.login, phone=True), come(cast.haulier.login, phone=True)
    heavy, refused, short = (served.order() for _ in range(3))
    departure, leaves = heavy.booking["departure_id"], heavy.booking["departs_at"]
    for way in (heavy, refused, short):
        _packed(served, way, merchant)
    _heavier_than_the_lorry_takes(heavy, haulier)
    for way in (heavy, refused):
        taken_in(way, haulier, cartons="10", kilograms="3000")
    taken_in(short, haulier, cartons="7", kilograms="87.5")
    haulier.said("3 cartons short")
    haulier.looks_fine()
    _answered(heavy, refused, buyer)
    served.call(cast.operator, "POST", f"/departures/{departure}/close", expect=204)
    worked(
        served, phone, departure,
        ("load", {"booking": heavy.booking["reference"], "pieces": "10"}),
        ("load", {"booking": short.booking["reference"], "pieces": "7"}),
        ("seal", {"seals": "CQ-9", "confirmed": "1"}), ("gate_out", {}),
    )  # fmt: skip
    assert (heavy.booking["departure_id"], heavy.booking["state"]) == (departure, "in_transit")
    assert heavy.seen()["bookings"][0]["load"]["kg"] == "3000.000"
    assert refused.booking["departs_at"] > leaves
    assert short.line()["parts"] == {"in_transit": 280, "short": 120}
    _told(served, refused, short, buyer, merchant)


def _packed(served: Served, way: Way, merchant: Person) -> None:
    """Ten cartons are expected; six are asked about first, and every carton gets its label."""
    merchant.menu("Selling > To pack and hand over")
    merchant.click("Pack", within=merchant.row(way.order()["reference"]))
    merchant.fill(cartons="6", gross_kg="126", length_cm="50", width_cm="40", height_cm="40")
    merchant.click("Pack", role="button")
    merchant.refused("Are these all the cartons?")
    merchant.fill(cartons="10", lots="L2411 6 2027-05-31 HC-88")
    merchant.click("Pack", role="button")
    merchant.refused("10 cartons in all")
    merchant.fill(lots="L2411 6 2027-05-31 HC-88\nL2412 4")
    merchant.looks_fine()
    merchant.click("Pack", role="button")
    merchant.said("0 of 10 at the hub")
    merchant.said("Lots: L2411, L2412")
    merchant.page.goto(f"{served.address}/orders/{way.order_id}/lines/{way.line_id}/labels")
    merchant.said(way.order()["reference"])
    merchant.said("LOT L2412")


def _heavier_than_the_lorry_takes(way: Way, haulier: Person) -> None:
    """Sixteen tonnes on a lorry of fifteen: nothing is taken in, and the page says which dimension."""
    haulier.menu("Consignments")
    haulier.click("Take in", within=haulier.row(way.booking["reference"]))
    haulier.fill(cartons_received="10", gross_kg="16000", m3="0.96")
    haulier.click("Take in", role="button")
    haulier.refused("kg")
    haulier.looks_fine()
    assert way.booking["state"] == "confirmed"


def _answered(heavy: Way, refused: Way, buyer: Person) -> None:
    """On the phone the buyer agrees to one surcharge and declines the other."""
    buyer.menu("Money > Surcharges for freight")
    buyer.said("Goods that the hub weighed or measured")
    buyer.looks_fine()
    assert buyer.sight.accessibility() == []
    buyer.click("Agree to pay", within=buyer.row(heavy.booking["reference"]))
    buyer.said("Agreed. The freight contract is made, and the goods may be loaded.")
    buyer.click("Decline", within=buyer.row(refused.booking["reference"]))
    buyer.said("Declined. The goods wait at the hub.")


def _told(served: Served, refused: Way, short: Way, buyer: Person, merchant: Person) -> None:
    """Buyer and merchant read which lorry takes what stayed behind, and what is short."""
    for person in (buyer, merchant):
        person.page.goto(f"{served.address}/orders/{refused.order_id}")
        person.said(refused.booking["departure"])
        person.page.goto(f"{served.address}/orders/{short.order_id}")
        person.said("120")
        person.looks_fine()
