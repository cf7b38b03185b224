"""A carrier puts its own lorries and drivers on the departures of its lines, and every other id is unknown to it."""

import io
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.ids import new_id
from tests.support.fleets import LONG, SOON, driver, paper, vehicle
from tests.support.pdfs import pdf
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases


def crew_of(call, who):
    type_id = call(who, "GET", "/vehicle-types", expect=200)["items"][0]["id"]
    trailer = vehicle(call, who, "VN 12R00001", kind="trailer", vehicle_type=type_id)
    return {"tractor": vehicle(call, who, "VN 12C12345"), "trailer": trailer, "drivers": [driver(call, who)]}


def test_a_carrier_mans_its_own_departures_with_what_it_keeps(call, market, haulier, operator):
    own, others = crew_of(call, market.carrier), crew_of(call, haulier)
    mine = call(market.carrier, "GET", "/fleet/departures", expect=200)["items"]
    lines = {"CQ-HAN", "BKK-HAN"}
    assert {row["line"] for row in mine} <= lines
    assert call(haulier, "GET", "/fleet/departures", expect=200)["items"] == []
    path = f"/fleet/departures/{mine[5]['id']}/crews"
    for who, where in ((haulier, path), (market.carrier, f"/fleet/departures/{new_id()}/crews")):
        call(who, "GET", where, expect=404)
        call(who, "POST", where, others, expect=404)
    call(market.buyer, "GET", path, expect=403)
    for part in ({"tractor": others["tractor"]}, {"trailer": others["trailer"]}, {"drivers": others["drivers"]}):
        foreign = call(market.carrier, "POST", path, own | part, expect=422)["errors"]
        unknown = {name: [str(new_id())] if name == "drivers" else str(new_id()) for name in part}
        missing = call(market.carrier, "POST", path, own | unknown, expect=422)["errors"]
        assert foreign == missing
    made = call(market.carrier, "POST", path, own, expect=201)["id"]
    seen = call(market.carrier, "GET", path, expect=200)["crews"]
    assert [(row["id"], row["tractor"]) for row in seen] == [(made, own["tractor"])]
    again = call(market.carrier, "POST", path, own, expect=409)
    assert again["type"] == "urn:city:problem:crew_legs"
    for who in (haulier, market.buyer):
        call(who, "POST", f"/fleet/crews/{made}/withdrawal", {}, expect=404 if who is haulier else 403)
    call(market.carrier, "POST", f"/fleet/crews/{made}/withdrawal", {}, expect=204)
    call(market.carrier, "POST", f"/fleet/crews/{made}/withdrawal", {}, expect=404)


def test_the_same_is_refused_as_to_the_operator_and_the_crews_of_others_stay_unknown(call, market, haulier, operator):
    others = crew_of(call, haulier)
    mine = call(market.carrier, "GET", "/fleet/departures", expect=200)["items"]
    departure = mine[5]["id"]
    theirs = call(operator, "POST", f"/departures/{departure}/crews", others, expect=201)["id"]
    assert call(market.carrier, "GET", f"/fleet/departures/{departure}/crews", expect=200)["crews"] == []
    call(market.carrier, "POST", f"/fleet/crews/{theirs}/withdrawal", {}, expect=404)
    own = crew_of(call, market.carrier)
    (licence, *_rest) = call(market.carrier, "GET", f"/fleet/drivers/{own['drivers'][0]}", expect=200)["papers"]
    call(market.carrier, "POST", f"/fleet/papers/{licence['id']}/withdrawal", {}, expect=204)
    paper(call, market.carrier, f"/fleet/drivers/{own['drivers'][0]}", licence["kind"], until=SOON)
    later = [row["id"] for row in mine if row["departs_at"] > (clock.now() + timedelta(days=4)).isoformat()]
    ends = call(market.carrier, "POST", f"/fleet/departures/{later[1]}/crews", own, expect=422)
    assert {error["field"] for error in ends["errors"]} == {"drivers"}


def test_scans_are_for_the_keeper_and_the_operator(app, call, market, haulier, operator, client):
    made = vehicle(call, market.carrier, "VN 12C12345")
    data = {"file": (io.BytesIO(pdf()), "paper.pdf"), "purpose": "licence"}
    answer = client.post(
        "/api/v1/files", data=data, headers=market.carrier.headers | {"Idempotency-Key": str(new_id())}
    )
    shown = {"kind": "inspection", "valid_until": LONG, "file_id": answer.get_json()["id"]}
    paper_id = call(market.carrier, "POST", f"/fleet/vehicles/{made}/papers", shown, expect=201)["id"]

    def asked(who, path):
        return client.get(f"/api/v1{path}", headers=who.headers)

    assert asked(market.carrier, f"/fleet/papers/{paper_id}/file").data == pdf()
    assert asked(operator, f"/fleets/papers/{paper_id}/file").data == pdf()
    assert asked(haulier, f"/fleet/papers/{paper_id}/file").status_code == 404
    assert asked(market.carrier, f"/fleet/papers/{new_id()}/file").status_code == 404
    assert asked(market.carrier, f"/fleets/papers/{paper_id}/file").status_code == 403
    assert asked(market.buyer, f"/fleet/papers/{paper_id}/file").status_code == 403


def test_a_carrier_does_it_by_page(app, call, market):
    own = crew_of(call, market.carrier)
    seen = Visitor(app)
    seen.log_in(market.carrier.login)
    listed = seen.open("/partner/fleet/departures")
    first = call(market.carrier, "GET", "/fleet/departures", expect=200)["items"][5]
    assert first["reference"] in listed
    path = f"/partner/fleet/departures/{first['id']}/crews"
    assert "Assign a crew" in seen.open(path)
    seen.send(path, own, 303)
    assert "VN 12C12345" in seen.open(path)
    (crew,) = call(market.carrier, "GET", f"/fleet/departures/{first['id']}/crews", expect=200)["crews"]
    seen.send(f"/partner/fleet/crews/{crew['id']}/withdrawal", {}, 303)
    assert "Nobody drives yet" in seen.open(path)
    assert UUID(crew["id"])
    reading().rollback()
