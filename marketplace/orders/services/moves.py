"""The one place that writes the state of an order line, its parts and its moves, and the state of an order."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import NotFound
from marketplace.kernel.ids import new_id
from marketplace.orders.events import LineMoved
from marketplace.orders.models import LineMove, LinePart, Order, OrderLine
from marketplace.orders.rules import parts as rules
from marketplace.orders.rules.states import ENDED, LINE, ORDER, LineState


def locked_order(session: Session, *, order_id: UUID) -> Order:
    """Return the order with its row locked: whoever changes an order or its lines takes this lock first."""
    found = session.scalars(_LOCKED, {"order_id": order_id}).one_or_none()
    if found is None:
        raise NotFound("order")
    return found


def locked_orders(session: Session, *, order_ids: Collection[UUID]) -> list[Order]:
    """Return orders with their rows locked, in order of id; none is missing."""
    found = list(session.scalars(_LOCKED_ALL, {"order_ids": list(order_ids)}))
    if len(found) != len(order_ids):
        raise NotFound("order")
    return found


def move_order(session: Session, *, order: Order, action: str, actor: Actor, now: datetime, **facts: Any) -> None:
    """Take an order along a drawn transition and note it."""
    order.state = ORDER.apply(order.state, action)
    if order.state in ENDED:
        order.ended_at = now
    session.flush()
    audit.record(
        session, actor=actor, action=f"order.{action}", subject="order", subject_id=order.id, facts=facts, now=now
    )


def lines_in(session: Session, *, order_id: UUID) -> list[OrderLine]:
    """Return the lines of a locked order in their order."""
    return list(session.scalars(_LINES, {"order_id": order_id}))


def lines_by_order(session: Session, *, order_ids: Collection[UUID]) -> dict[UUID, list[OrderLine]]:
    """Return the lines of several locked orders, each in their order."""
    found: dict[UUID, list[OrderLine]] = {order_id: [] for order_id in order_ids}
    for line in session.scalars(_LINES_OF_ALL, {"order_ids": list(order_ids)}):
        found[line.order_id].append(line)
    return found


def parts_of(session: Session, *, line_id: UUID) -> dict[LineState, int]:
    """Return a line's quantity per state."""
    found = session.execute(_PARTS, {"line_id": line_id})
    return {row.state: row.quantity for row in found}


def parts_by_line(session: Session, *, line_ids: Collection[UUID]) -> dict[UUID, dict[LineState, int]]:
    """Return the quantities per state of several lines."""
    found: dict[UUID, dict[LineState, int]] = {line_id: {} for line_id in line_ids}
    for row in session.execute(_PARTS_BY_LINE, {"lines": list(line_ids)}) if line_ids else ():
        found[row.line_id][row.state] = row.quantity
    return found


def open_lines(session: Session, *, quantities: Mapping[UUID, int], now: datetime) -> None:
    """Begin lines: all that was ordered is open."""
    parts = [{"line_id": key, "state": LineState.OPEN, "quantity": units} for key, units in quantities.items()]
    moves = [
        {"id": new_id(), "line_id": key, "before": None, "after": LineState.OPEN, "quantity": units, "at": now}
        for key, units in quantities.items()
    ]
    write(session, LinePart, parts)
    write(session, LineMove, moves)


def move_line(
    session: Session, *, line: OrderLine, state: LineState, action: str, quantity: int | None, now: datetime
) -> LineState:
    """Take so many units of a line in a state (all of them when None) along a drawn transition; the order is locked."""
    before = parts_of(session, line_id=line.id)
    units = before.get(state, 0) if quantity is None else quantity
    after, reached = rules.moved(before, state=state, action=action, quantity=units)
    for name in (state, reached):
        _keep(session, line.id, name, before.get(name, 0), after.get(name, 0))
    line.state = rules.least_advanced(after)
    moved = {"id": new_id(), "line_id": line.id, "before": state, "after": reached, "quantity": units, "at": now}
    write(session, LineMove, [moved])
    events.record(
        session, LineMoved(at=now, order_id=line.order_id, line_id=line.id, state=str(reached), quantity=units)
    )
    return reached


def move_all(session: Session, *, line: OrderLine, action: str, now: datetime) -> None:
    """Take every part of a line for which the action is drawn."""
    for state in parts_of(session, line_id=line.id):
        if LINE.allows(state, action):
            move_line(session, line=line, state=state, action=action, quantity=None, now=now)


def _keep(session: Session, line_id: UUID, state: LineState, before: int, after: int) -> None:
    part = (LinePart.line_id == line_id, LinePart.state == state)
    if not before and after:
        write(session, LinePart, [{"line_id": line_id, "state": state, "quantity": after}])
    elif after:
        session.execute(
            sa.update(LinePart).where(*part).values(quantity=after).execution_options(synchronize_session=False)
        )
    else:
        session.execute(sa.delete(LinePart).where(*part).execution_options(synchronize_session=False))


# Whatever happens to an order asks these: written once.
_LOCKED: Final = (
    sa.select(Order)
    .where(Order.id == sa.bindparam("order_id", type_=sa.Uuid()))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCKED_ALL: Final = (
    sa.select(Order)
    .where(Order.id.in_(sa.bindparam("order_ids", expanding=True)))
    .order_by(Order.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LINES: Final = (
    sa.select(OrderLine)
    .where(OrderLine.order_id == sa.bindparam("order_id", type_=sa.Uuid()))
    .order_by(OrderLine.position)
)
_LINES_OF_ALL: Final = (
    sa.select(OrderLine)
    .where(OrderLine.order_id.in_(sa.bindparam("order_ids", expanding=True)))
    .order_by(OrderLine.position)
)
_PARTS_BY_LINE: Final = sa.select(LinePart.line_id, LinePart.state, LinePart.quantity).where(
    LinePart.line_id.in_(sa.bindparam("lines", expanding=True))
)
_PARTS: Final = sa.select(LinePart.state, LinePart.quantity).where(
    LinePart.line_id == sa.bindparam("line_id", type_=sa.Uuid())
)
