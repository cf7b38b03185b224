"""Let a booking leave its departure: rolled to a later one of the same carrier, or declined."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.rules import digest
from marketplace.audit.services import Act
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import options as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.road.queries import held
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures.acting import locked
from marketplace.logistics.services.space import bookings, claims, rolling


def roll_booking(
    session: Session, *, actor: Actor, booking_id: UUID, departure_id: UUID | None = None, now: datetime
) -> BookingRow:
    """Move a booking, with its cargo where that is at the hub, to a chosen later departure or to the next that fits.

    Conflict ``other_carrier`` for a departure of somebody with whom no freight is agreed, ``not_later`` for one that
    leaves before, ``no_departure`` when none is named and none fits.
    """
    booking, departure = _locked_with_departure(session, booking_id)
    if departure_id is None:
        found = roll_on(session, booking, reason="by_hand", actor=actor, now=now)
        if found is None:
            raise Conflict("no_departure", hub=departure.hub_code, to=booking.to_place)
        return found
    chosen = session.get(Departure, departure_id)
    if chosen is None:
        raise NotFound("departure")
    if carrier_of(session, chosen) != carrier_of(session, departure):
        raise Conflict("other_carrier", departure=departure_id)
    if chosen.hub_code != departure.hub_code:
        raise Conflict("other_hub", departure=departure_id, hub=departure.hub_code)
    if chosen.id != departure.id and chosen.departs_at < departure.departs_at:
        raise Conflict("not_later", departure=departure_id)
    new = rolling.roll(
        session, booking_id=booking_id, departure_id=departure_id, reason="by_hand", actor=actor, now=now
    )
    cargo.hand_on(session, booking_id=booking_id, new_booking_id=new.id)
    return new


def decline_booking(session: Session, *, actor: Actor, booking_id: UUID, reason: str, now: datetime) -> None:
    """Give a booking up for the road; its line is booked again by hand, and its freight is owed back until then."""
    _locked_with_departure(session, booking_id)
    claims.decline(session, booking_id=booking_id, reason=reason, actor=actor, now=now)
    words = Act("booking.declined_for", booking_id, {"reason": digest(reason)})
    bookings.note(session, [words], actor=actor, now=now)


def roll_on(
    session: Session, booking: Booking, *, reason: str, actor: Actor, now: datetime, must: bool = False
) -> BookingRow | None:
    """Roll a booking to the first later departure of its carrier that takes it; None where none does.

    Another carrier is not a party to what was agreed about the freight. Conflict ``declared_locked`` for goods that
    are declared, unless they ``must`` move.
    """
    if not must:
        locks.allow(session, booking_id=booking.id, change=Change.ROLL)
    row = booking_queries.booking(session, booking_id=booking.id)
    for option in later_for(session, booking=row, now=now):
        try:
            new = rolling.roll(
                session,
                booking_id=booking.id,
                departure_id=option.departure_id,
                reason=reason,
                actor=actor,
                now=now,
                must=must,
            )
        except Conflict:
            continue
        cargo.hand_on(session, booking_id=booking.id, new_booking_id=new.id)
        return new
    return None


def later_for(session: Session, *, booking: BookingRow, now: datetime) -> tuple[OptionRow, ...]:
    """Return the later departures of a booking's carrier from the same hub with room for it, by arrival."""
    departure = session.get_one(Departure, booking.departure_id)
    carrier_id = carrier_of(session, departure)
    found = queries.options(
        session,
        hub_code=departure.hub_code,
        to_place=booking.to_place,
        # A target claims no room, so a full lorry may still be aimed at.
        load=Load() if booking.state is BookingState.TARGET else booking.load,
        after=departure.departs_at - timedelta(seconds=1),
        now=now,
    )
    return tuple(
        option for option in found if option.departure_id != departure.id and option.carrier_company_id == carrier_id
    )


def carrier_of(session: Session, departure: Departure) -> UUID:
    """Return the company whose lorry it is."""
    return session.scalars(sa.select(Line.carrier_company_id).where(Line.id == departure.line_id)).one()


def _locked_with_departure(session: Session, booking_id: UUID) -> tuple[Booking, Departure]:
    """Lock a booking after its departure, in the order of every act on a departure."""
    departure_id = session.scalars(sa.select(Booking.departure_id).where(Booking.id == booking_id)).one_or_none()
    if departure_id is None:
        raise NotFound("booking")
    departure = locked(session, departure_id)
    booking = bookings.locked_booking(session, booking_id)
    custody = held.custody_of(session, booking_id=booking_id)
    if custody is not None and custody.place_code != departure.hub_code:
        # No lorry takes it at the hub: it goes on from where it lies.
        raise Conflict("in_custody", place=custody.place_code)
    return booking, departure
