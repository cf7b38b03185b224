"""State every account once a month: commission and freight, by the clock of whoever states it."""

from datetime import datetime

import structlog

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.each import BROKEN
from marketplace.reports.rules import Period, month_before
from marketplace.reports.statements import queries, services
from marketplace.reports.statements.queries import Parties

_ACT = "issue_statements"
_log = structlog.get_logger("city.statements")


def issue_due(*, now: datetime) -> int:
    """Issue the statements of last month that there are not yet and return how many; empty ones are left out."""
    done = 0
    for parties, period in _due(now):
        try:
            with unit_of_work() as session:
                if queries.figures(session, parties=parties, period=period).is_empty:
                    continue
                services.issue(session, parties=parties, period=period, actor=SYSTEM, now=now)
        except Exception as error:  # noqa: BLE001  one that breaks keeps no other waiting
            BROKEN.labels(_ACT).inc()
            _log.warning("statement_broke", kind=str(parties.kind), error=type(error).__name__)
        else:
            done += 1
    return done


def _due(now: datetime) -> list[tuple[Parties, Period]]:
    session = reading()
    session.rollback()
    wanted = [parties for parties in queries.possible(session, company_id=None) if parties.is_monthly]
    issuers = accounts.get_companies(session, company_ids={parties.issuer_id for parties in wanted})
    months = {company.id: month_before(local_day(company.country, now)) for company in issuers.values()}
    due = [(parties, months[parties.issuer_id]) for parties in wanted]
    known = queries.issued_for(session, periods=set(months.values()))
    session.rollback()
    return [(parties, period) for parties, period in due if (parties, period) not in known]
