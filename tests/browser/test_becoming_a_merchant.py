"""A company becomes a merchant by hand: what it is asked for, shown, judged, and watched when it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from marketplace.seed.cast import BUYER, MODERATOR, PASSWORD
from tests.browser.people import PIXEL, Enter, Person, a_file, link_sent, registered
from tests.browser.served import City

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMPANY, NUMBER, OWNER = "Mekong Chains Co.", "00012345", "owner@mekong.test"
TWIN, TWIN_OWNER = "Tonle Chains Co.", "owner@tonle.test"
GOODS = "Chain tensioner, stamped steel"
PAPERS = ("Tax certificate", "Registration as an exporter", "Letter of the bank")
ENDS = datetime.now(UTC).date() + timedelta(days=20)


def test_a_company_becomes_a_merchant_by_hand(city: City, enter: Enter) -> None:
    _asked_for(enter)
    owner = registered(
        enter, company_name=COMPANY, country="KH", registration_number=NUMBER, person_name="Dara Sok", login=OWNER
    )
    _what_is_missing(owner)
    _applied(owner, COMPANY)
    _judged(enter, owner)
    _shown_again(enter, owner)
    _decided(enter, COMPANY)
    _first_offer(enter, owner)
    _somebody_known_joins(enter, owner)
    _twin_is_turned_away(enter)
    _licence_ends(city, enter)


def _asked_for(enter: Enter) -> None:
    """The operator asks companies of Cambodia for three papers more."""
    admin = enter("admin@demo.test")
    admin.menu("Merchants > Asked of companies")
    for paper in PAPERS:
        admin.page.get_by_label(f"Cambodia: {paper}").select_option(label="Required")
        form = admin.page.locator("form", has=admin.page.get_by_label(f"Cambodia: {paper}"))
        admin.click("Change", within=form)
        admin.said("It holds from now on.")
        expect(admin.page.get_by_label(f"Cambodia: {paper}")).to_have_value("required")
    admin.looks_fine()


def _what_is_missing(owner: Person) -> None:
    """The desk names what is missing; nobody applies before it was shown."""
    owner.menu("Sell")
    owner.looks_fine()
    for paper in PAPERS:
        expect(owner.row(paper)).to_contain_text("Missing")
    owner.click("Apply to sell")
    owner.said("Show this first")
    owner.click("See what is needed")
    for paper in PAPERS:
        _hand_in(owner, paper, "Hand in a paper")


def _hand_in(owner: Person, paper: str, act: str) -> None:
    owner.click(act, within=owner.row(paper))
    owner.looks_fine()
    owner.page.set_input_files("[name=file_id]", a_file("paper.png", "image/png", PIXEL))
    owner.click("Hand it in")
    owner.said("The paper is here. We look at it.")


def _judged(enter: Enter, owner: Person) -> None:
    """One is accepted, one rejected, one waived, neither of these without a reason; until then nobody approves."""
    judge = enter(MODERATOR)
    _decide(judge, COMPANY)
    judge.refused("Something that is required was not shown, or not accepted yet")
    _say(judge, "Tax certificate", "Accept")
    judge.looks_fine()
    _say(judge, "Registration as an exporter", "Reject")
    judge.refused("This field is needed.")
    judge.fill(reason="It is in another name.")
    judge.click("Note it")
    _say(judge, "Letter of the bank", "Waive")
    judge.refused("This field is needed.")
    judge.fill(reason="The bank writes it once the account is used.", until=f"{ENDS + timedelta(days=100)}")
    judge.click("Note it")
    for paper, state in zip(PAPERS, ("Accepted", "Rejected", "Waived"), strict=True):
        expect(judge.row(paper)).to_contain_text(state)
    owner.menu("Sell")
    expect(owner.row("Registration as an exporter")).to_contain_text("It is in another name.")
    expect(owner.row("Letter of the bank")).to_contain_text("The bank writes it once the account is used.")
    owner.looks_fine()


def _say(judge: Person, paper: str, verdict: str, *, company: str = COMPANY, reason: str = "") -> None:
    judge.menu("Merchants > Applications")
    judge.click(company)
    judge.click("Look at each item")
    judge.click("Say how it stands", within=judge.row(paper))
    judge.looks_fine()
    judge.page.get_by_label(verdict, exact=True).check()
    judge.fill(reason=reason)
    judge.click("Note it")


def _shown_again(enter: Enter, owner: Person) -> None:
    """Another paper takes the place of the rejected one; what was said of that one stays."""
    _hand_in(owner, "Registration as an exporter", "Hand in a new one")
    judge = enter(MODERATOR)
    _say(judge, "Registration as an exporter", "Accept")
    history = judge.page.locator("main table", has_text="What was said before")
    said = history.locator("tbody tr").filter(has_text="Registration as an exporter").all_inner_texts()
    assert ["Accepted" in said[0], "Rejected" in said[1], "another name" in said[1]] == [True, True, True]
    judge.looks_fine()


def _applied(owner: Person, company: str, until: str = f"{ENDS}") -> None:
    owner.menu("Sell")
    owner.click("Apply to sell")
    owner.fill(legal_name=company, registration_number=NUMBER, licence_until=until)
    owner.page.set_input_files("[name=licence_file_id]", a_file("licence.png", "image/png", PIXEL))
    owner.fill(currency="USD", country="KH", account_name=company, bank_name="Acleda Bank")
    owner.fill(account_number="0001 2345 6789", bic="ACLBKHPP")
    owner.looks_fine()
    owner.click("Apply", role="button")
    owner.said("Your application is being looked at.")


def _decided(enter: Enter, company: str) -> None:
    judge = enter(MODERATOR)
    _decide(judge, company)
    judge.said("Decided, and the company is told.")


def _decide(judge: Person, company: str) -> None:
    judge.menu("Merchants > Applications")
    judge.looks_fine()
    judge.click(company)
    judge.looks_fine()
    judge.page.get_by_label("Approve").check()
    judge.fill(reason="Number and licence agree.")
    judge.click("Decide")


def _first_offer(enter: Enter, owner: Person) -> None:
    """It writes its first listing; on the shelf stands who looked at the company, at what, and until when."""
    owner.menu("Selling > My listings")
    owner.click("New listing")
    owner.fill(sku="MK-1", title=GOODS, hs="73151900", currency="USD", price="2.10", moq="100", multiple="50")
    owner.fill(carton_units="50", carton_l="40", carton_w="30", carton_h="20", gross_kg="21", net_kg="20", stock="400")
    owner.click("Write the draft")
    owner.click("Hand in for review")
    judge = enter(MODERATOR)
    judge.menu("Reviews")
    judge.click(GOODS)
    judge.page.get_by_label("Approve").check()
    judge.click("Decide")
    owner.menu("Selling > My listings")
    owner.click(GOODS)
    owner.click("See it on the shelf")
    owner.click(COMPANY)
    checked = owner.page.locator("main section", has_text="What the city has verified")
    for said in (COMPANY, "Cambodia", f"{ENDS.day}", f"{ENDS.year}", "Demo City Operating Co."):
        expect(checked).to_contain_text(said)
    owner.looks_fine()


def _somebody_known_joins(enter: Enter, owner: Person) -> None:
    """A buyer of another company is invited at his address: he keeps name and password, and acts for either."""
    _invited(owner, BUYER)
    owner.looks_fine()
    guest = enter()
    guest.page.goto(link_sent(enter, f"{COMPANY}", "/invitations/"))
    guest.said(f"Join {COMPANY}")
    guest.said("You have an account here already")
    guest.looks_fine()
    guest.click("Join", role="button")
    guest.said("You have joined. Log in to begin.")
    guest.fill(login=BUYER, password=PASSWORD)
    guest.click("Log in", role="button")
    guest.page.goto(guest.sight.address + "/account")
    guest.fill(company_id=guest.option("company_id", COMPANY))
    guest.click("Act for this company")
    guest.menu("Selling > My listings")
    guest.said(GOODS)


def _twin_is_turned_away(enter: Enter) -> None:
    """Another company gives the same number: it is not approved; who belongs to a company decides nothing about it."""
    twin = registered(
        enter, company_name=TWIN, country="KH", registration_number=NUMBER, person_name="Vanna Chea", login=TWIN_OWNER
    )
    twin.menu("Sell")
    for paper in PAPERS:
        _hand_in(twin, paper, "Hand in a paper")
    _applied(twin, TWIN, until="")
    judge = enter(MODERATOR)
    for paper in PAPERS:
        _say(judge, paper, "Accept", company=TWIN)
    _decide(judge, TWIN)
    judge.refused("sells under this registration number")
    judge.said(f"{COMPANY} applied with the same registration number.")
    judge.looks_fine()
    _invited(twin, MODERATOR)
    guest = enter()
    guest.page.goto(link_sent(enter, TWIN, "/invitations/"))
    guest.click("Join", role="button")
    _say(judge, "Tax certificate", "Reject", company=TWIN, reason="It is mine.")
    judge.refused("Nobody decides about a company of their own.")
    judge.said("This is not yours to do")
    judge.looks_fine()


def _invited(owner: Person, login: str) -> None:
    owner.page.goto(owner.sight.address + "/account")
    owner.fill(login=login)
    owner.page.get_by_label("Sales").check()
    owner.click("Invite")
    owner.said(login)


def _licence_ends(city: City, enter: Enter) -> None:
    """The licence ends soon, then is over: it is flagged, and the company sells on."""
    judge = enter(MODERATOR)
    judge.menu("Merchants > Papers to look at")
    expect(judge.row(COMPANY, "Business licence")).to_contain_text("ends soon")
    city.stop()
    city.start(clock_offset=21 * 24 * 3600)
    later = enter()
    later.click("Log in", within="header")
    later.fill(login=OWNER, password=PASSWORD)
    later.click("Log in", role="button")
    later.menu("Selling > Sell")
    later.said("Approved")
    expect(later.row("Business licence")).to_contain_text("You sell on meanwhile.")
    later.looks_fine()
    later.menu("Products")
    later.menu("Selling > My listings")
    later.click(GOODS)
    later.click("See it on the shelf")
    later.said(GOODS)
