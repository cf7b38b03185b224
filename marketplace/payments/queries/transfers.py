"""Incoming transfers as rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms, TransferMatch
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.queries.waits import is_overdue
from marketplace.payments.rules.paying import UNPAID, TransferState
from marketplace.payments.rules.references import references_in, subjects_in
from marketplace.payments.rules.terms import Rail


@dataclass(frozen=True, slots=True)
class MatchRow:
    """How much of a transfer is for which payment."""

    payment_id: UUID
    payment_reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TransferRow:
    """Money that a payee says has arrived, and what it is for; ``suggested`` while its text leaves a choice."""

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


def named(session: Session, *, payee_id: UUID, currency: str, text: str) -> tuple[UUID, ...]:
    """Return the payments to this payee that wait for money and that a remittance text names, oldest first.

    A text names them by their own references. Where it names none of them it may give what papers print before there
    is a payment, or what an earlier one was paid by: the open payments of those orders and freight contracts count.
    """
    payments, subjects = references_in(text), subjects_in(text)
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
    rows = [_row(row, matches.get(row.id, ()), _suggested(session, row)) for row in found]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def transfer(session: Session, *, payee_id: UUID, transfer_id: UUID) -> TransferRow:
    """Return one transfer of this payee; NotFound for an unknown one and for another's alike."""
    found = session.scalars(
        sa.select(IncomingTransfer).where(IncomingTransfer.id == transfer_id, IncomingTransfer.payee_id == payee_id)
    ).one_or_none()
    if found is None:
        raise NotFound("transfer")
    matches = _matches(session, IncomingTransfer.id == transfer_id).get(transfer_id, ())
    return _row(found, matches, _suggested(session, found))


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


def _suggested(session: Session, found: IncomingTransfer) -> tuple[UUID, ...]:
    if found.state is not TransferState.UNMATCHED:
        return ()
    return named(session, payee_id=found.payee_id, currency=found.currency, text=found.reference)


def _row(found: IncomingTransfer, matches: tuple[MatchRow, ...], suggested: tuple[UUID, ...] = ()) -> TransferRow:
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
        suggested=suggested,
    )
