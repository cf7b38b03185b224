"""End holds whose time is over."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import write
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import BookingExpired
from marketplace.logistics.models.departures import Booking, CapacityEntry
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.rules.states import BOOKING, BookingState, EntryKind
from marketplace.logistics.services.space.bookings import note
from marketplace.logistics.services.space.room import NOTHING, Lapsed, entry, give_back, load_of


def due_to_lapse(session: Session, *, now: datetime, after: UUID | None = None, limit: int = 200) -> tuple[UUID, ...]:
    """Return the departures with holds whose time is over in order of id, those behind ``after``."""
    statement = (
        sa.select(Booking.departure_id)
        .where(Booking.state == BookingState.HELD, Booking.expires_at <= now)
        .distinct()
        .order_by(Booking.departure_id)
        .limit(limit)
    )
    return tuple(session.scalars(statement if after is None else statement.where(Booking.departure_id > after)))


def lapse(session: Session, *, departure_id: UUID, now: datetime, everyone: bool = False) -> int:
    """End the holds of a departure whose time is over, or every one when it closes; return how many ended."""
    lapsed = lapse_holds(session, departure_id, now, everyone=everyone)
    if lapsed:
        give_back(session, departure_id, load_of(lapsed))
        tell_expired(session, lapsed, now)
    return len(lapsed)


def lapse_holds(session: Session, departure_id: UUID, now: datetime, *, everyone: bool = False) -> Sequence[Lapsed]:
    """End holds whose time is over; the caller takes their room off the departure and tells of them.

    A whole lorry is whole while all that it was held for stands: with one of its holds it is anybody's again.
    """
    held = [Booking.departure_id == departure_id, Booking.state == BookingState.HELD]
    ended = session.execute(
        sa.update(Booking)
        .where(*held, Booking.expires_at.is_not(None) if everyone else Booking.expires_at <= now)
        .values(state=BOOKING.apply(BookingState.HELD, "expire"), expires_at=None)
        .returning(Booking.id, Booking.subject, *(getattr(Booking, name) for name in DIMENSIONS))
        .execution_options(synchronize_session=False)
    ).all()
    lapsed = [Lapsed(row.id, row.subject, Load(*(getattr(row, name) for name in DIMENSIONS))) for row in ended]
    if lapsed:
        note(session, [Act("booking.expire", row.booking_id) for row in lapsed], actor=SYSTEM, now=now)
        write(
            session,
            CapacityEntry,
            [entry(EntryKind.EXPIRE, departure_id, row.booking_id, NOTHING - row.load, now) for row in lapsed],
        )
        whole.give_up(session, departure_id=departure_id, now=now)
    return lapsed


def tell_expired(session: Session, lapsed: Sequence[Lapsed], now: datetime) -> None:
    """Tell upward of holds that ended."""
    for row in lapsed:
        events.record(session, BookingExpired(at=now, booking_id=row.booking_id, subject=row.subject))
