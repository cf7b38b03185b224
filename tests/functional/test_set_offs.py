"""What a carrier bears of a held lorry is taken off its invoices once, whatever it asks for and when."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.distribution.costs import flows
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.reference.models import FxRate
from tests.support.costs import invoiced, look, sheet
from tests.support.invariants import sound
from tests.support.racing import at_once
from tests.support.ways import caller

OVER_BORDER = True
pytestmark = pytest.mark.both_databases
SET_OFF = {"decision": "dispute", "reason": "set_off"}


@pytest.fixture
def lorry(gone):
    """The number of a departure that waits for what comes, by a planned lorry that left."""
    yield sheet(gone)["lorry"]["departure"]
    sound()


def borne(way, **cost):
    """Let the lorry break down for 5 hours: its carrier bears 600.00 CNY, and what else is entered."""
    way.act("at-border")
    way.act("hold", cause="breakdown")
    if cost:
        path = f"/departures/{way.booking['departure_id']}/costs/items"
        way.call(way.operator, "POST", path, json=cost | {"cause": "breakdown"}, expect=201)
    else:
        way.act("held-choices", 201, option="wait", until=(clock.now() + timedelta(hours=5)).isoformat())
    way.act("resume")


def decision(line):
    return f"/costs/invoice-lines/{line['id']}/decision"


def only(way, treasurer, made):
    seen = look(way, made, treasurer)
    return seen["state"], seen["lines"][0]


def test_one_share_is_set_off_once_however_many_decide_at_once(app, gone, treasurer, lorry):
    borne(gone)
    kinds = ("haulage", "toll", "permit", "swap")
    made = [invoiced(gone, (lorry, kind, "600.00"), number=f"R-{kind}") for kind in kinds]
    lines = [only(gone, treasurer, one)[1] for one in made]
    calls = [caller(app.test_client()) for _ in lines]
    answers = at_once(
        app,
        [lambda call=call, line=line: call(treasurer, "POST", decision(line), json=SET_OFF)
         for call, line in zip(calls, lines, strict=True)],
    )  # fmt: skip
    assert [answer["errors"][0]["field"] for answer in answers if answer] == ["amount"] * 3
    departure = gone.booking["departure_id"]
    ((share,),) = [
        row["shares"] for row in gone.call(gone.operator, "GET", f"/departures/{departure}/holds", expect=200)["items"]
    ]
    assert share["set_off"]["amount"] == "600.00"


def test_a_share_is_set_off_or_taken_back_and_never_both(app, gone, treasurer, lorry):
    borne(gone)
    _, line = only(gone, treasurer, invoiced(gone, (lorry, "haulage", "600.00")))
    (item,) = [one for one in sheet(gone)["costs"] if one["basis"] == "actual"]
    acts = (treasurer, decision(line), SET_OFF), (gone.operator, f"/costs/items/{item['id']}/void", {})
    calls = [caller(app.test_client()) for _ in acts]
    answers = at_once(
        app,
        [lambda call=call, act=act: call(act[0], "POST", act[1], json=act[2])
         for call, act in zip(calls, acts, strict=True)],
    )  # fmt: skip
    assert [bool(answer) for answer in answers] in ([True, False], [False, True])


def test_a_lorry_goes_on_while_a_cost_is_taken_back_and_nobody_owes_it(app, gone, treasurer, lorry):
    gone.act("at-border")
    gone.act("hold", cause="security")
    departure = gone.booking["departure_id"]
    cost = {"kind": "transhipment", "amount": "90.00", "currency": "CNY", "cause": "security"}
    path = f"/departures/{departure}/costs/items"
    items = [gone.call(gone.operator, "POST", path, json=cost, expect=201)["id"] for _ in range(3)]
    paths = [f"/departures/{departure}/resume", *(f"/costs/items/{item}/void" for item in items)]
    calls = [caller(app.test_client()) for _ in paths]
    answers = at_once(
        app,
        [lambda call=call, path=path: call(gone.operator, "POST", path, json={})
         for call, path in zip(calls, paths, strict=True)],
    )  # fmt: skip
    assert answers == [None] * 4
    (row,) = gone.call(gone.operator, "GET", f"/departures/{departure}/holds", expect=200)["items"]
    assert row["shares"] == []


def test_what_was_set_off_is_not_asked_for_again(gone, treasurer, lorry):
    borne(gone)
    state, line = only(gone, treasurer, invoiced(gone, (lorry, "haulage", "600.00")))
    assert state == "differs"
    gone.call(treasurer, "POST", decision(line), json=SET_OFF, expect=204)
    state, line = only(gone, treasurer, invoiced(gone, (lorry, "haulage", "4000.00"), number="F-2"))
    assert (state, line["possible_double"]) == ("differs", True)


def test_what_matched_before_the_carrier_bore_something_waits_for_a_decision(gone, treasurer, lorry):
    made = invoiced(gone, (lorry, "haulage", "4000.00"))
    assert only(gone, treasurer, made)[0] == "matched"
    borne(gone)
    for _ in range(2):
        gone.call(treasurer, "POST", f"/costs/invoices/{made['id']}/acceptance", expect=204)
    state, line = only(gone, treasurer, made)
    assert (state, line["state"], line["accepted"]) == ("differs", "differs", None)
    gone.call(
        treasurer, "POST", decision(line), json={"decision": "split", "amount": "3400.00", "reason": "set_off"},
        expect=204,
    )  # fmt: skip


def test_what_no_rate_brings_to_the_sheet_keeps_a_line_from_matching(gone, treasurer, lorry):
    with unit_of_work() as session:
        session.query(FxRate).filter(sa.or_(FxRate.base == "BND", FxRate.quote == "BND")).delete()
    borne(gone, kind="permit", amount="100.00", currency="BND")
    state, line = only(gone, treasurer, invoiced(gone, (lorry, "haulage", "4000.00")))
    assert (state, line["difference"]) == ("differs", None)


def test_an_invoice_waits_for_the_plan_where_a_cost_opened_the_sheet(way, priced, treasurer):
    way.secure()
    cost = {"kind": "permit", "amount": "200", "currency": "CNY"}
    way.call(way.operator, "POST", f"/departures/{way.booking['departure_id']}/costs/items", json=cost, expect=201)
    made = invoiced(way, (sheet(way)["lorry"]["departure"], "haulage", "4000.00"))
    assert only(way, treasurer, made)[0] == "submitted"
    assert flows.plan_due(now=clock.now()) == 0
    way.act("close")
    assert flows.plan_due(now=clock.now()) == 2
    assert only(way, treasurer, made)[0] == "matched"
