"""A served city and a Chromium that looks at it and listens for faults."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from marketplace import paths
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.services import registration
from marketplace.accounts.services.terms import publish_shipped
from marketplace.app import create_app
from marketplace.cli.database import upgrade
from marketplace.config import Settings
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import db, unit_of_work
from marketplace.seed import cast
from marketplace.worker.supervisor import web_command
from tests.browser.people import HAND_HELD, Enter, Person
from tests.browser.road import Served, doors, served_city
from tests.browser.served import City, free_port, seeded, wait_for
from tests.browser.sight import DESK, Sight
from tests.conftest import Database
from tests.support.browser import chromium, launch_arguments
from tests.support.visitors import PASSWORD, TERMS

OPERATOR = "admin@demo.test"


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo city behind its real web server, with terms in force and an operator."""
    chromium()
    data = tmp_path_factory.mktemp("served")
    port = free_port()
    settings = Settings(env="demo", data_dir=data, database_url="", port=port, web_workers=1, limits="off")
    upgrade(settings.database)
    _people_in(settings)
    environment = {
        **os.environ,
        "CITY_ENV": "demo",
        "CITY_DATA_DIR": str(data),
        "CITY_DATABASE_URL": "",
        "CITY_LIMITS": "off",
        "PORT": str(port),
    }
    server = subprocess.Popen(web_command(settings), cwd=paths.ROOT, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One Chromium for all tests."""
    path: Path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=launch_arguments())
        yield browser
        browser.close()


@pytest.fixture
def sight(address: str, chrome: Browser) -> Callable[..., Any]:
    """Opens a fresh browser window: ``with sight(PHONE, "dark") as seen``; faults fail the test at its end."""

    @contextmanager
    def look(viewport: ViewportSize = DESK, scheme: str = "light") -> Iterator[Sight]:
        context = chrome.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        seen = Sight(address, context.new_page())
        try:
            yield seen
        finally:
            context.close()
        assert seen.faults == []

    return look


@pytest.fixture(scope="module")
def city(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A demo city of this module's own."""
    made = seeded(database, tmp_path_factory.mktemp("city"), extent="start")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served city of this module's own with a lorry and its partners."""
    with served_city(tmp_path_factory.mktemp("lorry")) as found:
        yield found


@pytest.fixture
def come(served: Served, chrome: Browser) -> Iterator[Enter]:
    """Lets the partners of the lorry in by their login."""
    with doors(served, chrome) as enter:
        yield enter


@pytest.fixture
def enter(city: City, chrome: Browser) -> Iterator[Callable[..., Person]]:
    """Lets people in, each with a browser of their own; any fault a browser reports fails the test."""
    everybody: list[Person] = []
    known: dict[str, Person] = {}
    with ExitStack() as stack:

        def come(login: str = "", *, phone: bool = False, scripts: bool = True) -> Person:
            if login in known:
                return known[login]
            viewport = HAND_HELD if phone else DESK
            context = chrome.new_context(
                viewport=viewport,
                is_mobile=phone,
                has_touch=phone,
                reduced_motion="reduce",
                java_script_enabled=scripts,
            )
            stack.callback(context.close)
            person = Person(Sight(city.address, context.new_page()), phone)
            person.page.set_default_timeout(15_000)
            everybody.append(person)
            person.sight.open("/")
            if login:
                person.click("Log in", within="header")
                person.fill(login=login, password=cast.PASSWORD)
                person.click("Log in", role="button")
                known[login] = person
            return person

        yield come
        for person in everybody:
            assert person.sight.faults == []


def _people_in(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        with unit_of_work() as session:
            publish_shipped(session, now=clock.now())
            registration.admit_company(
                session,
                actor=SYSTEM,
                kind=CompanyKind.OPERATOR,
                name="Operating Company",
                country="CN",
                registration_number="91500000MA60DEMO0X",
                person_name="An Admin",
                login=OPERATOR,
                password=PASSWORD,
                accepted_terms=tuple(TERMS),
                locale="en",
                vault=app.extensions["city.vault"],
                now=clock.now(),
            )
        db.session.remove()
        db.engine.dispose()
    app.extensions["city.bell"].close()
