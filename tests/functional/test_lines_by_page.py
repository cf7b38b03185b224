"""An operator makes, names, leads and ends whole lines, by the API and by page."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.queries import closures
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.services import network
from tests import factories
from tests.support.visitors import visitor

pytestmark = pytest.mark.both_databases
TARIFF = {
    "to": "VNHAN", "currency": "CNY", "per_kg": "0.80", "least_charge": "200", "m3_factor": 333, "ldm_factor": 1850,
    "note": "test",
}  # fmt: skip


@pytest.fixture
def market(app):
    found = factories.open_market(app)
    with unit_of_work() as session:
        crossings = {row.code for row in session.scalars(sa.select(network.BorderCrossing))}
        if "PUZHAI-TANTHANH" not in crossings:
            network.add_crossing(session, code="PUZHAI-TANTHANH", one_side="CN-PUZHAI", other_side="VN-TANTHANH")
    return found


@pytest.fixture
def keeper(operator):
    return operator


def day(days=0):
    return (closures.local_day("CN", clock.now()) + timedelta(days=days)).isoformat()


def stop(place, hours, **more):
    return {"place": place, "hours": hours, **more}


def line(market, **changes):
    return {
        "code": "PUZHAI", "name": "Puzhai line", "name_zh": "浦寨线", "hub": "CN-NANPENG",
        "carrier": str(market.carrier.company), "transport": "road", "source": "own survey", "first_day": day(),
        "stops": [
            stop("CNNIN", "18", km=960),
            stop("CN-PUZHAI", "4.5", assumed=True, source="assumed"),
            stop("VN-TANTHANH", "10", carriage="swap"),
            stop("VNHAN", "3.5", km=160),
        ],
    } | changes  # fmt: skip


def refused(call, keeper, body):
    answer = call(keeper, "POST", "/network/lines", json=body, expect=422)
    return {error["field"]: (error["code"], error["accepted"]) for error in answer["errors"]}


def departures(code, *, states=(DepartureState.OPEN,)):
    rows = reading().scalars(
        sa.select(Departure)
        .join(Line, Line.id == Departure.line_id)
        .where(Line.code == code, Departure.state.in_(states))
        .order_by(Departure.departs_at)
    )
    found = list(rows)
    reading().rollback()
    return found


def test_a_whole_line_is_made_and_runs(call, market, keeper):
    call(market.carrier, "POST", "/network/lines", json=line(market), expect=403)
    made = call(keeper, "POST", "/network/lines", json=line(market), expect=201)["id"]
    found = call(keeper, "GET", f"/network/lines/{made}", expect=200)
    assert (found["code"], found["names"], found["hub"], found["hours"]) == (
        "PUZHAI", {"zh": "浦寨线"}, "CN-NANPENG", "36.00",
    )  # fmt: skip
    assert [leg["end"] for leg in found["legs"]] == ["CNNIN", "CN-PUZHAI", "VN-TANTHANH", "VNHAN"]
    assert [leg["crossing"] for leg in found["legs"]] == [None, None, "PUZHAI-TANTHANH", None]
    figures = [leg["figures"] for leg in found["legs"]]
    assert [(row["km"], row["carriage"], row["source"], row["assumed"]) for row in figures] == [
        (960, "through", "own survey", False), (None, "through", "assumed", True),
        (None, "swap", "own survey", False), (160, "through", "own survey", False),
    ]  # fmt: skip
    service = {"line": "PUZHAI", "vehicle": "CQ-HAN-lorry", "weekday": "wed", "time": "10:00"}
    call(keeper, "POST", "/network/services", json=service, expect=201)
    call(keeper, "POST", f"/network/lines/{made}/tariffs", json=TARIFF | {"valid_from": day()}, expect=201)
    first = departures("PUZHAI")[0]
    stops = reading().scalars(
        sa.select(DepartureStop.place_code).where(DepartureStop.departure_id == first.id).order_by("position")
    )
    assert list(stops) == ["CN-NANPENG", "CNNIN", "CN-PUZHAI", "VN-TANTHANH", "VNHAN"]
    assert first.arrives_at - first.departs_at == timedelta(hours=36)


def test_what_is_wrong_is_named_by_field(call, market, keeper):
    assert refused(call, keeper, line(market, code="CQ-HAN")) == {"code": ("taken", "")}
    assert set(refused(call, keeper, line(market, hub="NOWHERE"))) == {"hub"}
    assert set(refused(call, keeper, line(market, hub="CN-PUZHAI"))) == {"hub", "stops.1.place"}
    assert set(refused(call, keeper, line(market, carrier=str(market.buyer.company)))) == {"carrier"}
    assert set(refused(call, keeper, line(market, first_day=day(-1)))) == {"first_day"}
    assert set(refused(call, keeper, line(market, stops=[]))) == {"stops"}
    assert set(refused(call, keeper, line(market, stops=[stop("CNNIN", "0"), stop("CNKNM", "-1")]))) == {
        "stops.0.hours", "stops.1.hours",
    }  # fmt: skip
    assert refused(call, keeper, line(market, stops=[stop("XXXXX", "4"), stop("CNNIN", "4")])) == {
        "stops.0.place": ("choice", "the code of a place"),
    }
    over = [stop("CN-PUZHAI", "20"), stop("VN-HUUNGHI", "6"), stop("VNHAN", "3")]
    assert refused(call, keeper, line(market, stops=over)) == {"stops.1.place": ("not_neighbours", "VN-TANTHANH")}
    assert refused(call, keeper, line(market, stops=[stop("VNHAN", "30")])) == {
        "stops.0.place": ("not_neighbours", "a side of a border first"),
    }
    twice = [stop("CNNIN", "9"), stop("CNKNM", "9"), stop("CNNIN", "9")]
    assert set(refused(call, keeper, line(market, stops=twice))) == {"stops.2.place"}
    assert refused(call, keeper, line(market, stops=over[:1]))["stops.0.place"][0] == "ends_at_border"


def test_another_way_leaves_what_is_booked_on_the_old_legs(call, market, keeper, way):
    booked = way.secure().booking["departure_id"]
    rows = call(keeper, "GET", "/network/lines", expect=200)["items"]
    old = next(row for row in rows if row["code"] == "CQ-HAN")
    before = departures("CQ-HAN")
    other = {
        "code": "CQ-HAN-2", "source": "own survey", "first_day": day(1),
        "stops": [stop("CN-PUZHAI", "22"), stop("VN-TANTHANH", "8"), stop("VNHAN", "3")],
    }  # fmt: skip
    assert call(keeper, "POST", f"/network/lines/{new_id()}/ways", json=other, expect=404)
    wrong = other | {"stops": [stop("VNHAN", "30")]}
    assert call(keeper, "POST", f"/network/lines/{old['id']}/ways", json=wrong, expect=422)
    made = call(keeper, "POST", f"/network/lines/{old['id']}/ways", json=other, expect=201)["id"]
    found = call(keeper, "GET", f"/network/lines/{made}", expect=200)
    assert (found["follows"], found["carrier_id"]) == ("CQ-HAN", str(market.carrier.company))
    left = departures("CQ-HAN")
    assert UUID(booked) in {row.id for row in left}
    assert len(left) < len(before)
    begins = next(iter(departures("CQ-HAN-2"))).departs_at
    assert all(row.departs_at < begins or row.id == UUID(booked) for row in left)
    stops = reading().scalars(sa.select(DepartureStop.place_code).where(DepartureStop.departure_id == UUID(booked)))
    assert "CN-PUZHAI" not in set(stops)
    assert len(departures("CQ-HAN-2")) >= len(before) - 2
    prices = call(keeper, "GET", f"/network/lines/{made}/tariffs", expect=200)["items"]
    assert {row["to_place"] for row in prices} == {"VNHAN"}
    again = call(keeper, "POST", f"/network/lines/{old['id']}/ways", json=other | {"code": "CQ-HAN-3"}, expect=409)
    assert "line" in again["facts"]
    ended = {"line": "CQ-HAN", "vehicle": "CQ-HAN-lorry", "weekday": "sun", "time": "03:15"}
    if call(keeper, "GET", f"/network/lines/{old['id']}", expect=200)["ended_at"] <= clock.now().isoformat():
        call(keeper, "POST", "/network/services", json=ended, expect=422)


def test_a_line_ends_on_a_day(call, market, keeper):
    rows = call(keeper, "GET", "/network/lines", expect=200)["items"]
    mine = next(row["id"] for row in rows if row["code"] == "CQ-HAN")
    call(keeper, "POST", f"/network/lines/{new_id()}/end", json={"last_day": day()}, expect=404)
    call(keeper, "POST", f"/network/lines/{mine}/end", json={"last_day": day(-1)}, expect=422)
    call(keeper, "POST", f"/network/lines/{mine}/end", json={"last_day": day(20)}, expect=204)
    last = max(row.departs_at for row in departures("CQ-HAN"))
    assert last < clock.now() + timedelta(days=22)
    assert departures("CQ-HAN", states=(DepartureState.CANCELLED,))
    assert call(keeper, "POST", f"/network/lines/{mine}/end", json={"last_day": day(9)}, expect=409)
    later = call(keeper, "POST", "/network/lines", json=line(market, first_day=day(9)), expect=201)["id"]
    assert call(keeper, "POST", f"/network/lines/{later}/end", json={"last_day": day(3)}, expect=422)


def test_all_of_it_by_page(app, call, market, keeper):
    seen = visitor(app, keeper)
    assert "Puzhai line" not in seen.open("/operator/network")
    seen.open("/operator/network/lines/new")
    body = line(market)
    typed = {key: value for key, value in body.items() if key != "stops"}
    for number, row in enumerate(body["stops"]):
        typed |= {f"stops.{number}.{name}": 1 if value is True else value for name, value in row.items()}
    seen.send("/operator/network/lines/new", typed | {"stops.2.place": "VN-HUUNGHI", "stops.3.hours": "0"}, 422)
    assert seen.refused_fields() == {"stops.3.hours"}
    seen.send("/operator/network/lines/new", typed | {"stops.2.place": "VN-HUUNGHI"}, 422)
    assert seen.refused_fields() == {"stops.2.place"}
    made = seen.send("/operator/network/lines/new", typed, 303).location.rsplit("/", 1)[1]
    seen.open(f"/operator/network/lines/{made}")
    seen.send(f"/operator/network/lines/{made}/name", {"name": "Line by Puzhai", "name_zh": "", "name_vi": ""}, 303)
    seen.open(f"/operator/network/lines/{made}")
    way = {name: value for name, value in typed.items() if name.startswith("stops.")} | {
        "code": "PUZHAI-2", "first_day": day(7), "transport": "road", "source": "own survey", "stops.0.hours": "17",
    }  # fmt: skip
    other = seen.send(f"/operator/network/lines/{made}/way", way, 303).location.rsplit("/", 1)[1]
    found = call(keeper, "GET", f"/network/lines/{other}", expect=200)
    assert (found["name"], found["follows"], found["hours"]) == ("Line by Puzhai", "PUZHAI", "35.00")
    assert "goes on from PUZHAI" in seen.open(f"/operator/network/lines/{other}")
    seen.send(f"/operator/network/lines/{other}/end", {"last_day": "soon"}, 422)
    seen.send(f"/operator/network/lines/{other}/end", {"last_day": day(30)}, 303)
    assert call(keeper, "GET", f"/network/lines/{other}", expect=200)["ended_at"] is not None
