"""Who reports for places on the way in the demo, and what the broker says of a lorry."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.logistics.queries import running
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier, DepartureState
from marketplace.logistics.tracing.services import partners, reporting
from marketplace.logistics.tracing.services.reporting import Said

_BORDER: Final = ("CN-YOUYIGUAN", "VN-HUUNGHI")
_QUEUE: Final = timedelta(hours=3)


def seed_posts(session: Session, *, actor: Actor, broker_id: UUID, now: datetime) -> None:
    """Let the broker report what happens at both sides of its border."""
    for place_code in _BORDER:
        partners.post(session, actor=actor, company_id=broker_id, place_code=place_code, now=now)


def foretell_queue(session: Session, *, actor: Actor, now: datetime) -> None:
    """Expect the lorries that left at their next border three hours late, for a queue there; none without one."""
    for row in running.running(session, now=now, state=DepartureState.DEPARTED).items:
        ahead = next((stop for stop in row.stops if stop.is_border and stop.reached_at is None), None)
        if ahead is not None:
            said = Said(Status.ARRIVED, Classifier.ESTIMATED, ahead.place.code, max(ahead.eta, now) + _QUEUE)
            reporting.note(session, actor=actor, departure_id=row.id, said=said, now=now)
