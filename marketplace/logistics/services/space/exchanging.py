"""Move many bookings at once, also between departures that have no room to spare for what comes before what goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import BookingRolled
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.planning.services import standing
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks, ranges
from marketplace.logistics.rules.states import DepartureState, EntryKind
from marketplace.logistics.services.departures.acting import locked
from marketplace.logistics.services.space.bookings import bookable, locked_booking, move, note
from marketplace.logistics.services.space.lapsing import lapse
from marketplace.logistics.services.space.rolling import rolled
from marketplace.logistics.services.space.room import NOTHING, ROOMLESS, change, enter, no_room, room_left


def exchange(
    session: Session, *, moves: Mapping[UUID, UUID], reason: str, actor: Actor, now: datetime
) -> dict[UUID, UUID]:
    """Move each of these bookings to its departure, all or none; return what each became.

    Each departure's room is changed once, by what comes less what goes, so two full lorries can exchange goods.
    Conflict ``capacity``, ``departure_closed``, ``cutoff``, ``not_served``, ``segregation``, ``declared_locked``,
    ``not_alone`` for a lorry that one company took all of, or that of a booking that cannot move any more: nothing of
    this call remains then.
    """
    with session.begin_nested():
        from_ids = session.scalars(sa.select(Booking.departure_id).where(Booking.id.in_(moves)))
        touched = sorted({*from_ids, *moves.values()})
        for departure_id in touched:
            locked(session, departure_id)
            if whole.is_whole(session, departure_id=departure_id):
                raise Conflict("not_alone", departure=departure_id)
            lapse(session, departure_id=departure_id, now=now)
        bookings = [locked_booking(session, booking_id) for booking_id in sorted(moves)]
        made = [_move(session, booking, moves[booking.id], reason, actor, now) for booking in bookings]
        net = dict.fromkeys(touched, NOTHING)
        for booking, new in made:
            if new.state not in ROOMLESS:
                net[booking.departure_id] -= booking.load
                net[new.departure_id] += booking.load
        for departure_id in touched:
            _change(session, departure_id, net[departure_id])
            coming = {new.id: booking.reference for booking, new in made if new.departure_id == departure_id}
            if coming:
                standing.check(session, departure_id=departure_id, coming=coming, now=now)
    _tell(session, made, reason, now)
    return {booking.id: new.id for booking, new in made}


def _move(
    session: Session, booking: Booking, departure_id: UUID, reason: str, actor: Actor, now: datetime
) -> tuple[Booking, Booking]:
    if departure_id == booking.departure_id:
        raise Conflict("same_departure", departure=departure_id)
    found = bookable(session, departure_id, booking.to_place, booking.load, now)
    locks.check(session, booking_id=booking.id, change=Change.ROLL, now=now)
    old_state = booking.state
    move(booking, "roll")
    session.flush()
    new = rolled(booking, found, old_state, now)
    session.add(new)
    session.flush()
    booking.rolled_to = new.id
    standing.follow(session, booking_id=booking.id, new_booking_id=new.id)
    locks.follow(session, booking_id=booking.id, new_booking_id=new.id)
    ranges.follow(session, booking_id=booking.id, new_booking_id=new.id)
    facts = {"to": new.id, "departure": departure_id, "reason": reason}
    note(session, [Act("booking.roll", booking.id, facts)], actor=actor, now=now)
    if old_state not in ROOMLESS:
        enter(session, EntryKind.ROLL_OUT, booking, NOTHING - booking.load, now)
        enter(session, EntryKind.ROLL_IN, new, booking.load, now)
    return booking, new


def _change(session: Session, departure_id: UUID, more: Load) -> None:
    amounts = {name: getattr(more, name) for name in DIMENSIONS}
    if not any(amounts.values()):
        return
    grows = any(amount > 0 for amount in amounts.values())
    guard = sa.and_(Departure.state == DepartureState.OPEN, room_left(amounts)) if grows else sa.true()
    if not change(session, departure_id, more, guard):
        raise no_room(session, departure_id, more)


def _tell(session: Session, made: Sequence[tuple[Booking, Booking]], reason: str, now: datetime) -> None:
    for booking, new in made:
        rolling = BookingRolled(
            at=now,
            booking_id=booking.id,
            subject=booking.subject,
            new_booking_id=new.id,
            departure_id=new.departure_id,
            reason=reason,
        )
        events.record(session, rolling)
