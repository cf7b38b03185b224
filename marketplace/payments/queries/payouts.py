"""Payouts, their files and what is owed back, as rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer, ReturnReceipt
from marketplace.payments.models.payouts import Payout, PayoutApproval, PayoutFile
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.remitting import PayoutWay
from marketplace.payments.rules.terms import PayeeAccount, Subject

_WITHDRAWN: Final = f"{TransferKind.RETURN_WITHDRAWN}:"


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout; ``approved_by`` are the people who agreed so far. By transfer it names no bank account."""

    id: UUID
    reference: str
    company_id: UUID
    source: AccountKind
    amount: Money
    payee_account: PayeeAccount | None
    way: PayoutWay
    approvals_needed: int
    approved_by: tuple[UUID, ...]
    state: PayoutState
    file_id: UUID | None
    has_message: bool
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """An instruction file as it was sent."""

    id: UUID
    reference: str
    content: str
    sha256: str
    pain001: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What a payee owes back to a payer for one cause; ``made_at`` once the payee said that it is returned.

    ``received_at`` once the payer said that it has come.
    """

    id: UUID
    subject: Subject
    payee_id: UUID
    payer_id: UUID
    amount: Money
    due_since: datetime
    made_at: datetime | None
    received_at: datetime | None


def payouts(
    session: Session,
    *,
    company_id: UUID | None,
    state: PayoutState | None = None,
    overdue: bool | None = None,
    cursor: str | None = None,
) -> Page[PayoutRow]:
    """Return the payouts of a company (None: of all, for the operator), newest first; ``overdue`` ones, or the rest."""
    statement = sa.select(Payout).order_by(Payout.id.desc()).limit(PAGE + 1)
    if company_id is not None:
        statement = statement.where(Payout.company_id == company_id)
    if state is not None:
        statement = statement.where(Payout.state == state)
    if overdue is not None:
        statement = statement.where(is_overdue(Payout, overdue=overdue))
    if cursor:
        statement = statement.where(Payout.id < cursor_id(cursor))
    found = session.scalars(statement).all()
    agreed = _approvals(session, [row.id for row in found])
    written = _with_message(session, [row.file_id for row in found if row.file_id])
    rows = [_row(row, agreed.get(row.id, ()), has_message=row.file_id in written) for row in found]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def waiting(session: Session) -> int:
    """Count the payouts that wait for an approval."""
    return session.scalar(sa.select(sa.func.count()).where(Payout.state == PayoutState.DUE)) or 0


def payout(session: Session, *, company_id: UUID | None, payout_id: UUID) -> PayoutRow:
    """Return a payout of a company (None: of any); NotFound for an unknown one and for another's alike."""
    found = session.get(Payout, payout_id)
    if found is None or company_id not in (None, found.company_id):
        raise NotFound("payout")
    written = _with_message(session, [found.file_id] if found.file_id else [])
    return _row(found, _approvals(session, [found.id]).get(found.id, ()), has_message=found.file_id in written)


def _with_message(session: Session, file_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the files that were written as pain.001, too."""
    wanted = sa.select(PayoutFile.id).where(PayoutFile.id.in_(file_ids), PayoutFile.pain001.is_not(None))
    return set(session.scalars(wanted)) if file_ids else set()


def file(session: Session, *, file_id: UUID) -> FileRow:
    """Return an instruction file; NotFound."""
    found = session.get(PayoutFile, file_id)
    if found is None:
        raise NotFound("payout_file")
    return FileRow(found.id, found.reference, found.content, found.sha256, found.pain001, found.created_at)


def returns_page(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[ReturnRow]:
    """Return a page of what this company owes back or is owed back, newest first, also what was returned already."""
    sides = _sides(company_id).limit(PAGE + 1)
    if cursor:
        sides = sides.where(LedgerTransfer.id < cursor_id(cursor))
    return page_of(_returns(session, sides), PAGE, lambda row: (str(row.id),))


def returns(
    session: Session,
    *,
    company_id: UUID,
    subjects: Collection[Subject] | None = None,
    transfer_id: UUID | None = None,
    cause_id: UUID | None = None,
) -> tuple[ReturnRow, ...]:
    """Return all that this company owes back or is owed back, newest first; of these, by this, for this."""
    sides = _sides(company_id)
    if subjects is not None:
        sides = sides.where(LedgerTransfer.subject_id.in_([subject.id for subject in subjects]))
    if transfer_id is not None:
        sides = sides.where(LedgerTransfer.id == transfer_id)
    if cause_id is not None:
        sides = sides.where(LedgerTransfer.key == cause_key(cause_id))
    return _returns(session, sides)


def _sides(company_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            LedgerTransfer.id,
            LedgerTransfer.at,
            LedgerAccount.subject_kind,
            LedgerAccount.subject_id,
            LedgerEntry.currency,
            sa.func.max(sa.case((LedgerEntry.minor > 0, LedgerEntry.minor))).label("minor"),
            sa.func.max(sa.case((LedgerAccount.kind == AccountKind.RETURN_PAYEE, _text(LedgerAccount.owner_id)))).label(
                "payee"
            ),
            sa.func.max(sa.case((LedgerAccount.kind == AccountKind.RETURN_PAYER, _text(LedgerAccount.owner_id)))).label(
                "payer"
            ),
        )
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            LedgerTransfer.kind == TransferKind.RETURN_DUE, LedgerTransfer.id.in_(_mine(company_id)), ~_is_withdrawn()
        )
        .group_by(
            LedgerTransfer.id,
            LedgerTransfer.at,
            LedgerAccount.subject_kind,
            LedgerAccount.subject_id,
            LedgerEntry.currency,
        )
        .order_by(LedgerTransfer.id.desc())
    )


def _returns(session: Session, sides: sa.Select[*tuple[Any, ...]]) -> tuple[ReturnRow, ...]:
    rows = session.execute(sides).all()
    keys = [return_key(row.id) for row in rows]
    done = session.execute(sa.select(LedgerTransfer.key, LedgerTransfer.at).where(LedgerTransfer.key.in_(keys)))
    made = {row.key: row.at for row in done}
    receipts = session.execute(
        sa.select(ReturnReceipt.return_id, ReturnReceipt.at).where(
            ReturnReceipt.return_id.in_([row.id for row in rows])
        )
    )
    received = {row.return_id: row.at for row in receipts}
    return tuple(
        ReturnRow(
            id=row.id,
            subject=Subject(row.subject_kind, row.subject_id),
            payee_id=UUID(row.payee),
            payer_id=UUID(row.payer),
            amount=Money(int(row.minor), row.currency),
            due_since=row.at,
            made_at=made.get(return_key(row.id)),
            received_at=received.get(row.id),
        )
        for row in rows
    )


def cause_key(cause_id: UUID) -> str:
    """Return the ledger key under which something is owed back for a cause: once."""
    return f"return_for:{cause_id}"


def return_key(transfer_id: UUID) -> str:
    """Return the ledger key under which a return is made: once."""
    return f"{TransferKind.RETURN_MADE}:{transfer_id}"


def _mine(company_id: UUID) -> sa.Select[UUID]:
    return (
        sa.select(LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            LedgerAccount.owner_id == company_id,
            LedgerAccount.kind.in_([AccountKind.RETURN_PAYEE, AccountKind.RETURN_PAYER]),
        )
    )


def withdrawn_key(key: str) -> str:
    """Return the ledger key under which what was owed back is owed no more: once."""
    return f"{_WITHDRAWN}{key}"


def _is_withdrawn() -> sa.ColumnElement[bool]:
    other = aliased(LedgerTransfer)
    return sa.exists().where(other.key == sa.literal(_WITHDRAWN).concat(LedgerTransfer.key))


def _text(column: Any) -> Any:
    # PostgreSQL has no max() of ids; both databases have one of text.
    return sa.cast(column, sa.String(36))


def _approvals(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    agreed: dict[UUID, tuple[UUID, ...]] = {}
    statement = sa.select(PayoutApproval).where(PayoutApproval.payout_id.in_(ids)).order_by(PayoutApproval.at)
    for row in session.scalars(statement):
        agreed[row.payout_id] = (*agreed.get(row.payout_id, ()), row.person_id)
    return agreed


def _row(found: Payout, approved_by: tuple[UUID, ...], *, has_message: bool) -> PayoutRow:
    return PayoutRow(
        id=found.id,
        reference=found.reference,
        company_id=found.company_id,
        source=found.source,
        amount=Money(found.amount_minor, found.currency),
        payee_account=PayeeAccount(**found.payee_account) if found.payee_account else None,
        way=found.way,
        approvals_needed=found.approvals_needed,
        approved_by=approved_by,
        state=found.state,
        file_id=found.file_id,
        has_message=has_message,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )
