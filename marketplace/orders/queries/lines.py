"""Read order lines with their quantity per state and the way they came."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import LineMove, LinePart, Order, OrderLine
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.states import LineState, RejectReason


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A quantity that went from one state to another."""

    before: LineState | None
    after: LineState
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LineRow:
    """An order line with its quantity per state and the way it came.

    ``quantity``, ``unit_price`` and ``amount`` are as ordered; ``units``, ``agreed_price`` and ``agreed_amount`` what
    agreed changes left of them.
    """

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
    agreed_price: UnitPrice
    agreed_amount: Money
    rejected_because: RejectReason | None

    @property
    def units(self) -> int:
        """The units that were not taken off it."""
        return sum(standing(self.parts).values())


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """What a line is about, and whose order it belongs to."""

    line_id: UUID
    sku: str
    titles: dict[str, str]
    source_locale: str
    order_id: UUID
    order_reference: str
    merchant_id: UUID


def goods_of(session: Session, *, line_ids: Collection[UUID]) -> Mapping[UUID, GoodsRow]:
    """Return what lines are about, whoever they belong to: for those who carry them, not for other readers."""
    found = session.execute(
        sa.select(
            OrderLine.id,
            OrderLine.sku,
            OrderLine.titles,
            OrderLine.source_locale,
            Order.id,
            Order.reference,
            Order.merchant_id,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id.in_(line_ids))
    )
    return {row[0]: GoodsRow(*row) for row in found}


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
        lines[line.order_id].append(line_row(line, currency, parts.get(line.id, {}), moves.get(line.id, [])))
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


def order_of(session: Session, *, line_id: UUID) -> UUID:
    """Return the order of a line, whoever it belongs to."""
    return session.scalars(sa.select(OrderLine.order_id).where(OrderLine.id == line_id)).one()


def orders_of_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the order of each line, whoever it belongs to: for other features, not for readers."""
    found = session.execute(sa.select(OrderLine.id, OrderLine.order_id).where(OrderLine.id.in_(line_ids)))
    return {row.id: row.order_id for row in found}


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


def line_row(found: OrderLine, currency: str, parts: dict[LineState, int], moves: Sequence[MoveRow]) -> LineRow:
    """Return the row of a line."""
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
        agreed_price=UnitPrice(found.agreed_price_micro, currency),
        agreed_amount=Money(found.amount_minor - found.let_off_minor, currency),
        rejected_because=found.rejected_because,
    )
