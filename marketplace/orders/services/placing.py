"""Write the orders of a checkout with everything they freeze."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.services import duties
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import write
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.purchases import services as purchases
from marketplace.orders.queries.lines import LineRow, MoveRow, line_row
from marketplace.orders.queries.orders import OrderRow, order_row
from marketplace.orders.rules.placing import PlacedGroup, frozen_line, frozen_order
from marketplace.orders.rules.states import LineState, OrderState
from marketplace.orders.services.moves import open_lines


@dataclass(frozen=True, slots=True)
class Written:
    """An order as it was just placed, with its lines."""

    order: OrderRow
    lines: tuple[LineRow, ...]


def place_order_group(session: Session, *, group: PlacedGroup, actor: Actor, now: datetime) -> tuple[Written, ...]:
    """Write a group with its orders and lines and return the orders; one checkout places one group.

    The number of statements does not depend on how many orders and lines there are.
    """
    _write_group(session, group, now)
    orders: list[dict[str, Any]] = [
        {
            "id": order.id,
            "state": OrderState.PLACED,
            "placed_at": now,
            "added_minor": 0,
            "let_off_minor": 0,
            **frozen_order(group, order),
        }
        for order in group.orders
    ]
    write(session, Order, orders)
    lines: list[dict[str, Any]] = [
        {
            "id": line.id,
            "state": LineState.OPEN,
            "agreed_price_micro": line.unit_price.micro,
            "let_off_minor": 0,
            **frozen_line(order, position, line),
        }
        for order in group.orders
        for position, line in enumerate(order.lines, start=1)
    ]
    write(session, OrderLine, lines)
    purchases.place(session, orders=group.orders)
    open_lines(session, quantities={line["id"]: line["quantity"] for line in lines}, now=now)
    acts = [
        Act(
            "order.place",
            order.id,
            {"total_minor": order.total.minor, "currency": order.currency, "checkout": group.checkout_id},
        )
        for order in group.orders
    ]
    audit.record_all(session, actor=actor, subject="order", acts=acts, now=now)
    placed = (
        OrderPlaced(at=now, order_id=order.id, buyer_id=group.buyer_id, merchant_id=order.merchant_id)
        for order in group.orders
    )
    events.record_all(session, placed)
    duties.begin(
        session,
        company_id=group.buyer_id,
        person_id=group.person_id,
        kind=Kind.PURCHASE,
        subject_ids=[order.id for order in group.orders],
        now=now,
    )
    return tuple(
        Written(
            order_row(Order(**order)),
            tuple(_as_placed(line, order["currency"], now) for line in lines if line["order_id"] == order["id"]),
        )
        for order in orders
    )


def _write_group(session: Session, group: PlacedGroup, now: datetime) -> None:
    row = {
        "id": group.id,
        "reference": group.reference,
        "buyer_id": group.buyer_id,
        "person_id": group.person_id,
        "checkout_id": group.checkout_id,
        "approval_id": group.approval_id,
        "placed_at": now,
        "unit_id": group.unit.id if group.unit else None,
        "unit_name": group.unit.name if group.unit else None,
        "cost_centre": group.unit.cost_centre if group.unit else None,
    }
    write(session, OrderGroup, [row])


def _as_placed(line: dict[str, Any], currency: str, now: datetime) -> LineRow:
    units = line["quantity"]
    opened = MoveRow(before=None, after=LineState.OPEN, quantity=units, at=now)
    return line_row(OrderLine(**line), currency, {LineState.OPEN: units}, (opened,))
