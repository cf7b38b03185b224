"""Make claims good, keep them longer, give them up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict, DomainError, NotFound
from marketplace.logistics.events import BookingCancelled
from marketplace.logistics.models.departures import Booking, CapacityEntry
from marketplace.logistics.road.rules.declared import Change
from marketplace.logistics.road.services import locks
from marketplace.logistics.rules.states import AT_HUB, BookingState, EntryKind
from marketplace.logistics.services.space.bookings import all_current, current_bookings, locked_booking, move, note
from marketplace.logistics.services.space.room import NOTHING, ROOMLESS, cutoffs_of, enter, entry, give_back

# The code of every reason that a person wrote: the words stay with the booking.
DECLINED: Final = "declined"


def confirm(session: Session, *, subject: UUID, now: datetime, actor: Actor = SYSTEM) -> None:
    """Make the claims of a subject good; Conflict ``booking_gone`` when they ended before.

    A claim whose time is over but whose room nobody took in between is still good.
    """
    confirm_all(session, subjects=[subject], now=now, actor=actor)


def confirm_all(session: Session, *, subjects: Sequence[UUID], now: datetime, actor: Actor = SYSTEM) -> None:
    """Make the claims of subjects good as ``confirm`` does those of one, in as many statements."""
    if not subjects:
        return
    found = _standing(session, subjects)
    current = [booking for subject in subjects for booking in sorted(found[subject], key=lambda one: one.id)]
    held = [booking for booking in current if booking.state is BookingState.HELD]
    for booking in held:
        move(booking, "confirm")
        booking.expires_at, booking.confirmed_at = None, now
    entries = [entry(EntryKind.CONFIRM, booking.departure_id, booking.id, NOTHING, now) for booking in held]
    write(session, CapacityEntry, entries)
    note(session, [Act("booking.confirm", booking.id) for booking in held], actor=actor, now=now)
    session.flush()


def extend(session: Session, *, until: Mapping[UUID, datetime], now: datetime) -> None:
    """Keep the claims of subjects until later instants, each at most until its cargo cut-off.

    In as many statements for one subject as for two hundred. Conflict ``booking_gone`` for the first whose claims
    ended before.
    """
    if not until:
        return
    found = _standing(session, until)
    held = [booking for bookings in found.values() for booking in bookings if booking.state is BookingState.HELD]
    cutoffs = cutoffs_of(session, {booking.departure_id for booking in held}) if held else {}
    for booking in held:
        latest = min(until[booking.subject], cutoffs[booking.departure_id])
        if booking.expires_at is not None and latest > max(booking.expires_at, now):
            booking.expires_at = latest
    session.flush()


def release(session: Session, *, subject: UUID, reason: str, now: datetime) -> None:
    """Give back the room of a subject that is not on the lorry yet; nothing when there is nothing to give back."""
    for booking in current_bookings(session, subject):
        if booking.state in AT_HUB:
            _give_up(session, booking, "cancel", reason, SYSTEM, now)


def cancel(
    session: Session,
    *,
    booking_id: UUID,
    reason: str,
    now: datetime,
    actor: Actor = SYSTEM,
    must: bool = False,
) -> None:
    """Give up one booking that is not on the lorry yet; one that is declared only amended, unless it ``must`` end."""
    _give_up(session, locked_booking(session, booking_id), "cancel", reason, actor, now, must=must)


def decline(session: Session, *, booking_id: UUID, reason: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """Let the road give up a booking, accepted or not; its room is free again, and both sides read the reason."""
    booking = locked_booking(session, booking_id)
    booking.decline_reason = reason
    _give_up(session, booking, "reject" if booking.state is BookingState.HELD else "decline", DECLINED, actor, now)


def _standing(session: Session, subjects: Collection[UUID]) -> dict[UUID, list[Booking]]:
    """Return the claims of each subject; for the first without, NotFound or, if they ended, Conflict."""
    found = all_current(session, subjects)
    for subject in subjects:
        if subject not in found:
            raise _gone(session, subject)
    return found


def _gone(session: Session, subject: UUID) -> DomainError:
    ended = session.execute(sa.select(Booking.id).where(Booking.subject == subject).limit(1)).first()
    return NotFound("booking") if ended is None else Conflict("booking_gone", subject=subject)


def _give_up(
    session: Session, booking: Booking, action: str, reason: str, actor: Actor, now: datetime, *, must: bool = False
) -> None:
    guard = locks.require_amendment if must else locks.check
    guard(session, booking_id=booking.id, change=Change.REMOVE, now=now)
    took_room = booking.state not in ROOMLESS
    move(booking, action)
    booking.expires_at = None
    session.flush()
    note(session, [Act(f"booking.{action}", booking.id, {"reason": reason})], actor=actor, now=now)
    if took_room:
        enter(session, EntryKind.RELEASE, booking, NOTHING - booking.load, now)
        give_back(session, booking.departure_id, booking.load)
    events.record(session, BookingCancelled(at=now, booking_id=booking.id, subject=booking.subject, reason=reason))
