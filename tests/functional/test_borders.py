"""Operators keep lines and borders by page and by API; everybody sees at a departure when a border opens."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.logistics.services import network, timetable
from tests import factories
from tests.support.visitors import Visitor, enrolled

pytestmark = pytest.mark.both_databases

SIDES = ("CN-YOUYIGUAN", "VN-HUUNGHI")
HOURS = {
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "opens": "08:00",
    "closes": "18:00",
    "valid_from": "2020-01-01",
    "source": "a notice at the gate",
}
OVER_BORDER = True


@pytest.fixture
def desk(app, operator):
    visitor = Visitor(app)
    visitor.log_in(operator.login, factories.PASSWORD)
    enrolled(visitor)
    return visitor


@pytest.fixture
def crossing(call, operator):
    (row,) = call(operator, "GET", "/network/crossings", expect=200)["items"]
    return f"/network/crossings/{row['id']}"


def departures(call):
    return call(None, "GET", "/departures?from=CN-NANPENG", expect=200)["items"]


def instant(text):
    return datetime.fromisoformat(text)


def test_hours_of_both_sides_move_what_is_planned_from_then_on(app, call, operator, crossing):
    for side in SIDES:
        call(operator, "POST", f"{crossing}/hours", HOURS | {"place": side}, expect=201)
    row = call(operator, "GET", crossing, expect=200)
    assert [side["hours"][0]["opens"] for side in row["sides"]] == ["08:00", "08:00"]
    assert instant(row["open_until"]) - instant(row["open_from"]) <= timedelta(hours=9)
    with unit_of_work() as session:
        vehicle = network.add_vehicle_type(session, code="late", name="Late", capacity=factories.LORRY, source="ours")
        (line,) = (
            each for each in call(operator, "GET", "/network/lines", expect=200)["items"] if len(each["legs"]) > 1
        )
        for weekday in range(7):
            network.add_service(
                session, line_id=UUID(line["id"]), vehicle_type_id=vehicle, weekday=weekday, minute_of_day=1_380
            )
        timetable.roll(session, now=clock.now())
    late = [each for each in departures(call) if instant(each["departs_at"]).hour == 15]
    # 12 h from 23:00 in Chongqing both sides are open; 12 h later they are shut, and open by 08:00 in Vietnam.
    for each in late:
        near, far = (stop for stop in each["stops"] if stop["border"])
        assert (near["wait_minutes"], far["wait_minutes"]) == (0, 600)
        assert instant(far["eta"]).astimezone(UTC).hour == 1
    shown = Visitor(app).open(f"/departures/{late[0]['id']}")
    assert "open 08:00–18:00" in shown
    assert "waits 10 h for the border to open" in shown


def test_a_closure_names_what_it_delays_and_everybody_sees_it(app, call, operator, crossing):
    first, second = departures(call)[:2]
    near, _far = (stop for stop in first["stops"] if stop["border"])
    eta = instant(near["eta"])
    body = {
        "starts_at": (eta - timedelta(hours=1)).isoformat(),
        "ends_at": (eta + timedelta(hours=20)).isoformat(),
        "reason": "weather",
        "source": "a notice",
    }
    made = call(operator, "POST", f"{crossing}/closures", body, expect=201)
    assert [row["departure_id"] for row in made["delays"]] == [first["id"]]
    (delay,) = made["delays"]
    assert instant(delay["expected_at"]) - instant(delay["planned_at"]) == timedelta(hours=20)
    address = f"/network/closures/{made['closure']['id']}"
    assert call(operator, "GET", address, expect=200) == made
    assert call(None, "GET", f"/departures/{first['id']}", expect=200)["stops"] == first["stops"]
    assert "expected" in Visitor(app).open(f"/departures/{first['id']}")
    assert "expected" not in Visitor(app).open(f"/departures/{second['id']}")
    call(operator, "POST", f"{crossing}/closures", body, expect=409)
    call(operator, "POST", f"{address}/withdraw", expect=204)
    assert "expected" not in Visitor(app).open(f"/departures/{first['id']}")
    call(operator, "POST", f"{address}/drop", expect=409)
    call(operator, "POST", f"{address}/confirm", expect=409)


def test_holidays_are_proposed_confirmed_and_dropped(call, operator, crossing):
    made = call(operator, "POST", f"{crossing}/closure-proposals", expect=200)["proposed"]
    rows = call(operator, "GET", crossing, expect=200)["closures"]
    assert made == len(rows) > 1
    assert {row["state"] for row in rows} == {"proposed"}
    call(operator, "POST", f"/network/closures/{rows[0]['id']}/drop", expect=204)
    assert (
        call(operator, "POST", f"/network/closures/{rows[1]['id']}/confirm", expect=200)["closure"]["state"]
        == "confirmed"
    )
    assert call(operator, "POST", f"{crossing}/closure-proposals", expect=200) == {"proposed": 0}
    assert len(call(operator, "GET", crossing, expect=200)["closures"]) == made - 1


def test_rules_and_legs_are_read_back_and_refused_by_their_field(call, operator, crossing):
    rule = {"lane": "two-way", "valid_from": "2025-12-01", "source": "vietnam.vn"}
    made = call(operator, "POST", f"{crossing}/rules", rule | {"rule": "max_stay_hours", "hours": 36}, expect=201)
    call(operator, "POST", f"{crossing}/rules", rule | {"rule": "only_chapters", "chapters": "08, 07"}, expect=201)
    rows = call(operator, "GET", crossing, expect=200)["rules"]
    assert [row["parameters"] for row in rows] == [{"hours": 36}, {"chapters": ["07", "08"]}]
    call(operator, "POST", f"/network/rules/{made['id']}/end", {"last_day": "2025-12-31"}, expect=204)
    assert len(call(operator, "GET", crossing, expect=200)["rules"]) == 1

    def refused(path, body, method="POST"):
        return {error["field"] for error in call(operator, method, path, body, expect=422)["errors"]}

    assert refused(f"{crossing}/rules", rule | {"rule": "one_company", "hours": 3}) == {"hours"}
    assert refused(f"{crossing}/rules", rule | {"rule": "only_chapters", "chapters": "99"}) == {"chapters"}
    assert refused(f"{crossing}/rules", rule | {"rule": "only_chapters", "lane": "Two Way"}) == {"lane"}
    assert refused(f"{crossing}/hours", HOURS | {"place": "VNHAN"}) == {"place"}
    wrong = {"place": SIDES[0], "weekdays": [], "opens": "24:00", "closes": "6", "valid_from": "1999-01-01"}
    assert refused(f"{crossing}/hours", HOURS | wrong) == {"closes", "valid_from"}
    assert refused(f"{crossing}/hours", HOURS | {"place": SIDES[0], "weekdays": []}) == {"weekdays"}
    assert refused(f"{crossing}/hours", HOURS | {"place": SIDES[0], "opens": "24:00"}) == {"opens"}
    leg = call(operator, "GET", "/network/lines", expect=200)["items"][0]["legs"][0]
    figures = {"transport": "road", "carriage": "swap", "hours": "13.5", "km": 700, "source": "we drove it"}
    assert refused(f"/network/legs/{leg['id']}", figures | {"hours": "-1"}, "PUT") == {"hours"}
    changed = call(operator, "PUT", f"/network/legs/{leg['id']}", figures, expect=200)
    assert (changed["figures"]["hours"], changed["figures"]["km"]) == ("13.50", 700)
    assert [past["figures"]["hours"] for past in changed["past"]] == [leg["figures"]["hours"]]
    assert call(operator, "GET", f"/network/legs/{leg['id']}", expect=200) == changed


def test_an_operator_does_the_same_by_page(call, desk, operator, crossing, market):
    page = f"/operator{crossing}"
    assert "Lines and borders" in desk.open("/operator")
    assert page in desk.open("/operator/network")
    desk.open(page)
    desk.send(f"{page}/hours", HOURS | {"place": SIDES[0], "replaces": "1", "assumed": "1"})
    assert "08:00–18:00" in desk.open(page)
    refused = desk.send(f"{page}/hours", {"place": SIDES[1], "opens": "25:00"}, 422).text
    assert "Opens: Write a time such as 08:00" in refused
    row = call(operator, "GET", crossing, expect=200)["sides"][0]["hours"][0]
    desk.open(page)
    desk.send(f"{page}/hours/{row['id']}/end", {"last_day": "2030-01-01"})
    desk.open(page)
    desk.send(f"{page}/rules", {"lane": "general", "rule": "one_company", "valid_from": "2026-01-01", "source": "us"})
    (rule,) = call(operator, "GET", crossing, expect=200)["rules"]
    assert "Goods of one company on a vehicle" in desk.open(page)
    only = {"lane": "fruit", "rule": "only_chapters", "chapters": "08, 07", "hours": "", "valid_from": "2026-01-01"}
    desk.send(f"{page}/rules", only | {"source": "us"})
    assert call(operator, "GET", crossing, expect=200)["rules"][0]["parameters"] == {"chapters": ["07", "08"]}
    desk.open(page)
    desk.send(f"{page}/rules/{rule['id']}/end", {"last_day": "2100-01-01"})
    desk.open(page)
    desk.send(f"{page}/closure-proposals", {})
    shown = desk.open(page)
    assert "Public holiday" in shown
    first, second = call(operator, "GET", crossing, expect=200)["closures"][:2]
    desk.send(f"/operator/network/closures/{first['id']}/drop", {})
    desk.open(f"/operator/network/closures/{second['id']}")
    desk.send(f"/operator/network/closures/{second['id']}/confirm", {})
    desk.open(f"/operator/network/closures/{second['id']}")
    desk.send(f"/operator/network/closures/{second['id']}/withdraw", {})
    desk.open(page)
    local = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    later = (clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    closed = desk.send(
        f"{page}/closures",
        {"place": SIDES[1], "starts_at": local, "ends_at": later, "reason": "works", "source": "a notice"},
    )
    shown = desk.open(closed.headers["Location"])
    assert "Building works" in shown
    leg = call(operator, "GET", "/network/lines", expect=200)["items"][0]["legs"][0]
    desk.open(f"/operator/network/legs/{leg['id']}")
    facts = {"transport": "road", "carriage": "through", "lane": "general", "hours": "10", "km": "", "source": "us"}
    desk.send(f"/operator/network/legs/{leg['id']}", facts)
    assert "Figures from before" in desk.open(f"/operator/network/legs/{leg['id']}")
    assert "Hours: Too small" in desk.send(f"/operator/network/legs/{leg['id']}", facts | {"hours": "-3"}, 422).text


def test_nobody_else_reads_or_changes_the_network(call, market, crossing):
    call(market.merchant, "GET", "/network/crossings", expect=403)
    call(market.carrier, "POST", f"{crossing}/closure-proposals", expect=403)
    call(market.buyer, "GET", "/network/lines", expect=403)
