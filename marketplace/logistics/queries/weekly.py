"""The weekly services of lines, those that ended among them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.network import Line, ServicePattern, VehicleType


@dataclass(frozen=True, slots=True)
class WeeklyRow:
    """A line that runs every week on a day (Monday is 0) at a minute of its hub's day, until it ends."""

    id: UUID
    line_id: UUID
    line_code: str
    line_name: str
    line_names: dict[str, str]
    hub_code: str
    vehicle: str
    weekday: int
    minute_of_day: int
    ended_at: datetime | None


def services(session: Session) -> tuple[WeeklyRow, ...]:
    """Return every weekly service, by line and in the order of the week."""
    found = session.execute(
        sa.select(
            ServicePattern.id,
            ServicePattern.line_id,
            Line.code,
            Line.name,
            Line.names,
            Line.hub_code,
            VehicleType.name.label("vehicle"),
            ServicePattern.weekday,
            ServicePattern.minute_of_day,
            ServicePattern.ended_at,
        )
        .join(Line, Line.id == ServicePattern.line_id)
        .join(VehicleType, VehicleType.id == ServicePattern.vehicle_type_id)
        .order_by(Line.name, Line.code, ServicePattern.weekday, ServicePattern.minute_of_day)
    )
    return tuple(WeeklyRow(*row) for row in found)
