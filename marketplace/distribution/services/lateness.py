"""Orders whose goods are not brought: from when their buyers may cancel, and that they do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.rules.lateness import Lorry, promised_at
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import tracking
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import CURRENT, BookingState, Classifier, DepartureState
from marketplace.logistics.services.departures import acting
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.lateness import Promised
from marketplace.orders.rules.states import AT_MERCHANT, PRODUCING
from marketplace.orders.services import deciding
from marketplace.reference import queries as reference
from marketplace.reference.rules import WORKING_DAY_ENDS, Setting


def late_from(
    session: Session, *, order: OrderRow, lines: Sequence[LineRow], bookings: Mapping[UUID, Sequence[BookingRow]]
) -> datetime | None:
    """Return from when the buyer may cancel an order for being late; None when its goods were handed over, or ended.

    Working days of the merchant, as the setting said on the day that was promised.
    """
    if order.state not in PRODUCING or order.secured_at is None:
        return None
    lines = [line for line in lines if line.units]
    if any(not standing(line.parts).keys() <= AT_MERCHANT for line in lines):
        return None
    zone = reference.get_place(session, order.place_code).zone
    promises = (
        promised_at(
            [_lorry(row) for row in bookings.get(line.id, ())],
            ready_at=_end_of_day(line, zone),
            secured_at=order.secured_at,
        )
        for line in lines
    )
    first = min((promise for promise in promises if promise is not None), default=None)
    if first is None:
        return None
    return accounts.days_of(session, company_id=order.merchant_id, setting=Setting.LATE_CANCEL_WORKING_DAYS, now=first)


def cancel(session: Session, *, order_id: UUID, actor: Actor, now: datetime) -> None:
    """End an order as its buyer because its goods are late; what was paid goes back, room and stock are free again.

    Conflict ``not_late`` before its time, with the instant from which it is possible where there is one.
    """
    order = order_queries.order(session, company_id=actor.company, order_id=order_id)
    if actor.company != order.buyer_id:
        raise NotAllowed("only_the_buyer")
    lines = line_queries.lines_of(session, order_ids=[order.id])[order.id]
    bookings = booking_queries.bookings(session, subjects=[line.id for line in lines])
    # Whoever takes goods in at the hub locks the departure before the order.
    for departure_id in sorted({row.departure_id for rows in bookings.values() for row in rows}):
        acting.lock(session, departure_id=departure_id)
    possible = late_from(session, order=order, lines=lines, bookings=bookings)
    if possible is None or now < possible:
        raise Conflict("not_late", order=order.id, possible_from=possible.isoformat() if possible else "–")
    deciding.cancel_late(session, order_id=order.id, actor=actor, now=now)


def arrival_promise(session: Session, *, line_id: UUID) -> Promised | None:
    """Return the lorry that a line was promised, by its cut-off and its arrival; None where none was confirmed."""
    rows = booking_queries.bookings(session, subjects=[line_id]).get(line_id, ())
    first = promised_booking(rows)
    if first is None:
        return None
    ride = rides.of_lines(session, line_ids=[line_id]).get(line_id)
    if ride is not None:  # what was promised is the arrival of the second lorry
        rows = booking_queries.bookings(session, subjects=[ride.id]).get(ride.id, ())
    last = promised_booking(rows) or first
    zone = reference.get_place(session, last.to_place).zone
    return Promised(first.cutoff_cargo_at, last.arrives_at, zone, _arrived_at(session, rows))


def promised_booking(rows: Sequence[BookingRow]) -> BookingRow | None:
    """Return the booking of a line by which it was promised; None where none was confirmed.

    It is the first whose room was confirmed and that ran, as for the day at the hub: what it was rolled to later for
    want of goods or road is no promise.
    """
    ran = [row for row in rows if row.confirmed_at is not None and not _lorry(row).is_given_up]
    return min(ran, key=lambda row: row.cutoff_cargo_at, default=None)


def _arrived_at(session: Session, rows: Sequence[BookingRow]) -> datetime | None:
    """Return when the last of the lorries that brought the goods was there, None while none was."""
    there = {row.id: row.to_place for row in rows if row.state in (BookingState.ARRIVED, BookingState.COMPLETED)}
    journeys = tracking.timeline(session, booking_ids=there)
    arrivals = (
        event.event_at
        for booking_id, place in there.items()
        for event in journeys.get(booking_id, ())
        # What others report is no proof against those who are to pay for a delay.
        if event.code == Status.ARRIVED
        and event.classifier is Classifier.ACTUAL
        and event.place_code == place
        and event.reported_by is None
    )
    return max(arrivals, default=None)


def _lorry(row: BookingRow) -> Lorry:
    is_kept = row.state in (BookingState.ROLLED, *CURRENT)
    return Lorry(
        cutoff_at=row.cutoff_cargo_at,
        is_confirmed=row.confirmed_at is not None,
        is_given_up=not is_kept or row.departure_state is DepartureState.CANCELLED,
    )


def _end_of_day(line: LineRow, zone: str) -> datetime | None:
    if line.ready_date is None:
        return None
    return datetime.combine(line.ready_date, WORKING_DAY_ENDS, ZoneInfo(zone)).astimezone(UTC)
