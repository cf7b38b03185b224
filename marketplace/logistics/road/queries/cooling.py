"""Read ranges of consignments, pre-cooling, what loggers measured, and cases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.planning.models import BookingCargo
from marketplace.logistics.road.models.lorries import BookingCooling, PreCooling, ReeferExcursion, ReeferReading
from marketplace.logistics.road.rules.reefers import Range, Reading


@dataclass(frozen=True, slots=True)
class CoolingRow:
    """How a consignment is kept; ``set_point`` None: only its merchant named a range. Tenths of °C."""

    booking_id: UUID
    set_point: int | None
    range: Range


@dataclass(frozen=True, slots=True)
class PreCoolingRow:
    """That a trailer was cooled down, and its logger."""

    tenths: int
    logger: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ExcursionRow:
    """A case of a consignment that stood outside its range; ``ended_at`` None while it lasts."""

    id: UUID
    booking_id: UUID
    booking: str
    departure: str
    logger: str
    began_at: datetime
    ended_at: datetime | None
    last_at: datetime
    worst: int
    opened_at: datetime
    closed_at: datetime | None


def ranges_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, CoolingRow]:
    """Return how bookings are kept: as the operator said, else as their merchants did; others are missing."""
    found = {
        row.booking_id: CoolingRow(row.booking_id, None, Range(row.temp_min, row.temp_max))
        for row in session.execute(
            sa.select(BookingCargo.booking_id, BookingCargo.temp_min, BookingCargo.temp_max).where(
                BookingCargo.booking_id.in_(booking_ids),
                sa.or_(BookingCargo.temp_min.is_not(None), BookingCargo.temp_max.is_not(None)),
            )
        )
    }
    for row in session.scalars(sa.select(BookingCooling).where(BookingCooling.booking_id.in_(booking_ids))):
        found[row.booking_id] = CoolingRow(row.booking_id, row.set_point, Range(row.least, row.most))
    return found


def pre_coolings_of(session: Session, *, departure_id: UUID) -> tuple[PreCoolingRow, ...]:
    """Return when a departure's trailer was cooled down, the last first."""
    rows = session.execute(
        sa.select(PreCooling.tenths, PreCooling.logger, PreCooling.happened_at)
        .where(PreCooling.departure_id == departure_id)
        .order_by(PreCooling.recorded_at.desc(), PreCooling.id.desc())
    )
    return tuple(PreCoolingRow(*row) for row in rows)


def logger_of(session: Session, *, departure_id: UUID) -> str:
    """Return the logger that was noted last; empty where none was."""
    rows = pre_coolings_of(session, departure_id=departure_id)
    return rows[0].logger if rows else ""


def readings_of(session: Session, *, departure_id: UUID) -> tuple[Reading, ...]:
    """Return what loggers on a departure measured, by logger and time."""
    rows = session.execute(
        sa.select(ReeferReading.logger, ReeferReading.at, ReeferReading.tenths)
        .where(ReeferReading.departure_id == departure_id)
        .order_by(ReeferReading.logger, ReeferReading.at)
    )
    return tuple(Reading(*row) for row in rows)


def cases_on(session: Session, *, departure_id: UUID) -> tuple[ExcursionRow, ...]:
    """Return the cases of what is booked on a departure, open ones first."""
    return _cases(session, Booking.departure_id == departure_id)


def cases_of_company(session: Session, *, company_id: UUID) -> tuple[ExcursionRow, ...]:
    """Return the cases of what a company sends or receives, open ones first."""
    party = sa.or_(Booking.shipper_company_id == company_id, Booking.consignee_company_id == company_id)
    return _cases(session, party)


def open_cases(session: Session) -> tuple[ExcursionRow, ...]:
    """Return the cases that are open, whoever's goods they are about."""
    return _cases(session, ReeferExcursion.closed_at.is_(None))


def case(session: Session, *, excursion_id: UUID) -> ExcursionRow | None:
    """Return a case; None for one that grew together with another."""
    return next(iter(_cases(session, ReeferExcursion.id == excursion_id)), None)


def waiting(session: Session) -> int:
    """Return how many cases are open."""
    wanted = sa.select(sa.func.count()).select_from(ReeferExcursion).where(ReeferExcursion.closed_at.is_(None))
    return session.scalars(wanted).one()


def _cases(session: Session, *where: sa.ColumnElement[bool]) -> tuple[ExcursionRow, ...]:
    rows = session.execute(
        sa.select(
            ReeferExcursion.id,
            ReeferExcursion.booking_id,
            Booking.reference,
            Departure.reference,
            ReeferExcursion.logger,
            ReeferExcursion.began_at,
            ReeferExcursion.ended_at,
            ReeferExcursion.last_at,
            ReeferExcursion.worst,
            ReeferExcursion.opened_at,
            ReeferExcursion.closed_at,
        )
        .join(Booking, Booking.id == ReeferExcursion.booking_id)
        .join(Departure, Departure.id == Booking.departure_id)
        .where(*where)
        .order_by(ReeferExcursion.closed_at.is_not(None), ReeferExcursion.began_at, ReeferExcursion.id)
    )
    return tuple(ExcursionRow(*row) for row in rows)
