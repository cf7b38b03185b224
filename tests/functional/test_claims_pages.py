"""Accept, claim, answer, pay out and return on the pages, without scripts."""

import io
import re
import zipfile
from datetime import datetime
from decimal import Decimal

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel import clock, moments
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.claims import bring, claim, line_of, place, receive
from tests.support.payouts import said
from tests.support.visitors import Reader, Visitor

CHECKED = True


def main_of(page):
    return page.partition("<main")[2].partition("</main>")[0]


def test_a_buyer_claims_and_a_merchant_answers_on_pages(app, call, market):
    order_id = place(call, market)
    bring(order_id)
    line_id = line_of(order_id)
    buyer, merchant = Reader(app, market.buyer), Reader(app, market.merchant)
    page = f"/orders/{order_id}"
    form = f"{page}/lines/{line_id}/claims"
    assert form in buyer.get(page)
    assert form not in merchant.get(page)
    refused = buyer.post(form, {"reason": "wrong", "quantity": "5000", "text": "Other chains."}, expect=409)
    assert "5000" in refused
    shown = buyer.post(form, {"reason": "wrong", "quantity": "40", "text": "Other <b>chains</b>."})
    answered_by = merchant.get(shown)
    assert "Other &lt;b&gt;chains&lt;/b&gt;." in answered_by
    # Both read what it is about, and go to its order.
    assert f'<a href="{page}">' in answered_by
    assert f'<a href="{page}">' in buyer.get(shown)
    # The order leads to its claim, for both sides and over the API.
    (about,) = call(market.merchant, "GET", f"/orders/{order_id}", expect=200)["claims"]
    assert (about["order_line_id"], about["state"], about["quantity"]) == (str(line_id), "negotiating", 40)
    for reader in (buyer, merchant):
        assert f'<a href="{shown}">{about["reference"]}</a>' in reader.get(page)
    assert "CH-428-116" in answered_by
    # The merchant in China has until the evening of his day, an hour earlier on the buyer's clock in Hanoi.
    assert re.search(r"18:00 UTC\+08 \(\d+ \w+ \d+ 17:00 UTC\+07\)", answered_by)
    assert "Without an answer in time the operator decides." in answered_by
    assert shown.rsplit("/", 1)[1] in merchant.get("/claims")
    merchant.post(f"{shown}/answer", {"amount": "x"}, page=shown, expect=422)
    merchant.post(f"{shown}/answer", {"amount": "0"}, page=shown)
    assert "The claim is refused. The other side may still ask the operator to decide." in merchant.get(shown)
    # A refusal is no offer of nothing.
    assert "nothing: the claim was refused" in buyer.get(shown)
    with zipfile.ZipFile(io.BytesIO(buyer.visitor.client.get(f"{shown}/bundle").data)) as bundle:
        assert b"nothing: the claim was refused" in bundle.read("index.html")
    merchant.post(f"{shown}/answer", {"amount": "1096.00"}, page=shown)
    assert "waits for the end of this claim" in merchant.get(shown)
    buyer.post(f"{shown}/settlement", {"amount": "1096.00"}, page=shown)
    # An ended claim holds up nothing.
    assert "This claim holds up no payment to the merchant." in merchant.get(shown)
    assert not call(market.buyer, "GET", shown, expect=200)["blocks_payment"]
    assert "Settled by agreement" in merchant.get("/claims")
    buyer.post(f"{page}/lines/{line_id}/acceptance", {"quantity": "360"}, page=page)
    assert "9,864" in buyer.get(page)
    Reader(app, market.thai).get(shown, expect=404)


def test_the_order_page_warns_of_faulty_units_and_takes_them_as_they_are(app, call, market):
    order_id = place(call, market, chains=0, pads=80)
    receive(order_id, damage=10)
    page, act = f"/orders/{order_id}", f"/orders/{order_id}/lines/{line_of(order_id)}/acceptance"
    buyer = Reader(app, market.buyer)
    shown = buyer.get(page)
    assert "Faulty units that nobody claims yet" in shown
    assert "To accept or claim, until" in shown
    assert "The buyer accepts or claims until" in Reader(app, market.thai).get(page)
    buyer.post(act, {"quantity": "70"}, page=page)
    assert "Keep 10 damaged without a claim" in buyer.get(page)
    assert "without a claim" not in Reader(app, market.thai).get(page)
    buyer.post(act, {}, page=page)
    assert "Faulty units" not in buyer.get(page)
    assert call(market.buyer, "GET", page, expect=200)["state"] == "completed"


def test_the_operator_gathers_and_sends_payouts_on_pages(app, call, market):
    with unit_of_work() as session:
        desk = factories.trader(
            session, app, name="City Desk", country="CN", kind=CompanyKind.OPERATOR, now=clock.now()
        )
        for row in session.query(Membership).filter_by(company_id=desk.company):
            row.roles = [Role.TREASURY.value]
    order_id = place(call, market, rail="card")
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    assert call(desk, "POST", "/payouts", expect=201) == {"made": 1, "left_out": {"items": [], "next": None}}
    (due,) = call(desk, "GET", "/payouts", expect=200)["items"]
    assert (due["state"], due["amount"]["amount"]) == ("due", "10631.20")
    call(market.merchant, "POST", f"/payouts/{due['id']}/approval", expect=403)
    call(market.thai, "GET", f"/payouts/{due['id']}", expect=404)
    sent = call(desk, "POST", f"/payouts/{due['id']}/approval", key="yes", expect=200)
    assert call(desk, "POST", f"/payouts/{due['id']}/approval", key="yes", expect=200) == sent
    assert sent["state"] == "sent"
    assert due["reference"] in call(desk, "GET", f"/payout-files/{sent['file_id']}", expect=200)
    call(market.merchant, "GET", f"/payout-files/{sent['file_id']}", expect=403)
    done = call(desk, "POST", f"/payouts/{due['id']}/result", json=said("settled"), expect=200)
    assert done["state"] == "settled"
    assert call(market.merchant, "GET", "/payouts", expect=200)["items"][0]["state"] == "settled"
    merchant = Reader(app, market.merchant)
    assert due["reference"] in merchant.get("/account/payouts")
    merchant.get("/account/returns")
    assert "merchant_payable" in merchant.get("/account/statement.csv?currency=CNY")


def test_what_is_owed_back_is_shown_on_order_and_payment(app, call, market):
    order_id = place(call, market, plan="deposit_30_70")
    (deposit,) = [
        one for one in call(market.merchant, "GET", f"/orders/{order_id}", expect=200)["payments"] if one["event"]
    ]
    body = {"amount": deposit["amount"]["amount"], "received_on": str(clock.now().date())}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", json=body, expect=200)
    call(market.merchant, "POST", f"/orders/{order_id}/cancellation", expect=204)
    buyer, merchant = Reader(app, market.buyer), Reader(app, market.merchant)
    for path in (f"/orders/{order_id}", f"/payments/{deposit['id']}"):
        assert "not returned yet" in buyer.get(path)
    (owed,) = call(market.merchant, "GET", "/returns", expect=200)["items"]
    merchant.post(f"/account/returns/{owed['id']}/confirmation", {}, page="/account/returns")
    assert "not returned yet" not in buyer.get(f"/orders/{order_id}")
    statement = call(market.merchant, "GET", "/statements?currency=CNY", expect=200)
    for balance in statement["balances"]:
        entries = [one for one in statement["entries"] if one["account"] == balance["account"]]
        opened, closed = (Decimal(balance[name]["amount"]) for name in ("opening", "closing"))
        assert closed - opened == sum(Decimal(one["amount"]["amount"]) for one in entries)
    assert {"return_payee", "obligation_payee"} <= {one["account"] for one in statement["balances"]}


def test_a_claim_that_cost_a_carrier_leads_to_what_is_owed_back_for_it(app, call, market):
    order_id = place(call, market)
    bring(order_id)
    made = claim(call, market, line_of(order_id), reason="damaged", quantity=80)
    call(market.carrier, "POST", f"/claims/{made['id']}/answer", json={"amount": "2192.00"}, expect=200)
    buyer, carrier, page = Reader(app, market.buyer), Reader(app, market.carrier), f"/claims/{made['id']}"
    assert "Owed back" not in main_of(buyer.get(page))
    call(market.buyer, "POST", f"{page}/settlement", json={}, expect=200)
    for reader in (buyer, carrier):
        shown = main_of(reader.get(page))
        assert "not returned yet" in shown
        assert 'href="/account/returns"' in shown
    (owed,) = call(market.carrier, "GET", "/returns", expect=200)["items"]
    call(market.carrier, "POST", f"/returns/{owed['id']}/confirmation", expect=200)
    assert "not returned yet" not in buyer.get(page)


def test_money_is_dated_by_the_clock_of_the_readers_company(app, call, market):
    order_id = place(call, market, plan="deposit_30_70")
    (deposit,) = [
        one for one in call(market.merchant, "GET", f"/orders/{order_id}", expect=200)["payments"] if one["event"]
    ]
    buyer, merchant = Reader(app, market.buyer), Reader(app, market.merchant)
    due = datetime.fromisoformat(deposit["due_at"])
    assert moments.instant(due, "Asia/Ho_Chi_Minh", "en") in main_of(buyer.get("/account/money"))
    assert moments.instant(due, "Asia/Shanghai", "en") in main_of(merchant.get("/merchant/money"))
    body = {"amount": deposit["amount"]["amount"], "received_on": str(clock.now().date())}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", json=body, expect=200)
    for page in ("/account/money", "/account/statement?currency=CNY"):
        assert "UTC+07" in main_of(buyer.get(page))
    for page in ("/merchant/money", "/account/statement?currency=CNY", "/merchant"):
        assert "UTC+00" not in main_of(merchant.get(page))
    assert "Days are those of your company" in buyer.get("/account/statement")


def test_days_and_instants_are_written_as_the_readers_language_does(app, call, market):
    order_id = place(call, market)
    buyer = Reader(app, market.buyer)
    days = {
        "": r"\d{1,2} [A-Z][a-z]{2} 20\d\d",
        "/zh": r"20\d\d年\d{1,2}月\d{1,2}日",
        "/vi": r"\d{1,2} thg \d{1,2}, 20\d\d",
    }
    for prefix, day in days.items():
        instant = rf"\d\d:\d\d UTC\+0\d, {day}" if prefix == "/vi" else rf"{day} \d\d:\d\d UTC\+0\d"
        for page in (f"/orders/{order_id}", f"/products/{market.chains}?quantity=80&to=VNHAN"):
            times = re.findall(r"<time [^>]*>([^<(]*)", buyer.get(f"{prefix}{page}"))
            assert times
            assert all(re.fullmatch(instant, time.strip()) for time in times), times
        assert re.search(rf">{day}<", buyer.get(f"{prefix}/orders"))


def asked_about(page, words):
    """Tell whether an act is folded away behind its name, with what it does, before the button that does it."""
    found = re.search(rf'<details class="reveal"><summary>{words}</summary>.*?</details>', page, re.DOTALL)
    return found is not None and f"Yes: {words}" in found[0] and '<p class="fine">' in found[0]


def test_what_nobody_takes_back_is_asked_about_once(app, call, market):
    with unit_of_work() as session:
        desk = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
    order_id = place(call, market, rail="card")
    bring(order_id)
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    call(desk, "POST", "/payouts", expect=201)
    (due,) = call(desk, "GET", "/payouts", expect=200)["items"]
    call(desk, "POST", f"/payouts/{due['id']}/approval", expect=200)
    finance = Visitor(app)
    finance.enter(desk.actor)
    page = finance.open("/account/payouts")
    assert [asked_about(page, words) for words in ("Settled", "Failed", "Returned")] == [True] * 3
    finance.send(f"/operator/payouts/{due['id']}/result", {"result": "settled", "bank_reference": "FT 1"}, 422)
    assert finance.refused_fields() == {"booked_on"}
    assert 'value="FT 1"' in finance.shown
    finance.send(f"/operator/payouts/{due['id']}/result", said("settled"))
    page = finance.open("/account/payouts")
    assert [asked_about(page, words) for words in ("Settled", "It came back")] == [False, True]
