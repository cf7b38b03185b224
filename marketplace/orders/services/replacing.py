"""Goods that come in the place of others: a line of their own that costs nothing, rides a lorry and ends its claim."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.catalog.services import stock
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.orders.events import LineLessened, LineReplaced
from marketplace.orders.models import Claim, Order, OrderLine
from marketplace.orders.purchases import services as purchases
from marketplace.orders.rules.acceptance import is_over
from marketplace.orders.rules.states import AT_MERCHANT, LineState
from marketplace.orders.services import copying
from marketplace.orders.services.moves import lines_in, move_line, open_lines, parts_of


def begin(session: Session, *, claim: Claim, order: Order, actor: Actor, now: datetime) -> None:
    """Write the line that replaces what was claimed, with its stock; a lorry is found for it by the event.

    Where the stock is too little, or the goods were never packed for a lorry, there is no such line: the sender sends
    them otherwise, and says so, or pays.
    """
    like = session.get_one(OrderLine, claim.line_id)
    if like.packing is None or order.by_courier or order.centre_id is not None:
        return
    try:
        with session.begin_nested():
            line = _write(session, claim, like)
            _promise(session, line, now)
    except Conflict:
        return
    facts = {"claim": claim.id, "like": like.id, "units": line.quantity, "customs_minor": line.customs_minor}
    _audit(session, line, "replace", facts, actor, now)
    event = LineReplaced(at=now, order_id=order.id, line_id=line.id, like_id=like.id, payer_id=claim.respondent_id)
    events.record(session, event)


def give_up(session: Session, *, claim_id: UUID, now: datetime) -> None:
    """Take what was not handed over yet of a replacement off again; its stock, room and freight are free."""
    line = line_for(session, claim_id=claim_id)
    if line is None:
        return
    parts = parts_of(session, line_id=line.id)
    for state in sorted(AT_MERCHANT & parts.keys()):
        move_line(session, line=line, state=state, action="cancel", quantity=None, now=now)
    if not AT_MERCHANT & parts.keys():
        return
    if line.lead_days is None:
        stock.release(session, subject=line.id, now=now, reason="replacement_ended")
    _audit(session, line, "cancel", {"claim": claim_id}, SYSTEM, now)
    events.record(session, LineLessened(at=now, order_id=line.order_id, line_id=line.id, left=0))


def is_under_way(session: Session, *, claim_id: UUID) -> bool:
    """Tell whether goods that replace others wait for their lorry, or are not received and answered yet."""
    line = line_for(session, claim_id=claim_id)
    return line is not None and not is_over(parts_of(session, line_id=line.id))


def line_for(session: Session, *, claim_id: UUID) -> OrderLine | None:
    """Return the line that was written for a claim."""
    return session.scalars(sa.select(OrderLine).where(OrderLine.replaces_id == claim_id)).one_or_none()


def _write(session: Session, claim: Claim, like: OrderLine) -> OrderLine:
    order_lines = lines_in(session, order_id=like.order_id)
    # Customs are told what the goods are worth, never nothing: the price of as many units as are replaced.
    worth = Money(like.amount_minor, claim.currency).portion(claim.quantity, like.quantity)
    row: dict[str, Any] = copying.same_goods(like) | {
        "id": new_id(),
        "position": max(line.position for line in order_lines) + 1,
        "quantity": claim.quantity,
        "unit_price_micro": 0,
        "agreed_price_micro": 0,
        "amount_minor": 0,
        "let_off_minor": 0,
        "rejected_because": None,
        "ready_date": None,
        "replaces_id": claim.id,
        "customs_minor": max(worth.minor, 1),
        "state": LineState.OPEN,
    }
    write(session, OrderLine, [row])
    line = session.get_one(OrderLine, row["id"])
    purchases.replace(session, line=line, like=like)
    return line


def _promise(session: Session, line: OrderLine, now: datetime) -> None:
    open_lines(session, quantities={line.id: line.quantity}, now=now)
    if line.lead_days is None:
        until = now + timedelta(minutes=1)
        stock.hold(
            session, listing_id=line.listing_id, quantity=line.quantity, subject=line.id, expires_at=until, now=now
        )
        stock.allocate(session, subject=line.id, now=now)
    else:
        move_line(session, line=line, state=LineState.OPEN, action="produce", quantity=None, now=now)


def _audit(session: Session, line: OrderLine, act: str, facts: dict[str, Any], actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"order_line.{act}",
        subject="order_line",
        subject_id=line.id,
        facts=facts,
        now=now,
    )
