"""Bookings are planned, set, exchanged between full lorries and kept apart."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.rules.lanes import LaneRule, LaneRuleCode
from marketplace.logistics.borders.services import lanes
from marketplace.logistics.fleet.models import CrewAssignment, FleetVehicle
from marketplace.logistics.fleet.queries.cooling import cooled
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.floor.events import FloorPlanShort
from marketplace.logistics.floor.models import FloorPlan
from marketplace.logistics.floor.rules import states as floor_states
from marketplace.logistics.models.cargo import HandlingUnit
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import BorderCrossing, Line
from marketplace.logistics.planning import child
from marketplace.logistics.planning.queries import inputs, plans
from marketplace.logistics.planning.queries.inputs import Scope
from marketplace.logistics.planning.queries.natures import natures_of
from marketplace.logistics.planning.rules.obstacles import Why
from marketplace.logistics.planning.rules.reasons import reasons
from marketplace.logistics.planning.rules.states import PlanState
from marketplace.logistics.planning.services import applying, planning, reacting, standing
from marketplace.logistics.planning.services.standing import CargoFacts
from marketplace.logistics.queries import bookings, checks
from marketplace.logistics.rules.cargo import MeasuredUnit
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import closing
from marketplace.logistics.services.space import exchanging, rolling
from tests.integration.logistics.conftest import NOW, taken

FOOD, BATTERY = CargoFacts(food=True), CargoFacts(un_number="3480", labels=("9A",))
HALF = Load(12_000_000, 40_000_000, 10_000, 25)
MOST = Load(15_000_000, 50_000_000, 12_000, 30)
SCOPE = Scope("CN-NANPENG", None, NOW + timedelta(days=20))


def planned(session, scope=SCOPE, now=NOW):
    given = inputs.read(session, scope=scope, now=now)
    solved = child.solve(given.instance, seconds=5)
    left = reasons(given.instance, solved.answer, solved.prices)
    return planning.keep(session, scope=scope, given=given, solved=solved, left=left, actor=SYSTEM, now=now)


def rows_of(session, plan_id):
    return {row.booking_id: row for row in plans.plan(session, plan_id=plan_id).rows}


def now_on(session, booking_id):
    row = bookings.booking(session, booking_id=booking_id)
    while row.rolled_to is not None:
        row = bookings.booking(session, booking_id=row.rolled_to)
    return row.departure_id


def rule_lane(session, code):
    lanes.add_rule(
        session, actor=SYSTEM, crossing_id=session.scalars(sa.select(BorderCrossing.id)).one(), lane="general",
        rule=LaneRule(code, {}), valid_from=NOW.date(), valid_to=None, source="notice of the gate", is_assumed=False,
        now=NOW,
    )  # fmt: skip


def trailer(session, road, *, is_reefer):
    row = FleetVehicle(
        id=new_id(), reference=str(new_id())[-12:], kind=Kind.TRAILER, is_reefer=is_reefer, created_at=NOW,
        company_id=session.get_one(Line, road.line_id).carrier_company_id,
        vehicle_type_id=session.get_one(Departure, road.departures[0]).vehicle_type_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def drive(session, departure_id, vehicle):
    row = session.get_one(Departure, departure_id)
    crew = CrewAssignment(
        id=new_id(), departure_id=row.id, first_stop=0, last_stop=4, tractor_id=vehicle.id, trailer_id=vehicle.id,
        starts_at=row.departs_at, ends_at=row.arrives_at, returns_at=row.arrives_at, is_dangerous=False,
        is_cooled=False, created_at=NOW,
    )  # fmt: skip
    session.add(crew)
    session.flush()
    return crew


def test_a_plan_parts_what_must_not_stand_together_and_applying_it_rolls_the_booking(session, road):
    food, battery = road.confirmed(session), road.confirmed(session)
    standing.describe(session, cargo={food.id: FOOD, battery.id: BATTERY})
    plan_id = planned(session)
    head = plans.head(session, plan_id=plan_id)
    assert (head.version, head.state, head.solver, head.killed) == (1, PlanState.DRAFT, "highs", False)
    assert head.objective <= head.bound
    moved = [row for row in rows_of(session, plan_id).values() if row.departure_id != row.before_id]
    assert len(moved) == 1
    assert applying.apply(session, plan_id=plan_id, actor=SYSTEM, now=NOW) == {moved[0].booking_id: "moved"}
    assert now_on(session, food.id) != now_on(session, battery.id)
    assert natures_of(session, booking_ids=[food.id]) != {}
    assert rows_of(session, plan_id)[moved[0].booking_id].outcome == "moved"
    assert checks.breaches(session) == []
    with pytest.raises(Conflict):
        applying.apply(session, plan_id=plan_id, actor=SYSTEM, now=NOW)
    # The next run has nothing to move; the version counts on.
    again = planned(session)
    assert plans.head(session, plan_id=again).version == 2
    assert all(row.departure_id == row.before_id for row in rows_of(session, again).values())
    assert plans.latest(session, hub_code="CN-NANPENG", line_id=None) == again
    assert [head.version for head in plans.plans(session).items] == [2, 1]
    planned(session)
    assert plans.head(session, plan_id=again).state is PlanState.SUPERSEDED


def test_a_booking_keeps_what_was_said_of_it_when_it_is_rolled_and_meets_no_foe(session, road):
    food = road.confirmed(session)
    battery = road.confirmed(session, number=1)
    standing.describe(session, cargo={food.id: FOOD, battery.id: BATTERY})
    with pytest.raises(Conflict) as refused:
        rolling.roll(session, booking_id=battery.id, departure_id=road.departures[0], reason="test", now=NOW)
    assert refused.value.code == "segregation"
    assert refused.value.facts["pair"] == sorted([food.reference, battery.reference])
    assert refused.value.facts["rule"] == "batteries_food"
    assert bookings.booking(session, booking_id=battery.id).state is BookingState.CONFIRMED
    new = rolling.roll(session, booking_id=battery.id, departure_id=road.departures[2], reason="test", now=NOW)
    assert natures_of(session, booking_ids=[new.id])[new.id].un_number == "3480"
    rule_lane(session, LaneRuleCode.NO_DANGEROUS)
    with pytest.raises(Conflict, match="segregation"):
        rolling.roll(session, booking_id=new.id, departure_id=road.departures[3], reason="test", now=NOW)
    assert checks.breaches(session) == []


def test_two_full_lorries_exchange_goods_all_or_none(session, road):
    here, there = road.confirmed(session, MOST), road.confirmed(session, MOST, number=1)
    ours, theirs = road.departures[:2]
    with pytest.raises(Conflict, match="capacity"):
        exchanging.exchange(session, moves={here.id: theirs}, reason="test", actor=SYSTEM, now=NOW)
    assert now_on(session, here.id) == ours
    made = exchanging.exchange(session, moves={here.id: theirs, there.id: ours}, reason="test", actor=SYSTEM, now=NOW)
    assert made.keys() == {here.id, there.id}
    assert (now_on(session, here.id), now_on(session, there.id)) == (theirs, ours)
    assert taken(session, ours) == taken(session, theirs) == MOST
    target = road.target(session, MOST)
    exchanging.exchange(session, moves={target.id: theirs}, reason="test", actor=SYSTEM, now=NOW)
    assert taken(session, theirs) == MOST
    with pytest.raises(Conflict, match="same_departure"):
        exchanging.exchange(session, moves={made[here.id]: theirs}, reason="test", actor=SYSTEM, now=NOW)
    assert checks.breaches(session) == []


def test_what_no_longer_fits_when_a_plan_is_applied_stays_whole_and_is_reported(session, road):
    food, battery = road.confirmed(session, HALF), road.confirmed(session, HALF)
    standing.describe(session, cargo={food.id: FOOD, battery.id: BATTERY})
    plan_id = planned(session)
    (moving,) = [row for row in rows_of(session, plan_id).values() if row.departure_id != row.before_id]
    number = road.departures.index(moving.departure_id)
    road.confirmed(session, MOST, number=number)
    outcomes = applying.apply(session, plan_id=plan_id, actor=SYSTEM, now=NOW)
    assert outcomes == {moving.booking_id: "capacity"}
    assert now_on(session, moving.booking_id) == road.departures[0]
    gone = planned(session)
    later = [row for row in rows_of(session, gone).values() if row.departure_id not in (None, row.before_id)]
    for row in later:
        rolling.roll(session, booking_id=row.booking_id, departure_id=road.departures[-1], reason="test", now=NOW)
    assert set(applying.apply(session, plan_id=gone, actor=SYSTEM, now=NOW).values()) == {"gone"}
    assert checks.breaches(session) == []


def test_people_move_pin_and_leave_behind_and_the_gap_moves(session, road):
    one, other = road.confirmed(session, HALF), road.confirmed(session, MOST, number=1)
    plan_id = planned(session)
    before = plans.plan(session, plan_id=plan_id)
    assert before.edited_gap_permyriad == 0
    with pytest.raises(Conflict, match="does_not_fit") as refused:
        planning.move(
            session, plan_id=plan_id, booking_id=one.id, departure_id=road.departures[1], actor=SYSTEM, now=NOW
        )
    assert refused.value.facts["hindrances"] == ["room"]
    planning.move(session, plan_id=plan_id, booking_id=other.id, departure_id=None, actor=SYSTEM, now=NOW)
    behind = plans.plan(session, plan_id=plan_id)
    assert behind.edited_gap_permyriad > 0
    assert behind.head.edited_at == NOW
    planning.move(session, plan_id=plan_id, booking_id=one.id, departure_id=road.departures[1], actor=SYSTEM, now=NOW)
    assert rows_of(session, plan_id)[one.id].departure_id == road.departures[1]
    for wrong in ({"booking_id": new_id()}, {"plan_id": new_id()}):
        given = {"plan_id": plan_id, "booking_id": one.id, "departure_id": None}
        with pytest.raises(NotFound):
            planning.move(session, **given | wrong, actor=SYSTEM, now=NOW)
    with pytest.raises(Conflict, match="does_not_fit"):
        planning.move(session, plan_id=plan_id, booking_id=one.id, departure_id=new_id(), actor=SYSTEM, now=NOW)
    planning.pin(session, booking_id=one.id, departure_id=road.departures[0], actor=SYSTEM, now=NOW)
    planning.pin(session, booking_id=one.id, departure_id=road.departures[2], actor=SYSTEM, now=NOW)
    again = rows_of(session, planned(session))[one.id]
    assert again.pinned_to == again.departure_id == road.departures[2]
    planning.unpin(session, booking_id=one.id, actor=SYSTEM, now=NOW)
    assert rows_of(session, planned(session))[one.id].departure_id == road.departures[0]
    for wrong in ({"booking_id": new_id()}, {"departure_id": new_id()}):
        given = {"booking_id": one.id, "departure_id": road.departures[0]}
        with pytest.raises(NotFound):
            planning.pin(session, **given | wrong, actor=SYSTEM, now=NOW)
    standing.describe(session, cargo={one.id: FOOD, other.id: BATTERY})
    together = {one.id: one.reference, other.id: other.reference}
    with pytest.raises(Conflict, match="segregation"):
        standing.check(session, departure_id=road.departures[0], coming=together, now=NOW, beside=())


def test_goods_that_no_lorry_keeps_cold_stay_behind_until_one_does(session, road):
    fruit = road.confirmed(session)
    ready = NOW + timedelta(days=1)
    cold = CargoFacts(food=True, fresh=True, temp_min=20, temp_max=80, ready_at=ready, due_at=NOW + timedelta(days=30))
    standing.describe(session, cargo={fruit.id: cold})
    row = rows_of(session, planned(session))[fruit.id]
    assert (row.departure_id, row.reason) == (None, Why.TEMPERATURE)
    trailer(session, road, is_reefer=True)
    assert rows_of(session, planned(session))[fruit.id].departure_id == road.departures[0]
    late = session.get_one(Departure, road.departures[0]).cutoff_cargo_at + timedelta(hours=1)
    standing.ready(session, booking_id=fruit.id, ready_at=late)
    assert rows_of(session, planned(session))[fruit.id].departure_id == road.departures[1]
    standing.describe(session, cargo={})
    none = Scope("CN-NANPENG", new_id(), NOW + timedelta(days=20))
    assert inputs.read(session, scope=none, now=NOW).instance.lorries == ()
    line = Scope("CN-NANPENG", road.line_id, NOW + timedelta(days=20))
    assert len(inputs.read(session, scope=line, now=NOW).instance.parcels) == 1
    assert session.get_one(Booking, fruit.id).state is BookingState.CONFIRMED


def test_a_departure_keeps_cold_with_reefers_on_it_or_while_its_carrier_has_one_that_is_free(session, road):
    first, second, *_ = road.departures
    both = [first, second]
    assert cooled(session, departure_ids=both) == frozenset()
    reefer, box = (trailer(session, road, is_reefer=is_reefer) for is_reefer in (True, False))
    assert cooled(session, departure_ids=both) == {first, second}
    drive(session, first, reefer)
    # On its way the reefer is not free for the lorry that leaves meanwhile.
    assert cooled(session, departure_ids=both) == {first}
    warm = drive(session, second, box)
    trailer(session, road, is_reefer=True)
    assert cooled(session, departure_ids=both) == {first}
    warm.withdrawn_at = NOW
    session.flush()
    assert cooled(session, departure_ids=both) == {first, second}


def test_a_lane_that_takes_goods_of_one_company_is_planned_so(session, road):
    one, other = road.confirmed(session), road.confirmed(session)
    session.get_one(Booking, other.id).shipper_company_id = road.consignee
    session.flush()
    assert all(row.departure_id == row.before_id for row in rows_of(session, planned(session)).values())
    rule_lane(session, LaneRuleCode.ONE_COMPANY)
    rows = rows_of(session, planned(session))
    assert rows[one.id].departure_id != rows[other.id].departure_id


def draw(session, booking, *, placed=51, total=60):
    """Receive a booking's cargo, and note a floor plan of its departure that has no place for it."""
    unit = MeasuredUnit(cartons=20, grams=400_000, length_mm=1_200, width_mm=800, height_mm=1_500)
    cargo.receive_cargo(session, actor=SYSTEM, booking_id=booking.id, units=[unit], now=NOW)
    code = session.scalars(sa.select(HandlingUnit.sscc).where(HandlingUnit.booking_id == booking.id)).one()
    plan = FloorPlan(
        id=new_id(), departure_id=booking.departure_id, version=1, state=floor_states.PlanState.FINAL,
        effort=floor_states.Effort.BALANCED, packer="packvium", task={}, input_sha256="", placed=placed, total=total,
        left_over=[{"key": f"{code}.0", "reason": ""}, {"key": f"{'0' * 18}.0", "reason": ""}], asked_at=NOW,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    return plan


def test_what_does_not_fit_on_the_floor_goes_back_to_the_planner(session, road):
    fits, left = road.confirmed(session), road.confirmed(session)
    plan_id = planned(session)
    floor = draw(session, left)
    told = FloorPlanShort(
        at=NOW, departure_id=road.departures[0], subjects=(left.subject,), plan_id=floor.id, placed=51, total=60,
        booking_ids=(left.id,),
    )  # fmt: skip
    reacting.on_floor_plan_short(session, told)
    session.flush()
    rows = rows_of(session, plan_id)
    assert rows[fits.id].departure_id == road.departures[0]
    assert (rows[left.id].departure_id, rows[left.id].reason) == (None, Why.FLOOR)
    assert (rows[left.id].facts["placed"], rows[left.id].facts["total"]) == (51, 60)
    # The next plan finds another lorry for it, and sets nothing more on the one whose floor is full.
    comes = road.confirmed(session, number=1)
    again = planned(session)
    rows = rows_of(session, again)
    assert rows[left.id].departure_id == rows[comes.id].departure_id == road.departures[1]
    assert applying.apply(session, plan_id=again, actor=SYSTEM, now=NOW) == {left.id: "moved"}
    assert now_on(session, left.id) == road.departures[1]


def test_past_the_papers_of_a_departure_nothing_is_planned_onto_it(session, road):
    early, late = road.confirmed(session), road.confirmed(session, number=1)
    standing.describe(session, cargo={late.id: CargoFacts(ready_at=NOW)})
    row = session.get_one(Departure, road.departures[0])
    after = row.cutoff_documents_at + timedelta(minutes=1)
    lorries = inputs.read(session, scope=SCOPE, now=after).instance.lorries
    assert [one.papers_over for one in lorries[:2]] == [True, False]
    rows = rows_of(session, planned(session, now=after))
    assert {key: one.departure_id for key, one in rows.items()} == {
        early.id: road.departures[0], late.id: road.departures[1],
    }  # fmt: skip


def test_past_the_cut_off_only_what_has_no_place_is_planned_of_a_departure(session, road):
    fits, left = road.confirmed(session), road.confirmed(session)
    draw(session, left)
    after = session.get_one(Departure, road.departures[0]).cutoff_cargo_at + timedelta(minutes=1)
    closing.close(session, actor=SYSTEM, departure_id=road.departures[0], now=after)
    rows = rows_of(session, planned(session, now=after))
    assert rows.keys() == {left.id}
    assert fits.id not in rows
    assert (rows[left.id].before_id, rows[left.id].departure_id) == tuple(road.departures[:2])
    elsewhere = Scope("CN-NANPENG", new_id(), NOW + timedelta(days=20))
    assert inputs.read(session, scope=elsewhere, now=after).instance.parcels == ()
