"""Incoming transfers as rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.bank import BankAccount, BankEntry
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms, TransferMatch
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.tolerance import tolerance
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules import paying
from marketplace.payments.rules.paying import UNPAID, TransferState
from marketplace.payments.rules.references import doubtful_in, references_in, subjects_in
from marketplace.payments.rules.statements import compact
from marketplace.payments.rules.terms import Rail

_MOST_OPEN: Final = 1_000
Meant = tuple[tuple[UUID, ...], str]
_NONE: Final[Meant] = ((), "")


@dataclass(frozen=True, slots=True)
class MatchRow:
    """How much of a transfer is for which payment."""

    payment_id: UUID
    payment_reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TransferRow:
    """Money that a payee says has arrived, and what it is for.

    While it waits, ``suggested`` are the payments that may be meant, and ``suggested_by`` says why: ``reference`` where
    its text names them, ``amount_and_payer`` or ``amount`` where it names none. ``is_told`` by a statement of the bank.
    ``doubt`` is ``other_account`` where it came into an account that no named payment is to be paid into, and
    ``check_digits`` where the reference that names one was mistyped.
    """

    id: UUID
    amount: Money
    received_on: date
    reference: str
    note: str
    state: TransferState
    created_at: datetime
    act_by: datetime | None
    escalated_at: datetime | None
    matches: tuple[MatchRow, ...]
    suggested: tuple[UUID, ...] = ()
    suggested_by: str = ""
    is_told: bool = False
    doubt: str = ""


def goes_elsewhere(payment: Payment, number: str) -> bool:
    """Tell whether a payment is to be paid into another account than the one that money came into."""
    return payment.payee_account is not None and compact(payment.payee_account["account_number"]) != compact(number)


def named(
    session: Session, *, payee_id: UUID, currency: str, text: str, with_doubtful: bool = False
) -> tuple[UUID, ...]:
    """Return the payments to this payee that wait for money and that a remittance text names, oldest first.

    A text names them by their own references. Where it names none of them it may give what papers print before there
    is a payment, or what an earlier one was paid by: the open payments of those orders and freight contracts count.
    Where a creditor reference in it has wrong check digits it names none, but ``with_doubtful`` what it may mean.
    """
    payments, subjects, doubtful = references_in(text), subjects_in(text), doubtful_in(text)
    if doubtful and not with_doubtful:
        return ()
    payments += doubtful
    if not payments and not subjects:
        return ()
    to_payee = (Payment.payee_id == payee_id, Payment.currency == currency, Payment.rail == Rail.BANK)
    waiting = sa.select(Payment.id).where(*to_payee, Payment.state.in_(UNPAID)).order_by(Payment.id)
    found = tuple(session.scalars(waiting.where(Payment.reference.in_(payments))))
    if found:
        return found
    meant = sa.select(Payment.subject_id).where(*to_payee, Payment.reference.in_(payments))
    told = sa.select(PaymentTerms.subject_id).where(
        PaymentTerms.payee_id == payee_id, PaymentTerms.reference.in_(subjects)
    )
    return tuple(session.scalars(waiting.where(Payment.subject_id.in_(sa.union(meant, told)))))


def transfers(
    session: Session,
    *,
    payee_id: UUID,
    state: TransferState | None = None,
    overdue: bool | None = None,
    cursor: str | None = None,
) -> Page[TransferRow]:
    """Return what came to a payee, newest first; of a state, and only what is ``overdue`` or only the rest."""
    statement = sa.select(IncomingTransfer).where(IncomingTransfer.payee_id == payee_id)
    if state is not None:
        statement = statement.where(IncomingTransfer.state == state)
    if overdue is not None:
        statement = statement.where(is_overdue(IncomingTransfer, overdue=overdue))
    if cursor:
        statement = statement.where(IncomingTransfer.id < cursor_id(cursor))
    found = session.scalars(statement.order_by(IncomingTransfer.id.desc()).limit(PAGE + 1)).all()
    matches = _matches(session, IncomingTransfer.id.in_([row.id for row in found]))
    meant, told = _suggested(session, found), _told(session, [row.id for row in found])
    doubts = _doubts(session, found, meant, told)
    rows = [
        _row(row, matches.get(row.id, ()), meant.get(row.id, _NONE), told=told, doubt=doubts.get(row.id, ""))
        for row in found
    ]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def transfer(session: Session, *, payee_id: UUID, transfer_id: UUID) -> TransferRow:
    """Return one transfer of this payee; NotFound for an unknown one and for another's alike."""
    found = session.scalars(
        sa.select(IncomingTransfer).where(IncomingTransfer.id == transfer_id, IncomingTransfer.payee_id == payee_id)
    ).one_or_none()
    if found is None:
        raise NotFound("transfer")
    matches = _matches(session, IncomingTransfer.id == transfer_id).get(transfer_id, ())
    meant, told = _suggested(session, [found]), _told(session, [found.id])
    doubt = _doubts(session, [found], meant, told).get(found.id, "")
    return _row(found, matches, meant.get(found.id, _NONE), told=told, doubt=doubt)


def receipts_of(session: Session, *, payment_id: UUID) -> tuple[TransferRow, ...]:
    """Return what came for a payment that the caller may see and was not withdrawn, oldest first, each its part."""
    found = session.execute(
        sa.select(IncomingTransfer, TransferMatch.minor, Payment.reference)
        .join(TransferMatch, TransferMatch.transfer_id == IncomingTransfer.id)
        .join(Payment, Payment.id == TransferMatch.payment_id)
        .where(Payment.id == payment_id, IncomingTransfer.state != TransferState.WITHDRAWN)
        .order_by(TransferMatch.id)
    )
    return tuple(
        _row(row, (MatchRow(payment_id, reference, Money(minor, row.currency)),)) for row, minor, reference in found
    )


def _matches(session: Session, where: sa.ColumnElement[bool]) -> dict[UUID, tuple[MatchRow, ...]]:
    found = session.execute(
        sa.select(TransferMatch.transfer_id, Payment.id, Payment.reference, Payment.currency, TransferMatch.minor)
        .join(IncomingTransfer, IncomingTransfer.id == TransferMatch.transfer_id)
        .join(Payment, Payment.id == TransferMatch.payment_id)
        .where(where)
        .order_by(TransferMatch.id)
    )
    grouped: dict[UUID, tuple[MatchRow, ...]] = {}
    for transfer_id, payment_id, reference, currency, minor in found:
        match = MatchRow(payment_id, reference, Money(minor, currency))
        grouped[transfer_id] = (*grouped.get(transfer_id, ()), match)
    return grouped


def _told(session: Session, transfer_ids: Collection[UUID]) -> dict[UUID | None, str]:
    """Return those of the transfers of which a statement of the bank tells, with the number of the account."""
    found = sa.select(BankEntry.transfer_id, BankAccount.number).join(
        BankAccount, BankAccount.id == BankEntry.account_id
    )
    return {
        row.transfer_id: row.number for row in session.execute(found.where(BankEntry.transfer_id.in_(transfer_ids)))
    }


def _doubts(
    session: Session,
    found: Sequence[IncomingTransfer],
    meant: Mapping[UUID, Meant],
    told: Mapping[UUID | None, str],
) -> dict[UUID, str]:
    """Return why the payments that transfers name were not settled by them."""
    mistyped = {row.id: "check_digits" for row in found if row.id in meant and doubtful_in(row.reference)}
    by_text = {one: ids for one, (ids, why) in meant.items() if why == "reference" and one in told}
    wanted = {payment_id for ids in by_text.values() for payment_id in ids}
    if not wanted:
        return mistyped
    named = {row.id: row for row in session.scalars(sa.select(Payment).where(Payment.id.in_(wanted)))}
    return mistyped | {
        one: "other_account"
        for one, ids in by_text.items()
        if all(goes_elsewhere(named[payment_id], told[one]) for payment_id in ids)
    }


def _suggested(session: Session, found: Sequence[IncomingTransfer]) -> dict[UUID, Meant]:
    """Return what transfers that wait may be for: what their texts name, else what their amounts and payers fit."""
    waiting = [row for row in found if row.state is TransferState.UNMATCHED]
    by_text = {row.id: ids for row in waiting if (ids := _named(session, row))}
    meant: dict[UUID, Meant] = {transfer_id: (ids, "reference") for transfer_id, ids in by_text.items()}
    silent = [row for row in waiting if row.id not in by_text]
    if not silent:
        return meant
    open_ones = _open(session, payee_id=silent[0].payee_id, currencies={row.currency for row in silent})
    allowed = {
        currency: tolerance(session, currency=currency, at=clock.now()) for currency in {row.currency for row in silent}
    }
    for row in silent:
        received = Money(row.amount_minor, row.currency)
        meant[row.id] = paying.meant(received, sender=row.note, waiting=open_ones, tolerance=allowed[row.currency])
    return meant


def _named(session: Session, row: IncomingTransfer) -> tuple[UUID, ...]:
    return named(session, payee_id=row.payee_id, currency=row.currency, text=row.reference, with_doubtful=True)


def _open(session: Session, *, payee_id: UUID, currencies: Collection[str]) -> list[paying.Open]:
    """Return the payments by bank that a payee waits for in these currencies, oldest first."""
    rows = session.execute(
        sa.select(Payment.id, Payment.payer_id, Payment.currency, Payment.amount_minor - Payment.paid_minor)
        .where(
            Payment.payee_id == payee_id,
            Payment.currency.in_(currencies),
            Payment.rail == Rail.BANK,
            Payment.state.in_(UNPAID),
        )
        .order_by(Payment.id)
        .limit(_MOST_OPEN)
    ).all()
    names = accounts.get_companies(session, company_ids={row[1] for row in rows})
    return [paying.Open(row[0], Money(row[3], row[2]), names[row[1]].name if row[1] in names else "") for row in rows]


def _row(
    found: IncomingTransfer,
    matches: tuple[MatchRow, ...],
    meant: Meant = _NONE,
    *,
    told: Mapping[UUID | None, str] = MappingProxyType({}),
    doubt: str = "",
) -> TransferRow:
    return TransferRow(
        id=found.id,
        amount=Money(found.amount_minor, found.currency),
        received_on=found.received_on,
        reference=found.reference,
        note=found.note,
        state=found.state,
        created_at=found.created_at,
        act_by=found.act_by,
        escalated_at=found.escalated_at,
        matches=matches,
        suggested=meant[0],
        suggested_by=meant[1],
        is_told=found.id in told,
        doubt=doubt,
    )
