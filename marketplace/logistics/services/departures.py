"""The journey of a departure, act by act, from closing its bookings to settling it.

Every act locks the departure, takes one drawn transition, moves what is booked on it along and tells upward.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import (
    DepartureArrived,
    DepartureAtBorder,
    DepartureCancelled,
    DepartureCleared,
    DepartureDeparted,
    DepartureSealed,
)
from marketplace.logistics.models.cargo import Seal
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.queries import options as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import AT_HUB, DEPARTURE, BookingState, Classifier, DepartureState
from marketplace.logistics.services import cargo, manifests, space, tracking

_LONGEST_SEAL: Final = 40
_NOT_ABOARD: Final = (BookingState.HELD, BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)


def lock(session: Session, *, departure_id: UUID) -> None:
    """Let nobody else act on a departure until this unit of work ends; taken before any row of its cargo."""
    _locked(session, departure_id)


def close(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take no more bookings: holds that were not confirmed end, targets move to the next departure."""
    departure = _act(session, actor, departure_id, "close", now)
    space.lapse(session, departure_id=departure.id, now=now, everyone=True)
    for booking in _booked(session, departure.id, (BookingState.TARGET,)):
        if not _roll_on(session, booking, departure, reason="departure_closed", now=now):
            space.cancel(session, booking_id=booking.id, reason="no_departure", now=now)


def close_due(session: Session, *, now: datetime) -> int:
    """Close the departures whose cargo cut-off has passed; return how many."""
    due = session.scalars(
        sa.select(Departure.id)
        .where(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at <= now)
        .order_by(Departure.id)
    ).all()
    for departure_id in due:
        close(session, actor=SYSTEM, departure_id=departure_id, now=now)
    return len(due)


def reopen(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Take bookings again before loading begins; the cut-offs still count."""
    _act(session, actor, departure_id, "reopen", now)


def load(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    now: datetime,
    booking_ids: Collection[UUID] | None = None,
) -> None:
    """Put cargo that was received onto the lorry: of these bookings, or of all; again for what comes while loading.

    Conflict ``not_received`` names bookings whose cargo is not at the hub, or which are not of this departure.
    """
    departure = _act(session, actor, departure_id, "load", now)
    received = _booked(session, departure.id, (BookingState.CARGO_RECEIVED,))
    if booking_ids is not None:
        wanted = set(booking_ids)
        missing = wanted - {booking.id for booking in received}
        if missing:
            raise Conflict("not_received", departure=departure_id, bookings=sorted(map(str, missing)))
        received = [booking for booking in received if booking.id in wanted]
    _move_bookings(session, received, "load")
    cargo.move_units(session, booking_ids=[booking.id for booking in received], action="load")
    for booking in received:
        tracking.note(session, code=Status.CONSOLIDATED, booking_id=booking.id, event_at=now, now=now)


def seal(session: Session, *, actor: Actor, departure_id: UUID, seal_number: str, now: datetime) -> str:
    """Seal the doors and freeze the manifest; return its SHA-256.

    What is not on the lorry then is rolled to the next departure with room, ``no_cargo`` or ``not_loaded`` as the
    reason; Conflict ``left_behind`` names bookings that nothing takes: they are rolled by hand or declined first.
    """
    number = seal_number.strip()
    if not 1 <= len(number) <= _LONGEST_SEAL:
        raise Refused.field("seal_number", "required", f"1 to {_LONGEST_SEAL} characters")
    departure = _act(session, actor, departure_id, "seal", now)
    left = [
        booking
        for booking in _booked(session, departure.id, _NOT_ABOARD)
        if not _roll_on(session, booking, departure, reason=_why_left(booking), now=now)
    ]
    if left:
        raise Conflict("left_behind", departure=departure_id, bookings=[str(booking.id) for booking in left])
    session.add(Seal(id=new_id(), departure_id=departure.id, number=number, affixed_by=actor.person_id, affixed_at=now))
    loaded = _booked(session, departure.id, (BookingState.LOADED,))
    cargo.lock_consignments(session, booking_ids=[booking.id for booking in loaded])
    _foresee(session, departure, Classifier.PLANNED, timedelta(), now)
    subjects = tuple(booking.subject for booking in loaded)
    events.record(session, DepartureSealed(at=now, departure_id=departure.id, subjects=subjects))
    return manifests.freeze(session, departure=departure, loaded=loaded, seal_number=number, now=now)


def depart(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Let the sealed lorry leave the hub; ``happened_at`` where it left before this is noted."""
    departure = _act(session, actor, departure_id, "depart", now)
    moved = _move_bookings(session, _booked(session, departure.id, (BookingState.LOADED,)), "depart")
    happened = _reach(session, departure, departure.hub_code, happened_at, now)
    _note(session, departure, Status.DEPARTED, departure.hub_code, happened, now)
    events.record(session, DepartureDeparted(at=now, departure_id=departure.id, subjects=moved))


def at_border(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    now: datetime,
    place_code: str | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Note that the lorry waits at a border, the next on its way unless another is named."""
    departure = _act(session, actor, departure_id, "at_border", now)
    stop = _border(session, departure, place_code)
    happened = _reach(session, departure, stop.place_code, happened_at, now)
    _note(session, departure, Status.ARRIVED, stop.place_code, happened, now)
    subjects = _aboard(session, departure)
    events.record(
        session,
        DepartureAtBorder(at=now, departure_id=departure.id, subjects=subjects, place_code=stop.place_code),
    )


def clear(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Note that the lorry is cleared and crosses; it stands on the other side, and the stops ahead shift with it.

    The wait is what lies between reaching the near side and this.
    """
    departure = _act(session, actor, departure_id, "clear", now)
    side = session.scalars(
        sa.select(DepartureStop)
        .where(
            DepartureStop.departure_id == departure.id, DepartureStop.is_border, DepartureStop.reached_at.is_not(None)
        )
        .order_by(DepartureStop.position.desc())
        .limit(1)
    ).one()
    beyond = session.scalars(
        sa.select(DepartureStop).where(
            DepartureStop.departure_id == departure.id,
            DepartureStop.position == side.position + 1,
            DepartureStop.is_border,
        )
    ).one_or_none()
    place_code = beyond.place_code if beyond is not None else side.place_code
    if beyond is not None:
        happened = _reach(session, departure, place_code, happened_at, now)
    else:
        happened = tracking.checked(happened_at, field="happened_at", now=now, since=side.reached_at)
    for code in (Status.CLEARED, Status.CROSSED_BORDER):
        _note(session, departure, code, place_code, happened, now)
    _foresee(session, departure, Classifier.ESTIMATED, happened - (beyond or side).eta, now)
    subjects = _aboard(session, departure)
    events.record(
        session, DepartureCleared(at=now, departure_id=departure.id, subjects=subjects, place_code=place_code)
    )


def arrive(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    now: datetime,
    place_code: str | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Note the arrival at a place on the way, or at the end of the line where none is named: cargo for it is there."""
    places = session.scalars(
        sa.select(DepartureStop.place_code)
        .where(DepartureStop.departure_id == departure_id, ~DepartureStop.is_border, DepartureStop.position > 0)
        .order_by(DepartureStop.position)
    ).all()
    if place_code is not None and place_code not in places:
        raise Refused.field("place", "choice", ", ".join(places))
    if place_code in (None, places[-1] if places else None):
        departure = _act(session, actor, departure_id, "arrive", now)
        there, aboard = places[-1], _booked(session, departure.id, (BookingState.IN_TRANSIT,))
    else:
        departure = _locked(session, departure_id)
        # The lorry goes on, so its own state stays; the drawn transition says whether it can be arriving anywhere.
        DEPARTURE.apply(departure.state, "arrive")
        there = str(place_code)
        aboard = [row for row in _booked(session, departure.id, (BookingState.IN_TRANSIT,)) if row.to_place == there]
        audit.record(
            session,
            actor=actor,
            action="departure.called",
            subject="departure",
            subject_id=departure_id,
            facts={"place": there},
            now=now,
        )
    happened = _reach(session, departure, there, happened_at, now)
    moved = _move_bookings(session, aboard, "arrive")
    _note(session, departure, Status.ARRIVED, there, happened, now)
    events.record(session, DepartureArrived(at=now, departure_id=departure.id, subjects=moved, place_code=there))


def strip(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Unload the lorry at the end of its line."""
    departure = _act(session, actor, departure_id, "strip", now)
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=_last_reached(session, departure))
    arrived = _booked(session, departure.id, (BookingState.ARRIVED,))
    cargo.move_units(session, booking_ids=[booking.id for booking in arrived], action="strip")
    tracking.note(session, code=Status.STRIPPED, departure_id=departure.id, event_at=happened, now=now)


def settle_due(session: Session, *, now: datetime) -> int:
    """End the stripped departures on which nothing waits for its receipt any more; return how many."""
    waiting = sa.select(Booking.departure_id).where(Booking.state.in_((BookingState.IN_TRANSIT, BookingState.ARRIVED)))
    due = session.scalars(
        sa.select(Departure.id)
        .where(Departure.state == DepartureState.STRIPPED, Departure.id.not_in(waiting))
        .order_by(Departure.id)
    ).all()
    for departure_id in due:
        _act(session, SYSTEM, departure_id, "settle", now)
    return len(due)


def hold(session: Session, *, actor: Actor, departure_id: UUID, cause: str, now: datetime) -> None:
    """Stop a sealed lorry; ``cause`` is a code, such as customs or breakdown."""
    departure = _locked(session, departure_id)
    before = departure.state
    _act(session, actor, departure_id, "hold", now, cause=cause)
    departure.held_from = before
    session.flush()
    tracking.note(session, code=Status.DELAYED, departure_id=departure.id, event_at=now, now=now)


def resume(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Let a stopped lorry go on from where it stood."""
    departure = _locked(session, departure_id)
    _act(session, actor, departure_id, f"resume_{departure.held_from}", now)
    departure.held_from = None
    session.flush()


def cancel(session: Session, *, actor: Actor, departure_id: UUID, reason: str, now: datetime) -> None:
    """Cancel a departure before it is sealed: every booking is rolled to the next with room, or cancelled.

    Room elsewhere goes to the earliest confirmed first, so the latest confirmed wait longest.
    """
    departure = _act(session, actor, departure_id, "cancel", now, reason=digest(reason))
    departure.cancel_reason = reason
    loaded = _booked(session, departure.id, (BookingState.LOADED,))
    _move_bookings(session, loaded, "unload")
    cargo.move_units(session, booking_ids=[booking.id for booking in loaded], action="unload")
    booked = sorted(
        _booked(session, departure.id, AT_HUB),
        key=lambda booking: (booking.confirmed_at is None, booking.confirmed_at or booking.created_at, booking.id),
    )
    for booking in booked:
        if not _roll_on(session, booking, departure, reason="departure_cancelled", now=now):
            space.cancel(session, booking_id=booking.id, reason="departure_cancelled", now=now)
    events.record(
        session,
        DepartureCancelled(at=now, departure_id=departure.id, subjects=tuple(booking.subject for booking in booked)),
    )


def roll_booking(
    session: Session, *, actor: Actor, booking_id: UUID, departure_id: UUID, reason: str, now: datetime
) -> BookingRow:
    """Move a booking, and its cargo where that is at the hub already, to a departure chosen by hand."""
    new = space.roll(session, booking_id=booking_id, departure_id=departure_id, reason=reason, now=now)
    cargo.hand_on(session, booking_id=booking_id, new_booking_id=new.id)
    audit.record(
        session,
        actor=actor,
        action="booking.rolled",
        subject="booking",
        subject_id=booking_id,
        facts={"to": new.id, "departure": departure_id, "reason": reason},
        now=now,
    )
    return new


def _act(session: Session, actor: Actor, departure_id: UUID, action: str, now: datetime, **facts: Any) -> Departure:
    """Take a drawn transition with a locked departure: the one place that writes a departure's state."""
    departure = _locked(session, departure_id)
    departure.state = DEPARTURE.apply(departure.state, action)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action=f"departure.{action}",
        subject="departure",
        subject_id=departure_id,
        facts=facts,
        now=now,
    )
    return departure


def _locked(session: Session, departure_id: UUID) -> Departure:
    """Lock the row against other acts and bookings, not against rows that only point to it."""
    found = session.scalars(
        sa.select(Departure)
        .where(Departure.id == departure_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("departure")
    return found


def _booked(session: Session, departure_id: UUID, states: Sequence[BookingState]) -> Sequence[Booking]:
    return session.scalars(
        sa.select(Booking)
        .where(Booking.departure_id == departure_id, Booking.state.in_(states))
        .order_by(Booking.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _move_bookings(session: Session, bookings: Sequence[Booking], action: str) -> tuple[UUID, ...]:
    for booking in bookings:
        space.move(booking, action)
    session.flush()
    return tuple(booking.subject for booking in bookings)


def _why_left(booking: Booking) -> str:
    return "not_loaded" if booking.state is BookingState.CARGO_RECEIVED else "no_cargo"


def _roll_on(session: Session, booking: Booking, departure: Departure, *, reason: str, now: datetime) -> bool:
    """Roll a booking to the first later departure from the same hub that takes it; tell whether one does."""
    options = queries.options(
        session,
        hub_code=departure.hub_code,
        to_place=booking.to_place,
        # A target claims no room, so a full lorry may still be aimed at.
        load=Load() if booking.state is BookingState.TARGET else booking.load,
        after=departure.departs_at - timedelta(seconds=1),
        now=now,
    )
    for option in options:
        if option.departure_id == departure.id:
            continue
        try:
            new = space.roll(session, booking_id=booking.id, departure_id=option.departure_id, reason=reason, now=now)
        except Conflict:
            continue
        cargo.hand_on(session, booking_id=booking.id, new_booking_id=new.id)
        return True
    return False


def _border(session: Session, departure: Departure, place_code: str | None) -> DepartureStop:
    ahead = session.scalars(
        sa.select(DepartureStop)
        .where(DepartureStop.departure_id == departure.id, DepartureStop.is_border, DepartureStop.reached_at.is_(None))
        .order_by(DepartureStop.position)
    ).all()
    stop = next((stop for stop in ahead if place_code in (None, stop.place_code)), None)
    if stop is None:
        raise Refused.field("place", "choice", ", ".join(stop.place_code for stop in ahead))
    return stop


def _reach(
    session: Session, departure: Departure, place_code: str, happened_at: datetime | None, now: datetime
) -> datetime:
    """Note when the lorry was at a stop, never before it was at the last one; return that instant."""
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=_last_reached(session, departure))
    stop = session.scalars(
        sa.select(DepartureStop).where(
            DepartureStop.departure_id == departure.id, DepartureStop.place_code == place_code
        )
    ).one()
    stop.reached_at = happened
    session.flush()
    return happened


def _last_reached(session: Session, departure: Departure) -> datetime | None:
    return session.scalars(
        sa.select(DepartureStop.reached_at)
        .where(DepartureStop.departure_id == departure.id, DepartureStop.reached_at.is_not(None))
        .order_by(DepartureStop.position.desc())
        .limit(1)
    ).one_or_none()


def _note(
    session: Session, departure: Departure, code: Status, place_code: str, happened: datetime, now: datetime
) -> None:
    tracking.note(session, code=code, departure_id=departure.id, place_code=place_code, event_at=happened, now=now)


def _foresee(session: Session, departure: Departure, kind: Classifier, late: timedelta, now: datetime) -> None:
    """Note when the stops ahead are planned to be reached, or expected by how late the lorry is."""
    ahead = session.scalars(
        sa.select(DepartureStop)
        .where(
            DepartureStop.departure_id == departure.id, DepartureStop.position > 0, DepartureStop.reached_at.is_(None)
        )
        .order_by(DepartureStop.position)
    ).all()
    for stop in ahead:
        tracking.note(
            session,
            code=Status.ARRIVED,
            departure_id=departure.id,
            place_code=stop.place_code,
            classifier=kind,
            event_at=stop.eta + late,
            now=now,
        )


def _aboard(session: Session, departure: Departure) -> tuple[UUID, ...]:
    return tuple(booking.subject for booking in _booked(session, departure.id, (BookingState.IN_TRANSIT,)))
