"""Room for order lines: held or aimed at, tied to the line, and followed when the order goes on or ends."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import load_of
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.rules.freight import LineSpace
from marketplace.distribution.services import contracts, dangerous, loads, neighbours, renewal, shipments
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import BookingRolled
from marketplace.logistics.planning.services import standing
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import CURRENT, BookingState
from marketplace.logistics.services.space import claims, holding
from marketplace.orders import events
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries.lines import LineRow

ENDED: Final = frozenset(BookingState) - frozenset(CURRENT)
WITHOUT_CARGO: Final = (BookingState.TARGET, BookingState.HELD, BookingState.CONFIRMED)


def reserve_all(
    session: Session,
    *,
    spaces: Sequence[tuple[LineSpace, datetime]],
    on: Mapping[UUID, DepartureRow],
    now: datetime,
) -> dict[UUID, BookingRow]:
    """Hold room until these instants for goods from stock of new lines, aim at it for goods made to order.

    Return the bookings by line. Departures are taken in the order in which their hot rows are locked, and each in as
    many statements for one line as for two hundred; ``on`` has them as they were read in this transaction. Conflict
    ``capacity``, ``cutoff``, ``dangerous_cutoff``, ``departure_closed``, ``not_served`` or ``segregation``: the unit
    of work is given up then.
    """
    declared = {space.line_id: space.departure_id for space, _ in spaces if space.cargo.is_dangerous}
    dangerous.check_declared(session, on=declared, now=now)
    per_departure: dict[UUID, list[tuple[holding.Wanted, datetime | None]]] = {}
    going: dict[UUID, list[LineSpace]] = {}
    for space, until in sorted(spaces, key=lambda one: (one[0].departure_id, one[0].line_id)):
        wanted = holding.Wanted(
            departure_id=space.departure_id,
            to_place=space.to_place,
            load=space.load,
            subject=space.line_id,
            part=1,
            shipper=space.shipper_id,
            consignee=space.consignee_id,
        )
        per_departure.setdefault(space.departure_id, []).append((wanted, until if space.from_stock else None))
        going.setdefault(space.departure_id, []).append(space)
    made: dict[UUID, BookingRow] = {}
    for departure_id, wanted in per_departure.items():
        rows = holding.book_all(session, departure=on[departure_id], wanted=wanted, now=now)
        made |= {row.subject: row for row in rows}
        neighbours.stand(session, spaces=going[departure_id], bookings=made, now=now)
    return made


def reserve(session: Session, *, space: LineSpace, expires_at: datetime, now: datetime) -> None:
    """Hold room for goods from stock; for goods made to order only note the departure aimed at.

    Conflict ``segregation`` where they must not stand with what is booked there, besides those of the room.
    """
    dangerous.check(session, line_id=space.line_id, departure_id=space.departure_id, now=now)
    if space.from_stock:
        made = holding.hold(
            session,
            departure_id=space.departure_id,
            to_place=space.to_place,
            load=space.load,
            subject=space.line_id,
            shipper=space.shipper_id,
            consignee=space.consignee_id,
            expires_at=expires_at,
            now=now,
        )
    else:
        made = holding.target(
            session,
            departure_id=space.departure_id,
            to_place=space.to_place,
            load=space.load,
            subject=space.line_id,
            shipper=space.shipper_id,
            consignee=space.consignee_id,
            now=now,
        )
    neighbours.stand(session, spaces=[space], bookings={space.line_id: made}, now=now)


def prolong(session: Session, *, spaces: Sequence[tuple[LineSpace, datetime]], now: datetime) -> None:
    """Keep holds until later instants, all together; those that ended are taken again where there is room.

    Those that stand are kept first, so that none of them lapses for one that is taken again. Conflict ``capacity``,
    ``cutoff`` or ``departure_closed`` when one cannot be.
    """
    found = booking_queries.bookings(session, subjects=[space.line_id for space, _ in spaces])
    kept = {space.line_id: until for space, until in spaces if _current_of(found.get(space.line_id, ())) is not None}
    claims.extend(session, until=kept, now=now)
    for space, until in spaces:
        if space.line_id not in kept:
            reserve(session, space=space, expires_at=until, now=now)


def give_back(session: Session, *, line_id: UUID, reason: str, now: datetime) -> None:
    """Release what a line holds or aims at; nothing happens when there is nothing, or the cargo is under way."""
    claims.release(session, subject=line_id, reason=reason, now=now)


def link(session: Session, *, spaces: Sequence[LineSpace], bookings: Mapping[UUID, BookingRow], now: datetime) -> None:
    """Tie order lines to the bookings that were made for them."""
    rows = [
        {
            "booking_id": bookings[space.line_id].id,
            "line_id": space.line_id,
            "quantity": space.quantity,
            "created_at": now,
        }
        for space in spaces
    ]
    write(session, LineBooking, rows)


def currents(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, BookingRow]:
    """Return the bookings that carry these lines now; Conflict ``hold_gone`` for a line that has none."""
    found = booking_queries.bookings(session, subjects=line_ids)
    rows = {line_id: _current_of(found.get(line_id, ())) for line_id in line_ids}
    for line_id, row in rows.items():
        if row is None:
            raise Conflict("hold_gone", line=line_id)
    return {line_id: row for line_id, row in rows.items() if row is not None}


def current(session: Session, *, line_id: UUID) -> BookingRow | None:
    """Return the booking that carries a line now."""
    return _current_of(booking_queries.bookings(session, subjects=[line_id]).get(line_id, ()))


def was_booked(session: Session, *, line_id: UUID) -> bool:
    """Tell whether a line ever had a booking."""
    return line_id in booking_queries.bookings(session, subjects=[line_id])


def confirm_orders(session: Session, *, order_ids: Sequence[UUID], now: datetime) -> None:
    """Confirm the held bookings of orders that were secured; targets wait for their ready date.

    A hold that ended is taken again on the next departure with room. Where there is none the line has no booking
    until somebody finds it one: the deposit is in, so the order stands. Lines of which no unit is left need none.
    Orders whose holds all stand, on one lorry each, are taken together, all others one after the other.
    """
    lines = line_queries.lines_of(session, order_ids=order_ids)
    wanted = {line.id: line for order_id in order_ids for line in lines[order_id] if line.units}
    found = booking_queries.bookings(session, subjects=[line.id for order_id in order_ids for line in lines[order_id]])
    if len(order_ids) > 1:
        are_lost = any(_current_of(bookings) is None for line_id, bookings in found.items() if line_id in wanted)
        if are_lost or onward.any_ride(session, line_ids=wanted):
            for order_id in order_ids:
                confirm_orders(session, order_ids=[order_id], now=now)
            return
    held: list[UUID] = []
    carried: list[tuple[BookingRow, LineRow]] = []
    for order_id in order_ids:
        for line_id, bookings in _in_order_of_departures(found, lines[order_id]):
            booking = _current_of(bookings)
            if booking is None and line_id in wanted:
                claims.confirm_all(session, subjects=held, now=now)
                held = []
                booking = hold_again(session, bookings[-1], now=now)
            if booking is not None and booking.state is BookingState.HELD:
                held.append(line_id)
            if booking is not None and line_id in wanted:
                carried.append((booking, wanted[line_id]))
    claims.confirm_all(session, subjects=held, now=now)
    loads.describe(session, carried=carried)
    onward.confirm(session, line_ids=wanted, now=now)


def on_order_cancelled(session: Session, event: events.OrderCancelled) -> None:
    """Give back the room of an order and end its freight contracts; the rest of its shipments is charged anew."""
    lines = line_queries.lines_of(session, order_ids=[event.order_id])[event.order_id]
    for line_id, _ in _by_departure(session, lines):
        give_back(session, line_id=line_id, reason=f"order_{event.reason}", now=event.at)
    contracts.end_contracts(session, order_id=event.order_id, actor=SYSTEM, now=event.at)
    shipments.settle(session, order_id=event.order_id, now=event.at)


def on_booking_rolled(session: Session, event: BookingRolled) -> None:
    """Tie the line to the booking that its booking became."""
    before = session.get(LineBooking, event.booking_id)
    if before is not None:
        tie(session, event.new_booking_id, line_id=before.line_id, quantity=before.quantity, now=event.at)


def _by_departure(session: Session, lines: Sequence[LineRow]) -> list[tuple[UUID, Sequence[BookingRow]]]:
    """Return the bookings of an order's lines in the order in which hot departure rows are locked."""
    return _in_order_of_departures(booking_queries.bookings(session, subjects=[line.id for line in lines]), lines)


def _in_order_of_departures(
    found: Mapping[UUID, Sequence[BookingRow]], lines: Sequence[LineRow]
) -> list[tuple[UUID, Sequence[BookingRow]]]:
    known = [(line.id, found[line.id]) for line in lines if line.id in found]
    return sorted(known, key=lambda item: (item[1][-1].departure_id, item[0]))


def options_for(
    session: Session, booking: BookingRow, departure: DepartureRow, ready_at: datetime, now: datetime
) -> tuple[OptionRow, ...]:
    """Return the departures with room for a booking's load, of its own carrier: the freight is agreed with that one."""
    found = option_queries.options(
        session, hub_code=departure.hub_code, to_place=booking.to_place, load=booking.load, after=ready_at, now=now
    )
    return tuple(row for row in found if row.carrier_company_id == departure.carrier_company_id)


def options_again(session: Session, *, line_id: UUID, now: datetime) -> tuple[OptionRow, ...]:
    """Return the departures of its carrier that take a line that lost its booking, once it is ready."""
    ended = booking_queries.bookings(session, subjects=[line_id])[line_id][-1]
    departure = departures.departure(session, departure_id=ended.departure_id, now=now)
    return options_for(session, ended, departure, ready_from(session, line_id, departure, now), now)


def hold_on(
    session: Session, ended: BookingRow, departure_id: UUID, *, until: datetime, actor: Actor, now: datetime
) -> BookingRow:
    """Hold room for a line that lost its booking, bring its cargo along, and agree its freight again if that ended."""
    dangerous.check(session, line_id=ended.subject, departure_id=departure_id, now=now)
    with session.begin_nested():
        return _hold_on(session, ended, departure_id, until, actor, now)


def _hold_on(
    session: Session, ended: BookingRow, departure_id: UUID, until: datetime, actor: Actor, now: datetime
) -> BookingRow:
    quantity = session.scalars(sa.select(LineBooking.quantity).where(LineBooking.booking_id == ended.id)).one()
    line = line_of(session, ended.subject)
    load = _load_again(line, ended)
    again = holding.hold(
        session,
        departure_id=departure_id,
        to_place=ended.to_place,
        load=load,
        subject=ended.subject,
        shipper=ended.shipper_company_id,
        consignee=ended.consignee_company_id,
        expires_at=until,
        actor=actor,
        now=now,
    )
    tie(session, again.id, line_id=ended.subject, quantity=quantity, now=now)
    loads.describe(session, carried=[(again, line)])
    standing.check(session, departure_id=departure_id, coming={again.id: again.reference}, now=now)
    onward.again(session, line_id=ended.subject, until=until, actor=actor, now=now)
    renewal.renew(session, line_id=ended.subject, load=load, actor=actor, now=now)
    return again


def _load_again(line: LineRow, ended: BookingRow) -> Load:
    """Return the load of a line that lost its booking: what was booked, or less where units were taken off it."""
    if line.packing is None or line.units == line.quantity:
        return ended.load
    return load_of(line.units, line.packing)


def ready_from(session: Session, line_id: UUID, departure: DepartureRow, now: datetime) -> datetime:
    """Return from when a line's goods can be at the hub: the day that its merchant promised, or now."""
    line = line_of(session, line_id)
    return now if line.ready_date is None else max(now, at_hub(line.ready_date, departure))


def hold_again(
    session: Session, ended: BookingRow, *, until: datetime | None = None, now: datetime
) -> BookingRow | None:
    """Hold room once more for a line without a booking, on the first departure that takes it; None where none does.

    Goods made to order wait for their day: the ready date takes room for them.
    """
    line = line_of(session, ended.subject)
    if line.lead_days is not None and line.ready_date is None:
        return None
    for option in options_again(session, line_id=ended.subject, now=now):
        try:
            until_then = until or option.cutoff_cargo_at
            return hold_on(session, ended, option.departure_id, until=until_then, actor=SYSTEM, now=now)
        except Conflict:
            continue
    return None


def line_of(session: Session, line_id: UUID) -> LineRow:
    """Return a line, whoever it belongs to."""
    order_id = line_queries.order_of(session, line_id=line_id)
    return next(row for row in line_queries.lines_of(session, order_ids=[order_id])[order_id] if row.id == line_id)


def at_hub(day: date, departure: DepartureRow) -> datetime:
    """Return when goods of a day are at the hub: at noon there."""
    return datetime.combine(day, time(12), ZoneInfo(departure.stops[0].place.zone)).astimezone(UTC)


def tie(session: Session, booking_id: UUID, *, line_id: UUID, quantity: int, now: datetime) -> None:
    """Tie a quantity of a line to a booking."""
    session.add(LineBooking(booking_id=booking_id, line_id=line_id, quantity=quantity, created_at=now))
    session.flush()


def _current_of(bookings: Sequence[BookingRow]) -> BookingRow | None:
    """Return the booking in force among those of one line, the present one being last."""
    return next((booking for booking in reversed(bookings) if booking.state not in ENDED), None)
