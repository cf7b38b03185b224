"""Read bookings with the times of their departures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
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
    wanted = list(set(subjects))
    return _by_subject(session.execute(_OF_SUBJECTS, {"subjects": wanted})) if wanted else {}


def bookings_on(session: Session, *, departure_id: UUID) -> tuple[BookingRow, ...]:
    """Return what is booked on a departure and not given up, targets included."""
    found = _by_subject(session.execute(_ABOARD, {"departure_id": departure_id}))
    return tuple(row for rows in found.values() for row in rows)


def bookings_of_carrier(session: Session, *, carrier_id: UUID, cursor: str | None = None) -> Page[BookingRow]:
    """Return the confirmed bookings on a carrier's lines that are not delivered yet, by departure."""
    wanted = (
        _BOOKED.join(Line, Line.id == Departure.line_id)
        .where(Line.carrier_company_id == carrier_id, Booking.state.in_(CARRIED))
        .order_by(Departure.departs_at, Booking.id)
        .limit(PAGE + 1)
    )
    if cursor:
        departs_at, last = decode_moment(cursor)
        later = sa.and_(Departure.departs_at == departs_at, Booking.id > last)
        wanted = wanted.where(sa.or_(Departure.departs_at > departs_at, later))
    rows = [_row(row) for row in session.execute(wanted)]
    return page_of(rows, PAGE, lambda row: (row.departs_at.isoformat(), str(row.id)))


def booking(session: Session, *, booking_id: UUID) -> BookingRow:
    """Return one booking; NotFound for an unknown one. Who may see it is the caller's to decide."""
    row = session.execute(_ONE, {"booking_id": booking_id}).one_or_none()
    if row is None:
        raise NotFound("booking")
    return _row(row)


def subject_of(session: Session, *, booking_id: UUID) -> UUID | None:
    """Return for what a booking was made, None for a booking that there is not."""
    return session.scalars(sa.select(Booking.subject).where(Booking.id == booking_id)).one_or_none()


def _row(found: Any) -> BookingRow:
    return BookingRow(
        id=found.id,
        reference=found.reference,
        subject=found.subject,
        part=found.part,
        departure_id=found.departure_id,
        departure_reference=found.departure_reference,
        departure_state=found.departure_state,
        hold_cause=found.hold_cause,
        hub_code=found.hub_code,
        to_place=found.to_place,
        load=Load(found.grams, found.cm3, found.ldm_mm, found.pallets),
        state=found.state,
        expires_at=found.expires_at,
        confirmed_at=found.confirmed_at,
        departs_at=found.departs_at,
        arrives_at=found.eta,
        cutoff_cargo_at=found.cutoff_cargo_at,
        rolled_to=found.rolled_to,
        decline_reason=found.decline_reason,
        receipt_due_at=found.receipt_due_at,
        shipper_company_id=found.shipper_company_id,
        consignee_company_id=found.consignee_company_id,
    )


def new_booking(values: Mapping[str, Any], departure: DepartureRow) -> BookingRow:
    """Return the row of a booking that was just written with these columns, on a departure that was read before."""
    stop = departure.stop_at(values["to_place"])
    found = SimpleNamespace(
        **(dict.fromkeys(Booking.__table__.columns.keys()) | dict(values)),
        departure_reference=departure.reference,
        departure_state=departure.state,
        hold_cause=departure.hold_cause,
        hub_code=departure.hub_code,
        departs_at=departure.departs_at,
        cutoff_cargo_at=departure.cutoff_cargo_at,
        eta=departure.arrives_at if stop is None else stop.eta,
    )
    return _row(found)


def _by_subject(found: Iterable[Any]) -> dict[UUID, tuple[BookingRow, ...]]:
    rows: dict[UUID, list[BookingRow]] = {}
    for row in found:
        rows.setdefault(row.subject, []).append(_row(row))
    return {subject: tuple(mine) for subject, mine in rows.items()}


# Pages of orders and departures ask for columns, in statements that are written once.
_TO: Final = aliased(DepartureStop)
_BOOKED: Final = (
    sa.select(
        Booking.__table__,
        Departure.reference.label("departure_reference"),
        Departure.state.label("departure_state"),
        Departure.hold_cause,
        Departure.hub_code,
        Departure.departs_at,
        Departure.cutoff_cargo_at,
        _TO.eta,
    )
    .join(Departure, Departure.id == Booking.departure_id)
    .join(_TO, sa.and_(_TO.departure_id == Departure.id, _TO.place_code == Booking.to_place))
)
_ONE: Final = _BOOKED.where(Booking.id == sa.bindparam("booking_id", type_=sa.Uuid()))
_IN_TURN: Final = _BOOKED.order_by(
    Booking.subject, Booking.part, Booking.state.in_(CURRENT), Booking.created_at, Booking.id
)
_OF_SUBJECTS: Final = _IN_TURN.where(Booking.subject.in_(sa.bindparam("subjects", expanding=True)))
_ABOARD: Final = _IN_TURN.where(Booking.departure_id == sa.bindparam("departure_id"), Booking.state.in_(CURRENT))
