"""Which cartons of which booking an act is about."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.handling.queries.cartons import CartonsRow, cartons_of
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.handling.models import HandlingAct
from marketplace.logistics.handling.rules.acts import range_of
from marketplace.logistics.queries import bookings


def of_cartons(act: HandlingAct) -> tuple[UUID, UUID]:
    """Return the booking of an act about cartons, and its subject."""
    if act.booking_id is None or act.subject is None:
        raise Refused.field("booking", "required", "a booking, or a label")
    return act.booking_id, act.subject


def cartons(session: Session, booking_id: UUID) -> CartonsRow:
    """Return the cartons of a booking; Conflict ``not_packed_yet`` before they have numbers."""
    booking = bookings.booking(session, booking_id=booking_id)
    found = cartons_of(session, bookings=[booking]).get(booking_id)
    if found is None:
        raise Conflict("not_packed_yet")
    return found


def number(session: Session, act: HandlingAct, first: int, cartons: int, pieces: int | None) -> None:
    """Keep which cartons an act is about: from the first that is free, and as many as it may be, where not said."""
    said = act.content
    found = range_of(said.get("first"), said.get("pieces"), first=first, pieces=pieces, cartons=cartons)
    act.content = said | {"first": found[0], "pieces": found[1]}
    session.flush()
