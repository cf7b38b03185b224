"""Move a booking to another departure, or to the load that was measured."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import BookingRolled
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.services import standing
from marketplace.logistics.pricing.services import whole
from marketplace.logistics.queries import bookings as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks, ranges
from marketplace.logistics.rules.freight import check_load
from marketplace.logistics.rules.states import BookingState, EntryKind
from marketplace.logistics.services.space.bookings import Bookable, bookable, locked_booking, move, note
from marketplace.logistics.services.space.lapsing import lapse_holds, tell_expired
from marketplace.logistics.services.space.room import (
    NOTHING,
    ROOMLESS,
    Lapsed,
    capacity_in,
    change,
    check_size,
    claim,
    departure_of,
    enter,
    give_back,
    no_room,
    room_left,
)


def roll(
    session: Session,
    *,
    booking_id: UUID,
    departure_id: UUID,
    reason: str,
    now: datetime,
    actor: Actor = SYSTEM,
    must: bool = False,
) -> BookingRow:
    """Move a booking to another departure, with its room and its state.

    Conflict ``capacity``, or ``segregation`` when it must not stand with what is there, leaves it where it is.
    So does ``declared_locked`` for goods that are declared, unless they ``must`` move: then it is noted what to amend.
    """
    booking = locked_booking(session, booking_id)
    with session.begin_nested():
        found = bookable(session, departure_id, booking.to_place, booking.load, now)
        if found.id == booking.departure_id:
            raise Conflict("same_departure", departure=departure_id)
        standing.check(session, departure_id=departure_id, coming={booking.id: booking.reference}, now=now)
        guard = locks.require_amendment if must else locks.check
        guard(session, booking_id=booking.id, change=Change.ROLL, now=now)
        old_state, load = booking.state, booking.load
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
        if old_state in ROOMLESS:
            lapsed: Sequence[Lapsed] = ()
        else:
            lapsed = lapse_holds(session, departure_id, now)
            enter(session, EntryKind.ROLL_OUT, booking, NOTHING - load, now)
            enter(session, EntryKind.ROLL_IN, new, load, now)
            # Both rows are hot: the lower id first, as everybody who changes two.
            for target_id in sorted((booking.departure_id, departure_id)):
                if target_id == departure_id:
                    claim(session, departure_id, load, lapsed, now)
                else:
                    give_back(session, booking.departure_id, load)
    tell_expired(session, lapsed, now)
    events.record(
        session,
        BookingRolled(
            at=now,
            booking_id=booking.id,
            subject=booking.subject,
            new_booking_id=new.id,
            departure_id=departure_id,
            reason=reason,
        ),
    )
    return queries.booking(session, booking_id=new.id)


def adjust(session: Session, *, booking_id: UUID, load: Load, now: datetime) -> None:
    """Change a booking's load to what was measured, or agreed; Conflict ``capacity`` without room for the surplus."""
    check_load(load)
    booking = locked_booking(session, booking_id)
    more = load - booking.load
    if more.is_nothing:
        return
    with session.begin_nested():
        booking.grams, booking.cm3, booking.ldm_mm, booking.pallets = (getattr(load, name) for name in DIMENSIONS)
        if booking.state in ROOMLESS:
            aimed = departure_of(session, booking.departure_id)
            check_size(aimed.id, aimed.reference, capacity_in(aimed), load)
            return
        enter(session, EntryKind.ADJUST, booking, more, now)
        grows = any(getattr(more, name) > 0 for name in DIMENSIONS)
        guard = room_left({name: getattr(more, name) for name in DIMENSIONS}) if grows else sa.true()
        # Who took the whole lorry has room that is kept for it.
        if not change(session, booking.departure_id, more, guard) and not whole.yield_room(
            session, departure_id=booking.departure_id, more=more, now=now
        ):
            raise no_room(session, booking.departure_id, more)
        if not grows:
            whole.settle(session, departure_id=booking.departure_id, now=now)


def rolled(booking: Booking, departure: Bookable, state: BookingState, now: datetime) -> Booking:
    """Return the same claim on another departure; cargo that is at the hub already stays received."""
    until = booking.expires_at and min(booking.expires_at, departure.cutoff_cargo_at)
    return Booking(
        id=new_id(),
        reference=new_reference("BKG"),
        departure_id=departure.id,
        to_place=booking.to_place,
        subject=booking.subject,
        part=booking.part,
        shipper_company_id=booking.shipper_company_id,
        consignee_company_id=booking.consignee_company_id,
        grams=booking.grams,
        cm3=booking.cm3,
        ldm_mm=booking.ldm_mm,
        pallets=booking.pallets,
        state=state,
        expires_at=until,
        created_at=now,
        confirmed_at=booking.confirmed_at,
    )
