"""Load the lorry and seal it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import DepartureSealed
from marketplace.logistics.handling.services import stops
from marketplace.logistics.models.cargo import Seal
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.services import standing
from marketplace.logistics.queries import cargo as queries
from marketplace.logistics.queries.cargo import ReceivedRow
from marketplace.logistics.road.services import gates, locks
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo, manifests, tracking
from marketplace.logistics.services.departures import overbooking
from marketplace.logistics.services.departures.acting import act, booked_on, move_bookings
from marketplace.logistics.services.departures.moving import roll_on
from marketplace.logistics.services.departures.stops import plan
from marketplace.logistics.services.space import rolling

_LONGEST_SEAL: Final = 40
_NOT_ABOARD: Final = (BookingState.HELD, BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)


def load(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    now: datetime,
    booking_ids: Collection[UUID] | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Put cargo that was received onto the lorry: of these bookings, or of all; again for what comes while loading.

    Room that was kept for goods that did not come is given back, by weight and volume.

    Conflict ``not_received`` names bookings whose cargo is not at the hub, or which are not of this departure;
    ``segregation`` two that must not stand on one lorry, ``beyond_declared`` and ``amendment_due`` declared goods,
    ``loading_stopped`` those that wait for something else, ``beyond_lorry`` what was sold beyond it; where none is
    named they stay at the hub.
    """
    departure = act(session, actor, departure_id, "load", now)
    received = booked_on(session, departure.id, (BookingState.CARGO_RECEIVED,))
    if booking_ids is not None:
        wanted = set(booking_ids)
        missing = wanted - {booking.id for booking in received}
        if missing:
            raise Conflict("not_received", departure=departure_id, bookings=sorted(map(str, missing)))
        received = [booking for booking in received if booking.id in wanted]
    named = booking_ids is not None
    received = _without_stopped(session, received, named=named)
    received = overbooking.within(session, departure=departure, coming=received, named=named, now=now)
    coming = {booking.id: booking.reference for booking in received}
    standing.check(session, departure_id=departure_id, coming=coming, now=now, beside=(BookingState.LOADED,))
    measured = queries.received(session, booking_ids=[booking.id for booking in received])
    locks.check_loading(session, cartons={key: row.cartons for key, row in measured.items()})
    _give_back_rest(session, received, measured, now)
    move_bookings(session, received, "load", actor=actor, now=now)
    cargo.move_units(session, booking_ids=[booking.id for booking in received], action="load")
    for booking in received:
        tracking.note(session, code=Status.CONSOLIDATED, booking_id=booking.id, event_at=happened_at or now, now=now)


def unload(session: Session, *, actor: Actor, departure_id: UUID, booking_ids: Collection[UUID], now: datetime) -> None:
    """Take bookings off the lorry before its doors are sealed: their cargo is at the hub again, they keep their room.

    Sealed without them, the lorry leaves them for the next departure with room. Conflict ``not_on_lorry`` names
    bookings that are not loaded on it; Refused ``bookings`` where none is named.
    """
    if not booking_ids:
        raise Refused.field("bookings", "required", "one or more")
    departure = act(session, actor, departure_id, "unload", now)
    wanted = set(booking_ids)
    loaded = [row for row in booked_on(session, departure.id, (BookingState.LOADED,)) if row.id in wanted]
    missing = wanted - {booking.id for booking in loaded}
    if missing:
        raise Conflict("not_on_lorry", departure=departure_id, bookings=sorted(map(str, missing)))
    move_bookings(session, loaded, "unload", actor=actor, now=now)
    cargo.move_units(session, booking_ids=[booking.id for booking in loaded], action="unload")
    for booking in loaded:
        tracking.note(
            session,
            code=Status.UNLOADED,
            booking_id=booking.id,
            place_code=departure.hub_code,
            event_at=now,
            now=now,
        )


def seal(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    seal_number: str,
    now: datetime,
    happened_at: datetime | None = None,
) -> str:
    """Seal the doors and freeze the manifest; return its SHA-256.

    What is not on the lorry then is rolled to the next departure with room, ``no_cargo`` or ``not_loaded`` as the
    reason; Conflict ``left_behind`` names bookings that nothing takes: they are rolled by hand or declined first,
    ``declared_locked`` declared goods that are not on the lorry, ``not_pre_cooled`` a trailer that nobody cooled down.
    """
    number = seal_number.strip()
    if not 1 <= len(number) <= _LONGEST_SEAL:
        raise Refused.field("seal_number", "required", f"1 to {_LONGEST_SEAL} characters")
    departure = act(session, actor, departure_id, "seal", now)
    left = [
        booking
        for booking in booked_on(session, departure.id, _NOT_ABOARD)
        if not roll_on(session, booking, reason=_why_left(booking), actor=actor, now=now)
    ]
    if left:
        raise Conflict("left_behind", departure=departure_id, bookings=[str(booking.id) for booking in left])
    affixed_at = happened_at or now
    session.add(
        Seal(
            id=new_id(),
            departure_id=departure.id,
            number=number,
            affixed_by=actor.person_id,
            affixed_at=affixed_at,
        )
    )
    loaded = booked_on(session, departure.id, (BookingState.LOADED,))
    gates.check_cooled(session, departure_id=departure.id, booking_ids=[booking.id for booking in loaded])
    cargo.lock_consignments(session, booking_ids=[booking.id for booking in loaded])
    plan(session, departure, now)
    subjects = tuple(booking.subject for booking in loaded)
    events.record(session, DepartureSealed(at=now, departure_id=departure.id, subjects=subjects))
    return manifests.freeze(session, departure=departure, loaded=loaded, seal_number=number, now=now)


def _without_stopped(session: Session, received: Sequence[Booking], *, named: bool) -> list[Booking]:
    stopped = stops.stopped(session, booking_ids=[booking.id for booking in received])
    if stopped and named:
        references = sorted(booking.reference for booking in received if booking.id in stopped)
        raise Conflict("loading_stopped", bookings=", ".join(references))
    return [booking for booking in received if booking.id not in stopped]


def _give_back_rest(
    session: Session, received: Sequence[Booking], measured: Mapping[UUID, ReceivedRow], now: datetime
) -> None:
    """Make bookings as small as what was weighed and measured of them, where that is less."""
    for booking in received:
        came = measured[booking.id]
        load = replace(booking.load, grams=min(came.grams, booking.grams), cm3=min(came.cm3, booking.cm3))
        rolling.adjust(session, booking_id=booking.id, load=load, now=now)


def _why_left(booking: Booking) -> str:
    return "not_loaded" if booking.state is BookingState.CARGO_RECEIVED else "no_cargo"
