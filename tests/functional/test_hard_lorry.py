"""One hard lorry: fruit, batteries and parts, eight cartons too many, a hold, two breakdowns, a loaded way home."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest

from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.distribution.costs import flows
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.services import timetable
from marketplace.worker.runner import run_due
from tests import factories
from tests.factories import HANOI, HUB
from tests.functional.test_neighbours import goods
from tests.functional.test_road import SIDES, crew_of, lorry, visitor
from tests.support.costs import RATES, owed_to, sheet
from tests.support.floors import MEASURES
from tests.support.invariants import sound
from tests.support.ways import BANK, GOOD, Way, cart_of, check_out, lines_of

__all__ = ["goods"]
pytestmark = pytest.mark.both_databases
CITY = "CNCQI"
UNIT = {"length_cm": "120", "width_cm": "80", "height_cm": "100"}
OVER_BORDER = True


@dataclass
class Hard:
    """The lorry with its fruit and parts, eight cartons of parts that are too tall for it, who drives and declares."""

    fruit: Way
    parts: Way
    tall: Way
    batteries: Any
    crews: list[Any]
    brokers: dict[str, Any]
    home: Any

    @property
    def departure(self):
        return self.fruit.booking["departure_id"]


@pytest.fixture
def brokers(app, market):
    now = clock.now()
    with unit_of_work() as session:
        return {
            side: factories.trader(
                session, app, name=f"{side} broker", country=country, kind=CompanyKind.BROKER, now=now
            )
            for side, country in (("export", "CN"), ("import", "VN"))
        }


@pytest.fixture
def priced(app, call, operator):
    """Let the line's costs be known, from yesterday on."""
    with unit_of_work() as session:
        treasurer = factories.colleague(session, app, operator, role=Role.TREASURY, now=clock.now())
    for kind, unit, price in RATES:
        body = {
            "line": "CQ-HAN", "kind": kind, "unit": unit, "price": price, "currency": "CNY",
            "valid_from": (local_day("CN", clock.now()) - timedelta(days=2)).isoformat(), "source": "a test's own",
            "free_hours": 8 if kind == "waiting" else None,
        }  # fmt: skip
        call(treasurer, "POST", "/costs/rates", json=body, expect=201)


@pytest.fixture
def home(app, call, market, operator):
    """Goods of Hanoi for Chongqing, sold room on the way home of the same carrier at a tariff of its own."""
    now = clock.now()
    with unit_of_work() as session:
        seller = factories.trader(session, app, name="Hanoi Garments", country="VN", now=now)
        buyer = factories.trader(session, app, name="Chongqing Shops", country="CN", now=now)
        factories.approve(session, seller.actor, name=seller.login, country="VN", now=now)
        factories.payee(session, seller.actor, currency="VND", country="VN", now=now)
        factories.line(session, market.carrier.actor, code="HAN-CQ", hub=HANOI, to=CITY, now=now)
        timetable.roll(session, now=now)
        covers = factories.listing(
            session, seller.actor, sku="G-1", titles={"en": "Seat covers"}, source_locale="en", origin="VN",
            descriptions={}, ladders=(factories.ladder("VND", "DAP", CITY, price="85000"),), hub_code=HANOI, now=now,
        )  # fmt: skip
    lines = call(operator, "GET", "/network/lines", expect=200)["items"]
    line_id = next(row["id"] for row in lines if row["code"] == "HAN-CQ")
    day = local_day("VN", clock.now()).isoformat()
    own = GOOD | {"to": CITY, "per_kg": "0.45", "least_charge": "1", "breaks": [], "surcharges": [], "fill": []}
    call(operator, "POST", f"/network/lines/{line_id}/tariffs", json=own | {"valid_from": day}, expect=201)
    return {"seller": seller, "buyer": buyer, "goods": str(covers)}


@pytest.fixture
def hard(app, call, market, operator, goods, brokers, priced, home):
    batteries, fruit = goods
    made = Way(call, market, operator, goods=[fruit]).secure()
    made.app = app
    parts = Way(call, market, operator).secure()
    tall = Way(call, market, operator, quantity=320).secure()
    crews = [crew_of(made, market.carrier, number) for number in (1, 2, 3)]
    return Hard(made, parts, tall, batteries, crews, brokers, home)


def taken_in(hard):
    """Pack everything and bring it to the hub; the eight cartons of the third order are one unit of 2.9 m."""
    for way in (hard.fruit, hard.parts):
        way.pack()
        way.hand_over(gross_kg="125", **UNIT)
    hard.tall.pack(cartons=8)
    hard.tall.hand_over(cartons_received=8, gross_kg="100", **UNIT | {"height_cm": "290"})


def manned(hard):
    """Let the first crew drive out, with a trailer that cools and comes home by a rotation; return the crew."""
    return hard.fruit.act("crews", 201, **hard.crews[0], is_cooled=True)["id"]


def planned(hard):
    """Plan the hub's lorries and apply it; return the runs' rows by booking."""
    call, operator = hard.fruit.call, hard.fruit.operator
    asked = {"hub": HUB, "days": 30, "seconds": 2}
    plan_id = call(operator, "POST", "/load-plans", json=asked, expect=201)["id"]
    rows = call(operator, "GET", f"/load-plans/{plan_id}", expect=200)["rows"]
    call(operator, "POST", f"/load-plans/{plan_id}/apply", expect=200)
    return {row["booking_id"]: row for row in rows}


def packed(hard):
    """Have the floor packed and return what it says."""
    plan = f"/departures/{hard.departure}/floor-plan"
    hard.fruit.call(hard.fruit.operator, "POST", plan, json={}, expect=201)
    run_due(hard.fruit.app)
    return hard.fruit.call(hard.fruit.operator, "GET", plan, expect=200)


def measured(hard):
    call, operator = hard.fruit.call, hard.fruit.operator
    for kind in call(operator, "GET", "/vehicle-types/measures", expect=200)["items"]:
        call(operator, "POST", f"/vehicle-types/{kind['id']}/measures", json=MEASURES, expect=204)


def sealed(hard):
    """Bring the lorry to where its doors are sealed, without what has no place on it."""
    measured(hard)
    manned(hard)
    taken_in(hard)
    packed(hard)
    planned(hard)
    way = hard.fruit
    for name in ("close", "load"):
        way.act(name)
    way.act("pre-cooling", 201, trader=way.market.carrier, celsius="4.0", logger="TT-19")
    way.act("seal", seal_number="S-1")


def declare(hard, way, side, cartons):
    body = {
        "side": side, "number": f"53002026{side.upper()}{cartons}", "cartons": cartons,
        "lodged_on": (local_day("CN", clock.now()) - timedelta(days=1)).isoformat(),
    }  # fmt: skip
    return way.call(hard.brokers[side], "POST", f"/bookings/{way.booking['id']}/declarations", json=body, expect=201)


def test_batteries_are_refused_beside_fruit_and_parts_are_not(hard, call, market):
    assert hard.parts.booking["departure_id"] == hard.tall.booking["departure_id"] == hard.departure
    cart = cart_of(call, market, hard.batteries)
    line = lines_of(cart)[str(hard.batteries)]
    assert {row["id"]: row["barred"] for row in line["departures"]}[hard.departure] == "segregation"
    refused = check_out(call, market, cart, 409, departures={str(hard.batteries): hard.departure})
    assert refused["facts"]["lines"][0]["why"] == "segregation"
    cart = call(market.buyer, "GET", "/cart", expect=200)
    done = check_out(call, market, cart, 201)
    (booking,) = call(market.buyer, "GET", f"/orders/{done['order_ids'][0]}", expect=200)["bookings"]
    assert booking["departure_id"] != hard.departure
    back = call(
        hard.fruit.operator, "POST", f"/bookings/{hard.fruit.booking['id']}/roll",
        json={"departure": booking["departure_id"]}, expect=409,
    )  # fmt: skip
    assert back["type"] == "urn:city:problem:segregation"
    assert sorted(back["facts"]["pair"]) == sorted([booking["reference"], hard.fruit.booking["reference"]])
    sound()


def test_the_brokers_declare_and_eight_cartons_without_a_place_go_by_the_next_lorry(hard, call, operator):
    for side, broker in hard.brokers.items():
        hard.fruit.act("brokers", side=side, company=str(broker.company))
    lodged = {side: declare(hard, hard.fruit, side, 10) for side in hard.brokers}
    seen = lorry(hard.fruit, operator)
    (mine,) = [row for row in seen["cargo"] if row["booking"] == hard.fruit.booking["reference"]]
    said = {row["side"]: (row["number"], row["lodged_on"], row["cartons"]) for row in mine["declarations"]}
    day = (local_day("CN", clock.now()) - timedelta(days=1)).isoformat()
    assert said == {side: (f"53002026{side.upper()}10", day, 10) for side in lodged}
    measured(hard)
    manned(hard)
    taken_in(hard)
    floor = packed(hard)
    (left,) = floor["left_over"]
    assert left["booking_id"] == hard.tall.booking["id"]
    units = {one["sscc"]: one for one in floor["units"]}
    assert (units[left["sscc"]]["cartons"], floor["plan"]["placed"], floor["plan"]["total"]) == (8, 2, 3)
    before = hard.tall.booking
    rows = planned(hard)
    assert rows[before["id"]]["departure_id"] == hard.tall.booking["departure_id"] != hard.departure
    assert {way.booking["departure_id"] for way in (hard.fruit, hard.parts)} == {hard.departure}
    again = packed(hard)
    assert (again["left_over"], again["plan"]["placed"], again["plan"]["total"]) == ([], 2, 2)
    sound()


def test_held_after_the_seal_it_says_when_it_arrives_now_and_the_swap_tractor_breaks_down(hard, market, operator):
    sealed(hard)
    way, second, third = hard.fruit, hard.crews[1], hard.crews[2]
    way.act("hold", cause="customs")
    booked = way.call(operator, "GET", f"/departures/{hard.departure}", expect=200)
    until = (datetime.fromisoformat(booked["departs_at"]) + timedelta(hours=30)).isoformat()
    way.act("held-choices", 201, option="wait", until=until)
    (choice,) = lorry(way, operator)["choices"]
    assert (choice["option"], choice["cause"]) == ("wait", "customs")
    estimates = [one for one in way.seen()["events"] if one["classifier"] == "estimated"]
    assert max(one["event_at"] for one in estimates) > booked["arrives_at"]
    assert "customs" in visitor(way.app, market.buyer).open(f"/orders/{way.order_id}")
    way.act("resume")
    way.act("depart")
    way.act("at-border")
    body = {"place": SIDES[0], "cause": "border", "seal_number": "S-1"}
    body |= {"tractor": second["tractor"], "drivers": second["drivers"]}
    way.act("swaps", 201, trader=market.carrier, **body)
    way.act("clear")
    body |= {"place": SIDES[1], "cause": "breakdown", "tractor": third["tractor"], "drivers": third["drivers"]}
    way.act("swaps", 201, trader=market.carrier, **body)
    handed = lorry(way, market.carrier)["handovers"]
    assert [(row["place"], row["cause"]) for row in handed] == [(SIDES[0], "border"), (SIDES[1], "breakdown")]
    crews = way.call(operator, "GET", f"/departures/{hard.departure}/crews", expect=200)["crews"]
    assert (crews[-1]["tractor"], crews[-1]["to_stop"]) == (third["tractor"], HANOI)
    for name in ("arrive", "strip"):
        way.act(name)
    assert {one.booking["state"] for one in (hard.fruit, hard.parts)} == {"arrived"}
    sound()


def bought_home(hard):
    """Let Chongqing buy seat covers in Hanoi on a lorry that leaves after ours has come; return order, departure."""
    call, home = hard.fruit.call, hard.home
    call(home["buyer"], "PUT", "/cart", json={"to": CITY}, expect=200)
    call(home["buyer"], "PUT", f"/cart/lines/{home['goods']}", json={"quantity": 400}, expect=200)
    out = call(hard.fruit.operator, "GET", f"/departures/{hard.departure}", expect=200)
    after = (datetime.fromisoformat(out["arrives_at"]) + timedelta(seconds=1)).isoformat()
    query = urlencode({"from": HANOI, "to": CITY, "after": after})
    back = call(home["buyer"], "GET", f"/departures?{query}", expect=200)["items"][0]
    assert back["departs_at"] > out["arrives_at"]
    # A line of the cart shows the next few; the choice reaches behind them.
    cart = call(home["buyer"], "GET", f"/cart?departure={back['id']}", expect=200)
    body = {"expected_totals": cart["totals"], "payment": BANK, "departures": {home["goods"]: back["id"]}}
    done = call(home["buyer"], "POST", "/checkout", json=body, expect=201)
    call(home["seller"], "POST", f"/orders/{done['order_ids'][0]}/confirmation", expect=204)
    return done["order_ids"][0], back["id"]


def test_the_trailer_comes_home_loaded_at_the_tariff_of_the_way_home(hard, call, operator, market):
    order_id, back = bought_home(hard)
    chain = {"vehicle": hard.crews[0]["trailer"], "departures": [hard.departure, back]}
    rotation = call(operator, "POST", "/rotations", json=chain, expect=201)["id"]
    seen = call(operator, "GET", f"/rotations/{rotation}", expect=200)
    assert seen["departures"] == [hard.departure, back]
    manned(hard)
    (crew,) = call(operator, "GET", f"/departures/{hard.departure}/crews", expect=200)["crews"]
    assert crew["returns_at"] == seen["returns_at"]
    order = call(hard.home["buyer"], "GET", f"/orders/{order_id}", expect=200)
    # Delivered at place, the seller pays the way.
    (contract,) = call(hard.home["seller"], "GET", f"/orders/{order_id}", expect=200)["freight"]
    (out,) = hard.parts.order()["freight"]
    # The same ten cartons cost 1.20 a kg on the way out and 0.45 on the way home.
    asked = [Decimal(one["amount"]["amount"]) for one in (out, contract)]
    assert asked[1] == (asked[0] * Decimal("0.45") / Decimal("1.20")).quantize(Decimal("0.01"))
    payment = order["payments"][0]
    paid = {"amount": payment["amount"]["amount"], "received_on": clock.now().date().isoformat()}
    call(hard.home["seller"], "POST", f"/payments/{payment['id']}/confirmation", json=paid)
    line = order["lines"][0]["id"]
    call(hard.home["seller"], "POST", f"/order-lines/{line}/packing", json={"cartons": 10}, expect=201)
    counted = {"cartons_received": 10, "gross_kg": "125"} | UNIT
    call(market.carrier, "POST", f"/order-lines/{line}/handover", json=counted, expect=201)
    for name in ("close", "load"):
        call(operator, "POST", f"/departures/{back}/{name}", json={}, expect=204)
    aboard = call(operator, "GET", f"/departures/{back}/operations", expect=200)["bookings"]
    assert [one["state"] for one in aboard] == ["loaded"]
    # What is loaded on the way home is not driven empty.
    seen = call(operator, "GET", f"/rotations/{rotation}", expect=200)
    assert [way["departure"] is not None and way["empty"] for way in seen["ways"] if way["start"] == HANOI] == [False]
    sound()


def test_its_margin_is_its_freight_by_the_ledger_less_what_it_cost(hard, market, operator):
    sealed(hard)
    way = hard.fruit
    way.act("hold", cause="customs")
    way.act("held-choices", 201, option="wait", until=(clock.now() + timedelta(hours=5)).isoformat())
    way.act("resume")
    way.act("depart")
    flows.plan_due(now=clock.now())
    cost = {"kind": "haulage", "amount": "4200.00", "currency": "CNY", "note": "as invoiced"}
    way.call(operator, "POST", f"/departures/{hard.departure}/costs/items", json=cost, expect=201)
    seen = sheet(way)
    both = {row["kind"]: (row["planned"]["amount"], row["actual"]["amount"]) for row in seen["by_kind"]}
    assert both["haulage"] == ("4000.00", "4200.00")
    assert Decimal(both["waiting"][1]) > 0
    agreed = [Decimal(one.order()["freight"][0]["amount"]["amount"]) for one in (hard.fruit, hard.parts)]
    revenue = Decimal(seen["lorry"]["actual"]["revenue"]["amount"])
    assert revenue == sum(agreed)
    assert Decimal(seen["lorry"]["actual"]["left"]["amount"]) == revenue - sum(Decimal(row[1]) for row in both.values())
    due = [
        Decimal(one["amount"]["amount"])
        for each in (hard.fruit, hard.parts) for one in each.order()["payments"] if one["subject"] == "freight"
    ]  # fmt: skip
    assert sum(due) == revenue
    beside = Decimal(sheet(hard.tall)["lorry"]["actual"]["revenue"]["amount"])
    reading().rollback()
    assert (revenue + beside) * 100 == owed_to(market)
    sound()
