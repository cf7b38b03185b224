"""Read which ranges of departures other carriers drive, and what rides on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.logistics.fleet.models import Haul
from marketplace.logistics.fleet.rules.hauls import STANDING, HaulState, is_aboard
from marketplace.logistics.models.cargo import Consignment, HandlingUnit
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import CARRIED, BookingState

_RIDES: Final = (*CARRIED, BookingState.COMPLETED)


@dataclass(frozen=True, slots=True)
class HaulRow:
    """A range of a departure (positions of stops) and the carrier that it was offered to."""

    id: UUID
    departure_id: UUID
    company_id: UUID
    first_stop: int
    last_stop: int
    state: HaulState
    offered_by: UUID
    offered_at: datetime
    answered_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether it is offered or accepted."""
        return self.state in STANDING


@dataclass(frozen=True, slots=True)
class RideRow:
    """What rides on a haul: the numbers that it is handed over by, where it leaves, how much it is. No prices."""

    booking: str
    house_waybill: str | None
    to_place: str
    cartons: int
    grams: int


def hauls_of(session: Session, *, departure_id: UUID, company_id: UUID | None = None) -> tuple[HaulRow, ...]:
    """Return the hauls of a departure, or a company's of them, in the order of the way."""
    wanted = sa.select(Haul).execution_options(populate_existing=True).where(Haul.departure_id == departure_id)
    if company_id is not None:
        wanted = wanted.where(Haul.company_id == company_id)
    return tuple(_row(row) for row in session.scalars(wanted.order_by(Haul.first_stop, Haul.id)))


def of_company(session: Session, *, company_id: UUID) -> tuple[HaulRow, ...]:
    """Return the hauls that were offered to a company, the latest first."""
    wanted = (
        sa.select(Haul)
        .execution_options(populate_existing=True)
        .where(Haul.company_id == company_id)
        .order_by(Haul.id.desc())
        .limit(_MOST)
    )
    return tuple(_row(row) for row in session.scalars(wanted))


def haul(session: Session, *, haul_id: UUID) -> HaulRow:
    """Return one haul; NotFound for an unknown one."""
    found = session.scalars(
        sa.select(Haul).execution_options(populate_existing=True).where(Haul.id == haul_id)
    ).one_or_none()
    if found is None:
        raise NotFound("haul")
    return _row(found)


def rides(session: Session, *, departure: DepartureRow, first_stop: int) -> tuple[RideRow, ...]:
    """Return what is on the lorry from a stop on, by booking; measured where the hub has it, else as booked."""
    leaves = {stop.place.code: number for number, stop in enumerate(departure.stops)}
    units = (
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
            Booking.reference,
            Consignment.house_waybill,
            Booking.to_place,
            Booking.grams,
            units.c.cartons,
            units.c.grams.label("measured"),
        )
        .outerjoin(Consignment, Consignment.booking_id == Booking.id)
        .outerjoin(units, units.c.booking_id == Booking.id)
        .where(Booking.departure_id == departure.id, Booking.state.in_(_RIDES))
        .order_by(Booking.reference)
    )
    return tuple(
        RideRow(row.reference, row.house_waybill, row.to_place, int(row.cartons or 0), int(row.measured or row.grams))
        for row in rows
        if is_aboard(first_stop, leaves.get(row.to_place))
    )


def successors(session: Session, *, departure_id: UUID, leaves_at: int) -> tuple[UUID, ...]:
    """Return the carriers that accepted ranges before a stop, in the order of the way."""
    wanted: sa.Select[UUID] = (
        sa.select(Haul.company_id)
        .where(Haul.departure_id == departure_id, Haul.state == HaulState.ACCEPTED, Haul.first_stop < leaves_at)
        .order_by(Haul.first_stop)
    )
    return tuple(dict.fromkeys(session.scalars(wanted)))


def companies_of(rows: Collection[HaulRow]) -> set[UUID]:
    """Return the companies that hauls name."""
    return {company_id for row in rows for company_id in (row.company_id, row.offered_by)}


_MOST: Final = 500


def _row(row: Haul) -> HaulRow:
    return HaulRow(*(getattr(row, name) for name in HaulRow.__slots__))
