"""A lorry is packed, moved, printed and seen, over the API and on pages; its carrier reads, nobody else does."""

import pytest

from marketplace.worker.runner import run_due
from tests.support.floors import MEASURES
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases

HALF = {"cartons_received": 5, "gross_kg": "62.5", "length_cm": "120", "width_cm": "80", "height_cm": "100"}


@pytest.fixture
def lorry(app, way):
    """The floor plan of a lorry with two units, drawn: its address and what it says."""
    way.secure().pack()
    for height in ("100", "290"):
        way.hand_over(**HALF | {"height_cm": height})
    plan = f"/departures/{way.booking['departure_id']}/floor-plan"
    measure(way)
    way.call(way.operator, "POST", plan, json={}, expect=201)
    run_due(app)
    return plan


def kinds_of_lorries(way):
    return way.call(way.operator, "GET", "/vehicle-types/measures", expect=200)["items"]


def measure(way, expect=204, **changes):
    for kind in kinds_of_lorries(way):
        path = f"/vehicle-types/{kind['id']}/measures"
        answer = way.call(way.operator, "POST", path, json=MEASURES | changes, expect=expect)
    return answer


def test_a_plan_is_drawn_changed_and_read_back_over_the_api(app, way, lorry):
    seen = way.call(way.operator, "GET", lorry, expect=200)
    plan = seen["plan"]
    assert (plan["version"], plan["state"], plan["effort"], plan["packer"]) == (1, "draft", "fast", "packvium")
    assert (plan["placed"], plan["total"], seen["outdated"]) == (1, 2, False)
    assert [(one["reason"], one["booking_id"], one["movable"]) for one in seen["left_over"]] == [
        ("rotation_restricted", way.booking["id"], True)
    ]
    # 7 t and 62.5 kg on two axles, each to the gram above.
    borne = [round(float(plan[name]) * 1_000) for name in ("front_axle_kg", "rear_axle_kg")]
    assert sum(borne) in (7_062_500, 7_062_501)
    move = {"version": 1, "number": 1, "x_mm": 5_000, "y_mm": 0, "pinned": True}
    refused = way.call(way.operator, "POST", f"{lorry}/moves", json=move | {"x_mm": 13_000}, expect=409)
    assert "outside of the lorry" in refused["detail"]
    way.call(way.operator, "POST", f"{lorry}/moves", json=move | {"x_mm": -1}, expect=422)
    way.call(way.operator, "POST", f"{lorry}/moves", json=move, expect=201)
    seen = way.call(way.operator, "GET", lorry, expect=200)
    (position,) = seen["positions"]
    assert (position["x_mm"], position["pinned"], seen["plan"]["version"]) == (5_000, True, 2)
    assert seen["plan"]["input_sha256"] != plan["input_sha256"]
    sscc = seen["units"][0]["sscc"]
    way.call(way.operator, "POST", f"{lorry}/stackable", json={"sscc": sscc, "stackable": True}, expect=204)
    assert way.call(way.operator, "GET", lorry)["outdated"]
    way.call(way.operator, "POST", lorry, json={"effort": "balanced"}, expect=201)
    assert way.call(way.operator, "GET", lorry)["latest"]["state"] == "packing"
    run_due(app)
    seen = way.call(way.operator, "GET", lorry, expect=200)
    assert (seen["plan"]["state"], seen["plan"]["version"], seen["outdated"]) == ("final", 3, False)
    assert [one["x_mm"] for one in seen["positions"]] == [5_000]


def test_the_carrier_reads_and_nobody_else_knows_of_it(way, market, lorry):
    assert way.call(market.carrier, "GET", lorry, expect=200)["plan"]["placed"] == 1
    for other in (market.buyer, market.merchant):
        way.call(other, "GET", lorry, expect=403)
    for path in ("", "/moves", "/stackable"):
        way.call(market.carrier, "POST", lorry + path, json={}, expect=403)
    way.call(market.carrier, "GET", "/vehicle-types/measures", expect=403)


def test_measures_are_refused_by_the_field_that_people_fill_in(way):
    refused = measure(way, expect=422, tare_kg=None, rear_axle_mm=1_000)
    assert {one["field"] for one in refused["errors"]} == {"tare_kg", "rear_axle_mm"}


def test_a_lorry_that_nobody_measured_or_that_is_empty_offers_nothing_to_pack(app, way):
    pages = Visitor(app)
    pages.enter(way.operator.actor)
    way.secure().pack()
    here = f"/operator/departures/{way.booking['departure_id']}/floor-plan"
    pages.open(here)
    assert "Nobody has written down" in pages.text()
    measure(way)
    pages.open(here)
    assert "Nobody has written down" not in pages.text()
    assert "Draw a draft" not in pages.text()
    way.hand_over(**HALF)
    pages.open(here)
    assert "Draw a draft" in pages.text()


def test_pages_draw_it_for_the_operator_and_the_carrier(app, way, market, lorry):
    pages = Visitor(app)
    pages.enter(way.operator.actor)
    here = f"/operator{lorry}"
    pages.open(here)
    assert "1 of 2 units have a place." in pages.text()
    assert pages.shown.count("<svg") >= 4
    assert "larger than the inside of the lorry" in pages.text()
    assert way.booking["reference"] in pages.text()
    move = {"number": "1", "x_mm": "2000", "y_mm": "0", "z_mm": "0"}
    pages.send(f"{here}/moves", move | {"z_mm": "500"}, 409)
    assert "three quarters" in pages.text()
    pages.send(f"{here}/moves", move | {"x_mm": "two"}, 422)
    assert pages.refused_fields() == {"x_mm"}
    pages.open(f"{here}?move=1")
    pages.send(f"{here}/moves", move)
    pages.open(here)
    pages.send(here, {"effort": "balanced"})
    pages.open(here)
    assert "Being packed" in pages.text()
    run_due(app)
    pages.open(f"{here}/print")
    assert "Plan SHA-256" in pages.text()
    pages.open(f"/operator/departures/{way.booking['departure_id']}")
    assert "1 of 2 units have a place." in pages.text()
    kinds = pages.open("/operator/vehicle-types")
    kind, *_others = kinds_of_lorries(way)
    assert f"/operator/vehicle-types/{kind['id']}/measures" in kinds
    pages.open(f"/operator/vehicle-types/{kind['id']}/measures")
    fields = {name: str(value) for name, value in MEASURES.items()}
    pages.send(f"/operator/vehicle-types/{kind['id']}/measures", fields | {"inner_length_mm": ""}, 422)
    pages.send(f"/operator/vehicle-types/{kind['id']}/measures", fields)
    carrier = Visitor(app)
    carrier.enter(market.carrier.actor)
    assert f"/partner{lorry}" in carrier.open("/partner/consignments")
    carrier.open(f"/partner{lorry}")
    assert "1 of 2 units have a place." in carrier.text()
    assert "<form" not in carrier.shown.split("<main")[1].split("</main")[0]
    carrier.open(here, 403)
