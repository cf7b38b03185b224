"""A departure's cargo is packed by a process of its own, checked twice, kept, moved by hand, and told when short."""

import sys

import pytest
import sqlalchemy as sa

from marketplace.kernel import clock, events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.quantity import Load
from marketplace.logistics.floor import child, flows, queries
from marketplace.logistics.floor.events import FloorPlanShort
from marketplace.logistics.floor.models import FloorPosition
from marketplace.logistics.floor.rules.boxes import Apart, Spot
from marketplace.logistics.floor.rules.checking import faults
from marketplace.logistics.floor.rules.measures import Measures
from marketplace.logistics.floor.rules.states import Effort, Failure, PlanState
from marketplace.logistics.floor.services import plans, units, vehicles
from marketplace.logistics.floor.services.plans import Answer
from marketplace.logistics.planning.services import standing as standing_rules
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.logistics.rules.cargo import MeasuredUnit
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import closing, loading, moving
from marketplace.logistics.services.space import claims
from tests.integration.logistics.conftest import NOW, build

TRAILER = Measures(13_600, 2_450, 2_700, 1_500, 18_000_000, 9_700, 24_000_000, 7_000_000)
PALLET = MeasuredUnit(cartons=20, grams=400_000, length_mm=1_200, width_mm=800, height_mm=1_500)
LOOSE = MeasuredUnit(cartons=90, grams=900_000, volume_cm3=5_000_000)
SMALL = Load(grams=100_000, cm3=100_000, ldm_mm=100, pallets=1)


@pytest.fixture
def lorry(app):
    """A departure with a lorry of known inside; committed, for the packer works between two transactions."""
    del app
    with unit_of_work() as session:
        road = build(session, capacity=Load(24_000_000, 90_000_000, 20_000, 60))
        measure(session, road, TRAILER)
    return road


def measure(session, road, measures):
    found = queries.vehicle_of(session, departure_id=road.departures[0])
    vehicles.measure(session, actor=SYSTEM, vehicle_type_id=found.id, measures=measures, source="test", now=NOW)


def receive(road, *measured, to="VNHAN"):
    with unit_of_work() as session:
        row = road.hold(session, SMALL, to_place=to)
        claims.confirm(session, subject=row.subject, now=NOW)
        cargo.receive_cargo(session, actor=SYSTEM, booking_id=row.id, units=measured, now=NOW)
    return row


def ask(road, effort=Effort.FAST, **more):
    with unit_of_work() as session:
        return plans.ask(session, actor=SYSTEM, departure_id=road.departures[0], effort=effort, now=NOW, **more)


def standing(road):
    found = queries.current(reading(), departure_id=road.departures[0])
    assert found is not None
    return found


def drawn(road, **more):
    flows.pack(ask(road, **more))
    return standing(road)


def move(road, row, number, *spot, pinned=False, repack=False):
    with unit_of_work() as session:
        return plans.move(
            session, actor=SYSTEM, departure_id=road.departures[0], version=row.version, number=number, spot=spot,
            pinned=pinned, repack=repack, now=NOW,
        )  # fmt: skip


def test_pallets_and_a_loose_lot_for_two_places_are_drawn_by_the_packer(lorry):
    far = receive(lorry, PALLET, PALLET, to="VNHPH")
    receive(lorry, PALLET, LOOSE)
    row = drawn(lorry)
    assert (row.state, row.packer, row.packer_version, row.placed, row.total) == (
        PlanState.DRAFT, "packvium", "1.8.0", 6, 6,
    )  # fmt: skip
    assert not faults(row.task, [one.spot for one in row.positions])
    # Tare and cargo, each axle to the gram above.
    assert sum((row.front_axle_g or 0, row.rear_axle_g or 0)) in (9_100_000, 9_100_001)
    assert [one.number for one in row.positions] == [1, 2, 3, 4, 5, 6]
    # Hai Phong is after Hanoi: its two go in first.
    first = queries.units_of(reading(), unit_ids=[one.unit_id for one in row.positions[:2]])
    assert {one.booking_id for one in first.values()} == {far.id}
    assert sum(item.assumed for item in row.task.items) == 3
    settled = drawn(lorry, effort=Effort.BALANCED)
    assert (settled.state, settled.version, settled.input_sha256) == (PlanState.FINAL, 2, row.input_sha256)
    assert queries.plan(reading(), plan_id=row.id).state is PlanState.SUPERSEDED


def test_what_does_not_fit_is_said_with_its_bookings(lorry):
    tall = MeasuredUnit(cartons=1, grams=100_000, length_mm=1_000, width_mm=1_000, height_mm=2_701)
    row, fits = receive(lorry, tall), receive(lorry, PALLET)
    plan_id = ask(lorry)
    answer = child.run(queries.plan(reading(), plan_id=plan_id).task, Effort.FAST)
    assert isinstance(answer, Answer)
    with unit_of_work() as session:
        assert plans.keep(session, plan_id=plan_id, answer=answer, now=NOW)
        (told,) = [event for event in session.info["city.events"] if isinstance(event, FloorPlanShort)]
    assert (told.placed, told.total, told.booking_ids, told.subjects) == (1, 2, (row.id,), (row.subject,))
    found = standing(lorry)
    assert [key.partition(".")[0] for key, _reason in found.left_over] == [
        one.sscc for one in queries.units_on(reading(), departure_id=lorry.departures[0]) if one.booking_id == row.id
    ]
    # Rolled on, it is on the planner's next lorry; the plan says that it is out of date.
    with unit_of_work() as session:
        moving.roll_booking(session, actor=SYSTEM, booking_id=row.id, departure_id=lorry.departures[1], now=NOW)
    there = queries.units_on(reading(), departure_id=lorry.departures[0])
    assert {one.booking_id for one in there} == {fits.id}
    assert queries.is_outdated(found, queries.task_of(found.task.vehicle, there))


def test_a_packer_that_hangs_is_killed_and_the_earlier_plan_stays(lorry):
    receive(lorry, PALLET)
    before = drawn(lorry)
    receive(lorry, PALLET)
    hangs = (sys.executable, "-c", "import time; time.sleep(600)")
    plan_id = ask(lorry)
    began = clock.now()
    flows.pack(plan_id, run=lambda task, effort: child.run(task, effort, command=hangs, seconds=0.5))
    assert (clock.now() - began).total_seconds() < 10
    failed = queries.latest(reading(), departure_id=lorry.departures[0])
    assert failed is not None
    assert (failed.id, failed.state, failed.failure, failed.placed) == (plan_id, PlanState.FAILED, Failure.KILLED, None)
    assert queries.current(reading(), departure_id=lorry.departures[0]) == before
    # A second run of the same job changes nothing.
    flows.pack(plan_id)
    assert queries.latest(reading(), departure_id=lorry.departures[0]) == failed


@pytest.mark.parametrize("says", ["print('{}')", "raise SystemExit(3)", "print('no JSON')", "print('[]')"])
def test_a_packer_that_breaks_leaves_no_plan(lorry, says):
    receive(lorry, PALLET)
    flows.pack(
        ask(lorry), run=lambda task, effort: child.run(task, effort, command=(sys.executable, "-c", says), seconds=30)
    )
    failed = queries.latest(reading(), departure_id=lorry.departures[0])
    assert failed is not None
    assert failed.failure is Failure.CRASHED


def test_an_answer_that_either_check_refuses_is_no_plan(lorry):
    receive(lorry, PALLET, PALLET)
    for issues, same in (((), True), (("collision",), False)):
        plan_id = ask(lorry)
        keys = [item.key for item in queries.plan(reading(), plan_id=plan_id).task.items]
        spots = tuple(Spot(key, 0, 0 if same else number * 800, 0) for number, key in enumerate(keys))
        flows.pack(plan_id, run=lambda *_, spots=spots, issues=issues: Answer("1.8.0", spots, (), issues))
        row = queries.plan(reading(), plan_id=plan_id)
        assert (row.state, row.failure) == (PlanState.FAILED, Failure.INVALID)
    assert queries.current(reading(), departure_id=lorry.departures[0]) is None


def test_an_operator_moves_and_pins_and_the_plan_is_checked_again(lorry):
    receive(lorry, PALLET, PALLET, PALLET)
    row = drawn(lorry)
    first = row.positions[0]
    with pytest.raises(Conflict) as refused:
        move(lorry, row, 1, row.positions[1].x_mm, row.positions[1].y_mm, 0, first.turned)
    assert refused.value.facts == {"flaws": ["overlap"], "positions": [1, 2]}
    with pytest.raises(Conflict, match="floor_faults"):
        move(lorry, row, 1, 13_000, 0, 0, False)
    with pytest.raises(Refused):
        move(lorry, row, 4, 0, 0, 0, False)
    move(lorry, row, 1, 8_000, 100, 0, False, pinned=True)
    moved = standing(lorry)
    assert (moved.packer, moved.state, moved.version, moved.placed) == ("hand", PlanState.DRAFT, row.version + 1, 3)
    (pinned,) = [one for one in moved.positions if one.pinned]
    assert (pinned.key, pinned.x_mm, pinned.y_mm) == (first.key, 8_000, 100)
    with pytest.raises(Conflict, match="plan_changed"):
        move(lorry, row, 1, 0, 0, 0, False)
    # Packed anew, what is pinned stays; with all else around it, another is pinned too.
    again = drawn(lorry, effort=Effort.BALANCED)
    assert [one.spot for one in again.positions if one.pinned] == [pinned.spot]
    other = next(one for one in again.positions if not one.pinned)
    flows.pack(move(lorry, again, other.number, 10_000, 0, 0, True, repack=True))
    both = standing(lorry)
    assert {one.x_mm for one in both.positions if one.pinned} == {8_000, 10_000}
    with pytest.raises(Conflict, match="floor_faults"):
        move(lorry, both, both.positions[0].number, 13_500, 0, 0, False, repack=True)


def test_pairs_are_kept_apart_now_and_when_it_is_packed_again(lorry):
    receive(lorry, *[PALLET] * 6)
    one, other = (unit.sscc for unit in queries.units_on(reading(), departure_id=lorry.departures[0])[:2])
    pairs = (Apart(one, other, 800), Apart(one, "0" * 18, 800))
    for row in (drawn(lorry, apart=pairs), drawn(lorry, effort=Effort.BALANCED)):
        assert row.task.apart == pairs[:1]
        assert row.placed == 6


def test_food_and_poison_stand_apart_by_law_whoever_asks(lorry):
    food, poison = receive(lorry, PALLET, PALLET), receive(lorry, PALLET)
    with unit_of_work() as session:
        cargo_facts = {food.id: CargoFacts(food=True), poison.id: CargoFacts(un_number="2588", labels=("6.1",))}
        standing_rules.describe(session, cargo=cargo_facts)
    row = drawn(lorry)
    assert [pair.mm for pair in row.task.apart] == [800, 800]
    assert row.placed == 3
    # What is given is kept, and the law with it where it asks for more.
    pair = row.task.apart[0]
    more, less = Apart(pair.one, pair.other, 2_000), Apart(pair.one, pair.other, 100)
    assert drawn(lorry, apart=(more,)).task.apart == (more, row.task.apart[1])
    assert drawn(lorry, apart=(less,)).task.apart == (less, *row.task.apart)
    stood = {one.unit_id: one for one in standing(lorry).positions}
    near = next(one for one in stood.values() if one.number == 1)
    other = next(one for one in stood.values() if one.number == 3)
    with pytest.raises(Conflict) as refused:
        move(lorry, standing(lorry), other.number, near.x_mm + near.length_mm, near.y_mm, 0, near.turned)
    assert refused.value.code == "floor_faults"


def test_nothing_is_packed_where_nothing_can_be(lorry):
    with pytest.raises(Conflict, match="nothing_to_pack"):
        ask(lorry)
    receive(lorry, PALLET)
    assert ask(lorry) == ask(lorry)
    late = ask(lorry)
    with unit_of_work() as session:
        measure(session, lorry, Measures())
    with pytest.raises(Conflict, match="no_inside"):
        ask(lorry)
    with unit_of_work() as session:
        facts = {"actor": SYSTEM, "departure_id": lorry.departures[0], "now": NOW}
        closing.close(session, **facts)
        loading.load(session, **facts)
        loading.seal(session, **facts, seal_number="CN-1")
        # No order stands behind these bookings.
        events.forget(session)
    flows.pack(late)
    assert queries.plan(reading(), plan_id=late).failure is Failure.LATE
    with pytest.raises(Conflict, match="floor_sealed"):
        ask(lorry)
    with unit_of_work() as session, pytest.raises(Conflict, match="floor_sealed"):
        units.set_stackable(session, **facts, sscc="0" * 18, stackable=True)


def test_what_may_be_stacked_is_said_of_units_that_are_there(lorry):
    receive(lorry, PALLET)
    facts = {"actor": SYSTEM, "departure_id": lorry.departures[0], "now": NOW}
    (unit,) = queries.units_on(reading(), departure_id=lorry.departures[0])
    assert not unit.stackable
    with unit_of_work() as session:
        units.set_stackable(session, **facts, sscc=unit.sscc, stackable=True)
        with pytest.raises(NotFound):
            units.set_stackable(session, **facts, sscc="0" * 18, stackable=True)
    (unit,) = queries.units_on(reading(), departure_id=lorry.departures[0])
    assert unit.stackable
    assert drawn(lorry).task.items[0].stackable


def test_positions_are_of_units_and_a_newer_plan_is_not_replaced_by_an_older_one(lorry):
    receive(lorry, PALLET)
    older = ask(lorry)
    newer = ask(lorry, Effort.BALANCED)
    flows.pack(newer)
    flows.pack(older)
    found = standing(lorry)
    assert found.id == newer
    assert queries.plan(reading(), plan_id=older).state is PlanState.SUPERSEDED
    with unit_of_work() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FloorPosition)) == 2
