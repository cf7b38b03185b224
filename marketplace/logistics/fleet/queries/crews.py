"""Read who drives which departure, from which stop to which."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.logistics.fleet.models import CrewAssignment, CrewDriver, FleetVehicle
from marketplace.logistics.fleet.rules.assigning import Span, Taken
from marketplace.logistics.models.departures import Departure


@dataclass(frozen=True, slots=True)
class CrewRow:
    """A crew of a departure, by ids: what it drives from one stop to another, and when it is back."""

    id: UUID
    departure_id: UUID
    span: Span
    returns_at: datetime
    tractor_id: UUID
    trailer_id: UUID
    driver_ids: tuple[UUID, ...]
    is_dangerous: bool
    is_cooled: bool


def crews_of(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, tuple[CrewRow, ...]]:
    """Return the crews of departures that stand, in the order of the way."""
    rows = session.execute(
        _CREWS.where(CrewAssignment.departure_id.in_(departure_ids)).order_by(CrewAssignment.first_stop)
    ).all()
    drivers = _drivers(session, [row.id for row in rows])
    found: dict[UUID, tuple[CrewRow, ...]] = {}
    for row in rows:
        crew = CrewRow(
            row.id,
            row.departure_id,
            Span(row.first_stop, row.last_stop, row.starts_at, row.ends_at),
            row.returns_at,
            row.tractor_id,
            row.trailer_id,
            drivers.get(row.id, ()),
            row.is_dangerous,
            row.is_cooled,
        )
        found[row.departure_id] = (*found.get(row.departure_id, ()), crew)
    return found


def departure_of(session: Session, *, assignment_id: UUID, company_id: UUID | None = None) -> UUID:
    """Return which departure a crew that stands drives; NotFound for any other, and for one with another's tractor."""
    wanted = sa.select(CrewAssignment.departure_id).where(
        CrewAssignment.id == assignment_id, CrewAssignment.withdrawn_at.is_(None)
    )
    if company_id is not None:
        kept = sa.select(FleetVehicle.id).where(FleetVehicle.company_id == company_id)
        wanted = wanted.where(CrewAssignment.tractor_id.in_(kept))
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("crew")
    return found


def taken_by(session: Session, *, vehicle_ids: Collection[UUID], driver_ids: Collection[UUID]) -> tuple[Taken, ...]:
    """Return everything that these vehicles and drivers are assigned to."""
    span = (CrewAssignment.first_stop, CrewAssignment.last_stop, CrewAssignment.starts_at, CrewAssignment.ends_at)
    of_departure = (Departure.reference, *span)

    def of(member: Any, ids: Collection[UUID]) -> sa.Select[*tuple[Any, ...]]:
        return (
            sa.select(member.label("member_id"), *of_departure)
            .select_from(CrewAssignment)
            .join(Departure, Departure.id == CrewAssignment.departure_id)
            .where(member.in_(ids), CrewAssignment.withdrawn_at.is_(None))
        )

    by_driver = of(CrewDriver.driver_id, driver_ids).join(CrewDriver, CrewDriver.assignment_id == CrewAssignment.id)
    found: list[Taken] = []
    for wanted in (of(CrewAssignment.tractor_id, vehicle_ids), of(CrewAssignment.trailer_id, vehicle_ids), by_driver):
        found += [Taken(row[0], row[1], Span(*row[2:])) for row in session.execute(wanted)]
    return tuple(found)


_CREWS: Final = sa.select(
    CrewAssignment.id,
    CrewAssignment.departure_id,
    CrewAssignment.first_stop,
    CrewAssignment.last_stop,
    CrewAssignment.starts_at,
    CrewAssignment.ends_at,
    CrewAssignment.returns_at,
    CrewAssignment.tractor_id,
    CrewAssignment.trailer_id,
    CrewAssignment.is_dangerous,
    CrewAssignment.is_cooled,
).where(CrewAssignment.withdrawn_at.is_(None))


def _drivers(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    rows = session.execute(
        sa.select(CrewDriver.assignment_id, CrewDriver.driver_id)
        .where(CrewDriver.assignment_id.in_(ids))
        .order_by(CrewDriver.driver_id)
    )
    found: dict[UUID, tuple[UUID, ...]] = {}
    for row in rows:
        found[row.assignment_id] = (*found.get(row.assignment_id, ()), row.driver_id)
    return found
