"""Read bookings with the times of their departures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import CARRIED, CURRENT, BookingState, DepartureState, HoldCause

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking with the times of its departure; ``arrives_at`` is at its own place."""

    id: UUID
    reference: str
    subject: UUID
    part: int
    departure_id: UUID
    departure_reference: str
    departure_state: DepartureState
    hold_cause: HoldCause | None
    hub_code: str
    to_place: str
    load: Load
    state: BookingState
    expires_at: datetime | None
    confirmed_at: datetime | None
    departs_at: datetime
    arrives_at: datetime
    cutoff_cargo_at: datetime
    rolled_to: UUID | None
    decline_reason: str | None
    receipt_due_at: datetime | None
    shipper_company_id: UUID
    consignee_company_id: UUID


def bookings(session: Session, *, subjects: Iterable[UUID]) -> dict[UUID, tuple[BookingRow, ...]]:
    """Return every booking of these subjects, the present one last; a subject without any is missing."""
    return _by_subject(session, Booking.subject.in_(set(subjects)))


def bookings_on(session: Session, *, departure_id: UUID) -> tuple[BookingRow, ...]:
    """Return what is booked on a departure and not given up, targets included."""
    found = _by_subject(session, sa.and_(Booking.departure_id == departure_id, Booking.state.in_(CURRENT)))
    return tuple(row for rows in found.values() for row in rows)


def bookings_of_carrier(session: Session, *, carrier_id: UUID, cursor: str | None = None) -> Page[BookingRow]:
    """Return the confirmed bookings on a carrier's lines that are not delivered yet, by departure."""
    wanted = (
        booking_rows()
        .join(Line, Line.id == Departure.line_id)
        .where(Line.carrier_company_id == carrier_id, Booking.state.in_(CARRIED))
        .order_by(Departure.departs_at, Booking.id)
        .limit(PAGE + 1)
    )
    if cursor:
        departs_at, last = decode_moment(cursor)
        later = sa.and_(Departure.departs_at == departs_at, Booking.id > last)
        wanted = wanted.where(sa.or_(Departure.departs_at > departs_at, later))
    rows = [booking_row(row) for row in session.execute(wanted)]
    return page_of(rows, PAGE, lambda row: (row.departs_at.isoformat(), str(row.id)))


def booking(session: Session, *, booking_id: UUID) -> BookingRow:
    """Return one booking; NotFound for an unknown one. Who may see it is the caller's to decide."""
    row = session.execute(booking_rows().where(Booking.id == booking_id)).one_or_none()
    if row is None:
        raise NotFound("booking")
    return booking_row(row)


def booking_rows() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement whose rows ``booking_row`` reads."""
    stop = aliased(DepartureStop)
    return (
        sa.select(
            Booking,
            Departure.reference,
            Departure.state,
            Departure.hold_cause,
            Departure.hub_code,
            Departure.departs_at,
            Departure.cutoff_cargo_at,
            stop.eta,
        )
        .join(Departure, Departure.id == Booking.departure_id)
        .join(stop, sa.and_(stop.departure_id == Departure.id, stop.place_code == Booking.to_place))
    )


def booking_row(row: Sequence[Any]) -> BookingRow:
    """Return the row of one booking."""
    found, departure_reference, departure_state, hold_cause, hub_code, departs_at, cutoff_cargo_at, arrives_at = row
    return BookingRow(
        id=found.id,
        reference=found.reference,
        subject=found.subject,
        part=found.part,
        departure_id=found.departure_id,
        departure_reference=departure_reference,
        departure_state=departure_state,
        hold_cause=hold_cause,
        hub_code=hub_code,
        to_place=found.to_place,
        load=found.load,
        state=found.state,
        expires_at=found.expires_at,
        confirmed_at=found.confirmed_at,
        departs_at=departs_at,
        arrives_at=arrives_at,
        cutoff_cargo_at=cutoff_cargo_at,
        rolled_to=found.rolled_to,
        decline_reason=found.decline_reason,
        receipt_due_at=found.receipt_due_at,
        shipper_company_id=found.shipper_company_id,
        consignee_company_id=found.consignee_company_id,
    )


def new_booking(found: Booking, departure: DepartureRow) -> BookingRow:
    """Return the row of a booking that was just written on a departure that was read before."""
    stop = departure.stop_at(found.to_place)
    arrives_at = departure.arrives_at if stop is None else stop.eta
    times = (departure.hub_code, departure.departs_at, departure.cutoff_cargo_at, arrives_at)
    return booking_row((found, departure.reference, departure.state, departure.hold_cause, *times))


def _by_subject(session: Session, which: sa.ColumnElement[bool]) -> dict[UUID, tuple[BookingRow, ...]]:
    order = (Booking.subject, Booking.part, Booking.state.in_(CURRENT), Booking.created_at, Booking.id)
    found: dict[UUID, list[BookingRow]] = {}
    for row in session.execute(booking_rows().where(which).order_by(*order)):
        found.setdefault(row[0].subject, []).append(booking_row(row))
    return {subject: tuple(rows) for subject, rows in found.items()}
