"""Statements about what is left of a departure's room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.rules.states import BookingState


def capacity_of(name: str) -> Any:
    """Return the column of what a departure takes in one dimension."""
    return getattr(Departure, f"capacity_{name}")


def taken_of(name: str) -> Any:
    """Return the column of what is booked in one dimension."""
    return getattr(Departure, f"taken_{name}")


def lapsed_holds(now: datetime | sa.BindParameter[Any]) -> sa.Subquery:
    """Sum what holds keep whose time is over: free again, though nobody has released it yet.

    With a hold of a whole lorry all that was kept beside it is free.
    """
    is_over = sa.and_(Booking.state == BookingState.HELD, Booking.expires_at <= now)
    holds = sa.select(Booking.departure_id, *(getattr(Booking, name).label(name) for name in DIMENSIONS)).where(is_over)
    beside = sa.select(
        WholeLorry.departure_id, *(getattr(WholeLorry, f"kept_{name}").label(name) for name in DIMENSIONS)
    ).where(
        WholeLorry.ended_at.is_(None),
        sa.exists().where(Booking.departure_id == WholeLorry.departure_id, is_over),
    )
    free = sa.union_all(holds, beside).subquery()
    return (
        sa.select(
            free.c.departure_id,
            *(sa.cast(sa.func.sum(free.c[name]), sa.BigInteger).label(name) for name in DIMENSIONS),
        )
        .group_by(free.c.departure_id)
        .subquery()
    )


def room_columns(lapsed: sa.Subquery) -> list[sa.ColumnElement[int]]:
    """Return what can still be booked in each dimension, joined to ``lapsed_holds``."""
    return [capacity_of(name) - taken_of(name) + sa.func.coalesce(lapsed.c[name], 0) for name in DIMENSIONS]
