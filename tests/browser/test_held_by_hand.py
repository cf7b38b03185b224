"""A lorry held for one consignment by hand: declared, held, amended, taken off, let go, handed over and followed."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from marketplace.kernel.ids import new_id
from tests.browser.people import Enter, Person
from tests.browser.road import HAND_HELD, Served, worked
from tests.browser.sight import Sight
from tests.functional.test_road import crew_of
from tests.support.lorries import NEAR, NUMBER
from tests.support.ways import Way

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_customs_hold_one_consignment_and_the_lorry_goes_on(served: Served, come: Enter, chrome: Browser) -> None:
    cast = served.lorry
    kept, other = served.order(pack=True), served.order(pack=True)
    crews = [crew_of(other, cast.haulier, number) for number in (1, 2)]
    served.call(cast.haulier, "POST", f"/fleet/departures/{cast.id}/crews", json=crews[0], expect=201)
    cast.declares(cast.broker)
    for way in (kept, other):
        assert cast.gate_in(way)["answer"] == "applied"
    cast.leave(seal="S-1")
    haulier, broker, office = (come(one.login) for one in (cast.haulier, cast.broker, cast.operator))
    buyer = come(cast.market.buyer.login, phone=True)
    _at_the_border(served, haulier)
    _declared(served, broker, kept, other)
    _held(served, broker, buyer, kept, other)
    _amended_first(served, office, broker, kept)
    _goes_on(served, haulier, broker, kept, other)
    _handed_over(served, haulier)
    link = _shared(served, buyer, other)
    _crossed(served, haulier, come(cast.haulier.login, phone=True))
    _followed(served, chrome, buyer, link, kept, other)
    _is_nobody_elses(served, come, other)


def _road(served: Served, person: Person) -> None:
    person.menu("Lorries on the road")
    person.click(served.lorry.ways[1].booking["departure"])


def _at_the_border(served: Served, haulier: Person) -> None:
    _road(served, haulier)
    haulier.click("Reached a border")
    haulier.fill(place=NEAR)
    haulier.click("Arrived at the border", role="button")
    haulier.said("Noted: it waits at the border.")


def _declared(served: Served, broker: Person, *ways: Way) -> None:
    """Both consignments by hand; what would be lodged the day after tomorrow is refused."""
    day = closures.local_day("VN", clock.now()) - timedelta(days=1)
    _road(served, broker)
    for number, way in enumerate(ways):
        broker.click("Record a declaration")
        broker.fill(booking=broker.option("booking", way.booking["reference"]), number=f"{int(NUMBER) + number}")
        broker.fill(lodged_on=(day + timedelta(days=3)).isoformat(), cartons="10")
        broker.click("Record the declaration", role="button")
        broker.refused("Lodged on")
        broker.fill(lodged_on=day.isoformat())
        broker.click("Record the declaration", role="button")
        broker.said("Recorded. The consignment is locked now.")
    broker.looks_fine()
    _road(served, broker)
    broker.said(NUMBER)


def _held(served: Served, broker: Person, buyer: Person, kept: Way, other: Way) -> None:
    """Customs look at one; both buyers' goods stand, and nobody reads whose goods it is about."""
    broker.click("Hold the lorry")
    broker.fill(cause="customs")
    broker.click("Hold the lorry", role="button")
    broker.said("It stands: customs.")
    assert {way.booking["hold_cause"] for way in (kept, other)} == {"customs"}
    for way in (kept, other):
        buyer.page.goto(f"{served.address}/orders/{way.order_id}")
        buyer.said("held up: customs")
        buyer.looks_fine()


def _amended_first(served: Served, office: Person, broker: Person, kept: Way) -> None:
    """What is declared comes off after an amendment, not before."""
    for refused in (True, False):
        office.page.goto(f"{served.address}/lorries/{served.lorry.id}")
        office.click("Choose")
        office.fill(option="off_load", booking=office.option("booking", kept.booking["reference"]))
        office.looks_fine()
        office.click("Do it", role="button")
        if refused:
            office.refused("amend")
            broker.click("Record an amendment")
            broker.fill(declaration=broker.option("declaration", NUMBER), change="remove", number="A-001")
            broker.click("Record the amendment", role="button")
            broker.said("A-001")
    office.said("Done. What it costs is on the cost sheet, with the cause.")


def _goes_on(served: Served, haulier: Person, broker: Person, kept: Way, other: Way) -> None:
    """Who held it lets it go; the haulier cannot."""
    _road(served, haulier)
    assert not haulier.page.get_by_role("button", name="Let it go on").count()
    _road(served, broker)
    broker.click("Let it go on", role="button")
    broker.said("It goes on.")
    assert (kept.booking["state"], other.booking["state"]) == ("cargo_received", "in_transit")


def _handed_over(served: Served, haulier: Person) -> None:
    """Another tractor and driver go on; a seal that reads otherwise is refused."""
    _road(served, haulier)
    haulier.click("Hand the lorry over")
    haulier.fill(cause="breakdown", place=NEAR, tractor=haulier.option("tractor", "渝A2"), seal_number="S-9")
    haulier.page.locator("main [name=drivers]").last.check()
    haulier.looks_fine()
    haulier.click("Hand over", role="button")
    haulier.refused("S-1")
    haulier.fill(cause="breakdown", place=NEAR, tractor=haulier.option("tractor", "渝A2"), seal_number="S-1")
    haulier.page.locator("main [name=drivers]").last.check()
    haulier.click("Hand over", role="button")
    haulier.said("Handed over.")
    (swap,) = served.lorry.seen()["handovers"]
    assert (swap["place"], swap["cause"]) == (NEAR, "breakdown")


def _shared(served: Served, buyer: Person, other: Way) -> str:
    buyer.page.goto(f"{served.address}/orders/{other.order_id}/tracking")
    buyer.click("Make a link")
    buyer.looks_fine()
    return buyer.page.locator("main a.code").first.get_attribute("href") or ""


def _crossed(served: Served, haulier: Person, phone: Person) -> None:
    _road(served, haulier)
    haulier.click("Cleared, crosses")
    haulier.click("Cleared, crosses", role="button")
    haulier.said("Noted: it crosses.")
    worked(served, phone, served.lorry.id, ("arrived", {}), ("stripped", {}))


def _followed(served: Served, chrome: Browser, buyer: Person, link: str, kept: Way, other: Way) -> None:
    """The buyer counts what came; whoever has the link sees the way without a name; what was taken off still waits."""
    context = chrome.new_context(viewport=HAND_HELD)
    seen = Sight(served.address, context.new_page())
    assert seen.open(link.removeprefix(served.address)) == 200
    said = seen.page.locator("main").inner_text()
    assert "Where the goods are" in said
    assert "Jialing" not in said
    assert (seen.overflow(), seen.accessibility(), seen.faults) == (0, [], [])
    context.close()
    buyer.page.goto(f"{served.address}/orders/{other.order_id}")
    buyer.click("Count what arrived")
    buyer.fill(cartons="10")
    buyer.click("Record the receipt")
    buyer.said("Written down. Thank you for counting.")
    assert (other.booking["state"], other.line()["parts"]) == ("completed", {"delivered": 400})
    assert kept.booking["state"] == "cargo_received"


def _is_nobody_elses(served: Served, come: Enter, way: Way) -> None:
    """Other brokers, carriers and buyers are answered about this lorry as about one that never was."""
    cast = served.lorry
    pages = ["/lorries/{}", "/partner/departures/{}/work", "/partner/departures/{}/floor-plan"]
    for stranger in cast.strangers.values():
        person = come(stranger.login)
        assert not person.page.get_by_role("link", name=way.booking["departure"]).count()
        for path in pages:
            told = []
            for each in (cast.id, str(new_id())):
                status = person.sight.open(path.format(each))
                told.append((status, person.page.locator("main h1").inner_text()))
            assert told[0] == told[1], (stranger.login, path)
            assert told[0][0] in (403, 404)
        person.sight.faults[:] = [one for one in person.sight.faults if "status of 40" not in one]
