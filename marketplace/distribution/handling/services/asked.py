"""Whose cargo an act is about, and which cartons: by a label, or by a booking and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.handling.queries.cartons import cartons_of
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.logistics.handling import queries
from marketplace.logistics.handling.rules.acts import OF_BOOKINGS, Kind
from marketplace.logistics.handling.rules.labels import code_of, number_in
from marketplace.logistics.handling.services.journal import Sent
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.departures import DepartureRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An act as somebody said it: cartons by a label that was read, or by a booking; figures where it needs them."""

    id: UUID
    kind: Kind
    departure_id: UUID
    device: str
    done_at: datetime
    base: int = 0
    booking_id: UUID | None = None
    label: str = ""
    first: int | None = None
    pieces: int | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    remarks: str = ""
    photos: Sequence[UUID] = ()
    signature: UUID | None = None


def handled(session: Session, *, departure_id: UUID, actor: Actor, now: datetime) -> DepartureRow:
    """Return a departure for the operator's staff and for its carrier; NotFound for others."""
    found = departures.departure(session, departure_id=departure_id, now=now)
    if actor.company_kind != CompanyKind.OPERATOR and actor.company != found.carrier_company_id:
        raise NotFound("departure")
    return found


def resolved(session: Session, *, asked: Asked, actor: Actor, now: datetime) -> Sent:
    """Return an act with its booking and its cartons' numbers.

    Refused ``label`` for one that no cargo of this departure has, ``booking`` where an act needs one and has none.
    """
    handled(session, departure_id=asked.departure_id, actor=actor, now=now)
    booking: BookingRow | None = None
    content: dict[str, Any] = dict(asked.figures)
    if asked.kind in OF_BOOKINGS:
        booking, read = _booking(session, asked)
        first, pieces = asked.first, asked.pieces
        if read:
            first, pieces = first or read[0], pieces or len(read)
        content |= {"first": first, "pieces": pieces}
    return Sent(
        id=asked.id,
        kind=asked.kind,
        departure_id=asked.departure_id,
        booking_id=booking.id if booking else None,
        subject=booking.subject if booking else None,
        device=asked.device,
        done_at=asked.done_at,
        base=asked.base,
        content=content,
        remarks=asked.remarks,
        photos=asked.photos,
        signature=asked.signature,
    )


def _booking(session: Session, asked: Asked) -> tuple[BookingRow, tuple[int, ...]]:
    """Return the booking of an act, and the numbers of the cartons that its label names."""
    aboard = booking_queries.bookings_on(session, departure_id=asked.departure_id)
    if asked.label:
        found = _by_label(session, aboard, asked.label)
        if asked.booking_id not in (None, found[0].id):
            raise Refused.field("label", "other_booking", found[0].reference)
        return found
    if asked.booking_id is None:
        raise Refused.field("booking", "required", "a booking, or a label")
    booking = next((row for row in aboard if row.id == asked.booking_id), None)
    if booking is None:
        raise NotFound("booking")
    return booking, ()


def _by_label(session: Session, aboard: Sequence[BookingRow], read: str) -> tuple[BookingRow, tuple[int, ...]]:
    code = code_of(read)
    if code is not None:
        packed = cartons_of(session, bookings=aboard)
        for row in aboard:
            if row.id in packed:
                first, last = packed[row.id].packing.labels
                number = number_in(code, first_label=first, last_label=last)
                if number is not None:
                    return row, (number,)
        unit = queries.unit_cartons(session, sscc=code)
        for row in aboard:
            partner = packed[row.id].partner if row.id in packed else None
            brought = partner.booking.id if partner is not None and partner.is_first else None
            if unit is not None and unit[0] in (row.id, brought):
                return row, unit[1]
    raise Refused.field("label", "unknown_label", "a label of cargo that is booked on this departure")
