"""End what a departure takes, and see to it that what it leaves behind goes on."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.rules import digest
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.events import DepartureCancelled
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.rules.states import AT_HUB, BookingState, DepartureState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import overbooking
from marketplace.logistics.services.departures.acting import act, booked_on, move_bookings
from marketplace.logistics.services.departures.moving import roll_on
from marketplace.logistics.services.space import claims, lapsing


def close(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take no more bookings: holds that were not confirmed end, targets move to the next departure.

    Of an overbooked departure what its lorry does not hold moves on, by the published rule.
    """
    departure = act(session, actor, departure_id, "close", now)
    lapsing.lapse(session, departure_id=departure.id, now=now, everyone=True)
    overbooking.settle(session, departure=departure, actor=actor, now=now)
    for booking in booked_on(session, departure.id, (BookingState.TARGET,)):
        if not roll_on(session, booking, reason="departure_closed", actor=actor, now=now):
            claims.cancel(session, booking_id=booking.id, reason="no_departure", actor=actor, now=now)


def due(session: Session, *, now: datetime) -> tuple[UUID, ...]:
    """Return the open departures whose cargo cut-off has passed."""
    return tuple(
        session.scalars(
            sa.select(Departure.id)
            .where(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at <= now)
            .order_by(Departure.id)
        )
    )


def reopen(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take bookings again before loading begins; Conflict ``cutoff`` once the cargo's is over."""
    departure = act(session, actor, departure_id, "reopen", now)
    if now >= departure.cutoff_cargo_at:
        raise Conflict("cutoff", departure=departure_id, cutoff=departure.cutoff_cargo_at.isoformat())


def cancel(session: Session, *, actor: Actor, departure_id: UUID, reason: str, now: datetime) -> None:
    """Cancel a departure before it is sealed: every booking is rolled to the next with room, or cancelled.

    Declared goods move as well: it is noted which declarations are to be amended. Room elsewhere goes to the earliest
    confirmed first, so the latest confirmed wait longest.
    """
    departure = act(session, actor, departure_id, "cancel", now, reason=digest(reason))
    departure.cancel_reason = reason
    loaded = booked_on(session, departure.id, (BookingState.LOADED,))
    move_bookings(session, loaded, "unload", actor=actor, now=now)
    cargo.move_units(session, booking_ids=[booking.id for booking in loaded], action="unload")
    booked = sorted(
        booked_on(session, departure.id, AT_HUB),
        key=lambda booking: (booking.confirmed_at is None, booking.confirmed_at or booking.created_at, booking.id),
    )
    for booking in booked:
        if not roll_on(session, booking, reason="departure_cancelled", actor=actor, now=now, must=True):
            claims.cancel(session, booking_id=booking.id, reason="departure_cancelled", actor=actor, now=now, must=True)
    events.record(
        session,
        DepartureCancelled(at=now, departure_id=departure.id, subjects=tuple(booking.subject for booking in booked)),
    )
