"""What a payee owes back or in compensation: written down as a debt, and once as returned.

No money of the city, unless the operator sells: then its trading company's books move beside it.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.money import Money
from marketplace.merchants import queries as merchants
from marketplace.merchants.services import payees
from marketplace.payments import events
from marketplace.payments.models.ledger import LedgerTransfer, ReturnNotice, ReturnReceipt
from marketplace.payments.models.plans import Payment, PaymentTerms
from marketplace.payments.queries import payouts as queries
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.rules.house_money import check_not_own
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.rules.trading import BOOKS
from marketplace.payments.services import ledger, payments, trade_books
from marketplace.payments.services.terms import terms_of
from marketplace.reference.rules import Setting


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


def owed_by(session: Session, *, actor: Actor, return_id: UUID) -> ReturnRow:
    """Return what the actor's company owes back; whoever withdraws the receipt that brought it waits.

    NotFound for what concerns neither company, NotAllowed ``payee_only`` for the one that is owed, and ``house_money``
    or ``own_money`` for whoever may not speak for the trading company about it.
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
    _check_house(session, row, actor=actor)
    return row


def record_made(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnRow:
    """Say as the payee that what was owed back is returned; again changes nothing.

    It is owed until the payer has it, or has said nothing for so long (``lapse``); a payer that has named no account is
    told, and its silence settles nothing. What the trading company sends back its bank tells of, by a line of its
    statement or as its people read it (``sent_back``), and is returned at once.

    NotFound for what concerns neither company, NotAllowed ``payee_only`` for the one that is owed.
    """
    row = owed_by(session, actor=actor, return_id=return_id)
    if row.made_at is None and _sold(session, row.subject, row.payee_id) is None:
        _hold(session, row.subject)
        _say(session, row, actor=actor, now=now)
    elif row.made_at is None:
        _post(
            session,
            TransferKind.RETURN_MADE,
            queries.current_key(session, return_id=row.id),
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


def record_missing(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnRow:
    """Say as the payer that what is said to be returned has not come: it is owed as before; again changes nothing.

    NotFound for what concerns neither company, NotAllowed ``payer_only`` for the one that owes it, Conflict
    ``not_returned`` before that one says it is sent, and ``return_counts`` once it counts as come.
    """
    row = _of_payer(session, actor=actor, return_id=return_id)
    _hold(session, row.subject)
    notice = _notice(session, row.id)
    if queries.is_made(session, return_id=row.id):
        raise Conflict("return_counts")
    if notice is None or notice.booked_on is not None:
        raise Conflict("not_returned")
    if notice.answer_by is not None:
        notice.answer_by, notice.denied_at = None, now
        session.flush()
        _audit(session, row, "return.denied", actor=actor, now=now)
        record(session, events.ReturnDenied(at=now, return_id=row.id))
    return queries.returns(session, company_id=actor.company, transfer_id=return_id)[0]


def lapse(session: Session, *, return_id: UUID, now: datetime) -> bool:
    """Let what is said to be sent count as come, whose payer said nothing in time.

    False where somebody spoke, and where the payer had named no account when it was said to be sent: then it has to say
    so itself.
    """
    notice = _notice(session, return_id)
    if notice is None or notice.answer_by is None or notice.answer_by > now:
        return False
    (row,) = queries.returns(session, company_id=queries.debtor_of(session, return_id=return_id), transfer_id=return_id)
    if not row.silence_counts:
        return False
    _hold(session, row.subject)
    _settle(session, row, notice, now=now)
    _audit(session, row, "return.lapsed", actor=SYSTEM, now=now)
    return True


def check_unmade(session: Session, *, return_id: UUID) -> None:
    """Refuse to unsay that a return was made which its payer says has come, or that was unsaid before."""
    if (
        session.get(ReturnReceipt, return_id) is not None
        or queries.current_key(session, return_id=return_id) != queries.return_key(return_id)
    ):  # fmt: skip
        raise Conflict("placement_followed")


def unmake(session: Session, *, row: ReturnRow, actor: Actor, now: datetime) -> None:
    """Note that a return had not been made after all: the line of the bank that said so was another's. Once."""
    _hold(session, row.subject)
    check_unmade(session, return_id=row.id)
    subject, made = row.subject, queries.return_key(row.id)
    debit = AccountRef(AccountKind.RETURN_PAYER, row.payer_id, row.amount.currency, subject)
    credit = AccountRef(AccountKind.RETURN_PAYEE, row.payee_id, row.amount.currency, subject)
    kind, key = TransferKind.RETURN_MADE, queries.unmade_key(row.id)
    ledger.post(session, kind=kind, key=key, entries=pair(debit, credit, row.amount), subject=subject, now=now)
    trade_books.post(session, book=BOOKS[kind], key=key, amount=-row.amount, subject=subject, undoes=made, now=now)
    # What was read at the bank was not this either: it is read anew.
    session.execute(sa.delete(ReturnNotice).where(ReturnNotice.return_id == row.id))
    audit.record(
        session,
        actor=actor,
        action="return.unmade",
        subject="ledger_transfer",
        subject_id=row.id,
        facts={"minor": row.amount.minor, "currency": row.amount.currency},
        now=now,
    )


def record_received(session: Session, *, actor: Actor, return_id: UUID, now: datetime) -> ReturnRow:
    """Say as the payer that what was owed back has come; again changes nothing.

    NotFound for what concerns neither company, NotAllowed ``payer_only`` for the one that owes it, Conflict
    ``not_returned`` before that one says it is sent.
    """
    row = _of_payer(session, actor=actor, return_id=return_id)
    _hold(session, row.subject)
    notice = _notice(session, row.id)
    if notice is not None and notice.answer_by is not None:
        _settle(session, row, notice, now=now)
    if not queries.is_made(session, return_id=row.id):
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


def _of_payer(session: Session, *, actor: Actor, return_id: UUID) -> ReturnRow:
    found = queries.returns(session, company_id=actor.company, transfer_id=return_id)
    if not found:
        raise NotFound("return")
    (row,) = found
    if row.payer_id != actor.company:
        raise NotAllowed("payer_only")
    return row


def _notice(session: Session, return_id: UUID) -> ReturnNotice | None:
    return session.get(ReturnNotice, return_id, with_for_update=True, populate_existing=True)


def _say(session: Session, row: ReturnRow, *, actor: Actor, now: datetime) -> None:
    """Write down that a payee says it has sent something back, and until when the payer may say that it has not."""
    notice = _notice(session, row.id)
    if notice is not None and notice.answer_by is not None:
        return
    if notice is None:
        notice = ReturnNotice(return_id=row.id)
        session.add(notice)
    setting = Setting.SLIP_ESCALATION_WORKING_DAYS
    notice.person_id, notice.at, notice.denied_at = actor.person, now, None
    notice.answer_by = accounts.days_of(session, company_id=row.payer_id, setting=setting, now=now)
    session.flush()
    _audit(session, row, "return.sent", actor=actor, now=now)
    if merchants.counted(session, asked={(row.payer_id, row.amount.currency, now)}):
        record(session, events.ReturnSent(at=now, return_id=row.id))
    else:
        owes = accounts.get_company(session, company_id=row.payee_id).name
        payees.tell(
            session,
            company_id=row.payer_id,
            template="return_unnamed",
            facts={"amount": str(row.amount), "currency": row.amount.currency, "debtor": owes},
            now=now,
        )


def _settle(session: Session, row: ReturnRow, notice: ReturnNotice, *, now: datetime) -> None:
    notice.answer_by = None
    key = queries.current_key(session, return_id=row.id)
    _post(session, TransferKind.RETURN_MADE, key, row.subject, row.payee_id, row.payer_id, row.amount, now)


def _audit(session: Session, row: ReturnRow, action: str, *, actor: Actor, now: datetime) -> None:
    facts = {"minor": row.amount.minor, "currency": row.amount.currency}
    audit.record(
        session, actor=actor, action=action, subject="ledger_transfer", subject_id=row.id, facts=facts, now=now
    )


def _hold(session: Session, subject: Subject) -> None:
    """Let whoever says that a return has come, and whoever unsays that it was made, wait for each other."""
    wanted = sa.select(PaymentTerms.id).where(
        PaymentTerms.subject_kind == subject.kind, PaymentTerms.subject_id == subject.id
    )
    session.execute(wanted.with_for_update()).all()


def _check_house(session: Session, row: ReturnRow, *, actor: Actor) -> None:
    """Let the operator's people alone say that its trading company sent money back, and nobody who gets it."""
    terms = _sold(session, row.subject, row.payee_id)
    if terms is None:
        return
    if actor.company_kind != CompanyKind.OPERATOR:
        raise NotAllowed("house_money")
    check_not_own(accounts.companies_of(session, actor=actor), {terms.payer_id})


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
    is_made = kind is TransferKind.RETURN_MADE
    if _sold(session, subject, debited_id if is_made else credited_id) is not None:
        moved = amount if is_made else -amount
        trade_books.post(session, book=BOOKS[kind], key=key, amount=moved, subject=subject, now=now)


def _sold(session: Session, subject: Subject, payee_id: UUID) -> PaymentTerms | None:
    """Return the terms of a sale of the trading company that owes this; what others owe for it is not its affair."""
    terms = terms_of(session, subject)
    if terms is None or terms.mode is not Mode.OPERATOR_SELLS or terms.payee_id != payee_id:
        return None
    return terms
