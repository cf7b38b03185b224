"""Goods listed by hand: shared pages, packing, ladders, edits under review, languages, variants, whose prices."""

import pytest
from playwright.sync_api import expect

from marketplace.seed.cast import BUYER, FRUIT, MODERATOR, PARTS
from tests.browser.people import Enter, Person, a_file, photograph

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GOODS = "Sealed chain 525, 124 links"
GOLD, BLACK = f"{GOODS}, gold", f"{GOODS}, black"
PROPOSED = "Motorcycle chain breakers"
BUYER_NUMBER = "9999000100"


def test_goods_are_listed_changed_and_read_by_those_who_may(enter: Enter) -> None:
    merchant = enter(PARTS)
    _shared_pages(enter, merchant)
    _draft(merchant)
    _packing_and_ladder(merchant)
    _edited_while_it_waits(enter, merchant)
    _edited_while_it_is_up(enter, merchant)
    _texts(enter, merchant)
    _variants(enter, merchant)
    _dangerous(enter, merchant)
    _prices(enter, merchant)
    _same_number_elsewhere(enter)


def _shared_pages(enter: Enter, merchant: Person) -> None:
    """One is missing, proposed and made; another is declined with a reason."""
    merchant.menu("Selling > Shared pages")
    for name, hs6 in ((PROPOSED, "820559"), ("Chains of all kinds", "731511")):
        merchant.fill(name=name, name_zh="链条工具", category="motorcycle-parts", hs6=hs6)
        merchant.click("Propose")
    merchant.looks_fine()
    judge = enter(MODERATOR)
    judge.menu("Reviews > Proposed shared pages")
    judge.looks_fine()
    judge.click(PROPOSED)
    judge.said("Motorcycle parts")
    judge.fill(action=judge.option("action", "page"), slug="chain-breaker")
    judge.looks_fine()
    judge.click("Decide")
    judge.click("Chains of all kinds")
    judge.fill(action=judge.option("action", "Decline"), reason="Offer them on the page of motorcycle chains.")
    judge.click("Decide")
    merchant.menu("Selling > Shared pages")
    expect(merchant.row("Chains of all kinds")).to_contain_text("Offer them on the page of motorcycle chains.")
    merchant.click("chain-breaker", within=merchant.row(PROPOSED))
    merchant.said("No offers yet")
    merchant.looks_fine()


def _draft(merchant: Person) -> None:
    """The page of chains is picked; its goods are described from there."""
    merchant.page.goto(merchant.sight.address + "/commodities/motorcycle-chain")
    merchant.looks_fine()
    merchant.click("Offer these goods")
    assert merchant.page.locator("[name=commodity]").input_value() == "motorcycle-chain"
    merchant.fill(sku="CQ-525", title=GOODS, hs="73151100", price="88.00", moq="30", multiple="30", stock="900")
    merchant.fill(tiers="80.00@300; 84.00@600")
    merchant.looks_fine()
    merchant.click("Write the draft")
    merchant.said("The listing is written as a draft.")


def _packing_and_ladder(merchant: Person) -> None:
    """A draft without packing and with a dearer tier is warned of; steps that split a carton are refused."""
    merchant.said("The packing is not stated: buyers see these goods and cannot order them")
    merchant.said("A larger quantity costs more apiece than a smaller one.")
    merchant.looks_fine()
    merchant.fill(carton_units="40", carton_l="40", carton_w="30", carton_h="22", gross_kg="44", net_kg="42.8")
    merchant.fill(tiers="84.00@300; 80.00@600")
    merchant.click("Save")
    merchant.refused("carton")
    merchant.looks_fine()
    merchant.fill(moq="40", multiple="40", tiers="84.00@320; 80.00@640")
    merchant.click("Save")
    assert merchant.page.locator("[name=multiple]").input_value() == "40"
    expect(merchant.page.locator("main")).not_to_contain_text("A larger quantity costs more apiece")
    merchant.page.set_input_files("[name=file]", a_file("chain.jpg", "image/jpeg", photograph("#886644")))
    merchant.click("Add the picture")
    merchant.click("Hand in for review")
    merchant.said("Submitted")


def _edited_while_it_waits(enter: Enter, merchant: Person) -> None:
    """What the reviewer had before them is not what they would decide about: they look again."""
    judge = enter(MODERATOR)
    judge.menu("Reviews")
    judge.click(GOODS)
    judge.looks_fine()
    merchant.fill(price="90.00")
    merchant.click("Save")
    judge.page.get_by_label("Approve").check()
    judge.click("Decide")
    judge.refused("The listing has changed since you looked. Look again.")
    _approved(judge, GOODS)
    _on_the_shelf(merchant, GOODS)
    merchant.said("90.00")


def _approved(judge: Person, goods: str) -> None:
    judge.menu("Reviews")
    judge.click(goods)
    judge.page.get_by_label("Approve").check()
    judge.click("Decide")
    judge.said("Decided. The merchant is told.")


def _own(merchant: Person, goods: str) -> None:
    merchant.menu("Selling > My listings")
    merchant.click(goods)


def _on_the_shelf(person: Person, goods: str) -> None:
    _own(person, goods)
    person.click("See it on the shelf")


def _edited_while_it_is_up(enter: Enter, merchant: Person) -> None:
    """The public goes on reading the old title until somebody decided."""
    _own(merchant, GOODS)
    merchant.fill(title=GOLD)
    merchant.click("Save")
    merchant.said("a change waits for review")
    merchant.looks_fine()
    merchant.click("See it on the shelf")
    expect(merchant.page.locator("h1")).to_have_text(GOODS)
    _approved(enter(MODERATOR), GOODS)
    merchant.page.reload()
    expect(merchant.page.locator("h1")).to_have_text(GOLD)


def _texts(enter: Enter, merchant: Person) -> None:
    """A second language is written, reviewed, and read by who reads it."""
    _own(merchant, GOLD)
    merchant.click("Texts by language")
    merchant.press(merchant.page.locator("main nav[aria-label='Languages'] a", has_text="Tiếng Việt"))
    merchant.looks_fine()
    merchant.fill(title="Xích kín 525, 124 mắt", description="Thép tôi.", how=merchant.option("how", "by a person"))
    merchant.click("Save")
    judge = enter(MODERATOR)
    judge.menu("Reviews")
    judge.click(GOLD)
    judge.said("Xích kín 525, 124 mắt")
    judge.page.get_by_label("Approve").check()
    judge.click("Decide")
    _on_the_shelf(merchant, GOLD)
    merchant.page.goto(merchant.page.url.replace("/products/", "/vi/products/"))
    expect(merchant.page.locator("h1")).to_have_text("Xích kín 525, 124 mắt")
    merchant.page.goto(merchant.sight.address + "/merchant/listings")


def _variants(enter: Enter, merchant: Person) -> None:
    """Two are put together, a third is made from one of them, five per cent cheaper."""
    merchant.menu("Selling > My listings")
    merchant.click("New listing")
    merchant.fill(sku="CQ-525-S", title=f"{GOODS}, silver", hs="73151100", price="90.00", moq="40", multiple="40")
    merchant.fill(lead_days="10")
    merchant.click("Write the draft")
    _own(merchant, GOLD)
    merchant.click("Variants")
    merchant.fill(axes="Colour", members="CQ-525; gold\nCQ-525-S; silver")
    merchant.looks_fine()
    merchant.click("Save")
    merchant.click("Add a variant")
    merchant.fill(sku="CQ-525-B", values="black", percent="-5")
    merchant.looks_fine()
    merchant.click("Write the draft")
    assert merchant.page.locator("[name=price]").input_value() == "85.50"
    merchant.fill(stock="400")
    merchant.click("Set the stock")
    merchant.fill(title=BLACK)
    merchant.click("Save")
    expect(merchant.page.locator("h1")).to_have_text(BLACK)
    merchant.click("Hand in for review")
    _approved(enter(MODERATOR), BLACK)
    _on_the_shelf(merchant, GOLD)
    merchant.press(merchant.page.get_by_role("navigation", name="Variants").get_by_role("link", name="black"))
    merchant.said("85.50")
    merchant.looks_fine()


def _dangerous(enter: Enter, merchant: Person) -> None:
    """The reviewers' desk asks it of a shelf; until the answer nobody can order, and the page says so."""
    judge = enter(MODERATOR)
    judge.menu("Reviews > Attributes")
    judge.click("Motorcycle parts")
    judge.looks_fine()
    judge.click("Ask", within=judge.page.locator("main section", has_text="Dangerous goods"), role="button")
    _on_the_shelf(merchant, BLACK)
    merchant.said("Cannot be ordered yet")
    _own(merchant, BLACK)
    merchant.click("Dangerous goods")
    merchant.said("Goods of this category usually are dangerous.")
    merchant.looks_fine()
    merchant.page.locator("main [name='dangerous.answer']").select_option(label="Not dangerous goods")
    merchant.page.get_by_label("I answer for this.").check()
    merchant.click("Save")
    _approved(judge, BLACK)
    _on_the_shelf(merchant, BLACK)
    expect(merchant.page.locator("main")).not_to_contain_text("Cannot be ordered yet")
    judge.menu("Reviews > Attributes")
    judge.click("Motorcycle parts")
    judge.click("Ask no longer", role="button")


def _prices(enter: Enter, merchant: Person) -> None:
    """The price is read by named companies alone; one of them has a price of its own."""
    _own(merchant, BLACK)
    merchant.click("Who reads the price")
    merchant.fill(visibility=merchant.option("visibility", "name"), companies=BUYER_NUMBER)
    merchant.looks_fine()
    merchant.click("Save")
    merchant.menu("Selling > Prices and customers")
    merchant.looks_fine()
    merchant.click("New price list")
    merchant.fill(name="Hanoi, autumn", currency="CNY", incoterm="FCA", place="CN-NANPENG", company=BUYER_NUMBER)
    merchant.looks_fine()
    merchant.click("Make the price list")
    merchant.fill(lines="CQ-525-B; 71.25; 70.00@640")
    merchant.click("Write these prices")
    expect(merchant.row("CQ-525-B")).to_contain_text("71.25")
    merchant.looks_fine()
    _on_the_shelf(merchant, BLACK)
    path = merchant.page.url
    seen = {}
    for login in (BUYER, "buyer2@demo.test", ""):
        reader = enter(login)
        reader.page.goto(path)
        words = reader.page.locator("main").inner_text()
        seen[login] = ("71.25" in words, "85.50" in words)
        reader.looks_fine()
    assert seen == {BUYER: (True, False), "buyer2@demo.test": (False, False), "": (False, False)}


def _same_number_elsewhere(enter: Enter) -> None:
    """An article number is its merchant's own: another writes the same, oneself cannot twice."""
    other = enter(FRUIT)
    for title in ("Mangosteen, crates", "Mangosteen, boxes"):
        other.menu("Selling > My listings")
        other.click("New listing")
        other.fill(sku="CQ-525", title=title, hs="08045030", price="90", moq="10", multiple="10", stock="9")
        other.click("Write the draft")
    other.refused("Article number")
    other.looks_fine()
