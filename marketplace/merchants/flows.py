"""What time brings: applications that are not answered, papers that end; each in a transaction of its own."""

from datetime import datetime
from uuid import UUID

from marketplace.kernel.db import reading
from marketplace.kernel.each import each
from marketplace.merchants import queries
from marketplace.merchants.queries import watching
from marketplace.merchants.queries.watching import EndRow
from marketplace.merchants.services import applications, requirements


def escalate(*, now: datetime) -> int:
    """Tell of applications that wait longer than was promised; return how many."""
    session = reading()
    session.rollback()
    return each(
        queries.late(session, now=now),
        lambda writing, found: applications.escalate(writing, application_id=found, now=now),
        act="escalate_application",
    )


def watch(*, now: datetime) -> int:
    """Tell merchants of what they showed that ends soon or has ended; return how many were told."""
    session = reading()
    session.rollback()
    ends: dict[UUID, list[EndRow]] = {}
    for end in watching.ending(session, today=now.date()):
        ends.setdefault(end.company_id, []).append(end)
    return each(
        ends,
        lambda writing, company_id: requirements.tell_of_ends(writing, ends=ends[company_id], now=now),
        act="watch_requirements",
    )
