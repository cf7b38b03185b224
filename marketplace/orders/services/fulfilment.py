"""A line from its merchant's packing table to its buyer's door: packed, handed over, under way, delivered or not."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.services import stock
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.orders.events import LineDelivered, LinePackedAgain
from marketplace.orders.models import LinePacking, Order, OrderLine
from marketplace.orders.rules import packing as rules
from marketplace.orders.rules.acceptance import CAME, is_received
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState, OrderState
from marketplace.orders.services import milestones
from marketplace.orders.services.inspecting import must_be_clear
from marketplace.orders.services.moves import locked_order, move_line, move_order, parts_of
from marketplace.orders.services.production import must_have_ready_date, sold_line
from marketplace.payments.rules.terms import MilestoneEvent


@dataclass(frozen=True, slots=True)
class Handed:
    """What the hub has of a line now: cartons and units in all, and what was declared."""

    order_id: UUID
    buyer_id: UUID
    cartons: int
    units: int
    declared_cartons: int
    declared_gross_g: int
    packing: Packing | None


def pack(session: Session, *, line_id: UUID, declared: rules.Declared, actor: Actor, now: datetime) -> None:
    """Pack all of a line's goods into cartons and give each a label; the order is in fulfilment then.

    Weight and size are those of the offer where the merchant gives none. What is packed may be packed again until the
    hub has seen a carton of it; its labels keep their numbers. Conflict ``not_secured`` while its deposit is missing,
    ``ready_date_missing`` while no day was named for goods made to order, ``fewer_cartons`` for too few that nobody
    confirmed, ``state`` for goods that are still made or handed over already.
    """
    line, order = sold_line(session, line_id, actor)
    if order.state not in PRODUCING and line.replaces_id is None:
        raise Conflict("state", thing="order", state=str(order.state), action="pack", possible=[])
    if order.centre_id is not None:  # they are packed already where they lie, and handed out there
        raise Conflict("from_centre", order=order.id)
    if order.secured_at is None:
        raise Conflict("not_secured", order=order.id)
    waiting = {state: units for state, units in parts_of(session, line_id=line.id).items() if state in BEFORE_PACKING}
    if not waiting:
        _pack_again(session, line, declared, actor, now)
        return
    must_have_ready_date(line)
    pack_waiting(session, line=line, order=order, declared=declared, waiting=waiting, actor=actor, now=now)


def pack_waiting(
    session: Session,
    *,
    line: OrderLine,
    order: Order,
    declared: rules.Declared,
    waiting: Mapping[LineState, int],
    actor: Actor,
    now: datetime,
) -> None:
    """Pack what of a line of a locked order waits in these states; the order is in fulfilment then."""
    quantity = sum(waiting.values())
    box = rules.packed(declared, quantity=quantity, packing=packing_of(line))
    for state in waiting:
        move_line(session, line=line, state=state, action="pack", quantity=None, now=now)
    _keep(session, line, box, quantity, now)
    _begin(session, order, actor, now)
    facts = {"units": quantity, "cartons": box.cartons, "grams": box.gross_g}
    note(session, line.id, "packed", facts, actor, now)


def hand_over(session: Session, *, line_id: UUID, cartons: int, actor: Actor, now: datetime) -> Handed:
    """Take so many cartons of a line into the hub; what is missing stays packed with its merchant and may follow.

    Refused ``cartons_received`` for none or for more than are still to come; Conflict ``state`` before it is packed,
    ``inspection_waits`` while an inspection holds it up.
    The share that is due at hand-over falls due with the first carton: what never comes is a claim, not a credit line.
    """
    line, order = locked_line(session, line_id)
    kept = session.get(LinePacking, line_id, populate_existing=True)
    if kept is None or not parts_of(session, line_id=line_id).get(LineState.PACKED):
        raise Conflict("state", thing="order_line", state=str(line.state), action="hand_over", possible=["pack"])
    must_be_clear(session, line_id=line_id)
    to_come = kept.cartons - kept.handed_cartons
    if not 1 <= cartons <= to_come:
        raise Refused.field("cartons_received", "too_small" if cartons < 1 else "too_large", f"1 to {to_come} cartons")
    before, after = _units(kept, kept.handed_cartons), _units(kept, kept.handed_cartons + cartons)
    kept.handed_cartons += cartons
    move_line(session, line=line, state=LineState.PACKED, action="hand_over", quantity=after - before, now=now)
    note(session, line_id, "handed_over", {"units": after - before, "cartons": cartons}, actor, now)
    milestones.reach(session, order_id=order.id, line_id=line_id, event=MilestoneEvent.HANDED_OVER, now=now)
    if line.lead_days is None:
        stock.ship(session, subject=line_id, quantity=after, now=now)
    return Handed(
        order_id=order.id,
        buyer_id=order.buyer_id,
        cartons=kept.handed_cartons,
        units=after,
        declared_cartons=kept.cartons,
        declared_gross_g=kept.gross_g,
        packing=packing_of(line),
    )


def depart(session: Session, *, line_id: UUID, now: datetime) -> int:
    """Let what the hub has of a line go on its way; return the units that did not come, which are short from now on.

    They are the merchant's again: what was promised and did not come may be sold to somebody else.
    """
    line, _order = locked_line(session, line_id)
    parts = parts_of(session, line_id=line_id)
    if LineState.HANDED_OVER in parts:
        move_line(session, line=line, state=LineState.HANDED_OVER, action="depart", quantity=None, now=now)
    short = parts.get(LineState.PACKED, 0)
    if short:
        move_line(session, line=line, state=LineState.PACKED, action="short", quantity=None, now=now)
        if line.lead_days is None:
            stock.release(session, subject=line_id, now=now, reason="short")
    return short


def deliver(
    session: Session, *, line_id: UUID, delivered: int, damaged: int, lost: int, actor: Actor, now: datetime
) -> None:
    """Note what came of units in transit: whole, damaged, or not at all.

    The share that is due on delivery falls due when nothing of the line is on its way any more and something came.
    """
    line, order = locked_line(session, line_id)
    for action, units in (("deliver", delivered), ("damage", damaged), ("lose", lost)):
        if units:
            move_line(session, line=line, state=LineState.IN_TRANSIT, action=action, quantity=units, now=now)
    events.record(
        session,
        LineDelivered(at=now, order_id=order.id, line_id=line_id, quantity=delivered, damaged=damaged, lost=lost),
    )
    facts = {"delivered": delivered, "damaged": damaged, "lost": lost}
    note(session, line_id, "received", facts, actor, now)
    reach_delivered(session, line_id=line_id, order_id=order.id, now=now)


def reach_delivered(session: Session, *, line_id: UUID, order_id: UUID, now: datetime) -> None:
    """Let the share that is due on delivery fall due once nothing of a line is to come and something came."""
    parts = parts_of(session, line_id=line_id)
    if is_received(parts) and CAME & parts.keys():
        milestones.reach(session, order_id=order_id, line_id=line_id, event=MilestoneEvent.DELIVERED, now=now)


def _begin(session: Session, order: Order, actor: Actor, now: datetime) -> None:
    if order.state is OrderState.CONFIRMED:
        move_order(session, order=order, action="fulfil", actor=actor, now=now)


def _keep(session: Session, line: OrderLine, box: rules.Packed, quantity: int, now: datetime) -> None:
    """Keep the packing under a block of labels that nobody else has."""
    while not insert_if_new(
        session,
        LinePacking,
        line_id=line.id,
        block=secrets.randbelow(rules.BLOCKS),
        cartons=box.cartons,
        carton_units=box.carton_units,
        units=quantity,
        gross_g=box.gross_g,
        length_mm=box.length_mm,
        width_mm=box.width_mm,
        height_mm=box.height_mm,
        marks=box.marks,
        lots=_kept(box),
        handed_cartons=0,
        packed_at=now,
    ):
        if session.get(LinePacking, line.id) is not None:
            raise Conflict("state", thing="order_line", state=str(line.state), action="pack", possible=[])


def _kept(box: rules.Packed) -> list[dict[str, Any]] | None:
    return [lot.kept for lot in box.lots] or None


def _pack_again(session: Session, line: OrderLine, declared: rules.Declared, actor: Actor, now: datetime) -> None:
    """Replace what a line is packed as, before anybody else counted it."""
    kept = session.get(LinePacking, line.id, populate_existing=True)
    if kept is None or kept.handed_cartons or LineState.PACKED not in parts_of(session, line_id=line.id):
        raise Conflict("state", thing="order_line", state=str(line.state), action="pack", possible=[])
    before = kept.cartons
    box = rules.packed(declared, quantity=kept.units, packing=packing_of(line))
    for name, value in {**asdict(box), "lots": _kept(box)}.items():
        setattr(kept, name, value)
    kept.packed_at = now
    session.flush()
    events.record(session, LinePackedAgain(at=now, order_id=line.order_id, line_id=line.id))
    facts = {"units": kept.units, "cartons": box.cartons, "cartons_before": before, "grams": box.gross_g}
    note(session, line.id, "packed_again", facts, actor, now)


def _units(kept: LinePacking, cartons: int) -> int:
    if not cartons:
        return 0
    return rules.units_in(cartons, cartons=kept.cartons, units=kept.units, carton_units=kept.carton_units)


def packing_of(line: OrderLine) -> Packing | None:
    """Return how the offer packs a line's goods."""
    return Packing(**line.packing) if line.packing else None


def locked_line(session: Session, line_id: UUID) -> tuple[OrderLine, Order]:
    """Return a line and its order, which is locked, whoever they belong to; NotFound."""
    line = session.get(OrderLine, line_id)
    if line is None:
        raise NotFound("order_line")
    order = locked_order(session, order_id=line.order_id)
    session.refresh(line)
    return line, order


def note(session: Session, line_id: UUID, act: str, facts: Mapping[str, object], actor: Actor, now: datetime) -> None:
    """Write down what happened to a line."""
    audit.record(
        session,
        actor=actor,
        action=f"order_line.{act}",
        subject="order_line",
        subject_id=line_id,
        facts=dict(facts),
        now=now,
    )
