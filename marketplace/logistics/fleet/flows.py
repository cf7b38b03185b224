"""What the clock makes of fleets: papers that end are told of, each keeper in a transaction of its own."""

from datetime import datetime, timedelta

from marketplace.kernel.db import reading
from marketplace.kernel.each import each
from marketplace.logistics.fleet.rules.papers import STAGES
from marketplace.logistics.fleet.services import papers


def watch(*, now: datetime) -> int:
    """Tell keepers of papers that end within 30 or 7 days; return how many keepers."""
    session = reading()
    session.rollback()
    ends = papers.ending(session, today=now.date(), within=now.date() + timedelta(days=max(STAGES)))
    return each(
        ends,
        lambda writing, company_id: papers.tell(writing, company_id=company_id, ends=ends[company_id], now=now),
        act="watch_fleet_papers",
    )
