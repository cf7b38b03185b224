"""Take a consignment off a lorry that was sealed, and put it on another, also on one that is under way."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.events import BookingRolled
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.services import standing
from marketplace.logistics.road.models.customs import TransitConsignment, TransitMovement
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.rules.transit import ENGAGED, WITH_CUSTOMS
from marketplace.logistics.road.services import locks, ranges
from marketplace.logistics.rules.states import BookingState, EntryKind
from marketplace.logistics.services import cargo
from marketplace.logistics.services.space import bookings, rolling
from marketplace.logistics.services.space.bookings import Bookable
from marketplace.logistics.services.space.room import (
    NOTHING,
    change,
    departure_of,
    enter,
    give_back,
    no_room,
    room_left,
)

_REASON = "held_transfer"


def check_transit(session: Session, *, booking_id: UUID) -> None:
    """Refuse what rides under a transit movement that is not discharged: Conflict ``transit_runs`` names it.

    So is what customs has on a list and has not released: Conflict ``transit_lodged`` names the guarantee.
    """
    for state, mrn, guarantee in session.execute(
        sa.select(TransitMovement.state, TransitMovement.mrn, TransitMovement.guarantee_reference)
        .join(TransitConsignment, TransitConsignment.movement_id == TransitMovement.id)
        .where(TransitConsignment.booking_id == booking_id)
        .order_by(TransitMovement.id)
    ):
        if state in ENGAGED:
            raise Conflict("transit_runs", number=mrn)
        if state in WITH_CUSTOMS:
            raise Conflict("transit_lodged", guarantee=guarantee)


def take_off(session: Session, booking: Booking, *, actor: Actor, now: datetime) -> None:
    """Let a consignment be in hand beside the lorry; one that is already stays so."""
    if booking.state is BookingState.CARGO_RECEIVED:
        return
    action = "off_load" if booking.state is BookingState.IN_TRANSIT else "unload"
    bookings.move(booking, action)
    bookings.note(session, [Act(f"booking.{action}", booking.id)], actor=actor, now=now)
    session.flush()


def move(session: Session, booking: Booking, *, departure_id: UUID, is_open: bool, actor: Actor, now: datetime) -> UUID:
    """Put a consignment on another departure, which the caller has locked, and return the booking that it becomes.

    On one that still takes bookings it waits to be loaded; on one that stands on its way it goes on at once.
    """
    if is_open:
        take_off(session, booking, actor=actor, now=now)
        cargo.move_units(session, booking_ids=[booking.id], action="unload")
        new = rolling.roll(
            session, booking_id=booking.id, departure_id=departure_id, reason=_REASON, actor=actor, now=now
        )
        cargo.hand_on(session, booking_id=booking.id, new_booking_id=new.id)
        return new.id
    return _under_way(session, booking, departure_id, actor, now)


def _under_way(session: Session, booking: Booking, departure_id: UUID, actor: Actor, now: datetime) -> UUID:
    standing.check(session, departure_id=departure_id, coming={booking.id: booking.reference}, now=now)
    locks.check(session, booking_id=booking.id, change=Change.ROLL, now=now)
    take_off(session, booking, actor=actor, now=now)
    bookings.move(booking, "roll")
    session.flush()
    target = departure_of(session, departure_id)
    new = rolling.rolled(booking, Bookable(target.id, target.cutoff_cargo_at), BookingState.IN_TRANSIT, now)
    session.add(new)
    session.flush()
    booking.rolled_to = new.id
    standing.follow(session, booking_id=booking.id, new_booking_id=new.id)
    locks.follow(session, booking_id=booking.id, new_booking_id=new.id)
    ranges.follow(session, booking_id=booking.id, new_booking_id=new.id)
    facts = {"to": new.id, "departure": departure_id, "reason": _REASON}
    bookings.note(session, [Act("booking.roll", booking.id, facts)], actor=actor, now=now)
    load = booking.load
    enter(session, EntryKind.ROLL_OUT, booking, NOTHING - load, now)
    enter(session, EntryKind.ROLL_IN, new, load, now)
    # Both rows are hot: the lower id first, as everybody who changes two.
    for hot in sorted((booking.departure_id, departure_id)):
        if hot != departure_id:
            give_back(session, hot, load)
        elif not change(session, hot, load, room_left({name: getattr(load, name) for name in DIMENSIONS})):
            raise no_room(session, hot, load)
    cargo.hand_on(session, booking_id=booking.id, new_booking_id=new.id)
    cargo.move_units(session, booking_ids=[new.id], action="load")
    events.record(
        session,
        BookingRolled(
            at=now,
            booking_id=booking.id,
            subject=booking.subject,
            new_booking_id=new.id,
            departure_id=departure_id,
            reason=_REASON,
        ),
    )
    return new.id
