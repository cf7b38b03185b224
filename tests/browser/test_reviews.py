"""The queue of reviews by keyboard alone: walk, choose, pick a decision, decide."""

import pytest

from marketplace.kernel.db import unit_of_work
from marketplace.moderation.services import wording
from tests.functional.conftest import town
from tests.functional.test_moderation import reader, submitted
from tests.functional.test_selling import SELLER, market, reviewer

__all__ = ["market", "town"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(market, chrome):
    """The queue as a reviewer sees it, in a browser whose every request goes to the application."""
    with market.app.app_context(), unit_of_work() as session:
        wording.load_reasons(session)
    seller = market.program(SELLER)
    for number in range(3):
        submitted(seller, sku=f"S{number}")
    client = reader(market).client
    context = chrome.new_context(reduced_motion="reduce")
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def answer(route):
        asked = route.request
        sent = client.open(
            asked.url.removeprefix("http://city.test"), method=asked.method, data=asked.post_data,
            headers={"Content-Type": asked.headers.get("content-type", "")}, follow_redirects=True,
        )  # fmt: skip
        route.fulfill(status=sent.status_code, headers=dict(sent.headers), body=sent.data)
        sent.close()

    page.route("**/*", answer)
    page.goto("http://city.test/operator/moderation", wait_until="load")
    yield page
    context.close()
    assert faults == []


def test_many_are_declined_without_a_mouse(market, desk):
    chosen = "input[name=cases]:checked"
    for key in ("j", "x", "j", "j", "x", "k"):
        desk.keyboard.press(key)
    assert desk.locator(chosen).count() == 2
    assert desk.evaluate("document.activeElement.name") == "cases"
    desk.keyboard.press("?")
    assert desk.locator("[data-keys]").get_attribute("open") is not None
    desk.keyboard.press("?")
    desk.keyboard.press("d")
    assert desk.locator("input[name=decision]:checked").get_attribute("value") == "reject"
    assert desk.evaluate("document.activeElement.name") == "canned"
    desk.select_option("select[name=canned]", "unclear_title")
    with desk.expect_navigation():
        desk.locator("form#review button[type=submit]").press("Enter")
    assert "2 cases were decided." in desk.inner_text("main")
    assert len(reviewer(market).call("GET", "/moderation", 200)["items"]) == 1
