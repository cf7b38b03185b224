"""A buyer asks, saves and compares goods without scripts; the pages can be read by everybody, on phone and desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from marketplace.seed.cast import PASSWORD
from tests.browser.served import City, seeded
from tests.browser.sight import DESK, PHONE, Sight
from tests.conftest import Database

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]


@pytest.fixture(scope="module")
def city(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A demo city to buy in."""
    made = seeded(database, tmp_path_factory.mktemp("saved"), extent="small")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_goods_are_saved_compared_and_asked_about(city: City, chrome: Browser) -> None:
    context = chrome.new_context(viewport=PHONE, reduced_motion="reduce", java_script_enabled=False)
    seen = Sight(city.address, context.new_page())
    try:
        seen.log_in("buyer@demo.test", PASSWORD)
        saved = _save_two(seen)
        page = seen.page
        for box in page.locator("input[name=ids]").all():
            box.check()
        page.click("text=Compare what is ticked")
        page.wait_for_url("**/compare?**")
        compared = page.url.removeprefix(city.address)
        page.fill("#field-quantity", "7")
        page.click("main form button[type=submit]")
        assert page.locator(".compare th[scope=row]").count() > 10
        assert page.locator(".compare__mark").count() > 0
        page.click(".compare thead a >> nth=0")
        page.click("text=Ask the merchant")
        page.fill("#field-text", "Which steel is it made of?")
        asked = page.url.removeprefix(city.address).partition("#")[0]
        page.click("#ask button[type=submit]")
        page.wait_for_url("**/account/questions")
    finally:
        context.close()
    context = chrome.new_context(viewport=DESK, reduced_motion="reduce")
    looking = Sight(city.address, context.new_page())
    try:
        looking.log_in("buyer@demo.test", PASSWORD)
        paths = (compared, saved, asked, "/account/lists", "/account/questions", "/account/reviews", "/products")
        faults = [fault for path in paths for fault in _faults(looking, path)]
    finally:
        context.close()
    assert faults == []


def _save_two(seen: Sight) -> str:
    """Save the first two goods of the shelf on a new list, and stand on it; returns its address."""
    page, saved = seen.page, ""
    for place in range(2):
        seen.open("/products")
        page.locator(".offer__save").nth(place).click()
        if not place:
            page.fill("#field-name", "Spring order")
        page.click("main form button[type=submit]")
        page.wait_for_url("**/account/lists/*")
        saved = page.url.removeprefix(seen.address)
    assert page.locator("tbody tr").count() == 2
    return saved


def _faults(seen: Sight, path: str) -> list[str]:
    assert seen.open(path) == 200, path
    found = list[str]()
    for viewport, scheme in LOOKS:
        seen.page.set_viewport_size(viewport)
        seen.page.emulate_media(color_scheme=scheme)
        found += [f"{path} {scheme} {viewport['width']}: {fault}" for fault in seen.accessibility()]
        if (over := seen.overflow()) > 0:
            found.append(f"{path}: {over} px wider than {viewport['width']}")
    return found + [f"{path}: {fault}" for fault in seen.faults]
