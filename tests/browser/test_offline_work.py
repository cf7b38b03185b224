"""Two phones take in, load and weigh the same cartons without a network; what the city has then is read over HTTP."""

import os
import subprocess
from uuid import UUID

import pytest
import requests
from playwright.sync_api import expect

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
from tests.browser.people import HAND_HELD
from tests.browser.served import free_port, wait_for
from tests.support.ways import Way, caller

pytestmark = pytest.mark.browser

SETTINGS = {"CITY_ENV": "test", "CITY_DATABASE_URL": "", "CITY_LIMITS": "off"}


@pytest.fixture(scope="module")
def lorry(tmp_path_factory):
    """A served city with one packed order on a closed departure: its address, the way, and its carrier."""
    data, port = tmp_path_factory.mktemp("offline"), free_port()
    settings = Settings(env="test", data_dir=data, database_url="", port=port, web_workers=1, limits="off")
    upgrade(settings.database)
    app = create_app(settings)
    with app.app_context():
        with unit_of_work() as session:
            publish_shipped(session, now=clock.now())
        market = factories.open_market(app)
        with unit_of_work() as session:
            office = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
    # Outside, for each call begins with nobody known.
    way = Way(caller(app.test_client()), market, office).secure()
    way.pack()
    way.act("close")
    departure = way.booking["departure_id"]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["city.bell"].close()
    environment = {**os.environ, **SETTINGS, "CITY_DATA_DIR": str(data), "PORT": str(port)}
    server = subprocess.Popen(web_command(settings), cwd=paths.ROOT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}", UUID(departure), market.carrier
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def phone(chrome, lorry):
    """Opens a phone of the carrier's on the work list, ready to lose its network."""
    address, departure, carrier = lorry
    contexts = []

    def take():
        context = chrome.new_context(viewport=HAND_HELD, is_mobile=True, has_touch=True, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{address}/login")
        page.fill("[name=login]", carrier.login)
        page.fill("[name=password]", factories.PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{address}/partner/departures/{departure}/work")
        expect(page.locator("[data-work][data-ready]")).to_be_visible()
        return context, page

    yield take
    for context in contexts:
        context.close()


def read(lorry):
    address, departure, carrier = lorry
    answer = requests.get(f"{address}/api/v1/departures/{departure}/work", headers=carrier.headers, timeout=10)
    assert answer.ok, answer.text
    return answer.json()


def offline(context, page):
    context.set_offline(True)
    # The list opens again where there is no network at all.
    page.reload()
    expect(page.locator("[data-network]")).to_contain_text("No network")


def do(page, kind, **fields):
    form = page.locator(f"[data-kind={kind}]")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in fields.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(index=int(value))
        else:
            control.fill(value)
    form.get_by_role("button", exact=True).last.click()


def test_two_phones_without_a_network_merge_without_doubling(lorry, phone):
    phones = [phone(), phone()]
    for context, page in phones:
        offline(context, page)
    for kilograms, (_context, page) in zip(("125", "131"), phones, strict=True):
        do(page, "receive", booking="1", pieces="10", gross_kg=kilograms, m3="0.96")
        expect(page.locator("[data-queue] li")).to_have_count(1)
        do(page, "load", booking="1", pieces="10")
        expect(page.locator("[data-queue] li")).to_have_count(2)
        assert "waits to be sent" in page.locator("[data-queue]").inner_text()
    assert read(lorry)["cargo"][0]["received"] == 0
    # What is kept outlives the page.
    phones[0][1].reload()
    expect(phones[0][1].locator("[data-queue] li")).to_have_count(2)
    for context, _page in phones:
        context.set_offline(False)
    for _context, page in phones:
        expect(page.locator("[data-queue]")).not_to_contain_text("waits to be sent", timeout=30_000)
    # Whoever was heard second is told that the other weighed something else.
    assert "131 kg" in "".join(page.locator("[data-queue]").inner_text() for _context, page in phones).replace(
        "\u00a0", " "
    )
    found = read(lorry)
    (item,) = found["cargo"]
    assert (item["received"], item["loaded"], item["gross_kg"], item["state"]) == (10, 10, "131.000", "loaded")
    assert len(found["acts"]) == 4
    assert [one["counts"]["gross_kg"] for one in found["conflicts"]] == ["131.000"]
    assert all(one["done_at"] < one["recorded_at"] for one in found["acts"])
