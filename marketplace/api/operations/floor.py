"""Floor plans and kinds of lorries over the API."""

from decimal import Decimal
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import floor as acts
from marketplace.edge.acts.floor import Floor, LeftOver
from marketplace.edge.requests import floor as requests
from marketplace.logistics.floor.queries import PlanRow, PositionRow, UnitRow, VehicleRow

api = Blueprint("api_floor", __name__)

_OPERATE = Permission.LOGISTICS_DEPARTURE_OPERATE


class VehicleType(Answer):
    """A kind of lorry: payload, inside, axles from the front wall with what each bears, tare; null where unknown."""

    id: UUID
    code: str
    name: str
    payload_kg: str
    inner_length_mm: int | None
    inner_width_mm: int | None
    inner_height_mm: int | None
    front_axle_mm: int | None
    front_axle_limit_kg: str | None
    rear_axle_mm: int | None
    rear_axle_limit_kg: str | None
    tare_kg: str | None
    source: str

    @classmethod
    def of(cls, row: VehicleRow) -> "VehicleType":
        """Write a kind of lorry."""
        return cls(
            id=row.id,
            code=row.code,
            name=row.name,
            payload_kg=_weight(row.payload_g),
            inner_length_mm=row.inner_length_mm,
            inner_width_mm=row.inner_width_mm,
            inner_height_mm=row.inner_height_mm,
            front_axle_mm=row.front_axle_mm,
            front_axle_limit_kg=_kg(row.front_axle_limit_g),
            rear_axle_mm=row.rear_axle_mm,
            rear_axle_limit_kg=_kg(row.rear_axle_limit_g),
            tare_kg=_kg(row.tare_g),
            source=row.source,
        )


class FloorUnit(Answer):
    """A handling unit that the hub has for the departure; sides null of a loose lot."""

    sscc: str
    booking_id: UUID
    booking: str
    to: str
    cartons: int
    gross_kg: str
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    stackable: bool

    @classmethod
    def of(cls, row: UnitRow) -> "FloorUnit":
        """Write a unit."""
        length, width, height = row.sides or (None, None, None)
        return cls(
            sscc=row.sscc,
            booking_id=row.booking_id,
            booking=row.booking_reference,
            to=row.to_place,
            cartons=row.cartons,
            gross_kg=_weight(row.grams),
            length_mm=length,
            width_mm=width,
            height_mm=height,
            stackable=row.stackable,
        )


class FloorPosition(Answer):
    """Where a unit, or a block of a loose lot, stands: its corner by the front wall, on the left, below."""

    number: int
    sscc: str
    block: int
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

    @classmethod
    def of(cls, row: PositionRow) -> "FloorPosition":
        """Write a position."""
        sscc, _, block = row.key.partition(".")
        return cls(
            number=row.number,
            sscc=sscc,
            block=int(block),
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


class FloorLeft(Answer):
    """What has no place, why by the packer, and whether its booking may still go by another lorry."""

    sscc: str
    block: int
    reason: str
    booking_id: UUID
    booking: str
    movable: bool

    @classmethod
    def of(cls, row: LeftOver) -> "FloorLeft":
        """Write what is left over."""
        return cls(
            sscc=row.unit.sscc,
            block=row.block,
            reason=row.reason,
            booking_id=row.unit.booking_id,
            booking=row.unit.booking_reference,
            movable=row.movable,
        )


class FloorPlanSummary(Answer):
    """An attempt at a plan: how it came out, by which packer, and the hash of what was asked."""

    id: UUID
    version: int
    state: str
    effort: str
    failure: str | None
    packer: str
    packer_version: str | None
    input_sha256: str
    sha256: str | None
    placed: int | None
    total: int
    front_axle_kg: str | None
    rear_axle_kg: str | None
    centre_of_gravity_mm: list[int] | None
    asked_at: Instant
    drawn_at: Instant | None

    @classmethod
    def of(cls, row: PlanRow) -> "FloorPlanSummary":
        """Write an attempt."""
        return cls(
            id=row.id,
            version=row.version,
            state=str(row.state),
            effort=str(row.effort),
            failure=row.failure and str(row.failure),
            packer=row.packer,
            packer_version=row.packer_version,
            input_sha256=row.input_sha256,
            sha256=row.sha256,
            placed=row.placed,
            total=row.total,
            front_axle_kg=_kg(row.front_axle_g),
            rear_axle_kg=_kg(row.rear_axle_g),
            centre_of_gravity_mm=list(row.centre_mm) if row.centre_mm else None,
            asked_at=row.asked_at,
            drawn_at=row.drawn_at,
        )


class FloorPlan(Answer):
    """The plan of a departure that counts, the last attempt at one, and what the hub has now."""

    vehicle_type: VehicleType
    plan: FloorPlanSummary | None
    outdated: bool
    latest: FloorPlanSummary | None
    positions: list[FloorPosition]
    left_over: list[FloorLeft]
    units: list[FloorUnit]

    @classmethod
    def of(cls, seen: Floor) -> "FloorPlan":
        """Write a floor plan."""
        return cls(
            vehicle_type=VehicleType.of(seen.vehicle),
            plan=FloorPlanSummary.of(seen.plan) if seen.plan else None,
            outdated=seen.is_outdated,
            latest=FloorPlanSummary.of(seen.latest) if seen.latest else None,
            positions=[FloorPosition.of(row) for row in (seen.plan.positions if seen.plan else ())],
            left_over=[FloorLeft.of(row) for row in seen.left],
            units=[FloorUnit.of(row) for row in seen.at_hub],
        )


@api.get("/departures/<uuid:departure_id>/floor-plan")
@operation(answers={200: FloorPlan}, tag="logistics", permission=Permission.LOGISTICS_HANDOVER_RECORD)
def floor_plan(departure_id: UUID) -> tuple[int, FloorPlan]:
    """Show where everything stands in a lorry, to the operator's staff and to its carrier."""
    return 200, FloorPlan.of(acts.floor_of(departure_id))


@api.post("/departures/<uuid:departure_id>/floor-plan")
@operation(answers={201: Created}, tag="logistics", permission=_OPERATE, body=requests.Packing, idempotent=True)
def pack(departure_id: UUID, body: requests.Packing, session: Session) -> tuple[int, Created]:
    """Have what the hub has for a departure packed by a job; pairs to keep apart may be given."""
    return 201, Created(id=acts.pack(session, departure_id, body))


@api.post("/departures/<uuid:departure_id>/floor-plan/moves")
@operation(answers={201: Created}, tag="logistics", permission=_OPERATE, body=requests.Moving, idempotent=True)
def move(departure_id: UUID, body: requests.Moving, session: Session) -> tuple[int, Created]:
    """Put a unit elsewhere or pin it; the plan is checked again, or packed anew around it."""
    return 201, Created(id=acts.move(session, departure_id, body))


@api.post("/departures/<uuid:departure_id>/floor-plan/stackable")
@operation(answers={204: None}, tag="logistics", permission=_OPERATE, body=requests.Stacking, idempotent=True)
def stack(departure_id: UUID, body: requests.Stacking, session: Session) -> tuple[int, None]:
    """Say whether others may stand on a unit; the next plan takes it into account."""
    acts.stack(session, departure_id, body)
    return 204, None


@api.get("/vehicle-types/measures")
@operation(answers={200: Items[VehicleType]}, tag="logistics", permission=_OPERATE)
def vehicle_types() -> tuple[int, Items[VehicleType]]:
    """List the kinds of lorries with their insides and axles."""
    return 200, Items[VehicleType](items=[VehicleType.of(row) for row in acts.vehicle_types()])


@api.post("/vehicle-types/<uuid:vehicle_type_id>/measures")
@operation(answers={204: None}, tag="logistics", permission=_OPERATE, body=requests.Measuring, idempotent=True)
def measure(vehicle_type_id: UUID, body: requests.Measuring, session: Session) -> tuple[int, None]:
    """Write down what a kind of lorry measures inside, where its axles are and what they bear."""
    acts.measure(session, vehicle_type_id, body)
    return 204, None


def _kg(grams: int | None) -> str | None:
    return None if grams is None else _weight(grams)


def _weight(grams: int) -> str:
    return f"{Decimal(grams).scaleb(-3):f}"
