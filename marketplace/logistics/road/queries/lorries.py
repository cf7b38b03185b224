"""Read lorries as those who work on them see them: their carrier, their brokers, the operator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.pages import Page, decode_moment, page_of
from marketplace.logistics.models.cargo import Consignment, HandlingUnit, Seal
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.queries.departures import DepartureRow, departures_of
from marketplace.logistics.road.models.customs import DepartureBroker
from marketplace.logistics.road.models.lorries import VehicleHandover
from marketplace.logistics.road.rules.swapping import SealReason, SwapCause
from marketplace.logistics.rules.states import CARRIED, BookingState, DepartureState

PAGE: Final = 24
# What there is to do on the road: from the first cargo until what arrived is counted.
_AT_WORK: Final = (
    DepartureState.CLOSED,
    DepartureState.LOADING,
    DepartureState.SEALED,
    DepartureState.DEPARTED,
    DepartureState.AT_BORDER,
    DepartureState.CLEARED,
    DepartureState.HELD,
    DepartureState.ARRIVED,
    DepartureState.STRIPPED,
)
_NEVER: Final = (DepartureState.SETTLED, DepartureState.CANCELLED)


@dataclass(frozen=True, slots=True)
class CargoRow:
    """A consignment of a lorry without whose it is: numbers, state, cartons and grams as the hub took them in."""

    booking_id: UUID
    booking: str
    subject: UUID
    state: BookingState
    house_waybill: str | None
    to_place: str
    cartons: int
    grams: int


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover from a crew to another."""

    id: UUID
    place_code: str
    cause: SwapCause
    from_crew: UUID
    to_crew: UUID
    odometer_km: int | None
    seal_read: str
    new_seal: str | None
    seal_reason: SealReason | None
    happened_at: datetime


def lorries_of(
    session: Session, *, company_id: UUID | None, now: datetime, cursor: str | None = None
) -> Page[DepartureRow]:
    """Return the lorries that a carrier or broker has to do with, the first to leave first; all at work for None."""
    wanted = sa.select(Departure.id, Departure.departs_at).join(Line, Line.id == Departure.line_id)
    if company_id is None:
        wanted = wanted.where(Departure.state.in_(_AT_WORK))
    else:
        declares = sa.exists().where(
            DepartureBroker.departure_id == Departure.id, DepartureBroker.company_id == company_id
        )
        carries = sa.and_(Line.carrier_company_id == company_id, Departure.state.in_(_AT_WORK))
        wanted = wanted.where(sa.or_(carries, sa.and_(declares, Departure.state.not_in(_NEVER))))
    if cursor is not None:
        departs_at, last = decode_moment(cursor)
        wanted = wanted.where(sa.tuple_(Departure.departs_at, Departure.id) > sa.tuple_(departs_at, last))
    rows = session.execute(wanted.order_by(Departure.departs_at, Departure.id).limit(PAGE + 1)).all()
    page = page_of(rows, PAGE, lambda row: (row.departs_at.isoformat(), str(row.id)))
    found = departures_of(session, departure_ids=[row.id for row in page.items], now=now)
    return page.map(lambda row: found[row.id])


def cargo_of(session: Session, *, departure_id: UUID) -> tuple[CargoRow, ...]:
    """Return what is booked on a departure for good and not given up, by number."""
    counted = (
        sa.select(
            HandlingUnit.booking_id,
            sa.func.sum(HandlingUnit.cartons).label("cartons"),
            sa.func.sum(HandlingUnit.grams).label("grams"),
        )
        .group_by(HandlingUnit.booking_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Booking.id,
            Booking.reference,
            Booking.subject,
            Booking.state,
            Consignment.house_waybill,
            Booking.to_place,
            counted.c.cartons,
            counted.c.grams,
        )
        .outerjoin(Consignment, Consignment.booking_id == Booking.id)
        .outerjoin(counted, counted.c.booking_id == Booking.id)
        .where(Booking.departure_id == departure_id, Booking.state.in_((*CARRIED, BookingState.COMPLETED)))
        .order_by(Booking.reference)
    )
    return tuple(
        CargoRow(
            row.id,
            row.reference,
            row.subject,
            row.state,
            row.house_waybill,
            row.to_place,
            int(row.cartons or 0),
            int(row.grams or 0),
        )
        for row in rows
    )


def handovers_of(session: Session, *, departure_id: UUID) -> tuple[HandoverRow, ...]:
    """Return the handovers of a departure, the first first."""
    rows = session.scalars(
        sa.select(VehicleHandover)
        .where(VehicleHandover.departure_id == departure_id)
        .order_by(VehicleHandover.happened_at, VehicleHandover.id)
    )
    return tuple(
        HandoverRow(
            row.id,
            row.place_code,
            row.cause,
            row.from_crew,
            row.to_crew,
            row.odometer_km,
            row.seal_read,
            row.new_seal,
            row.seal_reason,
            row.happened_at,
        )
        for row in rows
    )


def seals_of(session: Session, *, departure_id: UUID) -> tuple[str, ...]:
    """Return the numbers of the seals of a departure, the present one last."""
    return tuple(
        session.scalars(
            sa.select(Seal.number).where(Seal.departure_id == departure_id).order_by(Seal.affixed_at, Seal.id)
        )
    )
