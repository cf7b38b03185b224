"""What time brings: reminders, and cases whose time is over, each in a transaction of its own."""

from datetime import datetime

from marketplace.approvals.queries import cases as queries
from marketplace.approvals.services import cases
from marketplace.kernel.db import reading
from marketplace.kernel.each import each


def lapse(*, now: datetime) -> int:
    """Remind of what ends soon, and end the cases that nobody decided or used in time; return how many ended."""
    session = reading()
    session.rollback()
    each(
        queries.to_remind(session, now=now),
        lambda writing, case_id: cases.remind(writing, case_id=case_id, now=now),
        act="remind_of_approval",
    )
    session.rollback()
    return each(
        queries.lapsed(session, now=now),
        lambda writing, case_id: cases.lapse(writing, case_id=case_id, now=now),
        act="lapse_approval",
    )
