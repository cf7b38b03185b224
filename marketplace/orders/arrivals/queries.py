"""Read how goods came, for those who may see their line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.arrivals.models import ArrivalPhoto, TemperatureRecord
from marketplace.orders.rules.temperatures import Unit, degrees


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A picture of goods as they came."""

    file_id: UUID
    company_id: UUID
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TemperatureRow:
    """What a logger measured; ``least`` and ``most`` are degrees Celsius as people write them."""

    id: UUID
    company_id: UUID
    file_id: UUID | None
    logger: str
    unit: Unit
    least: str
    most: str
    readings: int
    outside: int
    is_outside: bool
    first_at: datetime | None
    last_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """How the goods of a line came, as far as somebody showed it."""

    photos: tuple[PhotoRow, ...] = ()
    temperatures: tuple[TemperatureRow, ...] = ()

    @property
    def files(self) -> tuple[UUID, ...]:
        """Every file that shows it."""
        measured = (row.file_id for row in self.temperatures if row.file_id is not None)
        return (*(row.file_id for row in self.photos), *measured)

    @property
    def is_outside(self) -> bool:
        """Whether the goods were once colder or warmer than agreed."""
        return any(row.is_outside for row in self.temperatures)


NOTHING = ArrivalRow()


def arrivals(session: Session, *, line_ids: Collection[UUID]) -> Mapping[UUID, ArrivalRow]:
    """Return how the goods of lines came, for lines of which anything was shown; in two queries."""
    if not line_ids:
        return {}
    photos: dict[UUID, list[PhotoRow]] = {}
    for photo in session.execute(_PHOTOS, {"lines": list(line_ids)}):
        photos.setdefault(photo.line_id, []).append(PhotoRow(photo.file_id, photo.company_id, photo.added_at))
    measured: dict[UUID, list[TemperatureRow]] = {}
    for record in session.execute(_MEASURED, {"lines": list(line_ids)}):
        measured.setdefault(record.line_id, []).append(_temperature(record))
    return {
        line_id: ArrivalRow(tuple(photos.get(line_id, ())), tuple(measured.get(line_id, ())))
        for line_id in photos.keys() | measured.keys()
    }


_PHOTOS: Final = (
    sa.select(ArrivalPhoto.__table__)
    .where(ArrivalPhoto.line_id.in_(sa.bindparam("lines", expanding=True)))
    .order_by(ArrivalPhoto.added_at, ArrivalPhoto.file_id)
)
_MEASURED: Final = (
    sa.select(TemperatureRecord.__table__)
    .where(TemperatureRecord.line_id.in_(sa.bindparam("lines", expanding=True)))
    .order_by(TemperatureRecord.id)
)


def _temperature(found: Any) -> TemperatureRow:
    return TemperatureRow(
        id=found.id,
        company_id=found.company_id,
        file_id=found.file_id,
        logger=found.logger,
        unit=found.unit,
        least=degrees(found.least_centi),
        most=degrees(found.most_centi),
        readings=found.readings,
        outside=found.outside,
        is_outside=found.is_outside,
        first_at=found.first_at,
        last_at=found.last_at,
        recorded_at=found.recorded_at,
    )
