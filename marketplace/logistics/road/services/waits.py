"""Note until when a held lorry waits: as an expected delay of its departure, which those with goods aboard see."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.logistics.road.queries import held
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.services import tracking


def note(session: Session, *, departure_id: UUID, place_code: str, until: datetime, now: datetime) -> None:
    """Note that a lorry stands at a place until an instant."""
    tracking.note(
        session,
        code=Status.DEPARTURE_DELAYED,
        departure_id=departure_id,
        place_code=place_code,
        classifier=Classifier.ESTIMATED,
        event_at=until,
        now=now,
    )


def end(session: Session, *, departure_id: UUID, now: datetime) -> None:
    """Withdraw the waits of a lorry that goes on before they are over: the next hold counts anew."""
    for wait in held.waits_of(session, departure_id=departure_id):
        if wait.event_at > now:
            tracking.retract(session, event_id=wait.id, now=now)
