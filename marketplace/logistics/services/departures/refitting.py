"""Give a departure other room to sell: the hot row under a guard, and what is kept on it for who took all of it."""

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries.room import taken_of
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services.space.room import check_size, departure_of, give_back

_AIMED: Final = sa.select(Booking).where(
    Booking.departure_id == sa.bindparam("departure"), Booking.state == BookingState.TARGET
)


def refit(session: Session, *, departure_id: UUID, room: Load, now: datetime, **columns: Any) -> None:
    """Let a departure sell so much room, and write ``columns`` with it.

    Conflict ``capacity`` where more is taken, or goods made to order that are to go with it would not fit.

    What is kept for who took the whole lorry shrinks and grows with it.
    """
    session.flush()
    found = departure_of(session, departure_id)
    over = Load(*(max(getattr(found, f"taken_{name}") - getattr(room, name), 0) for name in DIMENSIONS))
    if not over.is_nothing and whole.yield_room(session, departure_id=departure_id, more=over, now=now):
        give_back(session, departure_id, over)
    statement = (
        sa.update(Departure)
        .where(Departure.id == departure_id, *(taken_of(name) <= getattr(room, name) for name in DIMENSIONS))
        .values({f"capacity_{name}": getattr(room, name) for name in DIMENSIONS} | columns)
        .execution_options(synchronize_session=False)
    )
    if cast("sa.CursorResult[Any]", session.execute(statement)).rowcount != 1:
        raise Conflict("capacity", departure=departure_id, lacking=list(over.lacking(Load())))
    for aimed in session.scalars(_AIMED, {"departure": departure_id}):
        check_size(departure_id, found.reference, room, aimed.load)
    departure_of(session, departure_id)
    whole.settle(session, departure_id=departure_id, now=now)
