"""What time and other rules bring: late answers, papers that end, levels; each in a transaction of its own."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from marketplace.kernel.db import reading
from marketplace.kernel.each import each, each_found, each_waiting
from marketplace.merchants import queries
from marketplace.merchants.queries import levels, watching
from marketplace.merchants.queries import screening as screened
from marketplace.merchants.queries.watching import EndRow
from marketplace.merchants.rules.requirements import Kind
from marketplace.merchants.services import applications, qualifications, requirements, screening


def escalate(*, now: datetime) -> int:
    """Tell of applications that wait longer than was promised; return how many."""
    return each_waiting(
        lambda reads: queries.late(reads, now=now),
        lambda writing, found: applications.escalate(writing, application_id=found, now=now),
        act="escalate_application",
    )


def watch(*, now: datetime) -> int:
    """Tell companies of what they showed that ends soon or has ended, and of levels lost by it; return how often."""
    session = reading()
    session.rollback()
    ends: dict[UUID, list[EndRow]] = {}
    for end in watching.ending(session, today=now.date()):
        ends.setdefault(end.company_id, []).append(end)
    told = each(
        ends,
        lambda writing, company_id: requirements.tell_of_ends(writing, ends=ends[company_id], now=now),
        act="watch_requirements",
    )
    return told + _refresh(levels.ended(session, today=now.date()), now=now)


def requalify(*, kind: Kind, country: str, now: datetime) -> int:
    """Work out levels or admissions of a country anew after other things are asked there; return how many changed."""
    session = reading()
    session.rollback()
    return _refresh(levels.judged_in(session, kind=kind, country=country), now=now)


def screen_everybody(*, now: datetime) -> int:
    """Compare every company and its members with the lists there are; return of how many something new was found.

    What was found stays: a run that was cut off is done again from the beginning, and finds the rest.
    """
    return each_found(
        lambda session, after: screened.companies(session, after=after),
        lambda writing, company_id: screening.screen(writing, company_id=company_id, now=now),
        act="screen_company",
    )


def _refresh(company_ids: Iterable[UUID], *, now: datetime) -> int:
    return each(
        company_ids,
        lambda writing, company_id: qualifications.refresh(writing, company_id=company_id, now=now),
        act="refresh_qualification",
    )
