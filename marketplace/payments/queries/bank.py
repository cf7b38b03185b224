"""Bank accounts, their statements and entries, as rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.merchants.rules.payees import masked
from marketplace.payments.models.bank import BankAccount, BankEntry, BankStatement
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules import statement_order
from marketplace.payments.rules.house_money import EntryState
from marketplace.payments.rules.statement_order import Told
from marketplace.payments.rules.statements import Known, Span


@dataclass(frozen=True, slots=True)
class StatementRow:
    """An imported statement; ``gap`` is by how much the account moved unseen since the one before, None if unknown."""

    id: UUID
    account: str
    number: str
    since: date
    until: date
    opening: Money | None
    closing: Money | None
    entries: int
    new_entries: int
    gap: Money | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One line of a bank's books; a positive amount came."""

    id: UUID
    statement_id: UUID
    amount: Money
    booked_on: date
    bank_reference: str
    text: str
    party_name: str
    party_account: str
    is_return: bool
    state: EntryState
    transfer_id: UUID | None
    act_by: datetime | None
    escalated_at: datetime | None


def reads_statements(session: Session, *, currency: str) -> bool:
    """Tell whether statements of an account of the house in this currency are imported."""
    found = sa.select(BankAccount.id).where(BankAccount.is_house, BankAccount.currency == currency).limit(1)
    return session.scalars(found).first() is not None


def statements(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[StatementRow]:
    """Return the statements that a company imported, newest first."""
    statement = (
        sa.select(BankStatement, BankAccount.number, BankAccount.currency)
        .join(BankAccount, BankAccount.id == BankStatement.account_id)
        .where(BankAccount.company_id == company_id)
        .order_by(BankStatement.id.desc())
        .limit(PAGE + 1)
    )
    if cursor:
        statement = statement.where(BankStatement.id < cursor_id(cursor))
    return page_of(_statement_rows(session, session.execute(statement).all()), PAGE, lambda row: (str(row.id),))


def statement(session: Session, *, company_id: UUID, statement_id: UUID) -> StatementRow:
    """Return one statement of a company; NotFound for an unknown one and for another's alike."""
    found = session.execute(
        sa.select(BankStatement, BankAccount.number, BankAccount.currency)
        .join(BankAccount, BankAccount.id == BankStatement.account_id)
        .where(BankStatement.id == statement_id, BankAccount.company_id == company_id)
    ).all()
    if not found:
        raise NotFound("bank_statement")
    return _statement_rows(session, found)[0]


def entries(
    session: Session,
    *,
    company_id: UUID,
    statement_id: UUID | None = None,
    state: EntryState | None = None,
    cursor: str | None = None,
) -> Page[EntryRow]:
    """Return the entries of a company's accounts, newest first; those that a statement brought, those of a state."""
    wanted = (
        sa.select(BankEntry)
        .join(BankAccount, BankAccount.id == BankEntry.account_id)
        .where(BankAccount.company_id == company_id)
        .order_by(BankEntry.id.desc())
        .limit(PAGE + 1)
    )
    if statement_id is not None:
        wanted = wanted.where(BankEntry.statement_id == statement_id)
    if state is not None:
        wanted = wanted.where(BankEntry.state == state)
    if cursor:
        wanted = wanted.where(BankEntry.id < cursor_id(cursor))
    return page_of([entry_row(found) for found in session.scalars(wanted)], PAGE, lambda row: (str(row.id),))


def entry(session: Session, *, company_id: UUID, entry_id: UUID) -> EntryRow:
    """Return one entry of a company's accounts; NotFound for an unknown one and for another's alike."""
    found = session.scalars(
        sa.select(BankEntry)
        .join(BankAccount, BankAccount.id == BankEntry.account_id)
        .where(BankEntry.id == entry_id, BankAccount.company_id == company_id)
    ).one_or_none()
    if found is None:
        raise NotFound("bank_entry")
    return entry_row(found)


def last_mapping(session: Session, *, company_id: UUID) -> dict[str, str]:
    """Return which columns of a bank's table are ours, as this company said last."""
    found = session.scalars(
        sa.select(BankStatement.mapping)
        .join(BankAccount, BankAccount.id == BankStatement.account_id)
        .where(BankAccount.company_id == company_id, BankStatement.mapping.is_not(None))
        .order_by(BankStatement.id.desc())
        .limit(1)
    ).first()
    return dict(found or {})


def known(session: Session, *, account_id: UUID, since: date, until: date, near: timedelta) -> tuple[Known, ...]:
    """Return the entries that an account has about these days, each with the span of the statement that brought it."""
    found = session.execute(
        sa.select(BankEntry.minor, BankEntry.booked_on, BankEntry.bank_reference, BankStatement)
        .join(BankStatement, BankStatement.id == BankEntry.statement_id)
        .where(BankEntry.account_id == account_id, BankEntry.booked_on.between(since - near, until + near))
        .order_by(BankEntry.booked_on, BankEntry.id)
    )
    return tuple(Known(row.minor, row.booked_on, row.bank_reference, _span(row.BankStatement)) for row in found)


def told(session: Session, *, account_ids: Collection[UUID]) -> dict[UUID, list[Told]]:
    """Return the statements of accounts, those of the same days as they came in."""
    found: dict[UUID, list[Told]] = {}
    for row in session.scalars(
        sa.select(BankStatement)
        .where(BankStatement.account_id.in_(account_ids))
        .order_by(BankStatement.since, BankStatement.until, BankStatement.id)
    ):
        found.setdefault(row.account_id, []).append(Told(row.id, _span(row), row.entries, row.new_entries))
    return found


def entry_row(found: BankEntry) -> EntryRow:
    """Write an entry."""
    return EntryRow(
        id=found.id,
        statement_id=found.statement_id,
        amount=Money(found.minor, found.currency),
        booked_on=found.booked_on,
        bank_reference=found.bank_reference,
        text=found.text,
        party_name=found.party_name,
        party_account=found.party_account,
        is_return=found.is_return,
        state=found.state,
        transfer_id=found.transfer_id,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
    )


def _statement_rows(session: Session, found: Sequence[sa.Row[BankStatement, str, str]]) -> list[StatementRow]:
    kept = told(session, account_ids={row.BankStatement.account_id for row in found})
    gaps = {one: gap for of_account in kept.values() for one, gap in statement_order.gaps(of_account).items()}
    rows: list[StatementRow] = []
    for imported, number, currency in found:
        gap = gaps[imported.id]
        rows.append(
            StatementRow(
                id=imported.id,
                account=masked(number),
                number=imported.number,
                since=imported.since,
                until=imported.until,
                opening=None if imported.opening_minor is None else Money(imported.opening_minor, currency),
                closing=None if imported.closing_minor is None else Money(imported.closing_minor, currency),
                entries=imported.entries,
                new_entries=imported.new_entries,
                gap=None if gap is None else Money(gap, currency),
                created_at=imported.created_at,
            )
        )
    return rows


def _span(found: BankStatement) -> Span:
    return Span(found.since, found.until, found.opening_minor, found.closing_minor, found.number)
