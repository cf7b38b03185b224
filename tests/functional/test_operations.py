"""From confirmation to receipt over the API: packed, 3 cartons short, a 26-hour border wait, received and counted."""

import re
from contextlib import suppress
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace import reactions
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.audit.models import AuditRow
from marketplace.distribution import queries as distribution
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import handover, receipts
from marketplace.kernel import clock, events
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import checks as logistics_checks
from marketplace.logistics.services.departures import closing, journey, loading, moving
from marketplace.logistics.services.space import rolling
from marketplace.orders.models import LinePart
from marketplace.orders.queries import checks, lines
from marketplace.orders.rules.packing import Declared
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import fulfilment
from tests import factories
from tests.conftest import SOAK
from tests.support.invariants import sound
from tests.support.visitors import Visitor, enrolled
from tests.support.ways import COUNT, Way, available

pytestmark = pytest.mark.both_databases
OVER_BORDER = True


def test_three_cartons_short_over_a_slow_border_to_the_buyers_door(way, market, later):
    way.pack(expect=409)
    way.secure()
    packed = way.pack(marks="HT/HANOI/1-10")
    assert (packed["gross_kg"], packed["length_cm"], packed["units_per_carton"]) == ("125.000", "50.0", 40)
    assert packed["first_label"] != packed["last_label"]
    assert way.order()["state"] == "in_fulfilment"
    taken = way.hand_over(cartons_received=7, gross_kg="87.5", complete=True)
    (short,) = taken["booking"]["discrepancies"]
    assert (short["stage"], short["missing_cartons"], short["state"]) == ("handover", 3, "open")
    assert taken["booking"]["load"]["kg"] == "87.500"
    way.pack(expect=409)
    assert way.line()["parts"] == {"packed": 120, "handed_over": 280}
    due = [one for one in way.order()["payments"] if one["event"] == "handed_over"]
    assert {(one["subject"], one["state"]) for one in due} == {("order", "due"), ("freight", "due")}
    assert next(one for one in due if one["subject"] == "order")["amount"]["amount"] == "7672.00"
    sound()
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-204417"}), ("depart", {})):
        way.act(name, **body)
    assert way.line()["parts"] == {"in_transit": 280, "short": 120}
    content = way.seen()["manifest"]["content"]["consignments"]
    assert [[unit["cartons"] for unit in house["units"]] for house in content] == [[7]]
    sound()
    start = clock.now()
    later(100 * 3_600)
    hours = [(start + timedelta(hours=number)).isoformat() for number in (24, 50, 60)]
    way.act("at-border", happened_at=(start - timedelta(hours=1)).isoformat(), expect=422)
    way.act("at-border", happened_at=(start + timedelta(hours=200)).isoformat(), expect=422)
    way.act("at-border", happened_at=hours[0], key="b")
    way.act("at-border", happened_at=hours[0], key="b")
    assert [(one["place"], one["hours"]) for one in way.seen()["border_waits"]] == [("CN-YOUYIGUAN", None)]
    way.act("clear", happened_at=hours[1])
    (wait,) = way.seen()["border_waits"]
    assert (wait["place"], wait["hours"], way.seen()["actions"]) == ("CN-YOUYIGUAN", 26, ["arrive", "hold"])
    events = way.seen()["events"]
    assert all(one["event_at"] < one["recorded_at"] for one in events if one["code"] in (12, 16))
    assert {one["classifier"] for one in events} == {"planned", "estimated", "actual"}
    way.act("arrive", happened_at=hours[2])
    way.act("strip")
    assert way.booking["state"] == "arrived"
    way.receive(expect=403, trader=market.merchant, cartons=7)
    way.receive(expect=404, trader=market.thai, cartons=7)
    told = way.line()["timeline"]["transport_events"]
    assert {13, 15, 24, 1, 12, 16, 28} <= {one["code"] for one in told}
    way.receive(expect=422, cartons=8)
    way.receive(cartons=6, damaged=1, remarks="one crushed", key="r")
    way.receive(cartons=6, damaged=1, remarks="one crushed", key="r")
    assert way.line()["parts"] == {"delivered": 200, "damaged": 40, "lost": 40, "short": 120}
    assert (way.booking["state"], way.order()["state"]) == ("completed", "delivered")
    way.receive(expect=409, cartons=0)
    assert {one["stage"]: one["state"] for one in way.seen()["bookings"][0]["discrepancies"]} == {
        "handover": "short", "receipt": "short",
    }  # fmt: skip
    sound()


@pytest.fixture
def visit(app):
    def visit(trader):
        found = Visitor(app)
        found.log_in(trader.login)
        return found

    return visit


def follow(found, answer):
    return found.open(answer.headers["Location"].replace("http://localhost", ""))


def test_a_packing_list_that_was_replaced_is_marked(way, market, visit):
    way.secure()
    way.pack()
    buyer = visit(market.buyer)

    def earlier():
        """Count the lists that the order's page puts away, beside the one that is in force."""
        in_force, _, before = buyer.open(f"/orders/{way.order_id}").partition("Earlier versions")
        assert in_force.count(">Packing list<") == 1
        return before.count(">Packing list<")

    assert earlier() == 0
    way.pack(gross_kg="126")  # the list that was issued speaks of 125 kg
    assert earlier() == 1
    way.hand_over()
    assert earlier() == 2
    assert "version 3" in buyer.shown.partition("Earlier versions")[0]


def test_the_same_way_by_forms_without_scripts(way, market, operator, visit, later):
    way.secure()
    merchant, carrier, staff, buyer = (visit(one) for one in (market.merchant, market.carrier, operator, market.buyer))
    assert "To pack and hand over" in merchant.open(f"/orders/{way.order_id}")
    assert '<span class="stop__note">planned</span>' in merchant.shown
    assert "/packing" in merchant.open("/merchant/fulfilment")
    follow(merchant, merchant.send(f"/merchant/lines/{way.line_id}/ready", {}))
    packing = f"/merchant/lines/{way.line_id}/packing"
    assert 'value="10"' in merchant.open(packing)
    assert "1 to 400" in merchant.send(packing, {"cartons": "500"}, 422).text
    follow(merchant, merchant.send(packing, {"cartons": "10"}))
    assert "0 of 10 at the hub" in merchant.shown
    assert "Nanpeng" in merchant.shown
    assert f"/departures/{way.booking['departure_id']}" in merchant.shown
    visit(market.thai).open(packing, status=404)

    handover = f"/partner/lines/{way.line_id}/handover"
    assert handover in carrier.open("/partner/consignments")
    assert "UTC+08" in carrier.open(handover)  # the hub's clock, not that of Hanoi
    assert "Measure all three sides" in carrier.send(handover, {"cartons_received": "7", "gross_kg": "80"}, 422).text
    carrier.send(handover, {"cartons_received": "7", "gross_kg": "80", "m3": "0.6"})
    assert "3 cartons short" in carrier.open("/partner/consignments")

    enrolled(staff)
    page = f"/operator/departures/{way.booking['departure_id']}"
    assert page in staff.open("/operator/departures")
    staff.open(page)
    for act, form in (
        ("close", {}), ("load", {"bookings": way.booking["id"]}), ("seal", {"seal_number": "CN-1"}), ("depart", {}),
    ):  # fmt: skip
        follow(staff, staff.send(f"{page}/{act}", form))
    assert "SHA-256" in staff.shown
    at = clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    later(100 * 3_600)
    follow(staff, staff.send(f"{page}/at-border", {"happened_at": f"{at + timedelta(hours=24):%Y-%m-%dT%H:%M}"}))
    assert "still waiting" in staff.shown
    early = f"{at - timedelta(hours=9):%Y-%m-%dT%H:%M}"
    assert "UTC+07 or later" in staff.send(f"{page}/clear", {"happened_at": early}, 422).text
    local = (at + timedelta(hours=50)).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    follow(staff, staff.send(f"{page}/clear", {"happened_at": f"{local:%Y-%m-%dT%H:%M}"}))
    assert "26 hours" in staff.shown
    for act in ("arrive", "strip"):
        follow(staff, staff.send(f"{page}/{act}", {}))

    receipt = f"/bookings/{way.booking['id']}/receipt"
    assert receipt in buyer.open(f"/orders/{way.order_id}")
    assert not re.search('stop__note">(planned|expected)<', buyer.shown)
    assert "crossed after 26 hours" in buyer.shown
    visit(market.thai).open(receipt, status=404)
    buyer.open(receipt)
    assert 'id="error-damaged"' in buyer.send(receipt, {"cartons": "7", "damaged": "8"}, 422).text
    tomorrow = f"{clock.now() + timedelta(hours=31):%Y-%m-%dT%H:%M}"
    assert "UTC+07 or earlier" in buyer.send(receipt, {"cartons": "7", "received_at": tomorrow}, 422).text
    follow(buyer, buyer.send(receipt, {"cartons": "7"}))
    assert "Delivered" in buyer.shown
    assert way.line()["parts"] == {"delivered": 280, "short": 120}
    sound()


def test_a_count_of_few_or_none_is_confirmed_before_the_rest_is_lost(way, market, visit):
    way.secure().pack()
    way.hand_over(cartons_received=10, gross_kg="125")
    for act, sent in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"}), ("depart", {}), ("arrive", {})):
        way.act(act, **sent)
    way.act("strip")
    assert way.receive(expect=409, cartons=0)["type"] == "urn:city:problem:few_came"
    assert way.line()["parts"] == {"in_transit": 400}
    way.receive(cartons=4, complete=False)
    few = way.receive(expect=409, cartons=0)
    assert few["facts"] == {"came": 4, "loaded": 10}
    buyer = visit(market.buyer)
    receipt = f"/bookings/{way.booking['id']}/receipt"
    assert "4 received, 0 damaged" in buyer.open(receipt)
    asked = buyer.send(receipt, {"cartons": "0"}, 409).text
    for said in ("Is this count right?", "lost at once", "Yes, only 4 of 10 cartons came"):
        assert said in asked
    follow(buyer, buyer.send(receipt, {"cartons": "0", "confirmed": "1"}))
    assert way.line()["parts"] == {"delivered": 160, "lost": 240}
    counted = buyer.open(receipt)
    assert "This cargo is counted" in counted
    assert 'name="cartons"' not in counted
    sound()


def test_fewer_cartons_are_confirmed_and_a_packing_is_corrected_until_the_hub_has_seen_it(way, market, visit):
    way.secure()
    few = way.pack(cartons=9, expect=409)
    assert (few["type"], few["facts"]) == ("urn:city:problem:fewer_cartons", {"packed": 9, "expected": 10})
    merchant = visit(market.merchant)
    packing = f"/merchant/lines/{way.line_id}/packing"
    merchant.open(packing)
    assert "10 instead of" not in merchant.shown
    asked = merchant.send(packing, {"cartons": "9"}, 409).text
    assert "everything is in 9 cartons instead of 10" in asked
    follow(merchant, merchant.send(packing, {"cartons": "9", "confirmed": "1"}))
    assert "0 of 9 at the hub" in merchant.shown
    assert 'value="9"' in merchant.open(packing)
    follow(merchant, merchant.send(packing, {"cartons": "10"}))
    assert "0 of 10 at the hub" in merchant.shown
    again = way.pack(marks="HT/HANOI/1-10")
    assert (again["cartons"], again["units_per_carton"], again["marks"]) == (10, 40, "HT/HANOI/1-10")
    noted = sa.select(AuditRow.action).where(AuditRow.subject_id == UUID(way.line_id))
    acts = reading().scalars(noted).all()
    assert acts.count("order_line.packed_again") == 2
    assert way.line()["parts"] == {"packed": 400}
    way.hand_over(cartons_received=4, gross_kg="50")
    way.pack(expect=409)
    merchant.open(packing, status=404)
    sound()


def test_what_is_heavier_than_booked_and_does_not_fit_leaves_nothing_half_written(way, operator):
    way.secure().pack()
    before = way.line()["parts"]
    refused = way.hand_over(expect=409, gross_kg="15000.001")
    assert (refused["type"], refused["facts"]["lacking"]) == ("urn:city:problem:capacity", ["grams"])
    assert (way.line()["parts"], way.booking["state"]) == (before, "confirmed")
    assert {one["event"] for one in way.order()["payments"]} == {"deposit"}
    taken = way.hand_over(gross_kg="200", key="h")
    assert way.hand_over(gross_kg="200", key="h") == taken
    assert taken["booking"]["load"]["kg"] == "200.000"
    way.hand_over(expect=409)
    sound()


def test_cartons_that_follow_make_the_discrepancy_good(way):
    way.secure().pack()
    for wrong in ({"cartons_received": 11}, {"cartons_received": 0}, {"gross_kg": "NaN"}, {"height_cm": ""}):
        way.hand_over(expect=422, **wrong)
    booked = way.seen()["bookings"][0]["load"]
    taken = way.hand_over(cartons_received=7, gross_kg="87.5", m3="0.42")
    assert taken["booking"]["load"] == booked  # the room of the rest is not given away
    taken = way.hand_over(cartons_received=3, gross_kg="37.5", m3="0.18")
    assert [one["state"] for one in taken["booking"]["discrepancies"]] == ["made_good"]
    assert taken["booking"]["load"]["kg"] == "125.000"
    assert way.line()["parts"] == {"handed_over": 400}
    assert len([one for one in way.order()["payments"] if one["subject"] == "order"]) == 2
    sound()


def test_room_and_stock_of_what_did_not_come_are_given_back(way):
    way.secure().pack()
    way.hand_over(cartons_received=7, gross_kg="87.5", m3="0.42")
    for act in ("close", "load"):
        way.act(act)
    load = way.seen()["bookings"][0]["load"]
    assert (load["kg"], load["m3"]) == ("87.500", "0.420000")
    assert available(way) == 10_000 - 400
    way.act("seal", seal_number="CN-1")
    way.act("depart")
    assert available(way) == 10_000 - 280  # what fell short is the merchant's again
    sound()


def test_units_that_cannot_come_any_more_are_promised_to_nobody(way):
    way.secure().pack()
    with unit_of_work() as session:
        session.execute(sa.update(LinePart).where(LinePart.line_id == UUID(way.line_id)).values(state=LineState.SHORT))
        assert "units are promised that will not come" in [row.what for row in checks.breaches(session)]


def test_after_the_cutoff_only_an_operator_with_a_reason_takes_cargo_in(way, operator, later):
    way.secure().pack()
    later(40 * 86_400)
    way.hand_over(expect=409)
    way.hand_over(expect=409, override_reason="the gate was shut")
    way.hand_over(expect=409, trader=operator)
    way.hand_over(trader=operator, override_reason="the gate was shut")
    sound()


def test_others_cargo_and_departures_are_not_there(app, call, way, market, operator):
    way.secure()
    way.pack(expect=404, trader=market.thai)
    way.pack(expect=403, trader=market.buyer)
    way.pack()
    with unit_of_work() as session:
        rival = factories.trader(session, app, name="Rival", country="CN", kind=CompanyKind.CARRIER, now=clock.now())
    way.hand_over(expect=404, trader=rival)
    way.hand_over(expect=403, trader=market.merchant)
    assert call(rival, "GET", "/consignments", expect=200)["items"] == []
    assert len(call(market.carrier, "GET", "/consignments", expect=200)["items"]) == 1
    way.receive(expect=404, trader=rival, cartons=1)
    way.act("close", expect=403, trader=market.carrier)
    call(operator, "POST", f"/departures/{new_id()}/close", expect=404)
    call(operator, "POST", f"/bookings/{new_id()}/receipt", json={"cartons": 1}, expect=404)
    call(operator, "POST", f"/order-lines/{new_id()}/handover", json=COUNT, expect=404)


def test_a_cancelled_departure_moves_its_cargo_to_the_next(way, operator):
    way.secure().pack()
    way.hand_over()
    first = way.booking
    way.act("cancel", reason="the border is closed")
    assert (way.booking["state"], way.booking["departure_id"] != first["departure_id"]) == ("cargo_received", True)
    sound()


def test_what_is_not_loaded_is_rolled_when_the_doors_are_sealed(way, operator):
    way.secure().pack()
    way.act("close")
    way.act("load")
    first = way.booking
    way.act("seal", seal_number=" ", expect=422)
    way.act("load", expect=409, bookings=[first["id"]])
    way.call(operator, "POST", f"/departures/{first['departure_id']}/seal", json={"seal_number": "CN-1"}, expect=204)
    assert (way.booking["state"], way.booking["departure_id"] != first["departure_id"]) == ("confirmed", True)
    way.hand_over()
    sound()


LORRY_ACTS = {
    "close": closing.close,
    "load": loading.load,
    "seal": loading.seal,
    "depart": journey.depart,
    "arrive": journey.arrive,
}
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["pack", "hand_over", "hand_over", "adjust", "roll", "close", "load", "seal", "depart", "arrive", "receive"]
        ),
        st.integers(1, 12),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=16,
)


class _Undo(Exception):
    """Ends an example without a trace."""


def do(session, way, act, number, other):
    """Do one act on the line of the order, whatever state it is in."""
    now = clock.now()
    booking = bookings.bookings(session, subjects=[way.subject])[way.subject][-1]
    mine = {"session": session, "actor": way.operator.actor, "now": now}
    if act == "pack":
        fulfilment.pack(
            session, line_id=way.subject, declared=Declared(number * 5), actor=way.market.merchant.actor, now=now
        )
    elif act == "hand_over":
        handover.hand_over(**mine, line_id=way.subject, counted=Counted(number, number * 12_500, volume_cm3=60_000))
    elif act == "adjust":
        rolling.adjust(session, booking_id=booking.id, load=Load(grams=number * 10_000, pallets=1), now=now)
    elif act == "roll":
        later_ones = [row.id for row in factories.departures(session) if row.departs_at > booking.departs_at]
        moving.roll_booking(**mine, booking_id=booking.id, departure_id=later_ones[other % len(later_ones)])
    elif act == "receive":
        received = Received(number, min(number, other), complete=other % 2 == 0, confirmed=True)
        receipts.receive(**mine, booking_id=booking.id, received=received)
    else:
        more = {"seal_number": "CN-1"} if act == "seal" else {}
        LORRY_ACTS[act](**mine, departure_id=booking.departure_id, **more)


@pytest.fixture
def short_way(app, call):
    market = factories.open_market(app)
    with unit_of_work() as session:
        desk = factories.staff(session, app, role=Role.OPERATIONS, now=clock.now())
    found = Way(call, market, desk).secure()
    found.subject = UUID(found.line_id)
    return found


@pytest.mark.soak
def test_no_unit_is_made_or_lost_whatever_happens_in_which_order(short_way):
    @settings(max_examples=300 if SOAK else 60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ACTS)
    @example([("pack", 2, 0), ("hand_over", 7, 0), ("close", 1, 0), ("load", 1, 0), ("seal", 1, 0), ("depart", 1, 0),
              ("arrive", 1, 0), ("receive", 4, 1), ("receive", 2, 2)])  # fmt: skip
    def check(history):
        with suppress(_Undo), unit_of_work() as session:
            for act, number, other in history:
                try:
                    with session.begin_nested():
                        do(session, short_way, act, number, other)
                        events.dispatch(session, reactions.TABLE)
                except DomainError:
                    events.forget(session)
                    session.expire_all()
                (line,) = lines.lines_of(session, order_ids=[UUID(short_way.order_id)])[UUID(short_way.order_id)]
                assert sum(line.parts.values()) == line.quantity == 400
                assert checks.breaches(session) == []
                assert logistics_checks.breaches(session) == []
                assert distribution.breaches(session) == []
            raise _Undo

    check()
