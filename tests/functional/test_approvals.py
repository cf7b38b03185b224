"""Approval inside a buying company, over pages and API: nothing is ordered before it is approved, and only that is."""

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from marketplace.approvals import flows
from marketplace.catalog.models import Stock
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.invariants import sound
from tests.support.visitors import PASSWORD, TERMS, Visitor

pytestmark = pytest.mark.both_databases
BANK = {"rail": "bank", "plan": "deposit_30_70"}


class Company:
    """A buying company with its people."""

    def __init__(self, town, call, market):
        self.town, self.call, self.market = town, call, market
        self.company = market.buyer.company
        self.owner = market.buyer

    def joins(self, name, *roles):
        login = f"{name}@demo.test"
        body = {"login": login, "roles": list(roles)}
        self.call(self.owner, "POST", f"/companies/{self.company}/invitations", json=body, expect=201)
        joining = {"person_name": name.title(), "password": PASSWORD, "accepted_terms": TERMS}
        self.town.program().call("POST", f"/invitations/{self.town.invitation(login)}/acceptance", 201, joining)
        program = self.town.program(login)
        program.id = program.call("GET", "/me", 200)["person_id"]
        program.login = login
        return program

    def rule(self, tiers, expect=201, **about):
        body = {"name": "Over", "currency": "CNY", "tiers": tiers} | about
        return self.call(self.owner, "POST", "/approval-rules", json=body, expect=expect)

    def limit(self, kind, holder, amount, period="month", steps=({"roles": ["approver"]},)):
        body = {"kind": kind, "holder": str(holder), "period": period, "amount": amount, "currency": "CNY"}
        return self.call(self.owner, "PUT", "/spending-limits", json=body | {"steps": list(steps)}, expect=200)


@pytest.fixture
def firm(town, call, market):
    return Company(town, call, market)


@pytest.fixture
def at(monkeypatch):
    """Sets the clock."""
    return lambda now: monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def buyer(firm):
    return firm.joins("buyer2", "purchasing")


def fill(program, listing_id, quantity):
    program.call("PUT", "/cart", 200, {"to": factories.HANOI})
    return program.call("PUT", f"/cart/lines/{listing_id}", 200, {"quantity": quantity})


def checkout(program, status, **extra):
    cart = program.call("GET", "/cart", 200)
    body = {"expected_totals": cart["totals"], "payment": BANK} | extra
    return program.call("POST", "/checkout", status, body)


def ask(program, listing_id, quantity, **extra):
    """Put goods in the cart and check out where approval is needed; return the case's id."""
    fill(program, listing_id, quantity)
    refused = checkout(program, 409, **extra)
    assert refused["type"].endswith("approval_needed")
    return refused["facts"]["case"]


def decide(program, case_id, verdict="approve", status=200, **extra):
    seen = program.call("GET", f"/approvals/{case_id}", 200)
    body = {"verdict": verdict, "content_hash": seen["content_hash"]} | extra
    return program.call("POST", f"/approvals/{case_id}/decision", status, body)


def state(program, case_id):
    return program.call("GET", f"/approvals/{case_id}", 200)["state"]


def held(app):
    with unit_of_work() as session:
        return sum(row.held + row.allocated for row in session.query(Stock))


ANY_APPROVER = [{"from": "2000", "steps": [{"roles": ["approver"]}]}]


def test_what_is_approved_is_ordered_once_and_shows_by_whom(app, firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    fill(buyer, market.chains, 40)
    small = checkout(buyer, 201)
    assert buyer.call("GET", f"/orders/{small['order_ids'][0]}", 200)["approval"] is None
    before = held(app)
    case_id = ask(buyer, market.chains, 400)
    assert held(app) == before
    assert len(buyer.call("GET", "/orders", 200)["items"]) == 1
    assert checkout(buyer, 409)["facts"]["case"] == case_id  # the same content, the same case
    seen = chief.call("GET", f"/approvals/{case_id}", 200)
    (part,) = seen["parts"]
    assert part["merchant"] == "Jialing Parts"
    assert part["lines"][0]["quantity"] == 400
    assert part["lines"][0]["departure"]
    assert part["terms"]["plan"] == "deposit_30_70"
    assert seen["causes"][0]["name"] == "Over"
    assert checkout(buyer, 409)["facts"]["reference"] == seen["reference"]
    assert [row["id"] for row in chief.call("GET", "/approvals", 200)["items"]] == [case_id]
    assert buyer.call("GET", "/approvals", 200)["items"] == []
    assert decide(buyer, case_id, status=403)["type"].endswith("approval_own")
    assert decide(chief, case_id, note="Good price.") == {"state": "approved"}
    assert decide(chief, case_id) == {"state": "approved"}
    assert decide(chief, case_id, "reject", status=409)["facts"]["state"] == "approved"
    done = checkout(buyer, 201)
    order = buyer.call("GET", f"/orders/{done['order_ids'][0]}", 200)
    assert [each["name"] for each in order["approval"]["by"]] == ["Chief"]
    sold = firm.call(market.merchant, "GET", f"/orders/{order['id']}", expect=200)
    assert sold["approval"] is None
    assert buyer.call("GET", f"/approvals/{case_id}", 200)["order_ids"] == [order["id"]]
    assert ask(buyer, market.chains, 400) != case_id  # an approval is used once
    sound()


def test_what_moved_voids_the_approval_and_says_why(firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    case_id = ask(buyer, market.chains, 400)
    decide(chief, case_id)
    fill(buyer, market.chains, 440)
    refused = checkout(buyer, 409)
    (voided,) = refused["facts"]["voided"]
    assert voided["case"] == case_id
    assert set(voided["moved"]) >= {"lines", "prices"}
    seen = buyer.call("GET", f"/approvals/{case_id}", 200)
    assert (seen["state"], seen["reason"]["code"]) == ("voided", "changed")
    assert decide(chief, case_id, "reject", status=409)["facts"]["state"] == "voided"
    assert state(buyer, refused["facts"]["case"]) == "pending"
    # The terms are part of what is approved, too.
    other = checkout(buyer, 409, payment={"rail": "bank", "plan": "acceptance_100"})
    assert [row["moved"] for row in other["facts"]["voided"]] == [["terms"]]
    sound()


def test_a_plan_that_its_merchant_made_otherwise_is_asked_for_anew(app, firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    halves = [{"event": event, "percent": "50", "days": 5} for event in ("deposit", "accepted")]
    plan = {"name": "Two halves", "stages": halves, "rails": ["bank"]}
    firm.call(market.merchant, "POST", "/payment-plans", json=plan | {"code": "halves"}, expect=201)
    payment = {"rail": "bank", "plan": "halves"}
    case_id = ask(buyer, market.chains, 400, payment=payment)
    decide(chief, case_id)
    page = Visitor(app)
    page.log_in(chief.login)
    assert "Two halves (50 % deposit" in page.open(f"/account/approvals/{case_id}").replace("\u00a0", " ")
    halves[0]["percent"], halves[1]["percent"] = "90", "10"
    firm.call(market.merchant, "PUT", "/payment-plans/halves", json=plan | {"stages": halves}, expect=200)
    refused = checkout(buyer, 409, payment=payment)
    assert [row["moved"] for row in refused["facts"]["voided"]] == [["terms"]]
    sound()


def test_a_price_that_moved_is_told_first_and_asked_for_anew(firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    case_id = ask(buyer, market.chains, 400)
    seen = buyer.call("GET", "/cart", 200)["totals"]
    decide(chief, case_id)
    ladders = [{"currency": "CNY", "incoterm": "FCA", "place": factories.HUB, "price": "27.50"}]
    firm.call(market.merchant, "PATCH", f"/listings/{market.chains}", json={"ladders": ladders}, expect=200)
    body = {"expected_totals": seen, "payment": BANK}
    assert buyer.problem("POST", "/checkout", 409, body)[0] == "expected_totals"
    assert state(buyer, case_id) == "approved"  # should the price come back, it is good
    refused = checkout(buyer, 409)
    assert refused["facts"]["voided"][0]["moved"] == ["prices"]
    assert state(buyer, case_id) == "voided"
    decide(chief, refused["facts"]["case"])
    checkout(buyer, 201)
    sound()


def test_a_lorry_that_fills_meanwhile_voids_it_and_the_next_one_is_offered(app, call, firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    cart = fill(buyer, market.chains, 400)
    first, second = (each["id"] for each in cart["bundles"][0]["lines"][0]["departures"][:2])
    case_id = ask(buyer, market.chains, 400, departures={str(market.chains): first})
    decide(chief, case_id)
    with unit_of_work() as session:
        (lorry,) = [each for each in factories.departures(session) if each.id == UUID(first)]
        lorry.capacity_grams = lorry.taken_grams + 1_000
    refused = checkout(buyer, 409, departures={str(market.chains): first})
    assert refused["type"].endswith("approved_departure_gone")
    assert refused["facts"]["next"] == second
    assert refused["facts"]["voided"][0]["case"] == case_id
    seen = buyer.call("GET", f"/approvals/{case_id}", 200)
    assert (seen["state"], seen["reason"]["code"]) == ("voided", "departure_full")
    again = ask(buyer, market.chains, 400, departures={str(market.chains): second})
    decide(chief, again)
    checkout(buyer, 201, departures={str(market.chains): second})
    sound()


def test_two_approvers_and_one_rejects(firm, buyer, market):
    chief, other = firm.joins("chief", "approver"), firm.joins("other", "approver")
    firm.rule([{"from": "0", "steps": [{"roles": ["approver"], "count": 2}]}])
    case_id = ask(buyer, market.chains, 400)
    assert decide(chief, case_id) == {"state": "pending"}
    assert decide(chief, case_id) == {"state": "pending"}
    assert chief.call("GET", "/approvals", 200)["items"] == []
    assert decide(other, case_id, "reject", note="Too much stock.") == {"state": "rejected"}
    seen = buyer.call("GET", f"/approvals/{case_id}", 200)
    assert [each["verdict"] for each in seen["decisions"]] == ["approve", "reject"]
    assert buyer.call("POST", f"/approvals/{case_id}/withdrawal", 409)["facts"]["state"] == "rejected"
    sound()


def test_steps_follow_each_other_and_a_rule_that_is_edited_changes_no_running_case(firm, buyer, market):
    chief, treasurer = firm.joins("chief", "approver"), firm.joins("treasurer", "finance")
    steps = [{"roles": ["approver"]}, {"people": [treasurer.id]}]
    rule = firm.rule([{"from": "0", "steps": steps}])
    assert rule["hidden_by"] is None
    hidden = firm.rule(ANY_APPROVER, name="Never", categories=["motorcycle-parts"])
    assert hidden["hidden_by"] == "Over"
    case_id = ask(buyer, market.chains, 400)
    assert decide(treasurer, case_id, status=403)["type"].endswith("approval_not_yours")
    body = {"name": "Over", "currency": "CNY", "tiers": [{"from": "0", "steps": []}]}
    firm.call(firm.owner, "PUT", f"/approval-rules/{rule['id']}", json=body, expect=200)
    assert decide(chief, case_id) == {"state": "pending"}
    assert decide(treasurer, case_id) == {"state": "approved"}
    checkout(buyer, 201)
    fill(buyer, market.chains, 400)
    checkout(buyer, 201)  # under the rule as it is now nobody is asked
    sound()


def test_the_buyer_who_is_the_only_approver_needs_a_second_person(call, firm, market):
    firm.rule([{"from": "0", "steps": [{"roles": ["owner"]}]}])
    owner = firm.owner
    call(owner, "PUT", "/cart", json={"to": factories.HANOI}, expect=200)
    cart = call(owner, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    assert call(owner, "POST", "/checkout", json=body, expect=409)["type"].endswith("approvers_missing")
    partner = firm.joins("partner", "owner")
    case_id = call(owner, "POST", "/checkout", json=body, expect=409)["facts"]["case"]
    seen = call(owner, "GET", f"/approvals/{case_id}", expect=200)
    assert seen["waits_for"] == [partner.id]
    said = {"verdict": "approve", "content_hash": seen["content_hash"]}
    assert call(owner, "POST", f"/approvals/{case_id}/decision", json=said, expect=403)
    assert decide(partner, case_id) == {"state": "approved"}
    call(owner, "POST", "/checkout", json=body, expect=201)
    sound()


def test_an_absent_approver_is_stood_in_for_but_never_by_the_requester(firm, buyer, market):
    chief, deputy = firm.joins("chief", "approver"), firm.joins("deputy", "finance")
    firm.rule([{"from": "0", "steps": [{"people": [chief.id]}]}])
    today = clock.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    away = {"first_day": str(today), "last_day": str(today + timedelta(days=6))}
    case_id = ask(buyer, market.chains, 400)
    assert decide(deputy, case_id, status=403)
    given = chief.call("POST", "/approval-delegations", 201, away | {"delegate_id": buyer.id})
    assert decide(buyer, case_id, status=403)["type"].endswith("approval_own")
    assert chief.problem("POST", "/approval-delegations", 422, away | {"delegate_id": deputy.id})[1] == {"first_day"}
    chief.call("DELETE", f"/approval-delegations/{given['id']}", 204)
    away |= {"person_id": chief.id, "delegate_id": deputy.id}
    assert buyer.problem("POST", "/approval-delegations", 403, away)
    firm.call(firm.owner, "POST", "/approval-delegations", json=away, expect=201)
    assert [row["id"] for row in deputy.call("GET", "/approvals", 200)["items"]] == [case_id]
    assert decide(deputy, case_id) == {"state": "approved"}
    (said,) = buyer.call("GET", f"/approvals/{case_id}", 200)["decisions"]
    assert (said["name"], said["seat_id"]) == ("Deputy", chief.id)
    checkout(buyer, 201)
    sound()


def test_a_leavers_open_steps_and_requests_pass_to_the_successor(firm, buyer, market):
    chief, heir = firm.joins("chief", "approver"), firm.joins("heir", "approver")
    firm.rule([{"from": "0", "steps": [{"people": [chief.id]}]}])
    case_id = ask(buyer, market.chains, 400)
    path = f"/companies/{firm.company}/handovers"
    begun = chief.call("POST", path, 201, {"leaver_id": chief.id, "successor_id": heir.id})["id"]
    seen = chief.call("GET", f"{path}/{begun}", 200)
    assert {thing["kind"] for thing in seen["things"]} == {"approval", "token"}
    for each in (chief, heir):
        each.call("POST", f"{path}/{begun}/confirmation", 200, {"content_hash": seen["content_hash"]})
    assert heir.call("GET", f"/approvals/{case_id}", 200)["waits_for"] == [heir.id]
    rules = firm.call(firm.owner, "GET", "/approval-rules", expect=200)["items"]
    assert rules[0]["tiers"][0]["steps"][0]["people"] == [heir.id]
    # The requester leaves to the very person who has decided: nobody approves his own.
    assert decide(heir, case_id) == {"state": "approved"}
    begun = buyer.call("POST", path, 201, {"leaver_id": buyer.id, "successor_id": heir.id})["id"]
    said = {"content_hash": buyer.call("GET", f"{path}/{begun}", 200)["content_hash"]}
    for each in (buyer, heir):
        each.call("POST", f"{path}/{begun}/confirmation", 200, said)
    seen = heir.call("GET", f"/approvals/{case_id}", 200)
    assert (seen["state"], seen["reason"]["code"]) == ("voided", "requester_left")
    sound()


def test_a_limit_counts_what_waits_and_what_was_placed_and_is_free_again_by_cancellation(firm, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.limit("person", buyer.id, "15000")
    fill(buyer, market.chains, 400)
    first = checkout(buyer, 201)["order_ids"][0]
    case_id = ask(buyer, market.chains, 400)
    (cause,) = buyer.call("GET", f"/approvals/{case_id}", 200)["causes"]
    assert (cause["kind"], cause["amount"]) == ("limit", {"amount": "15000.00", "currency": "CNY"})
    assert Decimal(cause["used"]["amount"]) > 10960
    # What waits counts: another purchase that would have fitted beside the placed one alone.
    fill(buyer, market.pads, 40)
    buyer.call("DELETE", f"/cart/lines/{market.chains}", 204)
    pads = checkout(buyer, 409)["facts"]["case"]
    buyer.call("POST", f"/approvals/{pads}/withdrawal", 204)
    buyer.call("POST", f"/approvals/{case_id}/withdrawal", 204)
    buyer.call("POST", f"/approvals/{case_id}/withdrawal", 204)
    buyer.call("POST", f"/orders/{first}/cancellation", 204)
    buyer.call("DELETE", f"/cart/lines/{market.pads}", 204)
    fill(buyer, market.chains, 400)
    checkout(buyer, 201)
    assert chief.call("GET", "/approvals?show=all", 200)["items"][0]["state"] == "withdrawn"
    sound()


def test_a_limit_begins_anew_at_the_end_of_the_month_by_the_companys_clock(firm, buyer, market, at):
    # Hanoi is seven hours ahead: its next month begins while it is still this one in Greenwich.
    hanoi = ZoneInfo("Asia/Ho_Chi_Minh")
    today = clock.now().astimezone(hanoi).date()
    begins = datetime.combine((today.replace(day=1) + timedelta(days=32)).replace(day=1), time.min, hanoi)
    at(begins.astimezone(UTC) - timedelta(minutes=30))
    firm.joins("chief", "approver")
    firm.limit("role", "purchasing", "15000")
    fill(buyer, market.chains, 400)
    checkout(buyer, 201)
    case_id = ask(buyer, market.chains, 400)
    buyer.call("POST", f"/approvals/{case_id}/withdrawal", 204)
    at(begins.astimezone(UTC) + timedelta(minutes=1))
    checkout(buyer, 201)
    sound()


def test_who_does_not_decide_is_reminded_and_then_it_is_over(town, firm, buyer, market, at):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    before = town.letters()
    case_id = ask(buyer, market.chains, 400)
    asked = [letter for letter in town.letters() if letter not in before]
    assert {letter.to for letter in asked if "approval" in letter.subject} == {"chief@demo.test"}
    seen = buyer.call("GET", f"/approvals/{case_id}", 200)
    due = datetime.fromisoformat(seen["due_at"])
    at(due - timedelta(hours=1))
    flows.lapse(now=clock.now())
    reminded = [letter for letter in town.letters() if letter not in before]
    assert {letter.to for letter in reminded if "still waits for approval" in letter.subject} == {
        "chief@demo.test", "buyer2@demo.test",
    }  # fmt: skip
    at(due + timedelta(minutes=1))
    assert decide(chief, case_id, status=409)["type"].endswith("approval_late")
    assert flows.lapse(now=clock.now()) == 1
    assert state(buyer, case_id) == "expired"
    again = checkout(buyer, 409)["facts"]["case"]
    decide(chief, again)
    assert any("is approved" in letter.subject for letter in town.letters() if letter.to == "buyer2@demo.test")
    at(due + timedelta(days=20))
    assert flows.lapse(now=clock.now()) == 1
    assert state(buyer, again) == "expired"
    sound()


def test_bad_input_names_its_field_and_others_see_nothing(call, firm, buyer, market):
    body = {"name": "R", "currency": "CNY", "tiers": [{"from": "10", "steps": [{"roles": ["sales"]}]}, {"from": "5"}]}
    refused = firm.call(firm.owner, "POST", "/approval-rules", json=body, expect=422)
    assert {each["field"] for each in refused["errors"]} == {"tiers.0.steps.0.roles", "tiers.1.from"}
    wrong = {"categories": ["moon"], "tiers": [{"from": "0"}]}
    refused = firm.call(firm.owner, "POST", "/approval-rules", json=body | wrong, expect=422)
    assert {each["field"] for each in refused["errors"]} == {"categories.0"}
    assert buyer.problem("POST", "/approval-rules", 403, body)
    limit = {"kind": "unit", "holder": "x", "period": "day", "amount": "1.001", "currency": "CNY", "steps": []}
    assert firm.call(firm.owner, "PUT", "/spending-limits", json=limit, expect=422)
    refused = firm.call(firm.owner, "PUT", "/spending-limits", json=limit | {"amount": "1"}, expect=422)
    assert {each["field"] for each in refused["errors"]} == {"holder", "steps"}
    firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    case_id = ask(buyer, market.chains, 400)
    for stranger in (market.merchant, market.thai):
        call(stranger, "GET", f"/approvals/{case_id}", expect=404)
        said = {"verdict": "approve", "content_hash": "0" * 64}
        call(stranger, "POST", f"/approvals/{case_id}/decision", json=said, expect=404)
        assert call(stranger, "GET", "/approvals?show=all", expect=200)["items"] == []


def test_the_same_by_hand(town, firm, buyer, market):
    """Rules, the checkout that asks, the desk, the decision and the order, over pages."""
    chief = firm.joins("chief", "approver")
    boss, shopper, judge = (town.visitor(login) for login in (firm.owner.login, buyer.login, chief.login))
    boss.open("/account/approvals/rules/new")
    form = {"name": "Over a thousand", "currency": "CNY", "bands.0.from": "1000", "bands.0.steps.0.people": chief.id}
    boss.send("/account/approvals/rules", form | {"categories": "motorcycle-parts"})
    boss.open("/account/approvals/limits/new")
    limit = {"whose": "role:purchasing", "period": "quarter", "amount": "90000", "currency": "CNY"}
    boss.send("/account/approvals/limits", limit | {"steps.0.roles": "approver"})
    page = boss.open("/account/approvals/rules")
    assert "Over a thousand" in page
    assert "90,000.00" in page
    rule_id = re.search(r'/account/approvals/rules/([0-9a-f-]{36})"', page)[1]
    assert re.search(
        rf'name="bands.0.steps.0.people" value="{chief.id}"[^>]* checked',
        boss.open(f"/account/approvals/rules/{rule_id}"),
    )
    boss.send(f"/account/approvals/rules/{rule_id}", form | {"name": "", "bands.0.from": "x"}, status=422)
    assert boss.refused_fields() == {"name", "bands.0.from"}
    fill(buyer, market.chains, 400)
    page = shopper.open("/checkout")
    totals = re.findall(r'name="total" value="([^"]+)"', page)
    bundle = re.search(r'name="(payment\.[^"]+)"', page)[1]
    lorries = re.findall(rf'name="departure.{market.chains}" value="([^"]+)"', page)
    sent = {"total": totals, bundle: "bank acceptance_100", f"departure.{market.chains}": lorries[1]}
    sent["purchase_order_number"] = "PO-118"
    waiting = shopper.send("/checkout", sent).headers["Location"]
    assert "Awaiting approval" in shopper.open(waiting)
    case_id = waiting.rpartition("/")[2]
    assert f"/account/approvals/{case_id}" in judge.open("/account/approvals")
    assert "Jialing Parts" in judge.open(f"/account/approvals/{case_id}")
    judge.send(f"/account/approvals/{case_id}/decision", {"verdict": "approve", "note": "Good."})
    assert "Approved" in judge.open(f"/account/approvals/{case_id}")
    assert f"/checkout?approval={case_id}" in shopper.open(f"/account/approvals/{case_id}")
    page = shopper.open(f"/checkout?approval={case_id}")
    assert re.search(rf'value="{lorries[1]}" checked', page)
    assert re.search(r'value="bank acceptance_100"[^>]* checked', page)
    assert re.search(r'name="purchase_order_number"[^>]* value="PO-118"', page)
    placed = shopper.send("/checkout", sent | {"total": re.findall(r'name="total" value="([^"]+)"', page)})
    order = buyer.call("GET", "/orders", 200)["items"][0]["id"]
    assert "Chief" in shopper.open(f"/orders/{order}")
    assert placed.headers["Location"].startswith("/orders/groups/")
    today = str(clock.now().astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date())
    judge.open("/account/approvals/delegations")
    judge.send("/account/approvals/delegations", {"delegate_id": buyer.id, "first_day": today, "last_day": today})
    assert "Buyer2" in judge.open("/account/approvals/delegations")
    for language in ("zh", "vi"):
        assert shopper.open(f"/{language}/account/approvals/{case_id}")
    sound()


def test_a_range_is_asked_for_on_its_page_decided_and_waits_at_the_desk(app, call, firm, buyer, market):
    body = {
        "listing_id": str(market.chains), "most_quantity": 800, "most_price": "30.00", "currency": "CNY",
        "until": (clock.now() + timedelta(days=40)).date().isoformat(), "to": factories.HANOI,
    }  # fmt: skip
    assert buyer.call("POST", "/approval-ranges", 200, body)["id"] is None
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    asked = buyer.call("POST", "/approval-ranges", 200, body)
    assert buyer.call("POST", "/approval-ranges", 200, body) == asked | {"is_approved": False}
    code, fields = buyer.problem("POST", "/approval-ranges", 422, body | {"most_quantity": 0, "until": "2020-01-01"})
    assert fields == {"most_quantity", "until"}, code
    assert buyer.problem("POST", "/approval-ranges", 422, body | {"to": "MOON"})[1] == {"to"}
    assert buyer.problem("POST", "/approval-ranges", 422, body | {"most_price": "1.0000001"})[1] == {"most_price"}
    assert chief.problem("POST", "/approval-ranges", 403, body)
    assert buyer.problem("POST", "/approval-ranges", 404, body | {"listing_id": str(new_id())})

    typed = {name: value for name, value in body.items() if name != "listing_id"}
    page = Visitor(app)
    page.log_in(buyer.login)
    assert "Have a range approved" in page.open(f"/products/{market.chains}")
    address = f"/account/approvals/ranges/{market.chains}"
    page.open(address)
    page.send(address, typed | {"most_quantity": "-1"}, 422)
    assert page.refused_fields() == {"most_quantity"}
    page.open(address)
    found = page.send(address, typed)
    assert found.location == f"/account/approvals/{asked['id']}"
    shown = page.open(found.location)
    assert "Anything inside this range" in shown

    def waiting(program):
        return next(row for row in program.call("GET", "/desk", 200)["items"] if row["queue"] == "decide_approvals")

    assert (waiting(chief)["waiting"], waiting(buyer)["waiting"]) == (1, 0)
    assert decide(chief, asked["id"])["state"] == "approved"
    assert waiting(chief)["waiting"] == 0
    seen = buyer.call("GET", f"/approvals/{asked['id']}", 200)
    assert (seen["kind"], seen["range"]["most_quantity"], seen["range"]["to"]) == ("range", 800, factories.HANOI)


def test_a_warranty_that_is_withdrawn_after_the_approval_voids_it(firm, call, buyer, market):
    chief = firm.joins("chief", "approver")
    firm.rule(ANY_APPROVER)
    details = f"/listings/{market.chains}/details"
    warranty = {"warranty": {"months": 24, "covers": "Links and pins"}}
    call(market.merchant, "PATCH", details, json=warranty, expect=200)
    case_id = ask(buyer, market.chains, 400)
    assert decide(chief, case_id) == {"state": "approved"}
    call(market.merchant, "PATCH", details, json={"warranty": None}, expect=200)
    again = checkout(buyer, 409)["facts"]
    assert again["case"] != case_id
    assert again["voided"] == [{"case": case_id, "reference": again["voided"][0]["reference"], "moved": ["terms"]}]
    assert state(buyer, case_id) == "voided"
    sound()


def test_more_choices_than_a_cart_has_lines_are_refused(firm, buyer, market):
    fill(buyer, market.chains, 40)
    strange = {str(new_id()): str(new_id()) for _ in range(50)}
    refused = checkout(buyer, 422, departures=strange)
    assert 1 <= len(refused["errors"]) <= 3
    assert all(error["field"].startswith("departures.") for error in refused["errors"])
    assert str(market.chains) in refused["errors"][0]["accepted"]
    too_many = {str(new_id()): str(new_id()) for _ in range(201)}
    assert [error["field"] for error in checkout(buyer, 422, departures=too_many)["errors"]] == ["departures"]
