"""Read transit movements: of a departure, or all whose guarantee stands too long."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.logistics.models.cargo import Consignment, HandlingUnit
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.road.models.customs import TransitConsignment, TransitMovement, TransitStep
from marketplace.logistics.road.rules.transit import (
    ENGAGED,
    TRANSIT,
    Guarantee,
    Regime,
    Remark,
    Step,
    TransitState,
    is_overdue,
)


@dataclass(frozen=True, slots=True)
class HouseRow:
    """A consignment that a movement lists; cartons and grams as the hub took them in."""

    booking_id: UUID
    booking: str
    house_waybill: str | None
    to_place: str
    cartons: int
    grams: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """What happened to a movement."""

    step: Step
    place_code: str | None
    remark: Remark | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A transit movement with what it lists and what happened to it."""

    id: UUID
    departure_id: UUID
    departure: str
    regime: Regime
    from_place: str
    to_place: str
    state: TransitState
    mrn: str | None
    guarantee: Guarantee
    guarantee_reference: str
    secured: Money
    guarantee_until: date
    discharge_by: datetime
    company_id: UUID
    consignments: tuple[HouseRow, ...]
    steps: tuple[StepRow, ...]

    @property
    def possible(self) -> tuple[Step, ...]:
        """What may happen next."""
        return tuple(Step(one) for one in TRANSIT.actions(self.state))

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it was to be discharged by now."""
        return is_overdue(self.state, self.discharge_by, now)


def movement(session: Session, *, movement_id: UUID) -> MovementRow:
    """Return one movement; NotFound ``transit``. Who may see it is the caller's to ask."""
    found = _rows(session, TransitMovement.id == movement_id)
    if not found:
        raise NotFound("transit")
    return found[0]


def movements_of(session: Session, *, departure_id: UUID) -> tuple[MovementRow, ...]:
    """Return the movements of a departure, the first that was drafted first."""
    return _rows(session, TransitMovement.departure_id == departure_id)


def overdue(session: Session, *, now: datetime) -> tuple[MovementRow, ...]:
    """Return the movements that were to be discharged by now and are not."""
    return _rows(session, TransitMovement.state.in_(ENGAGED), TransitMovement.discharge_by < now)


def waiting(session: Session, *, now: datetime) -> int:
    """Return how many movements stand past their deadline."""
    wanted = sa.select(sa.func.count()).where(TransitMovement.state.in_(ENGAGED), TransitMovement.discharge_by < now)
    return session.scalars(wanted).one()


def _rows(session: Session, *where: sa.ColumnElement[bool]) -> tuple[MovementRow, ...]:
    rows = session.execute(
        sa.select(TransitMovement, Departure.reference)
        .join(Departure, Departure.id == TransitMovement.departure_id)
        .where(*where)
        .order_by(TransitMovement.discharge_by, TransitMovement.id)
    ).all()
    keys = [row.id for row, _ in rows]
    houses, steps = _houses(session, keys), _steps(session, keys)
    return tuple(
        MovementRow(
            row.id,
            row.departure_id,
            reference,
            row.regime,
            row.from_place,
            row.to_place,
            row.state,
            row.mrn,
            row.guarantee,
            row.guarantee_reference,
            Money(row.guarantee_minor, row.guarantee_currency),
            row.guarantee_until,
            row.discharge_by,
            row.company_id,
            houses.get(row.id, ()),
            steps.get(row.id, ()),
        )
        for row, reference in rows
    )


def _houses(session: Session, keys: Collection[UUID]) -> dict[UUID, tuple[HouseRow, ...]]:
    listed = sa.select(TransitConsignment.booking_id).where(TransitConsignment.movement_id.in_(keys))
    counted = (
        sa.select(
            HandlingUnit.booking_id,
            sa.func.sum(HandlingUnit.cartons).label("cartons"),
            sa.func.sum(HandlingUnit.grams).label("grams"),
        )
        .where(HandlingUnit.booking_id.in_(listed))
        .group_by(HandlingUnit.booking_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            TransitConsignment.movement_id,
            Booking.id,
            Booking.reference,
            Consignment.house_waybill,
            Booking.to_place,
            counted.c.cartons,
            counted.c.grams,
        )
        .join(Booking, Booking.id == TransitConsignment.booking_id)
        .outerjoin(Consignment, Consignment.booking_id == Booking.id)
        .outerjoin(counted, counted.c.booking_id == Booking.id)
        .where(TransitConsignment.movement_id.in_(keys))
        .order_by(Booking.reference)
    )
    found: dict[UUID, tuple[HouseRow, ...]] = {}
    for row in rows:
        counted_of = (int(row.cartons or 0), int(row.grams or 0))
        made = HouseRow(row.id, row.reference, row.house_waybill, row.to_place, *counted_of)
        found[row.movement_id] = (*found.get(row.movement_id, ()), made)
    return found


def _steps(session: Session, keys: Collection[UUID]) -> dict[UUID, tuple[StepRow, ...]]:
    found: dict[UUID, tuple[StepRow, ...]] = {}
    for row in session.scalars(
        sa.select(TransitStep).where(TransitStep.movement_id.in_(keys)).order_by(TransitStep.id)
    ):
        made = StepRow(row.step, row.place_code, row.remark, row.happened_at)
        found[row.movement_id] = (*found.get(row.movement_id, ()), made)
    return found
