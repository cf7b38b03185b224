"""Letters about credit between two companies, and reminders of what is overdue on it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.notices.services.letters import Facts, Letter
from marketplace.payments.queries import credit as queries
from marketplace.payments.queries.credit import CreditRow
from marketplace.payments.rules.credit import CreditState, level_name
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def asked(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a merchant which buyer asks for how much, while nothing is decided."""
    row, names = _credit(session, job, now)
    if row.state is CreditState.REQUESTED and row.decide_by is not None:
        facts = {"buyer": names[row.buyer_id], "amount": str(row.wanted), "until": row.decide_by}
        yield Letter(row.merchant_id, facts | {"path": "/merchant/credit"})


def decided(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell a buyer what a merchant decided about its credit."""
    row, names = _credit(session, job, now)
    amount = row.grant.limit if row.grant is not None and row.state is CreditState.GRANTED else row.wanted
    facts = {"merchant": names[row.merchant_id], "amount": str(amount), "state": str(row.state)}
    yield Letter(row.buyer_id, facts | {"path": "/account/credit"})


def reminded(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Remind a payer of one payment, with all that is open with the same payee; nothing once it is paid."""
    row = queries.overdue(session, payment_id=UUID(job["payment"]))
    if row is None:
        return
    payment = row.payment
    open_ = queries.open_between(session, payer_id=payment.payer_id, payee_id=payment.payee_id)
    names = accounts.get_companies(session, company_ids=[payment.payee_id])
    yield Letter(
        payment.payer_id,
        {
            "level": str(level_name(job["level"])),
            "refuses": job["level"] >= reference.setting(session, Setting.DUNNING_REFUSAL_LEVEL, at=now),
            "reference": payment.creditor_reference,
            "amount": str(payment.outstanding),
            "until": payment.due_at or "",
            "merchant": names[payment.payee_id].name,
            "items": [f"{one.creditor_reference}: {one.outstanding}" for one in open_],
            "path": f"/payments/{payment.id}",
        },
    )


def _credit(session: Session, job: Facts, now: datetime) -> tuple[CreditRow, dict[UUID, str]]:
    row = queries.any_credit(session, credit_id=UUID(job["credit"]), now=now)
    found = accounts.get_companies(session, company_ids=[row.merchant_id, row.buyer_id])
    return row, {key: company.name for key, company in found.items()}
