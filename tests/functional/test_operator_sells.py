"""The operator's trading company sells: two contracts, two prices, one order on its way, over the API."""

from urllib.parse import urlencode
from uuid import UUID

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.papers import queries as papers
from marketplace.payments.flows import lapsing
from marketplace.payments.queries import trading
from tests import factories
from tests.support.bank import Booked, Day, camt053, upload
from tests.support.claims import bring
from tests.support.invariants import sound
from tests.support.payouts import said
from tests.support.samples import COURIER, FREE, OFFER, decided, dispatched, offer, order_sample, received
from tests.support.trading import BANK
from tests.support.visitors import Visitor


def test_it_sells_only_what_its_merchant_agreed_to(house, call, market):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    refused = call(market.buyer, "POST", "/checkout", json=body, expect=409)
    assert refused["type"] == "urn:city:problem:not_sold_on"
    agreement = house.agree()
    again = {"merchant_id": str(market.merchant.company), "margin_basis_points": 1}
    call(house.office, "POST", "/trading-agreements", json=again, expect=409)
    call(market.thai, "POST", f"/trading-agreements/{agreement}/end", expect=404)
    call(market.merchant, "POST", f"/trading-agreements/{agreement}/end", expect=200)
    call(market.buyer, "POST", "/checkout", json=body, expect=409)
    late = call(house.office, "POST", "/trading-agreements", json=again, expect=201)["id"]
    call(house.office, "POST", f"/trading-agreements/{late}/withdrawal", expect=200)
    call(market.merchant, "POST", f"/trading-agreements/{late}/answer", json={"agree": True}, expect=409)
    wrong = body | {"payment": BANK | {"mode": "provider_held"}}
    call(market.buyer, "POST", "/checkout", json=wrong, expect=422)


def test_each_side_has_its_own_contract_and_price(house, call, market):
    house.agree()
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    offered = cart["bundles"][0]["sold_on"]
    assert (offered["seller"], offered["rails"]) == ("City Trading", ["bank", "card"])
    assert [one["code"] for one in offered["plans"]] == ["deposit_30_70", "acceptance_100"]
    way = house.way()
    bought, sold = way.order(), way.order(market.merchant)
    assert bought["total"]["amount"] == "10960.00"
    assert sold["total"]["amount"] == "10412.00"
    assert (bought["seller"], sold["seller"]) == ("City Trading", "City Trading")
    assert (bought["purchase"], sold["purchase"]["margin_basis_points"]) == (None, 500)
    assert (bought["trade_model"], bought["settlement_mode"]) == ("buy_sell", "operator_sells")
    assert bought["trade_terms"]["exporter_of_record"] == str(house.trader.company)
    assert sold["lines"][0]["unit_price"]["amount"] == "26.03"
    assert [row["amount"]["amount"] for row in sold["milestones"]] == ["3123.60", "7288.40"]
    papers = {
        (one["kind"], one["number"][:2])
        for order in (bought, sold)
        for one in order["documents"]
        if one["kind"] != "freight_contract"
    }
    assert papers == {("pro_forma", "PF"), ("sales_contract", "SC")}
    mine, his = ({one["id"] for one in order["documents"]} for order in (bought, sold))
    assert not mine & his
    assert "10960" not in str(sold)
    assert "10412" not in str(bought)
    listed = call(market.merchant, "GET", "/orders", expect=200)["items"][0]
    assert listed["total"]["amount"] == "10412.00"
    call(market.merchant, "GET", f"/payments/{bought['payments'][0]['id']}", expect=404)
    flow = str(call(market.merchant, "GET", "/cash-flow", expect=200))
    assert ("3123.60" in flow, "3288.00" in flow) == (True, False)
    sound()


def owed_to_merchant(way, market):
    """Return how a merchant's purchase stands: each milestone, what is due, paid, and left."""
    found = way.order(market.merchant)
    figures = (found["money"][name]["amount"] for name in ("due_now", "paid", "balance"))
    return [row["state"] for row in found["milestones"]], *figures


def test_what_a_payout_paid_of_two_purchases_is_the_older(house, call, market):
    house.agree()
    first = house.way()
    house.receive(first)
    assert call(house.treasurer, "POST", "/payouts", expect=201) == {"made": 1, "left_out": {"items": [], "next": None}}
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    second = house.way()
    house.receive(second)
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/approval", expect=200)
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/result", json=said("settled"), expect=200)
    assert owed_to_merchant(first, market) == (["paid", "pending"], "0.00", "3123.60", "7288.40")
    assert owed_to_merchant(second, market) == (["due", "pending"], "3123.60", "0.00", "10412.00")


def test_bank_money_comes_in_parts_and_the_merchant_is_paid(house, call, market):
    house.agree()
    way = house.way()
    assert house.sale(way) == ("10960.00", "10412.00", "548.00", "3288.00", "0.00")
    deposit = way.order()["payments"][0]["id"]
    body = {"amount": "3288.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{deposit}/confirmation", json=body, expect=404)
    call(house.trader, "POST", f"/payments/{deposit}/confirmation", json=body, expect=403)
    house.receive(way, "1000.00")
    house.receive(way)
    # The deposit secures the order, and from then on the merchant is owed his.
    assert house.sale(way)[3:] == ("3288.00", "3123.60")
    assert owed_to_merchant(way, market) == (["due", "pending"], "3123.60", "0.00", "10412.00")
    way.pack()
    way.hand_over()
    assert house.sale(way) == ("10960.00", "10412.00", "548.00", "10960.00", "10412.00")
    invoices = [one for one in way.order(market.merchant)["documents"] if one["kind"] == "commercial_invoice"]
    assert len(invoices) == 1
    house.receive(way)
    sound()
    assert call(house.treasurer, "POST", "/payouts", expect=201) == {"made": 1, "left_out": {"items": [], "next": None}}
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    assert payout["amount"] == {"amount": "10412.00", "currency": "CNY"}
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/approval", expect=200)
    # On its way is not there yet.
    assert owed_to_merchant(way, market) == (["due", "due"], "10412.00", "0.00", "10412.00")
    page = Visitor(house.app)
    page.log_in(market.merchant.login)
    shown = page.open(f"/orders/{way.order_id}")
    assert "Released" not in shown
    assert "the next payout pays it" in shown
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/result", json=said("settled"), expect=200)
    assert owed_to_merchant(way, market) == (["paid", "paid"], "0.00", "10412.00", "0.00")
    books = {row["kind"]: row["balance"]["amount"] for row in call(house.treasurer, "GET", "/ledger")["items"]}
    assert (books["house_bank"], books["trade_sales"], books["trade_purchases"]) == ("548.00", "-10960.00", "10412.00")
    assert (books["trade_receivable"], books["trade_payable"]) == ("0.00", "0.00")
    assert "commission_income" not in books
    sound()


def test_a_cancelled_order_ends_on_both_sides(house, call, market):
    house.agree()
    way = house.way()
    house.receive(way)
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    assert house.sale(way) == ("0.00", "0.00", "0.00", "0.00", "0.00")
    (row,) = call(house.treasurer, "GET", "/trading-sales", expect=200)["items"]
    assert (row["agreed_sale"]["amount"], row["agreed_purchase"]["amount"]) == ("10960.00", "10412.00")
    for reader, agreed in ((market.buyer, "10960.00"), (market.merchant, "10412.00")):
        found = way.order(reader)
        money = {name: found["money"][name]["amount"] for name in ("total", "still_agreed", "kept", "balance")}
        assert money == {"total": agreed, "still_agreed": "0.00", "kept": "0.00", "balance": "0.00"}
        assert found["agreed_total"]["amount"] == agreed
    paid = call(house.treasurer, "GET", f"/orders/{way.order_id}/money", expect=200)
    assert (paid["total"]["amount"], paid["paid"]["amount"], paid["kept"]["amount"]) == ("10960.00", "3288.00", "0.00")
    (owed,) = call(house.treasurer, "GET", "/trading-returns", expect=200)["items"]
    assert owed["amount"]["amount"] == "3288.00"
    call(house.trader, "POST", f"/returns/{owed['id']}/confirmation", expect=403)
    body = {"booked_on": house.day(), "bank_reference": "TT 1"}
    made = call(house.treasurer, "POST", f"/trading-returns/{owed['id']}/confirmation", json=body, expect=200)
    assert (made["waits"], made["bank_reference"]) == (None, "TT 1")
    sound()
    call(market.buyer, "POST", f"/returns/{owed['id']}/receipt", expect=200)
    books = {row["kind"]: row["balance"]["amount"] for row in call(house.treasurer, "GET", "/ledger")["items"]}
    assert {books[kind] for kind in ("house_bank", "trade_refund", "trade_sales", "trade_purchases")} == {"0.00"}


def test_what_banks_kept_of_a_cancelled_order_is_not_called_kept(house, call, market):
    house.agree()
    way = house.way()
    house.receive(way, "3188.00")
    assert house.sale(way)[3:] == ("3288.00", "3123.60")
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    assert house.sale(way) == ("0.00", "0.00", "0.00", "0.00", "0.00")
    money = call(house.treasurer, "GET", f"/orders/{way.order_id}/money", expect=200)
    assert money == {**way.order()["money"], "card_disputes": []}
    names = ("paid", "bank_charges", "owed_back", "come_back", "kept")
    assert [money[name]["amount"] for name in names] == ["3288.00", "100.00", "3188.00", "0.00", "0.00"]
    desk = Visitor(house.app)
    desk.enter(house.treasurer.actor)
    assert "100.00" not in desk.open("/operator/trading").split("Sold and bought")[1]
    assert "Kept by banks on the way" in desk.open(f"/operator/orders/{way.order_id}/money")
    sound()


def test_changes_and_claims_count_on_both_sides(house, call, market):
    house.agree()
    way = house.way()
    house.receive(way)
    cheaper = {"kind": "discount", "line": way.line_id, "unit_price": "25.00"}
    made = call(market.merchant, "POST", f"/orders/{way.order_id}/changes", json=cheaper, expect=201)
    path = f"/orders/{way.order_id}/changes"
    his, hers = (call(trader, "GET", path, expect=200)["items"][0] for trader in (market.merchant, market.buyer))
    assert (his["unit_price"]["amount"], his["delta"]["amount"]) == ("25.00", "-412.00")
    assert hers["unit_price"]["amount"] == "26.315789"
    accept = {"content_hash": hers["content_hash"]}
    call(market.buyer, "POST", f"/order-changes/{made['id']}/acceptance", json=accept, expect=200)
    assert way.order()["agreed_total"]["amount"] == "10526.32"
    assert way.order(market.merchant)["agreed_total"]["amount"] == "10000.00"
    assert house.sale(way)[:3] == ("10526.32", "10000.00", "526.32")
    sound()
    bring(way.order_id)
    claim = {"reason": "defective", "quantity": 40, "text": "Links crack."}
    claim_id = call(market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=claim, expect=201)["id"]
    weeks = [call(who, "GET", "/week", expect=200)["topics"] for who in (market.merchant, market.buyer)]
    figures = [one["amount"]["amount"] for found in weeks for one in found if one["topic"].startswith("claims_")]
    assert figures == ["1000.00", "1052.63"]
    seen, asked = (call(who, "GET", f"/claims/{claim_id}", expect=200) for who in (market.merchant, market.buyer))
    assert (asked["value"]["amount"], seen["value"]["amount"]) == ("1052.63", "1000.00")
    offer = {"amount": "500.00", "currency": "CNY", "text": "Half."}
    call(market.merchant, "POST", f"/claims/{claim_id}/answer", json=offer, expect=200)
    assert call(market.buyer, "GET", f"/claims/{claim_id}")["offer"]["amount"] == "526.32"
    call(market.buyer, "POST", f"/claims/{claim_id}/settlement", json={}, expect=200)
    assert house.sale(way)[:3] == ("10000.00", "9500.00", "500.00")
    notes = [
        [one for one in way.order(who)["documents"] if one["kind"] == "credit_note"]
        for who in (market.buyer, market.merchant)
    ]
    assert [len(found) for found in notes] == [2, 2]
    sound()


def sample_sold_on(house, call, market, wish=COURIER, payment=BANK):
    """Order a sample of the trading company and return the order's id."""
    quote = call(market.buyer, "GET", f"/listings/{market.chains}/sample?{urlencode(wish)}", expect=200)
    (bundle,) = quote["bundles"]
    assert bundle["sold_on"]["seller"] == "City Trading"
    plan = bundle["sold_on"]["plans"][0]["code"]
    body = {**wish, "expected_totals": quote["totals"], "payment": payment | {"plan": plan}}
    done = call(market.buyer, "POST", f"/listings/{market.chains}/sample-orders", json=body, expect=201)
    return done["order_ids"][0]


def data_of(document):
    """Return what an issued paper says."""
    with unit_of_work() as session:
        return papers.manuscript(session, document_id=UUID(document["id"])).data


def figures(call, house, order_id):
    found = call(house.treasurer, "GET", "/trading-sales", expect=200)["items"]
    row = next(row for row in found if row["order_id"] == order_id)
    return tuple(row[name]["amount"] for name in ("sale", "purchase_price", "margin", "sold", "bought"))


def test_a_sample_is_sold_on_and_credited_at_the_price_of_each_side(house, call, market):
    house.agree()
    offer(call, market, OFFER)
    order_id = sample_sold_on(house, call, market)
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
    # Two units at 45 and the courier at 120: the merchant has 95 of 100 of it.
    assert figures(call, house, order_id) == ("210.00", "199.50", "10.50", "210.00", "0.00")
    (payment,) = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["payments"]
    body = {"amount": "210.00", "received_on": clock.now().date().isoformat(), "confirmed": True}
    call(house.treasurer, "POST", f"/trading-payments/{payment['id']}/confirmation", json=body, expect=200)
    assert figures(call, house, order_id)[3:] == ("210.00", "199.50")
    sample = dispatched(call, market, call(market.buyer, "GET", f"/orders/{order_id}", expect=200))
    sample = call(market.buyer, "POST", f"/samples/{sample['id']}/receipt", expect=200)
    his = call(market.merchant, "GET", f"/samples/{sample['id']}", expect=200)
    names = ("goods", "courier_fee", "customs_value")
    assert [sample[name]["amount"] for name in names] == ["90.00", "120.00", "90.00"]
    assert [his[name]["amount"] for name in names] == ["85.50", "114.00", "85.50"]
    decided(call, market, sample)
    bought = call(market.merchant, "GET", f"/orders/{order_id}", expect=200)
    assert (bought["total"]["amount"], bought["lines"][0]["customs_value"]["amount"]) == ("199.50", "85.50")
    invoice = next(one for one in bought["documents"] if one["kind"] == "commercial_invoice")
    data = data_of(invoice)
    assert (data["lines"][0]["amount"]["amount"], data["total"]["amount"]) == ("85.50", "199.50")
    way = house.way()
    assert house.sale(way) == ("10870.00", "10326.50", "543.50", "3261.00", "0.00")
    sold, bought = way.order(), way.order(market.merchant)
    assert [one["lines"][0]["credit"]["amount"] for one in (sold, bought)] == ["90.00", "85.50"]
    assert [one["agreed_total"]["amount"] for one in (sold, bought)] == ["10870.00", "10326.50"]
    assert [row["amount"]["amount"] for row in bought["milestones"]] == ["3097.95", "7228.55"]
    for order, credit in ((sold, "-90.00"), (bought, "-85.50")):
        contract = next(one for one in order["documents"] if one["kind"] == "sales_contract")
        (extra,) = data_of(contract)["extras"]
        assert extra["amount"]["amount"] == credit
    his = call(market.merchant, "GET", f"/samples/{sample['id']}", expect=200)
    assert (his["credited"]["amount"], his["credited_order_id"]) == ("85.50", way.order_id)
    house.receive(way)
    way.pack()
    way.hand_over()
    assert house.sale(way)[3:] == ("10870.00", "10326.50")
    sound()


def test_a_free_sample_is_bought_for_nothing_and_has_its_worth_on_both_sides(house, call, market):
    house.agree()
    offer(call, market, FREE)
    order_id = sample_sold_on(house, call, market)
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
    assert figures(call, house, order_id) == ("0.00",) * 5
    sold, bought = (call(who, "GET", f"/orders/{order_id}", expect=200) for who in (market.buyer, market.merchant))
    assert [one["lines"][0]["customs_value"]["amount"] for one in (sold, bought)] == ["77.00", "73.15"]
    call(market.buyer, "POST", f"/orders/{order_id}/cancellation", expect=204)
    sound()


def test_the_credit_of_a_cancelled_order_can_be_used_again(house, call, market):
    house.agree()
    offer(call, market, OFFER)
    decided(call, market, received(call, market, order_sample(call, market)))
    way = house.way(BANK | {"rail": "card", "payment_method": "pm_card_visa"})
    assert house.sale(way)[:3] == ("10870.00", "10326.50", "543.50")
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    assert house.sale(way) == ("0.00",) * 5
    sound()
    assert house.sale(house.way())[:2] == ("10870.00", "10326.50")
    sound()


def test_a_card_is_charged_and_the_merchant_paid_by_the_same_milestones(house, call, market):
    house.agree()
    card = BANK | {"rail": "card", "payment_method": "pm_card_visa"}
    way = house.way(card)
    assert house.sale(way) == ("10960.00", "10412.00", "548.00", "3288.00", "3123.60")
    assert way.order()["money"]["held"]["amount"] == "7672.00"
    seen = way.order(market.merchant)
    assert (seen["rail"], seen["total"]["amount"], seen["payments"]) == ("bank", "10412.00", [])
    sound()
    fewer = {"kind": "reduce", "line": way.line_id, "quantity": 200}
    made = call(market.buyer, "POST", f"/orders/{way.order_id}/changes", json=fewer, expect=201)
    accept = {"content_hash": made["content_hash"]}
    call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=accept, expect=200)
    assert house.sale(way)[:3] == ("5480.00", "5206.00", "274.00")
    way.pack(cartons=5)
    way.hand_over(cartons_received=5)
    assert house.sale(way) == ("5480.00", "5206.00", "274.00", "5480.00", "5206.00")
    books = {row["kind"]: row["balance"]["amount"] for row in call(house.treasurer, "GET", "/ledger")["items"]}
    assert (books["trade_sales"], books["trade_payable"]) == ("-5480.00", "-5206.00")
    assert "merchant_payable" not in books
    sound()


def test_a_deposit_that_never_comes_ends_both_contracts(house, call, market, later):
    house.agree()
    way = house.way()
    later(30 * 86_400)
    lapsing.lapse(now=clock.now())
    assert way.order()["state"] == "cancelled"
    assert house.sale(way) == ("0.00", "0.00", "0.00", "0.00", "0.00")
    sound()


def test_statements_tell_what_buyers_paid_and_merchants_were_paid(app, house, call, market):
    house.agree()
    way = house.way()
    opening = 5_000_00

    def tells(*lines):
        nonlocal opening
        told = Day(clock.now().date(), "6222000011112222", lines, opening=opening, number=len(numbers) + 1)
        numbers.append(told)
        opening = told.closing
        upload(app, house.treasurer.token, camt053(told))

    def figures():
        (row,) = call(house.treasurer, "GET", "/house-bank", expect=200)["items"]
        return tuple(row[name]["amount"] for name in ("at_bank", "in_books", "unplaced", "untold"))

    numbers = []
    named = way.order()["payments"][0]["creditor_reference"]
    tells(Booked(3_288_00, f"Deposit {named}", "FT1", "Hanoi Trading"))
    assert way.order()["secured_at"]
    assert figures() == ("8288.00", "8288.00", "0.00", "0.00")
    way.pack()
    way.hand_over()
    house.receive(way, "2672.00")
    assert figures() == ("8288.00", "8288.00", "0.00", "2672.00")
    sound()
    named = next(one for one in way.order()["payments"] if one["state"] == "part_paid")["creditor_reference"]
    tells(Booked(2_672_00, "goods", "FT2", "Hanoi Trading"), Booked(5_000_00, named, "FT3", "Hanoi Trading"))
    assert {one["state"] for one in way.order()["payments"] if one["subject"] == "order"} == {"paid"}
    (row,) = call(house.treasurer, "GET", "/house-entries?state=unmatched", expect=200)["items"]
    (meant,) = [one for one in row["suggested"] if one["purpose"] == "sale_receipt"]
    part = {"purpose": "sale_receipt", "transfer_id": meant["target_id"]}
    path = f"/house-entries/{row['entry']['id']}/match"
    call(market.merchant, "POST", path, json={"parts": [part]}, expect=403)
    call(house.treasurer, "POST", path, json={"parts": [part]}, expect=200)
    assert figures() == ("15960.00", "15960.00", "0.00", "0.00")
    withdrawal = f"/trading-receipts/{meant['target_id']}/withdrawal"
    call(house.treasurer, "POST", withdrawal, json={"mistake": "never_came"}, expect=409)
    sound()
    call(house.treasurer, "POST", "/payouts", expect=201)
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    call(house.treasurer, "POST", f"/payouts/{payout['id']}/approval", expect=200)
    by_hand = said("settled")
    refused = call(house.treasurer, "POST", f"/payouts/{payout['id']}/result", json=by_hand, expect=409)
    assert refused["type"] == "urn:city:problem:statement_tells"
    tells(Booked(-10_412_00, "", "FT4", end_to_end=payout["reference"]))
    assert call(market.merchant, "GET", f"/payouts/{payout['id']}", expect=200)["state"] == "settled"
    assert figures() == ("5548.00", "5548.00", "0.00", "0.00")
    sound()


def test_a_receipt_of_before_the_statements_that_never_came_leaves_the_bank_as_it_is(app, house, call, market):
    house.agree()
    way = house.way()
    house.receive(way, "1000.00")
    told = Day(clock.now().date(), "6222000011112222", (Booked(5_00, "rent back", "FT1", "Landlord"),), opening=900_00)
    upload(app, house.treasurer.token, camt053(told))
    transfer = trading.written_receipts(reading())[0].id
    body = {"mistake": "never_came"}
    call(house.treasurer, "POST", f"/trading-receipts/{transfer}/withdrawal", json=body, expect=204)
    (row,) = call(house.treasurer, "GET", "/house-bank", expect=200)["items"]
    assert (row["at_bank"]["amount"], row["in_books"]["amount"]) == ("905.00", "905.00")
    assert house.sale(way)[3] == "3288.00"
    sound()
