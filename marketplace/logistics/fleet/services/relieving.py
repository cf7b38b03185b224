"""Let another crew go on with a lorry that is on its way: at a border, or where a tractor broke down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.fleet.models import CrewAssignment, FleetDriver, FleetVehicle
from marketplace.logistics.fleet.queries import crews as queries
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.services import crews
from marketplace.logistics.fleet.services.crews import Crew


@dataclass(frozen=True, slots=True)
class Relief:
    """Who goes on, with the trailer that is there; ``keeper_id``: whose tractor and drivers they must be."""

    tractor_id: UUID
    driver_ids: tuple[UUID, ...]
    returns_at: datetime | None = None
    keeper_id: UUID | None = None


def planned(session: Session, *, departure_id: UUID, at_stop: int) -> tuple[UUID, UUID]:
    """Return the crew that ends at a stop and the one that begins there; Refused ``tractor`` where none is planned."""
    rows = queries.crews_of(session, departure_ids=[departure_id]).get(departure_id, ())
    ends = next((row.id for row in rows if row.span.last == at_stop), None)
    begins = next((row.id for row in rows if row.span.first == at_stop), None)
    if ends is None or begins is None:
        raise Refused.field("tractor", "required")
    return ends, begins


def relieve(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    at_stop: int,
    relief: Relief,
    happened_at: datetime,
    now: datetime,
) -> tuple[UUID, UUID]:
    """End the crew that drives on from a stop and put another on for the rest of its way; return both assignments.

    The caller asked who may. A crew that drove no whole leg leaves the departure's list. Conflict ``no_crew`` where
    nobody drives; Refused as ``crews.assign`` refuses, ``unknown`` for what is another keeper's.
    """
    rows = queries.crews_of(session, departure_ids=[departure_id]).get(departure_id, ())
    old = next((row for row in rows if row.span.first <= at_stop < row.span.last), None)
    if old is None:
        raise Conflict("no_crew", departure=departure_id)
    if relief.tractor_id == old.tractor_id:
        raise Refused.field("tractor", "same_tractor")
    if relief.keeper_id is not None:
        _check_keeper(session, relief, relief.keeper_id)
    _end(session, old, at_stop, happened_at, now)
    crew = Crew(
        relief.tractor_id,
        old.trailer_id,
        relief.driver_ids,
        at_stop,
        old.span.last,
        relief.returns_at,
        old.is_dangerous,
        old.is_cooled,
    )
    made = crews.put_on(session, actor=actor, departure_id=departure_id, crew=crew, takes_over_at=happened_at, now=now)
    return old.id, made


def _end(session: Session, old: CrewRow, at_stop: int, happened_at: datetime, now: datetime) -> None:
    row = session.get_one(CrewAssignment, old.id)
    if at_stop <= old.span.first or happened_at <= old.span.starts_at:
        row.withdrawn_at = now
    else:
        row.last_stop, row.ends_at = at_stop, happened_at
        row.returns_at = max(row.returns_at, happened_at)
    session.flush()


def _check_keeper(session: Session, relief: Relief, keeper_id: UUID) -> None:
    tractor = session.scalars(
        sa.select(FleetVehicle.company_id).where(FleetVehicle.id == relief.tractor_id)
    ).one_or_none()
    if tractor != keeper_id:
        raise Refused.field("tractor", "unknown")
    own = session.scalars(
        sa.select(FleetDriver.id).where(FleetDriver.id.in_(relief.driver_ids), FleetDriver.company_id == keeper_id)
    ).all()
    if set(relief.driver_ids) - set(own):
        raise Refused.field("drivers", "unknown")
