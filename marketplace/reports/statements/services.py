"""Issue statements: numbered once for a period that is over, without a number for one that runs."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.ids import new_id
from marketplace.orders.services.paper_facts import language_of, party
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import pair
from marketplace.papers.rules.statement import ListedPaper, Statement, StatementRow, condensed
from marketplace.papers.services import Paper
from marketplace.reports import rules
from marketplace.reports.rules import Period
from marketplace.reports.statements import queries
from marketplace.reports.statements.models import IssuedStatement
from marketplace.reports.statements.queries import Figures, Line, Parties


class _IssuedBefore(Exception):
    def __init__(self, document_id: UUID) -> None:
        self.document_id = document_id


def issue(session: Session, *, parties: Parties, period: Period, actor: Actor, now: datetime) -> UUID:
    """Issue a statement and return its document's id.

    A period that is over is stated once, under a number of the issuer's; again returns that paper. One that runs is
    stated as it stands now, without a number. Refused ``from`` for a part of a month, or several, of what is stated
    monthly: the same charges would stand under two numbers.
    """
    today = local_day(accounts.get_company(session, company_id=parties.issuer_id).country, now)
    if not period.is_over(today):
        found = queries.figures(session, parties=parties, period=period)
        number = rules.interim_number(period, parties.currency, parties.recipient_id)
        return _issue(session, found, number=number, is_interim=True, actor=actor, now=now)
    if parties.is_monthly:
        period.check_month()
    before = queries.find(session, parties=parties, period=period)
    if before is not None:
        return before
    found = queries.figures(session, parties=parties, period=period)
    try:
        with session.begin_nested():
            return _numbered(session, found, year=today.year, actor=actor, now=now)
    except _IssuedBefore as first:
        return first.document_id


def _numbered(session: Session, found: Figures, *, year: int, actor: Actor, now: datetime) -> UUID:
    parties, period = found.parties, found.period
    number = papers.next_number(session, issuer_id=parties.issuer_id, kind=parties.kind, year=year)
    # The series is ours to the end of the transaction: whoever issued the same before us is seen now.
    before = queries.find(session, parties=parties, period=period)
    if before is not None:
        raise _IssuedBefore(before)
    document_id = _issue(session, found, number=number, is_interim=False, actor=actor, now=now)
    row = {
        "id": new_id(),
        "kind": parties.kind,
        "issuer_id": parties.issuer_id,
        "recipient_id": parties.recipient_id,
        "currency": parties.currency,
        "first_day": period.first,
        "last_day": period.last,
        "zone": found.zone,
        "document_id": document_id,
        "opening": [amount.minor for amount in found.opening],
        "closing": [amount.minor for amount in found.closing],
        "at": now,
    }
    write(session, IssuedStatement, [row])
    return document_id


def _issue(session: Session, found: Figures, *, number: str, is_interim: bool, actor: Actor, now: datetime) -> UUID:
    parties = found.parties
    companies = accounts.get_companies(session, company_ids=[parties.issuer_id, parties.recipient_id])
    issuer, recipient = companies[parties.issuer_id], companies[parties.recipient_id]
    paper = Statement(
        number=number,
        issued_on=now.astimezone(ZoneInfo(found.zone)).date(),
        issuer=party(issuer),
        recipient=party(recipient),
        since=found.period.first,
        until=found.period.last,
        currency=parties.currency,
        columns=found.columns,
        balances=found.balances,
        opening=found.opening,
        rows=condensed(tuple(_row(line, found.zone) for line in found.lines)),
        sums=found.sums,
        closing=found.closing,
        papers=tuple(
            ListedPaper(
                on=one.issued_on, kind=str(one.kind), number=one.number, reference=one.reference, total=one.total
            )
            for one in found.listed
        ),
        interim="yes" if is_interim else "",
        no_vat="yes" if found.has_no_vat else "",
    )
    return papers.issue_paper(
        session,
        paper=Paper(
            kind=parties.kind,
            subject_kind="company",
            subject_id=parties.recipient_id,
            number=number,
            locales=pair(language_of(issuer.country), language_of(recipient.country)),
            data=paper.to_data(),
            parties=(parties.issuer_id, parties.recipient_id),
        ),
        actor=actor,
        now=now,
    )


def _row(line: Line, zone: str) -> StatementRow:
    return StatementRow(
        on=line.at.astimezone(ZoneInfo(zone)).date(),
        what=str(line.kind),
        reference=line.reference,
        order=line.order,
        purchase_order_number=line.purchase_order_number,
        article=line.article,
        transfer=str(line.transfer_id),
        base=line.base,
        rate_bp=line.rate_bp,
        amounts=line.amounts,
    )
