"""End what a departure takes, and see to it that what it leaves behind goes on."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import DepartureCancelled
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.queries import options as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.states import AT_HUB, BookingState, DepartureState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures.acting import act, booked_on, move_bookings
from marketplace.logistics.services.space import claims, lapsing, rolling


def close(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take no more bookings: holds that were not confirmed end, targets move to the next departure."""
    departure = act(session, actor, departure_id, "close", now)
    lapsing.lapse(session, departure_id=departure.id, now=now, everyone=True)
    for booking in booked_on(session, departure.id, (BookingState.TARGET,)):
        if not roll_on(session, booking, departure, reason="departure_closed", now=now):
            claims.cancel(session, booking_id=booking.id, reason="no_departure", now=now)


def close_due(session: Session, *, now: datetime) -> int:
    """Close the departures whose cargo cut-off has passed; return how many."""
    due = session.scalars(
        sa.select(Departure.id)
        .where(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at <= now)
        .order_by(Departure.id)
    ).all()
    for departure_id in due:
        close(session, actor=SYSTEM, departure_id=departure_id, now=now)
    return len(due)


def reopen(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take bookings again before loading begins; the cut-offs still count."""
    act(session, actor, departure_id, "reopen", now)


def cancel(session: Session, *, actor: Actor, departure_id: UUID, reason: str, now: datetime) -> None:
    """Cancel a departure before it is sealed: every booking is rolled to the next with room, or cancelled.

    Room elsewhere goes to the earliest confirmed first, so the latest confirmed wait longest.
    """
    departure = act(session, actor, departure_id, "cancel", now, reason=digest(reason))
    departure.cancel_reason = reason
    loaded = booked_on(session, departure.id, (BookingState.LOADED,))
    move_bookings(session, loaded, "unload")
    cargo.move_units(session, booking_ids=[booking.id for booking in loaded], action="unload")
    booked = sorted(
        booked_on(session, departure.id, AT_HUB),
        key=lambda booking: (booking.confirmed_at is None, booking.confirmed_at or booking.created_at, booking.id),
    )
    for booking in booked:
        if not roll_on(session, booking, departure, reason="departure_cancelled", now=now):
            claims.cancel(session, booking_id=booking.id, reason="departure_cancelled", now=now)
    events.record(
        session,
        DepartureCancelled(at=now, departure_id=departure.id, subjects=tuple(booking.subject for booking in booked)),
    )


def roll_booking(
    session: Session, *, actor: Actor, booking_id: UUID, departure_id: UUID, reason: str, now: datetime
) -> BookingRow:
    """Move a booking, and its cargo where that is at the hub already, to a departure chosen by hand."""
    new = rolling.roll(session, booking_id=booking_id, departure_id=departure_id, reason=reason, now=now)
    cargo.hand_on(session, booking_id=booking_id, new_booking_id=new.id)
    audit.record(
        session,
        actor=actor,
        action="booking.rolled",
        subject="booking",
        subject_id=booking_id,
        facts={"to": new.id, "departure": departure_id, "reason": reason},
        now=now,
    )
    return new


def roll_on(session: Session, booking: Booking, departure: Departure, *, reason: str, now: datetime) -> bool:
    """Roll a booking to the first later departure from the same hub that takes it; tell whether one does."""
    options = queries.options(
        session,
        hub_code=departure.hub_code,
        to_place=booking.to_place,
        # A target claims no room, so a full lorry may still be aimed at.
        load=Load() if booking.state is BookingState.TARGET else booking.load,
        after=departure.departs_at - timedelta(seconds=1),
        now=now,
    )
    for option in options:
        if option.departure_id == departure.id:
            continue
        try:
            new = rolling.roll(session, booking_id=booking.id, departure_id=option.departure_id, reason=reason, now=now)
        except Conflict:
            continue
        cargo.hand_on(session, booking_id=booking.id, new_booking_id=new.id)
        return True
    return False
