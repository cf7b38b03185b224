"""Money by hand: approved inside the company, paid in parts, a line rejected, units let off, claimed about, paid out.

Every step is a click on a page: the buyer's people on phones, the merchant and the operator's at desks.
"""

import io
import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.people import PIXEL, Enter, Person, a_file, choose_way, joined, photograph
from tests.browser.served import City
from tests.browser.trading import Bought, at_departure, at_its_end, bought, found_by_search, on_its_way, opened
from tests.support.bank import Booked, Day, camt053

pytestmark = pytest.mark.browser

MERCHANT = "Demo Chongqing Motor Parts Co."
PURCHASER = "purchaser@hanoi.test"
CHAIN, PADS = "Motorcycle chain 428H, 116 links", "Front brake pads, 125 cc"


@pytest.mark.slow
def test_a_purchase_by_hand_from_its_approval_to_its_last_cent(city: City, enter: Enter) -> None:
    leader = enter("buyer@demo.test", phone=True)
    purchaser = joined(enter, leader, PURCHASER, "Thu Ha", "Purchasing")
    _rule_is_made(leader)
    case = _asked_for(purchaser)
    _nobody_approves_his_own(purchaser, case)
    _decided(leader, case)
    order = _ordered(purchaser, case)
    _confirmed_without_the_pads(enter, order)
    _paid_in_two_parts(enter, order)
    _fewer_are_agreed_on(enter, purchaser, order)
    _brought(enter, order)
    _received_with_faults(leader, order)
    _claim_is_decided(enter, leader)
    _statement_brings_the_rest(enter, leader)
    _papers_name_the_purchase(leader, order)
    checked = city.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _day() -> date:
    return datetime.now(UTC).date()


def _today() -> str:
    return f"{_day()}"


def _rule_is_made(leader: Person) -> None:
    leader.menu("Approvals")
    leader.click("Rules and limits")
    leader.click("Add a rule")
    leader.looks_fine()
    leader.fill(name="Everything above a thousand", currency="CNY")
    leader.page.locator("[name='bands.0.from']").fill("1000")
    leader.page.locator("[name='bands.0.steps.0.roles']").first.check()
    leader.click("Save")
    leader.said("Everything above a thousand")
    leader.looks_fine()


def _asked_for(purchaser: Person) -> str:
    for goods, words, quantity in ((CHAIN, "motorcycle chain 428H", "2400"), (PADS, "brake pads 125", "2000")):
        found_by_search(purchaser, goods, words=words)
        purchaser.fill(quantity=quantity, to="VNHAN")
        purchaser.click("Show price and lorries")
        purchaser.press(purchaser.page.get_by_role("button", name="into the cart"))
    purchaser.fill(to="VNHAN")
    purchaser.click("Set destination")
    purchaser.click("Check out")
    purchaser.fill(purchase_order_number="PO-2026-118")
    purchaser.page.locator("input[value='bank deposit_30_70']").first.check()
    purchaser.click("Place the orders")
    purchaser.said("approv")
    return re.findall(r"\bAPR-\w{4}-\w{4}", purchaser.page.locator("main").inner_text())[0]


def _nobody_approves_his_own(purchaser: Person, case: str) -> None:
    purchaser.menu("Approvals")
    purchaser.click("Mine")
    purchaser.click(case)
    expect(purchaser.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)


def _decided(leader: Person, case: str) -> None:
    leader.menu("Approvals")
    leader.click(case)
    leader.looks_fine()
    leader.said("The rule “Everything above a thousand” asks for it.")
    leader.fill(note="Within the budget of the quarter.")
    leader.click("Approve", role="button")
    leader.said("Approved")


def _ordered(purchaser: Person, case: str) -> Bought:
    purchaser.menu("Approvals")
    purchaser.click("Mine")
    purchaser.click(case)
    purchaser.click("Order it now")
    purchaser.looks_fine()
    assert purchaser.page.locator("[name=purchase_order_number]").input_value() == "PO-2026-118"
    purchaser.click("Place the orders")
    purchaser.said("Thank you. Your orders are placed.")
    return bought(purchaser, MERCHANT)


def _confirmed_without_the_pads(enter: Enter, order: Bought) -> None:
    merchant = enter("merchant@demo.test")
    opened(merchant, order)
    merchant.said("PO-2026-118")
    merchant.click("Confirm without some lines")
    merchant.looks_fine()
    line = merchant.page.locator("main .field", has_text=PADS)
    line.get_by_role("checkbox").check()
    line.get_by_role("combobox").select_option("out_of_stock")
    merchant.click("Confirm the rest")
    merchant.said("Rejected by the merchant")
    merchant.looks_fine()


def _paid_in_two_parts(enter: Enter, order: Bought) -> None:
    """Two transfers for the deposit, the second 8 yuan too much; a slip beside the first."""
    leader, merchant = enter("buyer@demo.test", phone=True), enter("merchant@demo.test")
    leader.menu("Money > To pay")
    leader.press(leader.row("18,720.00").get_by_role("link").first)
    leader.page.set_input_files("[name=file]", a_file("slip.png", "image/png", PIXEL))
    leader.click("Hand in the slip")
    leader.said("Slip received")
    for shown, part, state in (("Slip received", "10000.00", "Part paid"), ("Part paid", "8728.00", "Paid")):
        merchant.menu("Money > Money received")
        merchant.press(merchant.row("18,720.00", shown).get_by_role("link").first)
        merchant.fill(amount=part, received_on=_today())
        merchant.click("Confirm", role="button")
        expect(merchant.page.locator("main .page-head")).to_contain_text(state)
    merchant.said("Paid too much")
    merchant.looks_fine()
    opened(leader, order)
    leader.said("Confirmed")


def _fewer_are_agreed_on(enter: Enter, purchaser: Person, order: Bought) -> None:
    opened(purchaser, order)
    purchaser.click("Changes")
    purchaser.click("Fewer units")
    purchaser.fill(quantity="240")
    purchaser.looks_fine()
    purchaser.click("See what it comes to")
    purchaser.said("Total of the order then")
    purchaser.looks_fine()
    purchaser.click("Propose the change")
    merchant = enter("merchant@demo.test")
    opened(merchant, order)
    merchant.looks_fine()
    merchant.click("Accept the change")
    merchant.said("The change is accepted.")
    merchant.said("56,160.00")  # 2,160 at 26 yuan


def _brought(enter: Enter, order: Bought) -> None:
    """Packed, counted at the hub, paid, carried over the border."""
    merchant, hub = enter("merchant@demo.test"), enter("logistics@demo.test")
    merchant.menu("Selling > To pack and hand over")
    merchant.click("Pack", within=merchant.row(order.reference))
    assert merchant.page.locator("[name=cartons]").input_value() == "54"
    merchant.click("Pack", role="button")
    merchant.said("0 of 54 at the hub")
    opened(merchant, order)
    (order.departure,) = set(re.findall(r"DEP-\w{4}-\w{4}", merchant.page.locator("main").inner_text()))
    at_departure(enter, order)
    hub.click("Take in", role="link")
    hub.fill(cartons_received="54", gross_kg="2376", m3="1.43")
    hub.click("Take in", role="button")
    hub.said("Taken in, counted, weighed and measured.")
    on_its_way(enter, order)
    hub.click("Arrived at the border", role="button")
    hub.click("Cleared, crosses", role="button")
    at_its_end(hub)


def _received_with_faults(leader: Person, order: Bought) -> None:
    """Counted at the door, a photograph beside the claim, the rest accepted."""
    opened(leader, order)
    leader.click("Count what arrived")
    leader.fill(cartons="54")
    leader.looks_fine()
    leader.click("Record the receipt")
    leader.said("Written down. Thank you for counting.")
    leader.click("Something is wrong with these goods")
    leader.fill(reason="defective", quantity="40", text="Links that were never riveted.")
    leader.page.set_input_files("main [type=file]", [a_file("links.jpg", "image/jpeg", photograph("#7a4a2a"))])
    leader.looks_fine()
    leader.click("Make the claim")
    leader.said("Negotiating")
    leader.said("links.jpg")
    leader.looks_fine()
    opened(leader, order)
    leader.click("Accept the goods")
    leader.said("The goods are accepted.")
    leader.looks_fine()


def _claim_is_decided(enter: Enter, leader: Person) -> None:
    """The merchant offers too little, the buyer calls the operator, who looks at both sides and decides."""
    merchant, judge = enter("merchant@demo.test"), enter("finance@demo.test")
    _the_claim(merchant, "Claims")
    answer = merchant.page.locator("form[action$='/answer']")
    answer.locator("[name=amount]").fill("100.00")
    answer.locator("[name=text]").fill("A few loose links are within the standard.")
    merchant.click("Make the offer")
    merchant.said("A few loose links are within the standard.")
    merchant.looks_fine()
    _the_claim(leader, "Claims")
    leader.looks_fine()
    leader.click("Ask the operator to decide")
    leader.said("The operator decides now.")
    _the_claim(judge, "Claims to decide")
    assert judge.take("links.jpg").startswith(b"\xff\xd8")
    decision = judge.page.locator("form[action$='/decision']")
    decision.locator("[name=amount]").fill("520.00")
    decision.locator("[name=text]").fill("Half of the links failed in the photographs.")
    judge.looks_fine()
    judge.click("Decide", role="button")
    judge.said("The claim is decided.")
    leader.page.reload()
    leader.said("520.00")
    assert leader.take("Everything as one ZIP").startswith(b"PK")


def _the_claim(person: Person, entry: str) -> None:
    person.menu(entry)
    person.press(person.page.locator("main tbody tr").first.get_by_role("link").first)


def _statement_brings_the_rest(enter: Enter, leader: Person) -> None:
    """The merchant's bank statement settles the balance by its reference, once; money without a name waits."""
    leader.menu("Money > To pay")
    leader.press(leader.row("36,920.00").get_by_role("link").first)
    (reference,) = set(re.findall(r"RF\w{10,}", leader.page.locator("main").inner_text()))
    rest = Booked(3_692_000, text=f"goods {reference}", reference="B-1", party="DEMO HANOI TRADING CO")
    day = Day(_day(), "6222000000000000001", (rest, Booked(7_700, text="?", reference="B-2")), opening=100)
    merchant = enter("merchant@demo.test")
    for new in ("2", "0"):
        _brought_in(merchant, "statement.xml", camt053(day))
        merchant.said(f"New entries taken in: {new}.")
    merchant.looks_fine()
    _brought_in(merchant, "statement.xml", b"<Document>")
    merchant.refused("This XML cannot be read")
    merchant.menu("Money > Money received")
    unmatched = merchant.page.locator("main section", has_text="Money without a payment").first
    expect(unmatched).to_contain_text("77.00")
    expect(merchant.row("36,920.00")).to_contain_text("Paid")
    merchant.menu("Money > Owed directly")
    # What the claim won was taken off what was still to be paid; what was paid too much goes back.
    merchant.say_yes("It is returned", within=merchant.row("8.00"))
    leader.menu("Money > Owed directly")
    leader.say_yes("It has come", within=leader.row("8.00"))


def _brought_in(person: Person, name: str, content: bytes) -> None:
    person.menu("Money > Bank statements")
    person.page.set_input_files("main [name=file]", [a_file(name, "application/octet-stream", content)])
    person.click("Bring in", role="button")


def _papers_name_the_purchase(leader: Person, order: Bought) -> None:
    """The papers of both sides carry the buyer's own number, and a mistake is mended by a note."""
    opened(leader, order)
    papers = leader.page.locator("main section", has=leader.page.get_by_role("heading", name="Documents"))
    in_force = papers.locator("ul.papers").first.get_by_role("link")
    found: dict[str, str] = {}
    for kind, href in [(link.inner_text(), link.get_attribute("href")) for link in in_force.all()]:
        opened(leader, order)
        leader.press(papers.locator(f"a[href='{href}']"))
        found[kind] = found.get(kind, "") + _words(leader.take("Download the PDF"))
    for kind in ("Sales contract", "Freight contract", "Packing list", "Commercial invoice", "Credit note"):
        assert "PO-2026-118" in found[kind], kind
    assert "56,160.00" in found["Sales contract"]
    assert "56,160.00" in found["Commercial invoice"]
    assert {"11,200.00", "6,240.00", "520.00"} <= set(re.findall(r"[\d,]+\.\d\d", found["Credit note"]))


def _words(paper: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages).replace("\u00a0", " ")


def test_the_operators_money_by_hand(city: City, enter: Enter) -> None:
    """Card money is paid out, sent back by a bank, gathered again; a stranger's money goes home."""
    buyer, merchant = enter("buyer2@demo.test", phone=True), enter("merchant@demo.test")
    finance, second = enter("finance@demo.test"), enter("finance2@demo.test")
    order = _ordered_by_card(buyer)
    opened(merchant, order)
    merchant.click("Confirm the order")
    _paid_out_and_returned(finance)
    _strangers_money_goes_home(finance, second)
    checked = city.command("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _ordered_by_card(buyer: Person) -> Bought:
    found_by_search(buyer, PADS, words="brake pads 125")
    buyer.fill(quantity="2000", to="VNHAN")
    buyer.click("Show price and lorries")
    buyer.press(buyer.page.get_by_role("button", name="into the cart"))
    buyer.fill(to="VNHAN")
    buyer.click("Set destination")
    buyer.click("Check out")
    choose_way(buyer.page, "card deposit_30_70")
    buyer.click("Place the orders")
    for more in (True, False):
        buyer.page.get_by_label("Test card that pays").check()
        buyer.press(buyer.page.get_by_role("button", name=re.compile("^Pay")))
        if more:
            buyer.said("One more payment")
            buyer.looks_fine()
            buyer.click("Go to the payment page")
    buyer.said("Thank you. Your orders are placed.")
    return bought(buyer, MERCHANT)


def _paid_out_and_returned(finance: Person) -> None:
    """30 % of 11,200 less three per cent; what the bank sends back is due once more."""
    finance.menu("Money > Payouts")
    finance.click("Gather what was released")
    first = finance.row("3,259.20")
    finance.click("Approve", within=first)
    assert b"3259.20" in finance.take("Instruction file", within=finance.row("3,259.20"))
    assert b"pain.001.001.09" in finance.take("pain.001", within=finance.row("3,259.20"))
    finance.tell_of_bank("Returned", within=finance.row("3,259.20"))
    expect(finance.row("3,259.20", "Returned")).to_be_visible()
    finance.click("Gather what was released")
    finance.looks_fine()
    finance.click("Approve", within=finance.row("3,259.20", "Due"))
    finance.tell_of_bank("Settled", within=finance.row("3,259.20", "Sent"))
    expect(finance.row("3,259.20", "Settled")).to_be_visible()


def _strangers_money_goes_home(finance: Person, second: Person) -> None:
    """Two people send back what nobody knows: the one who proposed it cannot agree to it."""
    stranger = Booked(30_000, text="unknown", reference="H-2", party="A STRANGER", account="998877", bic="DEMOCN22")
    day = Day(_day(), "6222000000000000004", (stranger,), opening=500_000)
    _brought_in(finance, "house.xml", camt053(day))
    finance.said("Unmatched")
    finance.menu("Money > The house's bank")
    finance.said("5,300.00")
    finance.press(finance.page.locator("main summary", has_text="Say what it is for"), stays=True)
    finance.page.locator("main [name=what]").first.select_option(label="Back to the account it came from")
    finance.fill(bic="DEMOCN22", bank_name="Demo Bank")
    finance.click("Write down")
    expect(finance.page.get_by_role("button", name="Agree", exact=True)).to_have_count(0)
    second.menu("Money > The house's bank")
    second.looks_fine()
    second.click("Agree")
    second.said("Goes back to its sender")
    expect(second.row("A STRANGER")).to_contain_text("Approved")
