"""Load a booking once every carton that the hub has of it is on the lorry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.handling.queries.cartons import cartons_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.rules.acts import Kind
from marketplace.logistics.handling.rules.merging import all_aboard, deciding
from marketplace.logistics.handling.services import stops
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import DEPARTURE, BookingState
from marketplace.logistics.services.departures import loading


def load_if_all(session: Session, *, booking_id: UUID, actor: Actor, happened: datetime, now: datetime) -> None:
    """Load a booking if acts say that all its cartons at the hub are aboard; where something stops it it stays."""
    booking = booking_queries.booking(session, booking_id=booking_id)
    aboard = deciding(queries.lots(session, kind=Kind.LOAD, booking_id=booking_id))
    if not aboard or booking.state is not BookingState.CARGO_RECEIVED:
        return
    state = departures.departure(session, departure_id=booking.departure_id, now=now).state
    if not DEPARTURE.allows(state, "load") or stops.stopped(session, booking_ids=[booking_id]):
        return
    cartons = cartons_of(session, bookings=[booking]).get(booking_id)
    if cartons is None:
        return
    numbered = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=booking.subject))
    if all_aboard(numbered, cartons.handed, aboard, cartons=cartons.packing.cartons):
        try:
            with session.begin_nested():
                loading.load(
                    session,
                    actor=actor,
                    departure_id=booking.departure_id,
                    booking_ids=[booking_id],
                    happened_at=happened,
                    now=now,
                )
        except Conflict:
            # What it must not stand with is for who loads to see, and no reason to refuse what was said of it.
            return
