"""Every page that a role can reach: axe in light and dark, phone and desk, and what no page may lack or break.

Everybody follows every link, and each page is looked at in all four ways: by axe in all four for the first who
reaches it, and by turns for the others.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from marketplace.seed.cast import PASSWORD
from tests.browser.served import City, seeded
from tests.browser.sight import DESK, PHONE, Sight
from tests.conftest import Database

pytestmark = pytest.mark.browser

MEMBERS = ("buyer", "merchant", "moderator", "logistics", "customs", "finance", "admin", "carrier", "broker")
LOOKS = [(PHONE, "light"), (DESK, "dark"), (PHONE, "dark"), (DESK, "light")]
TURNS = itertools.count()
# Papers, files and tables are given to keep, not to look at; other languages have tests of their own.
NO_PAGE = re.compile(
    r"/(zh|vi|static|api|pictures)\b|\.(pdf|csv|xlsx|ics)|/(licence|slip|file|errors|data|payout-files|evidence|bundle)\b|/papers/[0-9a-f]"
)
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LINKS = "[...document.querySelectorAll('a[href^=\"/\"]')].map(link => link.getAttribute('href').split('#')[0])"
# Where the menu begins, seen from the edge of a desk.
STATIONS = "Math.min(...[...document.querySelectorAll('.site-nav__line a')].map(it => it.getBoundingClientRect().left))"
BROKEN = "[...document.images].filter(it => it.complete && !it.naturalWidth).map(it => it.src)"


@pytest.fixture(scope="module")
def city(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A demo city to walk through."""
    made = seeded(database, tmp_path_factory.mktemp("walked"), extent="small")
    try:
        made.start(jobs=False)  # what is only looked at has nothing to draw
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def walked() -> set[str]:
    """The kinds of pages that somebody has looked at before."""
    return set()


@pytest.mark.parametrize(
    "role",
    ["", *(pytest.param(role, marks=pytest.mark.slow) for role in MEMBERS)],
    ids=lambda role: role or "stranger",
)
def test_every_page_fits_and_can_be_read_by_everybody(city: City, chrome: Browser, role: str, walked: set[str]) -> None:
    context = chrome.new_context(viewport=DESK, reduced_motion="reduce")
    try:
        seen = Sight(city.address, context.new_page())
        if role:
            seen.log_in(f"{role}@demo.test", PASSWORD)
        faults = [fault for path, is_new in _walk(seen, walked) for fault in _faults(seen, path, is_new=is_new)]
    finally:
        context.close()
    assert faults == []


def _walk(seen: Sight, walked: set[str]) -> Iterator[tuple[str, bool]]:
    """Open one page of each kind that links lead to, at most a few hundred, and stand on it; broken links fail.

    Yield its address, and whether nobody else stood on one of its kind.
    """
    ahead, kinds = [("/", "")], set[str]()
    while ahead:
        path, linked_from = ahead.pop(0)
        kind = IDENTIFIER.sub("*", path.split("?")[0])
        if kind in kinds or NO_PAGE.search(path):
            continue
        kinds.add(kind)
        status = seen.open(path)
        assert status == 200, f"{path}, linked from {linked_from}: {status}"
        ahead.extend((link, path) for link in seen.page.evaluate(LINKS))
        is_new = kind not in walked
        walked.add(kind)
        yield path, is_new


def _faults(seen: Sight, path: str, *, is_new: bool) -> list[str]:
    """Return what is wrong with the page that is open, however it is looked at."""
    page, found = seen.page, list[str]()
    if page.evaluate(STATIONS) < 0:  # at a desk, as every page is opened
        found.append("the menu begins beyond the edge")
    read = LOOKS if is_new else [LOOKS[next(TURNS) % len(LOOKS)]]
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if (viewport, scheme) in read:
            found += [f"{scheme} {viewport['width']}: {fault}" for fault in seen.accessibility()]
        if (over := seen.overflow()) > 0:
            found.append(f"{over} px wider than {viewport['width']}")
    found += [f"no picture {source}" for source in page.evaluate(BROKEN)]
    if page.locator("h1").count() != 1:
        found.append("not one h1")
    if not page.title() or page.locator("html").get_attribute("lang") != "en":
        found.append("no title or language")
    found += seen.faults
    seen.faults.clear()
    return [f"{path}: {fault}" for fault in found]
