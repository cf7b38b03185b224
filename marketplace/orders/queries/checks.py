"""What must hold of lines and orders."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import StockHold
from marketplace.catalog.rules.states import HoldState
from marketplace.kernel.checks import Breach
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
        .where(sa.func.coalesce(per_order.c.total, 0) != Order.total_minor + Order.added_minor)
    )
    found += [
        Breach("1 order total", "order", order_id, "the lines do not add up to the order")
        for order_id in session.scalars(wrong)
    ]
    found += [*_overfull(session), *_printed(session), *_misplaced(session), *_still_promised(session)]
    return found + acceptances.breaches(session)


def _overfull(session: Session) -> list[Breach]:
    """Return carts with more lines than a cart holds."""
    count = sa.func.count()
    carts = sa.select(CartLine.cart_id).group_by(CartLine.cart_id).having(count > MOST_LINES)
    return [Breach("cart", "cart", cart_id, "holds too many lines") for cart_id in session.scalars(carts)]


def _printed(session: Session) -> list[Breach]:
    """Return orders whose papers print another cost centre than they were placed for."""
    other = sa.and_(Order.cost_centre != "", Order.cost_centre != sa.func.coalesce(OrderGroup.cost_centre, ""))
    orders = sa.select(Order.id).join(OrderGroup, OrderGroup.id == Order.group_id).where(other)
    return [
        Breach("2 frozen at placement", "order", order_id, "prints another cost centre than its own")
        for order_id in session.scalars(orders)
    ]


def _still_promised(session: Session) -> list[Breach]:
    """Return lines of which units are promised that can no longer come: all of them left, fell short or ended."""
    at_merchant = sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(AT_MERCHANT))
    promised = (
        sa.select(OrderLine.id)
        .join(StockHold, StockHold.subject == OrderLine.id)
        .where(StockHold.state == HoldState.ALLOCATED, StockHold.quantity > StockHold.shipped, ~at_merchant)
    )
    return [
        Breach("3 stock", "order_line", line_id, "units are promised that will not come")
        for line_id in session.scalars(promised)
    ]


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
