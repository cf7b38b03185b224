"""Keep what is left of a lorry for who took all of it: in the ledger of room, and only while nobody else is on it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.events import BookingEvent
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.pricing.rules.terms import WholeLorry as Terms
from marketplace.logistics.queries.room import taken_of
from marketplace.logistics.rules.states import TAKING, DepartureState, EntryKind
from marketplace.logistics.services.space.room import (
    NOTHING,
    change,
    departure_of,
    entry,
    give_back,
    room_left,
)


def keep(
    session: Session, *, departure_id: UUID, company_id: UUID, own: Load, terms: Terms, actor: Actor, now: datetime
) -> UUID:
    """Take all the room of an open departure beside a company's ``own``; return the whole lorry.

    Conflict ``not_alone`` where anything else is on it, or it takes no bookings any more: by one conditional update.
    """
    found = departure_of(session, departure_id)
    rest = Load(*(getattr(found, f"capacity_{name}") - getattr(own, name) for name in DIMENSIONS))
    alone = sa.and_(
        *(taken_of(name) == getattr(own, name) for name in DIMENSIONS),
        Departure.state == DepartureState.OPEN,
        Departure.cutoff_cargo_at > now,
    )
    if _live(session, departure_id) is not None or not change(session, departure_id, rest, alone):
        raise Conflict("not_alone", departure=departure_id)
    whole = WholeLorry(
        id=new_id(),
        departure_id=departure_id,
        company_id=company_id,
        currency=terms.price.currency,
        price_minor=terms.price.minor,
        free_minutes=terms.free_minutes,
        waiting_minor=terms.waiting.minor,
        taken_at=now,
        **{f"kept_{name}": getattr(rest, name) for name in DIMENSIONS},
    )
    session.add(whole)
    session.flush()
    write(session, CapacityEntry, [entry(EntryKind.KEEP, departure_id, whole.id, rest, now)])
    audit.record(
        session,
        actor=actor,
        action="whole_lorry.take",
        subject="whole_lorry",
        subject_id=whole.id,
        facts={"departure": departure_id, "minor": whole.price_minor, "currency": whole.currency},
        now=now,
    )
    return whole.id


def is_whole(session: Session, *, departure_id: UUID) -> bool:
    """Tell whether somebody has taken the whole of a departure."""
    return _live(session, departure_id) is not None


def yield_room(session: Session, *, departure_id: UUID, more: Load, now: datetime) -> bool:
    """Let goods of who took a whole lorry have more of what is kept for it; tell whether that was enough.

    What is taken of the departure stays the same: it is kept for the goods, or taken by them.
    """
    whole = _live(session, departure_id)
    if whole is None or not more.fits(_kept(whole)):
        return False
    _keep_more(session, whole, NOTHING - more, now)
    return True


def give_up(session: Session, *, departure_id: UUID, now: datetime) -> None:
    """Make a lorry that was held whole anybody's again, whatever of its goods stays on it; else nothing happens."""
    whole = _live(session, departure_id)
    if whole is not None:
        _end(session, whole, now)


def settle(session: Session, *, departure_id: UUID, now: datetime) -> None:
    """Keep what a whole lorry's goods gave back; once none of them is left on it, it is anybody's again."""
    whole = _live(session, departure_id)
    if whole is None:
        return
    aboard = sa.select(Booking.id).where(Booking.departure_id == departure_id, Booking.state.in_(TAKING)).limit(1)
    if session.scalar(aboard) is None:
        _end(session, whole, now)
        return
    found = departure_of(session, departure_id)
    rest = Load(*(getattr(found, f"capacity_{name}") - getattr(found, f"taken_{name}") for name in DIMENSIONS))
    if not rest.is_nothing and change(
        session, departure_id, rest, room_left({name: getattr(rest, name) for name in DIMENSIONS})
    ):
        _keep_more(session, whole, rest, now)


def on_booking_left(session: Session, event: BookingEvent) -> None:
    """Keep the room of a booking that left a whole lorry, or free all of it with the last."""
    departure_id = session.scalar(
        sa.select(WholeLorry.departure_id)
        .join(Booking, Booking.departure_id == WholeLorry.departure_id)
        .where(Booking.id == event.booking_id, WholeLorry.ended_at.is_(None))
    )
    if departure_id is not None:
        settle(session, departure_id=departure_id, now=event.at)


def _live(session: Session, departure_id: UUID) -> WholeLorry | None:
    return session.scalars(
        sa.select(WholeLorry)
        .where(WholeLorry.departure_id == departure_id, WholeLorry.ended_at.is_(None))
        .with_for_update()
    ).one_or_none()


def _end(session: Session, whole: WholeLorry, now: datetime) -> None:
    kept = _kept(whole)
    _keep_more(session, whole, NOTHING - kept, now)
    whole.ended_at = now
    give_back(session, whole.departure_id, kept)


def _kept(whole: WholeLorry) -> Load:
    return Load(*(getattr(whole, f"kept_{name}") for name in DIMENSIONS))


def _keep_more(session: Session, whole: WholeLorry, more: Load, now: datetime) -> None:
    for name in DIMENSIONS:
        setattr(whole, f"kept_{name}", getattr(whole, f"kept_{name}") + getattr(more, name))
    session.flush()
    write(session, CapacityEntry, [entry(EntryKind.KEEP, whole.departure_id, whole.id, more, now)])
