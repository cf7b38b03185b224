"""Commission on what the buyer paid the merchant directly: billed, never deducted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.plans import Milestone
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.services import holding, ledger


def bill(session: Session, *, subject: Subject, line_ids: Collection[UUID] | None, now: datetime) -> Money | None:
    """Charge the payee the commission of these accepted lines (None: all) and return the sum, None for nothing.

    Each line is billed once. What a provider holds pays its commission on release.
    """
    terms = holding.terms_of(session, subject)
    if terms is None or terms.mode is not Mode.DIRECT or terms.cancelled_at:
        return None
    commission = sa.func.sum(Milestone.commission_minor).label("minor")
    statement = (
        sa.select(Milestone.line_id, commission)
        .where(Milestone.subject_kind == subject.kind, Milestone.subject_id == subject.id)
        .group_by(Milestone.line_id)
        .having(commission > 0)
        .order_by(Milestone.line_id)
    )
    if line_ids is not None:
        statement = statement.where(Milestone.line_id.in_(line_ids))
    billed = Money.zero(terms.currency)
    for row in session.execute(statement):
        amount = Money(int(row.minor), terms.currency)
        entries = pair(
            AccountRef(AccountKind.COMMISSION_RECEIVABLE, terms.payee_id, terms.currency),
            AccountRef(AccountKind.COMMISSION_INCOME, None, terms.currency),
            amount,
        )
        key = f"{TransferKind.COMMISSION_BILLED}:{subject.id}:{row.line_id}"
        ledger.post(session, kind=TransferKind.COMMISSION_BILLED, key=key, entries=entries, subject=subject, now=now)
        billed += amount
    return billed or None
