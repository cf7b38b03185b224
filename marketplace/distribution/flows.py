"""Give what waits for its receipt in vain its outcome, a booking at a time."""

from datetime import datetime

from marketplace.distribution import queries
from marketplace.distribution.services import receipts
from marketplace.kernel.db import in_unit_of_work, reading


def receive_by_default(*, now: datetime) -> int:
    """Count as received what consignees did not count in time; return of how many bookings."""
    session = reading()
    session.rollback()
    return sum(
        in_unit_of_work(
            lambda session, booking_id=booking_id: receipts.receive_unanswered(session, booking_id=booking_id, now=now)
        )
        for booking_id in queries.unreceived(session, now=now)
    )
