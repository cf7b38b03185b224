"""Read what was noted of many consignments of a lorry at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.road.models.lorries import BulkNote


@dataclass(frozen=True, slots=True)
class BulkRow:
    """An event that was noted of so many consignments at once; ``withdrawn_at`` when all of it was taken back."""

    id: UUID
    departure_id: UUID
    company_id: UUID
    code: int
    place_code: str | None
    happened_at: datetime
    count: int
    noted_at: datetime
    withdrawn_at: datetime | None


def notes(session: Session, *, departure_id: UUID, company_id: UUID | None = None) -> tuple[BulkRow, ...]:
    """Return what was noted of many on a departure, or by one company, the latest first."""
    wanted = sa.select(BulkNote).where(BulkNote.departure_id == departure_id)
    if company_id is not None:
        wanted = wanted.where(BulkNote.company_id == company_id)
    return tuple(_row(row) for row in session.scalars(wanted.order_by(BulkNote.id.desc())))


def note(session: Session, *, note_id: UUID) -> BulkRow:
    """Return one; it is there."""
    return _row(session.get_one(BulkNote, note_id))


def _row(row: Any) -> BulkRow:
    return BulkRow(
        row.id,
        row.departure_id,
        row.company_id,
        row.code,
        row.place_code,
        row.happened_at,
        len(row.event_ids),
        row.noted_at,
        row.withdrawn_at,
    )
