"""What is kept of a person as a driver, for that person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.exports import rows
from marketplace.logistics.fleet.models import CrewAssignment, CrewDriver, FleetDriver, FleetDriverName, FleetPaper


def of_person(session: Session, *, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the person as a driver, the papers shown, and the departures driven."""
    mine = FleetDriverName.person_id == person_id
    return {
        "drivers": rows(
            session,
            sa.select(FleetDriver.reference, FleetDriverName.name, FleetDriverName.phone, FleetDriver.country)
            .join(FleetDriverName, FleetDriverName.driver_id == FleetDriver.id)
            .where(mine)
            .order_by(FleetDriver.id),
        ),
        "driver_papers": rows(
            session,
            sa.select(
                FleetPaper.kind, FleetPaper.number, FleetPaper.country, FleetPaper.valid_from, FleetPaper.valid_until
            )
            .join(FleetDriverName, FleetDriverName.driver_id == FleetPaper.driver_id)
            .where(mine)
            .order_by(FleetPaper.id),
        ),
        "crews": rows(
            session,
            sa.select(CrewAssignment.departure_id, CrewAssignment.starts_at, CrewAssignment.ends_at)
            .join(CrewDriver, CrewDriver.assignment_id == CrewAssignment.id)
            .join(FleetDriverName, FleetDriverName.driver_id == CrewDriver.driver_id)
            .where(mine)
            .order_by(CrewAssignment.id),
        ),
    }
