"""The operator lets another kind of lorry drive: shown before it is done, by a rule, and told to both sides."""

from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.planning.services import standing
from marketplace.logistics.planning.services.standing import CargoFacts
from tests.support.fleets import driver, vehicle
from tests.support.invariants import sound
from tests.support.letters import letters
from tests.support.visitors import Visitor, enrolled
from tests.support.ways import GOOD, LEAVES, Way

pytestmark = pytest.mark.both_databases


@pytest.fixture
def kind(call, operator):
    """Enter a kind of lorry with so many pallet places and so many kg, in proportion to its other sides."""

    def enter(code, *, pallets, kg=15_000, reefer=False):
        body = {
            "code": code, "name": code, "kg": str(kg), "m3": "60", "ldm": "13.6", "pallets": pallets, "teu": "2.25",
            "source": "a test's own", "is_reefer": reefer,
        }  # fmt: skip
        return call(operator, "POST", "/vehicle-types", json=body, expect=201)["id"]

    return enter


@pytest.fixture
def pair(town, call, market, operator):
    """Two orders on one lorry, the first secured first; both sides get letters."""
    return [Way(call, market, operator).secure() for _ in range(2)]


def seen(way, code=None, expect=200):
    found = way.call(way.operator, "GET", f"/departures/{way.booking['departure_id']}/vehicle", expect=expect)
    return next(one for one in found["choices"] if one["vehicle_type"]["code"] == code) if code else found


def change(way, kind_id, expect=200, departure=None, key=None, trader=None):
    path = f"/departures/{departure or way.booking['departure_id']}/vehicle"
    done = way.call(trader or way.operator, "POST", path, key=key, json={"vehicle_type": kind_id}, expect=expect)
    return done if expect == 200 else done["type"].rpartition(":")[2]


def test_on_a_smaller_lorry_the_first_confirmed_stays_and_the_other_is_told_why_it_goes_later(
    town, call, market, pair, kind
):
    first, second = pair
    places = next(one for one in first.seen()["bookings"])["load"]["pallets"]
    small = kind("VAN", pallets=places)
    departure, before = first.booking["departure_id"], second.booking
    shown = seen(first, "VAN")
    assert [one["reference"] for one in shown["stay"]] == [first.booking["reference"]]
    (goes,) = shown["go"]
    assert (goes["reference"], shown["refusals"]) == (before["reference"], [])
    assert goes["departs_at"] > first.order()["bookings"][-1]["departs_at"]
    assert change(first, small, 403, trader=market.carrier) == "permission"
    call(market.buyer, "GET", f"/departures/{departure}/vehicle", expect=403)
    done = change(first, small, key="k")
    assert change(first, small, departure=departure, key="k") == done
    (rolled,) = done["rolled"]
    assert (rolled["departure_id"], rolled["state"]) == (goes["departure_id"], "confirmed")
    assert second.booking["departure_id"] == goes["departure_id"]
    assert first.booking["departure_id"] == departure
    left = call(market.buyer, "GET", f"/departures/{departure}", expect=200)["left"]
    assert left["pallets"] == 0
    for trader in (market.buyer, market.merchant):
        told = [one.body for one in letters(town, trader) if one.subject.startswith("Another lorry for ")]
        assert len(told) == 1
        assert "A smaller lorry drives the departure before" in told[0]
        assert "then what was confirmed first" in told[0]
    assert change(first, small, 409) == "same_lorry"
    sound()


def test_what_stands_in_the_way_is_named_and_nothing_is_changed(call, market, operator, pair, kind):
    first, second = pair
    departure = first.booking["departure_id"]
    assert change(first, str(new_id()), 422) == "fields"
    call(operator, "POST", f"/departures/{new_id()}/vehicle", json={"vehicle_type": str(new_id())}, expect=404)
    with unit_of_work() as session:
        standing.describe(session, cargo={UUID(first.booking["id"]): CargoFacts(temp_min=20, temp_max=60)})
    large, cold = kind("ROAD-TRAIN", pallets=60), kind("COLD", pallets=60, reefer=True)
    assert [one["type"] for one in seen(first, "ROAD-TRAIN")["refusals"]] == ["urn:city:problem:reefer_stays"]
    assert change(first, large, 409) == "reefer_stays"
    types = call(operator, "GET", "/vehicle-types", expect=200)["items"]
    drives = next(one["id"] for one in types if one["code"] == "CQ-HAN-lorry")
    crew = {
        "tractor": vehicle(call_with(call), market.carrier, "CN 渝A10001"),
        "trailer": vehicle(call_with(call), market.carrier, "CN 渝A10002", kind="trailer", vehicle_type=drives),
        "drivers": [driver(call_with(call), market.carrier)],
    }
    made = call(operator, "POST", f"/departures/{departure}/crews", json=crew, expect=201)["id"]
    assert change(first, cold, 409) == "crew_other_kind"
    call(operator, "POST", f"/crews/{made}/withdrawal", expect=204)
    assert change(first, cold)["rolled"] == []
    assert seen(first)["vehicle_type"]["code"] == "COLD"
    assert {way.booking["departure_id"] for way in (first, second)} == {departure}
    first.pack()
    first.hand_over()
    for name in ("close", "load"):
        first.act(name)
    assert seen(first)["choices"] == []
    assert change(first, drives, 409) == "lorry_fixed"
    sound()


def call_with(call):
    """Return what the helpers of fleets call by: the body as the fourth argument."""

    def ask(who, method, path, body=None, expect=None):
        return call(who, method, path, expect=expect, **({} if body is None else {"json": body}))

    return ask


def test_a_share_that_was_reached_is_kept_on_a_larger_lorry(call, market, operator, kind):
    line = next(
        row["id"] for row in call(operator, "GET", "/network/lines", expect=200)["items"] if row["code"] == "CQ-HAN"
    )
    day = local_day("CN", clock.now()).isoformat()
    steps = [{"percent": 3, "share": "90"}, {"percent": 50, "share": "80"}]
    call(operator, "POST", f"/network/lines/{line}/tariffs", json=GOOD | {"valid_from": day, "fill": steps}, expect=201)
    way = Way(call, market, operator).secure()
    whole = Decimal(way.order()["freight"][0]["amount"]["amount"])
    tight, large = kind("TIGHT", pallets=1), kind("ROAD-TRAIN", pallets=99)
    (share,) = seen(way, "TIGHT")["shares"]
    assert Decimal(share["then"]["amount"]) == (whole * Decimal("0.8")).quantize(Decimal("0.01"))
    assert change(way, tight)["rolled"] == []
    assert seen(way)["filled_percent"] == 100
    (share,) = seen(way, "ROAD-TRAIN")["shares"]
    assert share["then"] == share["now"] == seen(way, "CQ-HAN-lorry")["shares"][0]["then"]
    change(way, large)
    assert seen(way)["filled_percent"] == 100
    way.pack()
    way.hand_over(complete=True)
    for name, body in LEAVES:
        way.act(name, **body)
    assert Decimal(way.order()["freight"][0]["amount"]["amount"]) == (whole * Decimal("0.8")).quantize(Decimal("0.01"))
    sound()


def test_the_same_by_forms_without_scripts(app, market, operator, pair, kind):
    first, second = pair
    small = kind("VAN", pallets=1)
    departure = first.booking["departure_id"]
    staff = Visitor(app)
    staff.log_in(operator.login)
    enrolled(staff)
    page = f"/operator/departures/{departure}"
    assert f"{page}/vehicle" in staff.open(page)
    shown = staff.open(f"{page}/vehicle")
    for words in ("Who stays on a smaller lorry", "Would move on", second.booking["reference"], "VAN"):
        assert words in shown
    done = staff.send(f"{page}/vehicle", {"vehicle_type": small})
    assert done.headers["Location"].endswith(page)
    assert "Another lorry drives" in staff.open(page)
    assert second.booking["departure_id"] != departure
    staff.open(f"{page}/vehicle")
    assert "This kind of lorry drives already" in staff.send(f"{page}/vehicle", {"vehicle_type": small}, 409).text
    public = Visitor(app)
    assert "nobody chooses by hand" in public.open(f"/departures/{departure}")
