"""A departure by hand: merchant, haulier, Vietnamese broker and buyer each at a screen of their own, one on a phone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from tests import factories
from tests.browser.people import Enter, Person
from tests.browser.road import Served, done, taken_in, worked
from tests.support.lorries import NUMBER
from tests.support.ways import Way

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_lorry_goes_from_the_merchant_to_the_buyer_by_hand(served: Served, come: Enter) -> None:
    cast, way = served.lorry, served.order()
    _packed(way, come(cast.market.merchant.login))
    haulier, phone = come(cast.haulier.login), come(cast.haulier.login, phone=True)
    broker, buyer = come(cast.broker.login), come(cast.market.buyer.login)
    taken_in(way, haulier)
    _made_ready(served, way, come(cast.operator.login))
    cargo = way.booking["reference"]
    worked(
        served, phone, cast.id, ("load", {"booking": cargo, "pieces": "10"}), ("seal", {"seals": "CQ-204417"}),
        ("gate_out", {}),
    )  # fmt: skip
    _at_the_border(way, haulier)
    _declared(way, broker)
    _held_and_let_go(served, way, haulier, broker, buyer)
    worked(served, phone, cast.id, ("arrived", {}), ("stripped", {}))
    _signed(way, phone)
    _received(served, way, buyer)


def _packed(way: Way, merchant: Person) -> None:
    merchant.menu("Selling > To pack and hand over")
    merchant.click("Pack", within=merchant.row(way.order()["reference"]))
    merchant.fill(gross_kg="125")
    merchant.click("Pack", role="button")
    merchant.said("0 of 10 at the hub")


def _made_ready(served: Served, way: Way, office: Person) -> None:
    """The operator names who declares, and closes the departure."""
    office.page.goto(f"{served.address}/lorries/{served.lorry.id}")
    office.click("Name a broker")
    office.fill(side="import", company=office.option("company", "Hanoi Customs"))
    office.click("Name the broker", role="button")
    office.said("Hanoi Customs")
    office.page.goto(f"{served.address}/operator/departures/{served.lorry.id}")
    office.click("Close for booking")
    office.said(way.booking["reference"])


def _lorry(way: Way, person: Person) -> None:
    person.menu("Lorries on the road")
    person.click(way.booking["departure"])


def _at_the_border(way: Way, haulier: Person) -> None:
    _lorry(way, haulier)
    haulier.looks_fine()
    haulier.click("Reached a border")
    assert haulier.sight.accessibility() == []
    haulier.click("Arrived at the border", role="button")
    haulier.said("Noted: it waits at the border.")


def _declared(way: Way, broker: Person) -> None:
    """The Vietnamese broker records the import declaration: number, side, date."""
    _lorry(way, broker)
    assert not broker.page.get_by_text("Work list for phones").count()
    broker.click("Record a declaration")
    day = closures.local_day("VN", clock.now()) - timedelta(days=1)
    broker.fill(number=NUMBER, lodged_on=day.isoformat(), cartons="10")
    broker.click("Record the declaration", role="button")
    broker.said("Recorded. The consignment is locked now.")
    broker.said(NUMBER)
    broker.looks_fine()


def _held_and_let_go(served: Served, way: Way, haulier: Person, broker: Person, buyer: Person) -> None:
    haulier.click("Hold the lorry")
    haulier.fill(cause="breakdown")
    haulier.click("Hold the lorry", role="button")
    haulier.said("It stands: breakdown.")
    haulier.click("Move the expected arrival")
    later = (clock.now() + timedelta(days=9)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    haulier.fill(place=factories.HANOI, expected_at=f"{later:%Y-%m-%dT%H:%M}")
    haulier.click("Move it", role="button")
    haulier.said("Noted. Everybody with goods aboard sees it.")
    buyer.page.goto(f"{served.address}/orders/{way.order_id}")
    buyer.said("held up: breakdown")
    buyer.said(f"{later:%H:%M}")
    broker.page.reload()
    assert not broker.page.get_by_role("button", name="Let it go on").count()
    haulier.click("Let it go on", role="button")
    haulier.said("It goes on.")
    haulier.click("Cleared, crosses")
    haulier.click("Cleared, crosses", role="button")
    haulier.said("Noted: it crosses.")
    assert haulier.sight.accessibility() == []
    buyer.page.reload()
    buyer.said("crossed after 0 hours")
    assert not buyer.page.get_by_text("held up").count()


def _signed(way: Way, phone: Person) -> None:
    """At the door four cartons are signed for on the haulier's phone."""
    done(phone, "receipt", {"booking": way.booking["reference"], "pieces": "4", "signed": "1"})
    expect(phone.page.locator("[data-log]").get_by_role("link", name="picture").first).to_be_visible()
    phone.looks_fine()


def _received(served: Served, way: Way, buyer: Person) -> None:
    buyer.page.goto(f"{served.address}/orders/{way.order_id}")
    buyer.looks_fine()
    buyer.click("Count what arrived")
    buyer.said("4 received, 0 damaged")
    buyer.fill(cartons="6")
    buyer.click("Record the receipt")
    buyer.said("Written down. Thank you for counting.")
    buyer.said("Delivered")
