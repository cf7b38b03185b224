"""Read order lines with their quantity per state and the way they came."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.rules.details.promises import Warranty
from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import LineMove, LinePart, Order, OrderLine
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.queries import orders
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.acceptance import OVER, RECEIVED
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.classes import Windows, stored_windows
from marketplace.orders.rules.samples import Conforming
from marketplace.orders.rules.states import LineState, RejectReason
from marketplace.orders.rules.temperatures import KeptAt


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
    agreed changes left of them, less the ``credit`` of a sample bought before. ``customs`` is what a sample, or
    goods in the place of others, are worth there.
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
    windows: Windows | None
    warranty: Warranty | None
    kept_at: KeptAt | None
    credit: Money
    customs: Money | None
    sample: Mapping[str, Any]  # orders.rules.placing: the samples that its papers name
    replaces_id: UUID | None  # the claim for which its goods come in the place of others

    @property
    def care(self) -> "Care":
        """How its goods are to be treated."""
        return Care(self.fresh, self.kept_at)

    @property
    def courier(self) -> Money:
        """What of a sample's amount is the courier's fee."""
        return Money(int(self.sample.get("courier_minor", 0)), self.amount.currency)

    @property
    def goods_amount(self) -> Money:
        """What its units cost as agreed, before a credit and without a courier."""
        return max(self.agreed_amount + self.credit - self.courier, Money.zero(self.amount.currency))

    @property
    def conforms_to(self) -> Conforming | None:
        """The approved sample that its goods have to be like."""
        named = self.sample.get("conforms_to")
        if named is None:
            return None
        return Conforming(
            reference=named["reference"],
            approved_at=datetime.fromisoformat(named["approved_at"]),
            content_hash=named["content_hash"],
        )

    @property
    def was_received(self) -> bool:
        """Whether its carrier or the hub ever counted anything of it, or anything of it ended."""
        return any(move.after in RECEIVED or move.after in OVER for move in self.moves)

    @property
    def units(self) -> int:
        """The units that were not taken off it."""
        return sum(standing(self.parts).values())


@dataclass(frozen=True, slots=True)
class Care:
    """Whether goods are fresh, and how cold they are kept where that was agreed."""

    fresh: bool
    kept_at: KeptAt | None

    @property
    def is_measured(self) -> bool:
        """Whether pictures and temperatures are asked for when they come."""
        return self.fresh or self.kept_at is not None


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


def listings_of(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the listings that lines were ordered from."""
    rows = session.execute(sa.select(OrderLine.id, OrderLine.listing_id).where(OrderLine.id.in_(line_ids)))
    return dict(rows.all())


def lines_for(session: Session, *, order: OrderRow) -> tuple[LineRow, ...]:
    """Return the lines of an order that was read for a company, at the prices of that company."""
    rows = lines_of(session, order_ids=[order.id])[order.id]
    return purchases.lines_as_merchant(rows, order.purchase) if order.purchase else rows


def lines_of(session: Session, *, order_ids: Collection[UUID]) -> Mapping[UUID, tuple[LineRow, ...]]:
    """Return the lines of orders that were read before, in their order, with parts and moves, as the buyer pays."""
    found = session.execute(_LINES, {"orders": list(order_ids)}).all()
    ids = [line.id for line in found]
    parts, moves = _ways(session, ids)
    lines: dict[UUID, list[LineRow]] = {order_id: [] for order_id in order_ids}
    for line in found:
        lines[line.order_id].append(line_row(line, line.currency, parts.get(line.id, {}), moves.get(line.id, [])))
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
    order = orders.order(session, company_id=company_id, order_id=order_id)
    return next(row for row in lines_for(session, order=order) if row.id == line_id)


def care_of(session: Session, *, line_id: UUID) -> Care:
    """Return how the goods of a line are to be treated, whoever it belongs to: for those who carry them."""
    found = session.execute(sa.select(OrderLine.fresh, OrderLine.kept_at).where(OrderLine.id == line_id)).one()
    return Care(found.fresh, KeptAt(**found.kept_at) if found.kept_at else None)


def line_replaces(session: Session, *, line_id: UUID) -> bool:
    """Tell whether a line came in the place of claimed goods."""
    return session.scalar(sa.select(OrderLine.replaces_id).where(OrderLine.id == line_id)) is not None


def order_of(session: Session, *, line_id: UUID) -> UUID:
    """Return the order of a line, whoever it belongs to."""
    return session.scalars(sa.select(OrderLine.order_id).where(OrderLine.id == line_id)).one()


def orders_of_lines(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the order of each line, whoever it belongs to: for other features, not for readers."""
    found = session.execute(sa.select(OrderLine.id, OrderLine.order_id).where(OrderLine.id.in_(line_ids)))
    return {row.id: row.order_id for row in found}


def _ways(
    session: Session, ids: Collection[UUID]
) -> tuple[dict[UUID, dict[LineState, int]], dict[UUID, list[MoveRow]]]:
    """Return parts and moves of lines in one question."""
    parts: dict[UUID, dict[LineState, int]] = {}
    moves: dict[UUID, list[MoveRow]] = {}
    for row in session.execute(_WAYS, {"lines": list(ids)}):
        if row.id is None:
            parts.setdefault(row.line_id, {})[row.after] = row.quantity
        else:
            moves.setdefault(row.line_id, []).append(MoveRow(row.before, row.after, row.quantity, row.at))
    return parts, moves


def line_row(found: Any, currency: str, parts: dict[LineState, int], moves: Sequence[MoveRow]) -> LineRow:
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
        agreed_amount=Money(found.amount_minor - found.credit_minor - found.let_off_minor, currency),
        rejected_because=found.rejected_because,
        windows=stored_windows(found.windows) if found.windows else None,
        warranty=Warranty(**found.warranty) if found.warranty else None,
        kept_at=KeptAt(**found.kept_at) if found.kept_at else None,
        credit=Money(found.credit_minor, currency),
        customs=None if found.customs_minor is None else Money(found.customs_minor, currency),
        sample=found.sample or {},
        replaces_id=found.replaces_id,
    )


# Every page of an order asks for its lines: written once.
_LINES: Final = (
    sa.select(OrderLine.__table__, Order.currency)
    .join(Order, Order.id == OrderLine.order_id)
    .where(OrderLine.order_id.in_(sa.bindparam("orders", expanding=True)))
    .order_by(OrderLine.order_id, OrderLine.position)
)
_IN_LINES: Final = sa.bindparam("lines", expanding=True)
# A part is a move without an id, an instant and a state before.
_WAYS: Final[Any] = (
    sa.select(LineMove.id, LineMove.line_id, LineMove.before, LineMove.after, LineMove.quantity, LineMove.at)
    .where(LineMove.line_id.in_(_IN_LINES))
    .union_all(
        sa.select(sa.null(), LinePart.line_id, sa.null(), LinePart.state, LinePart.quantity, sa.null()).where(
            LinePart.line_id.in_(_IN_LINES)
        )
    )
    .order_by(LineMove.id)
)
