"""Read facts and forecasts of the journey."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import CURRENT, Classifier


@dataclass(frozen=True, slots=True)
class TransportRow:
    """A fact or forecast of the journey (UN/ECE Rec. 24); ``reported_by`` a company, None for the city's own acts."""

    id: UUID
    code: int
    classifier: Classifier
    place_code: str | None
    event_at: datetime
    recorded_at: datetime
    reported_by: UUID | None = None
    is_retracted: bool = False


def timeline(session: Session, *, booking_ids: Iterable[UUID]) -> dict[UUID, tuple[TransportRow, ...]]:
    """Return what happened and is expected to each booking, its departure's events included, by time.

    What was withdrawn is left out, the withdrawal as well.
    """
    found: dict[UUID, list[TransportRow]] = {}
    for event in session.execute(_OF_BOOKINGS, {"bookings": list(set(booking_ids))}):
        found.setdefault(event.booked_id, []).append(_row(event))
    return {booking_id: tuple(events) for booking_id, events in found.items()}


def events_of(session: Session, *, departure_id: UUID, with_retracted: bool = False) -> tuple[TransportRow, ...]:
    """Return what happened and is expected to a departure, in the order it was learned.

    What was withdrawn is left out, or marked for those who may know of it; the withdrawals are left out always.
    """
    rows = session.execute(_OF_DEPARTURE, {"departure": departure_id})
    return tuple(_row(row, is_retracted=row.is_retracted) for row in rows if with_retracted or not row.is_retracted)


def _row(event: Any, *, is_retracted: bool = False) -> TransportRow:
    return TransportRow(
        event.id,
        event.code,
        event.classifier,
        event.place_code,
        event.event_at,
        event.recorded_at,
        event.reported_by,
        bool(is_retracted),
    )


def is_withdrawn() -> sa.ColumnElement[bool]:
    """Tell of an event whether a later one withdrew it."""
    later = aliased(TransportEvent)
    return sa.exists().where(later.retracts == TransportEvent.id)


def withdraws_nothing() -> sa.ColumnElement[bool]:
    """Tell of an event whether it is no withdrawal of another.

    SQLite takes "is null" on a unique column for one row, and would begin with it: with all events there ever were.
    """
    return sa.func.coalesce(TransportEvent.retracts, TransportEvent.id) == TransportEvent.id


_ABOUT: Final = sa.or_(
    TransportEvent.booking_id == Booking.id,
    sa.and_(TransportEvent.departure_id == Booking.departure_id, Booking.state.in_(CURRENT)),
)
_OF_BOOKINGS: Final = (
    sa.select(TransportEvent.__table__, Booking.id.label("booked_id"))
    .select_from(Booking)
    .join(TransportEvent, _ABOUT)
    .where(Booking.id.in_(sa.bindparam("bookings", expanding=True)), withdraws_nothing(), ~is_withdrawn())
    .order_by(TransportEvent.event_at, TransportEvent.id)
)
_OF_DEPARTURE: Final = (
    sa.select(TransportEvent.__table__, is_withdrawn().label("is_retracted"))
    .where(TransportEvent.departure_id == sa.bindparam("departure"), withdraws_nothing())
    .order_by(TransportEvent.id)
)
