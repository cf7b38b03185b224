"""What a payee owes back or in compensation: written down as a debt, and once as returned. No money of the city."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerTransfer, ReturnReceipt
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import ledger, payments


def owe(
    session: Session,
    *,
    subject: Subject,
    payee_id: UUID,
    payer_id: UUID,
    amount: Money,
    cause_id: UUID,
    now: datetime,
) -> None:
    """Write down that a payee owes a payer this much for a cause; the same cause again changes nothing."""
    if not amount:
        return
    _post(session, TransferKind.RETURN_DUE, queries.cause_key(cause_id), subject, payer_id, payee_id, amount, now)


def record_made(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnRow:
    """Say as the payee that what was owed back is returned; again changes nothing.

    NotFound for what concerns neither company, NotAllowed ``payee_only`` for the one that is owed.
    """
    # The receipt that brought a surplus may be withdrawn at the same moment: whoever comes second sees the first.
    of_payment = sa.select(LedgerTransfer.payment_id).where(LedgerTransfer.id == return_id)
    payments.locked(session, Payment.id.in_(of_payment), Payment.payee_id == actor.company)
    found = queries.returns(session, company_id=actor.company, transfer_id=return_id)
    if not found:
        raise NotFound("return")
    (row,) = found
    if row.payee_id != actor.company:
        raise NotAllowed("payee_only")
    if row.made_at is None:
        _post(
            session,
            TransferKind.RETURN_MADE,
            queries.return_key(row.id),
            row.subject,
            row.payee_id,
            row.payer_id,
            row.amount,
            now,
        )
        audit.record(
            session,
            actor=actor,
            action="return.made",
            subject="ledger_transfer",
            subject_id=row.id,
            facts={"minor": row.amount.minor, "currency": row.amount.currency},
            now=now,
        )
    return queries.returns(session, company_id=actor.company, transfer_id=return_id)[0]


def record_received(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnRow:
    """Say as the payer that what was owed back has come; again changes nothing.

    NotFound for what concerns neither company, NotAllowed ``payer_only`` for the one that owes it, Conflict
    ``not_returned`` before that one says it is sent.
    """
    found = queries.returns(session, company_id=actor.company, transfer_id=return_id)
    if not found:
        raise NotFound("return")
    (row,) = found
    if row.payer_id != actor.company:
        raise NotAllowed("payer_only")
    if row.made_at is None:
        raise Conflict("not_returned")
    if insert_if_new(session, ReturnReceipt, return_id=row.id, person_id=actor.person, at=now):
        audit.record(
            session,
            actor=actor,
            action="return.received",
            subject="ledger_transfer",
            subject_id=row.id,
            facts={"minor": row.amount.minor, "currency": row.amount.currency},
            now=now,
        )
    return queries.returns(session, company_id=actor.company, transfer_id=return_id)[0]


def _post(
    session: Session,
    kind: TransferKind,
    key: str,
    subject: Subject,
    debited_id: UUID,
    credited_id: UUID,
    amount: Money,
    now: datetime,
) -> None:
    """Move an amount between the two companies' memorandum accounts: payer debited when due, payee when made."""
    kinds = (AccountKind.RETURN_PAYER, AccountKind.RETURN_PAYEE)
    if kind is TransferKind.RETURN_MADE:
        kinds = (AccountKind.RETURN_PAYEE, AccountKind.RETURN_PAYER)
    debit = AccountRef(kinds[0], debited_id, amount.currency, subject)
    credit = AccountRef(kinds[1], credited_id, amount.currency, subject)
    ledger.post(session, kind=kind, key=key, entries=pair(debit, credit, amount), subject=subject, now=now)
