"""Samples as rows: what a buyer had of a listing, one sample with all that is said of it, and what must hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.purchases.queries import PurchaseLineRow
from marketplace.orders.rules.samples import CAME, OPEN, Had, SampleState, Way, credit_left
from marketplace.orders.rules.states import LineState, OrderKind
from marketplace.orders.samples.models import SampleOrder, SamplePhoto, SampleRemark
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.rules.allowances import BY_AGREEMENT, Why
from marketplace.payments.rules.terms import SubjectKind
from marketplace.payments.rules.trading import Margin

PAGE: Final = 25
_OVER: Final = (LineState.REJECTED, LineState.CANCELLED)


def had_by(buyer: Any, listing: Any) -> sa.ColumnElement[bool]:
    """Join the samples of a listing that came to a buyer."""
    return sa.and_(SampleOrder.buyer_id == buyer, SampleOrder.listing_id == listing, SampleOrder.state.in_(CAME))


def _let_off(*, by_agreement: bool) -> sa.ScalarSelect[int]:
    """Find by what both sides lessened the price of a sample, or else what was let off it for a cause."""
    agreed = Allowance.why.in_(BY_AGREEMENT)
    credited = Allowance.why.not_in((*BY_AGREEMENT, Why.HELD_TOO_LONG))  # what was held too long is still agreed
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0))
        .where(Allowance.line_id == SampleOrder.line_id, Allowance.subject_kind == SubjectKind.ORDER)
        .where(agreed if by_agreement else credited)
        .correlate(SampleOrder)
        .scalar_subquery()
    )


HAD: Final = (
    SampleOrder.id.label("sample_id"),
    SampleOrder.reference.label("sample_reference"),
    SampleOrder.currency.label("sample_currency"),
    SampleOrder.goods_minor,
    SampleOrder.courier_minor,
    _let_off(by_agreement=True).label("lessened"),
    _let_off(by_agreement=False).label("let_off"),
    SampleOrder.credit_until,
    SampleOrder.credit_least,
    SampleOrder.credited_order_id,
    SampleOrder.state.label("sample_state"),
    SampleOrder.decided_at,
    SampleOrder.content_hash,
)


def had_of(row: Any) -> tuple[Had, ...]:
    """Return the sample that a row of ``HAD`` holds, none where it holds none."""
    if row.sample_id is None:
        return ()
    parts = (row.goods_minor, row.courier_minor, row.lessened, row.let_off)
    goods, courier, lessened, let_off = (Money(int(minor), row.sample_currency) for minor in parts)
    left = credit_left(goods=goods, courier=courier, lessened=lessened, let_off=let_off)
    is_open = row.credit_until is not None and left
    is_approved = row.sample_state is SampleState.APPROVED
    return (
        Had(
            id=row.sample_id,
            reference=row.sample_reference,
            credit=left if is_open else None,
            credit_until=row.credit_until,
            held_by=row.credited_order_id,
            credit_least=row.credit_least or 1,
            approved_at=row.decided_at if is_approved else None,
            content_hash=row.content_hash,
        ),
    )


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample with what is said of it; ``credited`` was taken off order ``credited_order_id``."""

    id: UUID
    reference: str
    order_id: UUID
    order_reference: str
    line_id: UUID
    buyer_id: UUID
    merchant_id: UUID
    listing_id: UUID
    titles: dict[str, str]
    source_locale: str
    sku: str
    unit: str
    quantity: int
    content_hash: str
    way: Way
    goods: Money
    courier_fee: Money
    customs: Money
    state: SampleState
    line_state: LineState
    deadline_at: datetime | None
    courier: str
    tracking: str
    placed_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    decided_at: datetime | None
    credit_days: int | None
    credit_least: int | None
    credit_until: datetime | None
    credited: Money
    credited_order_id: UUID | None
    credited_line_id: UUID | None
    remark: str
    photos: tuple[UUID, ...]

    def side_of(self, company_id: UUID) -> Literal["buyer", "merchant"]:
        """Return which side of it a party is on."""
        return "buyer" if company_id == self.buyer_id else "merchant"


def sample(session: Session, *, company_id: UUID | None, sample_id: UUID) -> SampleRow:
    """Return a sample that this company (None: any) buys or sells, at its own prices; NotFound for any other."""
    mine = _all() if company_id is None else _of_company(company_id)
    found = _rows(session, mine.where(SampleOrder.id == sample_id), company_id)
    if not found:
        raise NotFound("sample")
    return found[0]


def of_order(session: Session, *, order_id: UUID, company_id: UUID | None = None) -> SampleRow | None:
    """Return the sample that an order is, at the prices of a company; None for an order of anything else."""
    found = _rows(session, _all().where(SampleOrder.order_id == order_id), company_id)
    return found[0] if found else None


def credited_on(session: Session, *, line_ids: Collection[UUID], company_id: UUID) -> dict[UUID, SampleRow]:
    """Return the samples of a company whose credit these lines of bulk orders have, by line, at its own prices."""
    wanted = _of_company(company_id).where(SampleOrder.credited_line_id.in_(line_ids))
    rows = _rows(session, wanted, company_id) if line_ids else []
    return {row.credited_line_id: row for row in rows if row.credited_line_id is not None}


def samples(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[SampleRow]:
    """Return the samples that a company buys or sells, latest first."""
    statement = _of_company(company_id).order_by(SampleOrder.id.desc()).limit(PAGE + 1)
    if cursor:
        statement = statement.where(SampleOrder.id < decode_id(cursor))
    return page_of(_rows(session, statement, company_id), PAGE, lambda row: (str(row.id),))


@dataclass(frozen=True, slots=True)
class Before:
    """What a buyer ordered of a listing's samples before: units in all, and one that is still open."""

    units: int
    open_reference: str | None


def before(session: Session, *, buyer_id: UUID, listing_id: UUID) -> Before:
    """Return what a buyer ordered of a listing's samples; those that never came do not count."""
    found = session.execute(
        sa.select(SampleOrder.quantity, SampleOrder.reference, SampleOrder.state).where(
            SampleOrder.buyer_id == buyer_id,
            SampleOrder.listing_id == listing_id,
            SampleOrder.state != SampleState.VOID,
        )
    ).all()
    return Before(
        units=sum(row.quantity for row in found),
        open_reference=next((row.reference for row in found if row.state in OPEN), None),
    )


def waiting(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return samples whose time is over: with a courier, or waiting for their buyer's word."""
    found = session.scalars(
        sa.select(SampleOrder.id)
        .where(SampleOrder.state.in_(OPEN), SampleOrder.deadline_at <= now)
        .order_by(SampleOrder.id)
        .limit(limit)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return samples without the order they are, and credits that are taken twice, for nothing, or by nobody."""
    return _PROMISES.breaches(session)


def _unkept() -> sa.Select[UUID]:
    return (
        sa.select(Order.id)
        .outerjoin(SampleOrder, SampleOrder.order_id == Order.id)
        .where((Order.kind == OrderKind.SAMPLE) != SampleOrder.id.is_not(None))
    )


def _uneven() -> sa.Select[UUID]:
    per_order = (
        sa.select(OrderLine.order_id, sa.func.sum(OrderLine.credit_minor).label("minor"))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    return (
        sa.select(Order.id)
        .join(per_order, per_order.c.order_id == Order.id)
        .where(per_order.c.minor != Order.credit_minor)
    )


def _for_nothing() -> sa.Select[UUID]:
    """Find cheaper lines without a sample; the credit of a line that came to nothing is its buyer's again."""
    taken = sa.exists().where(
        SampleOrder.credited_line_id == OrderLine.id, SampleOrder.credited_minor == OrderLine.credit_minor
    )
    return sa.select(OrderLine.id).where(OrderLine.credit_minor > 0, OrderLine.state.not_in(_OVER), ~taken)


def _lost() -> sa.Select[UUID]:
    placed = sa.exists().where(Order.id == SampleOrder.credited_order_id)
    line = sa.exists().where(
        OrderLine.id == SampleOrder.credited_line_id,
        OrderLine.order_id == SampleOrder.credited_order_id,
        OrderLine.credit_minor == SampleOrder.credited_minor,
    )
    return sa.select(SampleOrder.id).where(SampleOrder.credited_order_id.is_not(None), placed, ~line)


def _twice() -> sa.Select[UUID]:
    let_off = _let_off(by_agreement=True) + _let_off(by_agreement=False)
    return sa.select(SampleOrder.id).where(
        SampleOrder.credited_minor + let_off > SampleOrder.goods_minor + SampleOrder.courier_minor
    )


def _unlike() -> sa.Select[UUID]:
    return (
        sa.select(SampleOrder.id)
        .join(OrderLine, OrderLine.id == SampleOrder.line_id)
        .where(
            sa.or_(
                OrderLine.amount_minor != SampleOrder.goods_minor + SampleOrder.courier_minor,
                OrderLine.customs_minor.is_(None),
                OrderLine.customs_minor != SampleOrder.customs_minor,
            )
        )
    )


_PROMISES: Final = Promises(
    "1 sample",
    Promise("order", "is a sample of which nothing is kept, or keeps one that it is not", _unkept),
    Promise("order", "its lines do not add up to what samples take off it", _uneven),
    Promise("order_line", "is cheaper by a sample that does not say so", _for_nothing),
    Promise("sample", "is credited on a line that is not cheaper by it", _lost),
    Promise("sample", "is credited and let off by more together than it cost", _twice),
    Promise("sample", "costs or is worth something else than its line says", _unlike),
)


def _all() -> sa.Select[SampleOrder, Order, OrderLine, str]:
    return (
        sa.select(SampleOrder, Order, OrderLine, SampleRemark.body)
        .join(Order, Order.id == SampleOrder.order_id)
        .join(OrderLine, OrderLine.id == SampleOrder.line_id)
        .outerjoin(SampleRemark, SampleRemark.sample_id == SampleOrder.id)
    )


def _of_company(company_id: UUID) -> sa.Select[SampleOrder, Order, OrderLine, str]:
    return _all().where(sa.or_(SampleOrder.buyer_id == company_id, SampleOrder.merchant_id == company_id))


def _rows(
    session: Session, statement: sa.Select[SampleOrder, Order, OrderLine, str], company_id: UUID | None
) -> list[SampleRow]:
    found = session.execute(statement).all()
    photos = _photos(session, [row[0].id for row in found])
    rows = [_row(row[0], row[1], row[2], row[3], photos.get(row[0].id, [])) for row in found]
    return _for(session, rows, {row[0].id: row[0].credited_line_id for row in found}, company_id)


def _for(
    session: Session, rows: list[SampleRow], credited: Mapping[UUID, UUID | None], company_id: UUID | None
) -> list[SampleRow]:
    """Return samples as a company sees them: what it sold to the trading company at the prices of the purchase.

    So is what was credited on an order of which the trading company buys.
    """
    mine = {row.id for row in rows if row.merchant_id == company_id}
    if not mine:
        return rows
    lines = [row.line_id for row in rows] + [line_id for line_id in credited.values() if line_id is not None]
    bought = purchases.bought_lines(session, line_ids=lines)
    return [_at_purchase(row, credited[row.id], bought) if row.id in mine else row for row in rows]


def _at_purchase(
    row: SampleRow, credited: UUID | None, bought: Mapping[UUID, tuple[PurchaseLineRow, Margin]]
) -> SampleRow:
    if row.line_id in bought:
        line, margin = bought[row.line_id]
        fee = margin.purchase(row.courier_fee)
        row = replace(row, goods=line.amount - fee, courier_fee=fee, customs=line.customs or row.customs)
    if credited is not None and credited in bought:
        row = replace(row, credited=bought[credited][0].credit)
    return row


def _photos(session: Session, ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    photos: dict[UUID, list[UUID]] = {}
    wanted = sa.select(SamplePhoto.sample_id, SamplePhoto.file_id).where(SamplePhoto.sample_id.in_(ids))
    for sample_id, file_id in session.execute(wanted.order_by(SamplePhoto.file_id)) if ids else ():
        photos.setdefault(sample_id, []).append(file_id)
    return photos


def _row(found: SampleOrder, order: Order, line: OrderLine, remark: str | None, photos: list[UUID]) -> SampleRow:
    return SampleRow(
        id=found.id,
        reference=found.reference,
        order_id=found.order_id,
        order_reference=order.reference,
        line_id=found.line_id,
        buyer_id=found.buyer_id,
        merchant_id=found.merchant_id,
        listing_id=found.listing_id,
        titles=line.titles,
        source_locale=line.source_locale,
        sku=line.sku,
        unit=line.unit,
        quantity=found.quantity,
        content_hash=found.content_hash,
        way=found.way,
        goods=Money(found.goods_minor, found.currency),
        courier_fee=Money(found.courier_minor, found.currency),
        customs=Money(found.customs_minor, found.currency),
        state=found.state,
        line_state=line.state,
        deadline_at=found.deadline_at,
        courier=found.courier,
        tracking=found.tracking,
        placed_at=found.placed_at,
        sent_at=found.sent_at,
        received_at=found.received_at,
        decided_at=found.decided_at,
        credit_days=found.credit_days,
        credit_least=found.credit_least,
        credit_until=found.credit_until,
        credited=Money(found.credited_minor, found.currency),
        credited_order_id=found.credited_order_id,
        credited_line_id=found.credited_line_id,
        remark=remark or "",
        photos=tuple(photos),
    )
