"""What several journeys by hand have in common: goods found, orders opened, a lorry on its way."""

import time
from dataclasses import dataclass

from tests.browser.people import Enter, Person


@dataclass
class Bought:
    """An order as its parties speak of it."""

    reference: str
    departure: str = ""


def found_by_search(buyer: Person, goods: str, *, words: str = "428H riveted chain") -> None:
    """Search until the index has heard of the goods: it is written by a job."""
    deadline = time.monotonic() + 30
    offer = buyer.page.get_by_role("link", name=goods, exact=True)
    while time.monotonic() < deadline:
        buyer.page.get_by_label("Goods, HS code or merchant").fill(words)
        buyer.click("Search", within="header", role="button")
        if offer.count():
            break
    buyer.press(offer.first)


def bought(buyer: Person, merchant: str) -> Bought:
    sheet = buyer.page.locator("main section").filter(has_text=merchant).first
    return Bought(sheet.get_by_role("heading").first.inner_text())


def at_departure(enter: Enter, order: Bought) -> Person:
    hub = enter("logistics@demo.test")
    hub.menu("Lorries > Running departures")
    while not hub.page.get_by_role("link", name=order.departure).count():
        hub.click("Next page")
    hub.click(order.departure)
    return hub


def on_its_way(enter: Enter, order: Bought) -> Person:
    hub = at_departure(enter, order)
    hub.click("Close for booking")
    hub.click("Load the ticked bookings")
    hub.fill(seal_number="CQ-77001")
    hub.click("Seal and freeze the manifest")
    hub.said("Sealed; the manifest is frozen.")
    hub.click("Depart", role="button")
    return hub


def at_its_end(hub: Person) -> None:
    hub.click("Arrived", role="button")  # where the cargo leaves the lorry, and then at the end of its line
    if not hub.page.get_by_role("button", name="Unloaded", exact=True).count():
        hub.click("Arrived", role="button")
    hub.click("Unloaded", role="button")
    hub.said("Unloaded.")


def opened(buyer: Person, order: Bought) -> None:
    buyer.menu("Orders")
    buyer.click(order.reference)
    buyer.page.wait_for_url("**/orders/**")
