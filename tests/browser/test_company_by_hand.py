"""A buyer's company by hand: verified, arranged in units and roles, given an address, and left in good order."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from marketplace.seed.cast import FINANCE, MODERATOR
from tests.browser.people import PIXEL, Enter, Person, a_file, joined, registered

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMPANY, OWNER, COLLEAGUE = "Phnom Penh Foods Co.", "owner@foods.test", "purchaser@foods.test"
PAPERS = ("Extract of the company register", "Registration as an importer", "Tax status")
TODAY = datetime.now(UTC).date()


def test_a_buyers_company_is_verified_arranged_and_left_in_good_order(enter: Enter) -> None:
    owner = registered(
        enter, company_name=COMPANY, country="KH", registration_number="00067890", person_name="Dara Sok", login=OWNER
    )
    _addresses(owner)
    _papers_shown(owner)
    owner.click("Invite a colleague")
    colleague = joined(enter, owner, COLLEAGUE, "Bopha Lim", "Purchasing")
    _looked_at(enter, owner)
    _verified(enter, owner)
    _units_and_roles(owner)
    order = _ordered(colleague)
    _closed_days(owner)
    _handed_over(owner, colleague, order)


def _account(person: Person) -> None:
    person.page.goto(person.sight.address + "/account")


def _addresses(owner: Person) -> None:
    """The company's own address is for papers, the warehouse for goods."""
    owner.click("Change company")
    owner.fill(street="12 Street 271", city="Phnom Penh", postcode="12302", contact="Purchasing desk")
    owner.click("Save")
    _account(owner)
    owner.said("12 Street 271")
    owner.looks_fine()


def _papers_shown(owner: Person) -> None:
    owner.click("What we know of your company")
    owner.said("Not verified")
    for paper in PAPERS:
        owner.click("Hand in a paper", within=owner.row(paper))
        owner.page.set_input_files("[name=file_id]", a_file("paper.png", "image/png", PIXEL))
        owner.fill(until=f"{TODAY + timedelta(days=300)}")
        owner.click("Hand it in")
        expect(owner.row(paper)).to_contain_text("Pending")
    owner.fill(street="7 Veng Sreng Blvd", city="Phnom Penh")
    owner.click("Save")
    owner.said("The address is here. We look at it.")
    owner.looks_fine()


def _looked_at(enter: Enter, owner: Person) -> None:
    """One paper is rejected, shown anew and accepted."""
    judge = enter(MODERATOR)
    for item in (*PAPERS[:2], "Warehouse"):
        _say(judge, item, "Accept")
    _say(judge, "Tax status", "Reject", reason="The stamp cannot be read.")
    _account(owner)
    owner.click("What we know of your company")
    expect(owner.row("Tax status")).to_contain_text("The stamp cannot be read.")
    owner.said("Not verified")
    owner.click("Hand in a new one", within=owner.row("Tax status"))
    owner.page.set_input_files("[name=file_id]", a_file("paper.png", "image/png", PIXEL))
    owner.fill(until=f"{TODAY + timedelta(days=200)}")
    owner.click("Hand it in")
    _say(judge, "Tax status", "Accept")
    judge.looks_fine()


def _say(judge: Person, item: str, verdict: str, reason: str = "") -> None:
    judge.menu("Merchants > Papers to look at")
    judge.click(COMPANY)
    buying = judge.page.locator("main table", has_text="Extract of the company register")
    judge.click("Say how it stands", within=buying.locator("tr").filter(has_text=item))
    judge.page.get_by_label(verdict, exact=True).check()
    judge.fill(reason=reason)
    judge.click("Note it")
    judge.said("Noted:")


def _verified(enter: Enter, owner: Person) -> None:
    """It counts as verified until its first paper ends, and may owe what the city agrees to."""
    _account(owner)
    owner.click("What we know of your company")
    owner.said("Verified buyer")
    end = TODAY + timedelta(days=200)
    owner.said(f"{end.day} {end:%b %Y}")
    treasurer = enter(FINANCE)
    treasurer.menu("Money > Credit of buyers")
    treasurer.looks_fine()
    treasurer.click(COMPANY)
    treasurer.fill(amount="50000", currency="USD", until=f"{TODAY + timedelta(days=90)}", reason="Two years of orders.")
    treasurer.click("Set the limit")
    expect(treasurer.row("50,000.00")).to_be_visible()
    treasurer.looks_fine()
    owner.page.reload()
    owner.said("Verified buyer with credit")
    expect(owner.row("50,000.00")).to_be_visible()
    owner.looks_fine()


def _units_and_roles(owner: Person) -> None:
    _account(owner)
    owner.click("Units")
    for name, centre in (("Kitchens", "CC-100"), ("Bakery", "CC-200")):
        owner.fill(name=name, cost_centre=centre)
        owner.click("Open the unit")
    owner.looks_fine()
    mine = owner.page.locator("main tbody tr", has_text="Bopha Lim")
    mine.locator("summary").click()
    mine.locator("select").select_option(mine.locator("option", has_text="Kitchens").get_attribute("value"))
    owner.click("Save", within=mine)
    expect(owner.row("Kitchens", "CC-100")).to_contain_text("1")
    owner.click("Close", within=owner.row("Bakery"))
    expect(owner.page.locator("main")).not_to_contain_text("CC-200")
    _account(owner)
    owner.click("Change roles or remove members")
    sheet = owner.page.locator("main section", has_text=COLLEAGUE)
    owner.press(sheet.locator("summary", has_text="Change the roles"), stays=True)
    sheet.get_by_label("Finance").check()
    owner.click("Change the roles", within=sheet, role="button")
    owner.said("The roles are changed.")
    expect(owner.page.locator("main section", has_text=COLLEAGUE)).to_contain_text("Finance, Purchasing")
    owner.looks_fine()


def _ordered(colleague: Person) -> str:
    """The colleague orders for a place of delivery; the order names the unit."""
    colleague.menu("Products")
    colleague.click("Durian Monthong, grade A")
    colleague.press(colleague.page.get_by_role("button", name="into the cart"))
    colleague.fill(to="VNHAN")
    colleague.click("Set destination")
    colleague.click("Check out")
    colleague.page.locator("input[value='bank acceptance_100']").check()
    colleague.click("Place the orders")
    sheet = colleague.page.locator("main section").filter(has_text="Demo Chanthaburi Fruit Co.").first
    reference = sheet.get_by_role("heading").first.inner_text()
    colleague.menu("Orders")
    colleague.click(reference)
    colleague.said("Kitchens")
    return reference


def _closed_days(owner: Person) -> None:
    owner.menu("Sell")
    owner.click("Closed days")
    owner.page.get_by_label("Office").check()
    first, last = TODAY + timedelta(days=40), TODAY + timedelta(days=44)
    owner.fill(first_day=f"{first}", last_day=f"{last}", words_en="The whole company travels.")
    owner.click("Enter")
    closed = owner.row("The whole company travels.")
    expect(closed).to_contain_text("ahead")
    owner.looks_fine()
    owner.click("Take back", within=closed)
    expect(owner.row("The whole company travels.")).to_contain_text("taken back")


def _handed_over(owner: Person, colleague: Person, order: str) -> None:
    """Who leaves makes the list, both confirm it, and the leaver is out; what was in hand is the owner's."""
    _account(colleague)
    colleague.click("Hand-overs")
    colleague.fill(successor_id=colleague.option("successor_id", "Dara Sok"))
    colleague.click("Make the list")
    colleague.said(order)
    colleague.looks_fine()
    colleague.click("Confirm this list")
    _account(owner)
    owner.click("Hand-overs")
    owner.press(owner.row("Bopha Lim", "Open").get_by_role("link").first)
    owner.said(order)
    owner.click("Confirm this list")
    owner.said("Handed over")
    owner.looks_fine()
    _account(owner)
    expect(owner.page.locator("main")).not_to_contain_text(COLLEAGUE)
    token = owner.token()
    members = owner.api(token, f"/companies/{owner.api(token, '/me')['company_id']}/members")["items"]
    assert [member["display_name"] for member in members] == ["Dara Sok"]
    owner.menu("Orders")
    owner.click(order)
