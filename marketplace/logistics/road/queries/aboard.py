"""Read from when until when goods were on a lorry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.models.departures import Booking, DepartureStop
from marketplace.logistics.queries.tracking import is_withdrawn, withdraws_nothing
from marketplace.logistics.road.models.lorries import HeldChoice
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState

_ABOARD: Final = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)


@dataclass(frozen=True, slots=True)
class StayRow:
    """A consignment that was on a lorry: since it was loaded, or put on from another; ``until`` None while it is."""

    booking_id: UUID
    since: datetime
    until: datetime | None


def stays_on(session: Session, *, departure_id: UUID) -> tuple[StayRow, ...]:
    """Return what is or was on a departure, also what was taken off it on its way."""
    loaded = (
        sa.select(sa.func.min(TransportEvent.event_at))
        .where(
            TransportEvent.booking_id == Booking.id,
            TransportEvent.code == int(Status.CONSOLIDATED),
            withdraws_nothing(),
            ~is_withdrawn(),
        )
        .scalar_subquery()
    )
    taken_off = (
        sa.select(sa.func.min(HeldChoice.chosen_at))
        .where(HeldChoice.booking_id == Booking.id, HeldChoice.option.in_((Option.OFF_LOAD, Option.TRANSFER)))
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Booking.id,
            Booking.created_at,
            loaded.label("loaded_at"),
            taken_off.label("taken_off_at"),
            DepartureStop.reached_at,
        )
        .outerjoin(
            DepartureStop,
            sa.and_(
                DepartureStop.departure_id == Booking.departure_id,
                DepartureStop.place_code == Booking.to_place,
                ~DepartureStop.is_border,
            ),
        )
        .where(Booking.departure_id == departure_id, sa.or_(Booking.state.in_(_ABOARD), taken_off.is_not(None)))
        .order_by(Booking.id)
    )
    # A booking that goods became on their way was never loaded at a hub: it is made when they are put on.
    return tuple(StayRow(row.id, row.loaded_at or row.created_at, row.taken_off_at or row.reached_at) for row in rows)
