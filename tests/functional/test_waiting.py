"""What waits for a company is counted, says when it is due, leads to its page, and costs the same for any number."""

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.reports.queries import desks
from tests import factories
from tests.support.claims import bring, line_of, place
from tests.support.statements import statements
from tests.support.visitors import Reader, visitor
from tests.support.ways import fill

CHECKED = True
pytestmark = pytest.mark.both_databases


@pytest.fixture
def waits(call):
    """Counts what waits for a trader, over the API."""

    def found(trader):
        rows = call(trader, "GET", "/desk", expect=200)["items"]
        return {row["queue"]: (row["waiting"], row["due_at"]) for row in rows if row["waiting"]}

    return found


def test_an_order_waits_for_one_side_after_the_other(app, call, market, waits):
    assert (waits(market.buyer), waits(market.merchant)) == ({}, {})
    cart = fill(call, market, chains=400, pads=0)
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "deposit_30_70"}}
    (order_id,) = call(market.buyer, "POST", "/checkout", json=body, expect=201)["order_ids"]
    order = call(market.merchant, "GET", f"/orders/{order_id}", expect=200)
    assert waits(market.merchant)["confirm_orders"] == (1, order["confirm_by"])
    assert waits(market.buyer).keys() == {"sign_purchases", "pay"}
    call(market.merchant, "POST", f"/orders/{order_id}/confirmation", expect=204)
    assert "confirm_orders" not in waits(market.merchant)
    transfer = {"amount": "5.00", "currency": "CNY", "received_on": str(clock.now().date()), "reference": "?"}
    recorded = call(market.merchant, "POST", "/transfers", json=transfer, expect=201)
    assert waits(market.merchant)["match_transfers"] == (1, recorded["act_by"])
    (deposit,) = [row for row in order["payments"] if row["event"] == "deposit"]
    body = {"amount": deposit["amount"]["amount"], "received_on": str(clock.now().date())}
    call(market.merchant, "POST", f"/payments/{deposit['id']}/confirmation", json=body, expect=200)
    cutoff = call(market.merchant, "GET", f"/orders/{order_id}", expect=200)["bookings"][0]["cutoff_cargo_at"]
    assert waits(market.merchant)["ship_goods"] == (1, cutoff)


def test_goods_that_came_wait_for_the_buyer_and_a_claim_for_the_merchant(app, call, market, waits):
    order_id = place(call, market)
    bring(order_id)
    number, due = waits(market.buyer)["accept_goods"]
    assert (number, due is not None) == (1, True)
    buyer, merchant = Reader(app, market.buyer), Reader(app, market.merchant)
    reference = call(market.buyer, "GET", f"/orders/{order_id}", expect=200)["reference"]
    assert 'href="/orders?waits=acceptance"' in buyer.get("/orders")
    assert reference in buyer.get("/orders?waits=acceptance")
    assert reference not in buyer.get("/orders?waits=confirmation")
    assert "Nothing waits for you" in merchant.get("/merchant")
    claim = {"reason": "wrong", "quantity": 40, "text": "Other chains."}
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/claims", json=claim, expect=201)
    assert waits(market.merchant)["answer_claims"][0] == 1
    assert "Claims to answer" in merchant.get("/merchant")
    call(market.buyer, "POST", f"/order-lines/{line_of(order_id)}/acceptance", json={}, expect=204)
    assert "accept_goods" not in waits(market.buyer)


def test_a_desk_asks_as_often_for_many_orders_as_for_one(app, call, market):
    def asked():
        with app.app_context(), statements() as seen:
            for one in (market.buyer, market.merchant):
                desks.waiting(reading(), company_id=one.company, person_id=one.actor.person, now=clock.now())
        return len(seen)

    empty = asked()
    bring(place(call, market))
    place(call, market)
    first = asked()
    for _ in range(3):
        bring(place(call, market))
    place(call, market)
    assert asked() == first
    assert empty <= first  # what never came has no deadlines to be asked for


def test_a_member_hears_of_work_he_may_do(app, call, market, waits):
    bring(place(call, market))
    with unit_of_work() as session:
        for row in session.query(Membership).filter_by(company_id=market.buyer.company):
            row.roles = [Role.FINANCE.value]
    assert "accept_goods" not in waits(market.buyer)


def test_a_company_reads_what_is_missing_before_it_sells(app, market):
    newcomer = Reader(app, market.buyer).get("/merchant")
    for said in ("a scan or photo of it", "Name the account", 'href="/merchant/apply"'):
        assert said in newcomer, said
    assert "asks for it" not in newcomer  # the number was given at registration
    assert "What waits for you" not in newcomer


def test_customs_read_what_they_can_do_today(app, market):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.CUSTOMS, now=clock.now())
        for row in session.query(Membership).filter_by(company_id=office.company):
            row.roles = [Role.CUSTOMS.value]
    page = visitor(app, office).open("/operator")
    assert "What you can do here today" in page
    assert 'href="/documents?kind=manifest"' in page
