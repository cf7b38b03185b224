"""A served city with a lorry whose partners work it at screens of their own; a program acts beside them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from marketplace import paths
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
from tests.support.lorries import SIDES, Lorry
from tests.support.ways import Way, caller

# The demo waives the second factor of the operator's people.
SETTINGS = {"CITY_ENV": "demo", "CITY_DATABASE_URL": "", "CITY_LIMITS": "off"}
HAND_HELD = ViewportSize(width=390, height=844)


class _Answer:
    """An answer as a test's client gives it."""

    def __init__(self, answer: requests.Response) -> None:
        self.status_code, self.text, self.data, self.get_json = (
            answer.status_code, answer.text, answer.content, answer.json,
        )  # fmt: skip
        self.is_json = "json" in answer.headers.get("Content-Type", "")


@dataclass
class _Program:
    """What asks a served city as a test's client asks an application."""

    address: str

    def open(self, path: str, **options: Any) -> _Answer:
        """Ask for a path; ``options`` are those of ``requests``."""
        return _Answer(requests.request(url=self.address + path, timeout=30, **options))


@dataclass
class Served:
    """A served city, and the companies of its first lorry."""

    address: str
    lorry: Lorry
    call: Callable[..., Any]

    def order(self, **more: Any) -> Way:
        """Return an order by the API: placed, confirmed, and packed if it says so."""
        return self.lorry.order(**{"pack": False} | more)


@contextmanager
def served_city(data: Path) -> Iterator[Served]:
    """Serve a city in a folder: its market and partners are there, what happens comes by pages and API."""
    port = free_port()
    settings = Settings(env="demo", data_dir=data, database_url="", port=port, web_workers=1, limits="off")
    upgrade(settings.database)
    app = create_app(settings)
    address = f"http://127.0.0.1:{port}"
    call = caller(_Program(address))
    with app.app_context():
        with unit_of_work() as session:
            publish_shipped(session, now=clock.now())
        market = factories.open_market(app, over=SIDES)
        with unit_of_work() as session:
            office = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
        lorry = Lorry(app, call, market, office)
        db.session.remove()
        db.engine.dispose()
    app.extensions["city.bell"].close()
    environment = {**os.environ, **SETTINGS, "CITY_DATA_DIR": str(data), "PORT": str(port)}
    server = subprocess.Popen(web_command(settings), cwd=Path(paths.ROOT), env=environment)
    try:
        wait_for(f"{address}/healthz", server)
        yield Served(address, lorry, call)
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def doors(served: Served, chrome: Browser) -> Iterator[Enter]:
    """Let people in by their login, each with a browser of their own; a fault that one reports fails the test."""
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


def taken_in(way: Way, haulier: Person, *, cartons: str = "10", kilograms: str = "125") -> None:
    """Count, weigh and measure at the gate, in the haulier's account."""
    haulier.menu("Consignments")
    haulier.click("Take in", within=haulier.row(way.booking["reference"]))
    haulier.fill(cartons_received=cartons, gross_kg=kilograms, m3="0.96")
    haulier.click("Take in", role="button")
    haulier.said("Taken in, counted, weighed and measured.")


def worked(served: Served, phone: Person, departure: str, *acts: tuple[str, dict[str, str]]) -> None:
    """Do one act after the other on the work list for phones that a lorry leads to."""
    phone.page.goto(f"{served.address}/lorries/{departure}")
    phone.looks_fine()
    phone.click("Work list for phones")
    for kind, fields in acts:
        done(phone, kind, fields)
    phone.looks_fine()


def done(phone: Person, kind: str, fields: dict[str, str]) -> None:
    """Do one act on the work list; a list is chosen from by words of a choice, a canvas is signed."""
    page = phone.page
    expect(page.locator("[data-work][data-ready]")).to_be_visible()
    before = page.locator("[data-log] li").count()
    form = page.locator(f"[data-kind={kind}]")
    if form.get_attribute("open") is None:
        form.locator("summary").tap()
    for name, value in fields.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("one => one.tagName") == "SELECT":
            chosen = control.locator("option").filter(has_text=value).first
            control.select_option(value=chosen.get_attribute("value"))
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
