"""A served city and a Chromium that looks at it and listens for faults."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

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
from marketplace.worker.supervisor import web_command
from tests.browser.served import free_port, wait_for
from tests.support.browser import chromium, launch_arguments
from tests.support.visitors import PASSWORD, TERMS

AXE = paths.ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
OPERATOR = "admin@demo.test"


@dataclass
class Sight:
    """A page as somebody sees it, with the faults its browser reported."""

    address: str
    page: Page
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("requestfailed", self._note_failure)

    def _note_failure(self, request: Request) -> None:
        # Whoever clicks on goes before the last picture has come.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.faults.append(f"{request.url}: {request.failure}")

    def open(self, path: str) -> int:
        """Open a page of the city; returns the status of the answer."""
        answer = self.page.goto(self.address + path, wait_until="load")
        assert answer is not None, path
        return answer.status

    def log_in(self, login: str, password: str = PASSWORD) -> None:
        """Log in by password."""
        self.open("/login")
        self.page.fill("#field-login", login)
        self.page.fill("#field-password", password)
        self.page.click("main form >> nth=0 >> button[type=submit]")
        self.page.wait_for_url(lambda url: not url.endswith("/login"))

    def accessibility(self) -> list[str]:
        """Return what axe finds serious or critical; what the browser says of axe itself is no fault of the page."""
        before = list(self.faults)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
        # What was found to be right takes longer to carry over than to find.
        violations: list[dict[str, Any]] = self.page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
        )
        self.faults[:] = before
        return [
            f"{item['id']}: {node['target']} {node['failureSummary']}"
            for item in violations
            if item["impact"] in {"serious", "critical"}
            for node in item["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


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
    def look(viewport: dict[str, int] = DESK, scheme: str = "light") -> Iterator[Sight]:
        context = chrome.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        seen = Sight(address, context.new_page())
        try:
            yield seen
        finally:
            context.close()
        assert seen.faults == []

    return look


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
