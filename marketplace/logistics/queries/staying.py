"""Read what decides who stays on a lorry, and what the lorry of a departure really holds."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.planning.models import BookingCargo
from marketplace.logistics.road.queries import declarations
from marketplace.logistics.rules.states import BookingState, DepartureState
from marketplace.logistics.rules.staying import Claim, Firmness, Staying, who_stays

# All of a lorry is sold, and no more.
WHOLE_PERCENT: Final = 100
# What takes room on a lorry that is not loaded yet.
_WAITING: Final = (BookingState.HELD, BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)
_AS_A_STATE: Final = {
    BookingState.HELD: Firmness.HELD,
    BookingState.CONFIRMED: Firmness.CONFIRMED,
    BookingState.CARGO_RECEIVED: Firmness.AT_HUB,
}


def claims_on(session: Session, *, departure_id: UUID, now: datetime) -> tuple[Claim, ...]:
    """Return what takes room on a departure before it is loaded, without holds whose time is over."""
    rows = session.execute(
        sa.select(Booking, BookingCargo.due_at)
        .outerjoin(BookingCargo, BookingCargo.booking_id == Booking.id)
        .where(
            Booking.departure_id == departure_id,
            Booking.state.in_(_WAITING),
            sa.or_(Booking.state != BookingState.HELD, Booking.expires_at > now),
        )
    ).all()
    declared = declarations.declared(session, departure_ids=[departure_id])
    return tuple(
        Claim(
            row.id,
            row.load,
            Firmness.DECLARED if row.id in declared else _AS_A_STATE[row.state],
            row.confirmed_at or row.created_at,
            due_at,
        )
        for row, due_at in rows
    )


def lorry_of(session: Session, *, departure_id: UUID) -> Load:
    """Return what the kind of lorry of a departure holds, however much of it is sold."""
    columns = [getattr(VehicleType, name) for name in DIMENSIONS]
    row = session.execute(
        sa.select(*columns)
        .join(Departure, Departure.vehicle_type_id == VehicleType.id)
        .where(Departure.id == departure_id)
    ).one()
    return Load(**row._asdict())


def over_lorry(session: Session, *, departure_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Return what a closed departure took beyond its lorry and nothing else has taken: it waits for the operator."""
    overbooked = sa.select(Departure.overbooking_percent).where(
        Departure.id == departure_id, Departure.state.in_((DepartureState.CLOSED, DepartureState.LOADING))
    )
    if (session.scalar(overbooked) or 0) <= WHOLE_PERCENT:
        return ()
    aboard = sa.select(*(sa.func.coalesce(sa.func.sum(getattr(Booking, name)), 0) for name in DIMENSIONS))
    loaded = session.execute(
        aboard.where(Booking.departure_id == departure_id, Booking.state == BookingState.LOADED)
    ).one()
    room = lorry_of(session, departure_id=departure_id) - Load(*map(int, loaded))
    return tuple(one.booking_id for one in split(session, departure_id=departure_id, room=room, now=now).go)


def split(session: Session, *, departure_id: UUID, room: Load, now: datetime) -> Staying:
    """Return who of those booked on a departure stays in so much room, by the published rule."""
    return who_stays(claims_on(session, departure_id=departure_id, now=now), room)
