"""Give what waits for its receipt in vain its outcome, a booking at a time."""

from datetime import datetime

from marketplace.distribution import queries
from marketplace.distribution.services import receipts, return_way
from marketplace.kernel.each import each_waiting


def receive_by_default(*, now: datetime) -> int:
    """Count as received what consignees did not count in time; return of how many bookings."""
    received = each_waiting(
        lambda reads: queries.unreceived(reads, now=now),
        lambda writing, booking_id: receipts.receive_unanswered(writing, booking_id=booking_id, now=now),
        act="receive_by_default",
    )
    return received + each_waiting(
        lambda reads: queries.uncounted(reads, now=now),
        lambda writing, booking_id: return_way.receive_unanswered(writing, booking_id=booking_id, now=now),
        act="receive_return_by_default",
    )
