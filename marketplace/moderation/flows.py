"""What happens when cases are not decided in time, each company's in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.db import reading
from marketplace.kernel.each import each
from marketplace.moderation import queries, services


def escalate(*, now: datetime) -> int:
    """Tell of cases that wait longer than was promised; return of how many companies."""
    session = reading()
    session.rollback()
    return each(
        queries.late(session, now=now),
        lambda writing, found: services.escalate(writing, company_id=found, now=now),
        act="escalate_cases",
    )
