"""Everything on the board, how much of it there is, and what the books have in between; always in as many queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.money import MINOR_UNITS, Money
from marketplace.kernel.pages import Page, decode_offset, encode_cursor
from marketplace.orders.models import Claim
from marketplace.orders.rules.claims import Owner as ClaimOwner
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.models.bank import BankEntry, SenderReturn
from marketplace.payments.models.bookings import BookingRun, ProviderBooking
from marketplace.payments.models.cards import CardCharge, CardRefund, CardReturn
from marketplace.payments.models.disputes import CardDispute
from marketplace.payments.models.holds import CardHold
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import CommissionReceipt, Payout
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms
from marketplace.payments.models.remitting import WriteOff
from marketplace.payments.queries import house_bank, house_figures
from marketplace.payments.rules import bookings as booking_rules
from marketplace.payments.rules.card_returns import ReturnState as CardReturnState
from marketplace.payments.rules.cards import CardState, RefundState
from marketplace.payments.rules.disputes import DisputeState
from marketplace.payments.rules.holds import HoldState
from marketplace.payments.rules.house_money import EntryState, ReturnState
from marketplace.payments.rules.ledger import ACCOUNTS, AccountKind, Nature
from marketplace.payments.rules.paying import PaymentState, TransferState
from marketplace.payments.rules.payouts import PayoutState
from marketplace.payments.rules.terms import SubjectKind
from marketplace.payments.rules.write_offs import WriteOffState
from marketplace.reports.reconciliation import rules
from marketplace.reports.reconciliation.rules import Kind, Owner

PAGE: Final = 50
_NOBODY: Final = sa.cast(sa.null(), sa.Uuid)
_NEVER: Final = sa.cast(sa.null(), UtcDateTime)
# Money between two places: what the board's lines explain.
BETWEEN: Final = (
    AccountKind.SUSPENSE,
    AccountKind.PAYOUT_IN_TRANSIT,
    AccountKind.DISPUTED,
    AccountKind.MERCHANT_RECEIVABLE,
    AccountKind.PROVIDER_CLEARING,
    AccountKind.HOUSE_BANK,
)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Something on the board: how much, since when, until when, whose move; ``company_id`` is that company's."""

    kind: Kind
    id: UUID
    reference: str
    state: str
    amount: Money | None
    since: datetime
    deadline: datetime | None
    owner: Owner
    company_id: UUID | None
    path: str
    is_late: bool
    days: int


@dataclass(frozen=True, slots=True)
class SumRow:
    """How much of a kind in a currency stands there (None: no money), how much of it is late, and since when."""

    kind: Kind
    currency: str | None
    count: int
    late: int
    amount: Money | None
    since: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """How much the books have in an account of the house, or of all companies together."""

    kind: AccountKind
    amount: Money
    going_back: Money | None = None  # of it, what two people send back to where it came from


@dataclass(frozen=True, slots=True)
class Board:
    """The board: sums a kind and currency, one page of its items, the books, and when the provider's were read."""

    sums: tuple[SumRow, ...]
    page: Page[ItemRow]
    balances: tuple[BalanceRow, ...]
    read_at: datetime | None
    differences: int


def board(
    session: Session,
    *,
    kinds: Collection[Kind] = tuple(Kind),
    late: bool = False,
    cursor: str | None = None,
    size: int = PAGE,
    now: datetime,
) -> Board:
    """Return the board narrowed to kinds and to what is late, the nearest deadline first; its sums are of all."""
    every = _everything(now)
    run = session.execute(sa.select(BookingRun.at, BookingRun.differences).order_by(BookingRun.id.desc()).limit(1))
    last = run.one_or_none()
    return Board(
        sums=_sums(session, every, now),
        page=_page(session, every, kinds, late=late, cursor=cursor, size=size, now=now),
        balances=_balances(session),
        read_at=last.at if last else None,
        differences=last.differences if last else 0,
    )


def waiting(session: Session, *, now: datetime) -> int:
    """Count what stands on the board."""
    return session.scalar(sa.select(sa.func.count()).select_from(_everything(now))) or 0


def _sums(session: Session, every: sa.Subquery, now: datetime) -> tuple[SumRow, ...]:
    column = every.c
    late = sa.func.sum(sa.case((column.deadline <= now, 1), else_=0))
    found = session.execute(
        sa.select(
            column.kind,
            column.currency,
            sa.func.count(),
            late,
            sa.func.sum(column.minor),
            sa.func.min(column.since, type_=UtcDateTime),
            sa.func.min(column.deadline, type_=UtcDateTime),
        ).group_by(column.kind, column.currency)
    )
    rows = [
        SumRow(Kind(kind), currency, count, int(is_late), _money(int(minor), currency), since, deadline)
        for kind, currency, count, is_late, minor, since, deadline in found
    ]
    order = list(Kind)
    return tuple(sorted(rows, key=lambda row: (order.index(row.kind), row.currency or "")))


def _page(
    session: Session,
    every: sa.Subquery,
    kinds: Collection[Kind],
    *,
    late: bool,
    cursor: str | None,
    size: int,
    now: datetime,
) -> Page[ItemRow]:
    column = every.c
    begins = decode_offset(cursor, size=size) if cursor else 0
    statement = sa.select(every).where(column.kind.in_([kind.value for kind in kinds]))
    if late:
        statement = statement.where(column.deadline <= now)
    order = (column.deadline.is_(None), column.deadline, column.since, column.id)
    rows = session.execute(statement.order_by(*order).limit(size + 1).offset(begins)).all()
    items = tuple(_item(row, now) for row in rows[:size])
    return Page(items, encode_cursor(begins + size) if len(rows) > size else None)


def _item(row: Any, now: datetime) -> ItemRow:
    kind = Kind(row.kind)
    return ItemRow(
        kind=kind,
        id=row.id,
        reference=row.reference or "",
        state=row.state,
        amount=_money(row.minor, row.currency),
        since=row.since,
        deadline=row.deadline,
        owner=rules.OWNERS[kind],
        company_id=row.company_id,
        path=rules.path(kind, row.id, row.order_id, row.state or ""),
        is_late=row.deadline is not None and row.deadline <= now,
        days=rules.age(row.since, now),
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    # The provider may keep books in a currency that nobody trades in here.
    return Money(int(minor), currency) if minor is not None and currency in MINOR_UNITS else None


def _balances(session: Session) -> tuple[BalanceRow, ...]:
    found = session.execute(
        sa.select(LedgerAccount.kind, LedgerAccount.currency, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.kind.in_(BETWEEN))
        .group_by(LedgerAccount.kind, LedgerAccount.currency)
    )
    back = house_figures.going_back(session)
    rows = [
        # What the house owes stands as credits in its books.
        BalanceRow(
            kind,
            Money(-int(minor) if ACCOUNTS[kind].nature is Nature.LIABILITY else int(minor), currency),
            Money(back[currency], currency) if kind is AccountKind.SUSPENSE and currency in back else None,
        )
        for kind, currency, minor in found
        if minor
    ]
    return tuple(sorted(rows, key=lambda row: (BETWEEN.index(row.kind), row.amount.currency)))


def _everything(now: datetime) -> sa.Subquery:
    """Return all that stands on the board, in one shape."""
    banks = (*_at_the_bank(now), *_between_companies())
    return sa.union_all(*banks, *_at_the_provider(now), *_paid_out(now), *_decided(), _jobs(now)).subquery()


def _row(
    kind: Kind,
    table: Any,
    *,
    reference: Any,
    state: Any,
    minor: Any,
    since: Any,
    deadline: Any = _NEVER,
    company: Any = _NOBODY,
    order: Any = _NOBODY,
    currency: Any = None,
) -> sa.Select[*tuple[Any, ...]]:
    is_money = minor is not None
    code = table.currency if currency is None and is_money else currency
    return sa.select(
        sa.literal(kind.value).label("kind"),
        table.id.label("id"),
        reference.label("reference"),
        sa.type_coerce(state, sa.String).label("state"),
        (sa.cast(sa.null(), sa.String(3)) if code is None else code).label("currency"),
        (sa.cast(minor, sa.BigInteger) if is_money else sa.cast(0, sa.BigInteger)).label("minor"),
        since.label("since"),
        deadline.label("deadline"),
        company.label("company_id"),
        order.label("order_id"),
    ).select_from(table)


def _at_the_bank(now: datetime) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    return (
        _row(
            Kind.BANK_LINE,
            BankEntry,
            reference=BankEntry.bank_reference,
            state=BankEntry.state,
            minor=sa.func.abs(BankEntry.minor),
            since=BankEntry.created_at,
            deadline=BankEntry.act_by,
        ).where(BankEntry.state.in_((EntryState.UNMATCHED, EntryState.PROPOSED, EntryState.REVERSING))),
        _row(
            Kind.BANK_LINE,
            LedgerTransfer,
            reference=CommissionReceipt.bank_reference,
            state=sa.literal(EntryState.UNMATCHED.value),
            minor=sa.func.abs(LedgerEntry.minor),
            since=CommissionReceipt.at,
            deadline=CommissionReceipt.act_by,
            company=LedgerAccount.owner_id,
            currency=LedgerEntry.currency,
        )
        .join(CommissionReceipt, CommissionReceipt.transfer_id == LedgerTransfer.id)
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            LedgerAccount.kind == AccountKind.COMMISSION_RECEIVABLE,
            # One of before there were statements was booked on the bank itself: no line tells of it.
            house_bank.is_in_suspense(LedgerTransfer.id),
            house_bank.lineless(),
        ),
        _row(
            Kind.SENDER_RETURN,
            SenderReturn,
            reference=SenderReturn.reference,
            state=SenderReturn.state,
            minor=SenderReturn.amount_minor,
            since=SenderReturn.changed_at,
            deadline=SenderReturn.act_by,
        ).where(
            sa.or_(
                SenderReturn.state.in_((ReturnState.APPROVED, ReturnState.FAILED)),
                SenderReturn.failed_by.is_not(None) & (SenderReturn.state == ReturnState.SENT),
                SenderReturn.act_by <= now,
            )
        ),
        _row(
            Kind.TRANSFER,
            IncomingTransfer,
            reference=IncomingTransfer.reference,
            state=IncomingTransfer.state,
            minor=IncomingTransfer.amount_minor,
            since=IncomingTransfer.created_at,
            deadline=IncomingTransfer.act_by,
            company=IncomingTransfer.payee_id,
        ).where(IncomingTransfer.state == TransferState.UNMATCHED),
    )


def _between_companies() -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    order = sa.case((Payment.subject_kind == SubjectKind.ORDER, Payment.subject_id), else_=sa.null())
    left = Payment.amount_minor - Payment.paid_minor
    return (
        _row(
            Kind.SLIP,
            Payment,
            reference=Payment.reference,
            state=Payment.state,
            minor=left,
            since=Payment.slip_at,
            deadline=Payment.answer_by,
            company=Payment.payee_id,
        ).where(Payment.state == PaymentState.SLIP_RECEIVED, Payment.escalated_at.is_not(None)),
        _row(
            Kind.OBLIGATION,
            Payment,
            reference=Payment.reference,
            state=Payment.state,
            minor=left,
            since=Payment.due_at,
            deadline=Payment.due_at,
            company=Payment.payer_id,
            order=sa.type_coerce(order, sa.Uuid),
        ).where(Payment.state == PaymentState.OVERDUE),
    )


def _at_the_provider(now: datetime) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    stuck = now - rules.STUCK
    unanswered = sa.or_(
        sa.and_(CardCharge.state == CardState.CREATED, CardCharge.asked_at <= stuck),
        sa.and_(CardCharge.state == CardState.NEEDS_PAGE, CardCharge.created_at <= now - rules.PAGE_LEFT),
        sa.and_(CardCharge.state == CardState.AUTHORISED, CardCharge.capture_asked_at <= stuck),
        sa.and_(CardCharge.state == CardState.AUTHORISED, CardCharge.cancel_asked_at <= stuck),
    )
    payer = (
        sa.select(PaymentTerms.payer_id)
        .where(
            PaymentTerms.subject_id == CardCharge.subject_id,
            PaymentTerms.subject_kind == CardCharge.subject_kind,
        )
        .scalar_subquery()
    )
    return (
        _row(
            Kind.CHARGE,
            CardCharge,
            reference=sa.func.coalesce(CardCharge.title, CardCharge.intent_id, ""),
            state=CardCharge.state,
            minor=CardCharge.amount_minor,
            since=CardCharge.asked_at,
            company=payer,
        ).where(unanswered),
        _row(
            Kind.REFUND,
            CardRefund,
            reference=sa.func.coalesce(CardRefund.provider_id, ""),
            state=CardRefund.state,
            minor=CardRefund.amount_minor,
            since=CardRefund.created_at,
            currency=CardCharge.currency,
        )
        .join(CardCharge, CardCharge.id == CardRefund.charge_id)
        .where(CardRefund.state == RefundState.ASKED, CardRefund.created_at <= stuck),
        _row(
            Kind.CARD_RETURN,
            CardReturn,
            reference=CardReturn.reference,
            state=CardReturn.state,
            minor=CardReturn.amount_minor,
            since=CardReturn.created_at,
            deadline=CardReturn.act_by,
        ).where(
            sa.or_(
                CardReturn.act_by.is_not(None),
                # Agreed to, and nothing came of it: its job was given up, or the provider does not answer.
                sa.and_(CardReturn.state == CardReturnState.APPROVED, CardReturn.changed_at <= stuck),
            )
        ),
        _row(
            Kind.BOOKING,
            ProviderBooking,
            reference=ProviderBooking.provider_id,
            state=ProviderBooking.state,
            minor=sa.func.abs(ProviderBooking.amount_minor),
            since=ProviderBooking.at,
        ).where(ProviderBooking.state.in_(booking_rules.OPEN)),
        _row(
            Kind.HOLD,
            CardHold,
            reference=CardHold.reference,
            state=CardHold.state,
            minor=CardHold.amount_minor,
            since=CardHold.captured_at,
            deadline=CardHold.hold_until,
        ).where(CardHold.state == HoldState.WAITING, CardHold.act_by <= now),
        _row(
            Kind.DISPUTE,
            CardDispute,
            reference=CardDispute.reference,
            state=CardDispute.state,
            minor=CardDispute.amount_minor,
            since=CardDispute.created_at,
            deadline=CardDispute.due_by,
        ).where(CardDispute.state == DisputeState.OPEN, CardDispute.asked_at.is_(None)),
    )


def _paid_out(now: datetime) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    later = aliased(Payout)
    again = sa.exists().where(
        later.company_id == Payout.company_id,
        later.currency == Payout.currency,
        later.source == Payout.source,
        later.id > Payout.id,
        later.state.not_in((PayoutState.FAILED, PayoutState.RETURNED)),
    )
    late = sa.or_(
        Payout.act_by <= now,
        sa.and_(Payout.state == PayoutState.SENT, Payout.changed_at <= now - rules.ON_THE_WAY),
    )
    facts = {"reference": Payout.reference, "state": Payout.state, "minor": Payout.amount_minor}
    return (
        _row(
            Kind.PAYOUT,
            Payout,
            since=Payout.created_at,
            deadline=Payout.act_by,
            company=Payout.company_id,
            **facts,
        ).where(Payout.state.in_((PayoutState.DUE, PayoutState.APPROVED, PayoutState.SENT)), late),
        _row(Kind.BOUNCED, Payout, since=Payout.changed_at, company=Payout.company_id, **facts).where(
            Payout.state.in_((PayoutState.FAILED, PayoutState.RETURNED)), ~again
        ),
        _row(
            Kind.BOUNCED,
            SenderReturn,
            reference=SenderReturn.reference,
            state=SenderReturn.state,
            minor=SenderReturn.amount_minor,
            since=SenderReturn.changed_at,
        ).where(SenderReturn.state == ReturnState.RETURNED),
    )


def _decided() -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    return (
        _row(
            Kind.WRITE_OFF,
            WriteOff,
            reference=WriteOff.reference,
            state=WriteOff.state,
            minor=WriteOff.amount_minor,
            since=WriteOff.created_at,
            deadline=WriteOff.act_by,
            company=WriteOff.company_id,
        ).where(WriteOff.state == WriteOffState.PROPOSED),
        _row(
            Kind.CLAIM,
            Claim,
            reference=Claim.reference,
            state=Claim.state,
            minor=Claim.value_minor,
            since=Claim.opened_at,
            deadline=Claim.deadline_at,
            company=Claim.claimant_id,
        ).where(Claim.owner == ClaimOwner.OPERATOR),
    )


def _jobs(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    waits = sa.and_(OutboxJob.state == JobState.PENDING, OutboxJob.run_at <= now - rules.STUCK)
    return _row(
        Kind.JOB,
        OutboxJob,
        reference=OutboxJob.name,
        state=OutboxJob.state,
        minor=None,
        since=OutboxJob.created_at,
        deadline=OutboxJob.run_at,
    ).where(OutboxJob.name.in_(rules.MONEY_JOBS), sa.or_(OutboxJob.state == JobState.FAILED, waits))
