"""The trading company's money where it is not the usual case: approved first, in another currency, bounced."""

from datetime import timedelta

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.merchants.services import payees
from tests import factories
from tests.functional.test_approvals import ANY_APPROVER, Company, ask, checkout, decide
from tests.support.bank import Booked, Day, camt053, upload
from tests.support.claims import bring
from tests.support.invariants import sound
from tests.support.trading import BANK
from tests.support.visitors import Town, Visitor


def test_what_a_company_approves_is_who_sells_to_it(app, house, call, market):
    house.agree()
    firm = Company(Town(app), call, market)
    buyer, chief = firm.joins("buyer2", "purchasing"), firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    case_id = ask(buyer, market.chains, 400, payment=BANK)
    (part,) = chief.call("GET", f"/approvals/{case_id}", 200)["parts"]
    assert (part["merchant"], part["terms"]["mode"]) == ("Jialing Parts", "operator_sells")
    decide(chief, case_id)
    # Of the merchant itself it would be another contract: that is asked for anew.
    other = checkout(buyer, 409, payment={"rail": "bank", "plan": "deposit_30_70"})
    assert [row["moved"] for row in other["facts"]["voided"]] == [["terms"]]
    case_id = ask(buyer, market.chains, 400, payment=BANK)
    decide(chief, case_id)
    done = checkout(buyer, 201, payment=BANK)
    order = buyer.call("GET", f"/orders/{done['order_ids'][0]}", 200)
    assert (order["seller"], [each["name"] for each in order["approval"]["by"]]) == ("City Trading", ["Chief"])
    assert call(market.merchant, "GET", f"/orders/{order['id']}", expect=200)["approval"] is None
    sound()


def test_each_currency_is_bought_sold_and_paid_by_itself(app, house, call, market):
    house.agree()
    house.way()
    with unit_of_work() as session:
        before = clock.now() - timedelta(days=4)
        factories.payee(session, house.treasurer.actor, currency="THB", country="TH", now=before)
        payees.activate_due(session, now=clock.now())
    body = {"merchant_id": str(market.thai.company), "margin_basis_points": 777}
    made = call(house.office, "POST", "/trading-agreements", json=body, expect=201)
    call(market.thai, "POST", f"/trading-agreements/{made['id']}/answer", json={"agree": True}, expect=200)
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.pads}", json={"quantity": 80}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK | {"plan": "acceptance_100"}}
    (order_id,) = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
    call(market.thai, "POST", f"/orders/{order_id}/confirmation", expect=204)
    sold, bought = (call(who, "GET", f"/orders/{order_id}", expect=200) for who in (market.buyer, market.thai))
    # A rate into the buyer's own money is his alone, and changes no price.
    assert (sold["fx"]["quote"], bought["fx"]) == ("VND", None)
    rows = call(house.treasurer, "GET", "/trading-sales", expect=200)["items"]
    row = next(row for row in rows if row["order_id"] == order_id)
    assert (row["sale"], row["purchase_price"]) == (sold["total"], bought["total"])
    assert sold["total"]["currency"] == "THB"
    bring(order_id)
    line = sold["lines"][0]["id"]
    call(market.buyer, "POST", f"/order-lines/{line}/acceptance", json={}, expect=204)
    (payment,) = [one for one in call(market.buyer, "GET", f"/orders/{order_id}")["payments"] if one["state"] == "due"]
    confirmation = f"/trading-payments/{payment['id']}/confirmation"
    today = clock.now().date().isoformat()
    wrong = {"amount": "1.00", "currency": "CNY", "received_on": today}
    assert call(house.treasurer, "POST", confirmation, json=wrong)["errors"][0]["code"] == "currency"
    paid = {"amount": payment["amount"]["amount"], "received_on": today}
    call(house.treasurer, "POST", confirmation, json=paid, expect=200)
    call(house.treasurer, "POST", "/payouts", expect=201)
    (payout,) = call(market.thai, "GET", "/payouts", expect=200)["items"]
    assert payout["amount"] == bought["total"]
    books = {
        (row["kind"], row["balance"]["currency"]): row["balance"]["amount"]
        for row in call(house.treasurer, "GET", "/ledger")["items"]
    }
    assert books["trade_sales", "THB"] == "-" + sold["total"]["amount"]
    assert books["trade_sales", "CNY"] == "-3288.00"
    sound()


def test_a_payout_ends_as_soon_as_its_purchase_is_cancelled(app, house, call, market):
    house.agree()
    way = house.way()
    house.receive(way)
    assert call(house.treasurer, "POST", "/payouts", expect=201) == {"made": 1, "left_out": {"items": [], "next": None}}
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    assert (payout["state"], payout["amount"]["amount"]) == ("due", "3123.60")
    call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    (payout,) = call(market.merchant, "GET", "/payouts", expect=200)["items"]
    assert (payout["state"], payout["failure"], payout["act_by"]) == ("failed", "taken_back", None)
    approval = f"/payouts/{payout['id']}/approval"
    assert call(house.treasurer, "POST", approval, expect=409)["type"].endswith(":state")
    desk = Visitor(app)
    desk.enter(house.treasurer.actor)
    assert f"{payout['id']}/approval" not in desk.open("/account/payouts")
    assert call(house.treasurer, "POST", "/payouts", expect=201) == {"made": 0, "left_out": {"items": [], "next": None}}
    sound()
    # The next order's deposit is gathered by itself.
    house.receive(house.way())
    assert call(house.treasurer, "POST", "/payouts", expect=201) == {"made": 1, "left_out": {"items": [], "next": None}}
    sound()


def test_a_payout_to_a_merchant_that_bounced_is_paid_again(app, house, call, market):
    house.agree()
    way = house.way()
    opening, number = 20_000_00, 0

    def tells(*lines):
        nonlocal opening, number
        number += 1
        told = Day(clock.now().date(), "6222000011112222", lines, opening=opening, number=number)
        opening = told.closing
        upload(app, house.treasurer.token, camt053(told))

    def pays():
        assert call(house.treasurer, "POST", "/payouts", expect=201) == {
            "made": 1,
            "left_out": {"items": [], "next": None},
        }
        row = call(market.merchant, "GET", "/payouts", expect=200)["items"][0]
        assert row["amount"]["amount"] == "10412.00"
        call(house.treasurer, "POST", f"/payouts/{row['id']}/approval", expect=200)
        return row["reference"]

    tells(Booked(3_288_00, way.order()["payments"][0]["creditor_reference"], "FT1", "Hanoi Trading"))
    way.pack()
    way.hand_over()
    first = pays()
    tells(Booked(-10_412_00, "", "FT2", end_to_end=first), Booked(10_412_00, f"RETURN {first}", "FT3"))
    assert call(market.merchant, "GET", "/payouts", expect=200)["items"][0]["state"] == "returned"
    sound()
    second = pays()
    assert second != first
    tells(Booked(-10_412_00, "", "FT4", end_to_end=second))
    states = [one["state"] for one in call(market.merchant, "GET", "/payouts", expect=200)["items"]]
    assert states == ["settled", "returned"]
    books = {row["kind"]: row["balance"]["amount"] for row in call(house.treasurer, "GET", "/ledger")["items"]}
    assert (books["trade_payable"], books["house_bank"]) == ("0.00", "12876.00")
    assert house.sale(way)[3:] == ("10960.00", "10412.00")
    sound()
