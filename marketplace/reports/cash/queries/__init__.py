"""A company's open money line by line, what moved by the books, and the sums of both; always in as many queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.queries import closures
from marketplace.kernel.money import Money
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.plans import PaymentTerms
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.reports.cash import rules
from marketplace.reports.cash.queries.shares import ShareRow, every_share
from marketplace.reports.cash.rules import Flow, Side, Span, Standing, Week

_A, _T = AccountKind, TransferKind
# What a company owes or has in accounts of its own, and which way it would move.
_OWNED: Final = {
    _A.OBLIGATION_PAYER: "to_pay",
    _A.OBLIGATION_PAYEE: "to_receive",
    _A.RETURN_PAYER: "back_to_us",
    _A.RETURN_PAYEE: "back_by_us",
    _A.MERCHANT_PAYABLE: "released",
    _A.CARRIER_PAYABLE: "released",
    _A.TRADE_PAYABLE: "released",
    _A.PAYOUT_IN_TRANSIT: "on_the_way",
    _A.COMMISSION_RECEIVABLE: "commission",
    _A.MERCHANT_RECEIVABLE: "taken_back",
}
# Entries that are money changing hands: (account, transfer) and the side on which a positive entry stands.
_MOVES: Final = {
    (_A.OBLIGATION_PAYER, _T.OBLIGATION_PAID): Side.OUT,
    (_A.RETURN_PAYER, _T.RETURN_MADE): Side.IN,
    (_A.OBLIGATION_PAYEE, _T.OBLIGATION_PAID): Side.IN,
    (_A.RETURN_PAYEE, _T.RETURN_MADE): Side.OUT,
    (_A.COMMISSION_RECEIVABLE, _T.COMMISSION_PAID): Side.OUT,
    (_A.MERCHANT_RECEIVABLE, _T.RECEIVABLE_PAID): Side.OUT,
    (_A.PAYOUT_IN_TRANSIT, _T.PAYOUT_SETTLED): Side.IN,
    (_A.HELD, _T.CARD_CAPTURED): Side.OUT,
    (_A.HELD, _T.CARD_REFUNDED): Side.IN,
    (_A.HELD, _T.CARD_RETURNED): Side.IN,
    # What was settled and bounced has not come, nor what a line was wrongly said to be.
    (_A.MERCHANT_PAYABLE, _T.PAYOUT_RETURNED): Side.IN,
    (_A.CARRIER_PAYABLE, _T.PAYOUT_RETURNED): Side.IN,
    (_A.TRADE_PAYABLE, _T.PAYOUT_RETURNED): Side.IN,
    (_A.PAYOUT_IN_TRANSIT, _T.PLACEMENT_REVERSED): Side.IN,
    (_A.MERCHANT_PAYABLE, _T.PLACEMENT_REVERSED): Side.IN,
    (_A.CARRIER_PAYABLE, _T.PLACEMENT_REVERSED): Side.IN,
    (_A.TRADE_PAYABLE, _T.PLACEMENT_REVERSED): Side.IN,
    (_A.COMMISSION_RECEIVABLE, _T.PLACEMENT_REVERSED): Side.OUT,
    # The card's bank gave its holder all of it back, whoever bears it.
    (_A.DISPUTED, _T.DISPUTE_LOST): Side.IN,
}
# The sign of a positive movement of that side in the account.
_SIGNS: Final = {
    (_A.OBLIGATION_PAYER, _T.OBLIGATION_PAID): 1,
    (_A.RETURN_PAYER, _T.RETURN_MADE): -1,
    (_A.OBLIGATION_PAYEE, _T.OBLIGATION_PAID): -1,
    (_A.RETURN_PAYEE, _T.RETURN_MADE): 1,
    (_A.COMMISSION_RECEIVABLE, _T.COMMISSION_PAID): -1,
    (_A.MERCHANT_RECEIVABLE, _T.RECEIVABLE_PAID): -1,
    (_A.PAYOUT_IN_TRANSIT, _T.PAYOUT_SETTLED): 1,
    (_A.HELD, _T.CARD_CAPTURED): -1,
    (_A.HELD, _T.CARD_REFUNDED): 1,
    (_A.HELD, _T.CARD_RETURNED): 1,
    (_A.MERCHANT_PAYABLE, _T.PAYOUT_RETURNED): 1,
    (_A.CARRIER_PAYABLE, _T.PAYOUT_RETURNED): 1,
    (_A.TRADE_PAYABLE, _T.PAYOUT_RETURNED): 1,
    (_A.PAYOUT_IN_TRANSIT, _T.PLACEMENT_REVERSED): 1,
    (_A.MERCHANT_PAYABLE, _T.PLACEMENT_REVERSED): 1,
    (_A.CARRIER_PAYABLE, _T.PLACEMENT_REVERSED): 1,
    (_A.TRADE_PAYABLE, _T.PLACEMENT_REVERSED): 1,
    (_A.COMMISSION_RECEIVABLE, _T.PLACEMENT_REVERSED): -1,
    (_A.DISPUTED, _T.DISPUTE_LOST): -1,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the books say of a company in a currency, each as an amount; and what its plans still let fall due."""

    currency: str
    to_pay: Money
    to_receive: Money
    held_by_us: Money
    held_for_us: Money
    back_to_us: Money
    back_by_us: Money
    released: Money
    on_the_way: Money
    commission: Money
    taken_back: Money
    expected_out: Money
    expected_in: Money


@dataclass(frozen=True, slots=True)
class Series:
    """The weeks of one currency, and what is to move on no known day."""

    currency: str
    weeks: tuple[Week, ...]
    undated_out: Money
    undated_in: Money


@dataclass(frozen=True, slots=True)
class Picture:
    """A company's money over some weeks by its own clock; ``shares`` are their ids, the nearest first."""

    zone: str
    today: date
    span: Span
    figures: tuple[Figures, ...]
    series: tuple[Series, ...]
    shares: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of it is asked for; None is all. Figures are never narrowed by side, standing or days."""

    currency: str | None = None
    side: Side | None = None
    standing: Standing | None = None
    first: date | None = None
    last: date | None = None


def picture(session: Session, *, company_id: UUID, asked: Asked, now: datetime) -> Picture:
    """Return a company's money; Refused for days that are no period. Open shares are read once, in portions."""
    works = closures.works(session, company_id=company_id, now=now)
    today = rules.day_in(now, works.zone)
    over = rules.span(asked.first, asked.last, today=today)
    pending: dict[tuple[str, Side], int] = defaultdict(int)
    planned: dict[tuple[str, Side, date | None], int] = defaultdict(int)
    inside: list[tuple[bool, datetime, str, UUID]] = []
    for row in every_share(session, company_id=company_id, currency=asked.currency, now=now):
        code, minor = row.amount.currency, row.amount.minor
        pending[code, row.side] += minor if row.standing is Standing.PENDING else 0
        if not _is_asked(row, asked):
            continue
        day = rules.plan_day(_day(row, works.zone), today=today)
        if row.moves:
            planned[code, row.side, day] += minor
        if over.holds(day):
            inside.append(_order(row))
    booked = _balances(session, company_id, asked.currency)
    codes = sorted({code for (_, code), minor in booked.items() if minor} | {code for code, _ in pending})
    figures = tuple(_figures(currency, booked, pending) for currency in codes)
    moved = _moved(session, company_id, asked.currency, over, works.zone)
    if asked.side is not None:
        moved = [flow for flow in moved if flow.side is asked.side]
    flows = [Flow(side, day, Money(minor, code)) for (code, side, day), minor in planned.items()]
    series = tuple(
        Series(currency, weeks, *undated)
        for currency in sorted({one.currency for one in figures} | {flow.amount.currency for flow in moved})
        for weeks, undated in [rules.weeks(over, currency=currency, moved=moved, planned=flows)]
    )
    return Picture(works.zone, today, over, figures, series, tuple(milestone_id for *_, milestone_id in sorted(inside)))


def _balances(session: Session, company_id: UUID, currency: str | None) -> dict[tuple[str, str], int]:
    """Return what the books say by figure and currency: accounts of the company, and what is held of its subjects."""
    narrowed = () if currency is None else (LedgerAccount.currency == currency,)
    owned = session.execute(
        sa.select(LedgerAccount.kind, LedgerAccount.currency, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(LedgerAccount.owner_id == company_id, LedgerAccount.kind.in_(_OWNED), *narrowed)
        .group_by(LedgerAccount.kind, LedgerAccount.currency)
    )
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for kind, code, minor in owned:
        # Debts are credits in the books; a figure says how much, whichever way it stands.
        debt = kind not in (_A.OBLIGATION_PAYEE, _A.RETURN_PAYER, _A.COMMISSION_RECEIVABLE, _A.MERCHANT_RECEIVABLE)
        sums[_OWNED[kind], code] += -int(minor) if debt else int(minor)
    pays = PaymentTerms.payer_id == company_id
    held = session.execute(
        sa.select(pays, LedgerAccount.currency, sa.func.sum(LedgerEntry.minor))
        .select_from(LedgerEntry)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(PaymentTerms, _HELD_OF)
        .where(sa.or_(pays, PaymentTerms.payee_id == company_id), *narrowed)
        .group_by(pays, LedgerAccount.currency)
    )
    for is_payer, code, minor in held:
        sums["held_by_us" if is_payer else "held_for_us", code] -= int(minor)
    return sums


_OF_SUBJECT: Final = sa.and_(
    PaymentTerms.subject_id == LedgerAccount.subject_id,
    PaymentTerms.subject_kind == LedgerAccount.subject_kind,
)
_HELD_OF: Final = sa.and_(LedgerAccount.kind == AccountKind.HELD, _OF_SUBJECT)


def _moved(session: Session, company_id: UUID, currency: str | None, over: Span, zone: str) -> list[Flow]:
    """Return what changed hands in some weeks, each week's sums as flows of its first day."""
    local = ZoneInfo(zone)
    since = datetime.combine(over.first, time.min, local)
    until = datetime.combine(over.last, time.max, local)
    ends = [datetime.combine(day, time.min, local) for day in over.mondays[1:]]
    before = [(LedgerTransfer.at < end, at) for at, end in enumerate(ends)]
    week = (sa.case(*before, else_=len(ends)) if before else sa.literal(0)).label("week")
    kinds = sa.or_(
        *(sa.and_(LedgerAccount.kind == account, LedgerTransfer.kind == transfer) for account, transfer in _MOVES)
    )
    mine = LedgerAccount.kind.in_((AccountKind.HELD, AccountKind.DISPUTED))
    held = sa.select(PaymentTerms.id).where(PaymentTerms.payer_id == company_id, mine, _OF_SUBJECT).exists()
    other, transit = aliased(LedgerEntry), aliased(LedgerAccount)
    # A payout that came back before it was settled had never come.
    never_came = sa.and_(
        LedgerTransfer.kind == _T.PAYOUT_RETURNED,
        sa.exists().where(
            other.transfer_id == LedgerTransfer.id,
            other.account_id == transit.id,
            transit.kind == AccountKind.PAYOUT_IN_TRANSIT,
        ),
    )
    narrowed = () if currency is None else (LedgerAccount.currency == currency,)
    found = session.execute(
        sa.select(week, LedgerAccount.kind, LedgerTransfer.kind, LedgerEntry.currency, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            kinds,
            ~never_came,
            sa.or_(LedgerAccount.owner_id == company_id, held),
            LedgerTransfer.at >= since,
            LedgerTransfer.at <= until,
            *narrowed,
        )
        .group_by("week", LedgerAccount.kind, LedgerTransfer.kind, LedgerEntry.currency)
    )
    return [
        Flow(_MOVES[account, transfer], over.mondays[at], Money(int(minor) * _SIGNS[account, transfer], code))
        for at, account, transfer, code, minor in found
    ]


def _figures(currency: str, booked: Mapping[tuple[str, str], int], pending: Mapping[tuple[str, Side], int]) -> Figures:
    def book(name: str) -> Money:
        return Money(booked.get((name, currency), 0), currency)

    return Figures(
        currency,
        to_pay=book("to_pay"),
        to_receive=book("to_receive"),
        held_by_us=book("held_by_us"),
        held_for_us=book("held_for_us"),
        back_to_us=book("back_to_us"),
        back_by_us=book("back_by_us"),
        released=book("released"),
        on_the_way=book("on_the_way"),
        commission=book("commission"),
        taken_back=book("taken_back"),
        expected_out=Money(pending.get((currency, Side.OUT), 0), currency),
        expected_in=Money(pending.get((currency, Side.IN), 0), currency),
    )


def _is_asked(row: ShareRow, asked: Asked) -> bool:
    return asked.side in (None, row.side) and asked.standing in (None, row.standing)


def _day(row: ShareRow, zone: str) -> date | None:
    return rules.day_in(row.at, zone) if row.at is not None else None


def _order(row: ShareRow) -> tuple[bool, datetime, str, UUID]:
    at = row.at
    return at is None, at or datetime.max.replace(tzinfo=ZoneInfo("UTC")), row.reference, row.milestone_id
