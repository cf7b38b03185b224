"""From a new company to settled money, by hand: every step is a click on a page, the buyer's on a phone.

The figures are those of ``tests/functional/test_whole_path.py``: two merchants, two price bases, two currencies, both
rails; a balance 130 CNY short, money without a name, three cartons missing at the hub, 26 hours at the border.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import PIXEL, Enter, Person, a_file, choose_way, joined, photograph, registered
from tests.browser.served import City, seeded
from tests.browser.trading import Bought, at_departure, at_its_end, bought, found_by_search, on_its_way, opened
from tests.conftest import Database
from tests.support.sheets import row, table, workbook

pytestmark = pytest.mark.browser

SELLER, COLLEAGUE = "owner@chains.test", "colleague@chains.test"
COMPANY = "Yubei Roller Chain Co."
CHAIN = "Roller chain 428H, riveted"


@pytest.fixture
def city(database: Database, tmp_path: Path) -> Iterator[City]:
    """A demo city of this test's own."""
    made = seeded(database, tmp_path, extent="start")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_the_city_trades_by_hand(city: City, enter: Enter) -> None:
    number = "91110000600037341L"
    seller = registered(
        enter, company_name=COMPANY, country="CN", registration_number=number, person_name="Lan Chen", login=SELLER
    )
    _colleague_joins(enter, seller)
    _admitted(enter, seller)
    _goods_are_offered(enter, seller)
    chains, fruit = _ordered(enter)
    _confirmed(enter, seller, chains, fruit)
    _deposit_comes(enter, seller, chains)
    _packed(enter, seller, chains, fruit)
    _handed_over(enter, chains, fruit)
    _balance_comes_short(enter, seller, chains)
    _carried(city, enter, chains, fruit)
    _received(enter, chains, fruit)
    _paid_out(enter)
    _papers_and_books(enter, seller, chains)
    checked = city.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_goods_are_bought_and_sold_without_scripts(enter: Enter) -> None:
    buyer = enter("buyer@demo.test", phone=True, scripts=False)
    buyer.menu("Departures")
    buyer.said("Open for booking")
    found_by_search(buyer, "Front brake pads, 125 cc", words="brake pads 125")
    buyer.fill(quantity="2000", to="VNHAN")
    buyer.click("Show price and lorries")
    buyer.said("Lorries that take it")
    buyer.press(buyer.page.get_by_role("button", name="into the cart"))
    buyer.fill(to="VNHAN")
    buyer.click("Set destination")
    buyer.click("Check out")
    buyer.page.locator("input[value='bank acceptance_100']").check()
    buyer.click("Place the orders")
    buyer.said("Thank you. Your orders are placed.")
    order = bought(buyer, "Demo Chongqing Motor Parts Co.")
    merchant = enter("merchant@demo.test", scripts=False)
    merchant.menu("Orders")
    merchant.click(order.reference)
    merchant.click("Confirm the order")
    merchant.said("The order is confirmed.")
    opened(buyer, order)
    buyer.said("Confirmed")


def _colleague_joins(enter: Enter, owner: Person) -> None:
    colleague = joined(enter, owner, COLLEAGUE, "Bo Li", "Sales")
    colleague.page.wait_for_url("**/orders")
    colleague.page.goto(colleague.page.url.replace("/orders", "/account"))
    colleague.said(COMPANY)


def _admitted(enter: Enter, owner: Person) -> None:
    """It shows its licence, and somebody of the operator's lets it sell."""
    owner.menu("Sell")
    owner.click("Apply to sell")
    owner.fill(legal_name=COMPANY, registration_number="91110000600037341L")
    owner.page.set_input_files("[name=licence_file_id]", a_file("licence.png", "image/png", PIXEL))
    owner.fill(currency="CNY", country="CN", account_name=COMPANY, bank_name="Bank of China")
    owner.fill(account_number="6217 0000 1234 5678", bic="BKCHCNBJ")
    owner.click("Apply", role="button")
    owner.said("Your application is being looked at.")
    moderator = enter("moderator@demo.test")
    moderator.menu("Merchants")
    moderator.click(COMPANY)
    assert moderator.take("Open the licence").startswith(PIXEL[:8])
    moderator.page.get_by_label("Approve").check()
    moderator.fill(reason="Licence and number agree.")
    moderator.click("Decide")
    moderator.said("Decided, and the company is told.")
    owner.menu("Selling")
    owner.said("Approved")


def _goods_are_offered(enter: Enter, owner: Person) -> None:
    """A price list of two good rows and a bad one, and a listing written by hand."""
    chain = row(
        sku="YB-428H", title=CHAIN, hs="73151100", moq=120, price=27.4, carton_l=40, carton_w=30, carton_h=22,
        gross_kg=44, net_kg=42.8, stock=12_000, description="Riveted, with a spare link.",
        **{"price@500": None, "price@480": 26, "price@4800": 23.125},
    )  # fmt: skip
    lines = table(
        [chain, {**chain, "sku": "YB-520", "title": "Roller chain 520"}, {**chain, "sku": "YB-X", "price": -1}]
    )
    owner.menu("Selling > Bring a price list")
    sheet = workbook(lines, title="Price list of the year", merge=("A1:F1",))
    owner.page.set_input_files("[name=file]", a_file("prices.xlsx", "application/vnd.ms-excel", sheet))
    owner.click("Bring in")
    expect(owner.page.get_by_role("button", name="Write the good rows")).to_be_visible(timeout=30_000)
    expect(owner.row("YB-X")).to_contain_text("price")
    assert owner.take("Rows that need mending (XLSX)").startswith(b"PK")
    owner.click("Write the good rows")
    expect(owner.page.locator("main .page-head")).to_contain_text("Done", timeout=30_000)

    owner.menu("Selling > My listings")
    owner.click("New listing")
    assert owner.page.locator("[name=currency]").input_value() == "CNY"
    assert owner.page.locator("[name=origin]").input_value() == "CN"
    owner.fill(sku="YB-TOOL", title="Chain breaker", hs="82055900", price="18.50", moq="50", multiple="50")
    owner.fill(carton_units="50", carton_l="40", carton_w="30", carton_h="20", gross_kg="21", net_kg="20", stock="400")
    owner.click("Write the draft")
    owner.said("The listing is written as a draft.")
    owner.page.set_input_files("[name=file]", a_file("tool.jpg", "image/jpeg", photograph("#7a8a6a")))
    owner.click("Add the picture")
    expect(owner.page.locator("main img[src*='/pictures/']").first).to_be_visible()
    owner.click("Hand in for review")
    owner.said("Submitted")

    moderator = enter("moderator@demo.test")
    for goods in (CHAIN, "Roller chain 520", "Chain breaker"):
        moderator.menu("Reviews")
        moderator.click(goods)
        moderator.page.get_by_label("Approve").check()
        moderator.click("Decide")
        moderator.said("Decided. The merchant is told.")


def _ordered(enter: Enter) -> tuple[Bought, Bought]:
    """On a phone: one merchant's goods by search, the other's from the shelf; bank for yuan, card for baht."""
    buyer = enter("buyer@demo.test", phone=True)
    found_by_search(buyer, CHAIN)
    buyer.looks_fine()
    buyer.fill(quantity="2400", to="VNHAN")
    buyer.click("Show price and lorries")
    buyer.said("Lorries that take it")
    buyer.looks_fine()
    buyer.press(buyer.page.get_by_role("button", name="into the cart"))
    buyer.said("62,400.00")
    buyer.menu("Products")
    buyer.press(buyer.page.locator("main summary", has_text="Filters"), stays=True)
    buyer.page.get_by_label("Fresh fruit").check()
    buyer.click("Apply filters")
    buyer.click("Durian Monthong, grade A")
    buyer.press(buyer.page.get_by_role("button", name="into the cart"))
    buyer.fill(to="VNHAN")
    buyer.click("Set destination")
    for said in ("62,400.00", "302,400.00", "freight included in the price", "Demo Hanoi Trading Co."):
        buyer.said(said)
    buyer.looks_fine()
    buyer.click("Check out")
    buyer.said("How this order is paid")
    buyer.looks_fine()
    for merchant, way in ((COMPANY, "bank deposit_30_70"), ("Demo Chanthaburi Fruit Co.", "card acceptance_100")):
        sheet = buyer.page.locator("main section", has=buyer.page.get_by_role("heading", name=merchant))
        choose_way(sheet, way)
    buyer.click("Place the orders")
    buyer.page.get_by_label("Test card that pays").check()
    buyer.press(buyer.page.get_by_role("button", name=re.compile("^Pay")))
    buyer.said("Thank you. Your orders are placed.")
    buyer.looks_fine()
    found = [bought(buyer, merchant) for merchant in (COMPANY, "Demo Chanthaburi Fruit Co.")]
    return found[0], found[1]


def _confirmed(enter: Enter, seller: Person, chains: Bought, fruit: Bought) -> None:
    for merchant, order in ((seller, chains), (enter("merchant2@demo.test"), fruit)):
        merchant.menu("Orders")
        merchant.click(order.reference)
        merchant.click("Confirm the order")
        merchant.said("The order is confirmed.")


def _deposit_comes(enter: Enter, seller: Person, chains: Bought) -> None:
    """The buyer hands a slip in, the merchant looks at the bank and confirms."""
    _slip_handed_in(enter, "18,720.00")
    _money_confirmed(seller, "18,720.00", "18720.00")
    buyer = enter("buyer@demo.test", phone=True)
    opened(buyer, chains)
    buyer.said("Confirmed")
    buyer.looks_fine()


def _slip_handed_in(enter: Enter, amount: str) -> None:
    buyer = enter("buyer@demo.test", phone=True)
    buyer.menu("Money > To pay")
    buyer.press(buyer.row(amount, "CNY").get_by_role("link").first)
    buyer.said("6217")
    buyer.page.set_input_files("[name=file]", a_file("slip.png", "image/png", PIXEL))
    buyer.click("Hand in the slip")
    buyer.said("Slip received")
    buyer.looks_fine()


def _money_confirmed(seller: Person, shown: str, amount: str) -> None:
    seller.menu("Money > Money received")
    seller.press(seller.row(shown, "Slip received").get_by_role("link").first)
    seller.fill(amount=amount, received_on=f"{datetime.now(UTC):%Y-%m-%d}")
    seller.click("Confirm", role="button")
    seller.said("Paid")


def _packed(enter: Enter, seller: Person, chains: Bought, fruit: Bought) -> None:
    for merchant, order, cartons in ((seller, chains, "60"), (enter("merchant2@demo.test"), fruit, "100")):
        merchant.menu("Selling > To pack and hand over")
        merchant.click("Pack", within=merchant.row(order.reference))
        assert merchant.page.locator("[name=cartons]").input_value() == cartons
        merchant.click("Pack", role="button")
        merchant.said(f"0 of {cartons} at the hub")


def _handed_over(enter: Enter, chains: Bought, fruit: Bought) -> None:
    """The hub counts: three cartons are missing."""
    buyer = enter("buyer@demo.test", phone=True)
    for order in (chains, fruit):
        opened(buyer, order)
        (order.departure,) = set(re.findall(r"DEP-\w{4}-\w{4}", buyer.page.locator("main").inner_text()))
    for order, counted in ((chains, ("57", "2508", "1.51")), (fruit, ("100", "1900", "4.2"))):
        hub = at_departure(enter, order)
        hub.click("Take in", role="link")
        cartons, kilograms, volume = counted
        hub.fill(cartons_received=cartons, gross_kg=kilograms, m3=volume)
        hub.click("Take in", role="button")
        hub.said("Taken in, counted, weighed and measured.")
    opened(buyer, chains)
    buyer.said("2,280")
    buyer.said("120")


def _balance_comes_short(enter: Enter, seller: Person, chains: Bought) -> None:
    """The balance is 130 yuan short, which banks kept; a third transfer says nothing of what it is for."""
    _slip_handed_in(enter, "43,680.00")
    _money_confirmed(seller, "43,680.00", "43550.00")
    seller.said("Kept by banks on the way")
    seller.said("130.00")
    seller.menu("Money > Money received")
    seller.fill(amount="500.00", currency="CNY", received_on=f"{datetime.now(UTC):%Y-%m-%d}")
    seller.click("Record", role="button")
    unmatched = seller.page.locator("main section", has_text="Money without a payment").first
    expect(unmatched).to_contain_text("500.00")


def _carried(city: City, enter: Enter, chains: Bought, fruit: Bought) -> None:
    """The fruit over two borders, then the chains over one, where their lorry waits for 26 hours."""
    hub = on_its_way(enter, fruit)
    for act in ("Arrived at the border", "Cleared, crosses") * 2:
        hub.click(act, role="button")
    at_its_end(hub)
    hub = on_its_way(enter, chains)
    hub.click("Arrived at the border", role="button")
    hub.said("still waiting")
    city.stop()
    city.start(clock_offset=26 * 3600)
    hub.click("Cleared, crosses", role="button")
    hub.said("26 hours")
    at_its_end(hub)


def _received(enter: Enter, chains: Bought, fruit: Bought) -> None:
    """On the phone: the timeline, the count at the door, acceptance, and a claim for a defect found later."""
    buyer = enter("buyer@demo.test", phone=True)
    for order, cartons in ((chains, "57"), (fruit, "100")):
        opened(buyer, order)
        for axis in ("Goods", "Transport", "Money", "Customs"):
            expect(buyer.page.get_by_role("heading", name=re.compile(f"^{axis}"), level=3)).to_be_visible()
        buyer.looks_fine()
        if order is chains:
            buyer.said("crossed after 26 hours")
        buyer.click("Count what arrived")
        buyer.fill(cartons=cartons)
        buyer.looks_fine()
        buyer.click("Record the receipt")
        buyer.said("Written down. Thank you for counting.")
        buyer.click("Accept the goods")
        buyer.said("Completed")
        buyer.looks_fine()
    opened(buyer, chains)
    buyer.click("Something is wrong with these goods")
    buyer.fill(reason="defective", quantity="40", text="Rivets that were never pressed.")
    buyer.looks_fine()
    buyer.click("Make the claim")
    buyer.said("Negotiating")
    buyer.looks_fine()


def _paid_out(enter: Enter) -> None:
    """The provider pays the merchant: two people approve, the file goes out, the money arrives."""
    first, second = enter("finance@demo.test"), enter("finance2@demo.test")
    first.menu("Money > Payouts")
    first.click("Gather what was released")
    amount = "293,328.00"  # the goods less three per cent
    for person in (first, second):
        person.menu("Money > Payouts")
        person.click("Approve", within=person.row(amount))
    first.menu("Money > Payouts")
    assert b"293328.00" in first.take("Instruction file", within=first.row(amount))
    first.tell_of_bank("Settled", within=first.row(amount))
    expect(first.row(amount)).to_contain_text("Settled")
    first.menu("Money > Ledger")
    expect(first.page.locator("main")).to_contain_text("9,072.00")


def _papers_and_books(enter: Enter, seller: Person, chains: Bought) -> None:
    """Every paper comes as a PDF, and the merchant's statement as a table."""
    buyer = enter("buyer@demo.test", phone=True)
    opened(buyer, chains)
    papers = buyer.page.locator("main section", has=buyer.page.get_by_role("heading", name="Documents"))
    links = [link.get_attribute("href") for link in papers.get_by_role("link").all()]
    titles = " ".join(papers.get_by_role("link").all_inner_texts())
    for kind in ("Pro-forma invoice", "Sales contract", "Freight contract", "Packing list", "Commercial invoice"):
        assert kind in titles
    for href in links:
        opened(buyer, chains)
        buyer.press(papers.locator(f"a[href='{href}']"))
        assert buyer.take("Download the PDF").startswith(b"%PDF")
    seller.menu("Money > Statement")
    seller.fill(currency="CNY")
    seller.click("Show")
    expect(seller.page.locator("main")).to_contain_text("1,778.40")  # 3 % of the 2,280 accepted
    assert b"1778.40" in seller.take("As a table (CSV)")
