"""Money that came before its order was placed: held once the order is there, given back when none can be."""

import sqlalchemy as sa

from marketplace.checkout.flows import sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel.db import reading
from marketplace.reports import queries as reports
from marketplace.stripe_double.resources import payment_intents
from marketplace.worker import runner
from tests.support.cards import bring_notices, charges, double_of, pay_on
from tests.support.invariants import fresh
from tests.support.ways import fill

PAGE = {"rail": "card", "plan": "acceptance_100"}


def _begin(call, market):
    """Begin a checkout of goods and their freight; return it and how to reach its page."""
    cart = fill(call, market, pads=0)
    body = {"expected_totals": cart["totals"], "payment": PAGE}
    waiting = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=202)

    def page():
        return call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=202)["payment_url"]

    return waiting, page


def _take_by_hand(double):
    """Take what is reserved on the provider's own pages, before the city asks for it."""
    for intent in double.all("payment_intent"):
        if intent["status"] == "requires_capture":
            double.act(lambda call, intent=intent: payment_intents.capture(_of(call, intent)))


def _of(call, intent):
    return type(call)(call.transaction, {}, intent["id"], call.base_url)


def test_money_taken_before_its_order_is_placed_is_held_for_it(call, market, app):
    double = double_of(app)
    waiting, page = _begin(call, market)
    pay_on(app, page())
    _take_by_hand(double)
    bring_notices(double)
    assert "captured" in {state for *_, state in charges()}

    pay_on(app, page())
    done = call(market.buyer, "POST", f"/checkout/{waiting['id']}/completion", expect=200)

    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert {one["state"] for one in order["payments"]} == {"captured"}
    assert {one["state"] for one in order["milestones"]} == {"held"}
    assert reports.check(reading()) == []


def test_money_whose_order_can_no_longer_be_placed_goes_back(call, market, app):
    double = double_of(app)
    waiting, page = _begin(call, market)
    pay_on(app, page())
    _take_by_hand(double)
    bring_notices(double)
    session = fresh()
    later = session.scalars(sa.select(CheckoutAttempt.expires_at)).one()

    sweeping.finish_checkouts(now=later)

    assert call(market.buyer, "GET", f"/checkout/{waiting['id']}", expect=409)["type"].endswith("checkout_expired")
    assert sorted(state for *_, state in charges()) == ["cancelled", "refunded"]
    sweeping.finish_checkouts(now=later)
    assert len(double.all("refund")) == len({one["payment_intent"] for one in double.all("refund")})
    assert reports.check(reading()) == []


def test_money_that_is_taken_after_its_checkout_was_given_up_goes_back(call, market, app):
    double = double_of(app)
    _, page = _begin(call, market)
    pay_on(app, page())
    # The city asks for the reservation back and hears nothing; meanwhile somebody takes it on the provider's pages.
    double.switches.arm("timeout_before", method="POST", path="/v1/payment_intents/*/cancel", times=3)
    session = fresh()
    later = session.scalars(sa.select(CheckoutAttempt.expires_at)).one()
    sweeping.finish_checkouts(now=later)
    assert "authorised" in {state for *_, state in charges()}
    _take_by_hand(double)
    bring_notices(double)

    runner.run_due(app)
    sweeping.finish_checkouts(now=later)

    assert sorted(state for *_, state in charges()) == ["cancelled", "refunded"]
    assert reports.check(reading()) == []
