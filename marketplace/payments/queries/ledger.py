"""Balances and entries, always summed from the entries themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import Payment
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.ledger import ACCOUNTS, AccountKind, AccountRef, Nature, TransferKind
from marketplace.payments.rules.terms import Rail, Subject

_LONGEST_STATEMENT: Final = 5_000
_BALANCE: Final = (
    sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0))
    .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
    .where(LedgerAccount.key == sa.bindparam("key"))
)
_MOVED: Final = (
    sa.select(LedgerTransfer.kind, sa.func.sum(LedgerEntry.minor).label("minor"))
    .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
    .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
    .where(LedgerAccount.key == sa.bindparam("key"))
    .group_by(LedgerTransfer.kind)
)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """All accounts of a kind in a currency together, as the house's books have them: debits positive."""

    kind: AccountKind
    nature: Nature
    counts: str
    accounts: int
    balance: Money


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account and its balance."""

    id: UUID
    kind: AccountKind
    owner_id: UUID | None
    subject: Subject | None
    balance: Money


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry: why, when, how much, for what."""

    id: UUID
    transfer_id: UUID
    at: datetime
    kind: TransferKind
    account: AccountKind
    subject: Subject | None
    payment_id: UUID | None
    payment_reference: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """An account kind's balance at both ends of a statement."""

    account: AccountKind
    opening: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """A company's entries in one currency over a period, seen from the company: what it has or is owed is positive."""

    currency: str
    since: datetime
    until: datetime
    balances: tuple[BalanceRow, ...]
    entries: tuple[EntryRow, ...]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """What became of money that a provider holds for a subject.

    ``charged = held + released + refunded + taken_back``.
    """

    charged: Money
    held: Money
    released: Money
    refunded: Money
    taken_back: Money  # by the card's bank


def held_for(session: Session, *, subject: Subject, currency: str) -> HeldRow:
    """Return what was charged for a subject that the caller may see, and where that money is."""
    key = AccountRef(AccountKind.HELD, None, currency, subject).key
    moved: dict[TransferKind, int] = {row.kind: int(row.minor) for row in session.execute(_MOVED, {"key": key})}

    def total(*kinds: TransferKind) -> Money:
        return Money(sum(moved.get(kind, 0) for kind in kinds), currency)

    return HeldRow(
        charged=-total(TransferKind.CARD_CAPTURED),
        held=-total(*moved),
        released=total(TransferKind.RELEASED, TransferKind.RELEASE_REVERSED),
        refunded=total(TransferKind.CARD_REFUNDED, TransferKind.CARD_RETURNED),
        taken_back=total(TransferKind.DISPUTE_LOST),
    )


def latest_currency(session: Session, *, company_id: UUID) -> str | None:
    """Return the currency of a company's newest entry, None before it has any."""
    newest = (
        sa.select(LedgerEntry.currency)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(_own(company_id))
        .order_by(LedgerEntry.id.desc())
        .limit(1)
    )
    return session.scalars(newest).first()


def balance(session: Session, *, account: AccountRef) -> Money:
    """Return an account's balance; nothing for one that was never used."""
    return Money(int(session.execute(_BALANCE, {"key": account.key}).scalar_one()), account.currency)


def totals(session: Session) -> tuple[TotalRow, ...]:
    """Return the books on one page, in the order of the table of accounts."""
    found = session.execute(
        sa.select(
            LedgerAccount.kind,
            LedgerAccount.currency,
            sa.func.count(LedgerAccount.id.distinct()),
            sa.func.sum(LedgerEntry.minor),
        )
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .group_by(LedgerAccount.kind, LedgerAccount.currency)
    ).all()
    rows = [
        TotalRow(kind, ACCOUNTS[kind].nature, ACCOUNTS[kind].counts, count, Money(int(minor), currency))
        for kind, currency, count, minor in found
    ]
    order = list(AccountKind)
    return tuple(sorted(rows, key=lambda row: (order.index(row.kind), row.balance.currency)))


def accounts(session: Session, *, kind: AccountKind, currency: str, cursor: str | None = None) -> Page[AccountRow]:
    """Return the accounts of a kind with their balances, oldest first."""
    statement = (
        sa.select(LedgerAccount, sa.func.sum(LedgerEntry.minor).label("minor"))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == kind, LedgerAccount.currency == currency)
        .group_by(LedgerAccount.id)
        .order_by(LedgerAccount.id)
        .limit(PAGE + 1)
    )
    if cursor:
        statement = statement.where(LedgerAccount.id > cursor_id(cursor))
    rows = [_account(found, minor) for found, minor in session.execute(statement)]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def account(session: Session, *, account_id: UUID) -> AccountRow:
    """Return one account with its balance; NotFound."""
    found = session.get(LedgerAccount, account_id)
    if found is None:
        raise NotFound("ledger_account")
    total = sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.minor), 0)).where(LedgerEntry.account_id == account_id)
    return _account(found, session.scalars(total).one())


def entries(session: Session, *, account_id: UUID, cursor: str | None = None) -> Page[EntryRow]:
    """Return the entries of an account, newest first."""
    statement = _entries().where(LedgerEntry.account_id == account_id)
    if cursor:
        statement = statement.where(LedgerEntry.id < cursor_id(cursor))
    found = session.execute(statement.order_by(LedgerEntry.id.desc()).limit(PAGE + 1))
    return page_of([_entry(row) for row in found], PAGE, lambda row: (str(row.id),))


def commissions(session: Session, *, company_id: UUID | None, cursor: str | None = None) -> Page[AccountRow]:
    """Return what companies owe the operator in commission (None: all of them), a company and currency
    each, the first that ever did so first.
    """
    minor = sa.func.sum(LedgerEntry.minor)
    found = (
        sa.select(LedgerAccount, minor.label("minor"))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind == AccountKind.COMMISSION_RECEIVABLE)
        .group_by(LedgerAccount.id)
        .having(minor != 0)
        .order_by(LedgerAccount.id)
        .limit(PAGE + 1)
    )
    if company_id is not None:
        found = found.where(LedgerAccount.owner_id == company_id)
    if cursor:
        found = found.where(LedgerAccount.id > cursor_id(cursor))
    rows = [_account(row, total) for row, total in session.execute(found)]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def statement(
    session: Session, *, company_id: UUID | None, currency: str, since: datetime, until: datetime
) -> Statement:
    """Return a company's statement (None: the house's own books) from ``since`` up to, not including, ``until``.

    What a company paid by card is held in accounts of the house, one a subject: its payer sees those too. Refused for a
    period with more than 5,000 entries.
    """
    own = (_own(company_id), LedgerAccount.currency == currency)
    in_period = (LedgerTransfer.at >= since, LedgerTransfer.at < until)
    found = session.execute(
        _entries().where(*own, *in_period).order_by(LedgerTransfer.at, LedgerEntry.id).limit(_LONGEST_STATEMENT + 1)
    ).all()
    if len(found) > _LONGEST_STATEMENT:
        raise Refused.field("from", "too_long", f"a period of at most {_LONGEST_STATEMENT} entries")
    before = sa.func.sum(sa.case((LedgerTransfer.at < since, LedgerEntry.minor), else_=0))
    sums = session.execute(
        sa.select(LedgerAccount.kind, before, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .where(*own, LedgerTransfer.at < until)
        .group_by(LedgerAccount.kind)
    ).all()
    order = list(AccountKind)
    seen = _as_kept if company_id is None else _turned
    balances = [
        BalanceRow(kind, seen(kind, opening, currency), seen(kind, closing, currency))
        for kind, opening, closing in sorted(sums, key=lambda row: order.index(row[0]))
    ]
    return Statement(currency, since, until, tuple(balances), tuple(_entry(row, seen) for row in found))


def _own(company_id: UUID | None) -> sa.ColumnElement[bool]:
    owned = LedgerAccount.owner_id == company_id
    if company_id is None:
        return owned
    charged = orm.aliased(Payment)
    paid = sa.select(charged.subject_id).where(charged.payer_id == company_id, charged.rail == Rail.CARD)
    return sa.or_(owned, sa.and_(LedgerAccount.kind == AccountKind.HELD, LedgerAccount.subject_id.in_(paid)))


def _entries() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            LedgerEntry.id,
            LedgerEntry.transfer_id,
            LedgerTransfer.at,
            LedgerTransfer.kind,
            LedgerAccount.kind.label("account"),
            LedgerTransfer.subject_kind,
            LedgerTransfer.subject_id,
            LedgerTransfer.payment_id,
            Payment.reference,
            LedgerEntry.minor,
            LedgerEntry.currency,
        )
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .outerjoin(Payment, Payment.id == LedgerTransfer.payment_id)
    )


def _entry(row: Any, seen: Callable[[AccountKind, int, str], Money] | None = None) -> EntryRow:
    return EntryRow(
        id=row.id,
        transfer_id=row.transfer_id,
        at=row.at,
        kind=row.kind,
        account=row.account,
        subject=Subject(row.subject_kind, row.subject_id) if row.subject_kind else None,
        payment_id=row.payment_id,
        payment_reference=row.reference,
        amount=(seen or _as_kept)(row.account, row.minor, row.currency),
    )


def _as_kept(kind: AccountKind, minor: int, currency: str) -> Money:  # noqa: ARG001  the other view needs the kind
    return Money(int(minor), currency)


def _turned(kind: AccountKind, minor: int, currency: str) -> Money:
    """Turn the house's view of an account into the company's: what we owe it, or hold of it, is what it has."""
    return Money(int(minor) if ACCOUNTS[kind].nature is Nature.MEMO else -int(minor), currency)


def _account(found: LedgerAccount, minor: int) -> AccountRow:
    subject = Subject(found.subject_kind, found.subject_id) if found.subject_kind and found.subject_id else None
    return AccountRow(found.id, found.kind, found.owner_id, subject, Money(int(minor), found.currency))
