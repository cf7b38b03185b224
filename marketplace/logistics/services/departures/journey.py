"""Let the lorry leave, wait at borders, arrive and be unloaded."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.events import (
    DepartureArrived,
    DepartureAtBorder,
    DepartureCleared,
    DepartureDeparted,
    DepartureHeld,
    DepartureResumed,
)
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.road.services import waits
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import DEPARTURE, BookingState, DepartureState, HoldCause
from marketplace.logistics.services import cargo, tracking
from marketplace.logistics.services.departures.acting import (
    act,
    booked_on,
    locked,
    move_bookings,
    subjects_aboard,
    subjects_behind_seal,
)
from marketplace.logistics.services.departures.stops import last_reached, note, reach


def depart(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Let the sealed lorry leave the hub; ``happened_at`` where it left before this is noted."""
    departure = act(session, actor, departure_id, "depart", now)
    moved = move_bookings(
        session, booked_on(session, departure.id, (BookingState.LOADED,)), "depart", actor=actor, now=now
    )
    happened = reach(session, departure, departure.hub_code, happened_at, now)
    note(session, departure, Status.DEPARTED, departure.hub_code, happened, now)
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
    departure = act(session, actor, departure_id, "at_border", now)
    stop = _border(session, departure, place_code)
    happened = reach(session, departure, stop.place_code, happened_at, now)
    note(session, departure, Status.ARRIVED, stop.place_code, happened, now)
    subjects = subjects_aboard(session, departure)
    events.record(
        session,
        DepartureAtBorder(at=now, departure_id=departure.id, subjects=subjects, place_code=stop.place_code),
    )


def clear(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Note that the lorry is cleared and crosses; it stands on the other side.

    The wait is what lies between reaching the near side and this.
    """
    departure = act(session, actor, departure_id, "clear", now)
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
        happened = reach(session, departure, place_code, happened_at, now)
    else:
        happened = tracking.checked(happened_at, field="happened_at", now=now, since=side.reached_at)
    for code in (Status.CLEARED, Status.CROSSED_BORDER):
        note(session, departure, code, place_code, happened, now)
    subjects = subjects_aboard(session, departure)
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
    """Note the arrival at a place on the way, or at the end of the line where none is named: cargo for it is there.

    A booking arrives at its own place only. Whoever names no place says that the way is done: places on it that cargo
    aboard is for, and that nobody noted, are noted with it. Whoever names the end of the line while cargo is for a
    place before it may have meant that one: Conflict ``stops_ahead``.
    """
    places = session.scalars(
        sa.select(DepartureStop.place_code)
        .where(DepartureStop.departure_id == departure_id, ~DepartureStop.is_border, DepartureStop.position > 0)
        .order_by(DepartureStop.position)
    ).all()
    if place_code is not None and place_code not in places:
        raise Refused.field("place", "choice", ", ".join(places))
    if place_code in (None, places[-1] if places else None):
        departure = locked(session, departure_id)
        aboard = booked_on(session, departure_id, (BookingState.IN_TRANSIT,))
        before = {row.to_place for row in aboard} - {*places[-1:]}
        ahead = [code for code in places if code in before and DEPARTURE.allows(departure.state, "arrive")]
        if ahead and place_code is not None:
            raise Conflict("stops_ahead", places=", ".join(ahead))
        for code in ahead:
            arrive(session, actor=actor, departure_id=departure_id, now=now, place_code=code, happened_at=happened_at)
        aboard = [row for row in aboard if row.to_place not in ahead]
        departure, there = act(session, actor, departure_id, "arrive", now), places[-1]
    else:
        departure = locked(session, departure_id)
        # The lorry goes on, so its own state stays; the drawn transition says whether it can be arriving anywhere.
        DEPARTURE.apply(departure.state, "arrive")
        there = str(place_code)
        aboard = [row for row in booked_on(session, departure.id, (BookingState.IN_TRANSIT,)) if row.to_place == there]
        audit.record(
            session,
            actor=actor,
            action="departure.called",
            subject="departure",
            subject_id=departure_id,
            facts={"place": there},
            now=now,
        )
    happened = reach(session, departure, there, happened_at, now)
    moved = move_bookings(session, aboard, "arrive", actor=actor, now=now)
    cargo.await_receipts(session, aboard, now=now)
    note(session, departure, Status.ARRIVED, there, happened, now)
    events.record(session, DepartureArrived(at=now, departure_id=departure.id, subjects=moved, place_code=there))


def strip(
    session: Session, *, actor: Actor, departure_id: UUID, now: datetime, happened_at: datetime | None = None
) -> None:
    """Unload the lorry at the end of its line."""
    departure = act(session, actor, departure_id, "strip", now)
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=last_reached(session, departure))
    arrived = booked_on(session, departure.id, (BookingState.ARRIVED,))
    cargo.move_units(session, booking_ids=[booking.id for booking in arrived], action="strip")
    tracking.note(session, code=Status.STRIPPED, departure_id=departure.id, event_at=happened, now=now)


def due_to_settle(session: Session) -> tuple[UUID, ...]:
    """Return the stripped departures on which nothing waits for its receipt any more."""
    waiting = sa.select(Booking.departure_id).where(Booking.state.in_((BookingState.IN_TRANSIT, BookingState.ARRIVED)))
    return tuple(
        session.scalars(
            sa.select(Departure.id)
            .where(Departure.state == DepartureState.STRIPPED, Departure.id.not_in(waiting))
            .order_by(Departure.id)
        )
    )


def settle(session: Session, *, departure_id: UUID, now: datetime) -> None:
    """End a stripped departure."""
    act(session, SYSTEM, departure_id, "settle", now)


def hold(session: Session, *, actor: Actor, departure_id: UUID, cause: HoldCause, now: datetime) -> None:
    """Stop a sealed lorry; everybody with goods aboard sees the class of the cause, not whose goods it is."""
    departure = locked(session, departure_id)
    before = departure.state
    act(session, actor, departure_id, "hold", now, cause=str(cause))
    departure.held_from, departure.hold_cause, departure.held_by = before, cause, actor.company_id
    session.flush()
    tracking.note(session, code=Status.DELAYED, departure_id=departure.id, event_at=now, now=now)
    events.record(
        session,
        DepartureHeld(
            at=now, departure_id=departure.id, subjects=subjects_behind_seal(session, departure), cause=str(cause)
        ),
    )


def resume(session: Session, *, actor: Actor, departure_id: UUID, now: datetime) -> None:
    """Let a stopped lorry go on from where it stood."""
    departure = locked(session, departure_id)
    # A lorry that nobody holds has no such act: it is named as it is drawn, so that the refusal says what is possible.
    act(session, actor, departure_id, f"resume_{departure.held_from or DepartureState.SEALED}", now)
    departure.held_from = departure.hold_cause = departure.held_by = None
    session.flush()
    waits.end(session, departure_id=departure_id, now=now)
    subjects = subjects_behind_seal(session, departure)
    events.record(session, DepartureResumed(at=now, departure_id=departure.id, subjects=subjects))


def _border(session: Session, departure: Departure, place_code: str | None) -> DepartureStop:
    ahead = session.scalars(
        sa.select(DepartureStop)
        .where(DepartureStop.departure_id == departure.id, DepartureStop.is_border, DepartureStop.reached_at.is_(None))
        .order_by(DepartureStop.position)
    ).all()
    if not ahead:
        raise Conflict("no_border")
    stop = next((stop for stop in ahead if place_code in (None, stop.place_code)), None)
    if stop is None:
        raise Refused.field("place", "choice", ", ".join(stop.place_code for stop in ahead))
    return stop
