"""The page of a week, as far as the asker may see to what stands on it, and whether it is sent."""

from dataclasses import dataclass, replace

from marketplace.edge.identity import require_actor
from marketplace.edge.requests import week as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.notices import queries as notices
from marketplace.notices.queries import WeekLetterRow
from marketplace.notices.services import week as letters
from marketplace.reports.week import queries, rules
from marketplace.reports.week.queries import Week


@dataclass(frozen=True, slots=True)
class Seen:
    """The page, whether the asker may be sent it, and when that is (None: never)."""

    week: Week
    may_be_sent: bool
    letter: WeekLetterRow | None


def look() -> Seen:
    """Return the page of the asker's company with the topics that the asker may see to; always in as many queries."""
    actor, session = require_actor(), reading()
    found = queries.week(session, company_id=actor.company, now=clock.now())
    topics = rules.readable(actor.permissions)
    return Seen(
        replace(found, rows=tuple(row for row in found.rows if row.topic in topics)),
        bool(topics),
        notices.week_letter(session, actor=actor),
    )


def choose(body: requests.WeekLetter) -> None:
    """Send the asker the week on a day, or no longer."""
    in_unit_of_work(lambda session: letters.choose(session, actor=require_actor(), day=body.chosen(), now=clock.now()))
