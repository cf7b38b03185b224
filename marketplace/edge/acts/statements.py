"""Statements of account: which there can be, their figures, and issuing them."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import statements as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.papers.rules.documents import PaperKind
from marketplace.reports.rules import Period, month_of
from marketplace.reports.statements import queries, services
from marketplace.reports.statements.queries import Figures, IssuedRow, Parties


def possible() -> tuple[Parties, ...]:
    """Return the accounts that the asker's company has with others."""
    return queries.possible(reading(), company_id=require_actor().company)


def issued() -> tuple[IssuedRow, ...]:
    """Return the numbered statements of the asker's company, the latest first."""
    return queries.issued(reading(), company_id=require_actor().company)


def figures(issuer_id: UUID, recipient_id: UUID, asked: requests.Statement) -> Figures:
    """Return the figures of an account of the asker's company; NotFound for another's."""
    session = reading()
    parties = _parties(session, issuer_id, recipient_id, asked)
    return queries.figures(session, parties=parties, period=_period(session, parties, asked))


def is_over(found: Figures) -> bool:
    """Tell whether the period of a statement is over where it is issued."""
    issuer = accounts.get_company(reading(), company_id=found.parties.issuer_id)
    return found.period.is_over(local_day(issuer.country, clock.now()))


def issue(session: Session, issuer_id: UUID, recipient_id: UUID, asked: requests.Statement) -> UUID:
    """Issue a statement and return its document; again returns the paper there is."""
    parties = _parties(session, issuer_id, recipient_id, asked)
    return services.issue(
        session,
        parties=parties,
        period=_period(session, parties, asked),
        actor=require_actor(),
        now=clock.now(),
    )


def names(rows: tuple[Parties, ...]) -> Mapping[UUID, str]:
    """Return the names of the companies of accounts."""
    ids = {company_id for row in rows for company_id in (row.issuer_id, row.recipient_id)}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}


def _parties(session: Session, issuer_id: UUID, recipient_id: UUID, asked: requests.Statement) -> Parties:
    parties = Parties(PaperKind(asked.kind), issuer_id, recipient_id, asked.currency)
    queries.check_party(session, parties=parties, company_id=require_actor().company)
    return parties


def _period(session: Session, parties: Parties, asked: requests.Statement) -> Period:
    today = local_day(accounts.get_company(session, company_id=parties.issuer_id).country, clock.now())
    day = asked.since or asked.until or today
    if day >= date.max.replace(day=1):  # no month follows this one
        raise Refused.field("from" if asked.since else "to", "calendar_day", f"a day such as {today}")
    month = month_of(day)
    return Period(asked.since or month.first, asked.until or month.last)
