"""The consignee's side counts what arrived; what was loaded and did not come is lost on the way."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.models import LineBooking
from marketplace.distribution.rules.handover import Received, Stage, check_count, shares
from marketplace.distribution.services import access, contracts, discrepancies
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.cargo import ReceiptRow
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo
from marketplace.orders.arrivals import services as arrivals
from marketplace.orders.arrivals.services import Shown
from marketplace.orders.queries import lines
from marketplace.orders.queries import packing as packing_queries
from marketplace.orders.rules.packing import units_in
from marketplace.orders.services import fulfilment
from marketplace.orders.services.moves import locked_order
from marketplace.payments.rules.terms import MilestoneEvent


def receive(
    session: Session,
    *,
    booking_id: UUID,
    received: Received,
    received_at: datetime | None = None,
    shown: Shown | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Record what arrived of a booking and deliver its line; return the receipt. ``shown`` is how it came.

    Refused ``cartons`` for more than were loaded and not counted yet; Conflict ``few_came`` for a last count of few
    that nobody confirms, ``state`` before the arrival and after the last receipt. Damaged cartons are damaged goods;
    with the last receipt the rest is lost, and the carrier's held freight is released.
    """
    _booking, line_id = access.booking_to_receive(session, booking_id=booking_id, actor=actor, now=now)
    receipt_id = _receive(session, booking_id, line_id, received, received_at, actor, now)
    if shown is not None:
        arrivals.record(session, line_id=line_id, shown=shown, actor=actor, now=now)
    return receipt_id


def receive_unanswered(session: Session, *, booking_id: UUID, now: datetime) -> bool:
    """Count what was loaded and nobody counted in time as received whole; tell whether the time was over.

    From then on the acceptance window runs: what is not as it should be is claimed in it.
    """
    line_id = access.line_of(session, booking_id=booking_id)
    locked_order(session, order_id=lines.order_of(session, line_id=line_id))
    booking = bookings.booking(session, booking_id=booking_id)
    if booking.state is not BookingState.ARRIVED or booking.receipt_due_at is None or booking.receipt_due_at > now:
        return False
    loaded, before = counts(session, booking_id)
    rest = Received(loaded - sum(row.cartons for row in before))
    _receive(session, booking_id, line_id, rest, None, SYSTEM, now, by_default=True)
    return True


def _receive(
    session: Session,
    booking_id: UUID,
    line_id: UUID,
    received: Received,
    received_at: datetime | None,
    actor: Actor,
    now: datetime,
    *,
    by_default: bool = False,
) -> UUID:
    packing, order_id = packing_queries.packing_for(session, line_id=line_id), lines.order_of(session, line_id=line_id)
    locked_order(session, order_id=order_id)
    booking = bookings.booking(session, booking_id=booking_id)
    if booking.state is not BookingState.ARRIVED or packing is None:
        raise Conflict("state", thing="booking", state=str(booking.state), action="receipt", possible=[])
    loaded, before = counts(session, booking_id)
    counted, hurt = sum(row.cartons for row in before), sum(row.damaged_cartons for row in before)
    check_count(received, loaded=loaded, before=counted)
    receipt_id = cargo.record_receipt(
        session,
        actor=actor,
        booking_id=booking_id,
        cartons=received.cartons,
        damaged_cartons=received.damaged,
        remarks=received.remarks,
        complete=received.complete,
        by_default=by_default,
        received_at=received_at,
        now=now,
    )
    units = session.get_one(LineBooking, _tied(session, booking, line_id)).quantity
    came_before, came = (
        units_in(number, cartons=loaded, units=units, carton_units=packing.carton_units) if number else 0
        for number in (counted, counted + received.cartons)
    )
    delivered, damaged, lost = shares(
        came - came_before,
        _units_in_damaged(received, came - came_before, packing.carton_units),
        units - came_before,
        complete=received.complete,
    )
    fulfilment.deliver(session, line_id=line_id, delivered=delivered, damaged=damaged, lost=lost, actor=actor, now=now)
    if received.complete:
        _conclude(session, line_id, booking_id, (loaded, counted + received.cartons, hurt), received, actor, now)
        contracts.let_fall_due(session, order_id=order_id, line_id=line_id, event=MilestoneEvent.DELIVERED, now=now)
    return receipt_id


def _tied(session: Session, booking: BookingRow, line_id: UUID) -> UUID:
    """Return the booking that a line's units are tied to: the first of a line that changed lorry."""
    if booking.subject == line_id:
        return booking.id
    return bookings.bookings(session, subjects=[line_id])[line_id][-1].id


def counts(session: Session, booking_id: UUID) -> tuple[int, tuple[ReceiptRow, ...]]:
    """Return the cartons that were loaded, and the receipts so far."""
    loaded = cargo_queries.received(session, booking_ids=[booking_id])[booking_id].cartons
    return loaded, cargo_queries.receipts(session, booking_ids=[booking_id]).get(booking_id, ())


def _units_in_damaged(received: Received, came: int, carton_units: int) -> int:
    """Return the units in the damaged of the cartons that came: full ones are counted first, none is empty."""
    if not received.damaged:
        return 0
    return units_in(received.damaged, cartons=received.cartons, units=came, carton_units=carton_units)


def _conclude(
    session: Session,
    line_id: UUID,
    booking_id: UUID,
    counts: tuple[int, int, int],
    received: Received,
    actor: Actor,
    now: datetime,
) -> None:
    loaded, counted, hurt_before = counts
    discrepancies.note(
        session,
        line_id=line_id,
        booking_id=booking_id,
        stage=Stage.RECEIPT,
        declared=loaded,
        counted=counted,
        damaged=hurt_before + received.damaged,
        remarks=received.remarks,
        actor=actor,
        now=now,
    )
    discrepancies.leave_short(session, line_id=line_id, stage=Stage.RECEIPT, actor=actor, now=now)
