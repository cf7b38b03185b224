"""Read the register: invoices, what they are for, which lines still wait for one, and what must hold."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.kernel.db import UtcDateTime
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.pages import Page, decode_id, page_of
from marketplace.orders.invoices.models import InvoiceMatch, InvoiceReminder, OfficialInvoice
from marketplace.orders.models import LineMove, Order, OrderLine
from marketplace.orders.rules.invoices import InvoiceState, Open, Part
from marketplace.orders.rules.states import LineState
from marketplace.papers.rules.parts import Party
from marketplace.payments.models.payouts import Allowance

PAGE: Final = 50
Side = Literal["seller", "buyer"]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An official invoice as both its parties see it."""

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


def order_named(session: Session, *, company_id: UUID, reference: str) -> UUID:
    """Return the order of this reference that a company buys or sells; NotFound for any other."""
    found = session.scalars(
        sa.select(Order.id).where(
            Order.reference == reference.upper(), sa.or_(Order.buyer_id == company_id, Order.merchant_id == company_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("order")
    return found


def of_order(session: Session, *, order_id: UUID) -> tuple[InvoiceRow, ...]:
    """Return the invoices of an order that the caller may see."""
    return _rows(session, OfficialInvoice.order_id == order_id)


def lines_of(session: Session, *, order_id: UUID) -> tuple[LineToInvoice, ...]:
    """Return the lines of an order of which goods were handed over, in their order."""
    return _lines(session, Order.id == order_id, ordered=(OrderLine.position,))


def missing(
    session: Session, *, company_id: UUID, side: Side, cursor: str | None = None, size: int = PAGE
) -> Page[LineToInvoice]:
    """Return the lines that wait for an official invoice, in the order of their orders: to issue, or to receive."""
    mine = Order.merchant_id if side == "seller" else Order.buyer_id
    where = [mine == company_id, _is_missing()]
    if cursor:
        where.append(OrderLine.id > decode_id(cursor))
    rows = _lines(session, *where, ordered=(OrderLine.id,), limit=size + 1)
    return page_of(list(rows), size, lambda row: (str(row.line_id),))


def late(session: Session, *, before: datetime, limit: int = 500) -> tuple[LineToInvoice, ...]:
    """Return lines that have waited since before an instant and of which nobody was reminded yet."""
    told = sa.exists().where(InvoiceReminder.line_id == OrderLine.id)
    return _lines(session, _is_missing(), _first_move() < before, ~told, ordered=(OrderLine.id,), limit=limit)


def still_missing(session: Session, *, line_ids: Collection[UUID]) -> tuple[LineToInvoice, ...]:
    """Return those of some lines that still wait for an official invoice."""
    return _lines(session, OrderLine.id.in_(line_ids), _is_missing(), ordered=(OrderLine.id,))


def taken_of(session: Session, *, invoice_id: UUID) -> int:
    """Return what red-letter invoices that count took of an invoice, tax included: minor units, negative."""
    taken = sa.select(sa.func.coalesce(sa.func.sum(OfficialInvoice.net_minor + OfficialInvoice.tax_minor), 0)).where(
        OfficialInvoice.refers_to == invoice_id,
        OfficialInvoice.net_minor < 0,
        OfficialInvoice.state == InvoiceState.RECORDED,
    )
    return int(session.scalars(taken).one())


def breaches(session: Session, *, tax_bp: int = 5_000) -> list[Breach]:
    """Return invoices matched beyond their amount, and lines beyond their amount and any tax that there is."""
    per_invoice = sa.select(sa.func.sum(InvoiceMatch.minor)).where(InvoiceMatch.invoice_id == OfficialInvoice.id)
    total = sa.func.abs(sa.func.coalesce(per_invoice.scalar_subquery(), 0))
    gross = sa.func.abs(OfficialInvoice.net_minor + OfficialInvoice.tax_minor)
    over = session.scalars(sa.select(OfficialInvoice.id).where(total > gross))
    matched = _matched()
    beyond = session.scalars(
        sa.select(OrderLine.id).where(
            sa.or_(matched < 0, matched * 10_000 > OrderLine.amount_minor * (10_000 + tax_bp))
        )
    )
    elsewhere = session.scalars(
        sa.select(InvoiceMatch.invoice_id)
        .join(OfficialInvoice, OfficialInvoice.id == InvoiceMatch.invoice_id)
        .join(OrderLine, OrderLine.id == InvoiceMatch.line_id)
        .where(OrderLine.order_id != OfficialInvoice.order_id)
    )
    return [
        *(Breach("1 money", "official_invoice", one, "is matched beyond its amount") for one in over),
        *(Breach("1 money", "order_line", one, "has official invoices beyond its amount") for one in beyond),
        *(Breach("7 tenant", "official_invoice", one, "is matched to another order's line") for one in elsewhere),
    ]


def _party(company_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(OfficialInvoice.issuer_id == company_id, OfficialInvoice.buyer_id == company_id)


def _rows(session: Session, *where: sa.ColumnElement[bool], limit: int | None = None) -> tuple[InvoiceRow, ...]:
    statement = (
        sa.select(OfficialInvoice, Order.reference)
        .join(Order, Order.id == OfficialInvoice.order_id)
        .where(*where)
        .order_by(OfficialInvoice.id.desc())
    )
    found = session.execute(statement if limit is None else statement.limit(limit)).all()
    ids = [row.id for row, _reference in found]
    parts: dict[UUID, list[InvoiceMatch]] = {}
    for match in session.scalars(
        sa.select(InvoiceMatch).where(InvoiceMatch.invoice_id.in_(ids)).order_by(InvoiceMatch.line_id)
    ):
        parts.setdefault(match.invoice_id, []).append(match)
    return tuple(_row(row, reference, parts.get(row.id, [])) for row, reference in found)


def _row(found: OfficialInvoice, reference: str, matches: Collection[InvoiceMatch]) -> InvoiceRow:
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
    )


def _handed() -> sa.ScalarSelect[int]:
    """Units of a line that left its merchant: those that a commercial invoice names."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(LineMove.quantity), 0))
        .where(LineMove.line_id == OrderLine.id, LineMove.after == LineState.HANDED_OVER)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def _first_move() -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.min(LineMove.at, type_=UtcDateTime))
        .where(LineMove.line_id == OrderLine.id, LineMove.after == LineState.HANDED_OVER)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def _let_off() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(Allowance.amount_minor), 0))
        .where(Allowance.line_id == OrderLine.id)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def _matched() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(InvoiceMatch.minor), 0))
        .join(OfficialInvoice, OfficialInvoice.id == InvoiceMatch.invoice_id)
        .where(InvoiceMatch.line_id == OrderLine.id, OfficialInvoice.state == InvoiceState.RECORDED)
        .correlate(OrderLine)
        .scalar_subquery()
    )


def _is_missing() -> sa.ColumnElement[bool]:
    """Compare without dividing: of a line as many units are to be invoiced as were handed over, less what was let off.

    What is short of it by less than one smallest coin a unit is rounding.
    """
    owed = (_matched() + _let_off()) * OrderLine.quantity
    return sa.and_(_handed() > 0, owed + OrderLine.quantity <= OrderLine.amount_minor * _handed())


def _lines(
    session: Session,
    *where: sa.ColumnElement[bool],
    ordered: tuple[sa.ColumnElement[Any] | Any, ...],
    limit: int | None = None,
) -> tuple[LineToInvoice, ...]:
    handed = _handed()
    statement = (
        sa.select(
            OrderLine,
            Order,
            handed.label("handed"),
            _first_move().label("since"),
            _let_off().label("let_off"),
            _matched().label("matched"),
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(handed > 0, *where)
        .order_by(*ordered)
    )
    return tuple(_line(*row) for row in session.execute(statement if limit is None else statement.limit(limit)))


def _line(line: OrderLine, order: Order, handed: int, since: datetime, let_off: int, matched: int) -> LineToInvoice:
    whole = Money(line.amount_minor, order.currency)
    value = whole.portion(min(int(handed), line.quantity), line.quantity) - Money(int(let_off), order.currency)
    return LineToInvoice(
        line_id=line.id,
        order_id=order.id,
        order=order.reference,
        position=line.position,
        purchase_order_number=order.purchase_order_number,
        issuer_id=order.merchant_id,
        buyer_id=order.buyer_id,
        buyer=Party(**order.parties[str(order.buyer_id)]),
        sku=line.sku,
        titles=line.titles,
        hs_code=line.hs_code,
        unit=line.unit,
        quantity=int(handed),
        unit_price=UnitPrice(line.unit_price_micro, order.currency),
        value=max(value, Money.zero(order.currency)),
        matched=Money(int(matched), order.currency),
        since=since,
        fx=order.fx,
    )
