"""Take a drawn transition with a locked departure, and move what is booked on it along."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import DEPARTURE, BookingState
from marketplace.logistics.services.space import bookings as space_bookings


def lock(session: Session, *, departure_id: UUID) -> None:
    """Let nobody else act on a departure until this unit of work ends; taken before any row of its cargo."""
    locked(session, departure_id)


def lock_all(session: Session, *, departure_ids: Collection[UUID]) -> None:
    """Let nobody else act on these departures, in the order in which everybody takes several; unknown ids are none."""
    session.scalars(_locking(Departure.id.in_(departure_ids)).order_by(Departure.id)).all()


def act(session: Session, actor: Actor, departure_id: UUID, action: str, now: datetime, **facts: Any) -> Departure:
    """Take a drawn transition with a locked departure: the one place that writes a departure's state."""
    departure = locked(session, departure_id)
    departure.state = DEPARTURE.apply(departure.state, action)
    session.flush()
    audited(session, actor, departure_id, action, now, **facts)
    return departure


def audited(session: Session, actor: Actor, departure_id: UUID, action: str, now: datetime, **facts: Any) -> None:
    """Write an act on a departure into the audit."""
    audit.record(
        session,
        actor=actor,
        action=f"departure.{action}",
        subject="departure",
        subject_id=departure_id,
        facts=facts,
        now=now,
    )


def locked(session: Session, departure_id: UUID) -> Departure:
    """Lock the row against other acts and bookings, not against rows that only point to it."""
    found = session.scalars(_locking(Departure.id == departure_id)).one_or_none()
    if found is None:
        raise NotFound("departure")
    return found


def _locking(which: sa.ColumnElement[bool]) -> sa.Select[Departure]:
    return sa.select(Departure).where(which).with_for_update(key_share=True).execution_options(populate_existing=True)


_BOOKED_ON: Final = (
    sa.select(Booking)
    .where(
        Booking.departure_id == sa.bindparam("departure"),
        Booking.state.in_(sa.bindparam("states", expanding=True)),
    )
    .order_by(Booking.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def booked_on(session: Session, departure_id: UUID, states: Sequence[BookingState]) -> Sequence[Booking]:
    """Return a departure's bookings in these states, locked, in order of id."""
    return session.scalars(_BOOKED_ON, {"departure": departure_id, "states": list(states)}).all()


def move_bookings(
    session: Session, bookings: Sequence[Booking], action: str, *, actor: Actor, now: datetime
) -> tuple[UUID, ...]:
    """Take a drawn transition with bookings; return their subjects."""
    for booking in bookings:
        space_bookings.move(booking, action)
    acts = [Act(f"booking.{action}", booking.id) for booking in bookings]
    space_bookings.note(session, acts, actor=actor, now=now)
    session.flush()
    return tuple(booking.subject for booking in bookings)


def subjects_aboard(session: Session, departure: Departure) -> tuple[UUID, ...]:
    """Return the subjects of what is on the way."""
    return tuple(booking.subject for booking in booked_on(session, departure.id, (BookingState.IN_TRANSIT,)))


def subjects_behind_seal(session: Session, departure: Departure) -> tuple[UUID, ...]:
    """Return the subjects of what is on a sealed lorry, whether it has left its hub or not."""
    aboard = booked_on(session, departure.id, (BookingState.LOADED, BookingState.IN_TRANSIT))
    return tuple(booking.subject for booking in aboard)
