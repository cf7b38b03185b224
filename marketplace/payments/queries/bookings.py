"""The provider's books as rows, and what our books say of the same."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.bookings import BookingRun, ProviderBooking
from marketplace.payments.models.cards import CardCharge, CardRefund
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Payout
from marketplace.payments.models.remitting import PayoutReversal
from marketplace.payments.queries.payments import PAGE, cursor_id
from marketplace.payments.rules.bookings import OPEN, BookingState
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.provider import BookingKind


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A line of the provider's books, in signed minor units; ``booked`` is what ours say, None for nothing."""

    id: UUID
    provider_id: str
    kind: BookingKind
    source_id: str | None
    intent_id: str | None
    currency: str
    amount_minor: int
    fee_currency: str
    fee_minor: int
    settled_minor: int | None
    rate: str | None
    booked_minor: int | None
    booked_fee_minor: int
    state: BookingState
    resolved_by: UUID | None
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    """A reading of the provider's books."""

    id: UUID
    since: datetime
    until: datetime
    read: int
    differences: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Own:
    """What of ours a booking is about: whether anything, and under which keys our books have it and its fee."""

    is_known: bool
    key: str | None = None
    fee_key: str | None = None


def bookings(session: Session, *, state: BookingState | None = None, cursor: str | None = None) -> Page[BookingRow]:
    """Return the bookings in a state (None: all that are not as ours), newest first."""
    wanted = ProviderBooking.state.in_(OPEN) if state is None else ProviderBooking.state == state
    statement = sa.select(ProviderBooking).where(wanted).order_by(ProviderBooking.id.desc()).limit(PAGE + 1)
    if cursor:
        statement = statement.where(ProviderBooking.id < cursor_id(cursor))
    return page_of([booking_row(found) for found in session.scalars(statement)], PAGE, lambda row: (str(row.id),))


def open_bookings(session: Session, *, limit: int = 1_000) -> tuple[BookingRow, ...]:
    """Return the bookings that were not as ours when they were last looked at, oldest first."""
    statement = sa.select(ProviderBooking).where(ProviderBooking.state.in_(OPEN)).order_by(ProviderBooking.id)
    return tuple(booking_row(found) for found in session.scalars(statement.limit(limit)))


def known(session: Session, *, provider_ids: Collection[str]) -> frozenset[str]:
    """Return which of these bookings were read before."""
    found = sa.select(ProviderBooking.provider_id).where(ProviderBooking.provider_id.in_(provider_ids))
    return frozenset(session.scalars(found))


def latest_run(session: Session) -> RunRow | None:
    """Return the last reading, None before the first."""
    found = session.scalars(sa.select(BookingRun).order_by(BookingRun.id.desc()).limit(1)).first()
    return RunRow(found.id, found.since, found.until, found.read, found.differences, found.at) if found else None


def runs(session: Session, *, cursor: str | None = None) -> Page[RunRow]:
    """Return the readings, newest first."""
    statement = sa.select(BookingRun).order_by(BookingRun.id.desc()).limit(PAGE + 1)
    if cursor:
        statement = statement.where(BookingRun.id < cursor_id(cursor))
    rows = [
        RunRow(found.id, found.since, found.until, found.read, found.differences, found.at)
        for found in session.scalars(statement)
    ]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def own(session: Session, *, booking: ProviderBooking) -> Own:
    """Return what of ours a booking is about."""
    match booking.kind:
        case BookingKind.CHARGE:
            charge = _one(session, CardCharge.id, CardCharge.intent_id == booking.intent_id, booking.intent_id)
            return Own(charge is not None, f"card:{charge}:captured", f"card:{charge}:fee")
        case BookingKind.REFUND | BookingKind.REFUND_FAILED:
            refund = _made(session, CardRefund.id, CardRefund.provider_id, booking)
            end = "done" if booking.kind is BookingKind.REFUND else "failed"
            return Own(refund is not None, f"card_refund:{refund}:{end}")
        case BookingKind.TRANSFER:
            payout = _made(session, Payout.id, Payout.transfer_id, booking)
            return Own(payout is not None, f"{TransferKind.PAYOUT_SETTLED}:{payout}")
        case BookingKind.REVERSAL:
            back = _made(session, PayoutReversal.id, PayoutReversal.provider_id, booking)
            return Own(back is not None, f"{TransferKind.TRANSFER_REVERSED}:{back}")
        case BookingKind.DISPUTE:
            dispute = _one(session, CardDispute.id, CardDispute.provider_id == booking.source_id, booking.source_id)
            end = "withdrawn" if booking.amount_minor < 0 else "reinstated"
            fee = f"dispute:{dispute}:fee:{booking.fee_minor}" if booking.fee_minor else None
            return Own(dispute is not None, f"dispute:{dispute}:{end}", fee)
        case _:
            return Own(is_known=False)


def is_taken(session: Session, *, key: str | None, booking_id: UUID) -> bool:
    """Tell whether another line of the provider's books is what our books have under a key."""
    taken = sa.select(ProviderBooking.id).where(ProviderBooking.ledger_key == key, ProviderBooking.id != booking_id)
    return key is not None and session.scalars(taken).first() is not None


def moved(session: Session, *, key: str | None, currency: str) -> int | None:
    """Return what our books moved at the provider under a key, None where nothing was booked."""
    if key is None:
        return None
    found = session.scalars(
        sa.select(LedgerEntry.minor)
        .join(LedgerTransfer, LedgerTransfer.id == LedgerEntry.transfer_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            LedgerTransfer.key == key,
            LedgerAccount.kind == AccountKind.PROVIDER_CLEARING,
            LedgerEntry.currency == currency,
        )
    ).all()
    return sum(found) if found else None


def booking_row(found: ProviderBooking) -> BookingRow:
    """Turn an entity into its row."""
    return BookingRow(
        id=found.id,
        provider_id=found.provider_id,
        kind=found.kind,
        source_id=found.source_id,
        intent_id=found.intent_id,
        currency=found.currency,
        amount_minor=found.amount_minor,
        fee_currency=found.fee_currency,
        fee_minor=found.fee_minor,
        settled_minor=found.settled_minor,
        rate=found.rate,
        booked_minor=found.booked_minor,
        booked_fee_minor=found.booked_fee_minor,
        state=found.state,
        resolved_by=found.resolved_by,
        reason=found.reason,
        at=found.at,
    )


def _made(
    session: Session,
    our_id: sa.SQLColumnExpression[UUID],
    their_id: sa.SQLColumnExpression[Any],
    booking: ProviderBooking,
) -> UUID | None:
    """Return what of ours the provider made a booking for: by its own id, by ours only where it made no other."""
    made = _one(session, our_id, their_id == booking.source_id, booking.source_id)
    return made or _one(session, our_id, sa.and_(our_id == booking.our_id, their_id.is_(None)), booking.source_id)


def _one(
    session: Session, column: sa.SQLColumnExpression[UUID], where: sa.ColumnElement[bool], named: str | None
) -> UUID | None:
    return session.scalars(sa.select(column).where(where)).first() if named else None
