"""Goods that lie in a distribution centre: set aside for their buyer there and handed out; no lorry takes them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.packing import cartons
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.orders.models import LinePacking, Order, OrderLine
from marketplace.orders.rules import packing as rules
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState
from marketplace.orders.services import fulfilment, milestones
from marketplace.orders.services.fulfilment import locked_line, note, pack_waiting, packing_of
from marketplace.orders.services.inspecting import must_be_clear
from marketplace.orders.services.moves import move_line, parts_of
from marketplace.payments.rules.terms import MilestoneEvent


def set_aside(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> None:
    """Set a line's goods aside where they lie, in the cartons of their offer; done already, nothing changes.

    From then on neither side ends the order alone. Conflict ``state`` before it is confirmed, ``not_secured``.
    """
    line, order = locked_line(session, line_id)
    _set_aside(session, line, order, actor, now)


def hand_out(session: Session, *, line_id: UUID, units: int, is_last: bool, actor: Actor, now: datetime) -> None:
    """Let so many units of a line leave to its buyer; what is missing after the last is short, and claimed.

    The share that is due at hand-over falls due with the first of them. Refused ``quantity`` for none or more than
    there are, Conflict ``state``, ``not_secured``, ``inspection_waits``.
    """
    line, order = locked_line(session, line_id)
    must_be_clear(session, line_id=line_id)
    _set_aside(session, line, order, actor, now)
    kept = session.get(LinePacking, line_id, populate_existing=True)
    packed = parts_of(session, line_id=line_id).get(LineState.PACKED, 0)
    if kept is None or not packed:
        raise Conflict("state", thing="order_line", state=str(line.state), action="hand_over", possible=[])
    if not 1 <= units <= packed:
        raise Refused.field("quantity", "whole_range", f"1 to {packed}")
    # A carton that is opened for a part counts with it.
    boxes = kept.cartons_of(kept.units - packed + units)
    came, kept.handed_cartons = boxes - kept.handed_cartons, boxes
    move_line(session, line=line, state=LineState.PACKED, action="hand_over", quantity=units, now=now)
    if is_last and packed > units:
        move_line(session, line=line, state=LineState.PACKED, action="short", quantity=packed - units, now=now)
    note(session, line_id, "handed_over", {"units": units, "cartons": came}, actor, now)
    milestones.reach(session, order_id=order.id, line_id=line_id, event=MilestoneEvent.HANDED_OVER, now=now)
    move_line(session, line=line, state=LineState.HANDED_OVER, action="depart", quantity=None, now=now)


def run_short(session: Session, *, line_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that what was set aside of a line and has not left is not there: it is short, and claimed.

    The share that is due on delivery falls due where all that left has come. Conflict ``state`` where nothing waits.
    """
    line, order = locked_line(session, line_id)
    missing = parts_of(session, line_id=line_id).get(LineState.PACKED, 0)
    if not missing:
        raise Conflict("state", thing="order_line", state=str(line.state), action="short", possible=[])
    move_line(session, line=line, state=LineState.PACKED, action="short", quantity=missing, now=now)
    note(session, line_id, "short", {"units": missing}, actor, now)
    fulfilment.reach_delivered(session, line_id=line_id, order_id=order.id, now=now)


def _set_aside(session: Session, line: OrderLine, order: Order, actor: Actor, now: datetime) -> None:
    parts = parts_of(session, line_id=line.id)
    waiting = {state: units for state, units in parts.items() if state in BEFORE_PACKING}
    if order.state not in PRODUCING:
        raise Conflict("state", thing="order", state=str(order.state), action="pack", possible=[])
    if order.secured_at is None:
        raise Conflict("not_secured", order=order.id)
    if not waiting:
        return
    packing = packing_of(line)
    boxes = cartons(sum(waiting.values()), packing) if packing else 1
    pack_waiting(session, line=line, order=order, declared=rules.Declared(boxes), waiting=waiting, actor=actor, now=now)
