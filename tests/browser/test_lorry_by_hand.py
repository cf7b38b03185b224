"""A departure by hand: merchant, haulier, Vietnamese broker and buyer each at a screen of their own, one on a phone."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from marketplace import paths
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services.terms import publish_shipped
from marketplace.app import create_app
from marketplace.cli.database import upgrade
from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.worker.supervisor import web_command
from tests import factories
from tests.browser.people import Enter, Person
from tests.browser.served import free_port, wait_for
from tests.browser.sight import DESK, Sight
from tests.support.lorries import NUMBER, SIDES, Lorry
from tests.support.ways import Way, caller

pytestmark = pytest.mark.browser
SETTINGS = {"CITY_ENV": "test", "CITY_DATABASE_URL": "", "CITY_LIMITS": "off"}
HAND_HELD = ViewportSize(width=390, height=844)


class Served:
    """A served city with one order that waits to be packed, and the companies of its lorry."""

    def __init__(self, address: str, lorry: Lorry, way: Way, booking: dict[str, str], order: str) -> None:
        self.address, self.lorry, self.way, self.order = address, lorry, way, order
        self.departure, self.number, self.booking = booking["departure_id"], booking["departure"], booking["reference"]

    def operate(self, name: str, **body: str) -> None:
        """Act as the operator, as a program does."""
        headers = self.lorry.operator.headers | {"Idempotency-Key": name}
        path = f"{self.address}/api/v1/departures/{self.departure}/{name}"
        answer = requests.post(path, json=body, headers=headers, timeout=10)
        assert answer.status_code == 204, answer.text


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data, port = tmp_path_factory.mktemp("lorry"), free_port()
    settings = Settings(env="test", data_dir=data, database_url="", port=port, web_workers=1, limits="off")
    upgrade(settings.database)
    app = create_app(settings)
    call = caller(app.test_client())
    with app.app_context():
        with unit_of_work() as session:
            publish_shipped(session, now=clock.now())
        market = factories.open_market(app, over=SIDES)
        with unit_of_work() as session:
            office = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
        lorry = Lorry(app, call, market, office)
    # Outside, for each call begins with nobody known.
    way = lorry.order(pack=False)
    address = f"http://127.0.0.1:{port}"
    found = Served(address, lorry, way, way.booking, way.order()["reference"])
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["city.bell"].close()
    environment = {**os.environ, **SETTINGS, "CITY_DATA_DIR": str(data), "PORT": str(port)}
    server = subprocess.Popen(web_command(settings), cwd=Path(paths.ROOT), env=environment)
    try:
        wait_for(f"{address}/healthz", server)
        yield found
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def come(served: Served, chrome: Browser) -> Iterator[Enter]:
    """Lets people in by their login, each with a browser of their own; a fault that one reports fails the test."""
    everybody: list[Person] = []
    with ExitStack() as stack:

        def enter(login: str, *, phone: bool = False) -> Person:
            context = chrome.new_context(
                viewport=HAND_HELD if phone else DESK, is_mobile=phone, has_touch=phone, reduced_motion="reduce"
            )
            stack.callback(context.close)
            person = Person(Sight(served.address, context.new_page()), phone)
            person.page.set_default_timeout(15_000)
            person.sight.log_in(login, factories.PASSWORD)
            everybody.append(person)
            return person

        yield enter
        for person in everybody:
            assert person.sight.faults == []


def test_a_lorry_goes_from_the_merchant_to_the_buyer_by_hand(served: Served, come: Enter) -> None:
    cast = served.lorry
    _packed(served, come(cast.market.merchant.login))
    haulier, phone = come(cast.haulier.login), come(cast.haulier.login, phone=True)
    broker, buyer = come(cast.broker.login), come(cast.market.buyer.login)
    _taken_in(served, haulier)
    served.operate("brokers", side="import", company=str(cast.broker.company))
    served.operate("close")
    _worked(
        served, phone, ("load", {"booking": "1", "pieces": "10"}), ("seal", {"seals": "CQ-204417"}), ("gate_out", {})
    )
    _at_the_border(served, haulier)
    _declared(served, broker)
    _held_and_let_go(served, haulier, broker, buyer)
    _worked(served, phone, ("arrived", {}), ("stripped", {}))
    _signed(served, phone)
    _received(served, buyer)


def _packed(served: Served, merchant: Person) -> None:
    merchant.menu("Selling > To pack and hand over")
    merchant.click("Pack", within=merchant.row(served.order))
    merchant.fill(gross_kg="125")
    merchant.click("Pack", role="button")
    merchant.said("0 of 10 at the hub")


def _taken_in(served: Served, haulier: Person) -> None:
    """The gate counts, weighs and measures in the haulier's account."""
    haulier.menu("Consignments")
    haulier.click("Take in", within=haulier.row(served.booking))
    haulier.fill(cartons_received="10", gross_kg="125", m3="0.96")
    haulier.click("Take in", role="button")
    haulier.said("Taken in, counted, weighed and measured.")


def _lorry(served: Served, person: Person) -> None:
    person.menu("Lorries on the road")
    person.click(served.number)


def _worked(served: Served, phone: Person, *acts: tuple[str, dict[str, str]]) -> None:
    """The haulier's phone does one act after the other on the work list that its lorry leads to."""
    phone.page.goto(f"{served.address}/lorries/{served.departure}")
    phone.looks_fine()
    phone.click("Work list for phones")
    for kind, fields in acts:
        _does(phone, kind, fields)
    phone.looks_fine()


def _does(phone: Person, kind: str, fields: dict[str, str]) -> None:
    page = phone.page
    expect(page.locator("[data-work][data-ready]")).to_be_visible()
    before = page.locator("[data-log] li").count()
    form = page.locator(f"[data-kind={kind}]")
    if form.get_attribute("open") is None:
        form.locator("summary").tap()
    for name, value in fields.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(index=int(value))
        elif control.get_attribute("type") == "checkbox":
            control.check()
        else:
            control.fill(value)
    canvas = form.locator("canvas")
    if canvas.count():
        _draw(phone, canvas)
    form.get_by_role("button", exact=True).last.tap()
    expect(page.locator("[data-log] li")).to_have_count(before + 1)
    expect(page.locator("[data-queue] li")).to_have_count(0)
    page.reload()


def _draw(phone: Person, canvas: Locator) -> None:
    """Sign with a finger."""
    canvas.scroll_into_view_if_needed()
    box, mouse = canvas.bounding_box(), phone.page.mouse
    assert box
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    for step in range(1, 6):
        mouse.move(box["x"] + 20 + 30 * step, box["y"] + 20 + (15 if step % 2 else -5))
    mouse.up()


def _at_the_border(served: Served, haulier: Person) -> None:
    _lorry(served, haulier)
    haulier.looks_fine()
    haulier.click("Reached a border")
    assert haulier.sight.accessibility() == []
    haulier.click("Arrived at the border", role="button")
    haulier.said("Noted: it waits at the border.")


def _declared(served: Served, broker: Person) -> None:
    """The Vietnamese broker records the import declaration: number, side, date."""
    _lorry(served, broker)
    assert not broker.page.get_by_text("Work list for phones").count()
    broker.click("Record a declaration")
    day = closures.local_day("VN", clock.now()) - timedelta(days=1)
    broker.fill(number=NUMBER, lodged_on=day.isoformat(), cartons="10")
    broker.click("Record the declaration", role="button")
    broker.said("Recorded. The consignment is locked now.")
    broker.said(NUMBER)
    broker.looks_fine()


def _held_and_let_go(served: Served, haulier: Person, broker: Person, buyer: Person) -> None:
    order = f"{served.address}/orders/{served.way.order_id}"
    haulier.click("Hold the lorry")
    haulier.fill(cause="breakdown")
    haulier.click("Hold the lorry", role="button")
    haulier.said("It stands: breakdown.")
    haulier.click("Move the expected arrival")
    later = (clock.now() + timedelta(days=9)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    haulier.fill(place=factories.HANOI, expected_at=f"{later:%Y-%m-%dT%H:%M}")
    haulier.click("Move it", role="button")
    haulier.said("Noted. Everybody with goods aboard sees it.")
    buyer.page.goto(order)
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


def _signed(served: Served, phone: Person) -> None:
    """At the door four cartons are signed for on the haulier's phone."""
    _does(phone, "receipt", {"booking": "1", "pieces": "4", "signed": "1"})
    expect(phone.page.locator("[data-log]").get_by_role("link", name="picture").first).to_be_visible()
    phone.looks_fine()


def _received(served: Served, buyer: Person) -> None:
    buyer.page.goto(f"{served.address}/orders/{served.way.order_id}")
    buyer.looks_fine()
    buyer.click("Count what arrived")
    buyer.said("4 received, 0 damaged")
    buyer.fill(cartons="6")
    buyer.click("Record the receipt")
    buyer.said("Written down. Thank you for counting.")
    buyer.said("Delivered")
