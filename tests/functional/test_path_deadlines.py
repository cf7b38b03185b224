"""What becomes of an order that waits: the deposit secures it, silence ends it, late money is owed back."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.catalog import flows as catalog
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics import flows as lorries
from marketplace.orders import flows as orders
from marketplace.payments.flows import lapsing as paying
from marketplace.reports import queries as reports
from tests import factories
from tests.support.invariants import sound
from tests.support.visitors import Visitor
from tests.support.ways import fill

pytestmark = pytest.mark.both_databases
DEPOSIT = {"rail": "bank", "plan": "deposit_30_70"}


@pytest.fixture
def market(app):
    return factories.open_market(app, stock=400)


@pytest.fixture
def placed(call, market):
    """An order of all the stock there is, its deposit due."""
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": DEPOSIT}
    done = call(market.buyer, "POST", "/checkout", key="place", json=body, expect=201)
    return done["order_ids"][0]


def look(call, market, order_id):
    return call(market.buyer, "GET", f"/orders/{order_id}", expect=200)


def pay(call, market, order, expect=200):
    payment = order["payments"][0]
    body = {"amount": payment["amount"], "received_on": clock.now().date().isoformat()}
    path = f"/payments/{payment['id']}/confirmation"
    return call(market.merchant, "POST", path, key="paid", json=body, expect=expect)


def test_the_deposit_promises_stock_and_confirms_the_booking(call, market, placed):
    pay(call, market, look(call, market, placed))
    order = look(call, market, placed)
    assert order["secured_at"] is not None
    assert order["state"] == "placed"
    assert [one["state"] for one in order["bookings"]] == ["confirmed"]
    assert order["milestones"][0]["state"] == "paid"
    call(market.merchant, "POST", f"/orders/{placed}/confirmation", key="c", expect=204)
    call(market.buyer, "POST", f"/orders/{placed}/cancellation", key="x", expect=204)
    order = look(call, market, placed)
    assert [one["state"] for one in order["bookings"]] == ["cancelled"]
    assert order["freight"][0]["state"] == "cancelled"
    assert reports.check(reading()) == []


def test_a_deposit_that_does_not_come_ends_the_order(call, market, placed):
    call(market.merchant, "POST", f"/orders/{placed}/confirmation", key="c", expect=204)
    paying.lapse(now=clock.now() + timedelta(days=20))
    order = look(call, market, placed)
    assert (order["state"], order["cancel_reason"]) == ("cancelled", "deposit_missing")
    assert order["lines"][0]["parts"] == {"cancelled": 400}
    assert fill(call, market, pads=0)["bundles"][0]["lines"][0]["available"] == 400
    assert reports.check(reading()) == []


def test_a_merchant_who_stays_silent_loses_the_order(call, market, placed):
    assert orders.cancel_unconfirmed_orders(now=clock.now()) == 0
    assert orders.cancel_unconfirmed_orders(now=clock.now() + timedelta(days=20)) == 1
    assert orders.cancel_unconfirmed_orders(now=clock.now() + timedelta(days=20)) == 0
    order = look(call, market, placed)
    assert (order["state"], order["cancel_reason"]) == ("cancelled", "not_confirmed")
    call(market.merchant, "POST", f"/orders/{placed}/confirmation", key="c", expect=409)
    assert reports.check(reading()) == []


@pytest.mark.parametrize("reason", ["deposit_missing", "not_confirmed"])
def test_what_came_of_a_deposit_before_its_order_lapsed_is_paid_and_owed_back(app, call, market, placed, reason):
    payment = look(call, market, placed)["payments"][0]
    for amount in ("400.00", "600.00"):
        body = {"amount": {"amount": amount, "currency": "CNY"}, "received_on": clock.now().date().isoformat()}
        call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", key=amount, json=body, expect=200)
    if reason == "deposit_missing":
        call(market.merchant, "POST", f"/orders/{placed}/confirmation", key="c", expect=204)
        paying.lapse(now=clock.now() + timedelta(days=20))
    else:
        assert orders.cancel_unconfirmed_orders(now=clock.now() + timedelta(days=20)) == 1
    order = look(call, market, placed)
    assert (order["cancel_reason"], order["payments"][0]["paid"]["amount"]) == (reason, "1000.00")
    with unit_of_work() as session:
        books = factories.staff(session, app, role=Role.TREASURY, now=clock.now())
    money, known = order["money"], call(books, "GET", f"/orders/{placed}/money", expect=200)
    known.pop("card_disputes")
    assert known == money == call(market.merchant, "GET", f"/orders/{placed}", expect=200)["money"]
    names = ("paid", "overpaid", "owed_back", "kept", "due_now", "balance", "still_agreed")
    read = {name: money[name]["amount"] for name in names}
    nothing = dict.fromkeys(names, "0.00")
    assert read == nothing | {"paid": "1000.00", "owed_back": "1000.00"}
    deposit, rest = money["stages"]
    assert [deposit[name]["amount"] for name in ("amount", "paid", "due", "pending")] == [
        "1000.00", "1000.00", "0.00", "0.00",
    ]  # fmt: skip
    assert (deposit["state"], rest["amount"]["amount"], rest["state"]) == ("paid", "0.00", "cancelled")
    pages = ((market.buyer, "/orders/{}"), (market.merchant, "/orders/{}"), (books, "/operator/orders/{}/money"))
    for reader, path in pages:
        page = Visitor(app)
        page.enter(reader.actor)
        assert re.search(r'<dt>Paid</dt><dd><data[^>]* value="1000.00"', page.open(path.format(placed))), path
    sound()


def expire(call, market, placed):
    """Let the holds of an order end while its payment waits."""
    assert catalog.expire_holds(now=clock.now() + timedelta(days=20)) == 1
    assert lorries.expire_holds(now=clock.now() + timedelta(days=20)) == 1
    return look(call, market, placed)


def test_a_late_deposit_takes_again_what_is_still_there(call, market, placed):
    order = expire(call, market, placed)
    assert [one["state"] for one in order["bookings"]] == ["expired"]
    pay(call, market, order)
    order = look(call, market, placed)
    assert order["secured_at"] is not None
    assert [one["state"] for one in order["bookings"]] == ["expired", "confirmed"]
    assert reports.check(reading()) == []


def test_a_late_deposit_for_goods_that_are_gone_is_owed_back(call, market, placed):
    order = expire(call, market, placed)
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": DEPOSIT}
    call(market.buyer, "POST", "/checkout", key="another", json=body, expect=201)
    pay(call, market, order)
    order = look(call, market, placed)
    assert (order["state"], order["cancel_reason"]) == ("cancelled", "out_of_stock")
    assert reports.check(reading()) == []


def test_a_merchant_rejects_and_the_line_says_so(call, market, placed):
    call(market.merchant, "POST", f"/orders/{placed}/cancellation", key="no", expect=204)
    order = look(call, market, placed)
    assert (order["state"], order["cancel_reason"], order["lines"][0]["state"]) == ("rejected", "merchant", "rejected")
    call(market.buyer, "POST", f"/orders/{placed}/cancellation", key="late", expect=409)
    assert reports.check(reading()) == []


def test_each_side_cancels_by_a_right_of_its_own(app, call, market, placed):
    path = f"/orders/{placed}/cancellation"
    for trader, wrong in ((market.buyer, Role.SALES), (market.merchant, Role.PURCHASING)):
        give(app, trader, wrong)
        call(trader, "POST", path, key=wrong, expect=403)
    give(app, market.merchant, Role.SALES)
    call(market.merchant, "POST", path, key="no", expect=204)


def give(app, trader, role):
    """Leave a company's first member one role, whoever leads it."""
    with app.app_context(), unit_of_work() as session:
        session.execute(
            sa.update(Membership).where(Membership.person_id == trader.actor.person).values(roles=[role.value])
        )
