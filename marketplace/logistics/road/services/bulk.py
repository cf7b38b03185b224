"""Note the same of many consignments of a lorry at once, all or none, and take all of it back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.models.cargo import TransportEvent
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries.departures import departure
from marketplace.logistics.road.models.lorries import BulkNote
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting
from marketplace.logistics.tracing.rules.vocabulary import REPORTED

_THERE: Final = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED)


def note(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    code: Status,
    booking_ids: Collection[UUID] | None,
    place_code: str | None = None,
    happened_at: datetime | None = None,
    now: datetime,
) -> UUID:
    """Note an event of these consignments of a lorry, of all that are aboard or arrived for None; return the note.

    By the operator and the carrier of the departure, who stands as its reporter; NotFound ``departure`` for anybody
    else. Refused ``bookings``, ``place``, ``happened_at``, ``code`` that nobody reports; Conflict ``nothing_aboard``.
    """
    hat = access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id).hat
    acting.lock(session, departure_id=departure_id)
    stops = [stop.place.code for stop in departure(session, departure_id=departure_id, now=now).stops]
    if code not in REPORTED:
        raise Refused.field("code", "choice", ", ".join(str(int(one)) for one in Status if one in REPORTED))
    if place_code is not None and place_code not in stops:
        raise Refused.field("place", "choice", ", ".join(stops))
    happened = tracking.checked(happened_at, field="happened_at", now=now)
    there = session.scalars(
        sa.select(Booking.id)
        .where(Booking.departure_id == departure_id, Booking.state.in_(_THERE))
        .order_by(Booking.id)
    ).all()
    if booking_ids is not None and set(booking_ids) - set(there):
        raise Refused.field("bookings", "not_aboard")
    wanted = list(there) if booking_ids is None else sorted(set(booking_ids))
    if not wanted:
        raise Conflict("nothing_aboard", departure=departure_id)
    reporter = actor.company if hat is Hat.CARRIER else None
    noted = [
        tracking.note(
            session,
            code=code,
            booking_id=booking_id,
            place_code=place_code,
            event_at=happened,
            reported_by=reporter,
            now=now,
        )
        for booking_id in wanted
    ]
    made = BulkNote(
        id=new_id(),
        departure_id=departure_id,
        company_id=actor.company,
        code=int(code),
        place_code=place_code,
        happened_at=happened,
        event_ids=[str(event_id) for event_id in noted],
        noted_at=now,
        withdrawn_at=None,
    )
    session.add(made)
    session.flush()
    facts = {"note": made.id, "code": int(code), "bookings": wanted, "events": noted}
    _audit(session, actor, "departure.noted_of_many", departure_id, facts, now)
    return made.id


def withdraw(session: Session, *, actor: Actor, note_id: UUID, now: datetime) -> int:
    """Take back everything that was noted at once; return how many events, without those that were taken back before.

    The operator takes back any, a carrier its own; NotFound ``bulk_note`` for anybody else. Conflict ``retracted``.
    """
    found = session.get(BulkNote, note_id)
    if found is None:
        raise NotFound("bulk_note")
    try:
        hat = access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=found.departure_id).hat
    except NotFound:
        raise NotFound("bulk_note") from None
    if hat is Hat.CARRIER and found.company_id != actor.company:
        raise NotFound("bulk_note")
    acting.lock(session, departure_id=found.departure_id)
    row = session.get_one(BulkNote, note_id, populate_existing=True)
    if row.withdrawn_at is not None:
        raise Conflict("retracted", note=note_id)
    event_ids = [UUID(event_id) for event_id in row.event_ids]
    gone = set(session.scalars(sa.select(TransportEvent.retracts).where(TransportEvent.retracts.in_(event_ids))))
    left = [event_id for event_id in event_ids if event_id not in gone]
    reporter = actor.company if hat is Hat.CARRIER else None
    for event_id in left:
        tracking.retract(session, event_id=event_id, reported_by=reporter, now=now)
    row.withdrawn_at = now
    session.flush()
    facts = {"note": note_id, "events": left}
    _audit(session, actor, "departure.many_withdrawn", row.departure_id, facts, now)
    return len(left)


def _audit(
    session: Session, actor: Actor, action: str, departure_id: UUID, facts: dict[str, Any], now: datetime
) -> None:
    audit.record(
        session, actor=actor, action=action, subject="departure", subject_id=departure_id, facts=facts, now=now
    )
