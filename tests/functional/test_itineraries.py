"""Anybody finds the ways to a place, and what carrying emits; an admin puts its factors."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel import clock
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line
from marketplace.logistics.rules.freight import STANDARD_FACTORS, Rates
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.logistics.services import building, timetable
from marketplace.logistics.services.building import LinePlan, NetworkPlan
from marketplace.logistics.services.network import LegPlan
from marketplace.logistics.services.space import holding
from marketplace.merchants.services import requirements
from marketplace.seed.network import seed_network
from tests import factories
from tests.integration.logistics.conftest import company
from tests.support import kept
from tests.support.statements import statements_of
from tests.support.visitors import Visitor, enrolled

API = "/api/v1/itineraries"


@pytest.fixture
def carrier(app):
    return kept.once(app, "itineraries", _open_lines)


def _open_lines():
    """Open the demo's lines, a train to Vientiane and a ship by Qinzhou."""
    now = clock.now()
    with unit_of_work() as session:
        made = company(session, CompanyKind.CARRIER)
        requirements.vouch(session, company_id=made, reason="Of the tests.", now=now)
        seed_network(session, carrier_company_id=made, now=now)
        plan = NetworkPlan((), (), (_train(made), _ship(made)))
        building.build(session, actor=SYSTEM, plan=plan, valid_from=now - timedelta(days=400), now=now)
        timetable.roll(session, now=now)
    return made


def _train(carrier):
    legs = (LegPlan("LAVTE", 20 * 60, "test", km=1_900, mode=Mode.RAIL, carriage=Carriage.TRANSHIP),)
    return _line("RAIL", carrier, legs, {"LAVTE": "0.90"})


def _ship(carrier):
    legs = (
        LegPlan("CNQZH", 48 * 60, "test", km=1_450, mode=Mode.RAIL),
        LegPlan("SGSIN", 144 * 60, "test", km=2_487, mode=Mode.SEA, carriage=Carriage.TRANSHIP),
    )
    return _line("SHIP", carrier, legs, {"SGSIN": "0.70"})


def _line(code, carrier, legs, prices):
    m3_factor, ldm_factor = STANDARD_FACTORS
    rates = {place: Rates(UnitPrice.of(price, "CNY"), Money.of("100", "CNY"), m3_factor, ldm_factor)
             for place, price in prices.items()}  # fmt: skip
    return LinePlan(
        code=code, name=code, names={}, hub_code="CN-NANPENG", carrier_company_id=carrier, vehicle="BOX-40HQ",
        legs=legs, runs=((0, 600), (3, 600)), rates=rates, note="demo tariff: fictitious",
    )  # fmt: skip


def found(client, to, **query):
    answer = client.get(API, query_string={"from": "CN-NANPENG", "to": to, **query})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["items"]


@pytest.mark.both_databases
def test_road_rail_and_sea_stand_in_one_answer(client, carrier):
    now = clock.now()
    # From a Thursday on: of a lorry and a ship that leave on other days, either may beat the other.
    thursday = now + timedelta(days=(3 - now.weekday()) % 7 or 7)
    ways = found(client, "SGSIN", kg="1000", m3="3", after=thursday.strftime("%Y-%m-%dT00:00:00Z"))
    forms = {ride["way"]["form"] for way in ways for ride in way["rides"]}
    assert {"road", "rail_sea"} <= forms
    assert [way["arrives_at"] for way in ways] == sorted(way["arrives_at"] for way in ways)
    assert (ways[0]["earliest"], ways[-1]["cheapest"]) == (True, True)
    costs = [Decimal(way["compared"]["amount"]) for way in ways]
    assert costs == sorted(costs, reverse=True)
    ship = next(way for way in ways if way["rides"][-1]["line"] == "SHIP")
    (ride,) = ship["rides"]
    assert ship["bookable"]
    assert (ride["way"]["carriage"], ride["way"]["km"], ride["way"]["km_derived"]) == ("tranship", 3_937, False)
    # 1 t × (1,450 km × 34.70 g + 2,487 km × 19.77 g)
    assert ship["co2e_grams"] == ride["way"]["co2e_grams"] == 50_315 + 49_168
    assert (ride["freight"], ride["chargeable_kg"]) == ({"amount": "700.00", "currency": "CNY"}, "1000.000")
    assert ride["way"]["punctuality"] is None
    lorry = next(way for way in ways if way["rides"][-1]["way"]["form"] == "road")
    assert lorry["rides"][-1]["way"]["km_derived"]
    assert lorry["co2e_grams"] > ship["co2e_grams"]


def test_a_way_with_one_change_is_ordered_in_one_act(client, carrier):
    # No lorry goes from Chanthaburi to Ho Chi Minh City: the load changes over in Chongqing.
    ways = found(client, "VNSGN", **{"from": "THCHA"})
    assert ways
    for way in ways:
        assert (way["bookable"], way["orderable"], way["changes"]) == (False, True, 1)
        first, second = way["rides"]
        assert first["to"] == second["hub"] == "CN-NANPENG"
        assert second["cutoff_cargo_at"] >= first["arrives_at"]
        assert way["compared"]["currency"] == "CNY"
    page = client.get("/itineraries?from=THCHA&to=VNSGN").text
    assert "Ask the city to arrange it" in page
    assert "A checkout books both lorries in one act, or neither" in page


@pytest.mark.both_databases
def test_a_full_lorry_is_on_no_way(client, carrier):
    before = found(client, "SGSIN", kg="1000", m3="3")
    first = before[0]["rides"][0]
    with unit_of_work() as session:
        holding.hold(
            session, departure_id=uuid.UUID(first["departure_id"]), to_place="SGSIN", load=Load(26_000_000, 1_000),
            subject=new_id(), shipper=carrier, consignee=carrier, expires_at=clock.now() + timedelta(minutes=15),
            now=clock.now(),
        )  # fmt: skip
    after = found(client, "SGSIN", kg="1000", m3="3")
    assert first["departure_id"] not in {ride["departure_id"] for way in after for ride in way["rides"]}
    small = found(client, "SGSIN", kg="400", m3="1")
    assert first["departure_id"] in {ride["departure_id"] for way in small for ride in way["rides"]}
    later = (clock.now() + timedelta(days=10)).date().isoformat()
    assert min(way["arrives_at"] for way in found(client, "SGSIN", after=later)) > later


@pytest.mark.both_databases
def test_a_line_says_how_punctual_it_was_once_it_has_arrived_often_enough(client, carrier):
    def spread():
        rides = [ride for way in found(client, "LAVTE") for ride in way["rides"] if ride["line"] == "RAIL"]
        return rides[0]["arrives_at"], rides[0]["way"]["punctuality"]

    with unit_of_work() as session:
        of_line = sa.select(Departure.id).join(Line, Line.id == Departure.line_id).where(Line.code == "RAIL")
        at_end = sa.select(DepartureStop).where(DepartureStop.departure_id.in_(of_line), DepartureStop.position > 0)
        rows = list(session.scalars(at_end.order_by(DepartureStop.eta.desc()).limit(5)))
        for hours, row in zip((-1, 2, 3, 5), rows, strict=False):
            row.reached_at = row.eta + timedelta(hours=hours)
    assert spread()[1] is None
    assert "no history yet" in client.get("/itineraries?from=CN-NANPENG&to=LAVTE").text
    with unit_of_work() as session:
        session.get_one(DepartureStop, rows[4].id).reached_at = rows[4].eta + timedelta(hours=30)
    arrives_at, told = spread()
    assert [told[name] for name in ("arrivals", "p10_minutes", "p50_minutes", "p90_minutes")] == [5, -60, 180, 1_800]
    assert told["early_at"] < arrives_at < told["usual_at"] < told["late_at"]
    assert "(5 arrivals)" in client.get("/itineraries?from=CN-NANPENG&to=LAVTE").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"to": "ATLANTIS"}, "to"),
        ({"to": "VN-HUUNGHI"}, "to"),
        ({"from": "VNHPH"}, "from"),
        ({"from": "VNHAN", "to": "VNHAN"}, "to"),
        ({"from": ""}, "from"),
        ({"kg": "-1"}, "kg"),
        ({"kg": "1.0001"}, "kg"),
        ({"m3": "much"}, "m3"),
        ({"pallets": "1.5"}, "pallets"),
        ({"after": "soon"}, "after"),
        ({"currency": "XXX"}, "currency"),
        ({"sort": "price"}, "sort"),
    ],
)
def test_what_cannot_be_read_is_named(client, carrier, query, field):
    asked = {"from": "CN-NANPENG", "to": "VNHAN"} | query
    answer = client.get(API, query_string=asked)
    assert answer.status_code == 422
    assert [item["field"] for item in answer.get_json()["errors"]] == [field]
    assert client.get("/itineraries", query_string=asked).status_code in (200, 422)


@pytest.mark.parametrize("locale", ["", "/zh", "/vi"])
def test_the_page_asks_first_and_then_shows_ways(client, carrier, locale):
    empty = client.get(f"{locale}/itineraries")
    assert empty.status_code == 200
    assert 'class="departure"' not in empty.text
    page = client.get(f"{locale}/itineraries?from=CN-NANPENG&to=SGSIN&kg=1000&m3=3&currency=USD")
    assert page.status_code == 200
    assert 'class="departure"' in page.text
    assert "USD" in page.text
    assert "kg CO₂e" in page.text
    assert client.get(f"{locale}/itineraries/emissions").status_code == 200


def test_however_many_ways_there_are_the_questions_are_as_many(client, carrier):
    few = statements_of(lambda: found(client, "LAVTE", kg="26000", m3="60"))
    assert statements_of(lambda: found(client, "SGSIN")) == few
    assert statements_of(lambda: found(client, "VNHAN")) == few <= 9


@pytest.mark.both_databases
def test_an_admin_puts_a_factor_and_every_way_is_reckoned_with_it(app, client, carrier):
    def rail():
        items = client.get("/api/v1/emission-factors").get_json()["items"]
        return [(item["grams_per_tkm"], item["valid_from"]) for item in items if item["mode"] == "rail"]

    def put(trader, mode, expect, **body):
        answer = client.put(f"/api/v1/emission-factors/{mode}", headers=trader.headers, json=body)
        assert answer.status_code == expect, answer.text
        return answer.get_json()

    with unit_of_work() as session:
        admin = factories.staff(session, app, role=Role.ADMIN, now=clock.now())
        trader = factories.trader(session, app, name="Trader", country="CN", now=clock.now())
    assert rail() == [("34.700", None)]
    assert "freight train" in client.get("/itineraries/emissions").text
    later = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    body = {"grams_per_tkm": "20.5", "source": "China Railway, electric, 2025"}
    put(trader, "rail", 403, **body)
    put(admin, "air", 404, **body)
    put(admin, "rail", 200, **body, valid_from=later.isoformat())
    assert put(admin, "rail", 409, **body, valid_from=later.isoformat())["type"].endswith("factor_taken")
    assert put(admin, "rail", 409, **body, valid_from="2026-01-01")["type"].endswith("factor_past")
    refused = put(admin, "rail", 422, grams_per_tkm="1000.1", source=" ")["errors"]
    assert {error["field"] for error in refused} == {"grams_per_tkm", "source"}
    put(admin, "rail", 200, **body | {"grams_per_tkm": "10"})
    assert [figure for figure, _ in rail()] == ["10.000", "20.500"]
    (train,) = {
        way["co2e_grams"]
        for way in found(client, "LAVTE", kg="1000")
        for ride in way["rides"]
        if ride["line"] == "RAIL"
    }
    assert train == 19_000
    assert "China Railway" in client.get("/itineraries/emissions").text


def test_who_checks_out_sees_of_each_departure_how_it_gets_there(app, client):
    market = factories.open_market(app)
    line = f"/api/v1/cart/lines/{market.chains}"
    headers = market.buyer.headers
    client.put(line, headers=headers, json={"quantity": 400, "to": factories.HANOI})
    cart = client.get("/api/v1/cart", headers=headers).get_json()
    (item,) = cart["bundles"][0]["lines"]
    assert item["departures"]
    for departure in item["departures"]:
        way = departure["way"]
        assert (way["form"], way["carriage"], way["punctuality"]) == ("road", "through", None)
        assert way["km"] > 0
        assert way["co2e_grams"] > 0
    visitor = Visitor(app)
    visitor.log_in(market.buyer.login)
    visitor.open("/checkout")
    assert "by road · the same vehicle all the way · no history yet" in visitor.shown
    assert "kg CO₂e" in visitor.shown


def test_an_admin_changes_a_factor_on_his_page(app, client, carrier):
    with unit_of_work() as session:
        admin = factories.staff(session, app, role=Role.ADMIN, now=clock.now())
    visitor = Visitor(app)
    visitor.log_in(admin.login)
    enrolled(visitor)
    visitor.open("/operator/emissions")
    assert "freight train" in visitor.shown
    visitor.send("/operator/emissions", {"transport_mode": "air", "grams_per_tkm": "x", "source": ""}, 422)
    visitor.send(
        "/operator/emissions", {"transport_mode": "sea", "grams_per_tkm": "15.5", "source": "Carrier's own, 2026"}
    )
    visitor.open("/itineraries/emissions")
    assert "15.5" in visitor.shown
    assert "own, 2026" in visitor.shown
