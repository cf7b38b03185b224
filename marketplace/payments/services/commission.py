"""Commission on what the buyer paid the merchant directly: billed, never deducted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Allowance, CommissionReceipt, CommissionWithdrawal
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import bank, house_bank
from marketplace.payments.queries import ledger as balances
from marketplace.payments.rules.house_money import check_not_own
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.services import by_hand, charging, ledger
from marketplace.payments.services.terms import terms_of
from marketplace.reference.rules import Setting


def bill(session: Session, *, subject: Subject, line_ids: Collection[UUID] | None, now: datetime) -> Money | None:
    """Charge the payee the commission of these accepted lines (None: all) and return its sum, None for nothing.

    Each line is billed once, less what was let off its price. What a provider holds pays its commission on release.
    """
    terms = terms_of(session, subject)
    if terms is None or terms.mode is not Mode.DIRECT or terms.cancelled_at:
        return None
    commission = sa.func.sum(Milestone.commission_minor).label("minor")
    statement = (
        sa.select(Milestone.line_id, commission, sa.func.sum(Milestone.amount_minor).label("price"))
        .where(
            Milestone.subject_kind == subject.kind,
            Milestone.subject_id == subject.id,
            Milestone.state != MilestoneState.CANCELLED,
        )
        .group_by(Milestone.line_id)
        .having(commission > 0)
        .order_by(Milestone.line_id)
    )
    if line_ids is not None:
        statement = statement.where(Milestone.line_id.in_(line_ids))
    billed = Money.zero(terms.currency)
    for row in session.execute(statement).all():
        key = _key(subject, row.line_id)
        let_off, less = _let_off(session, row.line_id, terms.currency)
        amount = Money(int(row.minor), terms.currency) - less
        billed += amount
        if amount.minor <= 0 or _is_billed(session, key):
            continue
        base = Money(int(row.price), terms.currency) - let_off
        _charge(session, terms, line_id=row.line_id, key=key, base=base, commission=amount, now=now)
    return billed or None


def credit(
    session: Session, *, terms: PaymentTerms, line_id: UUID, cause_id: UUID, base: Money, amount: Money, now: datetime
) -> None:
    """Take back the commission on what was let off a line (``base``) that was billed before."""
    subject = Subject(terms.subject_kind, terms.subject_id)
    if amount and _is_billed(session, _key(subject, line_id)):
        key = f"commission_credit:{cause_id}"
        _charge(session, terms, line_id=line_id, key=key, base=-base, commission=-amount, now=now)


def receive(
    session: Session,
    *,
    company_id: UUID,
    amount: Money,
    bank_reference: str,
    actor: Actor,
    now: datetime,
    by_statement: bool = False,
) -> UUID:
    """Record that a company has paid this much of its commission bill to the operator's bank; return the entry's id.

    Refused ``amount`` for more than it owes in that currency, so that a mistyped amount is no credit, and
    ``bank_reference`` where that much is written down under it already; NotAllowed
    ``own_money`` for whoever is of the company and Conflict ``hand_limit`` for what needs two people, where no
    statement says so. Where the
    operator's statements are imported they alone move its bank's account: the receipt waits for its line there.
    """
    if not by_statement:
        check_not_own(accounts.companies_of(session, actor=actor), {company_id})
    account = AccountRef(AccountKind.COMMISSION_RECEIVABLE, company_id, amount.currency)
    # One receipt at a time of this account: two may not both find it open.
    session.execute(sa.select(LedgerAccount.id).where(LedgerAccount.key == account.key).with_for_update(key_share=True))
    owed = balances.balance(session, account=account)
    if owed.minor <= 0:
        raise Refused.field("amount", "nothing_owed", str(Money.zero(owed.currency)))
    if not 0 < amount.minor <= owed.minor:
        raise Refused.field("amount", "range", f"more than 0, at most {owed}")
    if not by_statement:
        by_hand.check_commission(session, account=account, amount=amount, now=now)
        _check_new(session, account, amount, bank_reference)
    receipt_id = new_id()
    waits = by_statement or bank.reads_statements(session, currency=amount.currency)
    kind = AccountKind.SUSPENSE if waits else AccountKind.HOUSE_BANK
    transfer_id = ledger.post(
        session,
        kind=TransferKind.COMMISSION_PAID,
        key=f"{TransferKind.COMMISSION_PAID}:{receipt_id}",
        entries=pair(AccountRef(kind, None, amount.currency), account, amount),
        subject=None,
        now=now,
    )
    # The statement of the days in which it came has its line; the operator's people look when it has none.
    act_by = None
    if waits and not by_statement:
        act_by = accounts.house_days(session, setting=Setting.TRANSFER_MATCH_WORKING_DAYS, now=now)
    session.add(CommissionReceipt(transfer_id=transfer_id, bank_reference=bank_reference, act_by=act_by, at=now))
    session.flush()
    told = {"transfer": transfer_id, "bank_reference": digest(bank_reference)}
    audit.record(
        session,
        actor=actor,
        action="commission.received",
        subject="company",
        subject_id=company_id,
        facts={"minor": amount.minor, "currency": amount.currency, **told},
        now=now,
    )
    return transfer_id


def _check_new(session: Session, account: AccountRef, amount: Money, bank_reference: str) -> None:
    """Refuse a transfer that is written down: one of the same amount under the same reference, not taken back."""
    same = (
        sa.select(CommissionReceipt.transfer_id)
        .join(LedgerEntry, LedgerEntry.transfer_id == CommissionReceipt.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            CommissionReceipt.bank_reference == bank_reference,
            LedgerAccount.key == account.key,
            LedgerEntry.minor == -amount.minor,
            CommissionReceipt.transfer_id.not_in(sa.select(CommissionWithdrawal.receipt_id)),
        )
    )
    if session.scalars(same.limit(1)).first() is not None:
        raise Refused.field("bank_reference", "recorded", "the reference of another transfer")


def withdraw(session: Session, *, receipt_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Say that commission that was written down by hand never came like that: it is owed again, once.

    Refused ``reason`` without one, NotFound, Conflict ``bank_says_so`` for one that a line of a statement is for,
    NotAllowed ``own_money`` for whoever is of the company.
    """
    if not reason.strip():
        raise Refused.field("reason", "required", "what was wrong")
    receipt = session.get(CommissionReceipt, receipt_id, with_for_update=True)
    if receipt is None:
        raise NotFound("commission_receipt")
    moved = session.execute(
        sa.select(LedgerAccount.kind, LedgerAccount.owner_id, LedgerEntry.minor, LedgerEntry.currency)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.transfer_id == receipt_id)
    ).all()
    billed = next(row for row in moved if row.kind is AccountKind.COMMISSION_RECEIVABLE)
    check_not_own(accounts.companies_of(session, actor=actor), {billed.owner_id})
    if session.get(CommissionWithdrawal, receipt_id) is not None:
        return
    if house_bank.receipt(session, receipt_id=receipt_id) is None:
        raise Conflict("bank_says_so")
    place = next(row.kind for row in moved if row.kind is not AccountKind.COMMISSION_RECEIVABLE)
    if place is AccountKind.HOUSE_BANK and bank.reads_statements(session, currency=billed.currency):
        # Of before the statements: the bank's account began without it.
        place = AccountKind.OPENING_BALANCE
    owed = AccountRef(AccountKind.COMMISSION_RECEIVABLE, billed.owner_id, billed.currency)
    kind = TransferKind.PLACEMENT_REVERSED
    transfer_id = ledger.post(
        session,
        kind=kind,
        key=f"{kind}:{receipt_id}",
        entries=pair(owed, AccountRef(place, None, billed.currency), Money(-billed.minor, billed.currency)),
        subject=None,
        now=now,
    )
    session.add(
        CommissionWithdrawal(
            receipt_id=receipt_id, transfer_id=transfer_id, reason=reason.strip(), person_id=actor.person, at=now
        )
    )
    session.flush()
    facts = {"minor": -billed.minor, "currency": billed.currency, "transfer": receipt_id}
    audit.record(
        session, actor=actor, action="commission.withdrawn", subject="company", subject_id=billed.owner_id, facts=facts,
        now=now,
    )  # fmt: skip


def _key(subject: Subject, line_id: UUID) -> str:
    return f"{TransferKind.COMMISSION_BILLED}:{subject.id}:{line_id}"


def _is_billed(session: Session, key: str) -> bool:
    return session.scalars(sa.select(LedgerTransfer.id).where(LedgerTransfer.key == key)).first() is not None


def _charge(
    session: Session, terms: PaymentTerms, *, line_id: UUID, key: str, base: Money, commission: Money, now: datetime
) -> None:
    """Bill the payee a commission and its tax, negative to take them back."""
    vat = charging.vat_on(session, terms=terms, line_id=line_id, commission=commission)
    sides = (
        (AccountRef(AccountKind.COMMISSION_RECEIVABLE, terms.payee_id, terms.currency), commission + vat),
        (AccountRef(AccountKind.COMMISSION_INCOME, None, terms.currency), -commission),
        (AccountRef(AccountKind.COMMISSION_VAT, None, terms.currency), -vat),
    )
    transfer_id = ledger.post(
        session,
        kind=TransferKind.COMMISSION_BILLED,
        key=key,
        entries=[side for side in sides if side[1]],
        subject=Subject(terms.subject_kind, terms.subject_id),
        now=now,
    )
    charging.note(session, transfer_id=transfer_id, line_id=line_id, base=base, commission=commission, vat=vat)


def _let_off(session: Session, line_id: UUID, currency: str) -> tuple[Money, Money]:
    """Return what is owed back of a line's price, and the commission that is no longer earned on it."""
    owed = sa.select(
        sa.func.coalesce(sa.func.sum(Allowance.owed_minor), 0),
        sa.func.coalesce(sa.func.sum(Allowance.commission_minor), 0),
    ).where(Allowance.line_id == line_id)
    price, commission = session.execute(owed).one()
    return Money(int(price), currency), Money(int(commission), currency)
