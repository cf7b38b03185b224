"""What happens when an application is not answered in time, each in a transaction of its own."""

from datetime import datetime

from marketplace.kernel.db import reading
from marketplace.kernel.each import each
from marketplace.merchants import queries
from marketplace.merchants.services import applications


def escalate(*, now: datetime) -> int:
    """Tell of applications that wait longer than was promised; return how many."""
    session = reading()
    session.rollback()
    return each(
        queries.late(session, now=now),
        lambda writing, found: applications.escalate(writing, application_id=found, now=now),
        act="escalate_application",
    )
