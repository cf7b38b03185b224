"""Reviewers at work by hand: the queue and its keys, reasons, copies, takedowns, appeals, reports."""

import io
import time

import pytest
from playwright.sync_api import expect

from marketplace.seed.cast import FRUIT, MODERATOR, PARTS
from tests.browser.people import Enter, Person, a_file, joined, link_sent
from tests.support.pictures import picture
from tests.support.sheets import row, table, workbook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAN, SHAFT, CLONE = "Cooling fan, 12 blades", "Drive shaft, forged", "Cooling fan, cheap"
MANY = [f"Gasket set {number}" for number in range(1, 4)]
DURIAN = "Durian Monthong, grade A"


def test_reviewers_look_at_what_merchants_show(enter: Enter) -> None:
    _handed_in(enter)
    judge = enter(MODERATOR)
    _filtered(judge)
    _same_picture(enter, judge)
    _asked_back_and_declined(enter, judge)
    _decided_by_keyboard(judge)
    _compared(enter, judge)
    _price_that_jumped(enter, judge)
    _taken_down_and_appealed(enter, judge)
    _reported(enter, judge)
    _sampled(enter)
    _audited(enter)


def _handed_in(enter: Enter) -> None:
    """Two merchants bring goods; one shows the picture of the other."""
    for login, titles, start in ((PARTS, [FAN, SHAFT, *MANY], "P"), (FRUIT, [CLONE], "F")):
        merchant = enter(login)
        rows = [row(sku=f"{start}-{number}", title=title) for number, title in enumerate(titles)]
        merchant.menu("Selling > Bring a price list")
        merchant.page.set_input_files("[name=file]", a_file("list.xlsx", WORKBOOK, workbook(table(rows))))
        merchant.click("Bring in")
        expect(merchant.page.get_by_role("button", name="Write the good rows")).to_be_visible(timeout=30_000)
        merchant.click("Write the good rows")
        expect(merchant.page.locator("main .page-head")).to_contain_text("Done", timeout=30_000)
        _own(merchant, titles[0])
        merchant.page.set_input_files("[name=file]", a_file("fan.jpg", "image/jpeg", _fan()))
        merchant.click("Add the picture")


def _fan() -> bytes:
    drawn = io.BytesIO()
    picture(1).save(drawn, "JPEG")
    return drawn.getvalue()


def _own(merchant: Person, goods: str) -> None:
    merchant.menu("Selling > My listings")
    merchant.click(goods)


def _queue(judge: Person) -> None:
    judge.menu("Reviews")


def _case(judge: Person, goods: str) -> None:
    _queue(judge)
    judge.click(goods)


def _decided(judge: Person, decision: str, **said: str) -> None:
    judge.page.get_by_label(decision, exact=True).check()
    judge.fill(**said)
    judge.click("Decide")


def _titles(judge: Person) -> list[str]:
    return [link.inner_text() for link in judge.page.locator("main tbody th > div > a").all()]


def _filtered(judge: Person) -> None:
    """The riskiest stands first; filters narrow and are taken away."""
    _queue(judge)
    judge.looks_fine()
    assert set(_titles(judge)) == {FAN, SHAFT, CLONE, *MANY}
    risks = [int(cell.inner_text().split()[0]) for cell in judge.page.locator("main tbody td.is-num").all()]
    assert risks == sorted(risks, reverse=True)
    judge.fill(country="TH")
    judge.click("Show cases")
    assert _titles(judge) == [CLONE]
    judge.looks_fine()
    judge.click("Take all filters away")
    assert len(_titles(judge)) == 6
    judge.fill(kind=judge.option("kind", "Price that jumped"))
    judge.click("Show cases")
    judge.said("Nothing waits")


def _same_picture(enter: Enter, judge: Person) -> None:
    """Two merchants show one picture: each case says so and leads to the other listing."""
    until = time.monotonic() + 60
    _case(judge, CLONE)
    while not judge.page.get_by_text("Another company shows the same picture").count() and time.monotonic() < until:
        time.sleep(1)  # pictures are compared by a job
        judge.page.reload()
    similar = judge.row(FAN)
    expect(similar).to_contain_text("another company")
    expect(similar).to_contain_text("Same picture")
    judge.looks_fine()
    judge.click(FAN, within=similar)
    judge.said("What the listing says")
    judge.looks_fine()
    _case(judge, CLONE)
    _decided(judge, "Decline", canned="copied")
    other = enter(FRUIT)
    _own(other, CLONE)
    other.said("Pictures or text are those of another company. Use your own.")
    other.looks_fine()


def _asked_back_and_declined(enter: Enter, judge: Person) -> None:
    """A reason is needed, and the merchant reads it in the language that we write to him in."""
    _case(judge, SHAFT)
    judge.looks_fine()
    _decided(judge, "Ask for changes")
    judge.refused("Reason")
    _decided(judge, "Ask for changes", canned="unclear_title")
    admin = enter("admin@demo.test")
    until = time.monotonic() + 30
    while time.monotonic() < until:
        admin.menu("Messages")
        if admin.page.get_by_text("标题没有说明是什么商品").count():
            break
        time.sleep(0.5)
    admin.said("标题没有说明是什么商品")
    merchant = enter(PARTS)
    _own(merchant, SHAFT)
    merchant.said("Changes requested")
    merchant.fill(title=f"{SHAFT}, 640 mm")
    merchant.click("Save")
    merchant.click("Hand in for review")
    _case(judge, f"{SHAFT}, 640 mm")
    _decided(judge, "Approve")


def _decided_by_keyboard(judge: Person) -> None:
    """Three cases are walked to, chosen, and approved together; two keys more would decline them."""
    _queue(judge)
    keys = judge.page.keyboard
    keys.press("?")
    expect(judge.page.locator("[data-keys]")).to_have_attribute("open", "")
    judge.looks_fine()
    keys.press("?")
    places = [index for index, title in enumerate(_titles(judge)) if title in MANY]
    assert len(places) == 3
    at = -1
    for place in places:
        for _ in range(place - at):
            keys.press("j")
        keys.press("x")
        at = place
    keys.press("a")
    with judge.page.expect_navigation():
        keys.press("Enter")
    judge.said("3 cases were decided.")
    assert _titles(judge) == [FAN]
    _case(judge, FAN)
    _decided(judge, "Approve")


def _compared(enter: Enter, judge: Person) -> None:
    """A change stands beside what is live."""
    merchant = enter(PARTS)
    _own(merchant, FAN)
    merchant.fill(title=f"{FAN}, steel", gross_kg="14")
    merchant.click("Save")
    _case(judge, FAN)
    for said in ("Live now", "Proposed", FAN, f"{FAN}, steel", "14"):
        judge.said(said)
    judge.looks_fine()
    _decided(judge, "Approve")


def _price_that_jumped(enter: Enter, judge: Person) -> None:
    merchant = enter(PARTS)
    _own(merchant, MANY[0])
    merchant.fill(price="58.00", tiers="55.00@500")
    merchant.click("Save")
    merchant.said("price moved by more than 30 %")
    _case(judge, MANY[0])
    judge.said("The price moved by more than 30 %")
    expect(judge.page.locator("main")).not_to_contain_text("%%")
    for price in ("27.40", "58.00"):
        expect(judge.page.locator("main")).to_contain_text(price)
    expect(judge.page.locator("main")).not_to_contain_text("Live now")
    judge.looks_fine()
    _decided(judge, "Pause the listing", canned="price_wrong")
    _own(merchant, MANY[0])
    merchant.said("Paused")


def _taken_down_and_appealed(enter: Enter, judge: Person) -> None:
    """Off the shelf at once; the appeal is decided by somebody else than who decided first."""
    visitor, merchant = enter(), enter(FRUIT)
    visitor.menu("Products")
    visitor.click(DURIAN)
    shelf = visitor.page.url
    judge.page.goto(shelf)
    judge.click("As a reviewer sees it")
    judge.fill(reason="The certificate is of another orchard.")
    judge.click("Take it down")
    visitor.page.goto(shelf)
    visitor.refused("There is no such page")
    _own(merchant, DURIAN)
    merchant.said("Taken down")
    merchant.said("The certificate is of another orchard.")
    merchant.looks_fine()
    merchant.click("Ask another reviewer to look again")
    merchant.fill(text="It is the certificate of our own orchard.")
    merchant.looks_fine()
    merchant.click("Appeal", role="button")
    _case(judge, DURIAN)
    judge.said("It is the certificate of our own orchard.")
    judge.said("You took the decision that this appeal is about.")
    assert judge.page.get_by_label("Take the decision back", exact=True).count() == 0
    judge.looks_fine()
    second = joined(enter, enter("admin@demo.test"), "second@city.test", "Mei Tan", "Moderator")
    _case(second, DURIAN)
    _decided(second, "Take the decision back", reason="We read it again: it is theirs.")
    visitor.page.goto(shelf)
    visitor.said(DURIAN)


def _reported(enter: Enter, judge: Person) -> None:
    """Anybody reports; the reviewer looks at reported ones alone, and finds nothing wrong."""
    visitor = enter()
    visitor.menu("Products")
    visitor.click(DURIAN)
    visitor.click("Report this listing")
    visitor.page.get_by_label("What it says is wrong").check()
    visitor.fill(text="They are not grade A.", contact="witness@demo.test")
    visitor.looks_fine()
    visitor.click("Report", role="button")
    visitor.said("Thank you")
    _queue(judge)
    judge.page.get_by_label("Reported listings only").check()
    judge.click("Show cases")
    assert _titles(judge) == [DURIAN]
    judge.click(DURIAN)
    judge.said("They are not grade A.")
    expect(judge.page.locator("main")).not_to_contain_text("witness@demo.test")
    judge.looks_fine()
    _decided(judge, "Nothing is wrong", reason="The certificate says grade A.")
    assert link_sent(enter, "witness@demo.test", "/")


def _sampled(enter: Enter) -> None:
    """The admin lets one in five of a trusted merchant's changes be looked at; everybody can read it."""
    admin = enter("admin@demo.test")
    admin.menu("Desk")
    admin.click("Settings")
    samples = admin.row("Trust: samples")
    samples.locator("[name=value]").fill("20")
    admin.click("Change", within=samples)
    expect(admin.row("Trust: samples")).to_contain_text("20")
    admin.looks_fine()
    visitor = enter()
    visitor.click("Deadlines and rates", within="footer")
    expect(visitor.row("Trust: samples")).to_contain_text("20 per cent")
    visitor.looks_fine()


def _audited(enter: Enter) -> None:
    """Each of it stands in the trail, by act and thing, with who did it."""
    admin = enter("admin@demo.test")
    admin.menu("City > Audit trail")
    admin.looks_fine()
    acts = {"case": set[str](), "listing": set[str](), "dated_setting": set[str]()}
    for subject, found in acts.items():
        admin.menu("City > Audit trail")
        admin.fill(subject=subject)
        admin.click("Find")
        while True:
            found.update(admin.page.locator("main tbody th").all_inner_texts())
            if not admin.page.get_by_role("link", name="Next page").count():
                break
            admin.click("Next page")
    assert {"moderation.approve", "moderation.reject", "moderation.request_changes", "moderation.appeal"} <= acts[
        "case"
    ]
    assert {"listing.reported", "listing.take_down", "listing.restore", "listing.pause"} <= acts["listing"]
    assert acts["dated_setting"] >= {"setting.changed"}
