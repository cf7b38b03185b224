"""Letters about what one company owes back to another, while the other side can still say something."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.notices.services.letters import Facts, Letter
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.payouts import ReturnRow


def sent(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell whoever is owed it until when it may say that it has not come; nothing once it has said something."""
    row = _row(session, job)
    if row.answer_by is not None:
        facts = _facts(session, row, row.payee_id) | {"until": row.answer_by}
        yield Letter(row.payer_id, facts)


def denied(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell whoever owes it that it has not come; nothing once it is said to be sent anew."""
    row = _row(session, job)
    if row.is_owed:
        yield Letter(row.payee_id, _facts(session, row, row.payer_id))


def _row(session: Session, job: Facts) -> ReturnRow:
    return_id = UUID(job["back"])
    debtor_id = queries.debtor_of(session, return_id=return_id)
    (row,) = queries.returns(session, company_id=debtor_id, transfer_id=return_id)
    return row


def _facts(session: Session, row: ReturnRow, other_id: UUID) -> dict[str, str]:
    company = accounts.get_company(session, company_id=other_id)
    return {"company": company.name, "amount": str(row.amount), "path": "/account/returns"}
