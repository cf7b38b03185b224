"""Expect a lorry anew whenever something is learned of it; what moved by little is not noted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.events import together
from marketplace.logistics.events import TransportNoted
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.services import tracking
from marketplace.logistics.tracing.events import EstimateMoved
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.logistics.tracing.rules import estimating as rules


@together
def on_transport_noted(session: Session, noted: Sequence[TransportNoted]) -> None:
    """Work out anew when the lorries of which something was learned are expected, each once."""
    latest = {one.departure_id: one.at for one in noted if one.departure_id is not None and not one.is_estimate}
    for departure_id in sorted(latest):
        estimate(session, departure_id=departure_id, now=latest[departure_id])


def estimate(session: Session, *, departure_id: UUID, now: datetime) -> dict[str, datetime]:
    """Note the estimates of a lorry that moved by a quarter of an hour or more; return them by place."""
    seen = standing(session, departure_id=departure_id)
    found = rules.moved(rules.estimates(seen.stops, seen.facts), seen.known)
    for place_code, at in found.items():
        tracking.note(
            session,
            code=Status.ARRIVED,
            departure_id=departure_id,
            place_code=place_code,
            classifier=Classifier.ESTIMATED,
            event_at=at,
            now=now,
        )
    # What a report says is known by the report itself; that it says so is news all the same.
    if found or any(fact.classifier is Classifier.ESTIMATED for fact in seen.facts):
        booked = booking_queries.bookings_on(session, departure_id=departure_id)
        subjects = tuple(sorted({row.subject for row in booked}))
        events.record(session, EstimateMoved(at=now, departure_id=departure_id, subjects=subjects))
    return found
