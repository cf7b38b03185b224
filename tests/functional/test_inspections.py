"""Goods are looked at before they leave: ordered, sampled by ISO 2859-1, failed, repeated at the merchant's expense."""

import io
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.merchants.models import Qualification
from marketplace.merchants.rules.levels import QualificationState
from marketplace.orders import flows
from marketplace.orders.models import Inspection
from marketplace.orders.rules.classes import CommodityClass
from marketplace.orders.rules.inspections import CHECKLISTS
from marketplace.worker.runner import run_due
from tests import factories
from tests.support.pictures import png
from tests.support.visitors import Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
FINE = dict.fromkeys(CHECKLISTS[CommodityClass.STANDARD], "ok")
LONG = timedelta(days=30)
CHECKED = True


@pytest.fixture
def inspector(app, market):
    with unit_of_work() as session:
        return factories.trader(
            session, app, name="Delta Survey", country="CN", kind=CompanyKind.INSPECTOR, now=clock.now()
        )


def today():
    """The day it is where the goods are made: from four in the afternoon of UTC China has the next one."""
    return closures.local_day("CN", clock.now()).isoformat()


def ask(way, inspector, trader=None, expect=201, **body):
    terms = {"inspector_id": str(inspector.company), "planned_on": today(), "fee": "800.00"} | body
    path = f"/order-lines/{way.line_id}/inspections"
    return way.call(trader or way.market.buyer, "POST", path, json=terms, expect=expect)


def act(way, trader, found, name, expect=200, **body):
    return way.call(trader, "POST", f"/inspections/{found['id']}/{name}", json=body, expect=expect)


def report(way, inspector, found, expect=200, **body):
    facts = {"critical": 0, "major": 0, "minor": 0, "checklist": FINE} | body
    return act(way, inspector, found, "report", expect, **facts)


def taken_on(way, inspector, found):
    act(way, inspector, found, "answer", 204, answer="yes")
    return found


def last(way, trader=None):
    return way.call(trader or way.market.buyer, "GET", "/inspections", expect=200)["items"][0]


def owed(way, trader):
    return [one["amount"]["amount"] for one in way.call(trader, "GET", "/returns", expect=200)["items"]]


def test_a_fail_keeps_the_goods_until_another_passes_at_the_merchants_expense(app, way, market, inspector):
    way.secure()
    way.call(market.thai, "POST", f"/order-lines/{way.line_id}/inspections", json={}, expect=422)
    ask(way, inspector, trader=market.thai, expect=404)
    ask(way, market.carrier, expect=422)
    ask(way, inspector, fee="10960.01", expect=422)
    ask(way, inspector, planned_on="2020-01-01", expect=422)
    ask(way, inspector, major_aql="3.0", expect=422)
    assert [one["name"] for one in way.call(market.buyer, "GET", "/inspectors", expect=200)["items"]] == [
        "City Office", "Delta Survey",
    ]  # fmt: skip
    found = ask(way, inspector)
    assert (found["state"], found["owner"], found["by_silence"]) == ("ordered", "inspector", "refuse")
    plan = found["plan"]
    assert (plan["lot"], plan["code_letter"], plan["sample"]) == (400, "H", 50)
    assert (plan["critical_accepted"], plan["major_accepted"], plan["minor_accepted"]) == (0, 3, 5)
    ask(way, inspector, expect=409)
    # The inspector sees his assignment, and of the order no more than that.
    seen = way.call(inspector, "GET", f"/inspections/{found['id']}", expect=200)
    assert seen["acts"] == ["answer"]
    way.call(inspector, "GET", f"/orders/{way.order_id}", expect=403)
    way.call(market.thai, "GET", f"/inspections/{found['id']}", expect=404)
    report(way, inspector, found, 409)
    act(way, market.merchant, found, "answer", 403, answer="yes")
    taken_on(way, inspector, found)
    way.pack()
    assert way.hand_over(expect=409)["type"] == "urn:city:problem:inspection_waits"
    report(way, market.merchant, found, 403)
    report(way, inspector, found, 422, major=51)
    report(way, inspector, found, 422, checklist={"quantity": "ok"})
    failed = report(way, inspector, found, major=4, remarks="Pins are loose.")
    assert (failed["state"], failed["owner"], failed["holds_up"]) == ("failed", "merchant", True)
    assert (failed["reported"]["major"], failed["remarks"]) == (4, "Pins are loose.")
    assert (owed(way, market.buyer), owed(way, market.merchant), owed(way, inspector)) == (["800.00"], [], ["800.00"])
    way.hand_over(expect=409)
    run_due(app)
    (paper,) = [one for one in way.order()["documents"] if one["kind"] == "inspection_report"]
    assert paper["number"] == found["reference"]
    assert way.call(inspector, "GET", f"/documents/{paper['id']}", expect=200)["state"] == "rendered"
    act(way, market.carrier, failed, "repetition", 403, planned_on=today())
    again = act(way, market.merchant, failed, "repetition", 201, planned_on=today())
    assert (again["number"], again["state"], again["payer_id"]) == (2, "ordered", str(market.merchant.company))
    way.hand_over(expect=409)
    passed = report(way, inspector, taken_on(way, inspector, again), major=3, minor=5)
    assert (passed["state"], passed["owner"]) == ("passed", None)
    assert owed(way, market.merchant) == ["800.00"]
    (mine,) = way.call(market.merchant, "GET", "/returns", expect=200)["items"]
    way.call(market.merchant, "POST", f"/returns/{mine['id']}/confirmation", expect=200)
    way.hand_over()


def test_silence_has_outcomes_and_never_lets_failed_goods_go(way, market, inspector):
    way.secure()
    offered = ask(way, inspector, trader=market.merchant)
    assert (offered["state"], offered["owner"], offered["payer_id"]) == (
        "offered", "buyer", str(market.merchant.company),
    )  # fmt: skip
    way.call(inspector, "GET", f"/inspections/{offered['id']}", expect=404)
    assert flows.lapse_inspections(now=clock.now()) == 0
    assert flows.lapse_inspections(now=clock.now() + LONG) == 1
    assert last(way)["state"] == "declined"
    taken = ask(way, inspector, trader=market.merchant)
    act(way, market.buyer, taken, "answer", 204, answer="yes")
    assert flows.lapse_inspections(now=clock.now() + LONG) == 1
    assert (last(way)["state"], last(way)["owner"]) == ("seeking", "merchant")
    way.call(inspector, "GET", f"/inspections/{taken['id']}", expect=404)
    terms = {"inspector_id": str(inspector.company), "planned_on": today(), "fee": "900.00"}
    act(way, market.buyer, taken, "appointment", 422, **terms)  # another pays
    act(way, market.merchant, taken, "appointment", **terms)
    taken_on(way, inspector, taken)
    failed = report(way, inspector, taken, critical=1)
    assert failed["state"] == "failed"
    assert flows.lapse_inspections(now=clock.now() + LONG) == 1
    again = last(way)
    assert (again["number"], again["state"], again["fee"]["amount"]) == (2 + 1, "ordered", "900.00")
    act(way, inspector, again, "answer", 204, answer="no")
    assert flows.lapse_inspections(now=clock.now() + 2 * LONG) == 1
    left = last(way)
    assert (left["state"], left["owner"], left["deadline_at"], left["holds_up"]) == ("seeking", "buyer", None, True)
    assert flows.lapse_inspections(now=clock.now() + 9 * LONG) == 0
    way.pack()
    way.hand_over(expect=409)
    act(way, market.merchant, left, "waiver", 403)
    assert act(way, market.buyer, left, "waiver") == act(way, market.buyer, left, "waiver")
    way.hand_over()


def test_an_inspector_without_papers_in_force_is_given_no_work(app, way, market, inspector):
    way.secure()

    def papers(state):
        with unit_of_work() as session:
            session.execute(
                sa.update(Qualification).where(Qualification.company_id == inspector.company).values(state=state)
            )

    names = {one["name"] for one in way.call(market.buyer, "GET", "/inspectors", expect=200)["items"]}
    assert "Delta Survey" in names
    papers(QualificationState.OPEN)
    names = {one["name"] for one in way.call(market.buyer, "GET", "/inspectors", expect=200)["items"]}
    assert "Delta Survey" not in names
    refused = ask(way, inspector, expect=422)["errors"]
    assert [(one["field"], one["code"]) for one in refused] == [("inspector_id", "inspector_papers")]
    papers(QualificationState.MET)
    found = ask(way, inspector)
    papers(QualificationState.OPEN)
    assert act(way, inspector, found, "answer", 409, answer="yes")["type"].endswith(":inspector_papers")
    papers(QualificationState.MET)
    taken_on(way, inspector, found)
    report(way, inspector, found, critical=1)
    papers(QualificationState.OPEN)
    repeated = act(way, market.buyer, found, "repetition", 409, planned_on=today())
    assert repeated["type"].endswith(":inspector_papers")


def test_a_fee_is_called_one_and_the_order_tells_of_its_inspections(app, way, market, inspector):
    way.secure()
    found = taken_on(way, inspector, ask(way, inspector))
    report(way, inspector, found)
    (fee,) = way.call(market.buyer, "GET", "/returns", expect=200)["items"]
    assert (fee["amount"]["amount"], fee["inspection"]) == ("800.00", found["reference"])
    order = way.call(market.merchant, "GET", f"/orders/{way.order_id}", expect=200)
    assert [(one["reference"], one["state"], one["fee"]["amount"]) for one in order["inspections"]] == [
        (found["reference"], "passed", "800.00")
    ]
    buyer = Visitor(app)
    buyer.log_in(market.buyer.login)
    for path in (f"/orders/{way.order_id}", f"/inspections/{found['id']}", "/account/returns"):
        shown = buyer.open(path)
        assert "Owed back" not in shown
    assert "Inspection fee" in buyer.open(f"/orders/{way.order_id}")
    assert f"Inspection {found['reference']}" in buyer.open("/account/returns")


def test_remarks_are_the_buyers_to_judge_and_readiness_waits_for_him(call, market, inspector, operator):
    shares = [{"event": "deposit", "percent": "30", "days": 3}, {"event": "ready", "percent": "70", "days": 3}]
    plan = {"code": "when_ready", "name": "When ready", "stages": shares, "rails": ["bank"]}
    call(market.merchant, "POST", "/payment-plans", json=plan, expect=201)
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "when_ready"}).secure()
    found = taken_on(way, inspector, ask(way, inspector))
    way.pack()
    assert [one["event"] for one in way.order()["payments"] if one["subject"] == "order"] == ["deposit"]
    conditional = report(way, inspector, found, minor=6)
    assert (conditional["state"], conditional["by_silence"]) == ("conditional", "waive")
    act(way, market.merchant, conditional, "repetition", 403, planned_on=today())
    assert flows.lapse_inspections(now=clock.now() + LONG) == 1
    ready = [one for one in way.order()["payments"] if one["event"] == "ready"]
    assert [(one["state"], one["amount"]["amount"]) for one in ready] == [("due", "7672.00")]


def test_an_order_that_ends_takes_its_inspection_along(way, market, inspector):
    way.secure()
    ask(way, inspector)
    way.call(market.buyer, "POST", f"/orders/{way.order_id}/cancellation", expect=204)
    assert reading().scalars(sa.select(Inspection.state)).all() == ["cancelled"]


def test_the_same_on_pages(app, way, market, inspector):
    way.secure()
    buyer, merchant, surveyor = (Visitor(app) for _ in range(3))
    for visitor, trader in ((buyer, market.buyer), (merchant, market.merchant), (surveyor, inspector)):
        visitor.log_in(trader.login)
    form = f"/orders/{way.order_id}/lines/{way.line_id}/inspections"
    assert form in buyer.open(f"/orders/{way.order_id}")
    assert "Offer to have the goods inspected" in merchant.open(f"/orders/{way.order_id}")
    buyer.open(form)
    terms = {"inspector_id": str(inspector.company), "planned_on": today(), "fee": "0", "level": "I",
             "major_aql": "1.5", "minor_aql": "4.0"}  # fmt: skip
    buyer.send(form, terms | {"fee": "-1"}, 422)
    assert "fee" in buyer.refused_fields()
    page = urlsplit(buyer.send(form, terms).headers["Location"]).path
    assert form not in buyer.open(f"/orders/{way.order_id}")
    surveyor.open(page)
    surveyor.send(f"{page}/answer", {"answer": "yes"})
    surveyor.open(page)
    points = {f"checklist.{point}": "ok" for point in FINE}
    counts = {"critical": "0", "major": "0", "minor": "0", "remarks": "All as the <b>sample</b>."}
    surveyor.send(f"{page}/report", counts | points | {"major": "33"}, 422)
    assert "major" in surveyor.refused_fields()
    photo = {"file": [(io.BytesIO(png()), "lot.png")]}
    surveyor.send(f"{page}/report", counts | points | photo)
    shown = buyer.open(page)
    assert "All as the &lt;b&gt;sample&lt;/b&gt;." in shown
    assert "lot.png" in shown
    assert "Passed" in shown
    assert "Report" in merchant.open(page)
    assert "Delta Survey" in merchant.open("/inspections")
    way.pack()
    way.hand_over()


def test_an_inspection_waits_at_the_desk_of_whoever_has_the_next_move(app, way, market, inspector):
    def waits(trader):
        rows = way.call(trader, "GET", "/desk", expect=200)["items"]
        return {row["queue"]: row["waiting"] for row in rows if row["waiting"]}

    way.secure()
    found = ask(way, inspector)
    assert waits(inspector) == {"make_inspections": 1}
    page = Visitor(app)
    page.log_in(inspector.login)
    assert "Inspections to make" in page.open("/partner/consignments")
    act(way, inspector, found, "answer", 204, answer="no")
    assert "make_inspections" not in waits(inspector)
    owner = last(way)["owner"]
    assert ("decide_inspections" in waits(market.buyer)) is (owner == "buyer")
    assert ("sale_inspections" in waits(market.merchant)) is (owner == "merchant")


def test_an_offer_is_not_taken_once_the_goods_are_packed_and_ends_when_they_leave(way, market, inspector):
    way.secure()
    offered = ask(way, inspector, trader=market.merchant)
    way.pack()
    act(way, market.buyer, offered, "answer", 409, answer="yes")
    way.hand_over()
    assert last(way)["state"] == "declined"


def test_an_inspection_warns_of_the_lorry_that_it_misses_and_may_be_reported_before_its_day(
    app, way, market, inspector
):
    way.secure()
    cutoff = way.booking["cutoff_cargo_at"]
    last_day = datetime.fromisoformat(cutoff).astimezone(ZoneInfo("Asia/Shanghai")).date()
    page = Visitor(app)
    page.log_in(market.buyer.login)
    new = f"/orders/{way.order_id}/lines/{way.line_id}/inspections"
    assert "After an inspection on a later day they go with a later one" in page.open(new)
    found = ask(way, inspector, planned_on=str(last_day))
    assert found["missed_cutoff"] is None
    act(way, market.buyer, found, "waiver")
    found = taken_on(way, inspector, ask(way, inspector, planned_on=str(last_day + timedelta(days=1))))
    assert found["missed_cutoff"] == cutoff
    assert "before this inspection: the goods will go with a later one" in page.open(f"/inspections/{found['id']}")
    seen = way.call(inspector, "GET", f"/inspections/{found['id']}", expect=200)
    assert (seen["acts"], seen["missed_cutoff"]) == (["report"], None)
    report(way, inspector, found)


def test_what_was_taken_off_a_line_is_no_part_of_the_lot(app, way, market, inspector):
    body = {"kind": "reduce", "line": way.line_id, "quantity": 100}
    made = way.call(market.buyer, "POST", f"/orders/{way.order_id}/changes", json=body, expect=201)
    agreed = {"content_hash": made["content_hash"]}
    way.call(market.merchant, "POST", f"/order-changes/{made['id']}/acceptance", json=agreed, expect=200)
    page = Visitor(app)
    page.log_in(market.buyer.login)
    assert f"/orders/{way.order_id}/lines/{way.line_id}/inspections" in page.open(f"/orders/{way.order_id}")
    assert ask(way, inspector)["plan"]["lot"] == 300


def test_what_an_inspection_found_stays_readable_and_its_payer_reads_on_the_order_what_it_owes(
    app, call, market, operator, inspector
):
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "acceptance_100"})  # nothing is paid before
    failed = report(way, inspector, taken_on(way, inspector, ask(way, inspector)), major=4)
    again = act(way, market.merchant, failed, "repetition", 201, planned_on=today())
    report(way, inspector, taken_on(way, inspector, again))
    before = way.call(market.buyer, "GET", f"/inspections/{failed['id']}", expect=200)
    assert (before["state"], before["reported"]["result"]) == ("repeated", "failed")
    both = re.compile(r"Inspected again</span></span>\s*<span[^>]*>.*?Failed</span>", re.DOTALL)
    for trader, fee in ((market.buyer, failed), (market.merchant, again)):
        reader = Visitor(app)
        reader.log_in(trader.login)
        assert both.search(reader.open(f"/inspections/{failed['id']}"))
        shown = reader.open(f"/orders/{way.order_id}")
        assert both.search(shown)
        assert re.search(f"{fee['reference']} · [^–]*800.00[^–]*– not paid yet", shown)


def test_both_sides_read_that_the_goods_wait_for_their_inspection(app, call, market, operator, inspector):
    way = Way(call, market, operator, payment={"rail": "bank", "plan": "acceptance_100"})  # nothing is paid before
    asked = ask(way, inspector)
    readers = {trader: Visitor(app) for trader in (market.buyer, market.merchant)}
    for trader, reader in readers.items():
        reader.log_in(trader.login)
        shown = reader.open(f"/orders/{way.order_id}")
        assert "Next: the goods are inspected" in shown
        assert f"Inspection {asked['reference']}</a>" in shown
    report(way, inspector, taken_on(way, inspector, asked))
    for trader, words in (
        (market.buyer, "Next: the merchant packs the goods"),
        (market.merchant, "Next: pack the goods"),
    ):
        assert words in readers[trader].open(f"/orders/{way.order_id}")
