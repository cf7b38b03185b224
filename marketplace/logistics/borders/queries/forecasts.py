"""When departures are expected at their stops, by what was noted last."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.queries.tracking import is_withdrawn, withdraws_nothing
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier


def expected(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, dict[str, datetime]]:
    """Return when departures are expected at places, as far as that was noted beside the plan; for each id an entry."""
    rows = session.execute(
        sa.select(TransportEvent.departure_id, TransportEvent.place_code, TransportEvent.event_at)
        .where(
            TransportEvent.departure_id.in_(departure_ids),
            TransportEvent.code == int(Status.ARRIVED),
            TransportEvent.classifier.in_((Classifier.PLANNED, Classifier.ESTIMATED)),
            TransportEvent.place_code.is_not(None),
            withdraws_nothing(),
            ~is_withdrawn(),
        )
        .order_by(TransportEvent.id)
    )
    found: dict[UUID, dict[str, datetime]] = {departure_id: {} for departure_id in departure_ids}
    for row in rows:
        found[row.departure_id][row.place_code] = row.event_at
    return found
