"""Acts on floor plans and kinds of lorries, and who sees them; shared by pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import floor as requests
from marketplace.edge.requests.operations import grams
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.logistics.floor import queries
from marketplace.logistics.floor.queries import PlanRow, UnitRow, VehicleRow
from marketplace.logistics.floor.rules.boxes import Apart
from marketplace.logistics.floor.rules.measures import Measures
from marketplace.logistics.floor.rules.states import Effort
from marketplace.logistics.floor.services import plans, units, vehicles
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import AT_HUB, TAKES_CARGO


@dataclass(frozen=True, slots=True)
class LeftOver:
    """An item without a place: its unit, why, and whether its booking may still be rolled."""

    unit: UnitRow
    block: int
    reason: str

    @property
    def movable(self) -> bool:
        """Whether the booking can go by another lorry."""
        return self.unit.booking_state in AT_HUB


@dataclass(frozen=True, slots=True)
class Floor:
    """A departure with its plan, the last attempt, and what the hub has for it; ``units`` by SSCC."""

    departure: DepartureRow
    vehicle: VehicleRow
    plan: PlanRow | None
    latest: PlanRow | None
    units: Mapping[str, UnitRow]
    at_hub: tuple[UnitRow, ...]
    left: tuple[LeftOver, ...]
    is_outdated: bool

    @property
    def may_change(self) -> bool:
        """Whether the lorry is still at the hub, its doors open."""
        return self.departure.state in TAKES_CARGO


def floor_of(departure_id: UUID) -> Floor:
    """Return the floor plan of a departure for the operator's staff and for its carrier; NotFound for others."""
    session, actor = reading(), require_actor()
    departure = departure_queries.departure(session, departure_id=departure_id, now=clock.now())
    if actor.company_kind != CompanyKind.OPERATOR and actor.company != departure.carrier_company_id:
        raise NotFound("departure")
    plan = queries.current(session, departure_id=departure_id)
    at_hub = queries.units_on(session, departure_id=departure_id)
    known = {unit.sscc: unit for unit in at_hub}
    gone = {item.unit for item in plan.task.items} - known.keys() if plan else set[str]()
    if gone:
        known |= queries.units_by_code(session, codes=gone)
    may_change = departure.state in TAKES_CARGO
    return Floor(
        departure=departure,
        vehicle=queries.vehicle_of(session, departure_id=departure_id),
        plan=plan,
        latest=queries.latest(session, departure_id=departure_id),
        units=known,
        at_hub=at_hub,
        left=left_over(plan, known),
        is_outdated=plan is not None and may_change and _is_outdated(plan, at_hub),
    )


def short_of(departure_id: UUID) -> tuple[PlanRow | None, tuple[LeftOver, ...]]:
    """Return the plan of a departure, and what has no place in it and is still at the hub for it."""
    session = reading()
    plan = queries.current(session, departure_id=departure_id)
    if plan is None or not plan.left_over:
        return plan, ()
    codes = {key.partition(".")[0] for key, _reason in plan.left_over}
    found = queries.units_by_code(session, codes=codes)
    return plan, tuple(one for one in left_over(plan, found) if one.unit.departure_id == departure_id)


def left_over(plan: PlanRow | None, known: Mapping[str, UnitRow]) -> tuple[LeftOver, ...]:
    """Return the items of a plan that have no place."""
    if plan is None:
        return ()
    parts = [(*key.split("."), reason) for key, reason in plan.left_over]
    return tuple(LeftOver(known[sscc], int(block), reason) for sscc, block, reason in parts if sscc in known)


def pack(session: Session, departure_id: UUID, body: requests.Packing) -> UUID:
    """Have the cargo of a departure packed; return the plan's id."""
    apart = None if body.apart is None else [Apart(pair.one, pair.other, pair.mm) for pair in body.apart]
    return plans.ask(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        effort=Effort(body.effort),
        apart=apart,
        now=clock.now(),
    )


def move(session: Session, departure_id: UUID, body: requests.Moving) -> UUID:
    """Put a unit elsewhere; return the new plan's id."""
    return plans.move(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        version=body.version,
        number=body.number,
        spot=(body.x_mm, body.y_mm, body.z_mm, body.turned),
        pinned=body.pinned,
        repack=body.repack,
        now=clock.now(),
    )


def stack(session: Session, departure_id: UUID, body: requests.Stacking) -> None:
    """Say whether others may stand on a unit."""
    units.set_stackable(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        sscc=body.sscc,
        stackable=body.stackable,
        now=clock.now(),
    )


def vehicle_types() -> tuple[VehicleRow, ...]:
    """Return every kind of lorry."""
    return queries.vehicle_types(reading())


def vehicle_type(vehicle_type_id: UUID) -> VehicleRow:
    """Return one kind of lorry; NotFound."""
    return queries.vehicle_type(reading(), vehicle_type_id=vehicle_type_id)


def measure(session: Session, vehicle_type_id: UUID, body: requests.Measuring) -> None:
    """Write down a lorry's inside and axles."""
    measures = Measures(
        inner_length_mm=body.inner_length_mm,
        inner_width_mm=body.inner_width_mm,
        inner_height_mm=body.inner_height_mm,
        front_axle_mm=body.front_axle_mm,
        front_axle_limit_g=_grams(body.front_axle_limit_kg),
        rear_axle_mm=body.rear_axle_mm,
        rear_axle_limit_g=_grams(body.rear_axle_limit_kg),
        tare_g=_grams(body.tare_kg),
    )
    try:
        vehicles.measure(
            session,
            actor=require_actor(),
            vehicle_type_id=vehicle_type_id,
            measures=measures,
            source=body.source,
            now=clock.now(),
        )
    except Refused as refusal:
        # Rules weigh in grams, people write kilograms.
        raise Refused.fields(*(_in_kilograms(error) for error in refusal.errors)) from None


def _in_kilograms(error: FieldError) -> FieldError:
    name = f"{error.field[:-2]}_kg" if error.field.endswith("_g") else error.field
    return FieldError(name, error.code, error.accepted, error.facts)


def _grams(kilograms: Decimal | None) -> int | None:
    return None if kilograms is None else grams(kilograms)


def _is_outdated(plan: PlanRow, at_hub: tuple[UnitRow, ...]) -> bool:
    return queries.is_outdated(plan, queries.task_of(plan.task.vehicle, at_hub, apart=plan.task.apart))
