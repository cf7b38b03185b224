"""What another day of readiness means for the lorry: kept, exchanged, or none; and which are proposed then."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.services import dangerous, loads
from marketplace.distribution.services.booking import (
    ENDED,
    WITHOUT_CARGO,
    at_hub,
    current,
    hold_again,
    line_of,
    options_for,
)
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.planning.services import standing
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.rules.states import CURRENT, BookingState
from marketplace.logistics.services.space import claims, holding, rolling
from marketplace.orders import events
from marketplace.orders.queries import orders


@dataclass(frozen=True, slots=True)
class Proposals:
    """What another day means for a line: whether its lorry still takes it, and the departures that do then."""

    booking: BookingRow | None
    stays: bool
    options: tuple[OptionRow, ...]


def on_ready_date_set(session: Session, event: events.LineReadyDateSet) -> None:
    """Take room for goods made to order: on the departure aimed at if they reach it, else on the next that has room.

    Room that was taken for an earlier day is exchanged likewise when the goods miss its lorry. Conflict
    ``ready_too_late`` names the last departure of the carrier that still takes them, ``no_departure`` says that there
    is none: the ready date is not accepted then.
    """
    booked = booking_queries.bookings(session, subjects=[event.line_id]).get(event.line_id)
    if not booked:  # a courier takes it
        return
    booking = booked[-1]
    order = orders.by_id(session, order_ids=[event.order_id])[event.order_id]
    departure = departures.departure(session, departure_id=booking.departure_id, now=event.at)
    if booking.state in ENDED:
        # It lost its booking before: the day finds it another, or is not accepted.
        if hold_again(session, booking, until=order.proforma_ends_at, now=event.at) is None:
            raise _too_late(session, booking, departure, event.at)
    elif booking.state in WITHOUT_CARGO:
        ready_at = at_hub(event.ready_date, departure)
        until = order.proforma_ends_at or booking.cutoff_cargo_at
        if event.departure_id not in (None, booking.departure_id):
            _move(session, booking, departure, ready_at, until, event.at, chosen=event.departure_id)
        elif booking.cutoff_cargo_at < ready_at or not _take(session, booking, until, event.at):
            _move(session, booking, departure, ready_at, until, event.at)
    else:
        return
    # A line that changes lorry has room on both, or its day is not accepted.
    onward.take(session, line_id=event.line_id, until=order.proforma_ends_at or departure.cutoff_cargo_at, now=event.at)
    if order.secured_at is not None:
        claims.confirm(session, subject=event.line_id, now=event.at)
        onward.confirm(session, line_ids=[event.line_id], now=event.at)
    present = current(session, line_id=event.line_id)
    if present is not None:
        ready_at = at_hub(event.ready_date, departure)
        loads.describe(session, carried=[(present, line_of(session, event.line_id))], ready_at=ready_at)


def _take(session: Session, booking: BookingRow, until: datetime, now: datetime) -> bool:
    try:
        dangerous.check(session, line_id=booking.subject, departure_id=booking.departure_id, now=now)
        coming = {booking.id: booking.reference}
        standing.check(session, departure_id=booking.departure_id, coming=coming, now=now)
        holding.take(session, subject=booking.subject, expires_at=max(until, now), now=now)
    except Conflict:
        return False
    return True


def _move(
    session: Session,
    booking: BookingRow,
    departure: DepartureRow,
    ready_at: datetime,
    until: datetime,
    now: datetime,
    *,
    chosen: UUID | None = None,
) -> None:
    """Move a booking to its carrier's first departure that the goods reach and that has room, or to the chosen one.

    Refused ``departure`` for a chosen one that is none of them; Conflict ``declared_locked`` for declared goods.
    """
    locks.allow(session, booking_id=booking.id, change=Change.ROLL)
    possible = [row for row in options_for(session, booking, departure, ready_at, now) if _is_other(row, booking)]
    if chosen is not None:
        possible = [row for row in possible if row.departure_id == chosen]
        if not possible:
            raise Refused.field("departure", "choice", "a departure that is proposed for this day")
    for option in possible:
        try:
            with session.begin_nested():
                dangerous.check(session, line_id=booking.subject, departure_id=option.departure_id, now=now)
                rolling.roll(
                    session, booking_id=booking.id, departure_id=option.departure_id, reason="ready_date", now=now
                )
                holding.take(session, subject=booking.subject, expires_at=max(until, now), now=now)
        except Conflict:
            continue
        return
    raise _too_late(session, booking, departure, now)


def _is_other(option: OptionRow, booking: BookingRow) -> bool:
    return option.departure_id != booking.departure_id


def proposals(session: Session, *, line_id: UUID, ready_date: date, now: datetime) -> Proposals:
    """Return whether a line's lorry takes goods that are ready on a day, and the departures that it can go with then.

    They are those of its own carrier with room for it. A line that a courier takes has none.
    """
    booked = booking_queries.bookings(session, subjects=[line_id]).get(line_id)
    if not booked:
        return Proposals(None, stays=True, options=())
    booking = booked[-1]
    departure = departures.departure(session, departure_id=booking.departure_id, now=now)
    ready_at = at_hub(ready_date, departure)
    keeps = booking.state in WITHOUT_CARGO and booking.cutoff_cargo_at >= ready_at and booking.cutoff_cargo_at > now
    found = options_for(session, booking, departure, max(ready_at, now), now)
    return Proposals(
        booking if booking.state in CURRENT else None,
        stays=keeps,
        options=tuple(row for row in found if booking.state in ENDED or _is_other(row, booking)),
    )


def _too_late(session: Session, booking: BookingRow, departure: DepartureRow, now: datetime) -> Conflict:
    """Return the refusal of a day after which no lorry takes the goods, with the last that does."""
    possible: dict[datetime, str] = {}
    if booking.state not in (BookingState.TARGET, *ENDED) and booking.cutoff_cargo_at > now:
        possible[booking.cutoff_cargo_at] = booking.departure_reference
    after = now
    while rows := options_for(session, booking, departure, after, now):
        possible |= {row.cutoff_cargo_at: row.reference for row in rows}
        after = max(row.cutoff_cargo_at for row in rows)
    if not possible:
        return Conflict("no_departure", hub=departure.hub_code, to=booking.to_place)
    last = max(possible)
    return Conflict("ready_too_late", departure=possible[last], cargo_until=last.isoformat())
