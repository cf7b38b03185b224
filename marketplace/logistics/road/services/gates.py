"""What a lorry lacks before its doors are sealed."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.errors import Conflict
from marketplace.logistics.road.queries import cooling


def check_cooled(session: Session, *, departure_id: UUID, booking_ids: Collection[UUID]) -> None:
    """Refuse to seal a lorry with cold goods whose trailer was not cooled down before: Conflict ``not_pre_cooled``."""
    if not cooling.ranges_of(session, booking_ids=booking_ids):
        return
    if not cooling.pre_coolings_of(session, departure_id=departure_id):
        raise Conflict("not_pre_cooled", departure=departure_id)
