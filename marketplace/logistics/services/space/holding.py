"""Claim room for a load, or aim it at a departure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new, write, write_put_off
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, CapacityEntry
from marketplace.logistics.queries import bookings as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.freight import check_load
from marketplace.logistics.rules.states import BookingState, EntryKind
from marketplace.logistics.services.space.bookings import bookable, check_bookable, current_bookings, move, note
from marketplace.logistics.services.space.lapsing import lapse, lapse_holds, tell_expired
from marketplace.logistics.services.space.room import NOTHING, ROOMLESS, claim, enter, entry


def hold(
    session: Session,
    *,
    departure_id: UUID,
    to_place: str,
    load: Load,
    subject: UUID,
    shipper: UUID,
    consignee: UUID,
    expires_at: datetime,
    now: datetime,
    part: int = 1,
    actor: Actor = SYSTEM,
) -> BookingRow:
    """Claim room until an instant, at most until the cargo cut-off, and return the booking.

    A subject that has a booking already keeps it, and gets Conflict ``booking_differs`` when it asks for another.
    Conflict ``capacity`` names the lacking dimensions; ``cutoff``, ``departure_closed`` and ``not_served`` say why a
    departure takes nothing. After a Conflict nothing of this call remains, so that a caller may go on.
    """
    wanted = Wanted(departure_id, to_place, load, subject, part, shipper, consignee)
    return _book(session, wanted, BookingState.HELD, expires_at, actor, now)


def target(
    session: Session,
    *,
    departure_id: UUID,
    to_place: str,
    load: Load,
    subject: UUID,
    shipper: UUID,
    consignee: UUID,
    now: datetime,
    part: int = 1,
    actor: Actor = SYSTEM,
) -> BookingRow:
    """Note the departure that goods not made yet are meant for; no room is claimed until ``take``.

    Conflict ``capacity`` for goods that the lorry could not carry if it were empty.
    """
    wanted = Wanted(departure_id, to_place, load, subject, part, shipper, consignee)
    return _book(session, wanted, BookingState.TARGET, None, actor, now)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Room for goods of one subject on a departure; a ``subject`` may have several parts."""

    departure_id: UUID
    to_place: str
    load: Load
    subject: UUID
    part: int
    shipper: UUID
    consignee: UUID


def book_all(
    session: Session,
    *,
    departure: DepartureRow,
    wanted: Sequence[tuple[Wanted, datetime | None]],
    now: datetime,
    actor: Actor = SYSTEM,
) -> list[BookingRow]:
    """Book for subjects that never had a booking on one departure, all together; return the bookings.

    Each is held until its instant, at most until the cargo cut-off; with None only aimed at. The number of statements
    does not depend on how many they are; ``departure`` was read in this transaction for the same instant. The same
    refusals as ``hold``, but after one the unit of work is given up.
    """
    for one, _ in wanted:
        check_load(one.load)
        check_bookable(departure, one.to_place, one.load, now)
    held = [one for one, until in wanted if until is not None]
    lapsed = lapse_holds(session, departure.id, now) if held and departure.has_lapsed else []
    rows = [_row(one, until and min(until, departure.cutoff_cargo_at), now) for one, until in wanted]
    write(session, Booking, rows)
    acts = [
        Act("booking.aim" if row["expires_at"] is None else "booking.hold", row["id"], {"departure": departure.id})
        for row in rows
    ]
    note(session, acts, actor=actor, now=now)
    if held:
        entries = [
            entry(EntryKind.HOLD, departure.id, row["id"], one.load, now)
            for row, (one, until) in zip(rows, wanted, strict=True)
            if until is not None
        ]
        write(session, CapacityEntry, entries)
        # Whoever else wants this lorry waits from here to the commit, so what can be written before is.
        write_put_off(session)
        claim(session, departure.id, sum((one.load for one in held), NOTHING), lapsed, now)
        tell_expired(session, lapsed, now)
    return [queries.new_booking(row, departure) for row in rows]


def take(session: Session, *, subject: UUID, expires_at: datetime, now: datetime) -> None:
    """Claim the room of a target now that its goods have a ready date; nothing when it is claimed already."""
    for booking in current_bookings(session, subject):
        if booking.state is not BookingState.TARGET:
            continue
        with session.begin_nested():
            found = bookable(session, booking.departure_id, booking.to_place, booking.load, now)
            lapsed = lapse_holds(session, booking.departure_id, now)
            move(booking, "take")
            booking.expires_at = min(expires_at, found.cutoff_cargo_at)
            note(session, [Act("booking.take", booking.id)], actor=SYSTEM, now=now)
            enter(session, EntryKind.HOLD, booking, booking.load, now)
            claim(session, booking.departure_id, booking.load, lapsed, now)
        tell_expired(session, lapsed, now)


def _book(
    session: Session,
    wanted: Wanted,
    state: BookingState,
    expires_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> BookingRow:
    check_load(wanted.load)
    found = next((row for row in current_bookings(session, wanted.subject) if row.part == wanted.part), None)
    if found is not None and not _has_lapsed(found, now):
        return _same(session, found, wanted)
    if found is not None:
        lapse(session, departure_id=found.departure_id, now=now)
    with session.begin_nested():
        departure = bookable(session, wanted.departure_id, wanted.to_place, wanted.load, now)
        takes_room = state not in ROOMLESS
        lapsed = lapse_holds(session, wanted.departure_id, now) if takes_room else []
        until = min(expires_at, departure.cutoff_cargo_at) if expires_at else None
        booking_id = _insert(session, wanted, until, now)
        if booking_id is None:
            # Somebody booked for this subject between our look and our insert.
            return _same(session, _one_current(session, wanted), wanted)
        act = Act("booking.hold" if takes_room else "booking.aim", booking_id, {"departure": wanted.departure_id})
        note(session, [act], actor=actor, now=now)
        if takes_room:
            booking = session.get_one(Booking, booking_id)
            enter(session, EntryKind.HOLD, booking, wanted.load, now)
            claim(session, wanted.departure_id, wanted.load, lapsed, now)
    tell_expired(session, lapsed, now)
    return queries.booking(session, booking_id=booking_id)


def _insert(session: Session, wanted: Wanted, until: datetime | None, now: datetime) -> UUID | None:
    row = _row(wanted, until, now)
    return row["id"] if insert_if_new(session, Booking, **row) else None


def _row(wanted: Wanted, until: datetime | None, now: datetime) -> dict[str, Any]:
    """Return the columns of a new booking: held until an instant, or only aimed at."""
    return {
        "id": new_id(),
        "reference": new_reference("BKG"),
        "departure_id": wanted.departure_id,
        "to_place": wanted.to_place,
        "subject": wanted.subject,
        "part": wanted.part,
        "shipper_company_id": wanted.shipper,
        "consignee_company_id": wanted.consignee,
        "grams": wanted.load.grams,
        "cm3": wanted.load.cm3,
        "ldm_mm": wanted.load.ldm_mm,
        "pallets": wanted.load.pallets,
        "state": BookingState.TARGET if until is None else BookingState.HELD,
        "expires_at": until,
        "created_at": now,
    }


def _same(session: Session, found: Booking, wanted: Wanted) -> BookingRow:
    if (found.departure_id, found.to_place, found.load) != (wanted.departure_id, wanted.to_place, wanted.load):
        raise Conflict("booking_differs", booking=found.id, departure=found.departure_id)
    return queries.booking(session, booking_id=found.id)


def _one_current(session: Session, wanted: Wanted) -> Booking:
    return next(row for row in current_bookings(session, wanted.subject) if row.part == wanted.part)


def _has_lapsed(booking: Booking, now: datetime) -> bool:
    return booking.state is BookingState.HELD and booking.expires_at is not None and booking.expires_at <= now
