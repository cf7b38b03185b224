"""What must hold of lines and orders."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import StockHold
from marketplace.catalog.rules.states import HoldState
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.orders.models import CartLine, LinePart, Order, OrderGroup, OrderLine
from marketplace.orders.queries import acceptances
from marketplace.orders.rules.carts import MOST_LINES
from marketplace.orders.rules.parts import least_advanced
from marketplace.orders.rules.states import AT_MERCHANT, LineState


def breaches(session: Session) -> list[Breach]:
    """Return carts, lines, orders and acceptances that do not hold.

    A cart has an end, parts add up to what was ordered, a line shows its least advanced part and keeps no stock in
    vain, lines add up to their order, which prints no cost centre but its own, and an acceptance binds to what was
    agreed.
    """
    return [*_PROMISES.breaches(session), *_misplaced(session), *acceptances.breaches(session)]


def _uneven() -> sa.Select[UUID]:
    """Ask for lines whose parts do not add up to what was ordered."""
    per_line = (
        sa.select(LinePart.line_id, sa.func.sum(LinePart.quantity).label("quantity"))
        .group_by(LinePart.line_id)
        .subquery()
    )
    return (
        sa.select(OrderLine.id)
        .outerjoin(per_line, per_line.c.line_id == OrderLine.id)
        .where(sa.func.coalesce(per_line.c.quantity, 0) != OrderLine.quantity)
    )


def _wrong_total() -> sa.Select[UUID]:
    """Ask for orders to which their lines do not add up."""
    per_order = (
        sa.select(OrderLine.order_id, sa.func.sum(OrderLine.amount_minor).label("total"))
        .group_by(OrderLine.order_id)
        .subquery()
    )
    return (
        sa.select(Order.id)
        .outerjoin(per_order, per_order.c.order_id == Order.id)
        .where(sa.func.coalesce(per_order.c.total, 0) != Order.total_minor + Order.added_minor)
    )


def _overfull() -> sa.Select[UUID]:
    """Ask for carts with more lines than a cart holds."""
    return sa.select(CartLine.cart_id).group_by(CartLine.cart_id).having(sa.func.count() > MOST_LINES)


def _printed() -> sa.Select[UUID]:
    """Ask for orders whose papers print another cost centre than they were placed for."""
    other = sa.and_(Order.cost_centre != "", Order.cost_centre != sa.func.coalesce(OrderGroup.cost_centre, ""))
    return sa.select(Order.id).join(OrderGroup, OrderGroup.id == Order.group_id).where(other)


def _still_promised() -> sa.Select[UUID]:
    """Ask for lines of which units are promised that can no longer come: all of them left, fell short or ended."""
    at_merchant = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(AT_MERCHANT))
    return (
        sa.select(OrderLine.id)
        .join(StockHold, StockHold.subject == OrderLine.id)
        .where(StockHold.state == HoldState.ALLOCATED, StockHold.quantity > StockHold.shipped, ~at_merchant)
    )


def _misplaced(session: Session) -> list[Breach]:
    """Return lines that show another state than their least advanced part."""
    shown: dict[UUID, LineState] = {}
    parts: dict[UUID, dict[LineState, int]] = {}
    for row in session.execute(_PARTS):
        shown[row.id] = row.state
        parts.setdefault(row.id, {})[row.part] = row.quantity
    return [
        Breach("8 line state", "order_line", line_id, f"shows {shown[line_id]}")
        for line_id, held in parts.items()
        if least_advanced(held) is not shown[line_id]
    ]


_PARTS: Final = sa.select(OrderLine.id, OrderLine.state, LinePart.state.label("part"), LinePart.quantity).join(
    LinePart, LinePart.line_id == OrderLine.id
)
_PROMISES: Final = Promises(
    "8 line parts",
    Promise("order_line", "the parts do not add up to what was ordered", _uneven),
    Promise("order", "the lines do not add up to the order", _wrong_total, "1 order total"),
    Promise("cart", "holds too many lines", _overfull, "cart"),
    Promise("order", "prints another cost centre than its own", _printed, "2 frozen at placement"),
    Promise("order_line", "units are promised that will not come", _still_promised, "3 stock"),
)
