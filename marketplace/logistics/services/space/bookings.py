"""Find departures and bookings to change, locked, and take their transitions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, DepartureStop
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import BOOKING, CURRENT, DepartureState
from marketplace.logistics.rules.timetable import bookable_until
from marketplace.logistics.services.space.room import capacity_in, check_size, departure_of


def move(booking: Booking, action: str) -> None:
    """Take a drawn transition: but for holds that lapse together, the one place that writes a booking's state."""
    booking.state = BOOKING.apply(booking.state, action)


def note(session: Session, acts: Iterable[Act], *, actor: Actor, now: datetime) -> None:
    """Write what happened to bookings into the audit, a row each."""
    audit.record_all(session, actor=actor, subject="booking", acts=acts, now=now)


@dataclass(frozen=True, slots=True)
class Bookable:
    """A departure that takes bookings."""

    id: UUID
    cutoff_cargo_at: datetime


def bookable(session: Session, departure_id: UUID, to_place: str, load: Load, now: datetime) -> Bookable:
    """Return the departure if it takes such a load to that place, empty as it might be, or say why it does not."""
    found = departure_of(session, departure_id)
    _check_open(departure_id, found.state, found.cutoff_documents_at, found.cutoff_cargo_at, now)
    check_size(found.id, found.reference, capacity_in(found), load)
    served = sa.select(DepartureStop.id).where(
        DepartureStop.departure_id == departure_id,
        DepartureStop.place_code == to_place,
        DepartureStop.position > 0,
        ~DepartureStop.is_border,
    )
    if session.execute(served).first() is None:
        raise Conflict("not_served", departure=departure_id, to=to_place)
    return Bookable(found.id, found.cutoff_cargo_at)


def check_bookable(departure: DepartureRow, to_place: str, load: Load, now: datetime) -> None:
    """Refuse what ``bookable`` refuses, of a departure that was read in this transaction."""
    _check_open(departure.id, departure.state, departure.cutoff_documents_at, departure.cutoff_cargo_at, now)
    check_size(departure.id, departure.reference, departure.capacity, load)
    if departure.stop_at(to_place) is None:
        raise Conflict("not_served", departure=departure.id, to=to_place)


def _check_open(
    departure_id: UUID,
    state: DepartureState,
    cutoff_documents_at: datetime,
    cutoff_cargo_at: datetime,
    now: datetime,
) -> None:
    if state is not DepartureState.OPEN:
        raise Conflict("departure_closed", departure=departure_id, state=str(state))
    until = bookable_until(cutoff_documents_at=cutoff_documents_at, cutoff_cargo_at=cutoff_cargo_at)
    if now >= until:
        raise Conflict("cutoff", departure=departure_id, cutoff=until.isoformat())


def current_bookings(session: Session, subject: UUID) -> Sequence[Booking]:
    """Return a subject's bookings that are not given up, locked, in order of id."""
    return session.scalars(_CURRENT, {"subject": subject}).all()


def all_current(session: Session, subjects: Collection[UUID]) -> dict[UUID, list[Booking]]:
    """Return the same of several subjects; one without any is missing. Locked in the order of departures."""
    found: dict[UUID, list[Booking]] = {}
    for booking in session.scalars(_ALL_CURRENT, {"subjects": list(subjects)}):
        found.setdefault(booking.subject, []).append(booking)
    return found


def locked_booking(session: Session, booking_id: UUID) -> Booking:
    """Return one booking, locked; NotFound."""
    found = session.scalars(_locked(sa.select(Booking).where(Booking.id == booking_id))).one_or_none()
    if found is None:
        raise NotFound("booking")
    return found


def _locked(statement: sa.Select[Booking]) -> sa.Select[Booking]:
    return statement.with_for_update().execution_options(populate_existing=True)


_CURRENT: Final = _locked(
    sa.select(Booking)
    .where(Booking.subject == sa.bindparam("subject"), Booking.state.in_(CURRENT))
    .order_by(Booking.id)
)
_ALL_CURRENT: Final = _locked(
    sa.select(Booking)
    .where(Booking.subject.in_(sa.bindparam("subjects", expanding=True)), Booking.state.in_(CURRENT))
    .order_by(Booking.departure_id, Booking.subject, Booking.id)
)
