"""Net terms between two companies: asked for, granted, taken up to the limit, overdue, reminded of, paid."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.queries import working_days
from marketplace.accounts.queries.closures import local_day
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.flows import lapsing
from marketplace.payments.models.credit import CreditLine, Dunning
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries import checks
from marketplace.reports import queries as reports
from tests import factories
from tests.support.letters import subjects
from tests.support.visitors import Town, Visitor
from tests.support.ways import Way

NET = {
    "name": "Net 30", "stages": [{"event": "handed_over", "percent": "100", "days": 30, "counted": "calendar"}],
    "rails": ["bank"], "credit": True,
}  # fmt: skip
PAYMENT = {"rail": "bank", "plan": "net_30"}


def day(days):
    return (clock.now() + timedelta(days=days)).date().isoformat()


def fill(call, market, quantity=400):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    return call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)


def order(call, market, expect=201, quantity=400):
    cart = fill(call, market, quantity)
    body = {"expected_totals": cart["totals"], "payment": PAYMENT}
    return call(market.buyer, "POST", "/checkout", json=body, expect=expect)


def broken_by(change):
    """Return what the promises of money say after a change, and take it back."""
    session = reading()
    session.execute(change.execution_options(synchronize_session=False))
    found = {(breach.subject, breach.what) for breach in checks.breaches(session) if breach.invariant == "1 money"}
    session.rollback()
    return found


def credit_of(call, market):
    (row,) = call(market.buyer, "GET", "/credit-lines", expect=200)["items"]
    assert call(market.merchant, "GET", "/credit-lines?side=gives", expect=200)["items"] == [row]
    return row


@pytest.fixture
def granted(call, market):
    """A credit of 25,000 CNY and 30 days, with a plan that takes it up: chains for 10,960 fit twice."""
    call(market.merchant, "POST", "/payment-plans", json=NET | {"code": "net_30"}, expect=201)
    wish = {"merchant_id": str(market.merchant.company), "amount": "50000", "currency": "CNY", "note": "Regular orders"}
    asked = call(market.buyer, "POST", "/credit-lines", json=wish, expect=201)["id"]
    assert order(call, market, expect=409)["type"].endswith("no_credit")
    given = {"decision": "grant", "amount": "25000", "days": 30, "until": day(90), "reason": "A year of orders"}
    call(market.merchant, "POST", f"/credit-lines/{asked}/decision", json=given, expect=200)
    return asked


@pytest.mark.both_databases
def test_orders_on_credit_stop_at_the_limit_and_reminders_go_out(app, call, market, operator, granted):
    town = Town(app)
    cart = fill(call, market)
    assert "net_30" in {one["code"] for one in cart["bundles"][0]["plans"]}
    way = Way(call, market, operator, payment=PAYMENT)
    order(call, market)
    row = credit_of(call, market)
    assert (row["pending"]["amount"], row["left"]["amount"]) == ("21920.00", "3080.00")
    refused = order(call, market, expect=409)
    assert refused["type"].endswith("credit_limit")
    assert refused["facts"]["left"] == "3080.00 CNY"
    assert "net_30" not in {one["code"] for one in fill(call, market)["bundles"][0]["plans"]}
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert "net_30" not in page.open("/checkout")
    assert "21,920.00" in page.open("/account/credit")

    way.pack()
    way.hand_over()
    row = credit_of(call, market)
    assert (row["pending"]["amount"], row["due"]["amount"]) == ("10960.00", "10960.00")
    with unit_of_work() as session:
        on_credit = sa.update(Payment).where(Payment.amount_minor == 1_096_000)
        session.execute(on_credit.values(due_at=clock.now() - timedelta(days=60)))
    assert lapsing.lapse(now=clock.now()) == 1
    # However late the first one went, the next stand apart as they should.
    for apart in (10 - 3, 20 - 10):
        assert [lapsing.remind(now=clock.now()) for _ in range(2)] == [1, 0]
        with unit_of_work() as session:
            (kept,) = session.scalars(sa.select(Dunning).where(Dunning.level > 0)).all()
            payer = market.buyer.company
            assert kept.next_at == working_days(session, company_id=payer, days=apart, now=kept.changed_at)
            kept.next_at = clock.now()
    assert [lapsing.remind(now=clock.now()) for _ in range(2)] == [1, 0]
    (late,) = call(market.merchant, "GET", "/overdue-credit?side=gives", expect=200)["items"]
    assert (late["reminded"], late["next_at"]) == ("final", None)
    assert re.search(r"final reminder\s*· no other follows", page.open("/account/credit"))
    told = subjects(town, market.buyer)
    for start in ("Reminder: 10,960.00", "Second reminder: 10,960.00", "Final reminder: 10,960.00"):
        assert sum(one.startswith(start) for one in told) == 1
    assert credit_of(call, market)["overdue"]["amount"] == "10960.00"
    assert order(call, market, expect=409, quantity=40)["type"].endswith("credit_overdue")
    assert reports.check(reading()) == []
    assert ("payment", "is overdue on credit and nobody is reminded") in broken_by(sa.delete(Dunning))
    assert ("payment_terms", "is on another's credit") in broken_by(sa.update(CreditLine).values(currency="USD"))

    payment = late["payment"]["id"]
    body = {"amount": "10960.00", "received_on": day(0)}
    call(market.merchant, "POST", f"/payments/{payment}/confirmation", json=body, expect=200)
    assert credit_of(call, market)["left"]["amount"] == "14040.00"
    order(call, market)
    end = {"decision": "refuse", "reason": "We stop selling on credit"}
    call(market.merchant, "POST", f"/credit-lines/{granted}/decision", json=end, expect=200)
    assert order(call, market, expect=409, quantity=40)["type"].endswith("no_credit")
    assert reports.check(reading()) == []


def test_what_was_reminded_of_once_stops_new_credit_and_pages_say_why(app, call, market, operator, granted):
    way = Way(call, market, operator, payment=PAYMENT)
    way.pack()
    way.hand_over()
    with unit_of_work() as session:
        on_credit = sa.update(Payment).where(Payment.amount_minor == 1_096_000)
        session.execute(on_credit.values(due_at=clock.now() - timedelta(days=11)))
    lapsing.lapse(now=clock.now())
    assert lapsing.remind(now=clock.now()) == 1
    row = credit_of(call, market)
    assert (row["overdue"]["amount"], row["left"]["amount"], row["stopped"]) == ("10960.00", "14040.00", True)
    (bundle,) = fill(call, market, 40)["bundles"]
    assert bundle["credit_refused"] == "credit_overdue"
    assert "net_30" not in {one["plan"] for one in bundle["payments"]}
    assert order(call, market, expect=409, quantity=40)["type"].endswith("credit_overdue")
    buyer, seller = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    seller.log_in(market.merchant.login)
    page = buyer.open("/checkout")
    assert "net_30" not in page
    assert "is overdue, and you were reminded of it" in page
    for shown in (buyer.open("/account/credit"), seller.open("/merchant/credit")):
        assert "nothing new on it: overdue and reminded of" in shown
    # Another credit with the same merchant does not go around it.
    end = {"decision": "refuse", "reason": "A new one"}
    call(market.merchant, "POST", f"/credit-lines/{granted}/decision", json=end, expect=200)
    wish = {"merchant_id": str(market.merchant.company), "amount": "50000", "currency": "CNY", "note": "Again"}
    asked = call(market.buyer, "POST", "/credit-lines", json=wish, expect=201)["id"]
    given = {"decision": "grant", "amount": "25000", "days": 30, "until": day(90), "reason": "Again"}
    assert call(market.merchant, "POST", f"/credit-lines/{asked}/decision", json=given, expect=200)["stopped"]
    assert order(call, market, expect=409, quantity=40)["type"].endswith("credit_overdue")
    reading().rollback()


def test_a_credit_ends_within_a_few_years(call, market):
    wish = {"merchant_id": str(market.merchant.company), "amount": "50000", "currency": "CNY", "note": "Regular orders"}
    asked = call(market.buyer, "POST", "/credit-lines", json=wish, expect=201)["id"]
    given = {"decision": "grant", "amount": "25000", "days": 30, "until": "2100-01-01", "reason": "A year of orders"}
    refused = call(market.merchant, "POST", f"/credit-lines/{asked}/decision", json=given, expect=422)
    (error,) = refused["errors"]
    today = local_day("CN", clock.now())
    last = today.replace(year=today.year + 3)
    assert (error["field"], error["accepted"]) == ("until", f"{today} to {last}")
    given["until"] = str(last)
    call(market.merchant, "POST", f"/credit-lines/{asked}/decision", json=given, expect=200)
    reading().rollback()


def test_a_merchant_lets_reminders_wait(app, call, market, operator, granted):
    way = Way(call, market, operator, payment=PAYMENT)
    way.pack()
    way.hand_over()
    (due,) = [one for one in way.order()["payments"] if one["subject"] == "order"]
    pause = {"until": day(5), "reason": "Their bank is on strike"}
    path = f"/payments/{due['id']}/reminder-pause"
    call(market.merchant, "POST", path, json=pause, expect=404)
    with unit_of_work() as session:
        session.execute(sa.update(Payment).values(due_at=clock.now() - timedelta(days=9)))
    lapsing.lapse(now=clock.now())
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    assert "not reminded yet" in seller.open("/merchant/credit")
    seller.send(f"/merchant/payments/{due['id']}/reminder-pause", pause)
    assert lapsing.remind(now=clock.now()) == 0
    call(market.buyer, "POST", path, json=pause, expect=404)
    call(market.merchant, "POST", path, json=pause | {"until": day(-2)}, expect=422)
    assert "Their bank is on strike" in seller.open("/merchant/credit")
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    assert "none until" in buyer.open("/account/credit")
    assert "on strike" not in buyer.shown
    call(market.merchant, "POST", path, json={"reason": "The strike is over"}, expect=204)
    assert lapsing.remind(now=clock.now()) == 1
    assert re.search(r"first reminder\s*· next", buyer.open("/account/credit"))
    reading().rollback()


def test_a_request_is_decided_on_the_page_or_declined_by_silence(app, call, market):
    buyer, seller = Visitor(app), Visitor(app)
    buyer.log_in(market.buyer.login)
    merchant = market.merchant.company
    page = f"/account/credit/merchants/{merchant}"
    assert page in buyer.open(f"/merchants/{merchant}")
    for currency in ("CNY", "USD"):
        buyer.open(page)
        wish = {"amount": "9000", "currency": currency, "note": "Regular orders"}
        buyer.send(page, wish)
    buyer.open(page)
    buyer.send(page, wish, 409)
    seller.log_in(market.merchant.login)
    assert seller.open("/merchant/credit").count("asked for") >= 2
    rows = call(market.merchant, "GET", "/credit-lines?side=gives", expect=200)["items"]
    cny = next(row["id"] for row in rows if row["wanted"]["currency"] == "CNY")
    seller.open(f"/merchant/credit/{cny}")
    assert "(optional)" not in seller.shown.partition("<form")[2].partition(f'action="/merchant/credit/{cny}"')[2]
    seller.send(f"/merchant/credit/{cny}", {"decision": "grant", "amount": "", "days": "0", "reason": "Good"}, 422)
    # What is missing hides nothing of what is wrong.
    assert seller.refused_fields() == {"amount", "days", "until"}
    seller.open(f"/merchant/credit/{cny}")
    given = {"decision": "grant", "amount": "8000", "days": "15", "until": day(30), "reason": "A good start"}
    seller.send(f"/merchant/credit/{cny}", given)
    assert lapsing.remind(now=clock.now() + timedelta(days=30)) == 1
    reading().rollback()
    states = {row["wanted"]["currency"]: row["state"] for row in call(market.buyer, "GET", "/credit-lines")["items"]}
    assert states == {"CNY": "granted", "USD": "declined"}
    call(market.buyer, "POST", f"/credit-lines/{cny}/decision", json={"decision": "refuse", "reason": "x"}, expect=404)
    assert "Reason of the last decision: A good start" in buyer.open("/account/credit")
