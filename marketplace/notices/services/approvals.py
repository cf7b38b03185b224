"""Letters about approval inside a buying company: to those who may decide, and to whoever asked."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.approvals.queries import cases, people
from marketplace.approvals.queries.cases import CaseRow
from marketplace.approvals.rules.cases import CaseState
from marketplace.notices.rules import News
from marketplace.notices.services.letters import Facts, Letter


def asked(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell those who may decide the present step; of a reminder the requester is told, too."""
    row = cases.by_id(session, case_id=UUID(job["case"]))
    if row.state is not CaseState.PENDING or job.get("step", row.step) != row.step:
        return
    today = closures.day_of(session, company_id=row.company_id, now=now)
    tables = people.tables(session, company_id=row.company_id, today=today)
    readers = row.waits_for(tables, today=today)
    if News(job["news"]) is News.APPROVAL_WAITS:
        readers |= {row.requester_id}
    yield Letter(row.company_id, _facts(row) | {"until": row.due_at}, readers)


def ended(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell whoever asked how it ended; an approval says until when it can be used."""
    row = cases.by_id(session, case_id=UUID(job["case"]))
    yield Letter(
        row.company_id, _facts(row) | {"state": job["state"], "until": row.due_at}, frozenset({row.requester_id})
    )


def _facts(row: CaseRow) -> dict[str, str]:
    amounts = " + ".join(str(total) for total in row.totals)
    return {"reference": row.reference, "amount": amounts, "path": f"/account/approvals/{row.id}"}
