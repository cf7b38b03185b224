"""Read until when departures take what."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.fleet.models import DepartureCutoff
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind


def cutoffs_of(session: Session, *, departure_id: UUID) -> dict[CutoffKind, datetime]:
    """Return a departure's cut-offs by kind, earliest first; none for one made before there were kinds."""
    rows = session.execute(
        sa.select(DepartureCutoff.kind, DepartureCutoff.at)
        .where(DepartureCutoff.departure_id == departure_id)
        .order_by(DepartureCutoff.at, DepartureCutoff.kind)
    )
    return dict(rows.all())


def passed(
    session: Session, *, departure_ids: Collection[UUID], kind: CutoffKind, now: datetime
) -> dict[UUID, datetime]:
    """Return those of the departures whose cut-off of this kind is over, with the instant."""
    rows = session.execute(
        sa.select(DepartureCutoff.departure_id, DepartureCutoff.at).where(
            DepartureCutoff.departure_id.in_(departure_ids), DepartureCutoff.kind == kind, DepartureCutoff.at <= now
        )
    )
    return dict(rows.all())
