"""Carts, orders and lines as rows, and the promises they must keep."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.orders.models import (
    Cart,
    CartLine,
    LineMove,
    LinePacking,
    LinePart,
    Order,
    OrderGroup,
    OrderLine,
)
from marketplace.orders.rules.packing import label
from marketplace.orders.rules.parts import least_advanced
from marketplace.orders.rules.states import BEFORE_PACKING, CancelReason, LineState, OrderState
from marketplace.payments.rules.terms import Mode, Plan, Rail

PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class CartLineRow:
    """What lies in a cart: a quantity of a listing on one price ladder."""

    listing_id: UUID
    quantity: int
    currency: str
    incoterm: str
    place_code: str


@dataclass(frozen=True, slots=True)
class CartRow:
    """A person's cart in a company; empty where there is none yet."""

    destination: str | None
    lines: tuple[CartLineRow, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """What one checkout placed."""

    id: UUID
    reference: str
    buyer_id: UUID
    placed_at: datetime
    order_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order without its lines."""

    id: UUID
    reference: str
    group_id: UUID
    buyer_id: UUID
    merchant_id: UUID
    state: OrderState
    total: Money
    incoterm: str
    place_code: str
    destination: str
    plan: Plan
    mode: Mode
    rail: Rail
    trade_model: str
    importer_id: UUID
    consignee_id: UUID
    payee: dict[str, str] | None
    commission_bp: int
    fx: dict[str, str] | None
    purchase_order_number: str
    placed_at: datetime
    confirm_by: datetime
    proforma_ends_at: datetime | None
    confirmed_at: datetime | None
    secured_at: datetime | None
    ended_at: datetime | None
    cancel_reason: CancelReason | None

    def side_of(self, company_id: UUID) -> Literal["buyer", "merchant"]:
        """Return which side of the order a party is on."""
        return "buyer" if company_id == self.buyer_id else "merchant"


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A quantity that went from one state to another."""

    before: LineState | None
    after: LineState
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """An order line with its quantity per state and the way it came."""

    id: UUID
    order_id: UUID
    position: int
    listing_id: UUID
    listing_version: int
    sku: str
    titles: dict[str, str]
    source_locale: str
    hs_code: str
    origin: str
    unit: str
    quantity: int
    unit_price: UnitPrice
    amount: Money
    packing: Packing | None
    lead_days: int | None
    fresh: bool
    ready_date: date | None
    state: LineState
    parts: dict[LineState, int]
    moves: tuple[MoveRow, ...]


@dataclass(frozen=True, slots=True)
class PackingRow:
    """How a line was packed; ``labels`` are the first and the last carton's serial shipping container codes."""

    cartons: int
    carton_units: int
    units: int
    gross_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    marks: str
    handed_cartons: int
    packed_at: datetime
    labels: tuple[str, str]

    @property
    def missing(self) -> int:
        """Cartons that the hub has not seen."""
        return self.cartons - self.handed_cartons


@dataclass(frozen=True, slots=True)
class ToShipRow:
    """A line that its merchant still has goods of."""

    line: LineRow
    order_reference: str
    is_secured: bool
    packing: PackingRow | None


def cart_of(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart, lines in the order they were put in."""
    cart = session.scalars(
        sa.select(Cart).where(Cart.company_id == company_id, Cart.person_id == person_id)
    ).one_or_none()
    if cart is None:
        return CartRow(None, ())
    found = session.scalars(
        sa.select(CartLine).where(CartLine.cart_id == cart.id).order_by(CartLine.added_at, CartLine.listing_id)
    )
    lines = tuple(
        CartLineRow(line.listing_id, line.quantity, line.currency, line.incoterm, line.place_code) for line in found
    )
    return CartRow(cart.destination, lines)


def group(session: Session, *, company_id: UUID, group_id: UUID) -> GroupRow:
    """Return what a checkout of this company placed; NotFound."""
    found = session.scalars(
        sa.select(OrderGroup).where(OrderGroup.id == group_id, OrderGroup.buyer_id == company_id)
    ).one_or_none()
    if found is None:
        raise NotFound("order_group")
    ids = session.scalars(sa.select(Order.id).where(Order.group_id == group_id).order_by(Order.id))
    return GroupRow(found.id, found.reference, found.buyer_id, found.placed_at, tuple(ids))


def order(session: Session, *, company_id: UUID, order_id: UUID) -> OrderRow:
    """Return an order that this company buys or sells; NotFound for any other."""
    found = session.scalars(_of_company(company_id, None).where(Order.id == order_id)).one_or_none()
    if found is None:
        raise NotFound("order")
    return _order_row(found)


def orders(
    session: Session,
    *,
    company_id: UUID,
    side: Literal["buyer", "merchant"] | None = None,
    state: OrderState | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[OrderRow]:
    """Return orders that this company buys or sells, latest first."""
    statement = _of_company(company_id, side).order_by(Order.id.desc()).limit(size + 1)
    if state is not None:
        statement = statement.where(Order.state == state)
    if cursor:
        (last,) = decode_cursor(cursor, str)
        statement = statement.where(Order.id < _uuid(last))
    rows = [_order_row(found) for found in session.scalars(statement)]
    return page_of(rows, size, lambda row: (str(row.id),))


def by_id(session: Session, *, order_ids: Collection[UUID]) -> Mapping[UUID, OrderRow]:
    """Return orders whoever they belong to: for other features, not for readers."""
    found = session.scalars(sa.select(Order).where(Order.id.in_(order_ids)))
    return {one.id: _order_row(one) for one in found}


def lines_of(session: Session, *, order_ids: Collection[UUID]) -> Mapping[UUID, tuple[LineRow, ...]]:
    """Return the lines of orders that were read before, in their order, with parts and moves."""
    found = session.execute(
        sa.select(OrderLine, Order.currency)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.order_id.in_(order_ids))
        .order_by(OrderLine.order_id, OrderLine.position)
    ).all()
    ids = [line.id for line, _ in found]
    parts, moves = _parts(session, ids), _moves(session, ids)
    lines: dict[UUID, list[LineRow]] = {order_id: [] for order_id in order_ids}
    for line, currency in found:
        lines[line.order_id].append(_line_row(line, currency, parts.get(line.id, {}), moves.get(line.id, [])))
    return {order_id: tuple(rows) for order_id, rows in lines.items()}


def line(session: Session, *, company_id: UUID, line_id: UUID) -> LineRow:
    """Return a line of an order that this company buys or sells; NotFound for any other."""
    order_id = session.scalars(
        sa.select(OrderLine.order_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id == line_id, sa.or_(Order.buyer_id == company_id, Order.merchant_id == company_id))
    ).one_or_none()
    if order_id is None:
        raise NotFound("order_line")
    return next(row for row in lines_of(session, order_ids=[order_id])[order_id] if row.id == line_id)


def packing_for(session: Session, *, line_id: UUID) -> PackingRow | None:
    """Return how a line was packed, None before it is; whoever it belongs to."""
    return packings(session, line_ids=[line_id]).get(line_id)


def packings(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, PackingRow]:
    """Return how these lines were packed, whoever they belong to; a line that is not packed is missing."""
    rows = session.scalars(sa.select(LinePacking).where(LinePacking.line_id.in_(line_ids)))
    return {
        row.line_id: PackingRow(
            cartons=row.cartons,
            carton_units=row.carton_units,
            units=row.units,
            gross_g=row.gross_g,
            length_mm=row.length_mm,
            width_mm=row.width_mm,
            height_mm=row.height_mm,
            marks=row.marks,
            handed_cartons=row.handed_cartons,
            packed_at=row.packed_at,
            labels=(label(row.block, 1), label(row.block, row.cartons)),
        )
        for row in rows
    }


def order_of(session: Session, *, line_id: UUID) -> UUID:
    """Return the order of a line, whoever it belongs to."""
    return session.scalars(sa.select(OrderLine.order_id).where(OrderLine.id == line_id)).one()


def lines_to_ship(session: Session, *, merchant_id: UUID) -> tuple[ToShipRow, ...]:
    """Return what a merchant has to make ready, to pack and to bring to the hub, oldest order first."""
    waiting = (*BEFORE_PACKING, LineState.PACKED)
    rows = session.execute(
        sa.select(OrderLine.id, OrderLine.order_id, Order.reference, Order.secured_at)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.merchant_id == merchant_id,
            Order.state.in_((OrderState.CONFIRMED, OrderState.IN_FULFILMENT)),
            sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(waiting)),
        )
        .order_by(Order.id, OrderLine.position)
    ).all()
    lines = {
        row.id: row for found in lines_of(session, order_ids={row.order_id for row in rows}).values() for row in found
    }
    packed = packings(session, line_ids=[row.id for row in rows])
    return tuple(
        ToShipRow(lines[row.id], row.reference, row.secured_at is not None, packed.get(row.id)) for row in rows
    )


def orders_of_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the order of each line, whoever it belongs to: for other features, not for readers."""
    found = session.execute(sa.select(OrderLine.id, OrderLine.order_id).where(OrderLine.id.in_(line_ids)))
    return {row.id: row.order_id for row in found}


def unconfirmed(session: Session, *, now: datetime, limit: int = 200) -> tuple[UUID, ...]:
    """Return orders that their merchants did not confirm in time."""
    found = session.scalars(
        sa.select(Order.id)
        .where(Order.state == OrderState.PLACED, Order.confirm_by <= now)
        .order_by(Order.id)
        .limit(limit)
    )
    return tuple(found)


def breaches(session: Session) -> list[Breach]:
    """Return lines whose parts do not add up or whose state is not their least advanced, and orders that do not."""
    found: list[Breach] = []
    per_line = (
        sa.select(LinePart.line_id, sa.func.sum(LinePart.quantity).label("quantity"))
        .group_by(LinePart.line_id)
        .subquery()
    )
    uneven = (
        sa.select(OrderLine.id)
        .outerjoin(per_line, per_line.c.line_id == OrderLine.id)
        .where(sa.func.coalesce(per_line.c.quantity, 0) != OrderLine.quantity)
    )
    found += [
        Breach("8 line parts", "order_line", line_id, "the parts do not add up to what was ordered")
        for line_id in session.scalars(uneven)
    ]
    per_order = (
        sa.select(OrderLine.order_id, sa.func.sum(OrderLine.amount_minor).label("total"))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    wrong = (
        sa.select(Order.id)
        .outerjoin(per_order, per_order.c.order_id == Order.id)
        .where(sa.func.coalesce(per_order.c.total, 0) != Order.total_minor)
    )
    found += [
        Breach("1 order total", "order", order_id, "the lines do not add up to the order")
        for order_id in session.scalars(wrong)
    ]
    return found + _misplaced(session)


def _misplaced(session: Session) -> list[Breach]:
    """Return lines that show another state than their least advanced part."""
    shown: dict[UUID, LineState] = {}
    parts: dict[UUID, dict[LineState, int]] = {}
    statement = sa.select(OrderLine.id, OrderLine.state, LinePart.state, LinePart.quantity).join(
        LinePart, LinePart.line_id == OrderLine.id
    )
    for line_id, state, part, quantity in session.execute(statement):
        shown[line_id] = state
        parts.setdefault(line_id, {})[part] = quantity
    return [
        Breach("8 line state", "order_line", line_id, f"shows {shown[line_id]}")
        for line_id, held in parts.items()
        if least_advanced(held) is not shown[line_id]
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _of_company(company_id: UUID, side: str | None) -> sa.Select[Order]:
    mine = {"buyer": Order.buyer_id == company_id, "merchant": Order.merchant_id == company_id}
    return sa.select(Order).where(mine[side] if side else sa.or_(*mine.values()))


def _parts(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[LineState, int]]:
    parts: dict[UUID, dict[LineState, int]] = {}
    for part in session.scalars(sa.select(LinePart).where(LinePart.line_id.in_(ids))):
        parts.setdefault(part.line_id, {})[part.state] = part.quantity
    return parts


def _moves(session: Session, ids: Collection[UUID]) -> dict[UUID, list[MoveRow]]:
    moves: dict[UUID, list[MoveRow]] = {}
    for move in session.scalars(sa.select(LineMove).where(LineMove.line_id.in_(ids)).order_by(LineMove.id)):
        moves.setdefault(move.line_id, []).append(MoveRow(move.before, move.after, move.quantity, move.at))
    return moves


def _order_row(found: Order) -> OrderRow:
    return OrderRow(
        id=found.id,
        reference=found.reference,
        group_id=found.group_id,
        buyer_id=found.buyer_id,
        merchant_id=found.merchant_id,
        state=found.state,
        total=Money(found.total_minor, found.currency),
        incoterm=found.incoterm,
        place_code=found.place_code,
        destination=found.destination,
        plan=found.plan,
        mode=found.mode,
        rail=found.rail,
        trade_model=found.trade_model,
        importer_id=found.importer_id,
        consignee_id=found.consignee_id,
        payee=found.payee,
        commission_bp=found.commission_bp,
        fx=found.fx,
        purchase_order_number=found.purchase_order_number,
        placed_at=found.placed_at,
        confirm_by=found.confirm_by,
        proforma_ends_at=found.proforma_ends_at,
        confirmed_at=found.confirmed_at,
        secured_at=found.secured_at,
        ended_at=found.ended_at,
        cancel_reason=found.cancel_reason,
    )


def _line_row(found: OrderLine, currency: str, parts: dict[LineState, int], moves: list[MoveRow]) -> LineRow:
    return LineRow(
        id=found.id,
        order_id=found.order_id,
        position=found.position,
        listing_id=found.listing_id,
        listing_version=found.listing_version,
        sku=found.sku,
        titles=found.titles,
        source_locale=found.source_locale,
        hs_code=found.hs_code,
        origin=found.origin,
        unit=found.unit,
        quantity=found.quantity,
        unit_price=UnitPrice(found.unit_price_micro, currency),
        amount=Money(found.amount_minor, currency),
        packing=Packing(**found.packing) if found.packing else None,
        lead_days=found.lead_days,
        fresh=found.fresh,
        ready_date=found.ready_date,
        state=found.state,
        parts=parts,
        moves=tuple(moves),
    )
