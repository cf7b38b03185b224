"""Floor plans of the demo's lorries that have cargo at the hub: asked for here, drawn by the city's own jobs."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import SYSTEM
from marketplace.logistics.floor.rules.states import Effort
from marketplace.logistics.floor.services import plans
from marketplace.logistics.models.cargo import HandlingUnit
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import TAKES_CARGO, BookingState


def ask_for_floors(session: Session, *, now: datetime) -> int:
    """Have the cargo of each such lorry packed; return how many there are."""
    waiting = session.scalars(
        sa.select(Departure.id)
        .join(Booking, Booking.departure_id == Departure.id)
        .join(HandlingUnit, HandlingUnit.booking_id == Booking.id)
        .where(Departure.state.in_(TAKES_CARGO), Booking.state.in_((BookingState.CARGO_RECEIVED, BookingState.LOADED)))
        .distinct()
        .order_by(Departure.id)
    ).all()
    for departure_id in waiting:
        plans.ask(session, actor=SYSTEM, departure_id=departure_id, effort=Effort.FAST, now=now)
    return len(waiting)
