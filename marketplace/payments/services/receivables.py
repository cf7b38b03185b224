"""What a company owes the house: money that was paid out to it and then had to go back to its payer.

It is booked the moment a payable account is overdrawn. As far as transfers to the company's account at the provider
can still be taken back, that is asked for; the rest is kept back from what is released to it later.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.rules.house_money import suspense
from marketplace.payments.rules.ledger import AccountKind, AccountRef, TransferKind, pair
from marketplace.payments.rules.payouts import RESERVING, Failure, PayoutState
from marketplace.payments.rules.remitting import PayoutWay, ReversalState
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import ledger, payout_steps

_COUNTING: Final = (ReversalState.DUE, ReversalState.DONE)


def book(session: Session, *, account: AccountRef, cause: str, now: datetime) -> Money:
    """Move what a payable account is overdrawn by to what its company owes, and claim it back from its transfers.

    The cause names the reversals, so that whoever has sent the refund asks for them next. Nothing is overdrawn twice.
    A payout that waits for money that is there no longer ends: nobody approves what cannot go.
    """
    # Whoever sends payouts locks them before it weighs their account.
    waiting = payout_steps.promised_of(session, account)
    overdrawn = _claim_back(session, account=account, cause=cause, now=now)
    if waiting and payable(session, account=account).minor < 0:
        for payout in waiting:
            payout_steps.fail(session, payout, Failure.TAKEN_BACK, now=now)
    return overdrawn


def _claim_back(session: Session, *, account: AccountRef, cause: str, now: datetime) -> Money:
    overdrawn = _balance(session, account)
    if account.owner_id is None or overdrawn.minor <= 0:
        return Money.zero(account.currency)
    ledger.post(
        session,
        kind=TransferKind.RECEIVABLE_BOOKED,
        key=f"{TransferKind.RECEIVABLE_BOOKED}:{new_id()}",
        entries=pair(_receivable(account), account, overdrawn),
        subject=None,
        now=now,
    )
    _audit(session, account, "receivable.booked", overdrawn, now=now)
    left = overdrawn.minor
    for payout, free in _reversible(session, account):
        part = min(left, free)
        if part > 0:
            left -= part
            _claim(session, payout, part, cause, now=now)
    return overdrawn


def net(session: Session, *, account: AccountRef, now: datetime) -> Money:
    """Keep back from a payable account what its company owes and nobody is taking back; return how much."""
    if account.owner_id is None:
        return Money.zero(account.currency)
    there = payable(session, account=account)
    free = owed(session, company_id=account.owner_id, currency=account.currency)
    kept = Money(max(0, min(there.minor, free.minor)), account.currency)
    if kept:
        ledger.post(
            session,
            kind=TransferKind.RECEIVABLE_NETTED,
            key=f"{TransferKind.RECEIVABLE_NETTED}:{new_id()}",
            entries=pair(account, _receivable(account), kept),
            subject=None,
            now=now,
        )
        _audit(session, account, "receivable.netted", kept, now=now)
    return kept


def payable(session: Session, *, account: AccountRef) -> Money:
    """Return what may leave a payable account: its balance less open payouts; the account stays locked."""
    there = -_balance(session, account)
    return Money(there.minor - _promised(session, account), account.currency)


def owed(session: Session, *, company_id: UUID, currency: str) -> Money:
    """Return what a company owes and nobody is taking back; its account stays locked."""
    receivable = AccountRef(AccountKind.MERCHANT_RECEIVABLE, company_id, currency)
    asked = sa.select(sa.func.coalesce(sa.func.sum(PayoutReversal.amount_minor), 0)).where(
        PayoutReversal.company_id == company_id,
        PayoutReversal.currency == currency,
        PayoutReversal.state == ReversalState.DUE,
    )
    return _balance(session, receivable) - Money(int(session.scalars(asked).one()), currency)


def check(session: Session, *, company_id: UUID, amount: Money) -> None:
    """Refuse more money than a company owes and nobody is taking back."""
    most = owed(session, company_id=company_id, currency=amount.currency)
    if most.minor <= 0:
        raise Refused.field("amount", "nothing_owed", str(Money.zero(most.currency)))
    if not 0 < amount.minor <= most.minor:
        raise Refused.field("amount", "range", f"more than 0, at most {most}")


def receive(session: Session, *, company_id: UUID, amount: Money, key: str, actor: Actor, now: datetime) -> UUID:
    """Book that a line of the operator's statement pays what a company owes; return the transfer of the ledger.

    Refused ``amount`` for more than it owes and nobody is taking back.
    """
    check(session, company_id=company_id, amount=amount)
    receivable = AccountRef(AccountKind.MERCHANT_RECEIVABLE, company_id, amount.currency)
    entries = pair(suspense(amount.currency), receivable, amount)
    posted = ledger.post(session, kind=TransferKind.RECEIVABLE_PAID, key=key, entries=entries, subject=None, now=now)
    facts = {"minor": amount.minor, "currency": amount.currency}
    audit.record(
        session, actor=actor, action="receivable.paid", subject="company", subject_id=company_id, facts=facts, now=now
    )
    return posted


def cause_of(subject: Subject) -> str:
    """Return the cause of reversals for a subject that was cancelled."""
    return f"{subject.kind}:{subject.id}"


def _claim(session: Session, payout: Payout, minor: int, cause: str, *, now: datetime) -> None:
    session.add(
        PayoutReversal(
            id=new_id(),
            payout_id=payout.id,
            company_id=payout.company_id,
            currency=payout.currency,
            amount_minor=minor,
            cause=cause,
            state=ReversalState.DUE,
            attempt=1,
            created_at=now,
        )
    )
    session.flush()


def _reversible(session: Session, account: AccountRef) -> list[tuple[Payout, int]]:
    """Return the transfers to a company with what is left of each, the newest first."""
    back = (
        sa.select(sa.func.coalesce(sa.func.sum(PayoutReversal.amount_minor), 0))
        .where(PayoutReversal.payout_id == Payout.id, PayoutReversal.state.in_(_COUNTING))
        .scalar_subquery()
    )
    found = session.execute(
        sa.select(Payout, Payout.amount_minor - back)
        .where(
            Payout.company_id == account.owner_id,
            Payout.currency == account.currency,
            Payout.source == account.kind,
            Payout.way == PayoutWay.PROVIDER_TRANSFER,
            Payout.state == PayoutState.SETTLED,
        )
        .order_by(Payout.id.desc())
    )
    return [(payout, int(free)) for payout, free in found if free > 0]


def _promised(session: Session, account: AccountRef) -> int:
    promised = sa.select(sa.func.coalesce(sa.func.sum(Payout.amount_minor), 0)).where(
        Payout.company_id == account.owner_id,
        Payout.currency == account.currency,
        Payout.source == account.kind,
        Payout.state.in_(RESERVING),
    )
    return int(session.scalars(promised).one())


def _balance(session: Session, account: AccountRef) -> Money:
    """Return an account's balance; the account stays locked, so that nobody else weighs it meanwhile."""
    locked = sa.select(LedgerAccount.id).where(LedgerAccount.key == account.key).with_for_update(key_share=True)
    account_id = session.scalars(locked).one_or_none()
    if account_id is None:
        return Money.zero(account.currency)
    total = sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0)).where(LedgerEntry.account_id == account_id)
    return Money(int(session.scalars(total).one()), account.currency)


def _receivable(account: AccountRef) -> AccountRef:
    return AccountRef(AccountKind.MERCHANT_RECEIVABLE, account.owner_id, account.currency)


def _audit(session: Session, account: AccountRef, action: str, amount: Money, *, now: datetime) -> None:
    facts: dict[str, Any] = {"minor": amount.minor, "currency": amount.currency, "source": str(account.kind)}
    if account.owner_id is not None:
        audit.record(
            session, actor=SYSTEM, action=action, subject="company", subject_id=account.owner_id, facts=facts, now=now
        )
