"""A departure of the operator's own making by hand: planned, filled, planned anew, changed, cancelled and sealed."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from tests import factories
from tests.browser.people import Enter, Person, choose_way
from tests.browser.road import Served
from tests.support.ways import Way

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHAINS = "Motorcycle chain 428H"
VAN = {
    "code": "VAN-3", "name": "Van of two metres", "kg": "200", "m3": "12", "ldm": "4.2", "pallets": "6", "teu": "0.25",
}  # fmt: skip
MEGA = {
    "code": "MEGA", "name": "Mega trailer", "kg": "24000", "m3": "100", "ldm": "13.6", "pallets": "33", "teu": "2.25",
}  # fmt: skip
LINE = "CQ-HAN"


def test_an_operator_plans_a_lorry_and_no_more_is_booked_than_it_takes(served: Served, come: Enter) -> None:
    market = served.lorry.market
    office, buyer, merchant = (
        come(one.login) for one in (served.lorry.operator, market.buyer, market.merchant)
    )  # fmt: skip
    _kind_of_lorry(office, VAN)
    _price_of_the_line(office)
    _runs_every_week(office)
    small = _departure_of(served, kg="200.000")
    _looked_at(served, small, buyer)
    way = _ordered(served, small, buyer, merchant)
    _is_full(served, small, buyer)
    _planned(way, office)
    _left(served, small, way, office)


def test_what_was_promised_stays_when_another_lorry_drives_or_none(served: Served, come: Enter) -> None:
    """Shares fall and never rise by a bigger lorry; of a cancelled one everything moves on and both sides read it."""
    office, buyer = come(served.lorry.operator.login), come(served.lorry.market.buyer.login, phone=True)
    _kind_of_lorry(office, MEGA)
    # Named, because the small lorry of the test before may leave first and has room for one order only.
    large = {str(served.lorry.market.chains): _departure_of(served, kg="15000.000")["id"]}
    ways = [served.order(on=large), served.order(on=large), served.order(on=large)]
    first = ways[0].booking
    assert {way.booking["departure_id"] for way in ways} == {first["departure_id"]}
    _bigger_lorry_drives(served, ways, office)
    _one_moves_on(served, ways[2], office)
    _cancelled(served, ways[:2], office)
    for way in ways:
        buyer.page.goto(f"{served.address}/orders/{way.order_id}")
        buyer.said(way.booking["departure"])
        buyer.looks_fine()


def _kind_of_lorry(office: Person, kind: dict[str, str]) -> None:
    office.menu("Lorries > Vehicles and drivers")
    office.click("Add a kind of lorry")
    office.fill(**kind | {"pallets": "many"}, source="papers of the maker")
    office.click("Add", role="button")
    office.refused("Pallet places")
    office.fill(pallets=kind["pallets"])
    office.click("Add", role="button")
    office.said("The kind of lorry is there.")


def _price_of_the_line(office: Person) -> None:
    office.menu("Lorries > Lines and borders")
    line = office.page.locator("main details", has_text=LINE)
    line.locator("summary").click()
    office.click("Tariffs", within=line)
    day = closures.local_day("CN", clock.now())
    office.fill(to=factories.HANOI, valid_from=day.isoformat(), currency="CNY", per_kg="1.20", least_charge="150")
    office.fill(m3_factor="333", ldm_factor="1850", note="Agreed with the carrier", fill="1 90\n50 80")
    office.fill(breaks="1000 1.10\n5000 0.90", surcharges="fuel percent 8\nborder per_shipment 60")
    office.looks_fine()
    office.click("Put in the version")
    office.said("The version is noted. What is placed before its first day keeps the one before.")


def _runs_every_week(office: Person) -> None:
    office.menu("Lorries > Lines and borders")
    office.click("Weekly services")
    office.fill(
        line=office.option("line", LINE), vehicle=office.option("vehicle", VAN["name"]), weekday="wed", time="25:15"
    )  # fmt: skip
    office.click("Begin", role="button")
    office.refused("Time")
    office.fill(time="03:15")
    office.looks_fine()
    office.click("Begin", role="button")
    office.said("The line runs then. Its departures are planned.")


def _departure_of(served: Served, *, kg: str) -> Any:
    """Return the first departure that can hold this much and leaves in five days or later."""
    buyer, cursor = served.lorry.market.buyer, ""
    after = (clock.now() + timedelta(days=5)).isoformat().replace("+00:00", "Z")
    while True:
        query = f"/departures?from={factories.HUB}&to={factories.HANOI}&after={after}{cursor}"
        page = served.call(buyer, "GET", query, expect=200)
        for row in page["items"]:
            if row["capacity"]["kg"] == kg:
                return row
        cursor = f"&cursor={page['next']}"


def _looked_at(served: Served, small: Any, buyer: Person) -> None:
    buyer.menu("Departures")
    buyer.said("Open for booking")
    buyer.looks_fine()
    buyer.page.goto(f"{served.address}/departures/{small['id']}")
    buyer.said("200 kg free")
    buyer.said("When full")
    assert buyer.sight.accessibility() == []
    buyer.looks_fine()


def _into_the_cart(buyer: Person) -> None:
    buyer.menu("Products")
    buyer.click(CHAINS)
    buyer.fill(quantity="400", to=factories.HANOI)
    buyer.click("Show price and lorries")
    buyer.press(buyer.page.get_by_role("button", name="into the cart"))
    buyer.fill(to=factories.HANOI)
    buyer.click("Set destination")
    buyer.click("Check out")


def _ordered(served: Served, small: Any, buyer: Person, merchant: Person) -> Way:
    """Ten cartons of 125 kg on the small lorry, paid at acceptance; its freight is that of the new tariff."""
    _into_the_cart(buyer)
    buyer.page.goto(f"{served.address}/departures/{small['id']}")
    buyer.click("Send what is in the cart by it")
    choose_way(buyer.page.locator("main"), "bank acceptance_100")
    buyer.click("Reckon the totals for what is chosen above")
    assert buyer.page.locator(f"main input[type=radio][value='{small['id']}']").is_checked()
    buyer.looks_fine()
    choose_way(buyer.page.locator("main"), "bank acceptance_100")
    buyer.click("Place the orders")
    buyer.said("Thank you. Your orders are placed.")
    orders = served.call(served.lorry.market.buyer, "GET", "/orders", expect=200)["items"]
    way = Way.of(served.call, served.lorry.market, served.lorry.operator, orders[0]["id"])
    merchant.menu("Orders")
    merchant.click(way.order()["reference"])
    merchant.click("Confirm the order")
    merchant.said("The order is confirmed.")
    assert (way.booking["departure_id"], way.booking["state"]) == (small["id"], "confirmed")
    left = served.call(served.lorry.market.buyer, "GET", f"/departures/{small['id']}", expect=200)["left"]
    assert (left["kg"], left["pallets"]) == ("75.000", 5)
    return way


def _is_full(served: Served, small: Any, buyer: Person) -> None:
    """As much again does not fit: the departure stands there, says so, and cannot be chosen."""
    _into_the_cart(buyer)
    buyer.page.goto(f"{served.address}/departures/{small['id']}")
    buyer.click("Send what is in the cart by it")
    radio = buyer.page.locator(f"input[type=radio][value='{small['id']}']")
    expect(radio).to_be_disabled()
    expect(buyer.page.locator("main label", has=radio)).to_contain_text("full")
    buyer.page.goto(f"{served.address}/departures/{small['id']}")
    buyer.said("75 kg free")


def _planned(way: Way, office: Person) -> None:
    office.menu("Lorries > Running departures")
    office.click("Plans of lorries")
    office.fill(hub=factories.HUB, days="30", seconds="1")
    office.click("Plan", role="button")
    office.said("Planned. Nothing moves until the plan is applied.")
    office.said(way.booking["reference"])
    assert office.sight.accessibility() == []
    office.looks_fine()
    office.click("Apply the plan")
    office.said("Applied. What could not be moved is named beside its booking.")


def _left(served: Served, small: Any, way: Way, office: Person) -> None:
    """Packed, at the hub, closed, loaded, sealed: the manifest names the consignment."""
    way.pack()
    way.hand_over(gross_kg="125")
    office.page.goto(f"{served.address}/operator/departures/{small['id']}")
    office.click("Close for booking")
    office.said("Closed for booking.")
    office.click("Load the ticked bookings")
    office.said("Loaded.")
    office.fill(seal_number="CQ-700")
    office.click("Seal and freeze the manifest")
    office.said("Sealed; the manifest is frozen.")
    office.said("SHA-256")
    office.looks_fine()
    manifest = way.seen()["manifest"]["content"]
    assert (manifest["seal"], [one["booking"] for one in manifest["consignments"]]) == (
        "CQ-700", [way.booking["reference"]],
    )  # fmt: skip
    office.click("Depart", role="button")
    office.said("On its way.")


def _owed(way: Way) -> list[Any]:
    """Return what is to be paid for an order, goods and freight."""
    return [(one["id"], one["amount"]) for one in way.order()["payments"]]


def _bigger_lorry_drives(served: Served, ways: list[Way], office: Person) -> None:
    before = {way.order_id: _owed(way) for way in ways}
    office.page.goto(f"{served.address}/operator/departures/{ways[0].booking['departure_id']}")
    office.click("Another lorry")
    assert office.sight.accessibility() == []
    office.looks_fine()
    mega = office.page.locator("main section").filter(has_text=MEGA["name"]).filter(has_text="3 bookings stay.")
    office.click("Let this lorry drive", within=mega.last)
    office.said("Another lorry drives. Whoever moved on is told which one, and why.")
    seen = served.call(ways[0].market.buyer, "GET", f"/departures/{ways[0].booking['departure_id']}", expect=200)
    assert seen["capacity"]["kg"] == "24000.000"
    assert {way.order_id: _owed(way) for way in ways} == before


def _one_moves_on(served: Served, way: Way, office: Person) -> None:
    """The operator rolls a consignment whole to a later departure."""
    leaves = way.booking["departs_at"]
    office.page.goto(f"{served.address}/operator/departures/{way.booking['departure_id']}")
    office.click("Roll or decline", within=office.row(way.booking["reference"]))
    office.looks_fine()
    office.click("Roll the booking")
    office.said("Rolled; it is on this departure now.")
    assert way.booking["departs_at"] > leaves
    assert way.booking["state"] == "confirmed"


def _cancelled(served: Served, ways: list[Way], office: Person) -> None:
    leaves, departure = ways[0].booking["departs_at"], ways[0].booking["departure_id"]
    office.page.goto(f"{served.address}/operator/departures/{departure}")
    folded = office.page.locator("main details", has_text="Cancel the departure")
    folded.locator("summary").click()
    folded.locator("[name=reason]").fill("The road is closed")
    office.click("Cancel the departure", within=folded, role="button")
    office.said("Cancelled. Every booking has an answer.")
    for way in ways:
        assert way.booking["departure_id"] != departure
        assert (way.booking["state"], way.booking["departs_at"] > leaves) == ("confirmed", True)
