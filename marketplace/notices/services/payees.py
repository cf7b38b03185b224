"""Letters to the operator about accounts that companies want to be paid into, while somebody can still stop them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.merchants.queries import payees_by_id
from marketplace.merchants.rules.states import PayeeState
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.changes import queries as changes
from marketplace.orders.changes.rules import OPEN


def proposed(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the operator of an account that is to be paid into later; nothing once it was taken back or ended."""
    company = accounts.get_company(session, company_id=UUID(job["company"]))
    account = payees_by_id(session, payee_ids=[UUID(job["payee"])])[UUID(job["payee"])]
    found = [changes.change(session, company_id=None, change_id=UUID(each)) for each in job["changes"]]
    waiting = [row for row in found if row.state in OPEN]
    if not waiting if found else account.state is not PayeeState.PENDING:
        return
    facts = {
        "company": company.name,
        "currency": account.currency,
        "number": account.shown_number,
        "orders": ", ".join(sorted(row.order_reference for row in waiting)),
        "starts_at": (waiting[0].binds_from or "") if waiting else account.active_from,
        "path": "/operator/payee-changes" if waiting else "/account/payouts",
    }
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR):
        yield Letter(house.id, facts)
