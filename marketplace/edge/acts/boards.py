"""How pages and API look at the days of lorries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.requests.boards import LorryDays
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.boards.queries import days as queries
from marketplace.logistics.boards.queries.days import DaysRow
from marketplace.logistics.queries import departures, running

DAYS: Final = 14
# So many of them are over where no day is asked for: what is under way left some days ago.
_BEFORE: Final = 4


@dataclass(frozen=True, slots=True)
class DaysSeen:
    """The days of lorries from a day on, whose midnights are those of ``zone``."""

    first: date
    zone: str
    begin: datetime
    end: datetime
    row: DaysRow


def days(asked: LorryDays) -> DaysSeen:
    """Return two weeks of lorries; a line or hub that there is not is refused by its field."""
    session, now = reading(), clock.now()
    errors = [
        FieldError(field, "choice", ", ".join(known))
        for field, code, known in (
            ("line", asked.line, [line.code for line in running.lines(session)] if asked.line else ()),
            ("hub", asked.hub, departures.hubs(session) if asked.hub else ()),
        )
        if code is not None and code not in known
    ]
    if errors:
        raise Refused.fields(*errors)
    zone = house_clock(session)
    first = asked.since or now.astimezone(ZoneInfo(zone)).date() - timedelta(days=_BEFORE)
    begin = datetime.combine(first, time(), ZoneInfo(zone))
    end = datetime.combine(first + timedelta(days=DAYS), time(), ZoneInfo(zone))
    row = queries.days(session, begin=begin, end=end, now=now, line_code=asked.line, hub_code=asked.hub)
    return DaysSeen(first, zone, begin, end, row)
