"""The credit of a sample on both databases: taken once by two checkouts at once, given back when nothing came of it."""

from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.samples.models import SampleOrder
from marketplace.reports.queries import check
from tests import factories
from tests.support.invariants import fresh, sound
from tests.support.racing import at_once
from tests.support.samples import COURIER, OFFER, offer, order_sample, received
from tests.support.ways import BANK

pytestmark = pytest.mark.both_databases


def in_cart(call, trader, market, quantity=400):
    call(trader, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(trader, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)
    return {"expected_totals": cart["totals"], "payment": BANK}


def test_of_two_checkouts_at_once_one_takes_the_credit(app, call, market):
    offer(call, market, OFFER)
    sample = received(call, market, order_sample(call, market))
    with unit_of_work() as session:
        mate = factories.colleague(session, app, market.buyer, role=Role.PURCHASING, now=clock.now())
    buyers = [(who, in_cart(call, who, market)) for who in (market.buyer, mate)]

    def buy(who, body):
        answer = app.test_client().post("/api/v1/checkout", json=body, headers=who.headers | {"Idempotency-Key": "k"})
        return answer.status_code, answer.get_json()["type"] if answer.status_code == 409 else None

    answers = at_once(app, [partial(buy, *each) for each in buyers])
    assert sorted(status for status, _ in answers) == [201, 409]
    # Whoever was too late either still saw the credit, or a total without it.
    (why,) = [code for status, code in answers if status == 409]
    assert why in ("urn:city:problem:sample_credit_used", "urn:city:problem:expected_totals")
    session = fresh()
    (credited,) = session.scalars(sa.select(OrderLine).where(OrderLine.credit_minor > 0))
    kept = session.scalars(sa.select(SampleOrder)).one()
    assert (str(kept.id), kept.credited_line_id, kept.credited_minor) == (sample["id"], credited.id, 90_00)
    assert check(session) == []


def test_a_rejected_line_gives_the_credit_back_and_a_placed_one_keeps_it(app, call, market):
    offer(call, market, OFFER | {"credit_least": 40})
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="CH-2", now=clock.now())
    received(call, market, order_sample(call, market))
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    call(market.buyer, "PUT", f"/cart/lines/{other}", json={"quantity": 400}, expect=200)
    (order_id,) = call(market.buyer, "POST", "/checkout", json=in_cart(call, market.buyer, market), expect=201)[
        "order_ids"
    ]
    lines = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["lines"]
    mine = next(line for line in lines if line["listing_id"] == str(market.chains))
    assert mine["credit"]["amount"] == "90.00"
    body = {"rejected_lines": [{"line": mine["id"], "reason": "out_of_stock"}]}
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", json=body, expect=204)
    session = fresh()
    order = session.scalars(sa.select(Order).where(Order.credit_minor > 0)).one()
    whole = session.scalars(sa.select(OrderLine).where(OrderLine.listing_id == other)).one()
    assert order.total_minor - order.credit_minor - order.let_off_minor == whole.amount_minor
    assert session.scalars(sa.select(SampleOrder.credited_order_id)).one() is None
    assert check(session) == []


def test_a_card_that_is_declined_gives_the_credit_back(app, call, market):
    offer(call, market, OFFER)
    received(call, market, order_sample(call, market))
    body = in_cart(call, market.buyer, market)
    card = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_chargeDeclined"}
    call(market.buyer, "POST", "/checkout", json=body | {"payment": card}, expect=422)
    done = call(market.buyer, "POST", "/checkout", json=body, expect=201)
    order = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)
    assert order["credit"]["amount"] == "90.00"
    sound()


def test_of_two_samples_at_once_one_is_ordered(app, call, market):
    offer(call, market, OFFER)
    with unit_of_work() as session:
        mate = factories.colleague(session, app, market.buyer, role=Role.PURCHASING, now=clock.now())
    body = COURIER | {
        "expected_totals": [{"amount": "210.00", "currency": "CNY"}],
        "payment": {"rail": "bank", "plan": "sample_100"},
    }

    def order(who):
        headers = who.headers | {"Idempotency-Key": "s"}
        path = f"/api/v1/listings/{market.chains}/sample-orders"
        return app.test_client().post(path, json=body, headers=headers).status_code

    answers = at_once(app, [partial(order, who) for who in (market.buyer, mate)])
    assert sorted(answers) == [201, 409]
