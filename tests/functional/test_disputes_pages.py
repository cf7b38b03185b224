"""Disputes, accounts at the provider and what is owed after payout: pages and API show one set of figures."""

import itertools

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.models.remitting import ProviderAccount
from marketplace.stripe_double.resources import balance
from marketplace.worker import runner
from marketplace.worker.jobs import JOBS
from tests.support.cards import CARD, bring_notices, double_of
from tests.support.claims import bring
from tests.support.invariants import sound
from tests.support.letters import place, subjects
from tests.support.payouts import said
from tests.support.visitors import Town, app_code, entered, shown


@pytest.fixture
def code():
    """Give the code that an app shows next: one is good for one act."""
    steps = itertools.count(60, 60)

    def next_code(secret):
        clock.set_offset(next(steps))
        return app_code(secret)

    yield next_code
    clock.set_offset(0)


def test_a_dispute_from_the_first_notice_to_the_banks_word(app, call, market, treasury):
    town, double = Town(app), double_of(app)
    order = place(call, market, **CARD)
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    goods = next(one for one in double.all("payment_intent") if one["metadata"].get("city_order"))
    double.dispute(goods["id"], reason="product_not_received")
    bring_notices(double)
    runner.run_due(app)

    (row,) = call(treasury, "GET", "/card-disputes", expect=200)["items"]
    assert (row["state"], row["amount"]["amount"], row["bearer"]) == ("open", "10960.00", "payee")
    seen = call(treasury, "GET", f"/card-disputes/{row['id']}", expect=200)
    assert seen["frozen"] == row["amount"]
    assert order["reference"] in seen["evidence"]["told"]
    assert seen["evidence"]["waybill"] == order["bookings"][0]["reference"]
    assert "400" in seen["evidence"]["goods"]
    call(market.merchant, "GET", f"/card-disputes/{row['id']}", expect=403)
    assert "A card's holder disputes 10,960.00 CNY" in subjects(town, treasury)

    call(market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/acceptance", key="a", json={}, expect=204)
    mine = call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)
    of_goods = [one for one in mine["milestones"] if one["subject"] == "order"]
    assert {(one["state"], one["is_frozen"]) for one in of_goods} == {("held", True)}
    assert {one["is_frozen"] for one in mine["milestones"] if one["subject"] == "freight"} == {False}

    desk, _secret = entered(app, treasury)
    assert row["reference"] in desk.open("/operator/card-disputes")
    page = shown(desk.open(f"/operator/card-disputes/{row['id']}"))
    assert page.count("10,960.00 CNY") == 3  # disputed, taken, frozen
    answer = f"/operator/card-disputes/{row['id']}/answer"
    desk.send(answer, {"told": ""}, 422)
    desk.send(answer, {"told": "winning_evidence"})
    told = shown(desk.open(f"/operator/card-disputes/{row['id']}"))
    assert "The card's bank has your answer." in told
    assert "The card's bank decides" in told
    call(treasury, "POST", f"/card-disputes/{row['id']}/answer", key="x", json={"told": "more"}, expect=409)
    double.pass_time()
    bring_notices(double)
    runner.run_due(app)
    assert call(treasury, "GET", f"/card-disputes/{row['id']}", expect=200)["dispute"]["state"] == "won"
    mine = call(market.buyer, "GET", f"/orders/{order['id']}", expect=200)
    assert {one["state"] for one in mine["milestones"] if one["subject"] == "order"} == {"released"}
    sound()


def set_up(app, call, market, code):
    """Have the merchant, moved to Singapore, set an account up at the provider; return his browser and secret."""
    call(market.merchant, "POST", "/payout-account", key="abroad", json={"code": None}, expect=409)
    with unit_of_work() as session:
        session.execute(sa.update(Company).where(Company.id == market.merchant.company).values(country="SG"))
    reading().rollback()
    shop, secret = entered(app, market.merchant)
    assert "Until you have one" in shop.open("/account/payout-account")
    page = shop.send("/account/payout-account", {"code": code(secret)}).location or ""
    path = page.removeprefix("http://127.0.0.1:8000")
    assert "/connect/acct_" in path
    assert shop.client.post(path, data={"act": "confirm", "bank": "ok"}).status_code == 303
    assert shop.client.get("/account/payout-account/return").status_code == 303
    assert "not yet" in shop.open("/account/payout-account")
    with unit_of_work() as session:
        session.execute(sa.update(ProviderAccount).values(active_from=clock.now()))
    reading().rollback()
    assert call(market.merchant, "GET", "/payout-account", expect=200)["state"] == "active"

    return shop, secret


def test_a_merchant_is_paid_by_transfer_and_owes_what_had_to_go_back(app, call, market, treasury, code):
    double = double_of(app)
    shop, secret = set_up(app, call, market, code)
    order = place(call, market, **CARD)
    call(market.merchant, "POST", f"/orders/{order['id']}/confirmation", key="c", expect=204)
    bring(order["id"])
    call(market.buyer, "POST", f"/order-lines/{order['lines'][0]['id']}/acceptance", key="a", json={}, expect=204)
    runner.run_due(app)
    double.act(lambda call: balance.book(call, "topup", "tu_test", 10_000_000, "cny"))
    call(treasury, "POST", "/payouts", key="gather", expect=201)
    (due,) = [
        one for one in call(treasury, "GET", "/payouts", expect=200)["items"] if one["source"] != "carrier_payable"
    ]
    assert (due["way"], due["payee_account"], due["amount"]["amount"]) == ("provider_transfer", None, "10631.20")
    sent = call(treasury, "POST", f"/payouts/{due['id']}/approval", key="yes", expect=200)
    assert sent["state"] == "settled"
    call(treasury, "POST", f"/payouts/{due['id']}/result", key="no", json=said("failed"), expect=409)
    assert "by transfer at the provider" in shop.open("/account/payouts")

    # Paid on to its bank, and then the card's holder is right: what is not there any more is owed.
    account = double.all("account")[0]["id"]
    double.act(lambda call: balance.book(call, "payout", "po_test", -1_063_120, "cny", account=account))
    goods = next(one for one in double.all("payment_intent") if one["metadata"].get("city_order"))
    made = double.dispute(goods["id"], reason="product_not_received")
    double.decide(made["id"], won=False)
    bring_notices(double)
    runner.run_due(app)
    (owed,) = call(market.merchant, "GET", "/receivables", expect=200)["items"]
    assert owed["owed"] == {"amount": "10631.20", "currency": "CNY"}
    assert call(treasury, "GET", "/receivables", expect=200)["items"] == [owed]
    (back,) = call(market.merchant, "GET", "/payout-reversals", expect=200)["items"]
    assert (back["state"], back["reason"]) == ("failed", "balance_insufficient")
    assert "10,631.20 CNY" in shown(shop.open("/account/receivables"))
    assert "Owed after payout" in shop.open("/account/statement?currency=CNY&from=2026-01-01&to=2030-12-31")
    shop.open("/account/payout-account")
    shop.send("/account/payout-account/stop", {"code": code(secret)})
    assert "Stopped" in shop.open("/account/payout-account")
    JOBS["watch_provider"]({})
    JOBS["send_transfers"]({})

    sound()
