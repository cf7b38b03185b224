"""What the clock makes of departures, each in a transaction of its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading
from marketplace.kernel.each import each, each_found
from marketplace.logistics.services.departures import closing, journey
from marketplace.logistics.services.space import lapsing


def close_due(*, now: datetime) -> int:
    """Close the departures whose cargo cut-off has passed; return how many."""

    def close(session: Session, departure_id: UUID) -> bool:
        closing.close(session, actor=SYSTEM, departure_id=departure_id, now=now)
        return True

    session = reading()
    session.rollback()
    return each(closing.due(session, now=now), close, act="close_departure")


def settle_due(*, now: datetime) -> int:
    """End the stripped departures on which nothing waits for its receipt any more; return how many."""

    def settle(session: Session, departure_id: UUID) -> bool:
        journey.settle(session, departure_id=departure_id, now=now)
        return True

    session = reading()
    session.rollback()
    return each(journey.due_to_settle(session), settle, act="settle_departure")


def expire_holds(*, now: datetime) -> int:
    """Give back the room of holds whose time is over; return on how many departures."""
    return each_found(
        lambda session, last: lapsing.due_to_lapse(session, now=now, after=last),
        lambda session, departure_id: lapsing.lapse(session, departure_id=departure_id, now=now),
        act="expire_bookings",
    )
