"""Withdraw money that was written down and never came: a row beside the transfer, and the books as they were before.

Only the latest receipt of a payment is withdrawn, so what stood before it is known exactly. Where something was done
because of the money, its payee asks the operator.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.events import record
from marketplace.kernel.money import Money
from marketplace.payments import events
from marketplace.payments.models.bank import BankEntry
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import (
    IncomingTransfer,
    Payment,
    PaymentTerms,
    TransferMatch,
    TransferWithdrawal,
)
from marketplace.payments.queries import trade_due
from marketplace.payments.queries.payouts import is_made, is_said
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import (
    PAYMENTS,
    TRANSFERS,
    Mistake,
    PaymentState,
    Standing,
    TransferState,
    withdrawing,
)
from marketplace.payments.services import obligations, payments, transfers
from marketplace.reference.rules import Setting


def withdraw(session: Session, *, actor: Actor, transfer_id: UUID, mistake: Mistake, now: datetime) -> None:
    """Say as the payee that money never came like this; what it was matched to stands as before, and again is nothing.

    Conflict ``withdrawn_otherwise`` when it was withdrawn for another mistake, ``later_receipt`` while more came for
    the same payment afterwards, ``receipt_counts`` when something was done because of it, ``bank_says_so`` for one that
    waits and that a statement tells of. What a statement tells came: once withdrawn from what it was matched to, it
    waits anew. NotFound for another's transfer.
    """
    transfer = transfers.locked_own(session, actor=actor, transfer_id=transfer_id)
    if transfer.state is TransferState.WITHDRAWN:
        _check_same(session, transfer.id, mistake)
        return
    becomes = TRANSFERS.apply(transfer.state, "withdraw")
    told = session.scalars(sa.select(BankEntry).where(BankEntry.transfer_id == transfer.id)).one_or_none()
    if told is not None and transfer.state is not TransferState.MATCHED:
        raise Conflict("bank_says_so")
    if trade_due.tells_of(session, transfer_id=transfer.id):
        raise Conflict("bank_says_so")
    _take_back(session, transfer, becomes, told, mistake=mistake, actor=actor, now=now)


def check_taken_back(session: Session, *, transfer_id: UUID) -> None:
    """Refuse to take back a receipt that a line of the house's bank made, where more stands upon it.

    Conflict ``later_receipt`` and ``receipt_counts`` as for every other. What goods were promised for, or lines closed,
    is refused when it is taken back.
    """
    transfer = session.get_one(IncomingTransfer, transfer_id)
    for match in session.scalars(sa.select(TransferMatch).where(TransferMatch.transfer_id == transfer.id)):
        _check_free(session, session.get_one(Payment, match.payment_id), match)


def take_back_by_statement(session: Session, *, actor: Actor, transfer_id: UUID, now: datetime) -> None:
    """Take back a receipt that a line of the house's bank made: the line was another's, and waits anew."""
    wanted = sa.select(IncomingTransfer).where(IncomingTransfer.id == transfer_id).with_for_update()
    transfer = session.scalars(wanted.execution_options(populate_existing=True)).one()
    becomes = TRANSFERS.apply(transfer.state, "withdraw")
    payee = replace(actor, company_id=transfer.payee_id)
    _take_back(session, transfer, becomes, None, mistake=Mistake.NEVER_CAME, actor=payee, now=now)


def _take_back(
    session: Session,
    transfer: IncomingTransfer,
    becomes: TransferState,
    told: BankEntry | None,
    *,
    mistake: Mistake,
    actor: Actor,
    now: datetime,
) -> None:
    """Put the payments of a locked receipt back to where they stood before it, and end it."""
    newest_first = sa.select(TransferMatch).where(TransferMatch.transfer_id == transfer.id)
    matches = session.scalars(newest_first.order_by(TransferMatch.id.desc())).all()
    found = payments.locked(session, Payment.id.in_([match.payment_id for match in matches]))
    by_id = {payment.id: payment for payment in found}
    for payment in found:
        transfers.check_house(session, payment, actor=actor)
    for match in matches:
        _undo(session, by_id[match.payment_id], match, actor=actor, now=now)
    transfer.state = becomes
    transfer.act_by = transfer.escalated_at = None
    session.add(TransferWithdrawal(transfer_id=transfer.id, mistake=mistake, person_id=actor.person, at=now))
    session.flush()
    if told is not None:
        told.transfer_id = transfers.wait_again(session, actor=actor, transfer=transfer, now=now)
        session.flush()
    facts = {
        "minor": transfer.amount_minor,
        "currency": transfer.currency,
        "mistake": str(mistake),
        "payments": [str(match.payment_id) for match in matches],
    }
    audit.record(
        session, actor=actor, action="transfer.withdrawn", subject="transfer", subject_id=transfer.id, facts=facts,
        now=now,
    )  # fmt: skip


def _check_same(session: Session, transfer_id: UUID, mistake: Mistake) -> None:
    """Refuse another reason for what was withdrawn before: the first stands in the books."""
    if session.get_one(TransferWithdrawal, transfer_id).mistake is not mistake:
        raise Conflict("withdrawn_otherwise")


def _undo(session: Session, payment: Payment, match: TransferMatch, *, actor: Actor, now: datetime) -> None:
    """Put a locked payment back to where it stood before this receipt."""
    _check_free(session, payment, match)
    amount = Money(payment.amount_minor, payment.currency)
    stands = _standing(payment)
    before = _before(session, stands, match)
    action = withdrawing(amount=amount, before=before)
    unsettles = payment.state is PaymentState.PAID and action != "settle"
    payment.paid_minor, payment.charges_minor = before.paid.minor, before.charges.minor
    payment.surplus_minor = before.surplus.minor
    if unsettles:
        payment.settled_at = None
    facts = {"match": str(match.id), "received": -match.minor}
    payments.move(session, payment, action, actor=actor, now=now, facts=facts)
    obligations.withdrawn(session, payment, before=stands, after=before, match_id=match.id, now=now)
    if unsettles:  # the payer was told that it is paid, and has to find out what went wrong
        until = accounts.days_of(
            session, company_id=payment.payer_id, setting=Setting.SLIP_ANSWER_WORKING_DAYS, now=now
        )
        payments.prolong(session, payment, due_at=until)
    record(session, events.ReceiptWithdrawn(**payments.named(payment), unsettles=unsettles, at=now))


def _check_free(session: Session, payment: Payment, match: TransferMatch) -> None:
    """Refuse what more receipts, a return, an allowance or the end of the order stand upon."""
    if not PAYMENTS.allows(payment.state, "withdraw"):
        raise Conflict("receipt_counts", payment=payment.reference)
    later = (
        sa.select(TransferMatch.id)
        .join(IncomingTransfer, IncomingTransfer.id == TransferMatch.transfer_id)
        .where(
            TransferMatch.payment_id == payment.id,
            TransferMatch.id > match.id,
            IncomingTransfer.state != TransferState.WITHDRAWN,
        )
    )
    if session.scalars(later.limit(1)).first() is not None:
        raise Conflict("later_receipt", payment=payment.reference)
    surplus = sa.select(LedgerTransfer.id).where(LedgerTransfer.key == obligations.surplus_key(match.id))
    owed = session.scalars(surplus).one_or_none()
    subject = (payment.subject_kind, payment.subject_id)
    stands_on_it = (
        sa.select(PaymentTerms.id).where(
            PaymentTerms.subject_kind == subject[0],
            PaymentTerms.subject_id == subject[1],
            PaymentTerms.cancelled_at.is_not(None),
        ),
        sa.select(Allowance.id).where(
            Allowance.subject_kind == subject[0], Allowance.subject_id == subject[1], Allowance.at >= match.at
        ),
    )
    stands = any(session.scalars(statement.limit(1)).first() is not None for statement in stands_on_it)
    is_back = owed is not None and (is_made(session, return_id=owed) or is_said(session, return_id=owed))
    if stands or is_back:
        raise Conflict("receipt_counts", payment=payment.reference)


def _standing(payment: Payment) -> Standing:
    figures = (payment.paid_minor, payment.charges_minor, payment.surplus_minor)
    paid, charges, surplus = (Money(minor, payment.currency) for minor in figures)
    return Standing(paid, charges, surplus, "settle")


def _before(session: Session, stands: Standing, match: TransferMatch) -> Standing:
    """Return how a payment stood before its latest receipt: the ledger says what that one changed."""
    currency = stands.paid.currency
    changed = {
        key: Money(-_posted(session, key, kind), currency)
        for key, kind in (
            (obligations.charges_key(match.id), AccountKind.OBLIGATION_PAYEE),
            (obligations.surplus_key(match.id), AccountKind.RETURN_PAYEE),
        )
    }
    charges, surplus = changed.values()
    paid = stands.paid - Money(match.minor, currency)
    return Standing(paid, stands.charges - charges, stands.surplus - surplus, "part")


def _posted(session: Session, key: str, kind: AccountKind) -> int:
    entry = (
        sa.select(LedgerEntry.minor)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransfer.key == key, LedgerAccount.kind == kind)
    )
    return session.scalars(entry).one_or_none() or 0
