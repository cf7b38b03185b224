"""Another carrier takes a departure from the border on: offered, taken, manned, reported from, named on the waybill."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.ids import new_id
from marketplace.logistics.rules.cargo import Status
from marketplace.worker.jobs import JOBS
from tests.support.fleets import SOON, driver, paper, vehicle
from tests.support.letters import letters
from tests.support.visitors import Town, Visitor

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


@pytest.fixture
def ask(call):
    def ask(who, method, path, body=None, expect=None):
        return call(who, method, path, expect=expect, **({} if body is None else {"json": body}))

    return ask


def crew_of(ask, who, country="VN"):
    type_id = ask(who, "GET", "/vehicle-types", expect=200)["items"][0]["id"]
    trailer = vehicle(ask, who, f"{country} 12R00001", kind="trailer", vehicle_type=type_id)
    return {"tractor": vehicle(ask, who, f"{country} 12C12345"), "trailer": trailer, "drivers": [driver(ask, who)]}


def offered(ask, who, haulier, departure, expect=201, **stops):
    body = {"carrier": str(haulier.company), "from_stop": "VN-HUUNGHI", **stops}
    return ask(who, "POST", f"/departures/{departure}/hauls", body, expect=expect)


def waybill(client, who, document_id):
    reading().rollback()
    JOBS["render_document"]({"document": document_id})
    reading().rollback()
    answer = client.get(f"/api/v1/documents/{document_id}.pdf", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_a_foreign_haulier_drives_from_the_border_on(ask, client, way, market, haulier, operator):
    way.secure().pack()
    departure = way.booking["departure_id"]
    haul = offered(ask, market.carrier, haulier, departure)["id"]
    (listed,) = ask(haulier, "GET", "/hauls", expect=200)["items"]
    assert (listed["id"], listed["from_stop"], listed["to_stop"], listed["state"]) == (
        haul, "VN-HUUNGHI", "VNHAN", "offered",
    )  # fmt: skip
    own, first = crew_of(ask, haulier), crew_of(ask, market.carrier)
    ask(haulier, "POST", f"/hauls/{haul}/crews", own, expect=409)
    ask(haulier, "POST", f"/hauls/{haul}/acceptance", {}, expect=204)
    ask(haulier, "POST", f"/hauls/{haul}/acceptance", {}, expect=409)
    whole = ask(market.carrier, "POST", f"/fleet/departures/{departure}/crews", first, expect=409)
    assert whole["type"] == "urn:city:problem:haul_taken"
    to_border = first | {"to_stop": "VN-HUUNGHI"}
    ask(market.carrier, "POST", f"/fleet/departures/{departure}/crews", to_border, expect=201)
    outside = ask(haulier, "POST", f"/hauls/{haul}/crews", own | {"from_stop": "CN-YOUYIGUAN"}, expect=422)
    assert [error["field"] for error in outside["errors"]] == ["from_stop"]
    # The trailer goes on behind another tractor: that of the line's carrier is offered, no other of its vehicles.
    seen = ask(haulier, "GET", f"/hauls/{haul}", expect=200)
    assert seen["trailers"] == [first["trailer"]]
    ask(haulier, "POST", f"/hauls/{haul}/crews", own | {"tractor": first["tractor"]}, expect=422)
    ask(haulier, "POST", f"/hauls/{haul}/crews", own | {"trailer": first["trailer"]}, expect=201)
    assert [row["tractor"] for row in ask(haulier, "GET", f"/hauls/{haul}", expect=200)["crews"]] == [own["tractor"]]
    ask(market.carrier, "POST", f"/hauls/{haul}/withdrawal", {}, expect=409)
    way.hand_over(complete=True)
    seen = ask(haulier, "GET", f"/hauls/{haul}", expect=200)
    assert [stop["place"] for stop in seen["stops"]] == ["VN-HUUNGHI", "VNHAN"]
    (ride,) = seen["manifest"]
    assert (ride["booking"], ride["to"], ride["cartons"]) == (way.booking["reference"], "VNHAN", 10)
    assert set(ride) == {"booking", "house_waybill", "to", "cartons", "kg"}
    document = ask(market.buyer, "GET", "/documents?kind=house_waybill", expect=200)["items"][0]
    assert "Lang Son Haulage" in waybill(client, market.buyer, document["id"])
    event = {"code": int(Status.EN_ROUTE), "place": "VNHAN"}
    assert ask(haulier, "POST", f"/hauls/{haul}/events", event, expect=409)["type"].endswith("not_on_the_road")
    for act, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "S-1"}), ("depart", {})):
        way.act(act, **body)
    for wrong, field in (
        ({"place": "CN-YOUYIGUAN"}, "place"),
        ({"code": 9999}, "code"),
        ({"event_at": (clock.now() + timedelta(days=1)).isoformat()}, "event_at"),
    ):
        refused = ask(haulier, "POST", f"/hauls/{haul}/events", event | wrong, expect=422)
        assert [error["field"] for error in refused["errors"]] == [field]
    ask(haulier, "POST", f"/hauls/{haul}/events", event, expect=201)


def test_carriers_are_written_to_of_an_offer_and_of_its_answer(app, ask, market, haulier, operator, way):
    town = Town(app)
    departure = way.booking["departure_id"]

    def told(trader):
        return [one.subject for one in letters(town, trader) if "a range of lorry" in one.subject]

    first = offered(ask, operator, haulier, departure, to_stop="VNHAN")["id"]
    (asked,) = told(haulier)
    assert asked.startswith("You are asked to drive")
    ask(haulier, "POST", f"/hauls/{first}/refusal", {}, expect=204)
    # Who asked, and the carrier of the line that answers for the whole.
    for trader in (operator, market.carrier):
        assert told(trader)[-1].startswith("Lang Son Haulage does not drive")
    again = offered(ask, market.carrier, haulier, departure, to_stop="VNHAN")["id"]
    ask(haulier, "POST", f"/hauls/{again}/acceptance", {}, expect=204)
    assert told(market.carrier)[-1].startswith("Lang Son Haulage drives")
    assert len(told(operator)) == 1
    ask(operator, "POST", f"/hauls/{again}/withdrawal", {}, expect=204)
    assert told(haulier)[-1].startswith("Not any more")
    third = offered(ask, operator, haulier, departure, to_stop="VNHAN")["id"]
    way.act("cancel", reason="flood")
    assert told(haulier)[-1].startswith("Not any more")
    assert third


def test_nobody_else_knows_of_a_haul_and_others_are_not_offered(ask, market, haulier, operator, way):
    departure = way.booking["departure_id"]
    offered(ask, haulier, haulier, departure, expect=404)
    ask(market.buyer, "POST", f"/departures/{departure}/hauls", {"carrier": str(haulier.company)}, expect=403)
    for company in (market.buyer, market.carrier):
        refused = offered(ask, operator, company, departure, expect=422)
        assert [error["field"] for error in refused["errors"]] == ["carrier"]
    haul = offered(ask, operator, haulier, departure, to_stop="VNHAN")["id"]
    assert offered(ask, operator, haulier, departure, expect=409)["type"].endswith("haul_taken")
    offered(ask, operator, haulier, departure, from_stop="CN-NANPENG", to_stop="CN-YOUYIGUAN")
    assert len(ask(market.carrier, "GET", f"/departures/{departure}/hauls", expect=200)["items"]) == 2
    ask(haulier, "GET", f"/departures/{departure}/hauls", expect=404)
    ask(haulier, "GET", f"/fleet/departures/{departure}/crews", expect=404)
    ask(haulier, "GET", f"/lorries/{departure}", expect=404)
    for path in ("acceptance", "refusal", "crews", "events"):
        body = {"crews": crew_of(ask, market.carrier) if path == "crews" else {}}.get(path, {})
        body = {"code": 31, "place": "VNHAN"} if path == "events" else body
        ask(market.carrier, "POST", f"/hauls/{haul}/{path}", body, expect=404)
        ask(haulier, "POST", f"/hauls/{new_id()}/{path}", body, expect=404)
    ask(market.carrier, "GET", f"/hauls/{haul}", expect=404)
    ask(haulier, "POST", f"/hauls/{haul}/withdrawal", {}, expect=404)
    ask(haulier, "POST", f"/hauls/{haul}/refusal", {}, expect=204)
    assert ask(haulier, "GET", f"/hauls/{haul}", expect=200)["manifest"] == []
    again = offered(ask, operator, haulier, departure, to_stop="VNHAN")["id"]
    ask(operator, "POST", f"/hauls/{again}/withdrawal", {}, expect=204)
    ask(haulier, "POST", f"/hauls/{again}/acceptance", {}, expect=409)


def test_papers_have_to_last_for_the_range_and_the_way_back(ask, market, haulier, operator):
    own = crew_of(ask, haulier)
    running = ask(market.carrier, "GET", "/fleet/departures", expect=200)["items"]
    running = [row for row in running if row["line"] == "CQ-HAN"]
    later = [row["id"] for row in running if row["departs_at"] > (clock.now() + timedelta(days=4)).isoformat()]
    haul = offered(ask, operator, haulier, later[1])["id"]
    ask(haulier, "POST", f"/hauls/{haul}/acceptance", {}, expect=204)
    (licence, *_rest) = ask(haulier, "GET", f"/fleet/drivers/{own['drivers'][0]}", expect=200)["papers"]
    ask(haulier, "POST", f"/fleet/papers/{licence['id']}/withdrawal", {}, expect=204)
    short = paper(ask, haulier, f"/fleet/drivers/{own['drivers'][0]}", licence["kind"], until=SOON)
    ends = ask(haulier, "POST", f"/hauls/{haul}/crews", own, expect=422)
    assert {error["field"] for error in ends["errors"]} == {"drivers"}
    ask(haulier, "POST", f"/fleet/papers/{short}/withdrawal", {}, expect=204)
    paper(ask, haulier, f"/fleet/drivers/{own['drivers'][0]}", licence["kind"])
    made = ask(haulier, "POST", f"/hauls/{haul}/crews", own, expect=201)["id"]
    ask(haulier, "POST", f"/fleet/crews/{made}/withdrawal", {}, expect=204)
    ask(operator, "POST", f"/departures/{later[1]}/cancel", {"reason": "Nothing to carry."}, expect=204)
    assert ask(haulier, "GET", f"/hauls/{haul}", expect=200)["haul"]["state"] == "withdrawn"


def test_all_of_it_by_page(app, ask, market, haulier, way):
    departure = way.booking["departure_id"]
    giver, taker = Visitor(app), Visitor(app)
    giver.log_in(market.carrier.login)
    taker.log_in(haulier.login)
    assert "No haul yet" in taker.open("/partner/hauls")
    path = f"/lorries/{departure}/hauls"
    assert path in giver.open("/partner/fleet/departures") or path in giver.open(f"/lorries/{departure}")
    giver.open(path)
    giver.send(path, {"carrier": "", "from_stop": "VN-HUUNGHI"}, 422)
    giver.send(path, {"carrier": str(haulier.company), "from_stop": "VN-HUUNGHI", "to_stop": ""}, 303)
    (row,) = ask(haulier, "GET", "/hauls", expect=200)["items"]
    mine = f"/partner/hauls/{row['id']}"
    assert mine in taker.open("/partner/hauls")
    taker.open(mine)
    taker.send(f"{mine}/acceptance", {}, 303)
    own = crew_of(ask, haulier)
    taker.open(mine)
    taker.send(f"{mine}/crews", own | {"drivers": []}, 422)
    taker.send(f"{mine}/crews", own, 303)
    assert "12C12345" in taker.open(mine)
    taker.send(f"{mine}/events", {"code": "31", "place": "VNHAN"}, 409)
    assert "Lang Son Haulage" in giver.open(path)
    giver.send(f"{path}/{row['id']}/withdrawal", {}, 409)
    other = ask(market.carrier, "POST", f"/departures/{departure}/hauls",
                {"carrier": str(haulier.company), "to_stop": "CN-YOUYIGUAN"}, expect=201)["id"]  # fmt: skip
    taker.open(f"/partner/hauls/{other}")
    taker.send(f"/partner/hauls/{other}/refusal", {}, 303)
