"""Change the room of a departure: the hot row, and the entries that add up to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure
from marketplace.logistics.queries.room import capacity_of, taken_of
from marketplace.logistics.rules.states import BookingState, DepartureState, EntryKind

NOTHING: Final = Load()
# What a booking takes up in a state that does not claim room yet.
ROOMLESS: Final = frozenset({BookingState.TARGET})
_CUTOFFS: Final = sa.select(Departure.id, Departure.cutoff_cargo_at).where(
    Departure.id.in_(sa.bindparam("ids", expanding=True))
)


def room_left(more: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Tell whether the departure being changed has room for more: the guard against selling a place twice.

    Without it ``ck_departure_room`` in ``models.departures`` still stands; without both, races oversell.
    """
    return sa.and_(*(taken_of(name) + more[name] <= capacity_of(name) for name in DIMENSIONS))


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A hold that ended, with the room it kept."""

    booking_id: UUID
    subject: UUID
    load: Load


def departure_of(session: Session, departure_id: UUID) -> Departure:
    """Return a departure as it stands in the database now; NotFound."""
    found = session.scalars(
        sa.select(Departure).where(Departure.id == departure_id).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("departure")
    return found


def cutoffs_of(session: Session, departure_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return until when departures take cargo, as they stand in the database now."""
    return {row.id: row.cutoff_cargo_at for row in session.execute(_CUTOFFS, {"ids": list(departure_ids)})}


def load_of(lapsed: Sequence[Lapsed]) -> Load:
    """Return the room that these holds kept together."""
    return sum((row.load for row in lapsed), NOTHING)


def enter(session: Session, kind: EntryKind, booking: Booking, more: Load, now: datetime) -> None:
    """Write down a change of the room that a booking takes."""
    write(session, CapacityEntry, [entry(kind, booking.departure_id, booking.id, more, now)])


def entry(kind: EntryKind, departure_id: UUID, booking_id: UUID, more: Load, now: datetime) -> dict[str, Any]:
    """Return the row of a change."""
    load = {name: getattr(more, name) for name in DIMENSIONS}
    return {"id": new_id(), "departure_id": departure_id, "booking_id": booking_id, "kind": kind, "at": now, **load}


def claim(session: Session, departure_id: UUID, load: Load, lapsed: Sequence[Lapsed], now: datetime) -> None:
    """Take room on an open departure, that of lapsed holds included; the hot row, changed last."""
    more = load - load_of(lapsed)
    session.flush()
    given = {"departure": departure_id, "now": now, **{f"more_{name}": getattr(more, name) for name in DIMENSIONS}}
    if cast("sa.CursorResult[Any]", session.execute(_claim(), given)).rowcount != 1:
        raise no_room(session, departure_id, more, lapsed=load_of(lapsed))


@cache
def _claim() -> sa.Update:
    """Return the change of the hot row, built once: no other row is changed as often."""
    more = {name: sa.bindparam(f"more_{name}", type_=sa.BigInteger) for name in DIMENSIONS}
    is_open = sa.and_(Departure.state == DepartureState.OPEN, Departure.cutoff_cargo_at > sa.bindparam("now"))
    return (
        sa.update(cast("sa.Table", Departure.__table__))
        .where(Departure.id == sa.bindparam("departure"), is_open, room_left(more))
        .values({f"taken_{name}": taken_of(name) + more[name] for name in DIMENSIONS})
    )


def give_back(session: Session, departure_id: UUID, load: Load) -> None:
    """Free room that was claimed before; the CHECK constraints alone decide."""
    change(session, departure_id, NOTHING - load, sa.true())


def change(session: Session, departure_id: UUID, more: Load, guard: sa.ColumnElement[bool]) -> bool:
    """Change the hot row if the guard holds; tell whether it was changed."""
    session.flush()
    statement = (
        sa.update(Departure)
        .where(Departure.id == departure_id, guard)
        .values({f"taken_{name}": taken_of(name) + getattr(more, name) for name in DIMENSIONS})
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def no_room(session: Session, departure_id: UUID, more: Load, *, lapsed: Load = NOTHING) -> Conflict:
    """Return why the guard held: the dimensions that lack, or that the departure closed meanwhile.

    ``room`` has what is needed and what is free of each that lacks, room of ``lapsed`` holds included: in grams, cm³,
    millimetres of loading metres, pallets.
    """
    found = departure_of(session, departure_id)
    room = Load(*(getattr(found, f"capacity_{name}") - getattr(found, f"taken_{name}") for name in DIMENSIONS))
    if more.fits(room):
        return Conflict("departure_closed", departure=departure_id, state=str(found.state))
    return _lacks(found.id, found.reference, needed=more + lapsed, free=room + lapsed)


def capacity_in(departure: Departure) -> Load:
    """Return all of a departure's room."""
    return Load(*(getattr(departure, f"capacity_{name}") for name in DIMENSIONS))


def check_size(departure_id: UUID, reference: str, capacity: Load, load: Load) -> None:
    """Refuse a load that the departure could not carry if it were empty; Conflict ``capacity``.

    It binds goods made to order too, which claim no room yet.
    """
    if not load.fits(capacity):
        raise _lacks(departure_id, reference, needed=load, free=capacity)


def _lacks(departure_id: UUID, reference: str, *, needed: Load, free: Load) -> Conflict:
    lacking = needed.lacking(free)
    return Conflict(
        "capacity",
        departure=departure_id,
        reference=reference,
        lacking=list(lacking),
        room=[{"dimension": one, "needed": getattr(needed, one), "free": getattr(free, one)} for one in lacking],
    )
