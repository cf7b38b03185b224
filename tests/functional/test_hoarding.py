"""Nobody holds goods and lorries for nothing: who orders can be reached, and who is not verified holds little."""

from datetime import timedelta

import pytest

from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.money import Money
from marketplace.reference import services as reference
from marketplace.reference.rules import Setting
from tests import factories
from tests.support.visitors import logged_in

DEPOSIT = {"rail": "bank", "plan": "deposit_30_70"}


@pytest.fixture
def bounded(market):
    """The bounds of buyers that are not verified: 2 orders, 6,000 USD, a tenth of the stock, 12 hours."""
    now = clock.now() + timedelta(seconds=1)
    bounds = {
        Setting.UNVERIFIED_ORDERS: 2, Setting.UNVERIFIED_VALUE: Money.of(6_000, "USD"),
        Setting.UNVERIFIED_STOCK_PERCENT: 10, Setting.UNVERIFIED_HOLD_HOURS: 12,
    }  # fmt: skip
    with unit_of_work() as session:
        for key, value in bounds.items():
            reference.change_setting(session, actor=SYSTEM, key=key.value, value=value, valid_from=now, now=now)
    clock.set_offset(2)
    yield
    clock.set_offset(0)


def order(call, market, quantity, expect, payment=DEPOSIT):
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": payment}
    return call(market.buyer, "POST", "/checkout", json=body, expect=expect)


def code_of(refused):
    return refused["type"].rsplit(":", 1)[-1]


@pytest.mark.usefixtures("bounded")
def test_an_unverified_buyer_holds_a_share_of_the_stock_a_value_and_some_orders_for_hours(app, call, market):
    refused = order(call, market, 1_040, 409)
    assert (code_of(refused), refused["facts"]["most"]) == ("unverified_stock", 1_000)
    placed = order(call, market, 600, 201)["order_ids"]
    # The second would hold more than a tenth together with the first.
    assert code_of(order(call, market, 440, 409)) == "unverified_stock"
    placed += order(call, market, 80, 201)["order_ids"]
    assert code_of(order(call, market, 40, 409)) == "unverified_orders"
    seen = call(market.merchant, "GET", f"/orders/{placed[0]}", expect=200)
    assert seen["buyer_verified"] is False
    (booking,) = seen["bookings"]
    assert booking["expires_at"] <= (clock.now() + timedelta(hours=12)).isoformat()
    merchant = logged_in(app, market.merchant)
    merchant.open(f"/orders/{placed[0]}")
    assert "The operator has not verified this buyer." in merchant.text()
    # Once a deposit is seen the order counts no more.
    call(market.merchant, "POST", f"/orders/{placed[0]}/confirmation", expect=204)
    payment = call(market.merchant, "GET", f"/orders/{placed[0]}", expect=200)["payments"][0]
    body = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
    order(call, market, 40, 201)


@pytest.mark.usefixtures("bounded")
def test_a_verified_buyer_and_one_who_pays_by_card_are_not_bounded(call, market):
    order(call, market, 1_040, 202, {"rail": "card", "plan": "deposit_30_70"})
    with unit_of_work() as session:
        factories.verify(session, market.buyer.actor.company, now=clock.now())
    order(call, market, 1_040, 201)


@pytest.mark.usefixtures("bounded")
def test_what_a_checkout_by_card_held_counts_when_one_by_bank_takes_it_over(call, market):
    now = clock.now() + timedelta(seconds=1)
    with unit_of_work() as session:
        reference.change_setting(
            session, actor=SYSTEM, key="UNVERIFIED_VALUE", value=Money.of(10**6, "USD"), valid_from=now, now=now
        )
    clock.set_offset(4)
    # More than half of the stock: what is left is less than what the second asks for.
    order(call, market, 6_000, 202, {"rail": "card", "plan": "deposit_30_70"})
    assert code_of(order(call, market, 6_000, 409)) == "unverified_stock"


@pytest.mark.usefixtures("bounded")
def test_the_value_of_unpaid_orders_is_bounded_in_whatever_currency(call, market):
    now = clock.now() + timedelta(seconds=1)
    with unit_of_work() as session:
        for key, value in (("UNVERIFIED_STOCK_PERCENT", 100), ("UNVERIFIED_VALUE", Money.of(3_000, "USD"))):
            reference.change_setting(session, actor=SYSTEM, key=key, value=value, valid_from=now, now=now)
    clock.set_offset(4)
    refused = order(call, market, 1_200, 409)
    assert (code_of(refused), refused["facts"]["most"]) == ("unverified_value", "3000.00 USD")


def test_who_never_confirmed_the_login_orders_nothing(town, market):
    buyer = town.company("new@demo.test")
    program = town.program("new@demo.test")
    program.call("PUT", "/cart", 200, {"to": factories.HANOI})
    cart = program.call("PUT", f"/cart/lines/{market.chains}", 200, {"quantity": 80})
    body = {"expected_totals": cart["totals"], "payment": DEPOSIT}
    assert program.problem("POST", "/checkout", 409, body)[0] == "contact_unconfirmed", buyer
    visitor = town.visitor("new@demo.test")
    visitor.open("/checkout")
    key = cart["bundles"][0]["key"]
    form = {f"payment.{key}": "bank deposit_30_70"}
    form["total"] = [f"{one['kind']} {one['amount']} {one['currency']}" for one in cart["totals"]]
    visitor.send("/checkout", form, 409)
    assert "Confirm your e-mail address or phone number first" in visitor.text()
    # Logging in with a code confirms it.
    program.call("POST", "/codes", 202, {"login": "new@demo.test"})
    program.call("POST", "/tokens", 201, {"login": "new@demo.test", "code": town.code("new@demo.test")})
    program.call("POST", "/checkout", 201, body)
