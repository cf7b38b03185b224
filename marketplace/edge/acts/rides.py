"""Goods that change lorry, for those who run and drive the lorries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.onward import queries
from marketplace.distribution.onward.queries import RideRow
from marketplace.distribution.onward.services import changing, delays
from marketplace.distribution.onward.services.changing import Change
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import rides as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import BookingState
from marketplace.orders.queries import lines


@dataclass(frozen=True, slots=True)
class RideSeen:
    """A ride with the latest bookings of its two halves; the second is over while it waits for another lorry."""

    ride: RideRow
    first: BookingRow
    second: BookingRow

    @property
    def may_change(self) -> bool:
        """Whether the goods are there for the second lorry."""
        return self.first.state is BookingState.ARRIVED and self.second.state is BookingState.CONFIRMED


def riding() -> tuple[RideSeen, ...]:
    """Return what changes lorry, those that wait for a second one first, for the operator's staff."""
    session = reading()
    return _seen(session, queries.riding(session))


def one(ride_id: UUID, session: Session | None = None) -> RideSeen:
    """Return a ride for the operator's staff and for the carrier that takes it on; NotFound for others."""
    session, actor = session or reading(), require_actor()
    (found,) = _seen(session, (queries.ride(session, ride_id=ride_id),)) or (None,)
    if found is None:
        raise NotFound("ride")
    if actor.company_kind != CompanyKind.OPERATOR:
        departure = departures.departure(session, departure_id=found.second.departure_id, now=clock.now())
        if departure.carrier_company_id != actor.company:
            raise NotFound("ride")
    return found


def change(session: Session, ride_id: UUID, body: requests.Change) -> tuple[str, ...]:
    """Hand goods from the first carrier to the second; return the codes of the units that they are now."""
    counted = Change(
        cartons=body.cartons,
        damaged=body.damaged or 0,
        remarks=body.remarks or "",
        confirmed=body.confirmed,
        reason=body.override_reason or "",
    )
    return changing.change(
        session,
        ride_id=ride_id,
        counted=counted,
        happened_at=body.happened_at,
        actor=require_actor(),
        now=clock.now(),
    )


def find(session: Session, ride_id: UUID, body: requests.Onward) -> BookingRow:
    """Book a ride that lost its second lorry, or goes by another, on a departure; return the booking."""
    return changing.find(session, ride_id=ride_id, departure_id=body.departure, actor=require_actor(), now=clock.now())


def choices(ride_id: UUID) -> tuple[OptionRow, ...]:
    """Return the second lorries that a ride may be booked on, without the one that it has."""
    return changing.choices(reading(), ride_id=ride_id, now=clock.now())


@dataclass(frozen=True, slots=True)
class Onward:
    """How a line's second lorry stands: until when it takes cargo, when the first is expected, and which others do."""

    second: BookingRow
    expected_at: datetime
    is_late: bool
    others: tuple[OptionRow, ...]


def onward(line_id: UUID) -> Onward:
    """Return how the second lorry of a line stands, for both sides of its order; NotFound for others."""
    session, now = reading(), clock.now()
    others = delays.choices(session, line_id=line_id, now=now, actor=require_actor())
    ride = queries.of_lines(session, line_ids=[line_id]).get(line_id)
    booked = booking_queries.bookings(session, subjects=[line_id, ride.id]) if ride else {}
    if ride is None or line_id not in booked or ride.id not in booked:
        raise NotFound("ride")
    expected_at = queries.there_at(session, booking=booked[line_id][-1])
    is_late = delays.misses(session, line_id=line_id) is not None
    return Onward(booked[ride.id][-1], expected_at, is_late, others)


def must_be_of(order_id: UUID, line_id: UUID) -> None:
    """Refuse a line that is not of this order: NotFound ``order_line``."""
    if lines.orders_of_lines(reading(), line_ids=[line_id]).get(line_id) != order_id:
        raise NotFound("order_line")


def choose(session: Session, line_id: UUID, body: requests.Onward) -> None:
    """Let a line go on by another lorry that is proposed, as its buyer."""
    delays.choose(session, line_id=line_id, departure_id=body.departure, actor=require_actor(), now=clock.now())


def _seen(session: Session, found: tuple[RideRow, ...]) -> tuple[RideSeen, ...]:
    subjects = [subject for row in found for subject in (row.id, row.line_id)]
    booked = booking_queries.bookings(session, subjects=subjects)
    return tuple(
        RideSeen(row, booked[row.line_id][-1], booked[row.id][-1])
        for row in found
        if row.id in booked and row.line_id in booked
    )
