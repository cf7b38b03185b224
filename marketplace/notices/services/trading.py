"""Letters about selling to the operator's trading company."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.notices.services.letters import Facts, Letter
from marketplace.payments.queries import trading as queries
from marketplace.payments.rules.trading import AgreementState


def offered(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a merchant who would buy of it at which margin, while it may answer."""
    row = queries.agreement(session, agreement_id=UUID(job["agreement"]))
    if row.state is AgreementState.OFFERED and not row.is_void(now):
        company = accounts.get_company(session, company_id=row.trader_id).name
        facts = {"company": company, "number": row.margin.percent, "until": row.answer_by}
        yield Letter(row.merchant_id, facts | {"path": "/merchant/trading"})
