"""A merchant's own plan from its form to the last milestone: one reckoning for buyer, merchant and operator."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.payments.flows import lapsing
from marketplace.reports import queries as reports
from tests import factories
from tests.support.changes import pay, stands
from tests.support.visitors import Visitor
from tests.support.ways import Way

LADDER = {
    "deposit": "10", "ready": "10", "handed_over": "12.5", "export_released": "7.5", "border_crossed": "20",
    "delivered": "15", "accepted": "25",
}  # fmt: skip
SHARES = {name: Decimal(10_960) * Decimal(share) / 100 for name, share in LADDER.items()}
OVER_BORDER = True


def ladder(**more):
    stages = [{"event": event, "percent": percent, "days": 3} for event, percent in LADDER.items()]
    return {"name": "Step by step", "stages": stages, "rails": ["bank", "card"], **more}


def go(way, act):
    """Bring the goods a step further."""
    if act == "ready":
        way.call(way.market.merchant, "POST", f"/order-lines/{way.line_id}/ready", expect=204)
    elif act == "accept":
        way.call(way.market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", expect=204)
    elif act in ("pack", "hand_over"):
        getattr(way, act)()
    elif act == "receive":
        way.receive(cartons=10)
    else:
        way.act(act, **({"seal_number": "CN-1"} if act == "seal" else {}))


@pytest.mark.both_databases
def test_every_event_of_a_plan_makes_its_share_due_the_same_for_all_who_look(app, call, market, operator):
    call(market.merchant, "POST", "/payment-plans", json=ladder(code="steps", default=True), expect=201)
    call(market.merchant, "POST", "/payment-plans", json=ladder(code="steps"), expect=409)
    for _twice in range(2):  # the same call again is answered as the first
        made = call(market.merchant, "POST", "/payment-plans", key="other", json=ladder(code="other"), expect=201)
        assert made["code"] == "other"
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "steps"})
    total = sum(SHARES.values())
    stands(call, way, operator, total=total, due_now=SHARES["deposit"], paid=0, waits="payment", event="deposit")
    call(market.merchant, "PUT", "/payment-plans/steps", key="2", json=ladder(name="Renamed", active=False), expect=200)
    kept = stands(call, way, operator)
    assert (kept["plan"]["name"], kept["plan"]["code"], len(kept["stages"])) == ("Step by step", "steps", 7)
    pay(way, "deposit")
    paid = SHARES["deposit"]
    for event, acts in (
        ("ready", ("ready",)),
        ("handed_over", ("pack", "hand_over")),
        ("border_crossed", ("close", "load", "seal", "depart", "at-border", "clear")),
        ("delivered", ("arrive", "strip", "receive")),
        ("accepted", ("accept",)),
    ):
        stands(call, way, operator, waits="event", paid=paid, due_now=0)
        for act in acts:
            go(way, act)
        # A lorry that is over the border was released for export: both shares are due, each by a payment of its own.
        due = {"border_crossed": ("export_released", "border_crossed")}.get(event, (event,))
        stands(call, way, operator, waits="payment", event=due[0], due_now=sum(SHARES[one] for one in due), paid=paid)
        for one in due:
            pay(way, one)
            paid += SHARES[one]
    stands(call, way, operator, paid=total, balance=0, waits=None)
    assert way.order()["state"] == "completed"
    assert reports.check(reading()) == []
    page = Visitor(app)
    page.log_in(market.buyer.login)
    shown = page.open(f"/orders/{way.order_id}")
    assert "12.5 % at hand-over" in shown
    assert "10,960.00" in shown


def test_a_card_is_released_by_the_same_plan(call, market, operator):
    call(market.merchant, "POST", "/payment-plans", json=ladder(code="steps"), expect=201)
    card = {"rail": "card", "plan": "steps", "payment_method": "pm_card_visa"}
    way = Way(call, market, operator, payment=card)
    total = sum(SHARES.values())
    stands(call, way, operator, paid=total, released=SHARES["deposit"], held=total - SHARES["deposit"], due_now=0)
    way.pack()
    way.hand_over()
    freed = SHARES["deposit"] + SHARES["ready"] + SHARES["handed_over"]
    stands(call, way, operator, released=freed, held=total - freed, event="export_released", waits="event")
    assert reports.check(reading()) == []


def test_a_merchant_makes_a_plan_by_its_form_and_buyers_choose_it(app, call, market):
    seller = Visitor(app)
    seller.log_in(market.merchant.login)
    form = {"code": "half_half", "name": "Half and half", "rails": "bank", "minimum": "100", "currency": "CNY"}
    form |= {"percent.deposit": "50", "days.deposit": "3", "counted.deposit": "calendar", "active": "1", "default": "1"}
    seller.open("/merchant/payment-plans")
    refused = seller.send("/merchant/payment-plans", form | {"percent.accepted": "40", "days.accepted": "5"}, 422).text
    assert "must sum to 100" in refused
    seller.send("/merchant/payment-plans", form | {"percent.accepted": "50", "days.accepted": "5"})
    assert "Half and half" in seller.open("/merchant/payment-plans")
    assert 'value="50"' in seller.open("/merchant/payment-plans/half_half")
    seller.open("/merchant/payment-plans/acceptance_100")
    seller.send("/merchant/payment-plans/acceptance_100", {"rails": ["bank", "card"]})
    cart = call(market.buyer, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    assert [one["code"] for one in cart["bundles"][0]["plans"]] == ["deposit_30_70", "half_half"]
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    page = buyer.open("/checkout")
    assert re.search(r'value="bank half_half"[^>]* checked', page)
    assert "acceptance_100" not in page
    assert 'value="card half_half"' not in page
    body = {"expected_totals": cart["totals"], "payment": {"rail": "bank", "plan": "acceptance_100"}}
    refused = call(market.buyer, "POST", "/checkout", json=body, expect=422)
    assert [one["field"] for one in refused["errors"]] == ["payment.plan"]
    for path, code in (("deposit_30_70", 200), ("half_half", 409)):
        off = {"rails": ["bank"], "active": False}
        off |= {} if path == "deposit_30_70" else ladder(active=False)
        call(market.merchant, "PUT", f"/payment-plans/{path}", key=path, json=off, expect=code)
    call(market.merchant, "GET", "/payment-plans/nothing", expect=404)
    call(market.buyer, "GET", "/payment-plans", expect=200)


def stage_of(app, call, way, books, event):
    """Read a milestone as all three see it: its state, its parts, whether it has a day; and the row of "when ready"."""
    money = stands(call, way, books)
    (stage,) = [one for one in money["stages"] if one["stage"]["event"] == event]
    amount, paid, due, overdue, pending = (
        Decimal(stage[name]["amount"]) for name in ("amount", "paid", "due", "overdue", "pending")
    )
    assert amount == paid + due + pending + sum(Decimal(stage[name]["amount"]) for name in ("taken_back", "sent_back"))
    for name, whole in (("paid", "paid"), ("due", "due_now")):
        assert sum(Decimal(one[name]["amount"]) for one in money["stages"]) == Decimal(money[whole]["amount"])
    shown = set()
    for trader, path in ((way.market.buyer, ""), (way.market.merchant, ""), (books, "/money")):
        page = Visitor(app)
        page.enter(trader.actor)
        shown_at = f"{'/operator' if path else ''}/orders/{way.order_id}{path}"
        found = page.open(shown_at).partition("<caption>Milestones")[2]
        row = next(one for one in re.findall(r"<tr.*?</tr>", found, re.DOTALL) if "when ready" in one)
        shown.add(" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).replace("\u00a0", " ").split()))
    (row,) = shown
    return (stage["state"], paid, due, overdue, pending, stage["due_at"] is not None), row


def two_lines(app, call, market, operator, **payment):
    """Buy two lines with 30 % at first and 70 % when each is ready; return the way and who keeps the books."""
    stages = [{"event": event, "percent": share, "days": 3} for event, share in (("deposit", "30"), ("ready", "70"))]
    plan = {"name": "When ready", "stages": stages, "rails": ["bank", "card"], "code": "when_ready"}
    call(market.merchant, "POST", "/payment-plans", json=plan, expect=201)
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    way = Way(call, market, operator, goods=(market.chains, other), payment={"plan": "when_ready", **payment})
    with unit_of_work() as session:
        return way, factories.staff(session, app, role=Role.TREASURY, name="City Books", now=clock.now())


def test_of_a_card_a_milestone_says_what_is_held_and_what_is_released(app, call, market, operator):
    way, books = two_lines(app, call, market, operator, rail="card", payment_method="pm_card_visa")
    call(market.merchant, "POST", f"/order-lines/{way.line_id}/ready", expect=204)
    read, row = stage_of(app, call, way, books, "ready")
    assert read == ("held", 15_344, 0, 0, 0, False)
    assert "15,344.00 CNY Held: 7,672.00 CNY Released to the payee: 7,672.00 CNY" in row
    stages = way.order()["money"]["stages"]
    assert [(one["held"]["amount"], one["released"]["amount"]) for one in stages] == [
        ("0.00", "6576.00"), ("7672.00", "7672.00")
    ]  # fmt: skip


def test_lines_that_come_to_an_event_one_after_the_other_are_told_apart(app, call, market, operator, later):
    """A milestone says of its amount what is paid, due, overdue and to come, the same in programs and on pages."""
    way, books = two_lines(app, call, market, operator, rail="bank")
    first, second = (line["id"] for line in way.order()["lines"])

    def stage(event="ready"):
        return stage_of(app, call, way, books, event)

    def come(amount, state):
        payment = next(one for one in way.order()["payments"] if one["state"] not in ("paid", "cancelled"))
        body = {"amount": amount, "received_on": way.order()["placed_at"][:10]}
        done = call(market.merchant, "POST", f"/payments/{payment['id']}/confirmation", json=body, expect=200)
        assert done["state"] == state

    assert stage("deposit")[0] == ("due", 0, 6_576, 0, 0, True)
    come("6576.00", "paid")
    read, row = stage()
    assert read == ("pending", 0, 0, 0, 15_344, False)
    assert row.endswith("Pending 15,344.00 CNY –")
    call(market.merchant, "POST", f"/order-lines/{first}/ready", expect=204)
    read, row = stage()
    assert read == ("due", 0, 7_672, 0, 7_672, True)
    assert "Due 15,344.00 CNY Due now: 7,672.00 CNY Not due yet: 7,672.00 CNY" in row
    come("4000.00", "part_paid")
    read, row = stage()
    assert read == ("part_paid", 4_000, 3_672, 0, 7_672, True)
    assert "15,344.00 CNY Paid: 4,000.00 CNY Due now: 3,672.00 CNY Not due yet: 7,672.00 CNY" in row
    come("3672.00", "paid")
    read, row = stage()
    assert read == ("part_paid", 7_672, 0, 0, 7_672, False)
    assert row.endswith("Part paid 15,344.00 CNY Paid: 7,672.00 CNY Not due yet: 7,672.00 CNY –")
    call(market.merchant, "POST", f"/order-lines/{second}/ready", expect=204)
    read, row = stage()
    assert read == ("due", 7_672, 7_672, 0, 0, True)
    assert "Due 15,344.00 CNY Paid: 7,672.00 CNY Due now: 7,672.00 CNY" in row
    later(timedelta(days=30).total_seconds())
    assert lapsing.lapse(now=clock.now()) == 1
    read, row = stage()
    assert read == ("overdue", 7_672, 7_672, 7_672, 0, True)
    assert "Overdue 15,344.00 CNY Paid: 7,672.00 CNY Overdue: 7,672.00 CNY" in row
    come("7672.00", "paid")
    read, row = stage()
    assert read == ("paid", 15_344, 0, 0, 0, True)
    assert "Paid 15,344.00 CNY" in row
    assert "Paid:" not in row
    assert reports.check(reading()) == []
