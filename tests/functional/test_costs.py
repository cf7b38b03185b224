"""Did last night's lorry make money: costs planned and actual beside its freight, which is that of the ledger."""

import io
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.costs import flows
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Booking
from marketplace.reports import queries as reports
from tests import factories
from tests.support.costs import LINE, invoiced, look, owed_to, sheet, yesterday
from tests.support.invariants import sound

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


def margin(seen, name):
    return [seen["lorry"][name][part]["amount"] for part in ("revenue", "cost", "left")]


def test_a_cost_that_comes_while_bookings_are_taken_leaves_the_plan_to_the_clock(way, priced):
    way.secure()
    path = f"/departures/{way.booking['departure_id']}/costs/items"
    cost = {"kind": "permit", "amount": "200", "currency": "CNY"}
    way.call(way.operator, "POST", path, json=cost, expect=201)
    assert sheet(way)["lorry"]["planned"] is False
    assert flows.plan_due(now=clock.now()) == 0
    way.pack()
    way.hand_over()
    way.act("close")
    assert flows.plan_due(now=clock.now()) == 1
    seen = sheet(way)
    assert seen["lorry"]["planned"] is True
    assert [one["planned"]["amount"] for one in seen["by_kind"] if one["kind"] == "haulage"] == ["4000.00"]
    # Once: what is planned stays as it is until somebody asks for it.
    assert flows.plan_due(now=clock.now()) == 0
    sound()


def test_a_lorrys_margin_is_its_freight_by_the_ledger_less_what_it_cost(gone, market, treasurer):
    seen = sheet(gone)
    kg = Decimal(seen["lorry"]["kg"])
    # Two legs of twelve hours and one of two days; the way over the border is one side's, with eight hours free.
    planned = {one["kind"]: one["planned"]["amount"] for one in seen["by_kind"]}
    assert planned == {
        "haulage": "4000.00", "toll": "900.00", "crossing": "500.00", "waiting": "200.00",
        "dc": f"{(kg * 80 / 1000).quantize(Decimal('0.01'))}",
    }  # fmt: skip
    (one,) = seen["revenue"]
    assert one["earned"] == one["agreed"]
    assert Decimal(margin(seen, "actual")[0]) * 100 == owed_to(market)
    assert seen["lorry"]["without_revenue"] is False
    departure = gone.booking["departure_id"]
    cost = {"kind": "haulage", "amount": "14000000", "currency": "VND", "note": "by the tractor beyond the border"}
    cost |= {"company_id": str(market.carrier.company), "place": "VN-HUUNGHI"}
    made = gone.call(gone.operator, "POST", f"/departures/{departure}/costs/items", json=cost, expect=201)
    seen = sheet(gone)
    (used,) = seen["exchange_rates"]
    assert used["currency"] == "VND"
    there = (Decimal(14000000) * Decimal(used["rate"])).quantize(Decimal("0.01"))
    assert Decimal(margin(seen, "actual")[1]) == there
    gone.call(gone.operator, "POST", f"/costs/items/{made['id']}/void", expect=204)
    assert margin(sheet(gone), "actual")[1] == "0.00"
    for bad in ({"place": "nowhere"}, {"amount": "0"}, {"company_id": str(market.buyer.company)}, {"booking": "BKG-X"}):
        gone.call(gone.operator, "POST", f"/departures/{departure}/costs/items", json=cost | bad, expect=422)
    for stranger in (market.buyer, market.carrier):
        gone.call(stranger, "GET", f"/departures/{departure}/costs", expect=403)
    gone.call(gone.operator, "GET", f"/departures/{new_id()}/costs", expect=404)
    # Who runs lorries enters costs; who looks after money says what rates are and closes.
    gone.call(gone.operator, "POST", f"/departures/{departure}/costs/close", expect=403)
    gone.call(treasurer, "POST", f"/departures/{departure}/costs/close", expect=409)
    sound()


def test_a_closed_sheet_keeps_its_exchange_rates_and_takes_no_costs(gone, treasurer, later):
    departure = gone.booking["departure_id"]
    cost = {"kind": "fuel", "amount": "100.00", "currency": "USD"}
    gone.call(gone.operator, "POST", f"/departures/{departure}/costs/items", json=cost, expect=201)
    later(200 * 3_600)
    for name in ("at-border", "clear", "arrive", "strip"):
        gone.act(name)
    gone.call(treasurer, "POST", f"/departures/{departure}/costs/close", expect=204)
    closed = sheet(gone)
    assert (closed["lorry"]["sheet_state"], closed["changed_since"]) == ("closed", False)
    rate = {"base": "USD", "quote": "CNY", "rate": "1", "effective_date": closed["priced_on"], "source": "a mistake"}
    with unit_of_work() as session:
        from marketplace.reference.models import FxRate

        day = clock.now().date().fromisoformat(closed["priced_on"])
        session.query(FxRate).filter_by(base="USD", quote="CNY", effective_date=day).delete()
        session.add(FxRate(id=new_id(), **rate | {"rate": Decimal(1), "effective_date": day}))
    again = sheet(gone)
    assert (again["exchange_rates"], margin(again, "actual")) == (closed["exchange_rates"], margin(closed, "actual"))
    gone.call(gone.operator, "POST", f"/departures/{departure}/costs/items", json=cost, expect=409)
    gone.call(gone.operator, "POST", f"/departures/{departure}/costs/plan", expect=409)
    gone.call(treasurer, "POST", f"/departures/{departure}/costs/reopen", expect=204)
    gone.call(gone.operator, "POST", f"/departures/{departure}/costs/items", json=cost, expect=201)
    assert sheet(gone)["exchange_rates"] == closed["exchange_rates"]
    assert sheet(gone)["changed_since"] is True
    sound()


def test_what_a_partner_asks_as_planned_matches_and_becomes_a_cost_once(gone, treasurer, broker):
    lorry = sheet(gone)["lorry"]["departure"]
    made = invoiced(gone, (lorry, "haulage", "4050.00"), (lorry, "toll", "600.00"), (lorry, "toll", "300.00"))
    seen = look(gone, made, treasurer)
    assert (seen["state"], {line["state"] for line in seen["lines"]}) == ("matched", {"matched"})
    invoiced(gone, (lorry, "haulage", "1.00"), expect=409)  # the number is known
    path = f"/costs/invoices/{made['id']}"
    gone.call(treasurer, "POST", f"{path}/settlement", expect=409)
    for _ in range(2):
        gone.call(treasurer, "POST", f"{path}/acceptance", expect=204)
    assert margin(sheet(gone), "actual")[1] == "4950.00"
    again = look(gone, invoiced(gone, (lorry, "haulage", "4000.00"), number="F-2"), treasurer)
    assert (again["state"], [line["possible_double"] for line in again["lines"]]) == ("differs", [True])
    # The partner is told what was decided, and not by how much the plan was another.
    own = gone.call(gone.market.carrier, "GET", f"/partner-invoices/{again['id']}", expect=200)
    assert [(line["possible_double"], line["difference"]) for line in own["lines"]] == [(None, None)]
    gone.call(treasurer, "POST", f"{path}/settlement", expect=204)
    gone.call(broker, "GET", f"/partner-invoices/{made['id']}", expect=404)
    (line,) = again["lines"]
    decision = {"decision": "dispute", "reason": "billed_twice", "note": "See F-1."}
    decide = f"/costs/invoice-lines/{line['id']}/decision"
    gone.call(treasurer, "POST", decide, json={"decision": "dispute"}, expect=422)
    gone.call(treasurer, "POST", decide, json=decision, expect=204)
    gone.call(treasurer, "POST", decide, json={"decision": "accept"}, expect=409)
    assert look(gone, again, treasurer)["state"] == "disputed"
    assert margin(sheet(gone), "actual")[1] == "4950.00"
    sound()


def test_what_differs_waits_and_a_part_of_it_is_accepted(gone, treasurer, broker):
    lorry = sheet(gone)["lorry"]["departure"]
    invoiced(gone, (lorry, "haulage", "9.00"), trader=broker, number="B-0", submit=False)
    made = invoiced(gone, (lorry, "crossing", "700.00"), trader=broker, number="B-1")
    seen = look(gone, made, treasurer)
    assert (seen["state"], seen["lines"][0]["difference"]["amount"]) == ("differs", "200.00")
    waiting = gone.call(treasurer, "GET", "/costs/invoices", expect=200)["items"]
    assert [one["number"] for one in waiting] == ["B-1"]  # a draft is nobody else's business
    gone.call(treasurer, "POST", f"/costs/invoices/{made['id']}/acceptance", expect=204)
    assert margin(sheet(gone), "actual")[1] == "0.00"
    decide = f"/costs/invoice-lines/{seen['lines'][0]['id']}/decision"
    split = {"decision": "split", "amount": "500.00", "reason": "wrong_rate"}
    gone.call(treasurer, "POST", decide, json=split | {"amount": "700.00"}, expect=422)
    gone.call(treasurer, "POST", decide, json=split, expect=204)
    seen = look(gone, made, treasurer)
    assert (seen["state"], seen["accepted"]["amount"], seen["lines"][0]["state"]) == ("disputed", "500.00", "split")
    (cost,) = [one for one in sheet(gone)["costs"] if one["basis"] == "actual"]
    assert (cost["invoice"], cost["amount"]["amount"], cost["company_id"]) == ("B-1", "500.00", str(broker.company))
    gone.call(gone.operator, "POST", f"/costs/items/{cost['id']}/void", expect=409)
    sound()


def test_a_departure_that_a_partner_has_nothing_to_do_with_is_unknown_to_it(gone, app, treasurer):
    lorry = sheet(gone)["lorry"]["departure"]
    with unit_of_work() as session:
        other = factories.trader(session, app, name="Other", country="CN", kind=CompanyKind.CARRIER, now=clock.now())
    theirs = invoiced(gone, (lorry, "haulage", "1.00"), trader=other, expect=422)
    nobodys = invoiced(gone, ("DEP-NONE", "haulage", "1.00"), trader=other, expect=422)
    assert theirs["errors"] == nobodys["errors"]
    assert [one["field"] for one in theirs["errors"]] == ["departures.0"]
    uneven = {"departures": [], "amounts": ["1.00"], "kinds": ["toll"], "currency": "CNY", "number": "F-9"}
    uneven = gone.call(other, "POST", "/partner-invoices", json=uneven | {"issued_on": yesterday()}, expect=422)
    assert [one["field"] for one in uneven["errors"]] == ["departures", "kinds", "amounts"]
    made = invoiced(
        gone, (lorry, "haulage", "1.00"), trader=treasurer, path="/costs/invoices", submit=None,
        company_id=str(other.company),
    )  # fmt: skip
    assert look(gone, made, treasurer)["lines"][0]["difference"] is None  # nothing was planned for it


def test_an_invoice_that_comes_before_the_plan_waits_for_it(way, priced, treasurer):
    way.secure()
    lorry = sheet(way)["lorry"]["departure"]
    assert sheet(way)["lorry"]["planned"] is False
    made = invoiced(way, (lorry, "haulage", "4000.00"))
    assert look(way, made, treasurer)["state"] == "submitted"
    way.act("close")
    assert flows.plan_due(now=clock.now()) == 2
    assert look(way, made, treasurer)["state"] == "matched"
    assert flows.plan_due(now=clock.now()) == 0


def test_a_month_shows_its_lorries_and_its_lines(gone, treasurer, client):
    seen = sheet(gone)
    month = seen["lorry"]["leaves_on"][:7]
    found = gone.call(treasurer, "GET", f"/costs?month={month}", expect=200)
    assert [one["departure"] for one in found["items"]] == [seen["lorry"]["departure"]]
    (line,), (total,) = found["lines"], found["totals"]
    assert (line["line"], line["actual"]) == (LINE, total["actual"])
    assert line["expected"]["revenue"] == seen["lorry"]["expected"]["revenue"]
    assert gone.call(treasurer, "GET", f"/costs?month={month}&line=BKK-HAN", expect=200)["items"] == []
    gone.call(treasurer, "GET", "/costs?month=2026-13", expect=422)
    gone.call(treasurer, "GET", "/costs?cursor=bm8", expect=422)
    months = gone.call(treasurer, "GET", f"/costs/months?month={month}", expect=200)["items"]
    assert (len(months), months[0]["month"], months[0]["totals"]) == (12, month, found["totals"])
    book = client.get(f"/api/v1/costs.xlsx?month={month}", headers=treasurer.headers)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_name("lorries").to_python()
    assert rows[1][0] == seen["lorry"]["departure"]


def test_a_lorry_that_drives_empty_is_seen_as_one_without_revenue(way, priced, treasurer):
    booked = way.booking["departure_id"]
    departures = [row for row in factories.departures(reading()) if row.hub_code == factories.HUB]
    empty = next(str(row.id) for row in departures if str(row.id) != booked)
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-2"}), ("depart", {})):
        way.call(way.operator, "POST", f"/departures/{empty}/{name}", json=body, expect=204)
    assert flows.plan_due(now=clock.now()) == 1
    seen = way.call(treasurer, "GET", f"/departures/{empty}/costs", expect=200)
    assert (seen["lorry"]["without_revenue"], seen["revenue"], seen["lorry"]["cost_per_tonne"]) == (True, [], None)
    found = way.call(treasurer, "GET", f"/costs?month={seen['lorry']['leaves_on'][:7]}", expect=200)
    (total,) = found["totals"]
    assert (total["lorries"], total["without_revenue"]) == (1, 1)
    assert total["cost_of_empty"] == seen["lorry"]["expected"]["cost"]
    sound()


def test_what_rides_as_a_second_part_has_its_share_and_both_are_the_whole(gone, market):
    whole, departure = Decimal(sheet(gone)["revenue"][0]["agreed"]["amount"]), gone.booking["departure_id"]
    with unit_of_work() as session:
        first = session.get_one(Booking, UUID(gone.booking["id"]))
        other = next(row for row in factories.departures(session) if row.id != first.departure_id)
        second = {column.key: getattr(first, column.key) for column in sa.inspect(Booking).columns}
        second |= {"id": new_id(), "reference": "BKG-PART", "part": 2, "departure_id": other.id}
        # A third of the weight that is charged for, which no cent divides.
        second |= {name: second[name] // 2 for name in ("grams", "cm3", "ldm_mm")}
        session.add(Booking(**second))
    (one,), (rest,) = (
        gone.call(gone.operator, "GET", f"/departures/{where}/costs", expect=200)["revenue"]
        for where in (departure, other.id)
    )
    for part in ("agreed", "earned"):
        assert Decimal(one[part]["amount"]) + Decimal(rest[part]["amount"]) == whole
    assert (one["part"], rest["part"], rest["contract"]) == (1, 2, one["contract"])
    assert abs(Decimal(rest["agreed"]["amount"]) * 3 - whole) <= Decimal("0.03")


def test_freight_that_was_never_charged_is_nothing_and_says_why(gone):
    with unit_of_work() as session:
        contract = session.query(FreightContract).one()
        contract.state = ContractState.CANCELLED
    (one,) = sheet(gone)["revenue"]
    assert (one["agreed"], one["earned"], one["free"]) == (None, None, "cancelled")
    # The ledger still has it: the check says so.
    assert {"its sheets are not what the ledger has earned"} <= {one.what for one in reports.check(reading())}
