"""Remember who was told that goods come much later than promised."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.logistics.tracing.models import ArrivalWarning


def is_first(
    session: Session, *, booking_id: UUID, promised_at: datetime, estimated_at: datetime, now: datetime
) -> bool:
    """Note that the consignee of a booking is told now; False where it was told before."""
    return insert_if_new(
        session,
        ArrivalWarning,
        booking_id=booking_id,
        promised_at=promised_at,
        estimated_at=estimated_at,
        told_at=now,
    )
