"""Read which lines change lorry, where, and how their second half stands."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.onward.rules import RideState
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import CURRENT, TAKING, BookingState, Classifier
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.orders.models import OrderLine


@dataclass(frozen=True, slots=True)
class RideRow:
    """The second half of a line's way: from the place of change to where the line goes."""

    id: UUID
    line_id: UUID
    change_at: str
    to_place: str
    tariff_id: UUID
    state: RideState
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Partner:
    """What a booking's goods come from or go on by: the other booking; ``is_first`` where that one comes first."""

    ride: RideRow
    booking: BookingRow
    is_first: bool


def of_lines(session: Session, *, line_ids: Iterable[UUID]) -> dict[UUID, RideRow]:
    """Return the rides of those of these lines that change lorry, or did, by line."""
    wanted = list(set(line_ids))
    return {row.line_id: _row(row) for row in session.scalars(_OF_LINES, {"lines": wanted})} if wanted else {}


def of_subjects(session: Session, *, subjects: Iterable[UUID]) -> dict[UUID, RideRow]:
    """Return the rides among subjects of bookings, by their ids."""
    wanted = list(set(subjects))
    return {row.id: row for row in _rides(session, OnwardRide.id.in_(wanted))} if wanted else {}


def lines_of(session: Session, *, subjects: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the line of each subject of a booking: of a ride its line, of everything else itself."""
    wanted = list(subjects)
    rides = of_subjects(session, subjects=wanted)
    return {subject: rides[subject].line_id if subject in rides else subject for subject in wanted}


def goes_to(session: Session, *, booking: BookingRow) -> str:
    """Return where a line goes that rides on a booking: of one that changes lorry behind the place of change."""
    found = of_lines(session, line_ids=[booking.subject]).get(booking.subject)
    return booking.to_place if found is None else found.to_place


def there_at(session: Session, *, booking: BookingRow) -> datetime:
    """Return when a first lorry was at the place of change, or is expected there by all that is known of it."""
    seen = standing(session, departure_id=booking.departure_id)
    there = [
        fact.event_at
        for fact in seen.facts
        if fact.code == Status.ARRIVED
        and fact.classifier is Classifier.ACTUAL
        and fact.place_code == booking.to_place
        and not fact.is_reported
    ]
    return max(there, default=seen.known.get(booking.to_place, booking.arrives_at))


def partners(session: Session, *, bookings: Sequence[BookingRow]) -> dict[UUID, Partner]:
    """Return the other halves of bookings whose goods change lorry, by the bookings' ids; others are missing."""
    lines = lines_of(session, subjects=[row.subject for row in bookings])
    rides = of_lines(session, line_ids=lines.values())
    if not rides:
        return {}
    booked = booking_queries.bookings(
        session, subjects=[one for row in rides.values() for one in (row.id, row.line_id)]
    )
    found: dict[UUID, Partner] = {}
    for row in bookings:
        ride = rides.get(lines[row.subject])
        if ride is not None:
            is_first = row.subject == ride.id
            other = booked.get(ride.line_id if is_first else ride.id)
            if other:
                found[row.id] = Partner(ride, other[-1], is_first)
    return found


def about(session: Session, *, subject: UUID) -> RideRow | None:
    """Return the ride that a booking's subject is, or whose first half is booked for it; None where there is none."""
    found = _rides(session, sa.or_(OnwardRide.id == subject, OnwardRide.line_id == subject))
    return next(iter(found), None)


def ride(session: Session, *, ride_id: UUID) -> RideRow:
    """Return a ride; NotFound. Who may see it is the caller's to decide."""
    found = of_subjects(session, subjects=[ride_id]).get(ride_id)
    if found is None:
        raise NotFound("ride")
    return found


def riding(session: Session) -> tuple[RideRow, ...]:
    """Return what changes lorry, or waits for a second one, of orders that go on: what waits first, then the oldest."""
    first = aliased(Booking)
    rows = session.scalars(
        sa.select(OnwardRide)
        .join(OrderLine, OrderLine.id == OnwardRide.line_id)
        .where(
            OnwardRide.state != RideState.ENDED,
            sa.exists().where(first.subject == OnwardRide.line_id, first.state.in_(CURRENT)),
            ~sa.exists().where(Booking.subject == OnwardRide.id, Booking.state.in_(_GONE)),
        )
        .order_by(OnwardRide.state != RideState.LOST, OnwardRide.id)
        .execution_options(populate_existing=True)
    )
    return tuple(_row(row) for row in rows)


def waiting(session: Session) -> int:
    """Count the rides that wait for another second lorry."""
    return session.scalar(sa.select(sa.func.count()).where(OnwardRide.state == RideState.LOST)) or 0


def breaches(session: Session) -> list[Breach]:
    """Return rides whose bookings do not stand together: room of one alone, or of other goods."""
    found: list[Breach] = []
    for row in session.execute(_TWO):
        stands = (row.first is not None, row.second is not None)
        if stands != _BOTH[row.state]:
            found.append(Breach("8 onward", "onward_ride", row.id, f"is {row.state} and has other bookings"))
    return found + [
        Breach("8 onward", "onward_ride", ride_id, "its two bookings differ in state or load")
        for ride_id in session.execute(_UNEVEN).scalars()
    ]


def tariffs_of(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return by what tariff the second carrier's freight of lines was reckoned, by line."""
    return {line_id: row.tariff_id for line_id, row in of_lines(session, line_ids=line_ids).items()}


def of_tariff(session: Session, *, line_ids: Iterable[UUID], tariff_id: UUID) -> dict[UUID, UUID]:
    """Return the rides that second carriers take these lines on by, under a tariff: their ids by line."""
    rides = of_lines(session, line_ids=line_ids)
    return {line_id: row.id for line_id, row in rides.items() if row.tariff_id == tariff_id}


def _rides(session: Session, which: sa.ColumnElement[bool]) -> list[RideRow]:
    wanted = sa.select(OnwardRide).where(which).execution_options(populate_existing=True)
    return [_row(found) for found in session.scalars(wanted)]


def _row(found: OnwardRide) -> RideRow:
    return RideRow(
        found.id,
        found.line_id,
        found.change_at,
        found.to_place,
        found.tariff_id,
        found.state,
        found.changed_at,
    )


_WAITING: Final = (BookingState.HELD, BookingState.CONFIRMED)
_LOAD: Final = ("grams", "cm3", "ldm_mm", "pallets")
_GONE: Final = (BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)
_BOTH: Final = {
    RideState.STANDS: (True, True),
    RideState.LOST: (True, False),
    RideState.ENDED: (False, False),
}
_OF_LINES: Final = (
    sa.select(OnwardRide)
    .where(OnwardRide.line_id.in_(sa.bindparam("lines", expanding=True)))
    .execution_options(populate_existing=True)
)
_FIRST, _SECOND = aliased(Booking), aliased(Booking)
_TWO: Final = (
    sa.select(OnwardRide.id, OnwardRide.state, _FIRST.id.label("first"), _SECOND.id.label("second"))
    .outerjoin(_FIRST, sa.and_(_FIRST.subject == OnwardRide.line_id, _FIRST.state.in_(CURRENT)))
    .outerjoin(_SECOND, sa.and_(_SECOND.subject == OnwardRide.id, _SECOND.state.in_(CURRENT)))
)
_UNEVEN: Final = (
    sa.select(OnwardRide.id)
    .join(_FIRST, sa.and_(_FIRST.subject == OnwardRide.line_id, _FIRST.state.in_(_WAITING)))
    .join(_SECOND, sa.and_(_SECOND.subject == OnwardRide.id, _SECOND.state.in_(TAKING)))
    .where(sa.or_(_FIRST.state != _SECOND.state, *(getattr(_FIRST, one) != getattr(_SECOND, one) for one in _LOAD)))
)
