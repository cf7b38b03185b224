"""Goods change hands at the hub: counted against the packing, weighed and measured against the booking."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.rules.packing import load_of
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward.services import keeping as onward
from marketplace.distribution.rules.handover import Counted, Stage
from marketplace.distribution.services import access, contracts, discrepancies
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.services import cargo
from marketplace.logistics.services.departures import acting
from marketplace.orders.services import fulfilment
from marketplace.orders.services.fulfilment import Handed
from marketplace.payments.rules.terms import MilestoneEvent


def hand_over(
    session: Session,
    *,
    line_id: UUID,
    counted: Counted,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
) -> str:
    """Take cartons of a line into the hub for its booked departure; return the code of the unit they are.

    Fewer cartons than packed open a discrepancy. The booking grows with what came; it shrinks to it when all is there
    or is said to be, else room is kept for the rest until the lorry is loaded. Conflict ``capacity`` with the lacking
    dimensions when that is more than the lorry has room for, ``cutoff`` after the cargo cut-off unless an operator
    gives a reason, ``state`` for a booking that is not confirmed; nothing is written then.
    """
    booking = access.booking_of_line(session, line_id=line_id, actor=actor, now=now)
    acting.lock(session, departure_id=booking.departure_id)
    booking = bookings.booking(session, booking_id=booking.id)
    check_in_time(booking, counted, actor, happened_at or now)
    handed = fulfilment.hand_over(session, line_id=line_id, cartons=counted.cartons, actor=actor, now=now)
    (code,) = cargo.receive_cargo(
        session,
        actor=actor,
        booking_id=booking.id,
        units=[counted.unit],
        floor=_floor(booking, handed) if counted.complete or handed.cartons == handed.declared_cartons else None,
        reason=counted.override_reason,
        happened_at=happened_at,
        now=now,
    )
    session.get_one(LineBooking, booking.id).quantity = handed.units
    session.flush()
    onward.measure(session, line_id=line_id, now=now)
    weighed = cargo_queries.received(session, booking_ids=[booking.id])[booking.id]
    discrepancies.note(
        session,
        line_id=line_id,
        booking_id=booking.id,
        stage=Stage.HANDOVER,
        declared=handed.declared_cartons,
        counted=handed.cartons,
        grams=(handed.declared_gross_g, weighed.grams),
        remarks=counted.remarks,
        actor=actor,
        now=now,
    )
    contracts.let_fall_due(
        session, order_id=handed.order_id, line_id=line_id, event=MilestoneEvent.HANDED_OVER, now=now
    )
    return code


def check_in_time(booking: BookingRow, counted: Counted, actor: Actor, now: datetime) -> None:
    """Refuse cargo after the cut-off unless an operator gives a reason."""
    if now < booking.cutoff_cargo_at:
        return
    if counted.override_reason and actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE):
        return
    raise Conflict("cutoff", departure=booking.departure_id, cutoff=booking.cutoff_cargo_at.isoformat())


def _floor(booking: BookingRow, handed: Handed) -> Load:
    """Return the loading metres and pallet places of what came; as booked where nobody said how it is packed."""
    return load_of(handed.units, handed.packing) if handed.packing else booking.load
