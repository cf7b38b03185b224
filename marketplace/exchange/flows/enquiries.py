"""What happens when enquiries are not answered in time."""

from datetime import datetime

from marketplace.exchange.queries import enquiries as queries
from marketplace.exchange.services import enquiries
from marketplace.kernel.each import each_waiting


def escalate(*, now: datetime) -> int:
    """Tell of enquiries that wait longer than was promised; return how many."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: enquiries.escalate(writing, enquiry_id=found, now=now),
        act="escalate_enquiry",
    )
