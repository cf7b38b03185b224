"""What a company approved is not outgrown after placement: neither by goods that are added, nor by another plan."""

from decimal import Decimal

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports import queries as reports
from tests import factories
from tests.support.ways import Way

LATER = {"rail": "bank", "plan": "acceptance_100"}


@pytest.fixture
def market(app):
    yield factories.open_market(app)
    session = reading()
    session.rollback()
    assert reports.check(session) == []


def colleague(app, market):
    with unit_of_work() as session:
        return factories.colleague(session, app, market.buyer, role=Role.OWNER, now=clock.now())


def rule(market, call, amount):
    body = {"name": "Over", "currency": "CNY", "tiers": [{"from": str(amount), "steps": [{"roles": ["owner"]}]}]}
    return call(market.buyer, "POST", "/approval-rules", json=body, expect=201)


def approve(call, chief, case_id):
    seen = call(chief, "GET", f"/approvals/{case_id}", expect=200)
    body = {"verdict": "approve", "content_hash": seen["content_hash"]}
    return call(chief, "POST", f"/approvals/{case_id}/decision", json=body, expect=200)


def bought(call, market, quantity):
    """Buy chains, without a deposit; return the answer of the checkout."""
    call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": quantity}, expect=200)
    return call(market.buyer, "POST", "/checkout", json={"expected_totals": cart["totals"], "payment": LATER})


def more(way, quantity, line=0):
    order = way.order()
    departure = order["bookings"][0]["departure_id"]
    return {"kind": "add", "line": order["lines"][line]["id"], "quantity": quantity, "departure": departure}


def propose(way, trader, expect=201, **body):
    return way.call(trader, "POST", f"/orders/{way.order_id}/changes", json=body, expect=expect)


def answer(way, change, trader, expect=200):
    body = {"content_hash": change["content_hash"]}
    return way.call(trader, "POST", f"/order-changes/{change['id']}/acceptance", json=body, expect=expect)


def whole(order):
    """Goods and freight of an order, as a checkout counts them for approval."""
    freight = sum(Decimal(one["amount"]["amount"]) for one in order["freight"] if one["state"] == "agreed")
    return Decimal(order["agreed_total"]["amount"]) + freight


def test_an_order_that_was_never_approved_passes_no_rule_in_small_steps(app, call, market, operator):
    way = Way(call, market, operator, payment=LATER, quantity=40)
    colleague(app, market)
    one = whole(way.order())
    assert one > Decimal("1096.00")
    # Each addition alone is far below the rule; the third makes the order as great as it is from which on it asks.
    rule(market, call, one * 3 - Decimal("0.01"))
    answer(way, propose(way, market.merchant, **more(way, 40)), market.buyer)
    assert whole(way.order()) == one * 2
    refused = propose(way, market.buyer, expect=409, **more(way, 40))
    assert refused["type"].endswith("approval_order_anew")
    change = propose(way, market.merchant, **more(way, 40))
    assert answer(way, change, market.buyer, expect=409)["type"].endswith("approval_order_anew")
    assert whole(way.order()) == one * 2


def test_what_one_proposed_and_waits_counts_beside_what_one_proposes(app, call, market, operator):
    way = Way(call, market, operator, payment=LATER, quantity=40)
    colleague(app, market)
    one = whole(way.order())
    answer(way, propose(way, market.buyer, **more(way, 40)), market.merchant)
    rule(market, call, one * 4 - Decimal("0.01"))
    waits = propose(way, market.buyer, **more(way, 40))
    assert propose(way, market.buyer, expect=409, **more(way, 40, line=1))["type"].endswith("approval_order_anew")
    # What the other side proposed counts once one accepts it.
    change = propose(way, market.merchant, **more(way, 40, line=1))
    assert answer(way, change, market.buyer, expect=409)["type"].endswith("approval_order_anew")
    call(market.buyer, "POST", f"/order-changes/{waits['id']}/withdrawal", json={}, expect=200)
    answer(way, change, market.buyer)
    assert whole(way.order()) == one * 3


def test_an_approved_order_grows_no_further_than_what_was_approved(app, call, market, operator):
    chief = colleague(app, market)
    rule(market, call, "3000")
    approve(call, chief, bought(call, market, 400)["facts"]["case"])
    way = Way(call, market, operator, payment=LATER)
    approved = whole(way.order())
    small = propose(way, market.merchant, **more(way, 40))
    assert answer(way, small, market.buyer, expect=409)["type"].endswith("approval_order_anew")
    call(market.merchant, "POST", f"/order-changes/{small['id']}/withdrawal", json={}, expect=200)
    assert propose(way, market.buyer, expect=409, **more(way, 40))["type"].endswith("approval_order_anew")
    # With less of it agreed, as much as was approved is there to be added.
    fewer = propose(way, market.buyer, kind="reduce", line=way.line_id, quantity=120)
    answer(way, fewer, market.merchant)
    answer(way, propose(way, market.buyer, **more(way, 40)), market.merchant)
    assert Decimal(3_000) < whole(way.order()) <= approved
    assert propose(way, market.buyer, expect=409, **more(way, 120))["type"].endswith("approval_order_anew")
