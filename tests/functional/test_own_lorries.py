"""A carrier reports the borders of its own lorries, holds them and says when they come; those aboard are told."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.reports import queries as reports
from tests import factories
from tests.factories import HANOI, HUB
from tests.functional.test_road import SIDES, crew_of, left
from tests.support.letters import letters, subjects
from tests.support.lorries import Lorry
from tests.support.visitors import visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
NEAR, FAR = SIDES
ZONE = "Asia/Ho_Chi_Minh"
OVER_BORDER = True


@pytest.fixture
def way(app, call, market, operator):
    made = Way(call, market, operator).secure()
    made.pack()
    made.app = app
    return made


@pytest.fixture
def broker(app, way):
    with unit_of_work() as session:
        found = factories.trader(
            session, app, name="Hanoi Customs", country="VN", kind=CompanyKind.BROKER, now=clock.now()
        )
    way.act("brokers", side="import", company=str(found.company))
    return found


@pytest.fixture
def rival(app, market):
    with unit_of_work() as session:
        return factories.trader(
            session, app, name="Other Lorry", country="CN", kind=CompanyKind.CARRIER, now=clock.now()
        )


def report(way, who, name, expect=204, key=None, **body):
    path = f"/lorries/{way.booking['departure_id']}/{name}"
    return way.call(who, "POST", path, key=key, json=body, expect=expect)


def seen(way, who):
    return way.call(who, "GET", f"/lorries/{way.booking['departure_id']}", expect=200)


def reached(way, who):
    return [stop["place"] for stop in seen(way, who)["way"] if stop["reached"]]


def fields(refused):
    return [error["field"] for error in refused["errors"]]


def test_a_carrier_reports_the_borders_of_its_lorry(way, market, broker, rival):
    carrier = market.carrier
    assert report(way, carrier, "at-border", 409)["type"].endswith("state")
    left(way)
    for name in ("at-border", "clear"):
        for stranger in (rival, broker, market.buyer):
            report(way, stranger, name, 403 if stranger is market.buyer else 404)
        unknown = way.call(carrier, "POST", f"/lorries/{new_id()}/{name}", json={}, expect=404)
        assert unknown["type"] == report(way, rival, name, 404)["type"]
    assert report(way, carrier, "clear", 409)["type"].endswith("state")
    refused = report(way, carrier, "at-border", 422, place=HANOI)
    assert (fields(refused), refused["errors"][0]["accepted"]) == (["place"], f"{NEAR}, {FAR}")
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    assert fields(report(way, carrier, "at-border", 422, happened_at=soon)) == ["happened_at"]
    for _ in range(2):
        report(way, carrier, "at-border", key="once", place=NEAR)
    assert report(way, carrier, "at-border", 409)["type"].endswith("state")
    assert (seen(way, carrier)["departure"]["state"], reached(way, carrier)) == ("at_border", [HUB, NEAR])
    report(way, carrier, "clear")
    assert reached(way, carrier) == reached(way, broker) == [HUB, NEAR, FAR]
    assert [(row["place"], row["hours"]) for row in way.seen()["border_waits"]] == [(NEAR, 0)]
    assert report(way, carrier, "at-border", 409)["type"].endswith("no_border")
    assert reports.check(reading()) == []


def test_who_holds_a_lorry_lets_it_go_on(way, market, broker, rival, operator):
    left(way, border=True)
    report(way, rival, "hold", 404, cause="breakdown")
    assert fields(report(way, market.carrier, "hold", 422, cause="laziness")) == ["cause"]
    report(way, market.carrier, "hold", cause="breakdown")
    assert report(way, market.carrier, "hold", 409, cause="weather")["type"].endswith("state")
    assert (way.booking["hold_cause"], way.order(market.merchant)["bookings"][-1]["hold_cause"]) == ("breakdown",) * 2
    assert [seen(way, who)["may_resume"] for who in (market.carrier, broker, operator)] == [True, False, True]
    report(way, rival, "resume", 404)
    assert report(way, broker, "resume", 409)["type"].endswith("held_by_other")
    report(way, market.carrier, "resume")
    assert (seen(way, broker)["departure"]["state"], way.booking["hold_cause"]) == ("at_border", None)
    assert report(way, market.carrier, "resume", 409)["type"].endswith("state")
    report(way, broker, "hold", cause="customs")
    assert report(way, market.carrier, "resume", 409)["type"].endswith("held_by_other")
    report(way, broker, "resume")
    way.act("hold", cause="security")
    assert report(way, broker, "resume", 409)["type"].endswith("held_by_other")
    report(way, operator, "resume")
    report(way, market.carrier, "clear")
    assert reports.check(reading()) == []


def test_a_carrier_moves_the_expected_arrival(way, market, broker, rival):
    def expect(who, status=201, **body):
        return report(way, who, "expected-arrival", status, **body)

    late = clock.now() + timedelta(days=9)
    said = {"place": HANOI, "expected_at": late.isoformat()}
    assert expect(market.carrier, 409, **said)["type"].endswith("not_under_way")
    left(way, border=True)
    report(way, market.carrier, "hold", cause="breakdown")
    for stranger in (rival, broker):
        expect(stranger, 404, **said)
    refused = expect(market.carrier, 422, **said | {"place": NEAR})
    assert (fields(refused), refused["errors"][0]["accepted"]) == (["place"], f"{FAR}, {HANOI}")
    for wrong in (None, (clock.now() - timedelta(hours=1)).isoformat(), (clock.now() + timedelta(days=31)).isoformat()):
        assert fields(expect(market.carrier, 422, **said | {"expected_at": wrong})) == ["expected_at"]
    expect(market.carrier, **said)
    (stop,) = [stop for stop in seen(way, market.carrier)["way"] if stop["place"] == HANOI]
    assert (stop["expected"][:16], stop["reached"]) == (late.isoformat()[:16], None)
    events = way.call(market.buyer, "GET", "/tracking/events", expect=200)["items"]
    told = [row["event_at"][:16] for row in events if (row["place"], row["classifier"]) == (HANOI, "estimated")]
    assert late.isoformat()[:16] in told
    assert reports.check(reading()) == []


def test_those_aboard_are_told_that_it_stands_and_goes_on(way, market, town):
    left(way)
    name = way.order()["reference"]
    report(way, market.carrier, "hold", cause="breakdown")
    report(way, market.carrier, "resume")
    for side in (market.buyer, market.merchant):
        told = subjects(town, side)
        assert told.count(f"Your lorry stands (breakdown): {name}") == 1
        assert told.count(f"Your lorry goes on: {name}") == 1
        held = next(one for one in letters(town, side) if "stands" in one.subject)
        assert (way.booking["departure"] in held.body, "Perishable" in held.body) == (True, False)
        assert "Regular Lorry" not in held.body
    assert not any("lorry stands" in one for one in subjects(town, market.thai))


def test_who_has_perishables_aboard_is_told_first(way, market, town, operator):
    way.call(
        operator, "POST", f"/bookings/{way.booking['id']}/cooling",
        json={"set_point": "4", "least": "2", "most": "8"}, expect=204,
    )  # fmt: skip
    way.act("pre-cooling", 201, trader=market.carrier, celsius="4", logger="L-1")
    plain = Way(way.call, market, operator).secure()
    plain.pack()
    plain.hand_over()
    left(way)
    assert plain.booking["departure_id"] == way.booking["departure_id"]
    report(way, market.carrier, "hold", cause="weather")
    (held,) = [one for one in letters(town, market.buyer) if "stands" in one.subject]
    assert "Perishable goods of yours are aboard" in held.body
    assert {one.order()["reference"] for one in (way, plain)} <= {word.strip(",") for word in held.subject.split()}


def test_those_aboard_are_told_of_a_breakdown_that_another_tractor_mends(way, market, town):
    first, second, third = (crew_of(way, market.carrier, number) for number in (1, 2, 3))
    way.act("crews", 201, **first)
    left(way)
    name = way.order()["reference"]
    body = {"place": HUB, "cause": "breakdown", "seal_number": "S-1", "tractor": second["tractor"],
            "drivers": second["drivers"]}  # fmt: skip
    way.act("swaps", 201, trader=market.carrier, **body)
    report(way, market.carrier, "at-border")
    body |= {"place": NEAR, "cause": "hours", "tractor": third["tractor"], "drivers": third["drivers"]}
    way.act("swaps", 201, trader=market.carrier, **body)
    for side, changes in ((market.buyer, 0), (market.merchant, 1)):
        told = subjects(town, side)
        assert told.count(f"Your lorry broke down, another tractor goes on: {name}") == 1
        assert told.count(f"Another crew goes on with your goods: {name}") == changes


def test_a_carrier_reports_on_the_page_of_its_lorry(way, market, broker):
    left(way)
    path = f"/lorries/{way.booking['departure_id']}"
    page, other = visitor(way.app, market.carrier), visitor(way.app, broker)
    assert "Reached a border" not in other.open(path)
    assert "Reached a border" in page.open(path)
    other.open(f"{path}/at-border")
    assert f'action="{path}/at-border"' not in other.shown
    page.open(f"{path}/at-border")
    page.send(f"{path}/at-border", {"place": NEAR, "happened_at": "2999-01-01T10:00"}, 422)
    assert page.refused_fields() == {"happened_at"}
    page.send(f"{path}/at-border", {"place": NEAR, "happened_at": ""})
    page.open(f"{path}/hold")
    page.send(f"{path}/hold", {"cause": "breakdown"})
    assert "It stands: breakdown." in page.open(path)
    assert "It stands: breakdown." not in other.open(path)
    page.open(f"{path}/expected-arrival")
    soon = (clock.now() + timedelta(days=6)).replace(second=0, microsecond=0, tzinfo=None)
    page.send(f"{path}/expected-arrival", {"place": HANOI, "expected_at": soon.isoformat()})
    told = moments.instant(soon.replace(tzinfo=ZoneInfo(ZONE)), ZONE, "en")
    assert told in page.open(path)
    assert told in visitor(way.app, market.buyer).open(f"/orders/{way.order_id}")
    page.send(f"{path}/resume", {})
    page.open(f"{path}/clear")
    page.send(f"{path}/clear", {"happened_at": ""})
    assert reached(way, market.carrier) == [HUB, NEAR, FAR]


def test_phones_without_a_network_report_borders_once(app, call, market, operator):
    lorry = Lorry(app, call, market, operator)
    way = lorry.order()
    lorry.gate_in(way, minutes=90)
    assert lorry.phone("at_border", minutes=80) == "refused"
    lorry.leave()
    assert "at_border" in visitor(app, market.carrier).open(f"/partner/departures/{lorry.id}/work")
    assert lorry.phone("cleared", place=NEAR) == "refused"
    assert lorry.answer("at_border", place=HANOI)["problem"]["errors"][0]["field"] == "place"
    for place in (NEAR, None, NEAR):
        assert lorry.phone("at_border", place=place) == "applied"
    for kind, wrong in (("at_border", HUB), ("cleared", HUB), ("cleared", FAR), ("arrived", NEAR)):
        assert lorry.phone(kind, place=wrong) == "refused"
    assert "cleared" in visitor(app, market.carrier).open(f"/partner/departures/{lorry.id}/work")
    for place in (NEAR, NEAR, None):
        assert lorry.phone("cleared", place=place) == "applied"
    assert lorry.phone("at_border", place=NEAR) == "applied"
    assert lorry.phone("cleared", place=HUB) == "refused"
    assert lorry.reached() == [HUB, NEAR, FAR]
    codes = [(row["code"], row["place"]) for row in way.seen()["events"] if row["classifier"] == "actual"]
    assert (codes.count((1, NEAR)), codes.count((12, FAR)), codes.count((16, FAR))) == (1, 1, 1)
    with unit_of_work() as session:
        stranger = factories.trader(
            session, app, name="Third Lorry", country="CN", kind=CompanyKind.CARRIER, now=clock.now()
        )
    act = {
        "id": str(new_id()),
        "kind": "at_border",
        "departure": lorry.id,
        "device": "x",
        "done_at": clock.now().isoformat(),
    }
    answer = call(stranger, "POST", "/handling-acts", json={"acts": [act]}, expect=200)["answers"][0]
    assert answer["problem"]["status"] == 404
    assert reports.check(reading()) == []
