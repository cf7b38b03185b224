"""Take units or price off a line before its goods are packed: units, stock and money together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.services import stock
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.events import LineLessened
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.purchases import services as purchases
from marketplace.orders.rules.cancelling import standing
from marketplace.orders.rules.states import LineState, RejectReason
from marketplace.orders.services import settling
from marketplace.orders.services.moves import move_all, move_line, parts_of
from marketplace.payments.rules.allowances import Why

# Units that are not begun are taken off before those that are.
_FIRST: Final = (LineState.OPEN, LineState.IN_PRODUCTION, LineState.READY)


def reject(
    session: Session, *, order: Order, line: OrderLine, reason: RejectReason, actor: Actor, now: datetime
) -> None:
    """Take a whole line off a placed order, as its merchant; its buyer pays nothing for it."""
    cause_id = new_id()
    move_all(session, line=line, action="reject", now=now)
    let_off(session, order=order, line=line, amount=settling.left_of(session, order=order, line=line),
            cause_id=cause_id, why=Why.REJECTED, actor=actor, now=now)  # fmt: skip
    if line.lead_days is None and order.centre_id is None:
        stock.release(session, subject=line.id, now=now, reason=f"rejected_{reason}")
    _note(session, line, "reject", {"reason": str(reason), "cause": cause_id}, actor, now)
    events.record(session, _lessened(order, line, 0, now))


def take_units(
    session: Session,
    *,
    order: Order,
    line: OrderLine,
    quantity: int,
    amount: Money,
    cause_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Take so many unpacked units and their amount off a line; what is not begun goes first."""
    missing = quantity
    parts = parts_of(session, line_id=line.id)
    for state in _FIRST:
        if units := min(missing, parts.get(state, 0)):
            move_line(session, line=line, state=state, action="cancel", quantity=units, now=now)
            missing -= units
    let_off(session, order=order, line=line, amount=amount, cause_id=cause_id, why=Why.CHANGE, actor=actor, now=now)
    if line.lead_days is None and order.centre_id is None:
        stock.lessen(session, subject=line.id, quantity=quantity, now=now, reason="order_change")
    _note(session, line, "lessen", {"units": quantity, "cause": cause_id}, actor, now)
    left = sum(standing(parts_of(session, line_id=line.id)).values())
    events.record(session, _lessened(order, line, left, now))


def lower_price(
    session: Session,
    *,
    order: Order,
    line: OrderLine,
    price: UnitPrice,
    amount: Money,
    cause_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a line's units that are still open cost less, by this amount in all."""
    line.agreed_price_micro = price.micro
    let_off(session, order=order, line=line, amount=amount, cause_id=cause_id, why=Why.DISCOUNT, actor=actor, now=now)
    _note(session, line, "discount", {"unit_price_micro": price.micro, "cause": cause_id}, actor, now)


def let_off(
    session: Session,
    *,
    order: Order,
    line: OrderLine,
    amount: Money,
    cause_id: UUID,
    why: Why,
    actor: Actor,
    now: datetime,
) -> None:
    """Let an amount off a line because what was agreed changed: what did not come need not be paid."""
    if not amount:
        return
    settling.allow(
        session,
        order=order,
        line=line,
        amount=amount,
        cause_id=cause_id,
        why=why,
        actor=actor,
        now=now,
        unpaid_too=True,
    )
    if order.seller_id is not None:
        purchases.note_let_off(session, order_id=order.id, line_id=line.id, cause_id=cause_id)
    line.let_off_minor += amount.minor
    order.let_off_minor += amount.minor
    session.flush()


def _lessened(order: Order, line: OrderLine, left: int, now: datetime) -> LineLessened:
    return LineLessened(at=now, order_id=order.id, line_id=line.id, left=left, from_centre=order.centre_id is not None)


def _note(session: Session, line: OrderLine, act: str, facts: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"order_line.{act}",
        subject="order_line",
        subject_id=line.id,
        facts=dict(facts),
        now=now,
    )
