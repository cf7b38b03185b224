"""The pages of what the operator's trading company sells: who the seller is, and whose price is shown to whom."""

import re
from io import BytesIO

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.documents import pdf_of
from tests.support.pdfs import pdf
from tests.support.samples import OFFER, offer
from tests.support.trading import BANK, House
from tests.support.visitors import visitor
from tests.support.ways import Way


@pytest.fixture
def house(app, call, market):
    return House(app, call, market)


def test_it_is_named_agreed_bought_and_paid_in_the_browser(app, house, call, market):
    office, treasurer = visitor(app, house.office), visitor(app, house.treasurer)
    assert "None: the operator sells nothing" in office.open("/operator/trading")
    office.send("/operator/trading/company", {"company_id": "city trading"})
    office.open("/operator/trading")
    offer = {"merchant_id": "jialing", "margin_percent": "5", "words": "As agreed."}
    for wrong, field in (
        ({"margin_percent": "90"}, "margin_percent"),
        ({"margin_percent": "2.505"}, "margin_percent"),
        ({"merchant_id": str(market.buyer.company)}, "merchant_id"),
        ({"merchant_id": str(house.trader.company)}, "merchant_id"),
        ({"merchant_id": "Nobody Ltd."}, "merchant_id"),
        ({"merchant_id": "a"}, "merchant_id"),
    ):
        refused = office.send("/operator/trading/agreements", offer | wrong, 422)
        assert office.refused_fields() == {field}
        assert 'value="As agreed."' in refused.text
        office.open("/operator/trading")
    office.send("/operator/trading/company", {"company_id": "Nobody Ltd."}, 422)
    assert office.refused_fields() == {"company_id"}
    office.open("/operator/trading")
    office.send("/operator/trading/agreements", offer)
    seller = visitor(app, market.merchant)
    assert "As agreed." in seller.open("/merchant/trading")
    answer = re.search(r'action="(/merchant/trading/[^"]+/answer)"', seller.shown)[1]
    seller.send(answer, {"agree": "true"})
    assert "Agreed" in seller.open("/merchant/trading")

    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    buyer = visitor(app, market.buyer)
    shown = buyer.open("/checkout")
    assert "Bought of City Trading, by bank transfer" in shown
    assert "Your contract is with City Trading" in shown
    key = cart["bundles"][0]["key"]
    totals = [f"{one['kind']} {one['amount']} {one['currency']}" for one in cart["totals"]]
    placed = buyer.send("/checkout", {"total": totals, f"payment.{key}": "bank deposit_30_70 operator_sells"})
    order_id = re.search(r"/orders/([0-9a-f-]{36})", buyer.open(placed.headers["Location"]))[1]

    assert "The seller is City Trading" in buyer.open(f"/orders/{order_id}")
    assert "Next: pay by bank transfer" in buyer.shown
    assert "10,960.00" in buyer.shown
    assert "10,412.00" not in buyer.shown
    sold = seller.open(f"/orders/{order_id}")
    assert "You sell these goods to City Trading" in sold
    assert "10,412.00" in sold
    assert "10,960.00" not in sold
    assert "10,412.00" in seller.open("/orders?side=merchant")

    treasurer.open("/operator/trading")
    confirm = re.search(r'action="(/operator/trading/payments/[^"]+/confirmation)"', treasurer.shown)[1]
    treasurer.send(confirm, {"amount": "3288.00", "received_on": clock.now().date().isoformat()})
    assert "548.00" in treasurer.open("/operator/trading")
    assert visitor(app, market.buyer).open(f"/orders/{order_id}")
    visitor(app, market.buyer).open("/operator/trading", 403)


def test_a_merchant_declines_and_ends(app, house, call, market):
    house.name()
    body = {"merchant_id": str(market.merchant.company), "margin_basis_points": 100}
    seller = visitor(app, market.merchant)
    for answered, then in (("false", "Declined"), ("true", "Agreed")):
        call(house.office, "POST", "/trading-agreements", json=body, expect=201)
        seller.open("/merchant/trading")
        path = re.search(r'action="(/merchant/trading/[^"]+/answer)"', seller.shown)[1]
        seller.send(path, {"agree": answered})
        assert then in seller.open("/merchant/trading")
    seller.send(re.search(r'action="(/merchant/trading/[^"]+/end)"', seller.shown)[1], {})
    assert "Ended" in seller.open("/merchant/trading")
    assert call(market.merchant, "GET", "/trading-agreements", expect=200)["items"][0]["state"] == "ended"


def test_treasury_answers_for_the_trading_company_on_its_page(app, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    buyer, treasurer = visitor(app, market.buyer), visitor(app, house.treasurer)
    assert "Proposed to it" not in treasurer.open("/operator/trading")
    page = f"/orders/{way.order_id}/changes"
    assert "percent.delivered" in buyer.open(f"{page}?kind=plan")
    rest = {"kind": "plan", "percent.delivered": "100", "days.delivered": "10", "counted.delivered": "working"}
    for answer, state in (("refusal", "declined"), ("acceptance", "accepted")):
        buyer.open(f"{page}?kind=plan")
        buyer.send(page, rest)
        assert "Another payment plan" in treasurer.open("/operator/trading")
        assert "7,672.00" in treasurer.shown
        action = rf'action="(/operator/trading/changes/[^"]+/{answer})"(.*?)</form>'
        form = re.search(action, treasurer.shown, re.DOTALL)
        seen = re.search(r'name="content_hash" value="([0-9a-f]+)"', form[2])
        treasurer.send(form[1], {"content_hash": seen[1]} if seen else {})
        treasurer.open("/operator/trading")
        assert call(market.buyer, "GET", page, expect=200)["items"][0]["state"] == state
    # The merchant is asked for no other plan, and offered none.
    assert "percent.delivered" not in visitor(app, market.merchant).open(f"{page}?kind=plan")


def test_a_sample_is_bought_of_the_trading_company_on_its_page(app, house, call, market):
    house.name()
    house.agree()
    offer(call, market, OFFER)
    buyer = visitor(app, market.buyer)
    page = f"/samples/order/{market.chains}?quantity=2&way=courier&to={factories.HANOI}"
    assert "Bought of City Trading, by bank transfer: 100 % with the order" in buyer.open(page).replace("\u00a0", " ")
    assert "bank sample_100 operator_sells" in buyer.shown


def test_treasury_sees_the_slip_that_it_judges(app, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    other = Way(call, market, house.office, payment={"rail": "bank", "plan": "deposit_30_70"})
    for order in (way, other):
        slip = {"file": (BytesIO(pdf("a slip")), "slip.pdf"), "purpose": "slip"}
        file_id = call(market.buyer, "POST", "/files", data=slip, expect=201)["id"]
        path = f"/payments/{order.order()['payments'][0]['id']}/slip"
        call(market.buyer, "POST", path, json={"file_id": file_id}, expect=200)
    paid, foreign = (order.order()["payments"][0]["id"] for order in (way, other))
    treasurer = visitor(app, house.treasurer)
    shown = treasurer.open("/operator/trading")
    assert f"/operator/trading/payments/{paid}/slip" in shown
    assert treasurer.client.get(f"/operator/trading/payments/{paid}/slip").data.startswith(b"%PDF")
    assert f'href="/operator/orders/{way.order_id}/money"' in shown
    for reader, path, status in (
        (treasurer, f"/operator/trading/payments/{foreign}/slip", 404),
        (visitor(app, market.buyer), f"/operator/trading/payments/{paid}/slip", 403),
    ):
        reader.open(path, status)
    call(house.treasurer, "GET", f"/trading-payments/{paid}/slip", expect=200)
    call(house.treasurer, "GET", f"/trading-payments/{foreign}/slip", expect=404)
    call(market.merchant, "GET", f"/trading-payments/{paid}/slip", expect=403)


def test_an_unlikely_amount_is_asked_about_in_its_row(app, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    action = f"/operator/trading/payments/{way.order()['payments'][0]['id']}/confirmation"
    treasurer = visitor(app, house.treasurer)
    assert 'name="confirmed"' not in treasurer.open("/operator/trading")
    fields = {"amount": "5000.00", "received_on": clock.now().date().isoformat()}
    refused = treasurer.send(action, fields, 409).text
    assert "Is this amount right?" in refused
    row = refused[refused.index('<details class="reveal" open>') : refused.index('name="confirmed"')]
    assert action in row
    assert 'value="5000.00"' in row
    treasurer.send(action, fields | {"confirmed": "1"})
    treasurer.open("/operator/trading")


def test_the_trading_desk_reads_what_its_company_sells(app, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    foreign = Way(call, market, house.office, payment={"rail": "bank", "plan": "deposit_30_70"})
    desk = visitor(app, house.trader)
    for path in ("/orders", "/orders?side=merchant"):
        shown = desk.open(path)
        assert (f"/orders/{way.order_id}" in shown, f"/orders/{foreign.order_id}" in shown) == (True, False)
        listed = call(house.trader, "GET", path, expect=200)["items"]
        assert [(one["id"], one["side"], one["total"]["amount"]) for one in listed] == [
            (way.order_id, "seller", "10960.00")
        ]
    assert call(house.trader, "GET", "/orders?side=buyer", expect=200)["items"] == []
    assert call(house.trader, "GET", "/orders?waits=confirmation", expect=200)["items"] == []
    shown = desk.open(f"/orders/{way.order_id}").replace("\u00a0", " ")
    assert "10,960.00" in shown
    assert "10,412.00" in shown[shown.index("by contract PUR-") : shown.index("on the way is between")]
    sold = call(house.trader, "GET", f"/orders/{way.order_id}", expect=200)
    assert (sold["side"], sold["actions"], sold["unit"], sold["approval"]) == ("seller", [], None, None)
    assert sold["purchase"]["reference"].startswith("PUR-")
    assert {one["number"][:2] for one in sold["documents"]} >= {"PF", "SC"}
    # It reads: what buyer and merchant do is theirs, and so are the pages on which they do it.
    assert "/cancellation" not in shown
    for path in ("notes", "changes"):
        assert f"/orders/{way.order_id}/{path}" not in shown
        desk.open(f"/orders/{way.order_id}/{path}", 404)
        call(house.trader, "GET", f"/orders/{way.order_id}/{path}", expect=404)
    for path in ("confirmation", "cancellation"):
        call(house.trader, "POST", f"/orders/{way.order_id}/{path}", json={}, expect=404)
    desk.open(f"/orders/{way.order_id}/lines/{way.line_id}/claims", 404)
    desk.open(f"/orders/{foreign.order_id}", 404)
    call(house.trader, "GET", f"/orders/{foreign.order_id}", expect=404)
    house.receive(way)
    way.pack()
    way.hand_over()
    desk.open(f"/orders/{way.order_id}")


def test_a_payment_to_the_trading_company_says_whose_account_it_is_and_who_may_pay(app, client, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    direct = Way(call, market, house.office, payment={"rail": "bank", "plan": "deposit_30_70"})
    paid, other = (order.order()["payments"][0]["id"] for order in (way, direct))
    buyer = visitor(app, market.buyer)
    said, never = "which receives the money for its trading company, City Trading", "never holds it"
    for payment_id, is_house in ((paid, True), (other, False)):
        shown = buyer.open(f"/payments/{payment_id}")
        assert (said in shown, never in shown) == (is_house, not is_house)
        assert "JPG, PNG, WEBP, PDF" in shown
    with unit_of_work() as session:
        reader = factories.colleague(session, app, market.buyer, role=Role.PURCHASING, name="Reader", now=clock.now())
    shown = visitor(app, reader).open(f"/payments/{paid}")
    assert f"/payments/{paid}/slip" not in shown
    assert "with one of these roles: Owner, Finance" in shown
    for order, is_house in ((way, True), (direct, False)):
        paper = next(one for one in order.order()["documents"] if one["kind"] == "pro_forma")
        words = " ".join(pdf_of(client, market.buyer, paper["id"]).split())
        assert ("thay cho bên bán" in words) is is_house


def test_a_slip_waits_on_the_desk_and_in_the_inbox_of_whoever_answers_it(app, house, call, market):
    house.name()
    house.agree()
    way = house.way()
    treasurer = visitor(app, house.treasurer)
    label = "Bank slips for the trading company to answer"

    def queue():
        shown = treasurer.open("/operator").partition(label)
        assert shown[0].endswith('<a href="/operator/trading">')
        row = shown[2].partition("</tr>")[0]
        return re.findall(r">([0-9]+)<", row)[-1], "to be done by" in row

    assert queue() == ("0", False)
    slip = {"file": (BytesIO(pdf("a slip")), "slip.pdf"), "purpose": "slip"}
    file_id = call(market.buyer, "POST", "/files", data=slip, expect=201)["id"]
    payment_id = way.order()["payments"][0]["id"]
    call(market.buyer, "POST", f"/payments/{payment_id}/slip", json={"file_id": file_id}, expect=200)
    run_due(app)
    assert queue() == ("1", True)

    def told(trader):
        found = call(trader, "GET", "/inbox", expect=200)["items"]
        return [one["path"] for one in found if one["news"] == "slip_handed_in"]

    assert (told(house.treasurer), told(house.trader)) == (["/operator/trading"], [])
    call(house.treasurer, "POST", f"/trading-payments/{payment_id}/dispute", expect=200)
    assert queue() == ("0", False)


def test_an_offer_waits_on_the_desk_and_in_the_inbox_of_its_merchant(app, house, call, market, later):
    house.name()
    body = {"merchant_id": str(market.merchant.company), "margin_basis_points": 250}
    call(house.office, "POST", "/trading-agreements", json=body, expect=201)
    run_due(app)

    def waits(trader):
        found = call(trader, "GET", "/desk", expect=200)["items"]
        return [(row["waiting"], bool(row["due_at"])) for row in found if row["queue"] == "answer_trading"]

    assert (waits(market.merchant), waits(market.thai)) == ([(1, True)], [(0, False)])
    seller = visitor(app, market.merchant)
    desk = seller.open("/merchant").partition("Offers of the trading company to answer")
    assert 'href="/merchant/trading"' in desk[0][-200:]
    assert "City Trading would buy your goods and sell them on" in seller.open("/account/inbox")
    found = call(market.merchant, "GET", "/inbox", expect=200)["items"]
    (letter,) = [one for one in found if one["news"] == "trading_offered"]
    assert letter["path"] == "/merchant/trading"
    later(20 * 86_400)
    assert waits(market.merchant) == [(0, False)]


def test_an_approver_reads_who_sells_and_is_paid(app, house, call, market):
    house.name()
    house.agree()
    with unit_of_work() as session:
        chief = factories.colleague(session, app, market.buyer, role=Role.OWNER, name="Chief", now=clock.now())
    body = {"name": "All", "currency": "CNY", "tiers": [{"from": "1", "steps": [{"roles": ["owner"]}]}]}
    call(market.buyer, "POST", "/approval-rules", json=body, expect=201)
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    order = {"expected_totals": cart["totals"], "payment": BANK}
    case_id = call(market.buyer, "POST", "/checkout", json=order, expect=409)["facts"]["case"]
    seen = call(chief, "GET", f"/approvals/{case_id}", expect=200)
    (part,) = seen["parts"]
    assert (part["seller"], part["seller_id"]) == ("City Trading", str(house.trader.company))
    words = "Seller and payee: City Trading, the trading company of the city"
    assert words in visitor(app, chief).open(f"/account/approvals/{case_id}")
    verdict = {"verdict": "approve", "content_hash": seen["content_hash"]}
    call(chief, "POST", f"/approvals/{case_id}/decision", json=verdict, expect=200)
    call(market.buyer, "POST", "/checkout", json=order, expect=201)
    assert words in visitor(app, chief).open(f"/account/approvals/{case_id}")
