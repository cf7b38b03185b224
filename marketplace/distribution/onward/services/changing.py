"""Goods change lorry: the second carrier counts what the first brought, and has it from then on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward import queries
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.onward.rules import RideState, taken_over
from marketplace.distribution.onward.services import delays, keeping
from marketplace.distribution.rules.handover import Received, check_count
from marketplace.distribution.services import contracts
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.queries import bookings, departures
from marketplace.logistics.queries.bookings import BookingRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import BookingState
from marketplace.logistics.services import cargo, manifests
from marketplace.logistics.services.departures import acting
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import packing as packings
from marketplace.orders.rules.packing import units_in
from marketplace.orders.services import fulfilment
from marketplace.orders.services.moves import locked_order
from marketplace.payments.rules.terms import MilestoneEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the second carrier counted, and why after its cut-off (``reason``); what is missing the first one lost."""

    cartons: int
    damaged: int = 0
    remarks: str = ""
    confirmed: bool = False
    reason: str = ""


def change(
    session: Session,
    *,
    ride_id: UUID,
    counted: Change,
    actor: Actor,
    now: datetime,
    happened_at: datetime | None = None,
) -> tuple[str, ...]:
    """Hand goods from the first carrier to the second; return the codes of the units that they are now.

    The first booking ends, its freight is earned; the second has its cargo under its own house waybill, and its freight
    falls due. Refused ``cartons`` for none or more than were loaded; Conflict ``few_came`` for few that nobody
    confirms, ``cutoff`` after the second lorry's unless an operator gives a reason, ``departure_closed`` once it is
    sealed, ``state`` before the first lorry is there and once it was done. NotFound for who carries neither.
    """
    found = queries.ride(session, ride_id=ride_id)
    pair = _pair(session, found.line_id)
    acting.lock_all(session, departure_ids={row.departure_id for row in (pair.first, pair.second) if row is not None})
    order_id = line_queries.orders_of_lines(session, line_ids=[found.line_id]).get(found.line_id)
    if order_id is None:
        raise NotFound("ride")
    locked_order(session, order_id=order_id)
    first, second = _two(session, _pair(session, found.line_id), actor, now)
    is_late = second.cutoff_cargo_at <= (happened_at or now)
    if is_late and not (counted.reason and actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE)):
        raise Conflict("cutoff", departure=second.departure_id, cutoff=second.cutoff_cargo_at.isoformat())
    lots = manifests.cargo_of(session, booking_ids=[first.id])[first.id].units
    loaded = sum(lot.cartons for lot in lots)
    came = Received(counted.cartons, counted.damaged, counted.remarks, confirmed=counted.confirmed)
    if counted.cartons < 1:
        raise Refused.field("cartons", "too_small", f"1 to {loaded} cartons")
    check_count(came, loaded=loaded, before=0)
    cargo.record_receipt(
        session,
        actor=actor,
        booking_id=first.id,
        cartons=came.cartons,
        damaged_cartons=came.damaged,
        remarks=came.remarks,
        received_at=happened_at,
        now=now,
    )
    _lose_rest(session, found.line_id, first, loaded, came.cartons, actor, now)
    codes = cargo.receive_cargo(
        session,
        actor=actor,
        booking_id=second.id,
        units=taken_over(lots, came.cartons),
        floor=second.load,
        reason=counted.reason,
        happened_at=happened_at,
        now=now,
    )
    _note(session, ride_id, came.cartons, actor, now)
    for event, of_second in ((MilestoneEvent.DELIVERED, False), (MilestoneEvent.HANDED_OVER, True)):
        contracts.let_fall_due(
            session, order_id=order_id, line_id=found.line_id, event=event, of_second=of_second, now=now
        )
    return codes


def find(session: Session, *, ride_id: UUID, departure_id: UUID, actor: Actor, now: datetime) -> BookingRow:
    """Choose a second lorry for a ride that lost its own, or another than it has, as the operator's staff.

    See ``keeping.find`` and ``delays.choose``.
    """
    ride = queries.ride(session, ride_id=ride_id)
    if ride.state is RideState.STANDS:
        delays.choose(session, line_id=ride.line_id, departure_id=departure_id, actor=actor, now=now)
        return bookings.bookings(session, subjects=[ride_id])[ride_id][-1]
    return keeping.find(session, ride_id=ride_id, departure_id=departure_id, actor=actor, now=now)


def choices(session: Session, *, ride_id: UUID, now: datetime) -> tuple[OptionRow, ...]:
    """Return the second lorries that a ride may be booked on, without the one it has; none once it changed."""
    pair = _pair(session, queries.ride(session, ride_id=ride_id).line_id)
    if pair.second is not None:
        return delays.choices(session, line_id=pair.ride.line_id, now=now)
    return keeping.options(session, pair, now=now)


def _pair(session: Session, line_id: UUID) -> keeping.Pair:
    pair = keeping.pair_of(session, line_id=line_id)
    if pair is None:
        raise NotFound("ride")
    return pair


def _two(session: Session, pair: keeping.Pair, actor: Actor, now: datetime) -> tuple[BookingRow, BookingRow]:
    first, second = pair.first, pair.second
    if not _carries(session, second or first, actor, now):
        raise NotFound("ride")
    is_there = first is not None and first.state is BookingState.ARRIVED
    if first is None or second is None or not is_there or second.state is not BookingState.CONFIRMED:
        present = first if not is_there else second
        state = str(present.state) if present else str(pair.ride.state)
        raise Conflict("state", thing="booking", state=state, action="change", possible=[])
    return first, second


def _carries(session: Session, booking: BookingRow | None, actor: Actor, now: datetime) -> bool:
    if actor.company_kind == CompanyKind.OPERATOR:
        return True
    if booking is None:
        return False
    departure = departures.departure(session, departure_id=booking.departure_id, now=now)
    return actor.company == departure.carrier_company_id


def _lose_rest(
    session: Session, line_id: UUID, first: BookingRow, loaded: int, came: int, actor: Actor, now: datetime
) -> None:
    """Note units as lost on the first lorry whose cartons did not come off it."""
    packing = packings.packing_for(session, line_id=line_id)
    tied = session.get_one(LineBooking, first.id)
    if packing is None or came == loaded:
        return
    left = units_in(came, cartons=loaded, units=tied.quantity, carton_units=packing.carton_units)
    fulfilment.deliver(
        session, line_id=line_id, delivered=0, damaged=0, lost=tied.quantity - left, actor=actor, now=now
    )
    tied.quantity = left
    session.flush()


def _note(session: Session, ride_id: UUID, cartons: int, actor: Actor, now: datetime) -> None:
    ride = session.scalars(sa.select(OnwardRide).where(OnwardRide.id == ride_id)).one()
    ride.changed_at = now
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="onward_ride.change",
        subject="onward_ride",
        subject_id=ride_id,
        facts={"cartons": cartons},
        now=now,
    )
