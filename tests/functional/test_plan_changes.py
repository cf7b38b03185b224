"""Another payment plan after placement over pages and API: proposed, accepted, followed, and read back the same."""

import re
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.papers import queries as paper_queries
from marketplace.worker.runner import run_due
from tests.functional.test_documents import printed
from tests.support.changes import answer, papers, pay, propose, shares, stands
from tests.support.visitors import Visitor
from tests.support.ways import Way

CARD = {"rail": "card", "plan": "deposit_30_70", "payment_method": "pm_card_visa"}
CHECKED = True


def stage(event, percent, days=3):
    return {"event": event, "percent": percent, "days": days}


def pro_forma(way):
    """What the latest pro-forma of the order says."""
    found = [one for one in way.order()["documents"] if one["kind"] == "pro_forma"]
    latest = max(found, key=lambda one: one["version"])
    reading().rollback()
    return paper_queries.manuscript(reading(), document_id=UUID(latest["id"])).data


@pytest.mark.both_databases
def test_the_rest_of_an_order_by_bank_is_due_by_the_new_plan(call, market, operator):
    way = Way(call, market, operator).secure()
    wanted = [stage("delivered", "40"), stage("accepted", "60", 9)]
    change = propose(way, market.merchant, kind="plan", stages=wanted)
    assert (change["state"], change["delta"]["amount"], change["acts"]) == ("proposed", "0.00", ["withdraw"])
    assert [(one["event"], one["now"]["amount"], one["then"]["amount"]) for one in change["outcome"]] == [
        ("handed_over", "7672.00", "0.00"), ("delivered", "0.00", "3068.80"), ("accepted", "0.00", "4603.20")
    ]  # fmt: skip
    assert propose(way, kind="plan", stages=wanted, expect=409)["type"].endswith("change_open")
    answer(way, change, trader=market.merchant, expect=403)
    answer(way, change | {"content_hash": "0" * 64}, trader=market.buyer, expect=409)
    assert answer(way, change, trader=market.buyer)["state"] == "accepted"
    order = way.order()
    assert shares(order) == [
        ("deposit", "paid", "3288.00"), ("delivered", "pending", "3068.80"), ("accepted", "pending", "4603.20")
    ]  # fmt: skip
    assert (papers(order), papers(order, "pro_forma")) == ([1, 2], [1])
    found = stands(call, way, operator, total=10_960, paid=3_288, due_now=0, waits="event", event="delivered")
    assert [(one["event"], one["percent"]) for one in found["plan"]["stages"]] == [
        ("deposit", "30"), ("delivered", "28"), ("accepted", "42")
    ]  # fmt: skip
    way.pack()
    way.hand_over()
    stands(call, way, operator, due_now=0, paid=3_288)
    for name in ("close", "load", "seal", "depart", "arrive", "strip"):
        way.act(name, **({"seal_number": "CN-1"} if name == "seal" else {}))
    way.receive(cartons=10)
    stands(call, way, operator, due_now=Decimal("3068.80"), waits="payment", event="delivered")
    # Goods that came leave one event: what is due by now is planned no more.
    refused = propose(way, kind="plan", stages=wanted, expect=422)
    assert refused["errors"][0]["accepted"] == "accepted"
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", expect=204)
    stands(call, way, operator, due_now=Decimal("7672.00"))
    for event in ("delivered", "accepted"):
        pay(way, event)
    stands(call, way, operator, due_now=0, balance=0, paid=10_960, waits=None)


def test_what_a_card_paid_is_released_by_the_new_plan(call, market, operator):
    way = Way(call, market, operator, payment=CARD)
    change = propose(way, kind="plan", stages=[stage("accepted", "100")])
    answer(way, change)
    stands(call, way, operator, total=10_960, paid=10_960, held=7_672, released=3_288, event="accepted")
    way.pack()
    way.hand_over()
    stands(call, way, operator, held=7_672, released=3_288)
    assert papers(way.order()) == [1, 2]


def test_a_plan_is_refused_that_the_goods_have_passed_or_that_is_none(call, market, operator):
    way = Way(call, market, operator).secure()
    for stages, field in (
        ([stage("deposit", "100")], "stages"),
        ([stage("accepted", "90")], "stages"),
        ([stage("accepted", "60"), stage("ready", "40")], "stages"),
        ([], "stages"),
        ([stage("accepted", "100", 999)], "stages"),
    ):
        refused = propose(way, kind="plan", stages=stages, expect=422)
        assert refused["errors"][0]["field"].startswith(field)
    assert propose(way, kind="plan", expect=422)["errors"][0]["field"] == "stages"
    change = propose(way, kind="plan", stages=[stage("handed_over", "100")])
    # What the goods went past before anybody answered is void.
    way.pack()
    way.hand_over()
    assert call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"][0]["state"] == "void"
    answer(way, change, expect=409)
    assert propose(way, kind="plan", stages=[stage("accepted", "100")], expect=409)["type"].endswith("nothing_to_come")


def test_declined_or_withdrawn_the_old_plan_stands(call, market, operator):
    way = Way(call, market, operator)
    before = stands(call, way, operator)
    for what, trader in (("refusal", market.merchant), ("withdrawal", market.buyer)):
        change = propose(way, kind="plan", stages=[stage("accepted", "100")])
        answer(way, change, what, trader=trader)
        assert stands(call, way, operator) == before
    # A plan and the end of the order may be proposed beside each other.
    plan = propose(way, kind="plan", stages=[stage("accepted", "100")])
    reduce = propose(way, kind="reduce", line=way.line_id, quantity=100)
    answer(way, plan)
    # The price of fewer units is waived from what is to come by the new plan, the last share first.
    assert answer(way, reduce)["state"] == "accepted"
    assert [one[:2] for one in shares(way.order())] == [
        ("deposit", "due"), ("accepted", "pending"), ("accepted", "cancelled")
    ]  # fmt: skip
    stands(call, way, operator, total=8_220, due_now=3_288, paid=0)
    # A pro-forma that waits for its deposit says what is bought now and how it is paid.
    assert papers(way.order(), "pro_forma") == [1, 2, 3]
    latest = pro_forma(way)
    assert (latest["total"]["amount"], latest["lines"][0]["quantity"]) == ("8220.00", "300")
    assert [(one["event"], one["amount"]["amount"]) for one in latest["stages"]] == [
        ("deposit", "3288.00"), ("accepted", "4932.00")
    ]  # fmt: skip


def test_a_pro_forma_asks_for_the_deposit_of_what_was_added(app, call, market, operator):
    way = Way(call, market, operator).secure()
    more = {"kind": "add", "line": way.line_id, "quantity": 80, "departure": way.booking["departure_id"]}
    answer(way, propose(way, **more))
    order = way.order()
    assert papers(order, "pro_forma") == [1, 2]
    latest = pro_forma(way)
    assert (latest["total"]["amount"], [line["quantity"] for line in latest["lines"]]) == ("13152.00", ["400", "80"])
    assert [(one["event"], one["amount"]["amount"], one["open"]["amount"]) for one in latest["stages"]] == [
        ("deposit", "3945.60", "657.60"), ("handed_over", "9206.40", "9206.40")
    ]  # fmt: skip
    due = next(one for one in order["payments"] if one["state"] == "due")
    assert latest["payee"]["reference"] == due["creditor_reference"]
    assert latest["valid_until"] == latest["stages"][0]["due_on"]
    run_due(app)
    latest_id = max((one["version"], one["id"]) for one in order["documents"] if one["kind"] == "pro_forma")[1]
    path = f"/api/v1/documents/{latest_id}.pdf"
    text = printed(app.test_client().get(path, headers=market.buyer.headers).data)
    assert "657.60" in "".join(text.replace("\u200b", "").split()), text
    # A part of it came: the rest is asked for.
    body = {"amount": "57.60", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=body, expect=200)
    # While that waits, another plan is on the next one; once it came, nothing is asked for by a pro-forma.
    answer(way, propose(way, market.merchant, kind="plan", stages=[stage("accepted", "100")]), trader=market.buyer)
    assert [(one["event"], one["open"]["amount"]) for one in pro_forma(way)["stages"]] == [
        ("deposit", "600.00"), ("accepted", "9206.40")
    ]  # fmt: skip
    body = {"amount": "600.00", "received_on": clock.now().date().isoformat()}
    call(market.merchant, "POST", f"/payments/{due['id']}/confirmation", json=body, expect=200)
    answer(way, propose(way, market.merchant, kind="plan", stages=[stage("delivered", "100")]), trader=market.buyer)
    assert papers(way.order(), "pro_forma") == [1, 2, 3]


def test_a_plan_is_proposed_and_accepted_by_page(app, call, market, operator):
    way = Way(call, market, operator)
    merchant, buyer = Visitor(app), Visitor(app)
    merchant.enter(market.merchant.actor)
    buyer.enter(market.buyer.actor)
    path = f"/orders/{way.order_id}/changes"
    shown = merchant.open(f"{path}?kind=plan")
    assert 'name="percent.ready"' in shown
    assert 'name="percent.deposit"' not in shown
    form = {
        "percent.ready": "50", "days.ready": "4", "counted.ready": "calendar", "percent.accepted": "40",
        "days.accepted": "5",
    }  # fmt: skip
    merchant.send(path, form, 422)
    assert merchant.refused_fields() == {"stages"}
    merchant.send(path, form | {"percent.accepted": "50"})
    shown = buyer.open(f"/orders/{way.order_id}")
    assert "Another payment plan" in shown
    assert "3,836.00" in shown
    (change,) = call(market.buyer, "GET", path, expect=200)["items"]
    buyer.send(f"{path}/{change['id']}/acceptance", {})
    assert "As agreed after the order was placed" in buyer.open(f"/orders/{way.order_id}")
    assert [one[:2] for one in shares(way.order())] == [
        ("deposit", "due"), ("ready", "pending"), ("accepted", "pending")
    ]  # fmt: skip
    # What was agreed stays readable among the past changes, to both.
    for side in (merchant, buyer):
        shown = side.open(path)
        assert "What is not due yet is divided anew" in shown
        assert change["reference"] in shown


def track(app, trader, way):
    """Return what the money axis of an order's only line says, stop by stop."""
    visitor = Visitor(app)
    visitor.log_in(trader.login)
    found = re.findall(r'<section class="axis">.*?</section>', visitor.open(f"/orders/{way.order_id}"), re.DOTALL)
    (axis,) = (one for one in found if "#coin" in one)
    return [" ".join(re.sub(r"<[^>]+>", " ", stop).split()) for stop in re.findall(r"<li.*?</li>", axis, re.DOTALL)]


def test_another_plan_is_what_track_and_cash_flow_say(app, call, market, operator):
    way = Way(call, market, operator).secure()
    answer(way, propose(way, kind="plan", stages=[stage("delivered", "40"), stage("accepted", "60", 9)]))
    percents = [one["stage"]["percent"] for one in way.order()["money"]["stages"]]
    stops = track(app, market.buyer, way)
    assert [stop.split(" ")[0] for stop in stops] == percents == ["30", "28", "42"]
    for trader in (market.buyer, market.merchant):
        found = call(trader, "GET", "/cash-flow", expect=200)["items"]
        waits = {one["milestone"]: one for one in found if one["order_id"] == way.order_id and one["line_id"]}
        assert {event: waits[event]["basis"] for event in ("delivered", "accepted")} == {
            "delivered": "arrival",
            "accepted": "arrival",
        }
        assert waits["delivered"]["expected_at"] < waits["accepted"]["expected_at"]


@pytest.mark.parametrize("payment", [None, CARD])
def test_what_both_sides_gave_up_is_no_problem_of_the_money(app, call, market, operator, payment):
    way = Way(call, market, operator, **({"payment": payment} if payment else {}))
    if payment is None:
        way.secure()
    # More than the share at the hand-over comes off: nothing of it is left.
    answer(way, propose(way, kind="reduce", line=way.line_id, quantity=300))
    assert {"cancelled", "refunded"} & {state for _, state, _ in shares(way.order())}
    for trader in (market.buyer, market.merchant):
        assert not [stop for stop in track(app, trader, way) if "problem" in stop or "Cancelled" in stop]
