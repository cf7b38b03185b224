"""Ask for a floor plan, keep what the packer answered, and let an operator move a unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import LorryChanged
from marketplace.logistics.floor import queries
from marketplace.logistics.floor.events import FloorPlanShort
from marketplace.logistics.floor.models import FloorPlan, FloorPosition
from marketplace.logistics.floor.queries import UnitRow
from marketplace.logistics.floor.rules.boxes import Apart, Spot, Task, boxed, plan_hash
from marketplace.logistics.floor.rules.checking import Fault, faults
from marketplace.logistics.floor.rules.states import DRAWN, PLAN, Effort, Failure, PlanState
from marketplace.logistics.floor.rules.weights import bearing, centre, in_order
from marketplace.logistics.planning.queries.natures import natures_of
from marketplace.logistics.planning.rules.segregation import distance_mm
from marketplace.logistics.rules.states import TAKES_CARGO
from marketplace.logistics.services.departures.acting import locked
from marketplace.outbox import services as outbox

JOB: Final = "pack_floor"
PACKVIUM: Final = "packvium"
BY_HAND: Final = "hand"
# More than these no packer places in the time there is.
_MOST_ITEMS: Final = 250


@dataclass(frozen=True, slots=True)
class Answer:
    """What the packer found: spots, what has none with its reason, and the faults it names itself."""

    version: str
    spots: tuple[Spot, ...]
    left: tuple[tuple[str, str], ...]
    issues: tuple[str, ...]


def ask(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    effort: Effort,
    now: datetime,
    apart: Sequence[Apart] | None = None,
    pins: Sequence[Spot] | None = None,
) -> UUID:
    """Have what the hub has for a departure packed by a job; return the plan's id.

    ``apart`` and ``pins`` are those of the present plan where none are given; what must stand at a distance by law
    (``planning.rules.segregation``) always does. Asked for again while the same is
    being packed, it is that plan. Conflict ``floor_sealed`` once the doors are, ``no_inside`` for a lorry whose inside
    nobody knows, ``nothing_to_pack``, ``too_many_to_pack``.
    """
    _at_hub(session, departure_id)
    inside = queries.inside_of(queries.vehicle_of(session, departure_id=departure_id))
    if inside is None:
        raise Conflict("no_inside")
    before = queries.current(session, departure_id=departure_id)
    units = queries.units_on(session, departure_id=departure_id)
    given = apart if apart is not None else before.task.apart if before else ()
    task = queries.task_of(
        inside,
        units,
        apart=(*given, *_lawful(session, units, given)),
        pins=pins if pins is not None else before.task.pins if before else (),
    )
    if not task.items:
        raise Conflict("nothing_to_pack")
    if len(task.items) > _MOST_ITEMS:
        raise Conflict("too_many_to_pack", most=_MOST_ITEMS, items=len(task.items))
    latest = queries.latest(session, departure_id=departure_id)
    if (
        latest is not None
        and latest.state is PlanState.PACKING
        and (latest.input_sha256, latest.effort) == (task.sha256, effort)
    ):
        return latest.id
    row = _new(task, departure_id, effort, now, version=latest.version + 1 if latest else 1)
    session.add(row)
    session.flush()
    _note(session, actor, row, "floor_plan.ask", now)
    outbox.enqueue(session, JOB, {"plan": str(row.id)}, now=now, key=f"{JOB}:{row.id}")
    return row.id


def keep(session: Session, *, plan_id: UUID, answer: Answer, now: datetime) -> bool:
    """Keep what the packer answered where packvium and our own check find no fault; False where it failed.

    A plan that is no longer being packed stays as it is. What has no place is told upward.
    """
    # The departure first, as everybody locks who acts on it.
    is_at_hub = _takes_cargo(session, queries.plan(session, plan_id=plan_id).departure_id)
    row = _packing(session, plan_id)
    if row is None:
        return False
    task = Task.of(row.task)
    row.packer_version = answer.version
    if answer.issues or faults(task, answer.spots):
        return _fail(session, row, Failure.INVALID, now)
    if not is_at_hub:
        return _fail(session, row, Failure.LATE, now)
    reasons, placed = dict(answer.left), {spot.key for spot in answer.spots}
    row.left_over = [
        {"key": item.key, "reason": reasons.get(item.key, "")} for item in task.items if item.key not in placed
    ]
    row.state = PLAN.apply(row.state, "settle" if row.effort is Effort.BALANCED else "draw")
    _stand(session, row, task, answer.spots, now)
    _note(session, SYSTEM, row, "floor_plan.draw", now)
    _tell_short(session, row, now)
    return True


def fail(session: Session, *, plan_id: UUID, failure: Failure, now: datetime) -> None:
    """Note that no plan came of an attempt; the one before stays."""
    row = _packing(session, plan_id)
    if row is not None:
        _fail(session, row, failure, now)


def move(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    version: int,
    number: int,
    spot: tuple[int, int, int, bool],
    pinned: bool,
    repack: bool,
    now: datetime,
) -> UUID:
    """Put the unit of a position somewhere else (x, y, z in mm, turned), pinned or not; return the new plan's id.

    The plan is checked again: Conflict ``floor_faults`` names what would not hold. ``repack``: everything that is not
    pinned is packed around it by a job. Conflict ``plan_changed`` where ``version`` is not the present plan.
    """
    _at_hub(session, departure_id)
    before = queries.current(session, departure_id=departure_id)
    if before is None or before.version != version:
        raise Conflict("plan_changed")
    position = next((one for one in before.positions if one.number == number), None)
    if position is None:
        raise Refused.field("number", "range", f"1 to {len(before.positions)}")
    moved = Spot(position.key, *spot)
    pins = [pin for pin in before.task.pins if pin.key != moved.key]
    if pinned or repack:
        pins.append(moved)
    task = replace(before.task, pins=tuple(pins))
    if repack:
        _must_hold(before, faults(task, pins))
        return ask(session, actor=actor, departure_id=departure_id, effort=Effort.FAST, pins=pins, now=now)
    spots = [moved if one.key == moved.key else one.spot for one in before.positions]
    _must_hold(before, faults(task, spots))
    row = _new(task, departure_id, before.effort, now, version=_next_version(session, departure_id))
    row.packer, row.state = BY_HAND, before.state
    row.left_over = [{"key": key, "reason": reason} for key, reason in before.left_over]
    session.add(row)
    session.flush()
    _stand(session, row, task, spots, now)
    _note(session, actor, row, "floor_plan.move", now)
    return row.id


def on_lorry_changed(session: Session, event: LorryChanged) -> None:
    """Let no plan count that was drawn, or is being drawn, for the lorry before."""
    rows = session.scalars(
        sa.select(FloorPlan)
        .where(FloorPlan.departure_id == event.departure_id, FloorPlan.state.in_((*DRAWN, PlanState.PACKING)))
        .order_by(FloorPlan.id)
        .with_for_update()
    ).all()
    for row in rows:
        if row.state is PlanState.PACKING:
            _fail(session, row, Failure.OTHER_LORRY, event.at)
        else:
            row.state = PLAN.apply(row.state, "supersede")
    session.flush()


def _lawful(session: Session, units: Sequence[UnitRow], given: Sequence[Apart]) -> Iterator[Apart]:
    """Yield the pairs that the nature of their goods keeps apart, farther than those that are given."""
    of_booking: dict[UUID, list[str]] = {}
    for unit in units:
        of_booking.setdefault(unit.booking_id, []).append(unit.sscc)
    natures = natures_of(session, booking_ids=of_booking)
    known = {frozenset((pair.one, pair.other)): pair.mm for pair in given}
    for one, other in combinations(of_booking, 2):
        mm = distance_mm(natures[one], natures[other])
        if mm:
            for pair in product(of_booking[one], of_booking[other]):
                if known.get(frozenset(pair), 0) < mm:
                    yield Apart(*pair, mm)


def _must_hold(before: queries.PlanRow, found: Sequence[Fault]) -> None:
    """Refuse a plan with faults, naming flaws and the positions that have them."""
    if found:
        numbers = {one.key: one.number for one in before.positions}
        concerned = {numbers[key] for fault in found for key in (fault.one, fault.other) if key in numbers}
        raise Conflict(
            "floor_faults",
            flaws=list(dict.fromkeys(str(fault.flaw) for fault in found)),
            positions=sorted(concerned),
        )


def _at_hub(session: Session, departure_id: UUID) -> None:
    if not _takes_cargo(session, departure_id):
        raise Conflict("floor_sealed")


def _takes_cargo(session: Session, departure_id: UUID) -> bool:
    return locked(session, departure_id).state in TAKES_CARGO


def _packing(session: Session, plan_id: UUID) -> FloorPlan | None:
    return session.scalars(
        sa.select(FloorPlan)
        .where(FloorPlan.id == plan_id, FloorPlan.state == PlanState.PACKING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _new(task: Task, departure_id: UUID, effort: Effort, now: datetime, *, version: int) -> FloorPlan:
    return FloorPlan(
        id=new_id(),
        departure_id=departure_id,
        version=version,
        state=PlanState.PACKING,
        effort=effort,
        packer=PACKVIUM,
        task=task.to_data(),
        input_sha256=task.sha256,
        total=len(task.items),
        left_over=[],
        asked_at=now,
    )


def _next_version(session: Session, departure_id: UUID) -> int:
    latest = queries.latest(session, departure_id=departure_id)
    return latest.version + 1 if latest else 1


def _fail(session: Session, row: FloorPlan, failure: Failure, now: datetime) -> bool:
    row.state = PLAN.apply(row.state, "fail")
    row.failure = failure
    session.flush()
    _note(session, SYSTEM, row, "floor_plan.fail", now)
    return False


def _stand(session: Session, row: FloorPlan, task: Task, spots: Sequence[Spot], now: datetime) -> None:
    """Write down where everything stands, and let the plan count instead of earlier ones, or of none if later."""
    boxes = boxed(task.items, spots)
    units = queries.units_by_code(session, codes={item.unit for item in task.items})
    turned = {spot.key: spot.turned for spot in spots}
    pinned = {pin.key for pin in task.pins}
    borne, middle = bearing(task.vehicle, boxes), centre(boxes)
    row.placed, row.drawn_at, row.sha256 = len(boxes), now, plan_hash(task, spots)
    row.front_axle_g, row.rear_axle_g = (borne.front_g, borne.rear_g) if borne else (None, None)
    row.centre_x_mm, row.centre_y_mm, row.centre_z_mm = middle or (None, None, None)
    session.add_all(
        FloorPosition(
            id=new_id(),
            plan_id=row.id,
            number=one.number,
            unit_id=units[one.box.item.unit].id,
            block=one.box.item.block,
            x_mm=one.box.x,
            y_mm=one.box.y,
            z_mm=one.box.z,
            length_mm=one.box.length,
            width_mm=one.box.width,
            height_mm=one.box.height,
            turned=turned[one.box.item.key],
            stop=one.box.item.stop,
            stack=one.stack,
            pinned=one.box.item.key in pinned,
        )
        for one in in_order(boxes)
    )
    others = sa.select(FloorPlan).where(
        FloorPlan.departure_id == row.departure_id, FloorPlan.state.in_(DRAWN), FloorPlan.id != row.id
    )
    drawn = session.scalars(others.with_for_update()).all()
    newest = max([row, *drawn], key=lambda plan: plan.version)
    for plan in {*drawn, row} - {newest}:
        plan.state = PLAN.apply(plan.state, "supersede")
    session.flush()


def _tell_short(session: Session, row: FloorPlan, now: datetime) -> None:
    if row.placed == row.total or row.state is PlanState.SUPERSEDED:
        return
    codes = {one["key"].partition(".")[0] for one in row.left_over}
    units = queries.units_by_code(session, codes=codes).values()
    events.record(
        session,
        FloorPlanShort(
            at=now,
            departure_id=row.departure_id,
            subjects=tuple(sorted({unit.subject for unit in units})),
            plan_id=row.id,
            placed=row.placed or 0,
            total=row.total,
            booking_ids=tuple(sorted({unit.booking_id for unit in units})),
        ),
    )


def _note(session: Session, actor: Actor, row: FloorPlan, action: str, now: datetime) -> None:
    facts = {
        "departure": row.departure_id, "version": row.version, "effort": str(row.effort), "input": row.input_sha256,
        "placed": row.placed, "total": row.total, "failure": row.failure and str(row.failure),
    }  # fmt: skip
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="floor_plan",
        subject_id=row.id,
        facts={name: value for name, value in facts.items() if value is not None},
        now=now,
    )
