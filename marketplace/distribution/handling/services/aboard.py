"""Load a booking once every carton that the hub has of it is on the lorry."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.rules.acts import Kind
from marketplace.logistics.handling.rules.merging import deciding, with_unnumbered
from marketplace.logistics.handling.services import stops
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.rules.states import DEPARTURE, BookingState
from marketplace.logistics.services.departures import loading
from marketplace.orders.queries import packing as packing_queries


def load_if_all(session: Session, *, booking_id: UUID, actor: Actor, happened: datetime, now: datetime) -> None:
    """Load a booking if acts say that all its cartons at the hub are aboard; where something stops it it stays."""
    booking = booking_queries.booking(session, booking_id=booking_id)
    aboard = deciding(queries.lots(session, kind=Kind.LOAD, booking_id=booking_id))
    if not aboard or booking.state is not BookingState.CARGO_RECEIVED:
        return
    state = departures.departure(session, departure_id=booking.departure_id, now=now).state
    if not DEPARTURE.allows(state, "load") or stops.stopped(session, booking_ids=[booking_id]):
        return
    packing = packing_queries.packing_for(session, line_id=booking.subject)
    if packing is None:
        return
    numbered = deciding(queries.lots(session, kind=Kind.RECEIVE, subject=booking.subject))
    there = with_unnumbered(numbered, packing.handed_cartons, cartons=packing.cartons)
    if there <= aboard.keys():
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
