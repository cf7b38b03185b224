"""A page as somebody sees it."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Request, ViewportSize

from marketplace import paths
from tests.support.visitors import PASSWORD

AXE = paths.ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = ViewportSize(width=360, height=780), ViewportSize(width=1280, height=900)


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
        # What was found to be right takes longer to carry over than to find. Style sheets and films are fetched once
        # more for two rules alone: one that axe does not run unless asked, one that is never serious.
        violations: list[dict[str, Any]] = self.page.evaluate(
            "axe.run({resultTypes: ['violations'], preload: false}).then(found => found.violations)"
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
