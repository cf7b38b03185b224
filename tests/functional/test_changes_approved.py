"""What a company approved is not outgrown after placement: neither by goods that are added, nor by another plan."""

from decimal import Decimal

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.visitors import Visitor
from tests.support.ways import Way

LATER = {"rail": "bank", "plan": "acceptance_100"}
CHECKED = True


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


def test_an_order_says_what_additions_brought_it_to_and_whether_its_approval_covers_them(app, call, market, operator):
    chief = colleague(app, market)
    made = rule(market, call, "3000")
    approve(call, chief, bought(call, market, 400)["facts"]["case"])
    way = Way(call, market, operator, payment=LATER)
    approval = way.order()["approval"]
    assert (approval["whole"], approval["outgrown"]) == ([], False)
    call(market.buyer, "DELETE", f"/approval-rules/{made['id']}", expect=204)
    answer(way, propose(way, market.merchant, **more(way, 40)), market.buyer)
    order = way.order()
    assert [one["amount"] for one in order["approval"]["whole"]] == [f"{whole(order)}"]
    assert order["approval"]["outgrown"]
    page = Visitor(app)
    page.enter(market.buyer.actor)
    assert "more than this approval covers, and none was asked for it" in page.open(f"/orders/{way.order_id}")


def stages(*parts):
    return [{"event": event, "percent": percent, "days": 3} for event, percent in parts]


def approved_order(app, call, market, operator):
    """An order that the purchaser asked for and the chief approved."""
    chief = colleague(app, market)
    rule(market, call, "3000")
    approve(call, chief, bought(call, market, 400)["facts"]["case"])
    return chief, Way(call, market, operator, payment=LATER)


def test_another_plan_that_the_merchant_proposes_is_approved_before_it_is_accepted(app, call, market, operator):
    chief, way = approved_order(app, call, market, operator)
    before = way.order()
    assert [one["amount"] for one in before["approval"]["covers"]] == [f"{whole(before)}"]
    change = propose(way, market.merchant, kind="plan", stages=stages(("handed_over", "100")))
    assert change["approval"] is None
    refused = answer(way, change, market.buyer, expect=409)
    assert (refused["type"], refused["facts"]["page"]) == (
        "urn:city:problem:approval_needed", f"/account/approvals/{refused['facts']['case']}"
    )  # fmt: skip
    # Asked again it is the same case, and nothing has changed.
    assert answer(way, change, market.buyer, expect=409)["facts"]["case"] == refused["facts"]["case"]
    assert way.order()["money"]["plan"] == before["money"]["plan"]
    seen = call(chief, "GET", f"/approvals/{refused['facts']['case']}", expect=200)
    assert (seen["kind"], seen["order_ids"]) == ("change", [way.order_id])
    (part,) = seen["parts"]
    assert (part["terms"]["change"], [(one["event"], one["percent"]) for one in part["stages"]]) == (
        "plan", [("handed_over", "100")]
    )  # fmt: skip
    page = Visitor(app)
    page.enter(chief.actor)
    text = page.open(f"/account/approvals/{refused['facts']['case']}")
    assert f"Another payment plan for order {before['reference']}" in text
    buyer = Visitor(app)
    buyer.enter(market.buyer.actor)
    buyer.open(f"/orders/{way.order_id}")
    path = f"/orders/{way.order_id}/changes/{change['id']}/acceptance"
    assert buyer.send(path, {}).headers["Location"] == refused["facts"]["page"]
    approve(call, chief, refused["facts"]["case"])
    done = answer(way, change, market.buyer)
    assert (done["state"], done["approval"]["id"]) == ("accepted", refused["facts"]["case"])
    assert [one["event"] for one in way.order()["money"]["plan"]["stages"]] == ["handed_over"]
    assert done["approval"]["reference"] in buyer.open(f"/orders/{way.order_id}/changes")
    assert "covers goods and freight up to" in buyer.open(f"/orders/{way.order_id}")
    (mine,) = call(market.merchant, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"]
    assert mine["approval"] is None
    # It was for that plan alone.
    again = propose(way, market.merchant, kind="plan", stages=stages(("delivered", "100")))
    assert answer(way, again, market.buyer, expect=409)["facts"]["case"] != refused["facts"]["case"]
    # Who may approve what another bought approves it by accepting.
    assert answer(way, again, chief)["state"] == "accepted"


def test_another_plan_that_the_buyer_proposes_is_approved_before_it_is_proposed(app, call, market, operator):
    chief, way = approved_order(app, call, market, operator)
    wanted = {"kind": "plan", "stages": stages(("handed_over", "50"), ("accepted", "50"))}
    seen = call(market.buyer, "POST", f"/orders/{way.order_id}/changes/preview", json=wanted, expect=200)
    assert seen["outcome"]
    case = propose(way, market.buyer, expect=409, **wanted)["facts"]["case"]
    assert call(market.buyer, "GET", f"/orders/{way.order_id}/changes", expect=200)["items"] == []
    other = wanted | {"stages": stages(("handed_over", "60"), ("accepted", "40"))}
    approve(call, chief, case)
    assert propose(way, market.buyer, expect=409, **other)["facts"]["case"] != case
    change = propose(way, market.buyer, **wanted)
    assert change["approval"]["id"] == case
    assert answer(way, change, market.merchant)["state"] == "accepted"


def test_a_plan_of_what_needed_no_approval_is_changed_as_ever(app, call, market, operator):
    colleague(app, market)
    way = Way(call, market, operator, payment=LATER, quantity=40)
    rule(market, call, "30000")
    change = propose(way, market.merchant, kind="plan", stages=stages(("handed_over", "100")))
    assert answer(way, change, market.buyer)["state"] == "accepted"
