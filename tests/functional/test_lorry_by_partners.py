"""A whole departure over the API: planned, filled, weighed, declared, carried, held and received by its partners.

The haulier and the Vietnamese broker act with their own tokens; whatever is not theirs is not there for them.
"""

from datetime import timedelta

import pytest

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.factories import HANOI, HUB
from tests.functional.test_road import crew_of
from tests.support.invariants import sound
from tests.support.letters import subjects
from tests.support.lorries import FAR, NEAR, NUMBER, Lorry
from tests.support.visitors import Town
from tests.support.ways import BANK, GOOD

pytestmark = pytest.mark.both_databases
VAN = {
    "code": "VAN-3", "name": "Van 3", "kg": "200", "m3": "12", "ldm": "4.2", "pallets": 6, "teu": "0.25",
    "source": "papers",
}  # fmt: skip
OVER_BORDER = True


@pytest.fixture
def lorry(app, call, market, operator):
    return Lorry(app, call, market, operator)


def problem(answer):
    return answer["type"].rpartition(":")[2]


@pytest.fixture
def small(call, operator, market):
    """A departure that the operator planned: line, kind of lorry, day and time, with a price of its line."""
    call(operator, "POST", "/vehicle-types", json=VAN, expect=201)
    line = next(row for row in call(operator, "GET", "/network/lines", expect=200)["items"] if row["code"] == "CQ-HAN")
    price = GOOD | {"valid_from": closures.local_day("CN", clock.now()).isoformat()}
    call(operator, "POST", f"/network/lines/{line['id']}/tariffs", json=price, expect=201)
    plan = {"line": "CQ-HAN", "vehicle": "VAN-3", "weekday": "wed", "time": "03:15"}
    call(operator, "POST", "/network/services", json=plan | {"vehicle": "NONE"}, expect=422)
    call(operator, "POST", "/network/services", json=plan, expect=201)
    after = (clock.now() + timedelta(days=5)).isoformat().replace("+00:00", "Z")
    found, cursor = [], ""
    while not found:
        query = f"/departures?from={HUB}&to={HANOI}&after={after}{cursor}"
        page = call(market.buyer, "GET", query, expect=200)
        found = [row for row in page["items"] if row["capacity"]["kg"] == "200.000"]
        cursor = f"&cursor={page['next']}"
    return found[0]


def test_no_more_is_booked_than_the_operator_s_lorry_takes(lorry, small, call, market, operator):
    assert (small["state"], small["bookable"], small["left"]["pallets"]) == ("open", True, 6)
    assert small["cutoff_documents_at"] <= small["cutoff_cargo_at"] < small["departs_at"]
    assert [stop["place"] for stop in small["stops"]] == [HUB, NEAR, FAR, HANOI]
    on = {str(market.chains): small["id"]}
    way = lorry.order(on=on)
    assert (lorry.id, way.booking["state"]) == (small["id"], "confirmed")
    assert call(market.buyer, "GET", f"/departures/{small['id']}", expect=200)["left"]["kg"] == "75.000"
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK, "departures": on}
    refused = call(market.buyer, "POST", "/checkout", json=body, expect=409)
    assert (problem(refused), refused["facts"]["room"]) == (
        "capacity", [{"dimension": "grams", "needed": 125_000, "free": 75_000}],
    )  # fmt: skip
    plan = call(operator, "POST", "/load-plans", json={"hub": HUB, "days": 30, "seconds": 1}, expect=201)["id"]
    rows = call(operator, "GET", f"/load-plans/{plan}", expect=200)["rows"]
    assert way.booking["id"] in {row["booking_id"] for row in rows}
    lorry.operate("close")
    lorry.operate("close", 409)
    assert problem(call(market.buyer, "POST", "/checkout", json=body, expect=409)) == "departure_missed"
    assert lorry.gate_in(way)["answer"] == "applied"
    lorry.leave(seal="CQ-7")
    manifest = way.seen()["manifest"]
    assert len(manifest["sha256"]) == 64
    assert [house["booking"] for house in manifest["content"]["consignments"]] == [way.booking["reference"]]
    sound()


def test_what_is_heavier_than_declared_rides_with_consent_or_later(lorry, call, market):
    declared, plain = lorry.order(pack=False), lorry.order()
    packed = declared.pack(gross_kg="126", length_cm="50", width_cm="40", height_cm="40")
    assert (packed["cartons"], packed["gross_kg"]) == (10, "126.000")
    work = call(lorry.haulier, "GET", f"/departures/{lorry.id}/work", expect=200)
    (mine,) = [row for row in work["cargo"] if row["booking_id"] == declared.booking["id"]]
    assert mine["labels"] == [packed["first_label"], packed["last_label"]]
    refused = lorry.gate_in(declared, gross_kg="16000")
    assert (refused["answer"], problem(refused["problem"])) == ("refused", "capacity")
    assert lorry.gate_in(declared, gross_kg="3000")["answer"] == "applied"
    assert lorry.gate_in(plain, gross_kg="3000")["answer"] == "applied"
    asked = {row["booking_id"]: row for row in call(market.buyer, "GET", "/freight-surcharges", expect=200)["items"]}
    assert {row["state"] for row in asked.values()} == {"proposed"}
    assert asked[declared.booking["id"]]["gross_kg"] == "3000.000"
    lorry.operate("close")
    assert problem(lorry.answer("load", declared, pieces=10)["problem"]) == "loading_stopped"
    surcharge = asked[declared.booking["id"]]["id"]
    call(lorry.strangers["trade"], "POST", f"/freight-surcharges/{surcharge}/consent", expect=404)
    call(market.buyer, "POST", f"/freight-surcharges/{surcharge}/consent", expect=201)
    first = lorry.id
    assert lorry.phone("load", declared, pieces=10) == "applied"
    assert lorry.phone("seal", seals=["CQ-9"], confirmed=True) == "applied"
    assert (declared.booking["departure_id"], declared.booking["state"]) == (first, "loaded")
    assert plain.booking["departure_id"] != first
    assert plain.booking["departs_at"] > declared.booking["departs_at"]
    assert declared.seen()["bookings"][0]["load"]["kg"] == "3000.000"
    sound()


def test_three_cartons_that_did_not_come_are_short_and_given_back(lorry):
    way = lorry.order()
    assert lorry.gate_in(way, pieces=7)["answer"] == "applied"
    lorry.operate("close")
    assert lorry.phone("load", way, pieces=7) == "applied"
    lorry.leave()
    assert way.line()["parts"] == {"in_transit": 280, "short": 120}
    (short,) = way.seen()["bookings"][0]["discrepancies"]
    assert (short["stage"], short["missing_cartons"], short["state"]) == ("handover", 3, "short")
    for act in ("arrived", "stripped"):
        assert lorry.phone(act) == "applied"
    assert lorry.phone("receipt", way, pieces=7) == "applied"
    assert way.line()["parts"] == {"delivered": 280, "short": 120}
    sound()


def test_two_lines_of_an_order_ride_two_departures(app, lorry, call, market):
    with unit_of_work() as session:
        other = factories.listing(session, market.merchant.actor, sku="M-2", now=clock.now())
    call(market.buyer, "PUT", "/cart", json={"to": HANOI}, expect=200)
    cart = call(market.buyer, "PUT", f"/cart/lines/{market.chains}", json={"quantity": 400}, expect=200)
    open_to = cart["bundles"][0]["lines"][0]["departures"]
    on = {str(market.chains): open_to[-1]["id"], str(other): open_to[-2]["id"]}
    way = lorry.order(goods=(market.chains, other), on=on, pack=False)
    bookings = way.order()["bookings"]
    assert {row["departure_id"] for row in bookings} == set(on.values())
    for line, row in zip(way.order()["lines"], bookings, strict=True):
        call(market.merchant, "POST", f"/order-lines/{line['id']}/packing", json={"cartons": 10}, expect=201)
        sent = {"cartons_received": 10, "gross_kg": "125", "m3": "0.96"}
        call(lorry.haulier, "POST", f"/order-lines/{line['id']}/handover", json=sent, expect=201)
        for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S"}), ("depart", {})):
            call(lorry.operator, "POST", f"/departures/{row['departure_id']}/{name}", json=body, expect=204)
    first, second = (row["departure_id"] for row in bookings)
    call(lorry.haulier, "POST", f"/lorries/{first}/at-border", json={}, expect=204)
    states = {
        each: call(lorry.haulier, "GET", f"/lorries/{each}", expect=200)["departure"]["state"]
        for each in (first, second)
    }
    assert states == {first: "at_border", second: "departed"}
    assert {row["state"] for row in way.order()["bookings"]} == {"in_transit"}
    sound()


def test_customs_hold_a_line_at_the_port_while_the_lorry_goes_on(lorry, call, market, later):
    kept, other = lorry.order(), lorry.order()
    lorry.declares(lorry.broker)
    for way in (kept, other):
        assert lorry.gate_in(way)["answer"] == "applied"
    lorry.leave()
    declaration = lorry.declare(kept)["id"]
    lorry.declare(other, number="106512345679")
    cargo = {row["booking"]: row for row in lorry.seen(lorry.broker)["cargo"]}
    (said,) = cargo[kept.booking["reference"]]["declarations"]
    assert (said["side"], said["number"], said["cartons"]) == ("import", NUMBER, 10)
    assert [row["declarations"] for row in lorry.seen()["cargo"]] == [[], []]
    lorry.report(lorry.haulier, "at-border")
    later(26 * 3_600)
    lorry.report(lorry.broker, "hold", cause="customs")
    assert {way.booking["hold_cause"] for way in (kept, other)} == {"customs"}
    choice = {"option": "off_load", "booking": kept.booking["id"]}
    assert problem(lorry.operate("held-choices", 409, **choice)) == "declared_locked"
    path = f"/declarations/{declaration}/amendments"
    call(lorry.haulier, "POST", path, json={"change": "remove", "number": "A-001"}, expect=404)
    call(lorry.broker, "POST", path, json={"change": "remove", "number": "A-001"}, expect=201)
    lorry.operate("held-choices", 201, **choice)
    assert problem(lorry.report(lorry.haulier, "resume", 409)) == "held_by_other"
    lorry.report(lorry.broker, "resume")
    lorry.report(lorry.haulier, "clear")
    assert [(row["place"], row["hours"]) for row in other.seen()["border_waits"]] == [(NEAR, 26)]
    assert lorry.phone("arrived") == "applied"
    assert (kept.booking["state"], other.booking["state"]) == ("cargo_received", "arrived")
    assert lorry.phone("stripped") == "applied"
    other.receive(cartons=6, complete=False)
    other.receive(cartons=4, damaged=1, remarks="one crushed")
    assert (other.booking["state"], kept.booking["state"]) == ("completed", "cargo_received")
    assert other.line()["parts"] == {"damaged": 40, "delivered": 360}
    sound()


def test_the_buyer_follows_every_step_to_the_receipt(lorry, call, market):
    way = lorry.order()
    lorry.declares(lorry.broker)

    def codes():
        events = call(market.buyer, "GET", "/tracking/events", expect=200)["items"]
        return {(row["code"], row["place"]) for row in events if row["classifier"] == "actual"}

    steps = [
        (lambda: lorry.gate_in(way), "cargo_received", (13, None)),
        (lorry.leave, "in_transit", (24, HUB)),
        (lambda: lorry.report(lorry.haulier, "at-border"), "in_transit", (1, NEAR)),
        (lambda: lorry.declare(way), "in_transit", (1, NEAR)),
        (lambda: lorry.report(lorry.haulier, "clear"), "in_transit", (16, FAR)),
        (lambda: lorry.phone("arrived"), "arrived", (1, HANOI)),
        (lambda: lorry.phone("stripped"), "arrived", (1, HANOI)),
        (lambda: lorry.phone("out_for_delivery", way), "arrived", (31, HANOI)),
    ]
    for act, state, told in steps:
        act()
        assert (way.booking["state"], told in codes()) == (state, True), (told, codes())
    link = call(market.buyer, "POST", f"/bookings/{way.booking['id']}/tracking-links", expect=201)["url"]
    assert call(market.thai, "GET", f"/track/{link.rpartition('/')[2]}", expect=200)["state"] == "arrived"
    for pieces, first in ((4, 1), (6, 5)):
        assert lorry.phone("receipt", way, pieces=pieces, first=first) == "applied"
    assert (way.booking["state"], way.line()["parts"]) == ("completed", {"delivered": 400})
    receipts = way.seen()["bookings"][0]["receipts"]
    assert [row["cartons"] for row in receipts] == [4, 6]
    sound()


def test_a_tractor_breaks_down_and_the_arrival_slips_past_the_promise(app, lorry, call, market, later):
    way, town = lorry.order(payment={"rail": "bank", "plan": "acceptance_100"}, secure=False), Town(app)
    first, second = (crew_of(way, lorry.haulier, number) for number in (1, 2))
    call(lorry.haulier, "POST", f"/fleet/departures/{lorry.id}/crews", json=first, expect=201)
    promised = way.booking["arrives_at"]
    assert way.order()["late_from"] is not None
    lorry.gate_in(way)
    lorry.leave(seal="S-1")
    lorry.report(lorry.haulier, "hold", cause="breakdown")
    swap = {"place": HUB, "cause": "breakdown", "seal_number": "S-1", "tractor": second["tractor"],
            "drivers": second["drivers"]}  # fmt: skip
    lorry.operate("swaps", 404, trader=lorry.strangers["carrier"], **swap)
    lorry.operate("swaps", 201, trader=lorry.haulier, **swap)
    lorry.report(lorry.haulier, "resume")
    slips = clock.now() + timedelta(days=29)
    assert slips.isoformat() > promised
    lorry.report(lorry.haulier, "expected-arrival", 201, place=HANOI, expected_at=slips.isoformat())
    told = subjects(town, market.buyer)
    name = way.order()["reference"]
    for words in ("Your lorry stands (breakdown)", "Your lorry broke down", "Your lorry goes on", "Expected later"):
        assert [words in one and name in one for one in told].count(True) == 1, words
    # Goods that are at the hub or under way are not cancelled for being late: the days are claimed.
    assert way.order()["late_from"] is None
    path = f"/orders/{way.order_id}/cancellation"
    assert problem(call(market.buyer, "POST", path, json={"reason": "late"}, expect=409)) == "not_late"
    later(29 * 86_400)
    for act in ("arrived", "stripped"):
        assert lorry.phone(act) == "applied"
    way.receive(cartons=10)
    call(market.buyer, "POST", f"/order-lines/{way.line_id}/acceptance", json={}, expect=204)
    late = {"reason": "late", "quantity": 100, "text": "It came late"}
    claim = call(market.buyer, "POST", f"/order-lines/{way.line_id}/claims", json=late, expect=201)
    assert claim["days_late"] >= 1
    sound()


def test_nothing_of_a_lorry_is_there_for_others(lorry, call, market):
    way = lorry.order()
    lorry.declares(lorry.broker)
    lorry.gate_in(way)
    lorry.leave()
    declaration = lorry.declare(way)["id"]
    everything = list(lorry.asked_of_others(way, declaration))
    assert len(everything) > 15
    for stranger in lorry.strangers.values():
        for asked in everything:
            assert lorry.is_as_unknown(stranger, asked), (stranger.login, asked)
    for who, paths in (
        (lorry.broker, ("/departures/{}/work", "/departures/{}/swaps", "/orders/{}", "/order-lines/{}/handover")),
        (lorry.haulier, ("/bookings/{}/declarations", "/declarations/{}/amendments", "/orders/{}")),
    ):
        for asked in (one for one in everything if one[1] in paths):
            assert lorry.is_as_unknown(who, asked), (who.login, asked)
    for who in (lorry.haulier, lorry.broker):
        assert [row["id"] for row in call(who, "GET", "/lorries", expect=200)["items"]] == [lorry.id]
    for stranger in lorry.strangers.values():
        if stranger is not lorry.strangers["trade"]:
            assert call(stranger, "GET", "/lorries", expect=200)["items"] == []
    assert lorry.seen()["departure"]["state"] == "departed"
    sound()
