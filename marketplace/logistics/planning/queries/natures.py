"""Read what bookings carry and what lanes ask."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.logistics.models.departures import Departure
from marketplace.logistics.planning.models import BookingCargo, LaneCargoRule
from marketplace.logistics.planning.rules.segregation import LaneRule, Nature


def natures_of(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, Nature]:
    """Return what is known of bookings; one of which nothing was said is missing."""
    rows = session.scalars(sa.select(BookingCargo).where(BookingCargo.booking_id.in_(booking_ids)))
    return {row.booking_id: nature(row) for row in rows}


def nature(row: BookingCargo) -> Nature:
    """Return what decides about a booking's neighbours."""
    return Nature(row.un_number, tuple(row.labels), row.food, row.temp_min, row.temp_max, row.product)


def lanes_of(session: Session, *, departure_ids: Collection[UUID], now: datetime) -> dict[UUID, frozenset[LaneRule]]:
    """Return what the lanes of departures ask now; one of which nothing is asked is missing."""
    rows = session.execute(
        sa.select(Departure.id, LaneCargoRule.rule)
        .join(LaneCargoRule, LaneCargoRule.line_id == Departure.line_id)
        .where(
            Departure.id.in_(departure_ids),
            LaneCargoRule.valid_from <= now,
            sa.or_(LaneCargoRule.valid_to.is_(None), LaneCargoRule.valid_to > now),
        )
    )
    found: dict[UUID, set[LaneRule]] = {}
    for row in rows:
        found.setdefault(row.id, set()).add(LaneRule(row.rule))
    return {key: frozenset(rules) for key, rules in found.items()}
