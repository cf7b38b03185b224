"""Cargo at the hub and at its end: weighed, measured and counted, loaded, received."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, FieldError, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.quantity import Load
from marketplace.logistics.events import CargoReceived, ReceiptRecorded
from marketplace.logistics.models.cargo import Consignment, HandlingUnit, Receipt, ReceiptRemark
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.queries import cargo as queries
from marketplace.logistics.road.services import locks, ranges
from marketplace.logistics.rules.cargo import MeasuredUnit, Status, check_units, sscc
from marketplace.logistics.rules.states import (
    CONSIGNMENT,
    TAKES_CARGO,
    UNIT,
    BookingState,
    ConsignmentState,
    UnitState,
)
from marketplace.logistics.services import tracking
from marketplace.logistics.services.space import bookings, rolling
from marketplace.reference.rules import Setting

_LONGEST_REMARK: Final = 1_000


def receive_cargo(
    session: Session,
    *,
    actor: Actor,
    booking_id: UUID,
    units: Sequence[MeasuredUnit],
    now: datetime,
    floor: Load | None = None,
    reason: str = "",
    happened_at: datetime | None = None,
) -> tuple[str, ...]:
    """Take in a lot as weighed, measured and counted; return the SSCC of each unit.

    Where everything received so far is heavier or larger than booked, the booking grows; what falls short may still
    come, so it never shrinks. Loading metres and pallet places stay as booked until the load is planned. A caller that
    knows what came gives ``floor``, the loading metres and pallet places of that: the booking becomes what was measured
    on this floor, smaller or larger. ``reason`` says why it was taken in after the cut-off, ``happened_at`` when it
    came where this is noted later. Conflict ``capacity`` when the lorry has no room for the surplus,
    ``beyond_declared`` for more cartons than were declared.
    """
    check_units(units)
    came_at = happened_at or now
    booking = _at_hub(session, booking_id)
    if insert_if_new(
        session,
        Consignment,
        id=new_id(),
        booking_id=booking_id,
        house_waybill=new_reference("HWB"),
        state=ConsignmentState.OPEN,
        created_at=now,
    ):
        tracking.note(session, code=Status.COLLECTED, booking_id=booking_id, event_at=came_at, now=now)
    made = tuple(_add_unit(session, booking_id, unit, reason, came_at) for unit in units)
    session.flush()
    cartons, grams, cm3 = _received(session, booking_id)
    locks.check_cartons(session, booking_id=booking_id, cartons=cartons)
    bookings.move(booking, "receive")
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="booking.received",
        subject="booking",
        subject_id=booking_id,
        facts={"cartons": cartons, "grams": grams, "cm3": cm3} | ({"after_cutoff": digest(reason)} if reason else {}),
        now=now,
    )
    events.record(
        session,
        CargoReceived(
            at=now,
            booking_id=booking_id,
            subject=booking.subject,
            happened_at=came_at,
            cartons=cartons,
            grams=grams,
            cm3=cm3,
        ),
    )
    if floor is None:
        load = Load(max(grams, booking.grams), max(cm3, booking.cm3), booking.ldm_mm, booking.pallets)
    else:
        load = Load(grams, cm3, floor.ldm_mm, floor.pallets)
    rolling.adjust(session, booking_id=booking_id, load=load, now=now)
    return made


def record_receipt(
    session: Session,
    *,
    actor: Actor,
    booking_id: UUID,
    cartons: int,
    damaged_cartons: int = 0,
    remarks: str = "",
    complete: bool = True,
    by_default: bool = False,
    received_at: datetime | None = None,
    now: datetime,
) -> UUID:
    """Note what the consignee's side counted; ``complete`` ends the booking, later notes may still be added.

    ``by_default`` marks what nobody counted in time.
    """
    _check_counts(cartons, damaged_cartons, remarks)
    happened = tracking.checked(received_at, field="received_at", now=now)
    booking = _locked(session, booking_id)
    if booking.state not in (BookingState.ARRIVED, BookingState.COMPLETED):
        raise Conflict("state", thing="booking", state=str(booking.state), action="receipt", possible=[])
    receipt = Receipt(
        id=new_id(),
        booking_id=booking_id,
        cartons=cartons,
        damaged_cartons=damaged_cartons,
        recorded_by=actor.person_id,
        company_id=actor.company_id,
        by_default=by_default,
        received_at=happened,
    )
    session.add(receipt)
    session.flush()
    if remarks:
        session.add(ReceiptRemark(receipt_id=receipt.id, person_id=actor.person_id, body=remarks))
    ends = complete and booking.state is BookingState.ARRIVED
    if ends:
        bookings.move(booking, "complete")
        booking.receipt_due_at = None
        bookings.note(session, [Act("booking.complete", booking_id)], actor=actor, now=now)
        move_units(session, booking_ids=[booking_id], action="deliver")
        close_consignment(session, booking_id=booking_id)
        tracking.note(
            session,
            code=Status.DELIVERED,
            booking_id=booking_id,
            place_code=booking.to_place,
            event_at=happened,
            now=now,
        )
    elif booking.state is BookingState.ARRIVED:
        await_receipts(session, [booking], now=now)
    facts = {"receipt": receipt.id, "cartons": cartons, "damaged": damaged_cartons}
    audit.record(
        session,
        actor=actor,
        action="receipt.recorded",
        subject="booking",
        subject_id=booking_id,
        facts=facts | ({"by_default": True} if by_default else {}),
        now=now,
    )
    events.record(
        session,
        ReceiptRecorded(
            at=now,
            booking_id=booking_id,
            subject=booking.subject,
            receipt_id=receipt.id,
            cartons=cartons,
            complete=ends,
        ),
    )
    return receipt.id


def await_receipts(session: Session, arrived: Sequence[Booking], *, now: datetime) -> None:
    """Give the consignees of what arrived their working days to count it, anew with each lot."""
    companies = {booking.consignee_company_id for booking in arrived}
    setting = Setting.RECEIPT_WORKING_DAYS
    due = {each: accounts.days_of(session, company_id=each, setting=setting, now=now) for each in sorted(companies)}
    for booking in arrived:
        booking.receipt_due_at = due[booking.consignee_company_id]
    session.flush()


def await_none(session: Session, *, subjects: Sequence[UUID]) -> None:
    """Let nobody be waited for to count what arrived of these subjects: another lorry takes it on."""
    session.execute(
        sa.update(Booking)
        .where(Booking.subject.in_(subjects), Booking.state == BookingState.ARRIVED)
        .values(receipt_due_at=None)
        .execution_options(synchronize_session="fetch")
    )


def move_units(session: Session, *, booking_ids: Sequence[UUID], action: str) -> None:
    """Take a transition with every unit of these bookings that allows it: the one place that writes a unit's state."""
    for state in UnitState:
        if UNIT.allows(state, action):
            session.execute(
                sa.update(HandlingUnit)
                .where(HandlingUnit.booking_id.in_(booking_ids), HandlingUnit.state == state)
                .values(state=UNIT.apply(state, action))
                .execution_options(synchronize_session="fetch")
            )


def lock_consignments(session: Session, *, booking_ids: Sequence[UUID]) -> None:
    """Let nobody change these consignments any more without an amendment."""
    for consignment in _consignments(session, booking_ids):
        if CONSIGNMENT.allows(consignment.state, "lock"):
            _move_consignment(consignment, "lock")
    session.flush()


def close_consignment(session: Session, *, booking_id: UUID) -> None:
    """End the consignment of a booking that is delivered."""
    for consignment in _consignments(session, [booking_id]):
        _move_consignment(consignment, "close")
    session.flush()


def hand_on(session: Session, *, booking_id: UUID, new_booking_id: UUID) -> None:
    """Let cargo that is at the hub follow its booking to another departure, under the same waybill."""
    for entity in (Consignment, HandlingUnit):
        session.execute(
            sa.update(entity)
            .where(entity.booking_id == booking_id)
            .values(booking_id=new_booking_id)
            .execution_options(synchronize_session="fetch")
        )


def bring_along(session: Session, *, actor: Actor, booking_id: UUID, new_booking_id: UUID, now: datetime) -> None:
    """Let cargo that stayed at the hub without a booking go with a confirmed one; nothing where there is none."""
    locks.follow(session, booking_id=booking_id, new_booking_id=new_booking_id)
    ranges.follow(session, booking_id=booking_id, new_booking_id=new_booking_id)
    if booking_id not in queries.received(session, booking_ids=[booking_id]):
        return
    hand_on(session, booking_id=booking_id, new_booking_id=new_booking_id)
    bookings.move(_locked(session, new_booking_id), "receive")
    bookings.note(session, [Act("booking.receive", new_booking_id)], actor=actor, now=now)
    session.flush()


def _move_consignment(consignment: Consignment, action: str) -> None:
    consignment.state = CONSIGNMENT.apply(consignment.state, action)


def _consignments(session: Session, booking_ids: Sequence[UUID]) -> Sequence[Consignment]:
    return session.scalars(sa.select(Consignment).where(Consignment.booking_id.in_(booking_ids))).all()


def _add_unit(session: Session, booking_id: UUID, unit: MeasuredUnit, reason: str, now: datetime) -> str:
    code = sscc(secrets.randbelow(10**13))
    session.add(
        HandlingUnit(
            id=new_id(),
            sscc=code,
            booking_id=booking_id,
            cartons=unit.cartons,
            grams=unit.grams,
            cm3=unit.cm3,
            length_mm=unit.length_mm,
            width_mm=unit.width_mm,
            height_mm=unit.height_mm,
            state=UnitState.RECEIVED,
            received_at=now,
            late_reason=reason or None,
        )
    )
    return code


def _received(session: Session, booking_id: UUID) -> tuple[int, int, int]:
    """Sum cartons, grams and cubic centimetres of all units of a booking."""
    found = queries.received(session, booking_ids=[booking_id])[booking_id]
    return found.cartons, found.grams, found.cm3


def _at_hub(session: Session, booking_id: UUID) -> Booking:
    booking = _locked(session, booking_id)
    state = session.scalars(sa.select(Departure.state).where(Departure.id == booking.departure_id)).one()
    if state not in TAKES_CARGO:
        raise Conflict("departure_closed", departure=booking.departure_id, state=str(state))
    return booking


def _locked(session: Session, booking_id: UUID) -> Booking:
    found = session.scalars(
        sa.select(Booking).where(Booking.id == booking_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("booking")
    return found


def _check_counts(cartons: int, damaged_cartons: int, remarks: str) -> None:
    errors: list[FieldError] = []
    if cartons < 0:
        errors.append(FieldError("cartons", "too_small", "0 or more"))
    if not 0 <= damaged_cartons <= max(cartons, 0):
        errors.append(FieldError("damaged", "range", "0 to the cartons received"))
    if len(remarks) > _LONGEST_REMARK:
        errors.append(FieldError("remarks", "too_long", f"at most {_LONGEST_REMARK} characters"))
    if errors:
        raise Refused.fields(*errors)
