"""Write the orders of a checkout with everything they freeze."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries.units import unit_at
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.services import duties
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.orders.events import OrderPlaced
from marketplace.orders.models import Order, OrderGroup, OrderLine
from marketplace.orders.rules.placing import PlacedGroup, PlacedLine, PlacedOrder, frozen_line, frozen_order
from marketplace.orders.rules.states import LineState, OrderState
from marketplace.orders.services.moves import open_line


def place_order_group(session: Session, *, group: PlacedGroup, actor: Actor, now: datetime) -> UUID:
    """Write a group with its orders and lines and return its id; one checkout places one group."""
    session.add(
        OrderGroup(
            id=group.id,
            reference=group.reference,
            buyer_id=group.buyer_id,
            person_id=group.person_id,
            unit_id=unit_at(company_id=group.buyer_id, person_id=group.person_id),
            checkout_id=group.checkout_id,
            placed_at=now,
        )
    )
    session.flush()
    for order in group.orders:
        _place(session, group, order, actor, now)
    duties.begin(
        session,
        company_id=group.buyer_id,
        person_id=group.person_id,
        kind=Kind.PURCHASE,
        subject_ids=[order.id for order in group.orders],
        now=now,
    )
    return group.id


def _place(session: Session, group: PlacedGroup, order: PlacedOrder, actor: Actor, now: datetime) -> None:
    session.add(
        Order(id=order.id, state=OrderState.PLACED, placed_at=now, **frozen_order(group, order)),
    )
    session.flush()
    for position, line in enumerate(order.lines, start=1):
        _add_line(session, order.id, position, line, now)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="order.place",
        subject="order",
        subject_id=order.id,
        facts={"total_minor": order.total.minor, "currency": order.currency, "checkout": group.checkout_id},
        now=now,
    )
    events.record(
        session, OrderPlaced(at=now, order_id=order.id, buyer_id=group.buyer_id, merchant_id=order.merchant_id)
    )


def _add_line(session: Session, order_id: UUID, position: int, line: PlacedLine, now: datetime) -> None:
    row = OrderLine(id=line.id, state=LineState.OPEN, **frozen_line(order_id, position, line))
    session.add(row)
    session.flush()
    open_line(session, line=row, now=now)
