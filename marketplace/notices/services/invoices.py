"""Letters about official invoices that a seller has still to issue."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.invoices import queries


def missing(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell a seller of lines without an official invoice; nothing of those that got one meanwhile."""
    company_id = UUID(job["company"])
    rows = queries.still_missing(session, line_ids=[UUID(line) for line in job["lines"]], issuer_id=company_id)
    if rows:
        orders = sorted({row.order for row in rows})
        yield Letter(company_id, {"orders": ", ".join(orders[:20]), "path": "/account/invoices"})
