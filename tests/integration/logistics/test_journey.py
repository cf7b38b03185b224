"""A lorry is closed, loaded, sealed, driven over the border, unloaded and settled, and its cargo goes along."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics import events as told
from marketplace.logistics.models.cargo import Consignment, HandlingUnit, Manifest, Receipt, TransportEvent
from marketplace.logistics.queries import bookings, checks
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries import tracking as tracking_queries
from marketplace.logistics.rules.cargo import MeasuredUnit, Status, is_sscc, manifest_hash
from marketplace.logistics.rules.states import (
    BookingState,
    Classifier,
    ConsignmentState,
    DepartureState,
    HoldCause,
    UnitState,
)
from marketplace.logistics.services import cargo, tracking
from marketplace.logistics.services.departures import closing, journey, loading, moving
from marketplace.logistics.services.space import claims
from tests.integration.logistics.conftest import LORRY, NOW, PALLET, taken

UNIT = MeasuredUnit(cartons=17, grams=380_000, length_mm=1_200, width_mm=800, height_mm=1_500)

ACTS = {
    "close": closing.close,
    "reopen": closing.reopen,
    "cancel": closing.cancel,
    "load": loading.load,
    "seal": loading.seal,
    "depart": journey.depart,
    "at_border": journey.at_border,
    "clear": journey.clear,
    "hold": journey.hold,
    "resume": journey.resume,
    "arrive": journey.arrive,
    "strip": journey.strip,
}


def recorded(session, kind):
    return [event for event in session.info.get("city.events", []) if type(event) is kind]


def act(session, name, departure_id, **more):
    return ACTS[name](session, actor=SYSTEM, departure_id=departure_id, now=NOW, **more)


def receive(session, row, *units):
    return cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=units or (UNIT,), now=NOW)


def state(session, departure_id):
    return departure_queries.departure(session, departure_id=departure_id, now=NOW).state


def booking(session, row):
    return bookings.booking(session, booking_id=row.id)


def sealed(session, road, *rows):
    for row in rows:
        receive(session, row)
    for name in ("close", "load"):
        act(session, name, road.departures[0])
    return act(session, "seal", road.departures[0], seal_number="CN-204417")


def test_a_lorry_takes_its_cargo_from_hub_to_receipt(session, road):
    row, departure_id = road.confirmed(session), road.departures[0]
    digest = sealed(session, road, row)
    manifest = session.get_one(Manifest, departure_id)
    assert manifest.sha256 == digest == manifest_hash(manifest.content)
    assert manifest.content["consignments"][0]["units"][0]["cartons"] == 17
    assert session.scalars(sa.select(Consignment.state)).all() == [ConsignmentState.LOCKED]
    act(session, "depart", departure_id)
    assert booking(session, row).state is BookingState.IN_TRANSIT
    act(session, "at_border", departure_id)
    act(session, "hold", departure_id, cause=HoldCause.CUSTOMS)
    assert state(session, departure_id) is DepartureState.HELD
    act(session, "resume", departure_id)
    act(session, "clear", departure_id)
    act(session, "arrive", departure_id, place_code="VNHAN")
    assert (state(session, departure_id), booking(session, row).state) == (DepartureState.CLEARED, BookingState.ARRIVED)
    act(session, "arrive", departure_id)
    act(session, "strip", departure_id)
    cargo.record_receipt(session, actor=SYSTEM, booking_id=row.id, cartons=14, damaged_cartons=1, now=NOW)
    cargo.record_receipt(session, actor=SYSTEM, booking_id=row.id, cartons=3, remarks="found later", now=NOW)
    assert booking(session, row).state is BookingState.COMPLETED
    assert session.scalars(sa.select(Receipt.cartons).order_by(Receipt.id)).all() == [14, 3]
    assert session.scalars(sa.select(HandlingUnit.state)).all() == [UnitState.DELIVERED]
    assert [event.complete for event in recorded(session, told.ReceiptRecorded)] == [True, False]
    (due,) = journey.due_to_settle(session)
    journey.settle(session, departure_id=due, now=NOW)
    assert journey.due_to_settle(session) == ()
    assert state(session, departure_id) is DepartureState.SETTLED
    for kind, place in (
        (told.DepartureDeparted, None), (told.DepartureAtBorder, "CN-YOUYIGUAN"), (told.DepartureCleared, "VN-HUUNGHI"),
    ):  # fmt: skip
        (event,) = recorded(session, kind)
        assert event.subjects == (row.subject,)
        assert getattr(event, "place_code", None) == place
    codes = [step.code for step in tracking_queries.timeline(session, booking_ids=[row.id])[row.id]]
    assert {Status.COLLECTED, Status.CONSOLIDATED, Status.DEPARTED, Status.CROSSED_BORDER, Status.DELIVERED} <= set(
        codes
    )
    assert checks.breaches(session) == []


def test_a_booking_arrives_at_its_own_place_only(session, road):
    departure_id = road.departures[0]
    near, far = road.confirmed(session), road.hold(session, to_place="VNHPH")
    claims.confirm(session, subject=far.subject, now=NOW)
    sealed(session, road, near, far)
    for name in ("depart", "at_border", "clear"):
        act(session, name, departure_id)
    with pytest.raises(Conflict, match="stops_ahead") as refusal:
        act(session, "arrive", departure_id, place_code="VNHPH")
    assert refusal.value.facts["places"] == "VNHAN"
    act(session, "arrive", departure_id, place_code="VNHAN")
    assert (booking(session, near).state, booking(session, far).state) == (
        BookingState.ARRIVED,
        BookingState.IN_TRANSIT,
    )
    act(session, "arrive", departure_id)
    assert booking(session, far).state is BookingState.ARRIVED
    arrivals = [
        step.place_code
        for step in tracking_queries.timeline(session, booking_ids=[near.id])[near.id]
        if (step.code, step.classifier) == (Status.ARRIVED, Classifier.ACTUAL)
    ]
    assert arrivals == ["CN-YOUYIGUAN", "VNHAN", "VNHPH"]


def test_an_arrival_without_a_place_says_that_the_way_is_done(session, road):
    departure_id = road.departures[0]
    near, far = road.confirmed(session), road.hold(session, to_place="VNHPH")
    claims.confirm(session, subject=far.subject, now=NOW)
    sealed(session, road, near, far)
    for name in ("depart", "at_border", "clear", "arrive"):
        act(session, name, departure_id)
    assert state(session, departure_id) is DepartureState.ARRIVED
    told_of = {event.place_code: event.subjects for event in recorded(session, told.DepartureArrived)}
    assert told_of == {"VNHAN": (near.subject,), "VNHPH": (far.subject,)}
    assert {booking(session, row).state for row in (near, far)} == {BookingState.ARRIVED}


def test_acts_out_of_order_say_what_is_possible(session, road):
    departure_id = road.departures[0]
    for name in ("load", "depart", "at_border", "clear", "arrive", "strip", "resume", "reopen"):
        with pytest.raises(Conflict, match="state") as refusal:
            act(session, name, departure_id)
        assert refusal.value.facts["possible"] == ["close", "cancel"]
    for name in ("close", "cancel"):
        with pytest.raises(NotFound):
            act(session, name, new_id(), **({"reason": "x"} if name == "cancel" else {}))
    with pytest.raises(Refused):
        act(session, "seal", departure_id, seal_number=" ")
    with pytest.raises(Refused):
        act(session, "arrive", departure_id, place_code="THBKK")


def test_what_the_hub_measures_is_kept_unit_by_unit(session, road):
    row = road.confirmed(session)
    codes = receive(session, row, UNIT, UNIT)
    assert all(map(is_sscc, codes))
    assert booking(session, row).load.grams == 760_000
    assert booking(session, row).load.cm3 == 2 * 1_440_000
    receive(session, row)
    events = recorded(session, told.CargoReceived)
    assert [(event.cartons, event.grams) for event in events] == [(34, 760_000), (51, 1_140_000)]
    assert session.scalars(sa.select(sa.func.count()).select_from(Consignment)).one() == 1
    for wrong in ((), (MeasuredUnit(0, 1, 1, 1, 1),), (MeasuredUnit(1, 1, 1, 1, 10**9),)):
        with pytest.raises(Refused):
            cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=wrong, now=NOW)
    held = road.hold(session)
    with pytest.raises(Conflict, match="state"):
        receive(session, held)
    with pytest.raises(NotFound):
        cargo.receive_cargo(session, actor=SYSTEM, booking_id=new_id(), units=(UNIT,), now=NOW)
    assert checks.breaches(session) == []


def test_three_cartons_short_is_received_and_keeps_its_room(session, road):
    row = road.confirmed(session)
    receive(session, row, MeasuredUnit(14, 300_000, 1_200, 800, 1_200))
    assert booking(session, row).load == row.load
    assert booking(session, row).state is BookingState.CARGO_RECEIVED


def test_a_lorry_without_room_for_the_surplus_refuses_it(session, road):
    row = road.confirmed(session)
    road.confirmed(session, Load(LORRY.grams - PALLET.grams, 1, 1, 1))
    with pytest.raises(Conflict, match="capacity"), session.begin_nested():
        receive(session, row, MeasuredUnit(20, 500_000, 1_200, 800, 1_500))
    assert booking(session, row).state is BookingState.CONFIRMED
    assert session.scalars(sa.select(HandlingUnit)).all() == []


def test_closing_ends_holds_and_moves_targets_on(session, road):
    held, kept, aimed = road.hold(session), road.confirmed(session), road.target(session)
    departure = departure_queries.departure(session, departure_id=road.departures[0], now=NOW)
    assert closing.due(session, now=departure.cutoff_cargo_at - timedelta(seconds=1)) == ()
    (due,) = closing.due(session, now=departure.cutoff_cargo_at)
    closing.close(session, actor=SYSTEM, departure_id=due, now=departure.cutoff_cargo_at)
    assert [booking(session, row).state for row in (held, kept, aimed)] == [
        BookingState.EXPIRED, BookingState.CONFIRMED, BookingState.ROLLED,
    ]  # fmt: skip
    assert bookings.bookings(session, subjects=[aimed.subject])[aimed.subject][-1].departure_id == road.departures[1]
    with pytest.raises(Conflict, match="departure_closed"):
        road.hold(session)
    act(session, "reopen", road.departures[0])
    road.hold(session)


def test_what_did_not_come_goes_with_the_next_lorry_that_has_room(session, road):
    came, late = road.confirmed(session), road.confirmed(session)
    road.confirmed(session, LORRY, number=1)
    sealed(session, road, came)
    new = bookings.bookings(session, subjects=[late.subject])[late.subject][-1]
    assert (new.departure_id, new.state) == (road.departures[2], BookingState.CONFIRMED)
    assert [event.reason for event in recorded(session, told.BookingRolled)] == ["no_cargo"]
    assert checks.breaches(session) == []


def test_a_lorry_is_not_sealed_while_somebody_is_left_behind(session, road):
    late = road.confirmed(session)
    for number in range(1, len(road.departures)):
        road.confirmed(session, LORRY, number=number)
    for name in ("close", "load"):
        act(session, name, road.departures[0])
    with pytest.raises(Conflict, match="left_behind") as refusal, session.begin_nested():
        act(session, "seal", road.departures[0], seal_number="CN-1")
    assert refusal.value.facts["bookings"] == [str(late.id)]
    claims.decline(session, booking_id=late.id, reason="no_room", now=NOW)
    act(session, "seal", road.departures[0], seal_number="CN-1")


def test_a_cancelled_lorry_leaves_no_booking_without_an_answer(session, road):
    first, second = road.confirmed(session, Load(pallets=24)), road.confirmed(session, Load(pallets=24))
    waiting, aimed = road.hold(session, Load(pallets=1)), road.target(session)
    receive(session, first)
    for number in range(1, len(road.departures)):
        road.confirmed(session, Load(pallets=26 if number == 2 else 50), number=number)
    act(session, "cancel", road.departures[0], reason="border_closed")
    rows = bookings.bookings(session, subjects=[row.subject for row in (first, second, waiting, aimed)])
    now_at = [rows[row.subject][-1] for row in (first, second, waiting, aimed)]
    # The earliest confirmed gets the 24 places that are left anywhere; cargo at the hub follows it.
    assert (now_at[0].state, now_at[0].departure_id) == (BookingState.CARGO_RECEIVED, road.departures[2])
    assert session.scalars(sa.select(HandlingUnit.booking_id)).all() == [now_at[0].id]
    assert [row.state for row in now_at[1:3]] == [BookingState.CANCELLED] * 2
    assert now_at[3].state is BookingState.TARGET
    assert taken(session, road.departures[0]) == Load()
    (event,) = recorded(session, told.DepartureCancelled)
    assert set(event.subjects) == set(rows)
    with pytest.raises(Conflict, match="state"):
        act(session, "cancel", road.departures[0], reason="again")
    assert checks.breaches(session) == []


def test_loaded_cargo_of_a_cancelled_lorry_is_unloaded_and_rolled(session, road):
    row = road.confirmed(session)
    receive(session, row)
    for name in ("close", "load"):
        act(session, name, road.departures[0])
    act(session, "cancel", road.departures[0], reason="breakdown")
    new = bookings.bookings(session, subjects=[row.subject])[row.subject][-1]
    assert (new.state, new.departure_id) == (BookingState.CARGO_RECEIVED, road.departures[1])
    assert session.scalars(sa.select(HandlingUnit.state)).all() == [UnitState.RECEIVED]


def test_a_booking_is_rolled_by_hand_with_its_cargo(session, road):
    row = road.confirmed(session)
    receive(session, row)
    new = moving.roll_booking(session, actor=SYSTEM, booking_id=row.id, departure_id=road.departures[1], now=NOW)
    assert session.scalars(sa.select(Consignment.booking_id)).all() == [new.id]
    assert new.state is BookingState.CARGO_RECEIVED


def test_receipts_count_what_arrived_and_nothing_before(session, road):
    row = road.confirmed(session)
    with pytest.raises(Conflict, match="state"):
        cargo.record_receipt(session, actor=SYSTEM, booking_id=row.id, cartons=1, now=NOW)
    for wrong in ({"cartons": -1}, {"cartons": 1, "damaged_cartons": 2}, {"cartons": 1, "remarks": "x" * 1_001}):
        with pytest.raises(Refused):
            cargo.record_receipt(session, actor=SYSTEM, booking_id=row.id, now=NOW, **wrong)


def test_a_late_fact_is_a_new_row_and_a_wrong_one_is_withdrawn(session, road):
    row = road.confirmed(session)
    wrong = tracking.note(session, code=Status.DELAYED, booking_id=row.id, event_at=NOW, now=NOW)
    assert [step.id for step in tracking_queries.timeline(session, booking_ids=[row.id])[row.id]] == [wrong]
    withdrawal = tracking.retract(session, event_id=wrong, now=NOW)
    assert tracking_queries.timeline(session, booking_ids=[row.id]) == {}
    for event_id in (wrong, withdrawal):
        with pytest.raises(Conflict, match="retracted"):
            tracking.retract(session, event_id=event_id, now=NOW)
    with pytest.raises(NotFound):
        tracking.retract(session, event_id=new_id(), now=NOW)
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), session.begin_nested():
        session.execute(sa.delete(TransportEvent))


def test_what_was_withdrawn_of_a_departure_is_not_told(session, road):
    told = {"departure_id": road.confirmed(session).departure_id, "code": Status.DELAYED, "event_at": NOW, "now": NOW}
    wrong, right = tracking.note(session, **told), tracking.note(session, **told)
    tracking.retract(session, event_id=wrong, now=NOW)
    assert [one.id for one in tracking_queries.events_of(session, departure_id=told["departure_id"])] == [right]


def test_only_borders_ahead_are_waited_at(session, road):
    sealed(session, road, road.confirmed(session))
    departure_id = road.departures[0]
    act(session, "depart", departure_id)
    with pytest.raises(Refused), session.begin_nested():
        act(session, "at_border", departure_id, place_code="CNMHN")
    act(session, "at_border", departure_id, place_code="VN-HUUNGHI")
    act(session, "clear", departure_id)
    assert [event.place_code for event in recorded(session, told.DepartureCleared)] == ["VN-HUUNGHI"]
