"""Another kind of lorry drives, or more is booked than it holds: who stays is the rule's, room and entries add up."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import BookingRolled, LorryChanged
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.planning.services import standing
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.logistics.pricing.rules.terms import WholeLorry as WholeTerms
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import bookings, checks, departures, staying
from marketplace.logistics.rules.cargo import MeasuredUnit
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo, network
from marketplace.logistics.services.departures import closing, loading, substituting
from marketplace.logistics.services.space import claims
from tests.conftest import SOAK
from tests.integration.logistics.conftest import LORRY, NOW, PALLET, SOON, entered, taken
from tests.integration.logistics.test_space import pallets, recorded

SMALL = Load(grams=4_000_000, cm3=15_000_000, ldm_mm=4_000, pallets=10)
LARGE = Load(grams=48_000_000, cm3=160_000_000, ldm_mm=40_000, pallets=100)
UNIT = MeasuredUnit(cartons=10, grams=380_000, length_mm=1_200, width_mm=800, height_mm=1_500)


@pytest.fixture
def kinds(session, road):
    def add(code, capacity, **more):
        return network.add_vehicle_type(session, code=code, name=code, capacity=capacity, source="test", **more)

    return {"small": add("SMALL", SMALL), "large": add("LARGE", LARGE), "cold": add("COLD", LORRY, is_reefer=True)}


def confirm_at(session, road, count, minutes, **more):
    row = road.hold(session, pallets(count), **more)
    claims.confirm(session, subject=row.subject, now=NOW + timedelta(minutes=minutes))
    return row


def change(session, road, kind, number=0, now=NOW):
    return substituting.substitute(
        session, actor=SYSTEM, departure_id=road.departures[number], vehicle_type_id=kind, now=now
    )


def lorry(session, road, number=0):
    return departures.departure(session, departure_id=road.departures[number], now=NOW)


def holds(session, road):
    for departure_id in road.departures[:4]:
        assert taken(session, departure_id) == entered(session, departure_id)
    assert checks.breaches(session) == []


def test_on_a_smaller_lorry_the_earliest_confirmed_stay_and_the_others_go_by_the_next(session, road, kinds):
    late, early, held = confirm_at(session, road, 6, 3), confirm_at(session, road, 6, 1), road.hold(session, pallets(2))
    small = confirm_at(session, road, 4, 5)
    (seen,) = [one for one in substituting.outlook(session, departure_id=road.departures[0], now=NOW)
               if one.kind.code == "SMALL"]  # fmt: skip
    assert [row.id for row in seen.stay] == [early.id, small.id]
    assert [(one.booking.id, one.to.departure_id) for one in seen.go] == [
        (late.id, road.departures[1]), (held.id, road.departures[1]),
    ]  # fmt: skip
    assert seen.refusals == ()
    moved = change(session, road, kinds["small"])
    assert {key: row.departure_id for key, row in moved.items()} == dict.fromkeys(
        (late.id, held.id), road.departures[1]
    )
    assert [moved[key].state for key in (late.id, held.id)] == [BookingState.CONFIRMED, BookingState.HELD]
    assert (lorry(session, road).capacity, lorry(session, road).room) == (SMALL, SMALL - pallets(10))
    told = recorded(session, BookingRolled)
    assert {event.reason for event in told} == {"other_lorry"}
    (changed,) = recorded(session, LorryChanged)
    assert set(changed.subjects) == {early.subject, small.subject}
    holds(session, road)


def test_what_is_at_the_hub_and_what_is_due_first_stays(session, road, kinds):
    first = confirm_at(session, road, 6, 1)
    slack, tight = confirm_at(session, road, 4, 2), confirm_at(session, road, 4, 2)
    there = confirm_at(session, road, 2, 9)
    cargo.receive_cargo(session, actor=SYSTEM, booking_id=there.id, units=(UNIT,), now=NOW)
    due = {slack.id: NOW + timedelta(days=9), tight.id: NOW + timedelta(days=5)}
    standing.describe(session, cargo={key: CargoFacts(due_at=at) for key, at in due.items()})
    moved = change(session, road, kinds["small"])
    # Six and two are eight pallets; neither four beside them fits ten.
    assert set(moved) == {slack.id, tight.id}
    again = confirm_at(session, road, 2, 20)
    assert again.departure_id == road.departures[0] != moved[tight.id].departure_id
    assert bookings.booking(session, booking_id=first.id).state is BookingState.CONFIRMED
    holds(session, road)


def test_of_goods_confirmed_at_once_those_that_are_due_first_stay(session, road, kinds):
    slack, tight = confirm_at(session, road, 6, 2), confirm_at(session, road, 6, 2)
    due = {slack.id: NOW + timedelta(days=9), tight.id: NOW + timedelta(days=5)}
    standing.describe(session, cargo={key: CargoFacts(due_at=at) for key, at in due.items()})
    assert set(change(session, road, kinds["small"])) == {slack.id}
    holds(session, road)


def test_a_larger_lorry_sells_more_and_remembers_how_full_the_one_before_was(session, road, kinds):
    confirm_at(session, road, 40, 1)
    assert change(session, road, kinds["large"]) == {}
    row = lorry(session, road)
    assert (row.capacity, row.room, row.filled_percent) == (LARGE, LARGE - pallets(40), 80)
    test = session.scalars(sa.select(VehicleType.id).where(VehicleType.code == "TEST")).one()
    change(session, road, test)
    assert (lorry(session, road).capacity, lorry(session, road).filled_percent) == (LORRY, 80)
    road.hold(session, pallets(10))
    with pytest.raises(Conflict, match="capacity"):
        road.hold(session, pallets(1))
    holds(session, road)


def test_who_may_and_when_not(session, road, kinds):
    with pytest.raises(NotFound):
        change(session, road, new_id())
    with pytest.raises(NotFound):
        substituting.substitute(
            session, actor=SYSTEM, departure_id=new_id(), vehicle_type_id=kinds["small"], now=NOW
        )  # fmt: skip
    change(session, road, kinds["large"])
    with pytest.raises(Conflict, match="same_lorry"):
        change(session, road, kinds["large"])
    row = confirm_at(session, road, 1, 1)
    cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=(UNIT,), now=NOW)
    closing.close(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    change(session, road, kinds["small"])
    loading.load(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    with pytest.raises(Conflict, match="lorry_fixed"):
        change(session, road, kinds["large"])
    assert substituting.outlook(session, departure_id=road.departures[0], now=NOW) == ()


def test_what_nothing_takes_is_named_and_nothing_remains(session, road, kinds):
    for number in range(1, len(road.departures)):
        road.hold(session, pallets(50), number=number, expires_at=NOW + timedelta(days=80))
    stays, goes = confirm_at(session, road, 6, 1), confirm_at(session, road, 5, 2)
    (seen,) = [one for one in substituting.outlook(session, departure_id=road.departures[0], now=NOW)
               if one.kind.code == "SMALL"]  # fmt: skip
    assert [(one.booking.id, one.to) for one in seen.go] == [(goes.id, None)]
    with pytest.raises(Conflict, match="nothing_takes") as refusal:
        change(session, road, kinds["small"])
    assert refusal.value.facts["bookings"] == goes.reference
    assert [one.code for one in seen.refusals] == ["nothing_takes"]
    assert lorry(session, road).capacity == LORRY
    assert {bookings.booking(session, booking_id=row.id).state for row in (stays, goes)} == {BookingState.CONFIRMED}
    holds(session, road)


def test_cold_goods_refuse_a_dry_lorry(session, road, kinds):
    cold = confirm_at(session, road, 2, 1)
    standing.describe(session, cargo={cold.id: CargoFacts(temp_min=20, temp_max=60)})
    with pytest.raises(Conflict, match="reefer_stays") as refusal:
        change(session, road, kinds["large"])
    assert refusal.value.facts["bookings"] == cold.reference
    change(session, road, kinds["cold"])
    assert lorry(session, road).vehicle_type_id == kinds["cold"]


def test_who_took_the_whole_lorry_has_all_of_the_other_one(session, road, kinds):
    row = confirm_at(session, road, 8, 1)
    cny = Money.of(9_000, "CNY")
    whole.keep(
        session, departure_id=road.departures[0], company_id=road.consignee, own=row.load,
        terms=WholeTerms(cny, 120, Money.of(80, "CNY")), actor=SYSTEM, now=NOW,
    )  # fmt: skip
    for kind in ("large", "small"):
        assert change(session, road, kinds[kind]) == {}
        assert lorry(session, road).room == Load()
        holds(session, road)
    tiny = network.add_vehicle_type(session, code="TINY", name="Tiny", capacity=PALLET, source="test")
    with pytest.raises(Conflict, match="whole_lorry_larger"):
        change(session, road, tiny)
    holds(session, road)


def overbook(session, road, percent):
    row = session.get_one(Departure, road.departures[0])
    for name in ("grams", "cm3", "ldm_mm", "pallets"):
        setattr(row, f"capacity_{name}", getattr(LORRY, name) * percent // 100)
    row.overbooking_percent = percent
    session.flush()


def test_a_lorry_that_was_overbooked_moves_on_who_was_confirmed_last_when_it_closes(session, road):
    overbook(session, road, 120)
    late, early, held = confirm_at(session, road, 20, 9), confirm_at(session, road, 30, 1), road.hold(session)
    last = confirm_at(session, road, 5, 10)
    closing.close(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    states = [bookings.booking(session, booking_id=row.id).state for row in (early, late, last, held)]
    assert states == [BookingState.CONFIRMED, BookingState.CONFIRMED, BookingState.ROLLED, BookingState.EXPIRED]
    assert [event.reason for event in recorded(session, BookingRolled)] == ["overbooked"]
    assert (lorry(session, road).capacity, lorry(session, road).room) == (LORRY, LORRY - pallets(50))
    assert staying.over_lorry(session, departure_id=road.departures[0], now=NOW) == ()
    holds(session, road)


def test_what_was_sold_beyond_the_lorry_and_nothing_takes_is_shown_and_not_loaded(session, road):
    overbook(session, road, 120)
    for number in range(1, len(road.departures)):
        road.hold(session, pallets(50), number=number, expires_at=NOW + timedelta(days=80))
    early, late = confirm_at(session, road, 30, 1), confirm_at(session, road, 30, 2)
    for row in (early, late):
        cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=(UNIT,), now=NOW)
    closing.close(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    assert staying.over_lorry(session, departure_id=road.departures[0], now=NOW) == (late.id,)
    for wanted in ([late.id, early.id], None):
        if wanted:
            with pytest.raises(Conflict, match="beyond_lorry") as refusal, session.begin_nested():
                loading.load(
                    session, actor=SYSTEM, departure_id=road.departures[0], booking_ids=wanted, now=NOW
                )  # fmt: skip
            assert refusal.value.facts["bookings"] == late.reference
        else:
            loading.load(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    states = [bookings.booking(session, booking_id=row.id).state for row in (early, late)]
    assert states == [BookingState.LOADED, BookingState.CARGO_RECEIVED]
    assert staying.over_lorry(session, departure_id=road.departures[0], now=NOW) == (late.id,)


_BOOKED = some.lists(some.tuples(some.integers(1, 12), some.integers(0, 4), some.booleans()), max_size=8)


_TURNS = some.lists(some.sampled_from(["small", "large", "cold"]), max_size=4)


@pytest.mark.soak
@settings(max_examples=150 if SOAK else 15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(booked=_BOOKED, turns=_TURNS, percent=some.sampled_from([100, 130]))
def test_whatever_lorry_drives_what_stays_fits_it_and_shares_never_rise(session, road, kinds, booked, turns, percent):
    outer = session.begin_nested()
    overbook(session, road, percent)
    for count, minutes, firm in booked:
        try:
            confirm_at(session, road, count, minutes) if firm else road.hold(session, pallets(count), expires_at=SOON)
        except Conflict:
            continue
    reached = 0
    for kind in turns:
        try:
            change(session, road, kinds[kind])
        except Conflict as refusal:
            assert refusal.code == "same_lorry"  # noqa: PT017  every other refusal is a fault here
        row = lorry(session, road)
        assert row.filled_percent >= reached
        reached = row.filled_percent
        assert taken(session, row.id).fits(row.capacity)
        holds(session, road)
    closing.close(session, actor=SYSTEM, departure_id=road.departures[0], now=NOW)
    assert taken(session, road.departures[0]).fits(staying.lorry_of(session, departure_id=road.departures[0]))
    holds(session, road)
    outer.rollback()
    events.forget(session)
