"""Commission on what the buyer paid the merchant directly: billed, never deducted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.audit.rules import digest
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerTransfer
from marketplace.payments.models.payouts import Allowance, CommissionReceipt
from marketplace.payments.models.plans import Milestone, PaymentTerms
from marketplace.payments.queries import bank
from marketplace.payments.queries import ledger as balances
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.terms import Mode, Subject
from marketplace.payments.services import charging, holding, ledger


def bill(session: Session, *, subject: Subject, line_ids: Collection[UUID] | None, now: datetime) -> Money | None:
    """Charge the payee the commission of these accepted lines (None: all) and return its sum, None for nothing.

    Each line is billed once, less what was let off its price. What a provider holds pays its commission on release.
    """
    terms = holding.terms_of(session, subject)
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

    Refused ``amount`` for more than it owes in that currency, so that a mistyped amount is no credit. Where the
    operator's statements are imported they alone move its bank's account: the receipt waits for its line there.
    """
    account = AccountRef(AccountKind.COMMISSION_RECEIVABLE, company_id, amount.currency)
    # One receipt at a time of this account: two may not both find it open.
    session.execute(sa.select(LedgerAccount.id).where(LedgerAccount.key == account.key).with_for_update(key_share=True))
    owed = balances.balance(session, account=account)
    if not 0 < amount.minor <= owed.minor:
        raise Refused.field("amount", "choice", f"more than 0, at most {owed}")
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
    session.add(CommissionReceipt(transfer_id=transfer_id, bank_reference=bank_reference, at=now))
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
