"""Read what bookings carry and what lanes ask."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.borders.queries.crossings import lanes_of_departures
from marketplace.logistics.borders.rules.lanes import LaneRule
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.planning.models import BookingCargo
from marketplace.logistics.planning.rules.segregation import Nature


def natures_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, Nature]:
    """Return what is known of bookings; of each at least whose goods it carries."""
    rows = session.execute(
        sa.select(Booking.id, Booking.shipper_company_id, BookingCargo)
        .outerjoin(BookingCargo, BookingCargo.booking_id == Booking.id)
        .where(Booking.id.in_(booking_ids))
    )
    return {row.id: nature(row.BookingCargo, row.shipper_company_id) for row in rows}


def nature(row: BookingCargo | None, company_id: UUID) -> Nature:
    """Return what decides about a booking's neighbours; None: nothing was said of its goods."""
    if row is None:
        return Nature(company=str(company_id))
    said = (row.un_number, tuple(row.labels), row.food, row.temp_min, row.temp_max, row.product)
    return Nature(*said, company=str(company_id))


def lanes_of(session: Session, *, departure_ids: Collection[UUID]) -> dict[UUID, tuple[LaneRule, ...]]:
    """Return what the lanes over borders on the ways of departures ask on the day of each crossing.

    Of several crossings every rule: goods for a place before the last are held to its rules too.
    """
    found = lanes_of_departures(session, departure_ids=departure_ids)
    return {key: tuple(rule for lane in lanes for rule in lane.rules) for key, lanes in found.items()}
