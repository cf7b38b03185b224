"""Note when stops are reached, and when those ahead are planned."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import Classifier
from marketplace.logistics.services import tracking


def reach(
    session: Session, departure: Departure, place_code: str, happened_at: datetime | None, now: datetime
) -> datetime:
    """Note when the lorry was at a stop, never before it was at the last one; return that instant."""
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=last_reached(session, departure))
    stop = session.scalars(
        sa.select(DepartureStop).where(
            DepartureStop.departure_id == departure.id, DepartureStop.place_code == place_code
        )
    ).one()
    stop.reached_at = happened
    session.flush()
    return happened


def last_reached(session: Session, departure: Departure) -> datetime | None:
    """Return when the lorry was at the last stop that it reached."""
    return session.scalars(
        sa.select(DepartureStop.reached_at)
        .where(DepartureStop.departure_id == departure.id, DepartureStop.reached_at.is_not(None))
        .order_by(DepartureStop.position.desc())
        .limit(1)
    ).one_or_none()


def note(
    session: Session, departure: Departure, code: Status, place_code: str, happened: datetime, now: datetime
) -> None:
    """Record what happened to a lorry at a place."""
    tracking.note(session, code=code, departure_id=departure.id, place_code=place_code, event_at=happened, now=now)


def plan(session: Session, departure: Departure, now: datetime) -> None:
    """Note when the stops ahead are planned to be reached."""
    ahead = session.scalars(
        sa.select(DepartureStop)
        .where(
            DepartureStop.departure_id == departure.id, DepartureStop.position > 0, DepartureStop.reached_at.is_(None)
        )
        .order_by(DepartureStop.position)
    ).all()
    for stop in ahead:
        tracking.note(
            session,
            code=Status.ARRIVED,
            departure_id=departure.id,
            place_code=stop.place_code,
            classifier=Classifier.PLANNED,
            event_at=stop.eta,
            now=now,
        )
