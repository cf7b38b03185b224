"""Whose cargo it is: the operator's staff handle all, a carrier what rides on its lines, a consignee its own."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.services import booking as bookings
from marketplace.distribution.services import returning
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.orders.claims import queries as claims


def booking_of_line(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Return the present booking of a line for who takes its cargo in; NotFound for anybody else.

    Conflict ``no_booking`` for the operator's staff when the line lost its booking.
    """
    found = bookings.current(session, line_id=line_id)
    if found is None and actor.company_kind == CompanyKind.OPERATOR and bookings.was_booked(session, line_id=line_id):
        raise Conflict("no_booking", line=line_id)
    if found is None or not _carries(session, actor, found, now):
        raise NotFound("order_line")
    return found


def booking_to_receive(session: Session, *, booking_id: UUID, actor: Actor, now: datetime) -> tuple[BookingRow, UUID]:
    """Return a booking and its line for who may count its arrival; NotAllowed for its shipper, else NotFound.

    Conflict ``goes_onward`` where goods only change lorry: the second carrier counts them.
    """
    line_id = line_of(session, booking_id=booking_id)
    found = booking_queries.booking(session, booking_id=booking_id)
    may_count(session, found, actor, now)
    if found.subject == line_id and rides.of_lines(session, line_ids=[line_id]):
        raise Conflict("goes_onward", booking=booking_id)
    return found, line_id


def booking_of_return(session: Session, *, claim_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Return the booking by which the goods of a claim go back, for who takes its cargo in; NotFound for others."""
    found = returning.current(session, claim_id=claim_id)
    if found is None or not _carries(session, actor, found, now):
        raise NotFound("claim")
    return found


def claim_of(session: Session, *, booking_id: UUID) -> UUID:
    """Return the claim for which goods go back by a booking; NotFound for a booking of a line, or none."""
    found = booking_queries.booking(session, booking_id=booking_id)
    if not claims.some(session, claim_ids=[found.subject]):
        raise NotFound("booking")
    return found.subject


def may_count(session: Session, booking: BookingRow, actor: Actor, now: datetime) -> None:
    """Refuse who may not count what arrives of a booking: NotAllowed to its shipper, else NotFound."""
    if actor.company == booking.consignee_company_id or _carries(session, actor, booking, now):
        return
    if actor.company == booking.shipper_company_id:
        raise NotAllowed("only_the_consignee")
    raise NotFound("booking")


def line_of(session: Session, *, booking_id: UUID) -> UUID:
    """Return the order line that a booking carries, to its buyer or onward to him; NotFound."""
    line_id = session.scalars(sa.select(LineBooking.line_id).where(LineBooking.booking_id == booking_id)).one_or_none()
    if line_id is not None:
        return line_id
    subject = booking_queries.subject_of(session, booking_id=booking_id)
    ride = rides.of_subjects(session, subjects=[subject]).get(subject) if subject else None
    if ride is None:
        raise NotFound("booking")
    return ride.line_id


def _carries(session: Session, actor: Actor, booking: BookingRow, now: datetime) -> bool:
    if actor.company_kind == CompanyKind.OPERATOR:
        return True
    departure = departures.departure(session, departure_id=booking.departure_id, now=now)
    return actor.company == departure.carrier_company_id
