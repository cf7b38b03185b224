"""Room on departures: held, confirmed, given back, rolled. Never sold twice.

Acts are idempotent per subject (an order line's id). A departure's ``taken_*`` columns are hot: they are changed last,
by one conditional UPDATE, and callers that book several loads go in order of the departures' ids. Every change is an
entry in ``capacity_entry``; their sums are the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel import events
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import BookingCancelled, BookingExpired, BookingRolled
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure, DepartureStop
from marketplace.logistics.queries import bookings as queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.rules.freight import check_load
from marketplace.logistics.rules.states import AT_HUB, BOOKING, CURRENT, BookingState, DepartureState, EntryKind
from marketplace.logistics.rules.timetable import bookable_until

_NOTHING: Final = Load()
# What a booking takes up in a state that does not claim room yet.
_ROOMLESS: Final = frozenset({BookingState.TARGET})


def room_left(more: Load) -> sa.ColumnElement[bool]:
    """Tell whether the departure being changed has room for more: the guard against selling a place twice.

    Without it ``ck_departure_room`` in ``models.departures`` still stands; without both, races oversell.
    """
    return sa.and_(*(_taken(name) + getattr(more, name) <= _capacity(name) for name in DIMENSIONS))


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
) -> BookingRow:
    """Claim room until an instant, at most until the cargo cut-off, and return the booking.

    A subject that has a booking already keeps it, and gets Conflict ``booking_differs`` when it asks for another.
    Conflict ``capacity`` names the lacking dimensions; ``cutoff``, ``departure_closed`` and ``not_served`` say why a
    departure takes nothing. After a Conflict nothing of this call remains, so that a caller may go on.
    """
    wanted = _Wanted(departure_id, to_place, load, subject, part, shipper, consignee)
    return _book(session, wanted, BookingState.HELD, expires_at, now)


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
) -> BookingRow:
    """Note the departure that goods not made yet are meant for; no room is claimed until ``take``."""
    wanted = _Wanted(departure_id, to_place, load, subject, part, shipper, consignee)
    return _book(session, wanted, BookingState.TARGET, None, now)


def take(session: Session, *, subject: UUID, expires_at: datetime, now: datetime) -> None:
    """Claim the room of a target now that its goods have a ready date; nothing when it is claimed already."""
    for booking in _current(session, subject):
        if booking.state is not BookingState.TARGET:
            continue
        with session.begin_nested():
            found = _bookable(session, booking.departure_id, booking.to_place, now)
            lapsed = _lapse(session, booking.departure_id, now)
            move(booking, "take")
            booking.expires_at = min(expires_at, found.cutoff_cargo_at)
            _enter(session, EntryKind.HOLD, booking, booking.load, now)
            _claim(session, booking.departure_id, booking.load, lapsed, now)
        _tell_expired(session, lapsed, now)


def confirm(session: Session, *, subject: UUID, now: datetime) -> None:
    """Make the claims of a subject good; Conflict ``booking_gone`` when they ended before.

    A claim whose time is over but whose room nobody took in between is still good.
    """
    for booking in _known(session, subject):
        if booking.state is BookingState.HELD:
            move(booking, "confirm")
            booking.expires_at, booking.confirmed_at = None, now
            _enter(session, EntryKind.CONFIRM, booking, _NOTHING, now)
    session.flush()


def extend(session: Session, *, subject: UUID, expires_at: datetime, now: datetime) -> None:
    """Keep the claims of a subject until a later instant, at most until the cargo cut-off."""
    for booking in _known(session, subject):
        if booking.state is BookingState.HELD and booking.expires_at is not None:
            until = min(expires_at, _departure(session, booking.departure_id).cutoff_cargo_at)
            booking.expires_at = until if until > max(booking.expires_at, now) else booking.expires_at
    session.flush()


def release(session: Session, *, subject: UUID, reason: str, now: datetime) -> None:
    """Give back the room of a subject that is not on the lorry yet; nothing when there is nothing to give back."""
    for booking in _current(session, subject):
        if booking.state in AT_HUB:
            _give_up(session, booking, "cancel", reason, now)


def cancel(session: Session, *, booking_id: UUID, reason: str, now: datetime) -> None:
    """Give up one booking that is not on the lorry yet."""
    _give_up(session, _one(session, booking_id), "cancel", reason, now)


def decline(session: Session, *, booking_id: UUID, reason: str, now: datetime) -> None:
    """Let the carrier give up a booking, accepted or not; its room is free again."""
    booking = _one(session, booking_id)
    _give_up(session, booking, "reject" if booking.state is BookingState.HELD else "decline", reason, now)


def roll(session: Session, *, booking_id: UUID, departure_id: UUID, reason: str, now: datetime) -> BookingRow:
    """Move a booking to another departure, with its room and its state; Conflict ``capacity`` leaves it where it is."""
    booking = _one(session, booking_id)
    with session.begin_nested():
        found = _bookable(session, departure_id, booking.to_place, now)
        if found.id == booking.departure_id:
            raise Conflict("same_departure", departure=departure_id)
        old_state, load = booking.state, booking.load
        move(booking, "roll")
        session.flush()
        new = _rolled(booking, found, old_state, now)
        session.add(new)
        session.flush()
        booking.rolled_to = new.id
        if old_state in _ROOMLESS:
            lapsed: Sequence[_Lapsed] = ()
        else:
            lapsed = _lapse(session, departure_id, now)
            _enter(session, EntryKind.ROLL_OUT, booking, _NOTHING - load, now)
            _enter(session, EntryKind.ROLL_IN, new, load, now)
            # Both rows are hot: the lower id first, as everybody who changes two.
            for target_id in sorted((booking.departure_id, departure_id)):
                if target_id == departure_id:
                    _claim(session, departure_id, load, lapsed, now)
                else:
                    _give_back(session, booking.departure_id, load)
    _tell_expired(session, lapsed, now)
    events.record(
        session,
        BookingRolled(
            at=now,
            booking_id=booking.id,
            subject=booking.subject,
            new_booking_id=new.id,
            departure_id=departure_id,
            reason=reason,
        ),
    )
    return queries.booking(session, booking_id=new.id)


def adjust(session: Session, *, booking_id: UUID, load: Load, now: datetime) -> None:
    """Change a booking's load to what was measured; Conflict ``capacity`` without room for the surplus."""
    check_load(load)
    booking = _one(session, booking_id)
    more = load - booking.load
    if more.is_nothing:
        return
    with session.begin_nested():
        booking.grams, booking.cm3, booking.ldm_mm, booking.pallets = (getattr(load, name) for name in DIMENSIONS)
        if booking.state in _ROOMLESS:
            return
        _enter(session, EntryKind.ADJUST, booking, more, now)
        if not _change(session, booking.departure_id, more, room_left(more)):
            raise _no_room(session, booking.departure_id, more)


def expire(session: Session, *, now: datetime, limit: int = 200) -> int:
    """End the holds whose time is over, a departure at a time in order of id; return how many ended."""
    stale = sa.and_(Booking.state == BookingState.HELD, Booking.expires_at <= now)
    departures = session.scalars(
        sa.select(Booking.departure_id).where(stale).distinct().order_by(Booking.departure_id).limit(limit)
    ).all()
    return sum(lapse(session, departure_id=departure_id, now=now) for departure_id in departures)


def lapse(session: Session, *, departure_id: UUID, now: datetime, everyone: bool = False) -> int:
    """End the holds of a departure whose time is over, or every one when it closes; return how many ended."""
    lapsed = _lapse(session, departure_id, now, everyone=everyone)
    if lapsed:
        _give_back(session, departure_id, _sum(lapsed))
        _tell_expired(session, lapsed, now)
    return len(lapsed)


def move(booking: Booking, action: str) -> None:
    """Take a drawn transition: but for holds that lapse together, the one place that writes a booking's state."""
    booking.state = BOOKING.apply(booking.state, action)


@dataclass(frozen=True, slots=True)
class _Wanted:
    departure_id: UUID
    to_place: str
    load: Load
    subject: UUID
    part: int
    shipper: UUID
    consignee: UUID


@dataclass(frozen=True, slots=True)
class _Bookable:
    id: UUID
    cutoff_cargo_at: datetime


@dataclass(frozen=True, slots=True)
class _Lapsed:
    booking_id: UUID
    subject: UUID
    load: Load


def _book(
    session: Session, wanted: _Wanted, state: BookingState, expires_at: datetime | None, now: datetime
) -> BookingRow:
    check_load(wanted.load)
    found = next((row for row in _current(session, wanted.subject) if row.part == wanted.part), None)
    if found is not None and not _has_lapsed(found, now):
        return _same(session, found, wanted)
    if found is not None:
        lapse(session, departure_id=found.departure_id, now=now)
    with session.begin_nested():
        departure = _bookable(session, wanted.departure_id, wanted.to_place, now)
        takes_room = state not in _ROOMLESS
        lapsed = _lapse(session, wanted.departure_id, now) if takes_room else []
        until = min(expires_at, departure.cutoff_cargo_at) if expires_at else None
        booking_id = _insert(session, wanted, state, until, now)
        if booking_id is None:
            # Somebody booked for this subject between our look and our insert.
            return _same(session, _one_current(session, wanted), wanted)
        if takes_room:
            booking = session.get_one(Booking, booking_id)
            _enter(session, EntryKind.HOLD, booking, wanted.load, now)
            _claim(session, wanted.departure_id, wanted.load, lapsed, now)
    _tell_expired(session, lapsed, now)
    return queries.booking(session, booking_id=booking_id)


def _insert(
    session: Session, wanted: _Wanted, state: BookingState, expires_at: datetime | None, now: datetime
) -> UUID | None:
    booking_id = new_id()
    is_new = insert_if_new(
        session,
        Booking,
        id=booking_id,
        reference=new_reference("BKG"),
        departure_id=wanted.departure_id,
        to_place=wanted.to_place,
        subject=wanted.subject,
        part=wanted.part,
        shipper_company_id=wanted.shipper,
        consignee_company_id=wanted.consignee,
        grams=wanted.load.grams,
        cm3=wanted.load.cm3,
        ldm_mm=wanted.load.ldm_mm,
        pallets=wanted.load.pallets,
        state=state,
        expires_at=expires_at,
        created_at=now,
    )
    return booking_id if is_new else None


def _rolled(booking: Booking, departure: _Bookable, state: BookingState, now: datetime) -> Booking:
    """Return the same claim on another departure; cargo that is at the hub already stays received."""
    until = booking.expires_at and min(booking.expires_at, departure.cutoff_cargo_at)
    return Booking(
        id=new_id(),
        reference=new_reference("BKG"),
        departure_id=departure.id,
        to_place=booking.to_place,
        subject=booking.subject,
        part=booking.part,
        shipper_company_id=booking.shipper_company_id,
        consignee_company_id=booking.consignee_company_id,
        grams=booking.grams,
        cm3=booking.cm3,
        ldm_mm=booking.ldm_mm,
        pallets=booking.pallets,
        state=state,
        expires_at=until,
        created_at=now,
        confirmed_at=booking.confirmed_at,
    )


def _same(session: Session, found: Booking, wanted: _Wanted) -> BookingRow:
    if (found.departure_id, found.to_place, found.load) != (wanted.departure_id, wanted.to_place, wanted.load):
        raise Conflict("booking_differs", booking=found.id, departure=found.departure_id)
    return queries.booking(session, booking_id=found.id)


def _bookable(session: Session, departure_id: UUID, to_place: str, now: datetime) -> _Bookable:
    """Return the departure if it takes bookings to that place now, or say why it does not."""
    found = _departure(session, departure_id)
    if found.state is not DepartureState.OPEN:
        raise Conflict("departure_closed", departure=departure_id, state=str(found.state))
    until = bookable_until(cutoff_documents_at=found.cutoff_documents_at, cutoff_cargo_at=found.cutoff_cargo_at)
    if now >= until:
        raise Conflict("cutoff", departure=departure_id, cutoff=until.isoformat())
    served = sa.select(DepartureStop.id).where(
        DepartureStop.departure_id == departure_id,
        DepartureStop.place_code == to_place,
        DepartureStop.position > 0,
        ~DepartureStop.is_border,
    )
    if session.execute(served).first() is None:
        raise Conflict("not_served", departure=departure_id, to=to_place)
    return _Bookable(found.id, found.cutoff_cargo_at)


def _departure(session: Session, departure_id: UUID) -> Departure:
    found = session.scalars(
        sa.select(Departure).where(Departure.id == departure_id).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("departure")
    return found


def _current(session: Session, subject: UUID) -> Sequence[Booking]:
    return session.scalars(
        _locked(sa.select(Booking).where(Booking.subject == subject, Booking.state.in_(CURRENT)).order_by(Booking.id))
    ).all()


def _known(session: Session, subject: UUID) -> Sequence[Booking]:
    found = _current(session, subject)
    if not found:
        ended = session.execute(sa.select(Booking.id).where(Booking.subject == subject).limit(1)).first()
        raise NotFound("booking") if ended is None else Conflict("booking_gone", subject=subject)
    return found


def _one(session: Session, booking_id: UUID) -> Booking:
    found = session.scalars(_locked(sa.select(Booking).where(Booking.id == booking_id))).one_or_none()
    if found is None:
        raise NotFound("booking")
    return found


def _one_current(session: Session, wanted: _Wanted) -> Booking:
    return next(row for row in _current(session, wanted.subject) if row.part == wanted.part)


def _locked(statement: sa.Select[Booking]) -> sa.Select[Booking]:
    return statement.with_for_update().execution_options(populate_existing=True)


def _has_lapsed(booking: Booking, now: datetime) -> bool:
    return booking.state is BookingState.HELD and booking.expires_at is not None and booking.expires_at <= now


def _give_up(session: Session, booking: Booking, action: str, reason: str, now: datetime) -> None:
    took_room = booking.state not in _ROOMLESS
    move(booking, action)
    booking.expires_at = None
    session.flush()
    if took_room:
        _enter(session, EntryKind.RELEASE, booking, _NOTHING - booking.load, now)
        _give_back(session, booking.departure_id, booking.load)
    events.record(session, BookingCancelled(at=now, booking_id=booking.id, subject=booking.subject, reason=reason))


def _lapse(session: Session, departure_id: UUID, now: datetime, *, everyone: bool = False) -> Sequence[_Lapsed]:
    """End holds whose time is over; the caller takes their room off the departure and tells of them."""
    stale = sa.true() if everyone else Booking.expires_at <= now
    ended = session.execute(
        sa.update(Booking)
        .where(Booking.departure_id == departure_id, Booking.state == BookingState.HELD, stale)
        .values(state=BOOKING.apply(BookingState.HELD, "expire"), expires_at=None)
        .returning(Booking.id, Booking.subject, *(getattr(Booking, name) for name in DIMENSIONS))
        .execution_options(synchronize_session=False)
    ).all()
    lapsed = [_Lapsed(row.id, row.subject, Load(*(getattr(row, name) for name in DIMENSIONS))) for row in ended]
    if lapsed:
        session.execute(
            sa.insert(CapacityEntry),
            [_entry(EntryKind.EXPIRE, departure_id, row.booking_id, _NOTHING - row.load, now) for row in lapsed],
        )
    return lapsed


def _tell_expired(session: Session, lapsed: Sequence[_Lapsed], now: datetime) -> None:
    for row in lapsed:
        events.record(session, BookingExpired(at=now, booking_id=row.booking_id, subject=row.subject))


def _sum(lapsed: Sequence[_Lapsed]) -> Load:
    return sum((row.load for row in lapsed), _NOTHING)


def _enter(session: Session, kind: EntryKind, booking: Booking, more: Load, now: datetime) -> None:
    session.flush()
    session.execute(sa.insert(CapacityEntry).values(_entry(kind, booking.departure_id, booking.id, more, now)))


def _entry(kind: EntryKind, departure_id: UUID, booking_id: UUID, more: Load, now: datetime) -> dict[str, Any]:
    load = {name: getattr(more, name) for name in DIMENSIONS}
    return {"id": new_id(), "departure_id": departure_id, "booking_id": booking_id, "kind": kind, "at": now, **load}


def _claim(session: Session, departure_id: UUID, load: Load, lapsed: Sequence[_Lapsed], now: datetime) -> None:
    """Take room on an open departure, that of lapsed holds included; the hot row, changed last."""
    more = load - _sum(lapsed)
    is_open = sa.and_(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at > now)
    if not _change(session, departure_id, more, sa.and_(is_open, room_left(more))):
        raise _no_room(session, departure_id, more)


def _give_back(session: Session, departure_id: UUID, load: Load) -> None:
    """Free room that was claimed before; the CHECK constraints alone decide."""
    _change(session, departure_id, _NOTHING - load, sa.true())


def _change(session: Session, departure_id: UUID, more: Load, guard: sa.ColumnElement[bool]) -> bool:
    """Change the hot row if the guard holds; tell whether it was changed."""
    session.flush()
    statement = (
        sa.update(Departure)
        .where(Departure.id == departure_id, guard)
        .values({f"taken_{name}": _taken(name) + getattr(more, name) for name in DIMENSIONS})
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def _no_room(session: Session, departure_id: UUID, more: Load) -> Conflict:
    found = _departure(session, departure_id)
    room = Load(*(getattr(found, f"capacity_{name}") - getattr(found, f"taken_{name}") for name in DIMENSIONS))
    lacking = more.lacking(room)
    if not lacking:
        return Conflict("departure_closed", departure=departure_id, state=str(found.state))
    return Conflict("capacity", departure=departure_id, lacking=list(lacking))


def _capacity(name: str) -> Any:
    return getattr(Departure, f"capacity_{name}")


def _taken(name: str) -> Any:
    return getattr(Departure, f"taken_{name}")
