"""Fix until when a new departure takes what, by the settings of the day on which it is made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_new
from marketplace.logistics.fleet.models import DepartureCutoff
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind, cutoffs
from marketplace.logistics.models.departures import Departure
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting

_SETTINGS: Final = {
    CutoffKind.DANGEROUS: Setting.CUTOFF_DANGEROUS_HOURS,
    CutoffKind.CUSTOMS: Setting.CUTOFF_CUSTOMS_HOURS,
    CutoffKind.AMEND: Setting.CUTOFF_AMEND_HOURS,
    CutoffKind.CANCEL: Setting.CUTOFF_CANCEL_HOURS,
}


def hours(session: Session, *, at: datetime) -> Mapping[CutoffKind, int]:
    """Return how many hours before a departure each kind is over."""
    return {kind: reference.setting(session, setting, at=at) for kind, setting in _SETTINGS.items()}


def fix(session: Session, *, now: datetime) -> int:
    """Write the cut-offs of every departure ahead that has none yet, and return of how many; they stay as written."""
    known = sa.select(DepartureCutoff.departure_id).where(DepartureCutoff.departure_id == Departure.id)
    rows = session.execute(
        sa.select(Departure.id, Departure.departs_at)
        .where(Departure.departs_at > now, ~known.exists())
        .order_by(Departure.departs_at, Departure.id)
    ).all()
    if rows:
        counted = hours(session, at=now)
        insert_new(session, DepartureCutoff, [each for row in rows for each in _rows(row.id, row.departs_at, counted)])
    return len(rows)


def _rows(
    departure_id: UUID, departs_at: datetime, counted: Mapping[CutoffKind, int]
) -> list[dict[str, UUID | CutoffKind | datetime]]:
    return [{"departure_id": departure_id, "kind": kind, "at": at} for kind, at in cutoffs(departs_at, counted).items()]
