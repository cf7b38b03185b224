"""What was received is accepted, by the buyer or by his silence; then the line's money settles."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.orders.arrivals import services as arrivals
from marketplace.orders.arrivals.services import Shown
from marketplace.orders.events import LineMoved
from marketplace.orders.models import AcceptanceWindow, Order, OrderLine
from marketplace.orders.rules import acceptance as rules
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import settling
from marketplace.orders.services.deciding import own_order
from marketplace.orders.services.moves import locked_order, parts_of
from marketplace.orders.services.windows import windows_in


def accept_line(
    session: Session,
    *,
    line_id: UUID,
    quantity: int | None,
    faulty: Mapping[LineState, int] | None = None,
    shown: Shown | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept so many delivered units of a line (None: all of them) as its buyer.

    ``faulty`` names units that the buyer gives his claim up for: damaged ones he keeps, lost ones he writes off. Units
    that it does not name can be claimed about until the window ends. ``shown`` is how the goods came. NotAllowed
    ``only_the_buyer`` for the merchant, Conflict ``quantity_in_state`` for more than is there.
    """
    line, order = bought_line(session, line_id=line_id, actor=actor)
    there = parts_of(session, line_id=line.id).get(LineState.DELIVERED, 0)
    named = faulty or {}
    if not there and (quantity or not named):
        raise Conflict("quantity_in_state", state=str(LineState.DELIVERED), there=0)
    units = there if quantity is None else quantity
    if units or not named:
        settling.accept(session, order, line, LineState.DELIVERED, units, actor=actor, now=now)
    for state, some in named.items():
        settling.give_up(session, order, line, state, some, actor=actor, now=now)
    if shown is not None:
        arrivals.record(session, line_id=line.id, shown=shown, actor=actor, now=now)
    settling.settle_line(session, order=order, line=line, actor=actor, now=now)


def accept_by_silence(session: Session, *, line_id: UUID, now: datetime) -> bool:
    """Accept what was delivered of a line whose buyer let the time pass; False when there is time left."""
    line = session.get_one(OrderLine, line_id)
    order = locked_order(session, order_id=line.order_id)
    session.refresh(line)
    window = session.get(AcceptanceWindow, line_id, populate_existing=True)
    if window is None or window.ended_at or window.ends_at > now:
        return False
    window.ended_at = now
    there = parts_of(session, line_id=line.id).get(LineState.DELIVERED, 0)
    if there:
        settling.accept(session, order, line, LineState.DELIVERED, there, actor=SYSTEM, now=now)
    settling.settle_line(session, order=order, line=line, actor=SYSTEM, now=now)
    return True


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Open the time to accept or claim when units were received or found missing; an order all here is delivered."""
    if LineState(event.state) not in rules.RECEIVED:
        return
    order = locked_order(session, order_id=event.order_id)
    line = session.get_one(OrderLine, event.line_id)
    parts = parts_of(session, line_id=line.id)
    if any(state in rules.RECEIVED for state in parts) and rules.is_received(parts):
        ends_at = _window_end(session, order, line, event.at)
        opened = {"line_id": line.id, "ends_at": ends_at, "ended_at": None}
        if not insert_if_new(session, AcceptanceWindow, **opened):
            window = session.get_one(AcceptanceWindow, line.id)
            if window.ended_at is not None or event.state == LineState.DELIVERED:
                window.ends_at, window.ended_at = ends_at, None
                session.flush()
    settling.advance_order(session, order, now=event.at)


def bought_line(session: Session, *, line_id: UUID, actor: Actor) -> tuple[OrderLine, Order]:
    """Return a line that the actor's company bought, its order locked; NotAllowed for its merchant, else NotFound."""
    line = session.get(OrderLine, line_id)
    if line is None:
        raise NotFound("order_line")
    try:
        order = own_order(session, actor=actor, order_id=line.order_id)
    except NotFound:
        raise NotFound("order_line") from None
    if actor.company != order.buyer_id:
        raise NotAllowed("only_the_buyer")
    session.refresh(line)
    return line, order


def _window_end(session: Session, order: Order, line: OrderLine, at: datetime) -> datetime:
    windows = windows_in(session, line=line, at=at)
    if windows.hours is not None:
        return at + timedelta(hours=windows.hours)
    return accounts.working_days(session, company_id=order.buyer_id, days=windows.days or 0, now=at)
