"""Notes about the journey: what happened, what is expected, and what is withdrawn. Nothing noted is changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import TransportNoted
from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier


def checked(event_at: datetime | None, *, field: str, now: datetime, since: datetime | None = None) -> datetime:
    """Return when something happened, now where nobody says; refuse the field for what is yet to come.

    ``since`` is what happened before it.
    """
    happened = event_at or now
    if happened > now:
        raise Refused.field(field, "in_the_future", f"{now.isoformat(timespec='seconds')} or earlier")
    if since is not None and happened < since:
        raise Refused.field(field, "before_the_last", f"{since.isoformat(timespec='seconds')} or later")
    return happened


def note(
    session: Session,
    *,
    code: Status,
    event_at: datetime,
    now: datetime,
    departure_id: UUID | None = None,
    booking_id: UUID | None = None,
    place_code: str | None = None,
    classifier: Classifier = Classifier.ACTUAL,
    reported_by: UUID | None = None,
) -> UUID:
    """Note an event of a departure or of one booking; ``event_at`` is when it happened, ``now`` when we learn of it.

    ``reported_by`` is the company that says so, None where the city's own act does.
    """
    return _written(
        session,
        departure_id=departure_id,
        booking_id=booking_id,
        code=int(code),
        classifier=classifier,
        place_code=place_code,
        event_at=event_at,
        recorded_at=now,
        retracts=None,
        reported_by=reported_by,
    )


def retract(session: Session, *, event_id: UUID, now: datetime, reported_by: UUID | None = None) -> UUID:
    """Withdraw an event by a later note; Conflict ``retracted`` for one that is withdrawn or is a withdrawal."""
    event = session.get(TransportEvent, event_id)
    if event is None:
        raise NotFound("transport_event")
    withdrawn = session.scalars(sa.select(TransportEvent.id).where(TransportEvent.retracts == event_id)).first()
    if event.retracts is not None or withdrawn is not None:
        raise Conflict("retracted", event=event_id)
    return _written(
        session,
        departure_id=event.departure_id,
        booking_id=event.booking_id,
        code=event.code,
        classifier=event.classifier,
        place_code=event.place_code,
        event_at=event.event_at,
        recorded_at=now,
        retracts=event_id,
        reported_by=reported_by,
    )


def _written(session: Session, **said: Any) -> UUID:
    event_id = new_id()
    write(session, TransportEvent, [{"id": event_id, **said}])
    is_worked_out = (
        said["classifier"] is not Classifier.ACTUAL and said["reported_by"] is None and said["retracts"] is None
    )
    events.record(
        session,
        TransportNoted(
            at=said["recorded_at"],
            event_id=event_id,
            departure_id=said["departure_id"],
            booking_id=said["booking_id"],
            is_estimate=is_worked_out,
        ),
    )
    return event_id
