"""The operator lets lines run every week, adds kinds of lorries, and sees a leg on the map."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.models import AuditRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.departures import Departure
from tests import factories
from tests.support.visitors import visitor

pytestmark = pytest.mark.both_databases
SERVICE = {"line": "CQ-HAN", "vehicle": "CQ-HAN-lorry", "weekday": "sun", "time": "03:15"}
LORRY = {
    "code": "BOX-40", "name": "Box 40 ft", "kg": "22000", "m3": "67", "ldm": "12", "pallets": 24, "teu": "2",
    "source": "papers",
}  # fmt: skip


@pytest.fixture
def keeper(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())


def departures_of(service_id):
    wanted = sa.select(sa.func.count()).select_from(Departure).where(Departure.pattern_id == UUID(service_id))
    found = reading().scalar(wanted)
    reading().rollback()
    return found


def test_a_line_runs_every_week_until_it_ends(call, market, keeper):
    call(market.carrier, "POST", "/network/services", json=SERVICE, expect=403)
    for name, wrong in (("line", "NONE"), ("vehicle", "NONE"), ("weekday", "someday"), ("time", "24:00")):
        refused = call(keeper, "POST", "/network/services", json=SERVICE | {name: wrong}, expect=422)
        assert [error["field"] for error in refused["errors"]] == [name]
    made = call(keeper, "POST", "/network/services", json=SERVICE, expect=201)["id"]
    assert 11 <= departures_of(made) <= 14
    again = call(keeper, "POST", "/network/services", json=SERVICE, expect=422)
    assert again["errors"][0]["field"] == "time"
    before = departures_of(made)
    call(keeper, "POST", f"/network/services/{new_id()}/end", expect=404)
    call(keeper, "POST", f"/network/services/{made}/end", expect=204)
    call(keeper, "POST", f"/network/services/{made}/end", expect=204)
    (row,) = [one for one in call(keeper, "GET", "/network/services", expect=200)["items"] if one["id"] == made]
    assert row["ended_at"] is not None
    assert (row["line"], row["weekday"], row["time"]) == ("CQ-HAN", "sun", "03:15")
    assert departures_of(made) == before
    assert call(keeper, "POST", "/network/services", json=SERVICE, expect=201)["id"] == made
    acts = reading().scalars(sa.select(AuditRow.action).where(AuditRow.subject_id == UUID(made)).order_by(AuditRow.id))
    assert list(acts) == ["service.begun", "service.ended", "service.begun"]


def test_kinds_of_lorries_are_added_once(call, market, keeper):
    made = call(keeper, "POST", "/vehicle-types", json=LORRY, expect=201)["id"]
    taken = call(keeper, "POST", "/vehicle-types", json=LORRY, expect=422)
    assert taken["errors"][0]["field"] == "code"
    call(market.carrier, "POST", "/vehicle-types", json=LORRY | {"code": "OTHER"}, expect=403)
    (row,) = [one for one in call(keeper, "GET", "/vehicle-types", expect=200)["items"] if one["id"] == made]
    assert (row["code"], row["teu"]) == ("BOX-40", "2.00")
    call(keeper, "POST", "/network/services", json=SERVICE | {"vehicle": "BOX-40"}, expect=201)


def test_all_of_it_stands_on_pages(app, call, market, keeper):
    seen = visitor(app, keeper)
    seen.open("/operator/network/services")
    seen.send("/operator/network/services", SERVICE, 303)
    assert "03:15" in seen.open("/operator/network/services")
    assert "Weekly services" in seen.open("/operator/network")
    (row,) = [one for one in call(keeper, "GET", "/network/services", expect=200)["items"] if one["time"] == "03:15"]
    seen.open("/operator/network/services")
    seen.send(f"/operator/network/services/{row['id']}/end", {}, 303)
    seen.open("/operator/network/services")
    seen.send("/operator/network/services", SERVICE | {"line": "NONE"}, 422)
    seen.open("/operator/vehicle-types/new")
    seen.send("/operator/vehicle-types/new", LORRY, 303)
    assert "BOX-40" in seen.open("/operator/fleet")
    leg = call(keeper, "GET", "/network/lines", expect=200)["items"][0]["legs"][0]
    assert "corridor-land.svg" in seen.open(f"/operator/network/legs/{leg['id']}")
