"""Read the register: invoices, what they are for, which lines still wait for one, and what must hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.invoices import figures
from marketplace.orders.invoices.models import (
    InvoiceMatch,
    InvoiceReminder,
    OfficialInvoice,
    PurchaseInvoiceReminder,
)
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases.models import OrderPurchase, OrderPurchaseLine
from marketplace.orders.rules.invoices import InvoiceState, Open, Part
from marketplace.papers.rules.parts import Party

PAGE: Final = 50
Side = Literal["seller", "buyer"]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An official invoice as both its parties see it; ``is_bought``: of a merchant to the trading company.

    Such a one names the purchase as its order.
    """

    id: UUID
    order_id: UUID
    order: str
    issuer_id: UUID
    buyer_id: UUID
    recorded_by: UUID
    country: str
    type: str
    code: str
    number: str
    issued_on: date
    net: Money
    tax: Money
    file_id: UUID | None
    refers_to: UUID | None
    state: InvoiceState
    recorded_at: datetime
    parts: tuple[Part, ...]
    is_bought: bool

    @property
    def gross(self) -> Money:
        """Tax included."""
        return self.net + self.tax

    @property
    def unmatched(self) -> Money:
        """What of it no line is named for."""
        return self.gross - sum((part.amount for part in self.parts), Money.zero(self.gross.currency))


@dataclass(frozen=True, slots=True)
class LineToInvoice:
    """A line of which goods were handed over, as an official invoice names it."""

    line_id: UUID
    order_id: UUID
    order: str
    position: int
    purchase_order_number: str
    issuer_id: UUID
    buyer_id: UUID
    buyer: Party
    sku: str
    titles: Mapping[str, str]
    hs_code: str
    unit: str
    quantity: int  # handed over
    unit_price: UnitPrice
    value: Money
    matched: Money
    since: datetime
    fx: Mapping[str, str] | None

    @property
    def open(self) -> Open:
        """The line as rules weigh it."""
        return Open(self.line_id, self.value, self.matched)

    @property
    def missing(self) -> Money:
        """What no official invoice names yet."""
        return self.open.missing

    def days(self, now: datetime) -> int:
        """Return for how many days goods of it wait for their invoice."""
        return max((now - self.since).days, 0)


def invoice(session: Session, *, company_id: UUID, invoice_id: UUID) -> InvoiceRow:
    """Return an invoice that this company issued or received; NotFound for any other."""
    rows = _rows(session, _party(company_id), OfficialInvoice.id == invoice_id)
    if not rows:
        raise NotFound("official_invoice")
    return rows[0]


def invoices(session: Session, *, company_id: UUID, cursor: str | None = None) -> Page[InvoiceRow]:
    """Return the invoices that this company issued or received, the latest recorded first."""
    where = [_party(company_id)]
    if cursor:
        where.append(OfficialInvoice.id < decode_id(cursor))
    return page_of(list(_rows(session, *where, limit=PAGE + 1)), PAGE, lambda row: (str(row.id),))


def order_named(session: Session, *, company_id: UUID, reference: str) -> tuple[UUID, bool]:
    """Return the order of this reference that a company buys or sells, and whether the purchase behind it is meant.

    The purchase is by its own reference; a merchant that sells to the trading company means it by the order's too.
    NotFound for any other.
    """
    named = sa.select(Order.id, Order.merchant_id, Order.seller_id, OrderPurchase.reference).outerjoin(
        OrderPurchase, OrderPurchase.order_id == Order.id
    )
    wanted = reference.upper()
    sold = sa.and_(Order.reference == wanted, sa.or_(Order.buyer_id == company_id, figures.sells(company_id)))
    resold = sa.and_(
        sa.or_(Order.reference == wanted, OrderPurchase.reference == wanted),
        Order.seller_id.is_not(None),
        sa.or_(
            Order.merchant_id == company_id,
            sa.and_(Order.seller_id == company_id, OrderPurchase.reference == wanted),
        ),
    )
    found = session.execute(named.where(sa.or_(sold, resold))).one_or_none()
    if found is None:
        raise NotFound("order")
    is_merchant = found.seller_id is not None and found.merchant_id == company_id
    return found.id, is_merchant or found.reference == wanted


def of_order(session: Session, *, order_id: UUID, is_bought: bool) -> tuple[InvoiceRow, ...]:
    """Return the invoices of an order, or of the purchase behind it, that the caller may see."""
    return _rows(session, OfficialInvoice.order_id == order_id, figures.of_contract(is_bought=is_bought))


def lines_of(session: Session, *, order_id: UUID, is_bought: bool = False) -> tuple[LineToInvoice, ...]:
    """Return the lines of an order, or of its purchase, of which goods were handed over, in their order."""
    return _lines(session, Order.id == order_id, ordered=(OrderLine.position,), is_bought=is_bought)


def missing(
    session: Session, *, company_id: UUID, side: Side, cursor: str | None = None, size: int = PAGE
) -> Page[LineToInvoice]:
    """Return the lines that wait for an official invoice, in the order of their orders: to issue, or to receive.

    What the trading company buys and sells on waits for two: its merchant's to it, and its own to the buyer.
    """
    sold = figures.sells(company_id) if side == "seller" else Order.buyer_id == company_id
    bought = (Order.merchant_id if side == "seller" else Order.seller_id) == company_id
    after = [OrderLine.id > decode_id(cursor)] if cursor else []
    found = [
        row
        for is_bought, mine in ((False, sold), (True, sa.and_(Order.seller_id.is_not(None), bought)))
        for row in _lines(
            session,
            mine,
            figures.is_missing(is_bought=is_bought),
            *after,
            ordered=(OrderLine.id,),
            limit=size + 1,
            is_bought=is_bought,
        )
    ]
    # Nobody is on the same side of both contracts about one line.
    return page_of(sorted(found, key=lambda row: row.line_id)[: size + 1], size, lambda row: (str(row.line_id),))


def late(session: Session, *, before: datetime, is_bought: bool, limit: int = 500) -> tuple[LineToInvoice, ...]:
    """Return lines that have waited since before an instant and of which nobody was reminded yet."""
    told = sa.exists().where(reminder(is_bought=is_bought).line_id == OrderLine.id)
    where = [figures.is_missing(is_bought=is_bought), figures.first_move() < before, ~told]
    return _lines(session, *where, ordered=(OrderLine.id,), limit=limit, is_bought=is_bought)


def reminder(*, is_bought: bool) -> type[InvoiceReminder] | type[PurchaseInvoiceReminder]:
    """Return where it is kept that an issuer was reminded of a line."""
    return PurchaseInvoiceReminder if is_bought else InvoiceReminder


def still_missing(session: Session, *, line_ids: Collection[UUID], issuer_id: UUID) -> tuple[LineToInvoice, ...]:
    """Return those of some lines that still wait for an official invoice of this company."""
    return tuple(
        row
        for is_bought in (False, True)
        for row in _lines(
            session,
            OrderLine.id.in_(line_ids),
            figures.is_missing(is_bought=is_bought),
            ordered=(OrderLine.id,),
            is_bought=is_bought,
        )
        if row.issuer_id == issuer_id
    )


def taken_of(session: Session, *, invoice_id: UUID) -> int:
    """Return what red-letter invoices that count took of an invoice, tax included: minor units, negative."""
    taken = sa.select(sa.func.coalesce(sa.func.sum(OfficialInvoice.net_minor + OfficialInvoice.tax_minor), 0)).where(
        OfficialInvoice.refers_to == invoice_id,
        OfficialInvoice.net_minor < 0,
        OfficialInvoice.state == InvoiceState.RECORDED,
    )
    return int(session.scalars(taken).one())


def breaches(session: Session) -> list[Breach]:
    """Return invoices matched beyond their amount, and lines beyond their amount and any tax that there is."""
    return _PROMISES.breaches(session)


def _over() -> sa.Select[UUID]:
    per_invoice = sa.select(sa.func.sum(InvoiceMatch.minor)).where(InvoiceMatch.invoice_id == OfficialInvoice.id)
    total = sa.func.abs(sa.func.coalesce(per_invoice.scalar_subquery(), 0))
    return sa.select(OfficialInvoice.id).where(
        total > sa.func.abs(OfficialInvoice.net_minor + OfficialInvoice.tax_minor)
    )


def _beyond(*, is_bought: bool) -> sa.Select[UUID]:
    matched = figures.matched(is_bought=is_bought)
    most = figures.amount(is_bought=is_bought) * (10_000 + _ANY_TAX)
    lines = figures.joined(sa.select(OrderLine.id), is_bought=is_bought)
    return lines.where(sa.or_(matched < 0, matched * 10_000 > most))


def _elsewhere() -> sa.Select[UUID]:
    return (
        sa.select(InvoiceMatch.invoice_id)
        .join(OfficialInvoice, OfficialInvoice.id == InvoiceMatch.invoice_id)
        .join(OrderLine, OrderLine.id == InvoiceMatch.line_id)
        .where(OrderLine.order_id != OfficialInvoice.order_id)
    )


_ANY_TAX: Final = 5_000  # basis points: there is no higher one
_PROMISES: Final = Promises(
    "1 money",
    Promise("official_invoice", "is matched beyond its amount", _over),
    Promise("order_line", "has official invoices beyond its amount", partial(_beyond, is_bought=False)),
    Promise("order_line", "has official invoices beyond its amount", partial(_beyond, is_bought=True)),
    Promise("official_invoice", "is matched to another order's line", _elsewhere, "7 tenant"),
)


def _party(company_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(OfficialInvoice.issuer_id == company_id, OfficialInvoice.buyer_id == company_id)


def _rows(session: Session, *where: sa.ColumnElement[bool], limit: int | None = None) -> tuple[InvoiceRow, ...]:
    statement = (
        sa.select(OfficialInvoice, Order.reference, figures.of_contract(is_bought=True), OrderPurchase.reference)
        .join(Order, Order.id == OfficialInvoice.order_id)
        .outerjoin(OrderPurchase, OrderPurchase.order_id == Order.id)
        .where(*where)
        .order_by(OfficialInvoice.id.desc())
    )
    found = session.execute(statement if limit is None else statement.limit(limit)).all()
    ids = [row.id for row, *_references in found]
    parts: dict[UUID, list[InvoiceMatch]] = {}
    for match in session.scalars(
        sa.select(InvoiceMatch).where(InvoiceMatch.invoice_id.in_(ids)).order_by(InvoiceMatch.line_id)
    ):
        parts.setdefault(match.invoice_id, []).append(match)
    return tuple(
        _row(row, purchase if is_bought and purchase else order, parts.get(row.id, []), is_bought=bool(is_bought))
        for row, order, is_bought, purchase in found
    )


def _row(found: OfficialInvoice, reference: str, matches: Collection[InvoiceMatch], *, is_bought: bool) -> InvoiceRow:
    return InvoiceRow(
        id=found.id,
        order_id=found.order_id,
        order=reference,
        issuer_id=found.issuer_id,
        buyer_id=found.buyer_id,
        recorded_by=found.recorded_by,
        country=found.country,
        type=found.type,
        code=found.code,
        number=found.number,
        issued_on=found.issued_on,
        net=Money(found.net_minor, found.currency),
        tax=Money(found.tax_minor, found.currency),
        file_id=found.file_id,
        refers_to=found.refers_to,
        state=found.state,
        recorded_at=found.recorded_at,
        parts=tuple(Part(match.line_id, Money(match.minor, found.currency)) for match in matches),
        is_bought=is_bought,
    )


def _lines(
    session: Session,
    *where: sa.ColumnElement[bool],
    ordered: tuple[sa.ColumnElement[Any] | Any, ...],
    limit: int | None = None,
    is_bought: bool = False,
) -> tuple[LineToInvoice, ...]:
    handed, purchase = figures.handed(), OrderPurchase.reference if is_bought else sa.null()
    price = OrderPurchaseLine.unit_price_micro if is_bought else OrderLine.unit_price_micro
    statement = (
        figures.joined(
            sa.select(
                OrderLine,
                Order,
                handed.label("handed"),
                figures.first_move().label("since"),
                figures.owed(is_bought=is_bought).label("owed"),
                figures.priced(is_bought=is_bought).label("priced"),
                figures.matched(is_bought=is_bought).label("matched"),
                price.label("price"),
                purchase.label("purchase"),
            ),
            is_bought=is_bought,
        )
        .where(handed > 0, *where)
        .order_by(*ordered)
    )
    return tuple(_line(row) for row in session.execute(statement if limit is None else statement.limit(limit)))


def _line(row: Any) -> LineToInvoice:
    """Return a line of a sale, or of the purchase that is named: that has its own parties, prices and reference."""
    line, order = row.OrderLine, row.Order
    # What was let off for units that never left is no part of the price of those that did.
    handed_for = Money(int(row.priced), order.currency).portion(min(int(row.handed), line.quantity), line.quantity)
    value = min(Money(int(row.owed), order.currency), handed_for)
    is_bought, seller_id = row.purchase is not None, order.seller_id or order.merchant_id
    buyer_id = seller_id if is_bought else order.buyer_id
    return LineToInvoice(
        line_id=line.id,
        order_id=order.id,
        order=row.purchase or order.reference,
        position=line.position,
        purchase_order_number="" if is_bought else order.purchase_order_number,
        issuer_id=order.merchant_id if is_bought else seller_id,
        buyer_id=buyer_id,
        buyer=Party(**order.parties[str(buyer_id)]),
        sku=line.sku,
        titles=line.titles,
        hs_code=line.hs_code,
        unit=line.unit,
        quantity=int(row.handed),
        unit_price=UnitPrice(row.price, order.currency),
        value=max(value, Money.zero(order.currency)),
        matched=Money(int(row.matched), order.currency),
        since=row.since,
        fx=None if is_bought else order.fx,
    )
