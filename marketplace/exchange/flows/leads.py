"""What happens when leads are not answered in time."""

from datetime import datetime

from marketplace.exchange.queries import leads as queries
from marketplace.exchange.services import leads
from marketplace.kernel.each import each_waiting


def escalate(*, now: datetime) -> int:
    """Tell of leads that wait longer than they should; return how many."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: leads.escalate(writing, lead_id=found, now=now),
        act="escalate_lead",
    )
