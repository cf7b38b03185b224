"""Read floor plans, what is to be packed of a departure, and kinds of lorries with their insides."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.logistics.floor.models import FloorPlan, FloorPosition
from marketplace.logistics.floor.rules.boxes import Apart, Axles, Item, Spot, Task, Vehicle
from marketplace.logistics.floor.rules.lots import blocks
from marketplace.logistics.floor.rules.states import DRAWN, Effort, Failure, PlanState
from marketplace.logistics.models.cargo import HandlingUnit
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.rules.states import TAKES_CARGO, BookingState, UnitState

_AT_HUB = (BookingState.CARGO_RECEIVED, BookingState.LOADED)


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A kind of lorry; millimetres and grams, None where nobody knows them."""

    id: UUID
    code: str
    name: str
    payload_g: int
    source: str
    inner_length_mm: int | None
    inner_width_mm: int | None
    inner_height_mm: int | None
    front_axle_mm: int | None
    front_axle_limit_g: int | None
    rear_axle_mm: int | None
    rear_axle_limit_g: int | None
    tare_g: int | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A handling unit with its booking and its place on the way; sides None of a loose lot."""

    id: UUID
    sscc: str
    departure_id: UUID
    booking_id: UUID
    booking_reference: str
    booking_state: BookingState
    subject: UUID
    to_place: str
    stop: int
    cartons: int
    grams: int
    cm3: int
    sides: tuple[int, int, int] | None
    stackable: bool


@dataclass(frozen=True, slots=True)
class PositionRow:
    """Where an item stands; ``key`` names it in the plan's task."""

    number: int
    key: str
    unit_id: UUID
    x_mm: int
    y_mm: int
    z_mm: int
    length_mm: int
    width_mm: int
    height_mm: int
    turned: bool
    stop: int
    stack: int
    pinned: bool

    @property
    def spot(self) -> Spot:
        """The spot as rules know it."""
        return Spot(self.key, self.x_mm, self.y_mm, self.z_mm, self.turned)


@dataclass(frozen=True, slots=True)
class Short:
    """A departure on whose drawn floor ``placed`` of ``total`` items stand, and the bookings of the others."""

    placed: int
    total: int
    booking_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan; ``left_over`` are the items without a place, each as key and the packer's reason."""

    id: UUID
    departure_id: UUID
    version: int
    state: PlanState
    effort: Effort
    failure: Failure | None
    packer: str
    packer_version: str | None
    task: Task
    input_sha256: str
    sha256: str | None
    placed: int | None
    total: int
    left_over: tuple[tuple[str, str], ...]
    front_axle_g: int | None
    rear_axle_g: int | None
    centre_mm: tuple[int, int, int] | None
    asked_at: datetime
    drawn_at: datetime | None
    positions: tuple[PositionRow, ...]


def vehicle_types(session: Session) -> tuple[VehicleRow, ...]:
    """Return every kind of lorry, by code."""
    return tuple(_vehicle(row) for row in session.scalars(sa.select(VehicleType).order_by(VehicleType.code)))


def vehicle_type(session: Session, *, vehicle_type_id: UUID) -> VehicleRow:
    """Return one kind of lorry; NotFound."""
    found = session.get(VehicleType, vehicle_type_id)
    if found is None:
        raise NotFound("vehicle_type")
    return _vehicle(found)


def vehicle_of(session: Session, *, departure_id: UUID) -> VehicleRow:
    """Return the lorry of a departure; NotFound."""
    found = session.scalars(
        sa.select(VehicleType)
        .join(Departure, Departure.vehicle_type_id == VehicleType.id)
        .where(Departure.id == departure_id)
    ).one_or_none()
    if found is None:
        raise NotFound("departure")
    return _vehicle(found)


def inside_of(vehicle: VehicleRow) -> Vehicle | None:
    """Return a lorry as it is packed; None where its inside is unknown."""
    sides = (vehicle.inner_length_mm, vehicle.inner_width_mm, vehicle.inner_height_mm)
    if sides[0] is None or sides[1] is None or sides[2] is None:
        return None
    axles = None
    if (
        vehicle.front_axle_mm is not None
        and vehicle.front_axle_limit_g is not None
        and vehicle.rear_axle_mm is not None
        and vehicle.rear_axle_limit_g is not None
    ):
        axles = Axles(
            vehicle.front_axle_mm,
            vehicle.front_axle_limit_g,
            vehicle.rear_axle_mm,
            vehicle.rear_axle_limit_g,
            vehicle.tare_g or 0,
        )
    return Vehicle(sides[0], sides[1], sides[2], vehicle.payload_g, axles)


def units_on(session: Session, *, departure_id: UUID) -> tuple[UnitRow, ...]:
    """Return what the hub has for a departure, by booking and code; nothing of what has left."""
    rows = session.execute(
        sa.select(HandlingUnit, Booking, DepartureStop.position)
        .join(Booking, Booking.id == HandlingUnit.booking_id)
        .join(
            DepartureStop,
            sa.and_(DepartureStop.departure_id == Booking.departure_id, DepartureStop.place_code == Booking.to_place),
        )
        .where(
            Booking.departure_id == departure_id,
            Booking.state.in_(_AT_HUB),
            HandlingUnit.state.in_((UnitState.RECEIVED, UnitState.LOADED)),
        )
        .order_by(Booking.reference, HandlingUnit.sscc)
    )
    return tuple(_unit(unit, booking, position) for unit, booking, position in rows)


def units_of(session: Session, *, unit_ids: Collection[UUID]) -> dict[UUID, UnitRow]:
    """Return units by id, wherever they are now; unknown ids are left out."""
    rows = session.execute(
        sa.select(HandlingUnit, Booking, DepartureStop.position)
        .join(Booking, Booking.id == HandlingUnit.booking_id)
        .join(
            DepartureStop,
            sa.and_(DepartureStop.departure_id == Booking.departure_id, DepartureStop.place_code == Booking.to_place),
        )
        .where(HandlingUnit.id.in_(unit_ids))
    )
    return {unit.id: _unit(unit, booking, position) for unit, booking, position in rows}


def units_by_code(session: Session, *, codes: Collection[str]) -> dict[str, UnitRow]:
    """Return units by SSCC, wherever they are now."""
    ids = session.scalars(sa.select(HandlingUnit.id).where(HandlingUnit.sscc.in_(codes))).all()
    return {row.sscc: row for row in units_of(session, unit_ids=ids).values()}


def task_of(
    inside: Vehicle, units: Sequence[UnitRow], *, apart: Sequence[Apart] = (), pins: Sequence[Spot] = ()
) -> Task:
    """Return what is to be packed; pairs and pins of what is not there are left out."""
    items = tuple(item for unit in units for item in _items(unit, inside))
    keys, codes = {item.key for item in items}, {unit.sscc for unit in units}
    return Task(
        inside,
        items,
        tuple(pair for pair in apart if pair.one in codes and pair.other in codes),
        tuple(pin for pin in pins if pin.key in keys),
    )


def current(session: Session, *, departure_id: UUID) -> PlanRow | None:
    """Return the drawn plan of a departure that counts."""
    return _latest(session, FloorPlan.departure_id == departure_id, FloorPlan.state.in_(DRAWN))


def short(session: Session, *, hub_code: str) -> dict[UUID, Short]:
    """Return the departures at a hub, their doors open, whose floor does not take everything, by id."""
    rows = session.execute(
        sa.select(FloorPlan.departure_id, FloorPlan.placed, FloorPlan.total, FloorPlan.left_over)
        .join(Departure, Departure.id == FloorPlan.departure_id)
        .where(
            Departure.hub_code == hub_code,
            Departure.state.in_(TAKES_CARGO),
            FloorPlan.state.in_(DRAWN),
            FloorPlan.placed < FloorPlan.total,
        )
    ).all()
    codes = {row.departure_id: {one["key"].partition(".")[0] for one in row.left_over} for row in rows}
    every = [code for its in codes.values() for code in its]
    known: dict[str, UUID] = {}
    if every:
        owners = session.execute(
            sa.select(HandlingUnit.sscc, HandlingUnit.booking_id).where(HandlingUnit.sscc.in_(every))
        )
        known = {row.sscc: row.booking_id for row in owners}
    return {
        row.departure_id: Short(
            row.placed, row.total, frozenset(known[code] for code in codes[row.departure_id] if code in known)
        )
        for row in rows
    }


def latest(session: Session, *, departure_id: UUID) -> PlanRow | None:
    """Return the last plan that was asked for, however it came out."""
    return _latest(session, FloorPlan.departure_id == departure_id)


def plan(session: Session, *, plan_id: UUID) -> PlanRow:
    """Return one plan; NotFound."""
    found = _latest(session, FloorPlan.id == plan_id)
    if found is None:
        raise NotFound("floor_plan")
    return found


def is_outdated(row: PlanRow, now_asked: Task) -> bool:
    """Tell whether something else is to be packed now than when a plan was asked for."""
    return replace(row.task, pins=()) != replace(now_asked, pins=())


def _latest(session: Session, *which: sa.ColumnElement[bool]) -> PlanRow | None:
    found = session.scalars(sa.select(FloorPlan).where(*which).order_by(FloorPlan.version.desc()).limit(1)).first()
    if found is None:
        return None
    rows = session.execute(
        sa.select(FloorPosition, HandlingUnit.sscc)
        .join(HandlingUnit, HandlingUnit.id == FloorPosition.unit_id)
        .where(FloorPosition.plan_id == found.id)
        .order_by(FloorPosition.number)
    )
    return PlanRow(
        id=found.id,
        departure_id=found.departure_id,
        version=found.version,
        state=found.state,
        effort=found.effort,
        failure=found.failure,
        packer=found.packer,
        packer_version=found.packer_version,
        task=Task.of(found.task),
        input_sha256=found.input_sha256,
        sha256=found.sha256,
        placed=found.placed,
        total=found.total,
        left_over=tuple((one["key"], one["reason"]) for one in found.left_over),
        front_axle_g=found.front_axle_g,
        rear_axle_g=found.rear_axle_g,
        centre_mm=_centre(found),
        asked_at=found.asked_at,
        drawn_at=found.drawn_at,
        positions=tuple(_position(row, sscc) for row, sscc in rows),
    )


def _centre(row: FloorPlan) -> tuple[int, int, int] | None:
    if row.centre_x_mm is None or row.centre_y_mm is None or row.centre_z_mm is None:
        return None
    return row.centre_x_mm, row.centre_y_mm, row.centre_z_mm


def _position(row: FloorPosition, sscc: str) -> PositionRow:
    return PositionRow(
        number=row.number,
        key=f"{sscc}.{row.block}",
        unit_id=row.unit_id,
        x_mm=row.x_mm,
        y_mm=row.y_mm,
        z_mm=row.z_mm,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        turned=row.turned,
        stop=row.stop,
        stack=row.stack,
        pinned=row.pinned,
    )


def _items(unit: UnitRow, inside: Vehicle) -> tuple[Item, ...]:
    if unit.sides is None:
        return blocks(unit=unit.sscc, cm3=unit.cm3, grams=unit.grams, stop=unit.stop, highest_mm=inside.height_mm)
    return (Item(unit.sscc, 0, *unit.sides, unit.grams, unit.stop, unit.stackable),)


def _unit(unit: HandlingUnit, booking: Booking, position: int) -> UnitRow:
    sides = None
    if unit.length_mm is not None and unit.width_mm is not None and unit.height_mm is not None:
        sides = (unit.length_mm, unit.width_mm, unit.height_mm)
    return UnitRow(
        id=unit.id,
        sscc=unit.sscc,
        departure_id=booking.departure_id,
        booking_id=booking.id,
        booking_reference=booking.reference,
        booking_state=booking.state,
        subject=booking.subject,
        to_place=booking.to_place,
        stop=position,
        cartons=unit.cartons,
        grams=unit.grams,
        cm3=unit.cm3,
        sides=sides,
        stackable=bool(unit.stackable),
    )


def _vehicle(row: VehicleType) -> VehicleRow:
    return VehicleRow(
        id=row.id,
        code=row.code,
        name=row.name,
        payload_g=row.grams,
        source=row.source,
        inner_length_mm=row.inner_length_mm,
        inner_width_mm=row.inner_width_mm,
        inner_height_mm=row.inner_height_mm,
        front_axle_mm=row.front_axle_mm,
        front_axle_limit_g=row.front_axle_limit_g,
        rear_axle_mm=row.rear_axle_mm,
        rear_axle_limit_g=row.rear_axle_limit_g,
        tare_g=row.tare_g,
    )
