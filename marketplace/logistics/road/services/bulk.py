"""Note the same of many consignments of a lorry at once, all or none."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries.departures import departure
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting

_THERE: Final = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED)


def note(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    code: Status,
    booking_ids: Collection[UUID] | None,
    place_code: str | None = None,
    happened_at: datetime | None = None,
    now: datetime,
) -> int:
    """Note an event of these consignments of a lorry, of all that are aboard or arrived for None; return of how many.

    NotFound ``departure`` for anybody but the operator; Refused ``bookings``, ``place`` and ``happened_at``; Conflict
    ``nothing_aboard``.
    """
    access.must_be(session, Hat.OPERATOR, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    stops = [stop.place.code for stop in departure(session, departure_id=departure_id, now=now).stops]
    if place_code is not None and place_code not in stops:
        raise Refused.field("place", "choice", ", ".join(stops))
    happened = tracking.checked(happened_at, field="happened_at", now=now)
    there = session.scalars(
        sa.select(Booking.id)
        .where(Booking.departure_id == departure_id, Booking.state.in_(_THERE))
        .order_by(Booking.id)
    ).all()
    if booking_ids is not None and set(booking_ids) - set(there):
        raise Refused.field("bookings", "not_aboard")
    wanted = list(there) if booking_ids is None else sorted(set(booking_ids))
    if not wanted:
        raise Conflict("nothing_aboard", departure=departure_id)
    noted = [
        tracking.note(session, code=code, booking_id=booking_id, place_code=place_code, event_at=happened, now=now)
        for booking_id in wanted
    ]
    audit.record(
        session,
        actor=actor,
        action="departure.noted_of_many",
        subject="departure",
        subject_id=departure_id,
        facts={"code": int(code), "bookings": wanted, "events": noted},
        now=now,
    )
    return len(wanted)
