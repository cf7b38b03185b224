"""Keep a booking off the lorry until what it waits for is settled."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.logistics.handling.models import LoadingStop


def stop(session: Session, *, booking_id: UUID, reason: str, now: datetime) -> None:
    """Keep a booking off the lorry; nothing where it is kept off already."""
    insert_if_new(session, LoadingStop, booking_id=booking_id, reason=reason, since=now)


def lift(session: Session, *, booking_id: UUID) -> None:
    """Let a booking be loaded again."""
    session.execute(sa.delete(LoadingStop).where(LoadingStop.booking_id == booking_id))


def stopped(session: Session, *, booking_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these bookings must not be loaded."""
    return frozenset(session.scalars(sa.select(LoadingStop.booking_id).where(LoadingStop.booking_id.in_(booking_ids))))
