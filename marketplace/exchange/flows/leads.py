"""What happens when leads are not answered in time."""

from datetime import datetime

from marketplace.exchange.queries import leads as queries
from marketplace.exchange.services import leads
from marketplace.kernel.db import reading
from marketplace.kernel.each import each


def escalate(*, now: datetime) -> int:
    """Tell of leads that wait longer than they should; return how many."""
    session = reading()
    session.rollback()
    return each(
        queries.late(session, now=now),
        lambda writing, found: leads.escalate(writing, lead_id=found, now=now),
        act="escalate_lead",
    )
