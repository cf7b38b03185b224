"""What was received is accepted, by the buyer or by his silence; then the line's money settles."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.orders.events import LineMoved
from marketplace.orders.models import Acceptance, AcceptanceWindow, Claim, Order, OrderLine
from marketplace.orders.rules import acceptance as rules
from marketplace.orders.rules.claims import NEVER_CAME, OPEN, is_merchants_loss
from marketplace.orders.rules.states import ORDER, LineState
from marketplace.orders.services.deciding import own_order
from marketplace.orders.services.moves import lines_in, locked_order, move_line, move_order, parts_of
from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import allowances, commission, plans
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def accept_line(session: Session, *, line_id: UUID, quantity: int | None, actor: Actor, now: datetime) -> None:
    """Accept so many delivered units of a line (None: all of them) as its buyer.

    NotAllowed ``only_the_buyer`` for the merchant, Conflict ``quantity_in_state`` for more than is delivered.
    """
    line, order = bought_line(session, line_id=line_id, actor=actor)
    there = parts_of(session, line_id=line.id).get(LineState.DELIVERED, 0)
    if not there:
        raise Conflict("quantity_in_state", state=str(LineState.DELIVERED), there=0)
    _accept(session, order, line, there if quantity is None else quantity, actor=actor, now=now)
    settle_line(session, order=order, line=line, actor=actor, now=now)


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
        _accept(session, order, line, there, actor=SYSTEM, now=now)
    settle_line(session, order=order, line=line, actor=SYSTEM, now=now)
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
    _advance_order(session, order, now=event.at)


def settle_line(session: Session, *, order: Order, line: OrderLine, actor: Actor, now: datetime) -> None:
    """Let a line's money settle once all that came is accepted and no claim blocks it; again changes nothing.

    Units that those who counted found missing and nobody claims are closed; where the loss is the merchant's they
    are not paid for. Other faulty units that nobody claims are kept.
    """
    if not _has_answered(session, line):
        return
    _end_unclaimed(session, order, line, actor=actor, now=now)
    blocking = sa.select(Claim.id).where(Claim.line_id == line.id, Claim.state.in_(OPEN), Claim.blocks.is_(True))
    if session.scalars(blocking).first() is None:
        subject = Subject(SubjectKind.ORDER, order.id)
        plans.fall_due(
            session,
            subject=subject,
            event=MilestoneEvent.ACCEPTED,
            line_ids=[line.id],
            due_at=accounts.days_of(session, company_id=order.buyer_id, setting=Setting.PROFORMA_WORKING_DAYS, now=now),
            now=now,
        )
        commission.bill(session, subject=subject, line_ids=[line.id], now=now)
    _advance_order(session, order, now=now)


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


def value_of(session: Session, *, order: Order, line: OrderLine, quantity: int) -> Money:
    """Return what so many units of a line cost, at most what is left of the line's amount."""
    whole = Money(line.amount_minor, order.currency)
    left = allowances.left_of(session, line_id=line.id, amount=whole)
    return min(whole.portion(quantity, line.quantity), left)


def _window_end(session: Session, order: Order, line: OrderLine, at: datetime) -> datetime:
    if line.fresh:
        return at + timedelta(hours=reference.setting(session, Setting.ACCEPTANCE_FRESH_HOURS, at=at))
    return accounts.days_of(session, company_id=order.buyer_id, setting=Setting.ACCEPTANCE_DAYS, now=at)


def _accept(session: Session, order: Order, line: OrderLine, quantity: int, *, actor: Actor, now: datetime) -> None:
    move_line(session, line=line, state=LineState.DELIVERED, action="accept", quantity=quantity, now=now)
    content = _content(order, line, quantity)
    acceptance = Acceptance(
        id=new_id(),
        line_id=line.id,
        quantity=quantity,
        content_hash=rules.content_hash(content),
        person_id=None if actor is SYSTEM else actor.person,
        at=now,
    )
    session.add(acceptance)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="order_line.accept",
        subject="order_line",
        subject_id=line.id,
        facts={"quantity": quantity, "acceptance": acceptance.id},
        now=now,
    )


def _content(order: Order, line: OrderLine, quantity: int) -> dict[str, Any]:
    """Return what was agreed about the goods, as it is hashed; docs/adr/0030 lists the fields."""
    return {
        "order": order.reference,
        "line": str(line.id),
        "sku": line.sku,
        "hs_code": line.hs_code,
        "origin": line.origin,
        "unit": line.unit,
        "ordered": line.quantity,
        "accepted": quantity,
        "unit_price_micro": line.unit_price_micro,
        "amount_minor": line.amount_minor,
        "currency": order.currency,
        "incoterm": order.incoterm,
        "place": order.place_code,
    }


def _has_answered(session: Session, line: OrderLine) -> bool:
    """Tell whether nothing is on its way and nothing delivered waits for the buyer's word."""
    parts = parts_of(session, line_id=line.id)
    if not rules.is_received(parts) or LineState.DELIVERED in parts:
        return False
    window = session.get(AcceptanceWindow, line.id)
    accepted = sa.select(Acceptance.id).where(Acceptance.line_id == line.id)
    claimed = sa.select(Claim.id).where(Claim.line_id == line.id)
    spoken = session.scalars(accepted).first() or session.scalars(claimed).first()
    return spoken is not None or (window is not None and window.ended_at is not None)


def _end_unclaimed(session: Session, order: Order, line: OrderLine, *, actor: Actor, now: datetime) -> None:
    claimed: dict[LineState, int] = {}
    for claim in session.scalars(sa.select(Claim).where(Claim.line_id == line.id, Claim.state.in_(OPEN))):
        if claim.units_in is not None:
            claimed[claim.units_in] = claimed.get(claim.units_in, 0) + claim.quantity
    for state, quantity in parts_of(session, line_id=line.id).items():
        free = quantity - claimed.get(state, 0)
        if state not in rules.RECEIVED or free <= 0:
            continue
        never_came = state in NEVER_CAME or state is LineState.RETURNED
        action = "close" if never_came else "accept"
        if state in NEVER_CAME and is_merchants_loss(state, order.incoterm):
            amount = value_of(session, order=order, line=line, quantity=free)
            allow(session, order=order, line=line, amount=amount, cause_id=new_id(), actor=actor, now=now)
        move_line(session, line=line, state=state, action=action, quantity=free, now=now)


def allow(
    session: Session, *, order: Order, line: OrderLine, amount: Money, cause_id: UUID, actor: Actor, now: datetime
) -> None:
    """Let an amount off the price of a line."""
    allowances.allow(
        session,
        subject=Subject(SubjectKind.ORDER, order.id),
        line_id=line.id,
        amount=amount,
        cause_id=cause_id,
        actor=actor,
        now=now,
    )


def _advance_order(session: Session, order: Order, *, now: datetime) -> None:
    """Call an order delivered when nothing of it is on its way, completed when all of it is over."""
    parts = [parts_of(session, line_id=line.id) for line in lines_in(session, order_id=order.id)]
    if ORDER.allows(order.state, "deliver") and all(rules.is_received(one) for one in parts):
        move_order(session, order=order, action="deliver", actor=SYSTEM, now=now)
    if ORDER.allows(order.state, "complete") and all(rules.is_over(one) for one in parts):
        move_order(session, order=order, action="complete", actor=SYSTEM, now=now)
