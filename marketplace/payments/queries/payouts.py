"""Payouts, their files and what is owed back, as rows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.merchants import queries as merchants
from marketplace.payments.models.bank import HousePart
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer, ReturnNotice, ReturnReceipt
from marketplace.payments.models.payouts import CommissionReceipt, Payout, PayoutApproval, PayoutFile, PayoutResult
from marketplace.payments.queries import payout_waits
from marketplace.payments.queries.house_parts import counts
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.house_money import Purpose
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.payouts import RESERVING, PayoutState, Waits
from marketplace.payments.rules.remitting import PayoutWay
from marketplace.payments.rules.terms import PayeeAccount, Subject

_MADE: Final = f"{TransferKind.RETURN_MADE}:"
_UNMADE: Final = ":unmade"
_AGAIN: Final = ":again"
_WITHDRAWN: Final = f"{TransferKind.RETURN_WITHDRAWN}:"
# How the keys begin under which something is owed back for a cause.
CAUSE: Final = "return_for:"


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout; ``approved_by`` are the people who agreed so far. By transfer it names no bank account.

    ``stop`` says why one that was not sent yet stays where it is, ``failure`` why one failed: a ``Failure``, or the
    provider's own word.
    """

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
    stop: Waits | None
    failure: str | None
    results: tuple["ResultRow", ...]
    file_id: UUID | None
    has_message: bool
    act_by: datetime | None
    escalated_at: datetime | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What the bank made of a payout, by a person's word: the day, its reference or reason, and when that was said."""

    result: str
    booked_on: date
    bank_reference: str
    at: datetime


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

    ``received_at`` once the payer said that it has come. ``said_at`` is when the payee said last that it is sent; until
    ``answer_by`` the payer may say that it has not come, and ``denied_at`` is when it did. ``silence_counts`` unless
    the payer had named no account then that it could be sent to: then only its word counts. ``booked_on`` and
    ``bank_reference`` are what was read at the operator's bank of what its trading company sends back; before
    ``made_at`` they are the word of ``first_by`` alone, and wait for a second person.
    """

    id: UUID
    subject: Subject
    payee_id: UUID
    payer_id: UUID
    amount: Money
    due_since: datetime
    made_at: datetime | None
    received_at: datetime | None
    cause_id: UUID | None = None  # what it is owed for, where it has a cause of its own
    said_at: datetime | None = None
    answer_by: datetime | None = None
    denied_at: datetime | None = None
    silence_counts: bool = True
    booked_on: date | None = None
    bank_reference: str | None = None
    first_by: UUID | None = None

    @property
    def is_owed(self) -> bool:
        """Tell whether it is to be sent: nobody says that it is, or its payer says that it has not come."""
        return self.made_at is None and self.answer_by is None


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
    stopped = _stops(session, found)
    said = _results(session, [row.id for row in found])
    rows = [
        _row(
            row,
            agreed.get(row.id, ()),
            stop=stopped.get(row.id),
            has_message=row.file_id in written,
            results=said.get(row.id, ()),
        )
        for row in found
    ]
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
    agreed, stop = _approvals(session, [found.id]).get(found.id, ()), _stops(session, [found]).get(found.id)
    results = _results(session, [found.id]).get(found.id, ())
    return _row(found, agreed, stop=stop, has_message=found.file_id in written, results=results)


def _stops(session: Session, found: Collection[Payout]) -> dict[UUID, Waits]:
    """Return, by their ids, why payouts that were not sent yet stay where they are."""
    waiting = {row.id: row.company_id for row in found if row.state in RESERVING}
    why = payout_waits.stops(session, company_ids=waiting.values())
    return {row_id: why[company_id] for row_id, company_id in waiting.items() if company_id in why}


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
    is_open: bool = False,
    is_lineless: bool = False,
    limit: int | None = None,
) -> tuple[ReturnRow, ...]:
    """Return all that this company owes back or is owed back, newest first; of these, by this, for this.

    ``is_open`` leaves out what was sent back, ``is_lineless`` that of which a line of the operator's bank tells.
    """
    sides = _sides(company_id)
    if subjects is not None:
        sides = sides.where(LedgerTransfer.subject_id.in_([subject.id for subject in subjects]))
    if transfer_id is not None:
        sides = sides.where(LedgerTransfer.id == transfer_id)
    if cause_id is not None:
        sides = sides.where(LedgerTransfer.key == cause_key(cause_id))
    if is_open:
        sides = sides.where(~_is_made())
    if is_lineless:
        told = HousePart.target_id == LedgerTransfer.id, HousePart.purpose == Purpose.SALE_RETURN
        sides = sides.where(~sa.exists().where(*told, counts()))
    if limit is not None:
        sides = sides.limit(limit)
    return _returns(session, sides)


def _sides(company_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    """Return the query for what a company owes back or is owed back and was not withdrawn, newest first."""
    mine = (
        sa.select(LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            LedgerAccount.owner_id == company_id,
            LedgerAccount.kind.in_([AccountKind.RETURN_PAYEE, AccountKind.RETURN_PAYER]),
        )
    )
    owed = (
        LedgerTransfer.id,
        LedgerTransfer.at,
        LedgerTransfer.key,
        LedgerAccount.subject_kind,
        LedgerAccount.subject_id,
        LedgerEntry.currency,
    )

    def owner(kind: AccountKind) -> sa.ColumnElement[str]:
        # PostgreSQL has no max() of ids; both databases have one of text.
        return sa.func.max(sa.case((LedgerAccount.kind == kind, _text(LedgerAccount.owner_id))))

    return (
        sa.select(
            *owed,
            sa.func.max(sa.case((LedgerEntry.minor > 0, LedgerEntry.minor))).label("minor"),
            owner(AccountKind.RETURN_PAYEE).label("payee"),
            owner(AccountKind.RETURN_PAYER).label("payer"),
        )
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransfer.kind == TransferKind.RETURN_DUE, LedgerTransfer.id.in_(mine), ~_is_withdrawn())
        .group_by(*owed)
        .order_by(LedgerTransfer.id.desc())
    )


def _returns(session: Session, sides: sa.Select[*tuple[Any, ...]]) -> tuple[ReturnRow, ...]:
    rows = session.execute(sides).all()
    ids = [row.id for row in rows]
    made = _made(session, ids)
    receipts = sa.select(ReturnReceipt.return_id, ReturnReceipt.at).where(ReturnReceipt.return_id.in_(ids))
    received = {row.return_id: row.at for row in session.execute(receipts)}
    notices = sa.select(ReturnNotice).where(ReturnNotice.return_id.in_(ids))
    said = {one.return_id: one for one in session.scalars(notices.execution_options(populate_existing=True))}
    asked = {
        row.id: (UUID(row.payer), row.currency, said[row.id].at)
        for row in rows
        if row.id in said and said[row.id].answer_by is not None
    }
    counted = merchants.counted(session, asked=set(asked.values()))
    return tuple(
        ReturnRow(
            id=row.id,
            subject=Subject(row.subject_kind, row.subject_id),
            payee_id=UUID(row.payee),
            payer_id=UUID(row.payer),
            amount=Money(int(row.minor), row.currency),
            due_since=row.at,
            made_at=made.get(row.id),
            received_at=received.get(row.id),
            cause_id=_cause_of(row.key),
            said_at=said[row.id].at if row.id in said and said[row.id].booked_on is None else None,
            answer_by=said[row.id].answer_by if row.id in said else None,
            denied_at=said[row.id].denied_at if row.id in said else None,
            silence_counts=row.id not in asked or asked[row.id] in counted,
            booked_on=said[row.id].booked_on if row.id in said else None,
            bank_reference=said[row.id].bank_reference if row.id in said else None,
            first_by=said[row.id].person_id if row.id in said and said[row.id].booked_on is not None else None,
        )
        for row in rows
    )


def unanswered_returns(session: Session, *, after: UUID, now: datetime, limit: int = 500) -> tuple[UUID, ...]:
    """Return what is said to be sent back and whose payer said nothing in time, after this id, in order of id."""
    late = sa.select(ReturnNotice.return_id).where(ReturnNotice.answer_by <= now, ReturnNotice.return_id > after)
    return tuple(session.scalars(late.order_by(ReturnNotice.return_id).limit(limit)))


def debtor_of(session: Session, *, return_id: UUID) -> UUID:
    """Return the company that owes something back."""
    owner = (
        sa.select(LedgerAccount.owner_id)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerEntry.transfer_id == return_id, LedgerAccount.kind == AccountKind.RETURN_PAYEE)
    )
    found = session.scalars(owner).one()
    if found is None:
        raise AssertionError(return_id)
    return found


def is_said(session: Session, *, return_id: UUID) -> bool:
    """Tell whether what is owed back was said to be sent, and its payer may still say that it has not come."""
    waiting = sa.select(ReturnNotice.return_id).where(
        ReturnNotice.return_id == return_id, ReturnNotice.answer_by.is_not(None)
    )
    return session.scalars(waiting).first() is not None


def cause_key(cause_id: UUID) -> str:
    """Return the ledger key under which something is owed back for a cause: once."""
    return f"{CAUSE}{cause_id}"


def _cause_of(key: str) -> UUID | None:
    return UUID(key.removeprefix(CAUSE)) if key.startswith(CAUSE) else None


def return_key(transfer_id: UUID) -> str:
    """Return the ledger key under which a return is made: once."""
    return f"{_MADE}{transfer_id}"


def _is_made() -> sa.ColumnElement[bool]:
    """Tell of what is owed back whether it was sent and that stands; its key has the id as written, with dashes."""
    digits = sa.func.replace(_text(LedgerTransfer.id), "-", "")
    written = sa.literal(_MADE)
    for at, (start, length) in enumerate(((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))):
        written = written.concat("-" if at else "").concat(sa.func.substr(digits, start, length))

    def there(end: str) -> sa.ColumnElement[bool]:
        other = aliased(LedgerTransfer)
        return sa.exists().where(other.key == written.concat(end))

    return sa.or_(there(_AGAIN), sa.and_(there(""), ~there(_UNMADE)))


def unmade_key(transfer_id: UUID) -> str:
    """Return the ledger key under which a return had not been made after all: once."""
    return f"{return_key(transfer_id)}{_UNMADE}"


def made_again_key(transfer_id: UUID) -> str:
    """Return the ledger key under which a return is made that had not been: once."""
    return f"{return_key(transfer_id)}{_AGAIN}"


def is_made(session: Session, *, return_id: UUID) -> bool:
    """Tell whether what is owed back was said to be returned, and that stands."""
    return return_id in _made(session, [return_id])


def current_key(session: Session, *, return_id: UUID) -> str:
    """Return the ledger key under which a return was made, or is made next."""
    unmade = sa.select(LedgerTransfer.id).where(LedgerTransfer.key == unmade_key(return_id))
    return return_key(return_id) if session.scalars(unmade).first() is None else made_again_key(return_id)


def _made(session: Session, return_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return since when returns are made; those that had not been after all are not."""
    keys = {key(one) for one in return_ids for key in (return_key, unmade_key, made_again_key)}
    under = sa.select(LedgerTransfer.key, LedgerTransfer.at).where(LedgerTransfer.key.in_(keys))
    at = {row.key: row.at for row in session.execute(under)}
    made = {
        one: at.get(made_again_key(one)) or (None if unmade_key(one) in at else at.get(return_key(one)))
        for one in return_ids
    }
    return {one: moment for one, moment in made.items() if moment is not None}


def withdrawn_key(key: str) -> str:
    """Return the ledger key under which what was owed back is owed no more: once."""
    return f"{_WITHDRAWN}{key}"


def _is_withdrawn() -> sa.ColumnElement[bool]:
    other = aliased(LedgerTransfer)
    return sa.exists().where(other.key == sa.literal(_WITHDRAWN).concat(LedgerTransfer.key))


def _text(column: Any) -> Any:
    return sa.cast(column, sa.String(36))


def _approvals(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    agreed: dict[UUID, tuple[UUID, ...]] = {}
    statement = sa.select(PayoutApproval).where(PayoutApproval.payout_id.in_(ids)).order_by(PayoutApproval.at)
    for row in session.scalars(statement):
        agreed[row.payout_id] = (*agreed.get(row.payout_id, ()), row.person_id)
    return agreed


def _results(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[ResultRow, ...]]:
    said: dict[UUID, tuple[ResultRow, ...]] = {}
    statement = sa.select(PayoutResult).where(PayoutResult.payout_id.in_(ids)).order_by(PayoutResult.id)
    for row in session.scalars(statement):
        one = ResultRow(row.result, row.booked_on, row.bank_reference, row.at)
        said[row.payout_id] = (*said.get(row.payout_id, ()), one)
    return said


def _row(
    found: Payout,
    approved_by: tuple[UUID, ...],
    *,
    stop: Waits | None,
    has_message: bool,
    results: tuple[ResultRow, ...],
) -> PayoutRow:
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
        stop=stop,
        failure=found.failure if found.state is PayoutState.FAILED else None,
        results=results,
        file_id=found.file_id,
        has_message=has_message,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )


def references_of(session: Session, *, target_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what the payouts and the commission receipts among these are told by; others are left out."""
    wanted = list(target_ids)
    payouts = sa.select(Payout.id, Payout.reference).where(Payout.id.in_(wanted))
    receipts = sa.select(CommissionReceipt.transfer_id, CommissionReceipt.bank_reference).where(
        CommissionReceipt.transfer_id.in_(wanted)
    )
    return {row[0]: row[1] for found in (payouts, receipts) for row in session.execute(found)}
