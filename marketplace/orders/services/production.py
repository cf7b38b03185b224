"""The merchant's side before hand-over: when goods will be ready, and that they are."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.services import duties
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.events import LineReadyDateSet
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.readiness.rules import SlipReason
from marketplace.orders.readiness.services import words
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState, OrderState
from marketplace.orders.services.deciding import sold_order
from marketplace.orders.services.moves import move_line, parts_of

FURTHEST: Final = timedelta(days=730)


def set_ready_date(
    session: Session,
    *,
    line_id: UUID,
    ready_date: date,
    actor: Actor,
    now: datetime,
    reason: SlipReason | None = None,
    departure_id: UUID | None = None,
) -> None:
    """Name the day on which a line's goods will be ready at the hub; its target departure's space is taken.

    ``departure_id`` chooses the lorry where the one booked is missed. Refused ``ready_date`` for a day that is over or
    too far away, and of a courier's sample for one after that by which it was promised; ``reason`` for a later day than
    the one before without one; Conflict ``state`` before the order is confirmed or once packed.
    """
    line, order = sold_line(session, line_id, actor)
    if (order.state not in PRODUCING and line.replaces_id is None) or line.state not in BEFORE_PACKING:
        raise Conflict("state", thing="order_line", state=str(line.state), action="ready_date", possible=[])
    today = closures.day_of(session, company_id=actor.company, now=now)
    if ready_date < today:
        raise Refused.field("ready_date", "in_the_past", f"{today} or later")
    # Of what a courier takes this day alone says when it is late.
    promised = line.ready_date if order.by_courier and order.secured_at is not None else None
    latest = promised or today + FURTHEST
    if ready_date > latest:
        raise Refused.field("ready_date", "day_range", f"{min(today, latest)} to {latest}")
    words.say(session, line=line, day=ready_date, reason=reason, today=today, now=now)
    line.ready_date = ready_date
    duties.take(session, actor=actor, kind=Kind.READY_DATE, subject_id=line.id, now=now)
    audit.record(
        session,
        actor=actor,
        action="order_line.ready_date",
        subject="order_line",
        subject_id=line.id,
        facts={"year": ready_date.year, "month": ready_date.month, "day": ready_date.day},
        now=now,
    )
    named = LineReadyDateSet(
        at=now, order_id=order.id, line_id=line.id, ready_date=ready_date, departure_id=departure_id
    )
    events.record(session, named)


def mark_ready(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that all of a line's goods are ready to be packed; saying it again changes nothing.

    Conflict ``ready_date_missing`` for goods made to order whose day was never named: no lorry waits for them.
    """
    line, order = sold_line(session, line_id, actor)
    if order.state is OrderState.PLACED:
        raise Conflict("state", thing="order", state=str(order.state), action="ready", possible=["confirm"])
    waiting = [state for state in parts_of(session, line_id=line.id) if state in BEFORE_PACKING]
    if not waiting:
        raise Conflict("state", thing="order_line", state=str(line.state), action="ready", possible=[])
    must_have_ready_date(line)
    for state in waiting:
        if state is not LineState.READY:
            move_line(session, line=line, state=state, action="ready", quantity=None, now=now)


def must_have_ready_date(line: OrderLine) -> None:
    """Refuse goods made to order before their day is named: with it their room on a lorry is taken."""
    if line.lead_days is not None and line.ready_date is None:
        raise Conflict("ready_date_missing", order_line=line.id)


def sold_line(session: Session, line_id: UUID, actor: Actor) -> tuple[OrderLine, Order]:
    """Return a line and its locked order that the actor's company sells; NotFound for anybody else's."""
    line = session.get(OrderLine, line_id)
    if line is None:
        raise NotFound("order_line")
    try:
        order = sold_order(session, actor=actor, order_id=line.order_id)
    except NotFound:
        raise NotFound("order_line") from None
    session.refresh(line)
    return line, order
