"""The trading company, the agreements with it, and what it sold, bought and kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, page_of
from marketplace.payments.models.bank import HousePart
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.models.plans import IncomingTransfer, Payment, PaymentTerms
from marketplace.payments.models.trading import TradingAgreement, TradingCompany
from marketplace.payments.queries.house_parts import counts
from marketplace.payments.queries.payments import PAGE, PaymentRow, cursor_id, payment_rows
from marketplace.payments.rules.house_money import Purpose
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import UNPAID, PaymentState, TransferState
from marketplace.payments.rules.terms import Mode, Rail, SubjectKind
from marketplace.payments.rules.trading import AgreementState, Margin, holds


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement between a merchant and the trading company."""

    id: UUID
    merchant_id: UUID
    trader_id: UUID
    margin: Margin
    begins_on: date
    ends_on: date | None
    words: str
    state: AgreementState
    answer_by: datetime
    created_at: datetime
    changed_at: datetime

    def is_void(self, now: datetime) -> bool:
        """Tell whether it was offered and nobody answered in time."""
        return self.state is AgreementState.OFFERED and self.answer_by <= now


@dataclass(frozen=True, slots=True)
class SaleRow:
    """An order that the trading company sold, and what it bought for it: ``sale = purchase + margin``.

    As agreed less what was let off, nothing once it is cancelled; ``agreed_sale`` and ``agreed_purchase`` stay what
    they were. ``sold`` and ``bought`` are what of it fell due by now and was kept, as the books say; of a cancelled one
    what banks kept of its receipts is no part of it: nobody here has that.
    """

    order_id: UUID
    reference: str
    purchase_reference: str
    buyer_id: UUID
    merchant_id: UUID
    rail: Rail
    agreed_sale: Money
    agreed_purchase: Money
    sale: Money
    purchase: Money
    sold: Money
    bought: Money
    is_cancelled: bool

    @property
    def margin(self) -> Money:
        """What stays with the trading company."""
        return self.sale - self.purchase


def trading_company(session: Session) -> UUID | None:
    """Return the company by which the operator buys and sells now, None while it does not."""
    return session.execute(_LATEST).scalars().first()


_LATEST: Final = sa.select(TradingCompany.company_id).order_by(TradingCompany.id.desc()).limit(1)


def was_trading(session: Session) -> frozenset[UUID]:
    """Return every company that was the operator's trading company once."""
    found = sa.select(TradingCompany.company_id).where(TradingCompany.company_id.is_not(None)).distinct()
    return frozenset(company_id for company_id in session.scalars(found) if company_id is not None)


def house_of(session: Session) -> UUID | None:
    """Return the operator's company, whose bank the buyers of the trading company pay into."""
    houses = accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR)
    return houses[0].id if houses else None


# A column for whoever asks for something else on the way.
TRADER: Final = _LATEST.scalar_subquery()


def agreed(session: Session, *, merchant_ids: Collection[UUID], now: datetime) -> dict[UUID, AgreementRow]:
    """Return the agreements by which goods of these merchants may be bought by the trading company today."""
    return agreed_with(session, trading_company(session) if merchant_ids else None, merchant_ids=merchant_ids, now=now)


def agreed_with(
    session: Session, trader_id: UUID | None, *, merchant_ids: Collection[UUID], now: datetime
) -> dict[UUID, AgreementRow]:
    """Return the same where the caller has read which company trades; none of them without one."""
    if trader_id is None:
        return {}
    today = local_day(accounts.get_company(session, company_id=trader_id).country, now)
    wanted = sa.select(TradingAgreement).where(
        TradingAgreement.merchant_id.in_(merchant_ids),
        TradingAgreement.trader_id == trader_id,
        TradingAgreement.state == AgreementState.AGREED,
    )
    rows = [_agreement(found) for found in session.scalars(wanted)]
    return {
        row.merchant_id: row
        for row in rows
        if row.merchant_id != trader_id and holds(row.state, begins=row.begins_on, ends=row.ends_on, today=today)
    }


def agreements(session: Session, *, merchant_id: UUID | None = None, cursor: str | None = None) -> Page[AgreementRow]:
    """Return the agreements of a merchant (None: of all, for the operator), newest first."""
    wanted = sa.select(TradingAgreement).order_by(TradingAgreement.id.desc()).limit(PAGE + 1)
    if merchant_id is not None:
        wanted = wanted.where(TradingAgreement.merchant_id == merchant_id)
    if cursor:
        wanted = wanted.where(TradingAgreement.id < cursor_id(cursor))
    rows = [_agreement(found) for found in session.scalars(wanted)]
    return page_of(rows, PAGE, lambda row: (str(row.id),))


def agreement(session: Session, *, agreement_id: UUID, merchant_id: UUID | None = None) -> AgreementRow:
    """Return an agreement, of this merchant where one is given; NotFound."""
    found = session.get(TradingAgreement, agreement_id)
    if found is None or merchant_id not in (None, found.merchant_id):
        raise NotFound("trading_agreement")
    return _agreement(found)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """Money that came to the trading company as it was written down by hand, before any statement told of it."""

    id: UUID
    received_on: date
    amount: Money
    reference: str


def written_receipts(session: Session, *, limit: int = 50) -> tuple[ReceiptRow, ...]:
    """Return the newest receipts of the trading company that people alone tell of: no line of the bank's does yet."""
    told = sa.exists().where(
        HousePart.target_id == IncomingTransfer.id, HousePart.purpose == Purpose.SALE_RECEIPT, counts()
    )
    found = session.scalars(
        sa.select(IncomingTransfer)
        .where(
            IncomingTransfer.payee_id.in_(was_trading(session)),
            IncomingTransfer.state == TransferState.MATCHED,
            IncomingTransfer.house_entry_id.is_(None),
            ~told,
        )
        .order_by(IncomingTransfer.id.desc())
        .limit(limit)
    )
    return tuple(
        ReceiptRow(row.id, row.received_on, Money(row.amount_minor, row.currency), row.reference) for row in found
    )


def payee_of(session: Session, *, payment_id: UUID) -> UUID:
    """Return the trading company that a payment is to; NotFound for a payment to anybody else."""
    found = sa.select(Payment.payee_id).where(Payment.id == payment_id, Payment.mode == Mode.OPERATOR_SELLS)
    payee_id = session.scalars(found).one_or_none()
    if payee_id is None:
        raise NotFound("payment")
    return payee_id


def slip_of(session: Session, *, payment_id: UUID) -> UUID:
    """Return the slip of a payment to the trading company; NotFound where there is none, or for anybody else's."""
    found = sa.select(Payment.slip_file_id).where(Payment.id == payment_id, Payment.mode == Mode.OPERATOR_SELLS)
    file_id = session.scalars(found).one_or_none()
    if file_id is None:
        raise NotFound("file")
    return file_id


def payee_of_transfer(session: Session, *, transfer_id: UUID) -> UUID:
    """Return the trading company that money came to; NotFound for money that came to anybody else."""
    found = session.get(IncomingTransfer, transfer_id)
    if found is None or found.payee_id not in was_trading(session):
        raise NotFound("transfer")
    return found.payee_id


def to_receive(session: Session, *, cursor: str | None = None) -> Page[PaymentRow]:
    """Return what buyers have still to pay the trading company by bank, newest first."""
    wanted = sa.select(Payment).where(Payment.mode == Mode.OPERATOR_SELLS, Payment.state.in_(UNPAID))
    if cursor:
        wanted = wanted.where(Payment.id < cursor_id(cursor))
    found = session.scalars(wanted.order_by(Payment.id.desc()).limit(PAGE + 1)).all()
    return page_of(payment_rows(found), PAGE, lambda row: (str(row.id),))


def slips(session: Session) -> tuple[int, datetime | None]:
    """Count the slips for payments to the trading company that nobody answered, with the first moment to answer by."""
    waiting = (Payment.mode == Mode.OPERATOR_SELLS, Payment.state == PaymentState.SLIP_RECEIVED)
    number, first = session.execute(sa.select(sa.func.count(), sa.func.min(Payment.answer_by)).where(*waiting)).one()
    return number, first


def sales(session: Session, *, cursor: str | None = None) -> Page[SaleRow]:
    """Return what the trading company sold and bought, newest first."""
    wanted = _sales().order_by(_BOUGHT.id.desc()).limit(PAGE + 1)
    if cursor:
        wanted = wanted.where(_BOUGHT.id < cursor_id(cursor))
    found = session.execute(wanted).all()
    moved = _moved(session, [subject for row in found for subject in (row.sale_id, row.subject_id)])
    rows = [(row.id, _sale(row, moved)) for row in found]
    return page_of(rows, PAGE, lambda one: (str(one[0]),)).map(lambda one: one[1])


def sale(session: Session, *, order_id: UUID) -> SaleRow:
    """Return what an order of the trading company came to on both sides; NotFound for another's."""
    found = session.execute(_sales().where(_BOUGHT.sale_id == order_id)).one_or_none()
    if found is None:
        raise NotFound("order")
    return _sale(found, _moved(session, [found.sale_id, found.subject_id]))


_BOUGHT = aliased(PaymentTerms)
_SOLD = aliased(PaymentTerms)
# What banks kept of what counts as paid for a sale.
_CHARGES: Final = (
    sa.select(sa.func.coalesce(sa.func.sum(Payment.charges_minor), 0))
    .where(Payment.subject_kind == _SOLD.subject_kind, Payment.subject_id == _SOLD.subject_id)
    .scalar_subquery()
)


def _sales() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        _BOUGHT.id,
        _BOUGHT.sale_id,
        _BOUGHT.subject_id,
        _SOLD.reference.label("order"),
        _BOUGHT.reference.label("purchase"),
        _SOLD.payer_id,
        _BOUGHT.payee_id,
        _SOLD.rail,
        _SOLD.currency,
        (_SOLD.amount_minor - _let_off(_SOLD)).label("sale"),
        (_BOUGHT.amount_minor - _let_off(_BOUGHT)).label("purchase_minor"),
        _SOLD.cancelled_at,
        _CHARGES.label("charges"),
    ).join(_SOLD, sa.and_(_SOLD.subject_id == _BOUGHT.sale_id, _SOLD.subject_kind == SubjectKind.ORDER))


def _let_off(terms: Any) -> sa.ScalarSelect[int]:
    total = sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0))
    mine = (Allowance.subject_id == terms.subject_id, Allowance.subject_kind == terms.subject_kind)
    return total.where(*mine).scalar_subquery()


def _moved(session: Session, subject_ids: Collection[UUID | None]) -> dict[tuple[UUID, AccountKind], int]:
    """Return what the books say was sold and bought by now, by subject."""
    found = session.execute(
        sa.select(LedgerAccount.subject_id, LedgerAccount.kind, sa.func.sum(LedgerEntry.minor))
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.subject_id.in_(subject_ids),
            LedgerAccount.kind.in_((AccountKind.TRADE_SALES, AccountKind.TRADE_PURCHASES)),
        )
        .group_by(LedgerAccount.subject_id, LedgerAccount.kind)
    )
    return {(subject_id, kind): int(minor) for subject_id, kind, minor in found if subject_id is not None}


def _sale(row: Any, moved: dict[tuple[UUID, AccountKind], int]) -> SaleRow:
    nothing = Money.zero(row.currency)
    sale, purchase = Money(int(row.sale), row.currency), Money(int(row.purchase_minor), row.currency)
    sold = -moved.get((row.sale_id, AccountKind.TRADE_SALES), 0) - (int(row.charges) if row.cancelled_at else 0)
    return SaleRow(
        order_id=row.sale_id,
        reference=row.order,
        purchase_reference=row.purchase,
        buyer_id=row.payer_id,
        merchant_id=row.payee_id,
        rail=row.rail,
        agreed_sale=sale,
        agreed_purchase=purchase,
        sale=nothing if row.cancelled_at else sale,
        purchase=nothing if row.cancelled_at else purchase,
        sold=Money(sold, row.currency),
        bought=Money(moved.get((row.subject_id, AccountKind.TRADE_PURCHASES), 0), row.currency),
        is_cancelled=row.cancelled_at is not None,
    )


def _agreement(found: TradingAgreement) -> AgreementRow:
    return AgreementRow(
        id=found.id,
        merchant_id=found.merchant_id,
        trader_id=found.trader_id,
        margin=Margin(found.margin_bp),
        begins_on=found.begins_on,
        ends_on=found.ends_on,
        words=found.words,
        state=found.state,
        answer_by=found.answer_by,
        created_at=found.created_at,
        changed_at=found.changed_at,
    )
