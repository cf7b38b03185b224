"""A lorry on the road: declared, under transit, handed over, cold, held; each partner in its own account."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.road.models.customs import TransitNumber
from marketplace.logistics.rules.states import DepartureState
from marketplace.reports import queries as reports
from tests import factories
from tests.factories import HANOI, HUB
from tests.support.invariants import sound
from tests.support.visitors import Town, visitor
from tests.support.ways import GOOD, Way, agreed, credited_again, day

pytestmark = pytest.mark.both_databases
SIDES = ("CN-YOUYIGUAN", "VN-HUUNGHI")
LONG = (clock.now().date() + timedelta(days=400)).isoformat()
DAY = (clock.now().date() - timedelta(days=1)).isoformat()
OVER_BORDER = True


@pytest.fixture
def way(app, call, market, operator):
    made = Way(call, market, operator).secure()
    made.pack()
    made.app = app
    return made


@pytest.fixture
def partners(app, market):
    now = clock.now()
    with unit_of_work() as session:
        return {
            name: factories.trader(session, app, name=f"{name} partner", country=country, kind=kind, now=now)
            for name, country, kind in (
                ("broker", "VN", CompanyKind.BROKER),
                ("rival", "CN", CompanyKind.BROKER),
                ("other", "CN", CompanyKind.CARRIER),
            )
        }


def named(way, broker, side="export"):
    way.act("brokers", side=side, company=str(broker.company))


def declare(way, who, expect=201, side="export", number="530020261234567890", cartons=10):
    body = {"side": side, "number": number, "lodged_on": DAY, "cartons": cartons}
    return way.call(who, "POST", f"/bookings/{way.booking['id']}/declarations", json=body, expect=expect)


def amend(way, who, declaration, change, expect=201, **body):
    path = f"/declarations/{declaration['id']}/amendments"
    return way.call(who, "POST", path, json={"change": change, "number": "A-001", **body}, expect=expect)


def lorry(way, who, expect=200):
    return way.call(who, "GET", f"/lorries/{way.booking['departure_id']}", expect=expect)


def left(way, *, border=False):
    """Let the lorry leave, and reach the border."""
    way.hand_over()
    way.act("close")
    way.act("load")
    way.act("seal", seal_number="S-1")
    way.act("depart")
    if border:
        way.act("at-border")


def test_a_broker_declares_and_the_goods_stay_where_they_are(way, market, partners, operator):
    broker = partners["broker"]
    lorry(way, broker, 404)
    declare(way, broker, 404)
    named(way, broker)
    seen = lorry(way, broker)
    assert (seen["acts_as"], seen["sides"], [row["booking"] for row in seen["cargo"]]) == (
        "broker", ["export"], [way.booking["reference"]],
    )  # fmt: skip
    made = declare(way, broker)
    declare(way, broker, 404, side="import")
    for stranger in (partners["rival"], partners["other"]):
        lorry(way, stranger, 404)
        amend(way, stranger, made, "roll", 404)
    assert lorry(way, market.carrier)["cargo"][0]["declarations"] == []
    booking = f"/bookings/{way.booking['id']}"
    refused = way.call(operator, "POST", f"{booking}/roll", json={}, expect=409)
    assert refused["type"].endswith("declared_locked")
    assert "530020261234567890" in refused["detail"]
    refused = way.call(operator, "POST", f"{booking}/decline", json={"reason": "full"}, expect=409)
    assert refused["type"].endswith("declared_locked")
    amend(way, broker, made, "roll", cartons=11, expect=422)
    amend(way, broker, made, "roll")
    way.call(operator, "POST", f"{booking}/roll", json={}, expect=201)
    assert reports.check(reading()) == []


def test_eight_cartons_too_many_are_refused_in_words(way, partners, operator):
    made = declare(way, operator, cartons=2)
    refused = way.hand_over(409)
    assert refused["type"].endswith("beyond_declared")
    assert "8 too many" in refused["detail"]
    amend(way, operator, made, "top_up", 422)
    amend(way, operator, made, "top_up", cartons=10)
    way.hand_over()


def test_a_cancelled_departure_says_what_is_to_be_amended(way, partners, operator):
    made = declare(way, operator)
    way.hand_over()
    before = way.booking
    way.act("cancel", reason="flood")
    assert way.booking["departure_id"] != before["departure_id"]
    (row,) = lorry(way, operator)["cargo"][0]["declarations"]
    assert (row["id"], row["due"]) == (made["id"], ["roll"])
    way.act("close")
    assert way.act("load", 409)["type"].endswith("amendment_due")
    amend(way, operator, made, "roll")
    way.act("load")
    assert reports.check(reading()) == []


def movement(**changes):
    soon = clock.now() + timedelta(days=20)
    return {
        "regime": "gms",
        "from_stop": HUB,
        "to_stop": HANOI,
        "guarantee": "single",
        "guarantee_reference": "G-2026-1",
        "guarantee_amount": "250000",
        "currency": "CNY",
        "guarantee_until": LONG,
        "discharge_by": soon.isoformat(),
    } | changes


def test_a_movement_goes_from_draft_to_discharge(way, partners, operator, market):
    broker, path = partners["broker"], f"/departures/{way.booking['departure_id']}/transits"
    named(way, broker)
    way.call(market.carrier, "POST", path, json=movement(), expect=404)
    refused = way.call(broker, "POST", path, json=movement(regime="acts"), expect=422)
    assert "CN is not in this system" in refused["errors"][0]["message"]
    soon = (clock.now().date() + timedelta(days=5)).isoformat()
    refused = way.call(broker, "POST", path, json=movement(guarantee_until=soon), expect=422)
    assert [error["field"] for error in refused["errors"]] == ["guarantee_until"]
    refused = way.call(broker, "POST", path, json=movement(guarantee_amount="250000.001"), expect=422)
    assert [error["field"] for error in refused["errors"]] == ["guarantee_amount"]
    made = way.call(broker, "POST", path, json=movement(), expect=201)["id"]

    def step(name, expect=200, who=broker, **body):
        return way.call(who, "POST", f"/transits/{made}/steps", json={"step": name, **body}, expect=expect)

    step("lodge", 404, who=partners["rival"])
    step("release", 409)
    refused = step("lodge", 409)
    assert refused["type"].endswith("transit_not_aboard")
    assert way.booking["reference"] in refused["detail"]
    left(way)
    step("lodge")
    assert step("accept", 422, mrn="no")["errors"][0]["field"] == "mrn"
    with unit_of_work() as session:  # goods of a centre go under this one
        session.add(TransitNumber(mrn="GMSVN2600012344", movement_id=new_id()))
    assert step("accept", 422, mrn="GMSVN2600012344")["errors"][0]["field"] == "mrn"
    step("accept", mrn="GMSVN2600012345")
    step("control")
    step("release")
    step("office", 422)
    step("office", place=SIDES[0])
    step("office", place=SIDES[1])
    seen = step("arrive")
    assert (seen["state"], seen["possible"]) == ("arrived", ["remark", "discharge", "enquire"])
    assert [row["booking"] for row in seen["consignments"]] == [way.booking["reference"]]
    step("remark", remark="short")
    page = visitor(way.app, broker)
    assert "GMSVN2600012345" in page.open(f"/lorries/transits/{made}")
    clock_moves = clock.now() + timedelta(days=21)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: clock_moves)
        (late,) = way.call(operator, "GET", "/transits/overdue", expect=200)["items"]
        assert late["overdue"] is True
        assert "GMSVN2600012345" in visitor(way.app, operator).open("/lorries/transits/overdue")
    step("discharge")
    step("discharge", 409)
    assert way.call(operator, "GET", "/transits/overdue", expect=200)["items"] == []


def crew_of(way, keeper, number):
    """Return the tractor, trailer and driver of a carrier, with their papers."""
    call, found = way.call, {}
    type_id = call(way.operator, "GET", "/vehicle-types", expect=200)["items"][0]["id"]
    for kind, more in (("tractor", {}), ("trailer", {"vehicle_type": type_id, "is_reefer": True})):
        body = {"kind": kind, "plates": f"CN 渝{'T' if kind == 'trailer' else 'A'}{number}", **more}
        found[kind] = call(keeper, "POST", "/fleet/vehicles", json=body, expect=201)["id"]
        for paper in ("inspection", "insurance", "gms_permit"):
            body = {"kind": paper, "valid_until": LONG, "number": "N-1"}
            call(keeper, "POST", f"/fleet/vehicles/{found[kind]}/papers", json=body, expect=201)
    man = call(keeper, "POST", "/fleet/drivers", json={"name": "Li Lei", "country": "CN"}, expect=201)["id"]
    for paper in ("driving_licence", "passport"):
        body = {"kind": paper, "valid_until": LONG}
        call(keeper, "POST", f"/fleet/drivers/{man}/papers", json=body, expect=201)
    return found | {"drivers": [man]}


def test_a_tractor_breaks_down_and_the_next_one_too(way, partners, operator, market):
    first, second, third = (crew_of(way, market.carrier, number) for number in (1, 2, 3))
    theirs = crew_of(way, partners["other"], 4)
    assigned = way.act("crews", 201, **first)["id"]
    body = {"place": HUB, "cause": "breakdown", "seal_number": "S-1", "tractor": second["tractor"],
            "drivers": second["drivers"]}  # fmt: skip
    assert way.act("swaps", 409, **body)["type"].endswith("not_on_the_road")
    left(way)
    way.act("swaps", 404, trader=partners["other"], **body)
    way.act("swaps", 422, trader=market.carrier, **body | {"place": SIDES[0]})
    refused = way.act("swaps", 422, trader=market.carrier, **body | {"tractor": theirs["tractor"]})
    assert [error["field"] for error in refused["errors"]] == ["tractor"]
    refused = way.act("swaps", 422, trader=market.carrier, **body | {"seal_number": "S-9"})
    assert "S-1" in refused["errors"][0]["message"]
    way.act("swaps", 201, trader=market.carrier, odometer_km=4711, **body)
    way.act("at-border")
    body = {"place": SIDES[0], "cause": "breakdown", "seal_number": "S-1", "new_seal": "S-2",
            "seal_reason": "customs", "tractor": third["tractor"], "drivers": third["drivers"]}  # fmt: skip
    way.act("swaps", 422, trader=market.carrier, **body | {"tractor": second["tractor"]})
    way.act("swaps", 201, trader=market.carrier, **body)
    seen = lorry(way, market.carrier)
    assert seen["seals"] == ["S-1", "S-2"]
    assert way.call(market.carrier, "GET", "/documents?kind=seal_list", expect=200)["items"][0]["version"] == 2
    assert [(row["place"], row["odometer_km"], row["new_seal"]) for row in seen["handovers"]] == [
        (HUB, 4711, None), (SIDES[0], None, "S-2"),
    ]  # fmt: skip
    assert seen["handovers"][0]["from_crew"] == assigned
    assert seen["handovers"][0]["to_crew"] == seen["handovers"][1]["from_crew"]
    crews = way.call(operator, "GET", f"/departures/{way.booking['departure_id']}/crews", expect=200)["crews"]
    assert [(row["from_stop"], row["to_stop"], row["tractor"]) for row in crews] == [
        (HUB, SIDES[0], second["tractor"]), (SIDES[0], HANOI, third["tractor"]),
    ]  # fmt: skip
    assert {"31", "20"} <= {str(event["code"]) for event in way.seen()["events"]}


READINGS = f"time,°C\n{DAY}T08:00:00Z,3\n{DAY}T08:30:00Z,9.5\n{DAY}T09:00:00Z,9\n{DAY}T09:45:00Z,4\n"


def written_to(app, reference):
    """Return who was written to about cold goods outside their range."""
    return {one.to for one in Town(app).letters() if "outside their range" in one.subject and reference in one.subject}


def test_cold_goods_are_watched_from_the_empty_trailer_on(way, partners, operator, market, monkeypatch):
    booking = way.booking["id"]
    body = {"set_point": "4", "least": "2", "most": "8"}
    way.call(operator, "POST", f"/bookings/{booking}/cooling", json=body | {"set_point": "9"}, expect=422)
    way.call(operator, "POST", f"/bookings/{booking}/cooling", json=body, expect=204)
    way.hand_over()
    way.act("close")
    way.act("load")
    assert way.act("seal", 409, seal_number="S-1")["type"].endswith("not_pre_cooled")
    way.act("pre-cooling", 201, trader=market.carrier, celsius="4.0", logger="TT-19")
    way.act("seal", seal_number="S-1")
    assert way.act("pre-cooling", 409, trader=market.carrier, celsius="4", logger="TT-19")["type"].endswith(
        "too_late_to_cool"
    )
    refused = way.act("readings", 422, trader=market.carrier, readings="time,°C\nnoon,3\n2026-01-01,x\n")
    assert ["Line 2" in error["message"] or "Line 3" in error["message"] for error in refused["errors"]] == [True] * 2
    way.act("readings", 404, trader=partners["other"], readings=READINGS)
    # What was measured before they were loaded is no case of theirs.
    assert way.act("readings", 200, trader=market.carrier, readings=READINGS) == {"read": 4, "added": 4, "opened": 0}
    start = clock.now()
    times = [(start + timedelta(minutes=each)).isoformat() for each in (5, 35, 65, 110)]
    log = "time,°C\n" + "".join(f"{at},{each}\n" for at, each in zip(times, ("3", "9.5", "9", "4"), strict=True))
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=2))
    assert way.act("readings", 200, trader=market.carrier, readings=log) == {"read": 4, "added": 4, "opened": 1}
    assert way.act("readings", 200, trader=market.carrier, readings=log) == {"read": 4, "added": 0, "opened": 0}
    for who in (market.buyer, market.merchant):
        (case,) = way.call(who, "GET", "/excursions", expect=200)["items"]
        assert (case["booking"], case["worst"], case["closed"]) == (way.booking["reference"], 95, False)
        assert "9.5 °C" in visitor(way.app, who).open("/excursions")
    assert written_to(way.app, way.booking["reference"]) == {
        market.buyer.login, market.merchant.login, market.carrier.login,
    }  # fmt: skip
    assert way.call(market.thai, "GET", "/excursions", expect=200)["items"] == []
    assert [row["id"] for row in way.call(operator, "GET", "/excursions/open", expect=200)["items"]] == [case["id"]]
    assert way.booking["reference"] in visitor(way.app, operator).open("/lorries/excursions")
    way.call(operator, "POST", f"/excursions/{case['id']}/closing", expect=204)
    assert way.call(operator, "GET", "/excursions/open", expect=200)["items"] == []
    assert lorry(way, operator)["excursions"][0]["closed"] is True


def test_a_carrier_hands_its_file_in_on_a_page(way, operator, market):
    way.act("pre-cooling", 201, trader=market.carrier, celsius="4", logger="TT-19")
    page, path = visitor(way.app, market.carrier), f"/lorries/{way.booking['departure_id']}"
    assert way.booking["reference"] in page.open(path)
    page.open(f"{path}/readings")
    sent = {"readings": (io.BytesIO(READINGS.encode()), "logger.csv"), "logger": ""}
    page.send(f"{path}/readings", sent)
    assert "<polyline" in page.open(path)
    assert len(lorry(way, operator)["readings"]) == 4


def test_a_held_lorry_waits_and_the_cost_is_booked_to_the_cause(way, partners, operator, market):
    broker = partners["broker"]
    named(way, broker)
    left(way, border=True)
    path = f"/lorries/{way.booking['departure_id']}/hold"
    way.call(partners["other"], "POST", path, json={"cause": "security"}, expect=404)
    way.call(broker, "POST", path, json={"cause": "security"}, expect=204)
    departure = f"/departures/{way.booking['departure_id']}"
    (row,) = way.call(operator, "GET", f"{departure}/held-options", expect=200)["items"]
    assert [one["option"] for one in row["options"]] == ["wait", "off_load"]
    before = way.seen()["events"]
    until = (clock.now() + timedelta(hours=5)).isoformat()
    way.act("held-choices", 422, option="wait")
    way.act("held-choices", 201, option="wait", until=until)
    (choice,) = lorry(way, operator)["choices"]
    assert (choice["option"], choice["cause"], choice["cost"]) == (
        "wait", "security", {"amount": "600.00", "currency": "CNY"},
    )  # fmt: skip
    sheet = way.call(operator, "GET", f"{departure}/costs", expect=200)
    found = [(item["kind"], item["cause"], item["borne_by"], item["amount"]["amount"]) for item in sheet["costs"]
             if item["basis"] == "actual"]  # fmt: skip
    assert found == [("waiting", "security", "platform", "600.00")]
    assert len(way.seen()["events"]) > len(before)
    shown = visitor(way.app, market.buyer).open(f"/orders/{way.order_id}")
    assert "security" in shown
    assert reports.check(reading()) == []


def beside(way):
    """Let another departure of the carrier stand at the same border with room."""
    with unit_of_work() as session:
        mine = session.get_one(Departure, UUID(way.booking["departure_id"]))
        other = next(row for row in factories.departures(session) if row.hub_code == HUB and row.id != mine.id)
        other.state = DepartureState.AT_BORDER
        for stop in session.query(DepartureStop).filter_by(departure_id=other.id).order_by(DepartureStop.position):
            if stop.position <= 1:
                stop.reached_at = clock.now() - timedelta(hours=2 - stop.position)
        return str(other.id)


def test_goods_of_a_held_lorry_go_on_by_another_that_stands_there(way, partners, operator, market):
    left(way, border=True)
    way.act("hold", cause="breakdown")
    first, other = way.booking, beside(way)
    (row,) = way.call(operator, "GET", f"/departures/{first['departure_id']}/held-options", expect=200)["items"]
    assert [one["departure_id"] for one in row["onward"]] == [other]
    way.act("held-choices", 422, option="transfer", booking=first["id"])
    way.act("held-choices", 422, option="transfer", booking=first["id"], departure=str(new_id()))
    way.act("held-choices", 201, option="transfer", booking=first["id"], departure=other)
    became = way.booking
    assert (became["departure_id"], became["state"]) == (other, "in_transit")
    sheet = way.call(operator, "GET", f"/departures/{first['departure_id']}/costs", expect=200)
    (cost,) = [item for item in sheet["costs"] if item["basis"] == "actual"]
    assert (cost["kind"], cost["borne_by"], cost["cause"]) == ("transhipment", "carrier", "breakdown")
    way.act("clear")
    way.act("arrive")
    assert way.booking["state"] == "arrived"
    assert reports.check(reading()) == []


def test_a_share_falls_once_though_goods_change_lorries_on_the_way(app, call, market, operator):
    lines = call(operator, "GET", "/network/lines", expect=200)["items"]
    line_id = next(row["id"] for row in lines if row["code"] == "CQ-HAN")
    body = GOOD | {"valid_from": day()}
    call(operator, "POST", f"/network/lines/{line_id}/tariffs", json=body, expect=201)
    way = Way(call, market, operator).secure()
    way.pack()
    left(way, border=True)
    fell = agreed(way)
    way.act("hold", cause="breakdown")
    first, other = way.booking, beside(way)
    way.act("held-choices", 201, option="transfer", booking=first["id"], departure=other)
    assert way.booking["departure_id"] == other
    for _ in range(2):
        assert credited_again(way) == 0
    assert agreed(way) == fell
    sound()


def test_goods_taken_off_lie_in_custody_until_a_lorry_takes_them(way, operator, market):
    left(way, border=True)
    way.act("hold", cause="inspection")
    first = way.booking
    way.act("held-choices", 201, option="off_load", booking=first["id"])
    assert way.booking["state"] == "cargo_received"
    refused = way.call(operator, "POST", f"/bookings/{first['id']}/roll", json={}, expect=409)
    assert refused["type"].endswith("in_custody")
    way.act("resume")
    way.act("clear")
    way.act("arrive")
    assert way.booking["state"] == "cargo_received"
    assert reports.check(reading()) == []
    other = beside(way)
    way.act("held-choices", 201, option="transfer", booking=first["id"], departure=other)
    assert (way.booking["departure_id"], way.booking["state"]) == (other, "in_transit")
    assert reports.check(reading()) == []


def test_any_code_is_noted_of_all_and_taken_back_at_once(way, operator, market, call):
    left(way)
    departure = way.booking["departure_id"]
    both, unknown, elsewhere = {"code": 31, "act": "told"}, {"code": 9999}, {"code": 31, "place": "SGSIN"}
    for wrong, fields in (
        ({}, ["code", "act"]),
        (both, ["code", "act"]),
        (unknown, ["code"]),
        (elsewhere, ["place"]),
    ):
        refused = way.act("bulk", 422, **wrong)
        assert [error["field"] for error in refused["errors"]] == fields
    mine = way.act("bulk", 200, trader=market.carrier, code=20)
    theirs = way.act("bulk", 200, code=31, place=HANOI)
    listed = call(market.carrier, "GET", f"/departures/{departure}/bulk", expect=200)["items"]
    assert [(row["id"], row["code"], row["count"]) for row in listed] == [(mine["id"], 20, 1)]
    assert len(call(operator, "GET", f"/departures/{departure}/bulk", expect=200)["items"]) == 2
    call(market.carrier, "POST", f"/bulk-notes/{theirs['id']}/withdrawal", json={}, expect=404)
    call(market.carrier, "POST", f"/bulk-notes/{new_id()}/withdrawal", json={}, expect=404)
    assert call(market.carrier, "POST", f"/bulk-notes/{mine['id']}/withdrawal", json={}, expect=200) == {"count": 1}
    call(operator, "POST", f"/bulk-notes/{mine['id']}/withdrawal", json={}, expect=409)
    (row,) = call(market.carrier, "GET", f"/departures/{departure}/bulk", expect=200)["items"]
    assert row["withdrawn_at"] is not None
    taken = sa.select(TransportEvent.code).where(TransportEvent.retracts.is_not(None))
    assert 20 in reading().scalars(taken).all()
    assert reports.check(reading()) == []


def test_the_same_is_noted_of_many(way, operator, market):
    assert way.act("bulk", 409, act="told")["type"].endswith("nothing_aboard")
    left(way)
    way.act("bulk", 403, trader=market.buyer, act="told")
    way.act("bulk", 422, act="told", bookings=[str(new_id())])
    assert way.act("bulk", 200, act="told", bookings=[way.booking["id"]])["count"] == 1
    assert way.act("bulk", 200, act="out_for_delivery", place=HANOI)["count"] == 1
    page = visitor(way.app, operator)
    path = f"/lorries/{way.booking['departure_id']}"
    page.open(f"{path}/bulk")
    page.send(f"{path}/bulk", {"code": "", "place": HANOI, "bookings": []}, 422)
    assert page.refused_fields() == {"code"}
    page.open(f"{path}/bulk")
    page.send(f"{path}/bulk", {"code": "31", "place": HANOI, "bookings": []}, 303)
    assert "Take back of all" in page.open(path)
    forms = ("brokers", "declarations", "transits", "swaps", "cooling", "pre-cooling", "readings", "hold", "bulk")
    for form in forms:
        assert f'action="{path}/{form}"' in page.open(f"{path}/{form}")
