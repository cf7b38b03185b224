"""A haulier keeps its vehicles and drivers, the operator lets them drive, and neither sees what is another's."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.models import ListingDetail
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.dangerous import Answer
from marketplace.distribution.models import FreightContract
from marketplace.distribution.services import dangerous
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.logistics.fleet.queries import cutoffs
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind
from marketplace.logistics.services import timetable
from tests import factories
from tests.factories import HANOI
from tests.support.fleets import LONG, SOON, driver, paper, vehicle
from tests.support.visitors import visitor
from tests.support.ways import Way, caller

CHECKED = True
pytestmark = pytest.mark.both_databases
FIGURES = {
    "name": "Semi-trailer 13.7 m", "kg": "25000", "m3": "82.5", "ldm": "13.6", "pallets": 33, "teu": "2.25",
    "source": "papers of the maker",
}  # fmt: skip


@pytest.fixture
def type_id(call, operator):
    return call(operator, "GET", "/vehicle-types", expect=200)["items"][0]["id"]


@pytest.fixture
def crew(call, haulier, type_id):
    return {
        "tractor": vehicle(call, haulier, "VN 12C12345"),
        "trailer": vehicle(call, haulier, "VN 12R00001", kind="trailer", vehicle_type=type_id, is_reefer=True),
        "drivers": [driver(call, haulier)],
    }


def coming(call, who):
    return call(who, "GET", "/departures/running", expect=200)["items"]


def refused(answer):
    found = {}
    for error in answer["errors"]:
        found[error["field"]] = found.get(error["field"], "") + error["message"]
    return found


def test_a_haulier_works_in_its_own_account(call, haulier, market, operator, crew):
    mine = call(haulier, "GET", "/fleet/vehicles", expect=200)["items"]
    assert [row["plates"] for row in mine] == [
        [{"country": "VN", "number": "12C12345"}], [{"country": "VN", "number": "12R00001"}],
    ]  # fmt: skip
    assert call(haulier, "GET", "/fleet/vehicles?kind=trailer", expect=200)["items"][0]["is_reefer"] is True
    (man,) = call(haulier, "GET", "/fleet/drivers", expect=200)["items"]
    assert (man["name"], [each["kind"] for each in man["papers"]]) == (
        "Nguyen Van Binh",
        ["driving_licence", "passport"],
    )
    assert call(market.carrier, "GET", "/fleet/vehicles", expect=200)["items"] == []
    for path in (f"vehicles/{crew['tractor']}", f"drivers/{man['id']}"):
        call(market.carrier, "GET", f"/fleet/{path}", expect=404)
        call(market.carrier, "POST", f"/fleet/{path}/retirement", {}, expect=404)
        call(market.carrier, "POST", f"/fleet/{path}/papers", {"kind": "passport", "valid_until": LONG}, expect=404)
    call(market.carrier, "POST", f"/fleet/papers/{mine[0]['papers'][0]['id']}/withdrawal", {}, expect=404)
    call(operator, "GET", "/fleet/vehicles", expect=403)
    everything = call(operator, "GET", "/fleets/vehicles", expect=200)["items"]
    assert {row["keeper_id"] for row in everything} == {str(haulier.actor.company_id)}
    assert [row["name"] for row in call(operator, "GET", "/fleets/drivers", expect=200)["items"]] == ["Nguyen Van Binh"]


def test_a_crew_is_assigned_refused_with_the_paper_and_taken_off(call, haulier, operator, crew):
    # From China, and on the way after the visa ends, at whatever hour the test runs.
    departure = [row for row in coming(call, operator) if row["hub"] == factories.HUB][-1]
    path = f"/departures/{departure['id']}/crews"
    made = call(operator, "POST", path, crew, expect=201)["id"]
    seen = call(operator, "GET", path, expect=200)
    assert [(row["id"], row["drivers"]) for row in seen["crews"]] == [(made, crew["drivers"])]
    assert (seen["crews"][0]["from_stop"], seen["has_dangerous"]) == (departure["hub"], False)
    assert call(operator, "POST", path, crew, expect=409)["type"].endswith("crew_legs")
    call(haulier, "POST", f"/fleet/vehicles/{crew['tractor']}/retirement", {}, expect=409)
    call(operator, "POST", f"/crews/{made}/withdrawal", {}, expect=204)
    call(operator, "POST", f"/crews/{made}/withdrawal", {}, expect=404)
    ends = paper(call, haulier, f"/fleet/drivers/{crew['drivers'][0]}", "visa", SOON, country="CN")
    answer = refused(call(operator, "POST", path, crew | {"is_dangerous": True}, expect=422))
    told = answer["drivers"]
    assert "Dangerous goods certificate is missing." in answer["is_dangerous"]
    reference = call(haulier, "GET", f"/fleet/drivers/{crew['drivers'][0]}", expect=200)["reference"]
    assert told.startswith(f"{reference}: Driving") is False
    assert f"{reference}: Visa for CN is valid until" in told
    assert f"{reference}: Dangerous goods certificate is missing." in told
    call(haulier, "POST", f"/fleet/papers/{ends}/withdrawal", {}, expect=204)
    call(operator, "POST", path, crew | {"is_cooled": True}, expect=201)


def test_what_drives_already_is_named(call, operator, haulier, crew):
    first, second = coming(call, operator)[:2]
    call(operator, "POST", f"/departures/{first['id']}/crews", crew, expect=201)
    answer = call(operator, "POST", f"/departures/{second['id']}/crews", crew, expect=422)
    assert set(refused(answer)) == {"tractor", "trailer", "drivers"}
    assert first["reference"] in refused(answer)["drivers"]
    wrong = crew | {"from_stop": "CNXXX"}
    assert set(refused(call(operator, "POST", f"/departures/{second['id']}/crews", wrong, expect=422))) == {"from_stop"}


def test_cutoffs_are_read_by_kind_on_the_clock_of_the_hub(call, operator, client):
    departure = coming(call, operator)[-1]
    print([(row["departs_at"], row["arrives_at"], row["hub"]) for row in coming(call, operator)])
    rows = call(operator, "GET", f"/departures/{departure['id']}/cutoffs", expect=200)["items"]
    assert {row["kind"] for row in rows} == {"documents", "cargo", "dangerous", "customs", "amend", "cancel"}
    assert rows == sorted(rows, key=lambda row: (row["at"], row["kind"]))
    page = client.get(f"/departures/{departure['id']}").text
    assert "Dangerous goods until" in page
    assert re.search(r"\d+ days \d+ hours? left", page)


def test_a_rotation_shows_its_empty_kilometres(call, operator, crew):
    first, *others = coming(call, operator)
    back = next(row for row in others if row["departs_at"] > first["arrives_at"])
    made = call(operator, "POST", "/rotations", {"vehicle": crew["trailer"], "departures": [first["id"]]}, expect=201)
    path = f"/rotations/{made['id']}"
    call(operator, "POST", f"{path}/departures", {"departures": [back["id"]]}, expect=204)
    row = call(operator, "GET", path, expect=200)
    assert row["departures"] == [first["id"], back["id"]]
    assert 0 < row["empty_km"] == row["km"]
    assert row["returns_at"] == back["arrives_at"]
    overlapping = next(each for each in others if each["departs_at"] < first["arrives_at"])
    answer = call(operator, "POST", f"{path}/departures", {"departures": [overlapping["id"]]}, expect=409)
    assert answer["detail"].endswith("has arrived.")
    call(operator, "DELETE", f"{path}/departures/{back['id']}", expect=204)
    call(operator, "DELETE", f"{path}/departures/{first['id']}", expect=204)
    call(operator, "GET", path, expect=404)
    assert call(operator, "GET", "/rotations", expect=200)["items"] == []


def test_figures_of_lorries_are_corrected_with_their_source(call, operator, type_id):
    figures = dict(FIGURES)
    # Whether it keeps cold has to be said like every other figure.
    refusal = call(operator, "PUT", f"/vehicle-types/{type_id}", figures, expect=422)
    assert set(refused(refusal)) == {"is_reefer"}
    figures["is_reefer"] = True
    call(operator, "PUT", f"/vehicle-types/{type_id}", figures, expect=204)
    assert call(operator, "GET", "/vehicle-types", expect=200)["items"][0]["is_reefer"] is True
    row = call(operator, "GET", "/vehicle-types", expect=200)["items"][0]
    assert (row["teu"], row["capacity"]["kg"], row["source"]) == ("2.25", "25000.000", "papers of the maker")
    refusal = call(operator, "PUT", f"/vehicle-types/{type_id}", figures | {"teu": "2.255"}, expect=422)
    assert set(refused(refusal)) == {"teu"}
    # What it is called by stands in the audit trail.
    new = figures | {"code": "车厢", "is_reefer": False}
    refusal = call(operator, "POST", "/vehicle-types", new, expect=422)
    assert set(refused(refusal)) == {"code"}
    call(operator, "POST", "/vehicle-types", new | {"code": "BOX-1"}, expect=201)


def test_a_haulier_keeps_it_all_on_its_pages(app, haulier, crew, type_id):
    theirs = visitor(app, haulier)
    theirs.open("/partner/fleet/vehicles")
    facts = {"kind": "trailer", "plates": "CN 桂A1; VN 12R9", "vehicle_type": type_id, "is_reefer": "on"}
    added = theirs.send("/partner/fleet/vehicles", facts).headers["Location"]
    theirs.open(added)
    theirs.send(f"{added}/papers", {"kind": "permit", "valid_until": LONG}, 422)
    assert theirs.refused_fields() == {"country"}
    theirs.send(f"{added}/papers", {"kind": "permit", "country": "CN", "valid_until": LONG})
    assert "Cross-border permit" in theirs.open(added)
    theirs.open("/partner/fleet/drivers")
    theirs.send("/partner/fleet/drivers", {"name": "Tran Thi Hoa", "country": "VN"})
    listed = theirs.open("/partner/fleet")
    assert all(word in listed for word in ("CN 桂A1; VN 12R9", "Tran Thi Hoa", "Nguyen Van Binh"))
    theirs.open(added)
    theirs.send(f"{added}/retirement", {})
    assert "CN 桂A1" not in theirs.open("/partner/fleet")
    page = theirs.open(f"/partner/fleet/drivers/{crew['drivers'][0]}")
    theirs.send(re.search(r"/partner/fleet/papers/[0-9a-f-]+/withdrawal", page)[0], {})
    theirs.open(f"/partner/fleet/drivers/{crew['drivers'][0]}")
    theirs.send(f"/partner/fleet/drivers/{crew['drivers'][0]}/retirement", {})
    assert "Nguyen Van Binh" not in theirs.open("/partner/fleet")


def test_the_operator_lets_them_drive_on_its_pages(app, call, operator, crew, type_id):
    ours = visitor(app, operator)
    departure = coming(call, operator)[0]
    assert "Who drives" in ours.open(f"/operator/departures/{departure['id']}")
    address = f"/operator/departures/{departure['id']}/crews"
    ours.open(address)
    ours.send(address, crew | {"is_dangerous": "on"}, 422)
    ours.send(address, crew)
    page = ours.open(address)
    assert "12C12345" in page
    ours.send(re.search(r"/operator/crews/[0-9a-f-]+/withdrawal", page)[0], {})
    ours.open("/operator/rotations")
    made = ours.send("/operator/rotations", {"vehicle": crew["trailer"], "departures": departure["id"]})
    assert "Empty kilometres" in ours.open(made.headers["Location"])
    ours.send(f"{made.headers['Location']}/departures/{departure['id']}/removal", {})
    assert all(word in ours.open("/operator/fleet") for word in ("Lang Son Haulage", "2.25", "VN 12C12345"))
    ours.open(f"/operator/vehicle-types/{type_id}")
    ours.send(f"/operator/vehicle-types/{type_id}", {"teu": "9"}, 422)
    assert "teu" in ours.refused_fields()
    ours.send(f"/operator/vehicle-types/{type_id}", FIGURES)
    assert "checked" not in re.search(r"<input[^>]*is_reefer[^>]*>", ours.open(f"/operator/vehicle-types/{type_id}"))[0]
    ours.send(f"/operator/vehicle-types/{type_id}", FIGURES | {"is_reefer": "1"})
    assert "checked" in re.search(r"<input[^>]*is_reefer[^>]*>", ours.open(f"/operator/vehicle-types/{type_id}"))[0]
    ours.open("/partner/fleet", 403)


def test_dangerous_goods_are_not_booked_after_their_cutoff(app, market):
    way = Way(caller(app.test_client()), market, market.carrier)
    line_id, departure_id = UUID(way.line_id), UUID(way.order()["bookings"][0]["departure_id"])
    with unit_of_work() as session:
        over = cutoffs.cutoffs_of(session, departure_id=departure_id)[CutoffKind.DANGEROUS]
        dangerous.check(session, line_id=line_id, departure_id=departure_id, now=over)
        answer = {"answer": Answer.DANGEROUS.value, "un_number": "3480"}
        session.add(
            ListingDetail(listing_id=market.chains, kind=DetailKind.DANGEROUS, document=answer, changed_at=clock.now())
        )
        session.flush()
        assert dangerous.known(session, line_ids=[line_id]) == {line_id}
        early = over - timedelta(seconds=1)
        for check, facts in (
            (dangerous.check, {"line_id": line_id, "departure_id": departure_id}),
            (dangerous.check_declared, {"on": {line_id: departure_id}}),
        ):
            check(session, **facts, now=early)
            with pytest.raises(Conflict, match="dangerous_cutoff"):
                check(session, **facts, now=over)


def test_the_way_home_is_sold_at_its_own_tariff(app, call, market):
    now, city = clock.now(), "CNCQI"
    with unit_of_work() as session:
        seller = factories.trader(session, app, name="Hanoi Garments", country="VN", now=now)
        buyer = factories.trader(session, app, name="Chongqing Shops", country="CN", now=now)
        carrier = factories.trader(session, app, name="Homebound", country="VN", kind=CompanyKind.CARRIER, now=now)
        factories.approve(session, seller.actor, name=seller.login, country="VN", now=now)
        for payee in (seller, carrier):
            factories.payee(session, payee.actor, currency="VND", country="VN", now=now)
        factories.line(session, carrier.actor, code="HAN-CQ", hub=HANOI, to=city, currency="VND", now=now)
        timetable.roll(session, now=now)
        goods = factories.listing(
            session, seller.actor, sku="G-1", titles={"en": "Seat covers"}, source_locale="en", origin="VN",
            descriptions={}, ladders=(factories.ladder("VND", "DAP", city, price="85000"),), hub_code=HANOI, now=now,
        )  # fmt: skip
    call(buyer, "PUT", "/cart", {"to": city}, expect=200)
    cart = call(buyer, "PUT", f"/cart/lines/{goods}", {"quantity": 400}, expect=200)
    payment = {"rail": "bank", "plan": "deposit_30_70"}
    body = {"expected_totals": cart["totals"], "payment": payment}
    (order_id,) = call(buyer, "POST", "/checkout", body, expect=201)["order_ids"]
    order = call(buyer, "GET", f"/orders/{order_id}", expect=200)
    booked = call(buyer, "GET", f"/departures/{order['bookings'][0]['departure_id']}", expect=200)
    assert (booked["line"], booked["hub"]) == ("HAN-CQ", HANOI)
    with unit_of_work() as session:
        amounts = session.scalars(sa.select(FreightContract.currency)).all()
    assert amounts == ["VND"]


def test_a_place_where_no_list_goes_on_is_refused_by_its_field(call, haulier, operator):
    for who, path in ((haulier, "/fleet/drivers"), (operator, "/fleets/drivers")):
        for cursor in ("a%0D%0Ab: c", "a" + "%CC%81" * 300, "W10="):
            refusal = call(who, "GET", f"{path}?cursor={cursor}", expect=422)
            assert [error["field"] for error in refusal["errors"]] == ["cursor"], cursor
