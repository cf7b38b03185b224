"""How a proposal ends: accepted, declined, withdrawn, expired, or void because the order went on."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.money import Money
from marketplace.orders.changes.models import OrderChange, OrderChangeStop
from marketplace.orders.changes.rules import CHANGES, OPEN, ChangeKind, ChangeState
from marketplace.orders.changes.services import applying, payees
from marketplace.orders.changes.services.offered import check_offered
from marketplace.orders.changes.services.shared import Standing, check_right, move, terms
from marketplace.orders.events import LineMoved, OrderCancelled, OrderConfirmed
from marketplace.orders.models import Order
from marketplace.orders.services.moves import locked_order
from marketplace.payments.events import AllowanceGranted, PaymentFellDue
from marketplace.payments.rules.credit import check_words
from marketplace.payments.rules.terms import Subject, SubjectKind
from marketplace.payments.services import amending


def accept(session: Session, *, change_id: UUID, content_hash: str | None, actor: Actor, now: datetime) -> None:
    """Accept a change as the side that was asked, and let it take its effect; accepted again is fine.

    Another account is agreed by that, and binds once its wait is over. ``content_hash`` says what was seen, None where
    nothing was shown. Conflict ``change_differs`` for another hash, ``state`` for a change that is over or void,
    ``deadline`` past its time, and whatever its effect meets: stock, capacity, cut-off, a credit's limit; then nothing
    has changed and the proposal is as open as before.
    """
    change, order = _locked(session, change_id, actor)
    _answerer_only(change, actor)
    check_right(session, actor, order)
    if content_hash not in (None, change.content_hash):
        raise Conflict("change_differs", hash=change.content_hash)
    if change.state in (ChangeState.ACCEPTED, ChangeState.AGREED):
        return
    if change.state is ChangeState.PROPOSED and change.deadline_at <= now:
        raise Conflict("deadline", ended_at=change.deadline_at)
    waits = change.binds_from is not None and change.binds_from > now
    move(session, change, "agree" if waits else "accept", actor=actor, now=now)
    standing = Standing.of(session, order)
    if change.kind is ChangeKind.PLAN:
        # No event takes its effect between the look and the act.
        amending.hold(session, subject=Subject(SubjectKind.ORDER, order.id))
    if _hash_now(session, standing, change) != change.content_hash:
        # Whatever moves the order on makes its proposals void; this is the guard behind that.
        raise Conflict("state", thing="order_change", state=str(ChangeState.VOID), action="accept", possible=[])
    if waits:
        payees.check_active(session, change, order)
        return
    if change.kind is ChangeKind.ADD:
        wanted = terms(change)
        line = standing.line(wanted.line)
        check_offered(session, order=order, line=line, quantity=wanted.quantity or 0, now=now)
    applying.apply(session, change=change, standing=standing, actor=actor, now=now)
    _void_stale(session, order, now)


def decline(session: Session, *, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Refuse a change as the side that was asked; the old agreement stands. Again changes nothing."""
    change, order = _locked(session, change_id, actor)
    _answerer_only(change, actor)
    check_right(session, actor, order)
    if change.state is not ChangeState.DECLINED:
        move(session, change, "decline", actor=actor, now=now)


def withdraw(session: Session, *, change_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a change back as the side that proposed it. Again changes nothing; NotAllowed for the other side."""
    change, order = _locked(session, change_id, actor)
    if actor.company != change.proposer_id:
        raise NotAllowed("proposer_only")
    check_right(session, actor, order)
    if change.state is not ChangeState.WITHDRAWN:
        move(session, change, "withdraw", actor=actor, now=now)


def expire(session: Session, *, change_id: UUID, now: datetime) -> bool:
    """End a proposal that nobody answered in time; False when somebody did, or there is time left."""
    change, _order = _locked(session, change_id, None)
    if change.state is not ChangeState.PROPOSED or change.deadline_at > now:
        return False
    move(session, change, "expire", actor=SYSTEM, now=now)
    return True


def bind(session: Session, *, change_id: UUID, now: datetime) -> bool:
    """Let an account that both sides agreed to be paid into once its wait is over; False before, or when it is over.

    Void when the order is over or paid, or the account is no longer the merchant's.
    """
    change, order = _locked(session, change_id, None)
    if change.state is not ChangeState.AGREED or change.binds_from is None or change.binds_from > now:
        return False
    standing = Standing.of(session, order)
    current = _hash_now(session, standing, change) == change.content_hash
    if not current or not payees.can_bind(session, change, order):
        move(session, change, "void", actor=SYSTEM, now=now)
        return True
    move(session, change, "bind", actor=SYSTEM, now=now)
    applying.apply(session, change=change, standing=standing, actor=SYSTEM, now=now)
    _void_stale(session, order, now)
    return True


def stop(session: Session, *, change_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Stop another account as the operator before it is paid into, for a reason; again changes nothing."""
    actor.must(Permission.OPERATOR_PAYOUT_APPROVE)
    words = check_words(reason, field="reason")
    change, _order = _locked(session, change_id, None)
    if change.kind is not ChangeKind.PAYEE:
        raise NotFound("order_change")
    if change.state is ChangeState.STOPPED:
        return
    CHANGES.apply(change.state, "stop")
    session.add(OrderChangeStop(change_id=change.id, reason=words, person_id=actor.person, at=now))
    move(session, change, "stop", actor=actor, now=now)


def on_fell_due(session: Session, event: PaymentFellDue | AllowanceGranted) -> None:
    """Make a proposed plan void that would divide what is due or let off by now."""
    if event.subject_kind == SubjectKind.ORDER:
        _void_of(session, event.subject_id, event.at)


def on_order_went_on(session: Session, event: LineMoved | OrderConfirmed | OrderCancelled) -> None:
    """Make proposals void that were made about an order as it no longer is."""
    _void_of(session, event.order_id, event.at)


def _void_of(session: Session, order_id: UUID, now: datetime) -> None:
    if session.execute(_ANY_OPEN, {"order_id": order_id}).first() is not None:
        _void_stale(session, locked_order(session, order_id=order_id), now)


def _void_stale(session: Session, order: Order, now: datetime) -> None:
    found = session.scalars(
        sa.select(OrderChange)
        .where(OrderChange.order_id == order.id, OrderChange.state.in_(OPEN))
        .order_by(OrderChange.id)
        .with_for_update()
    ).all()
    if not found:
        return
    standing = Standing.of(session, order)
    for change in found:
        if _hash_now(session, standing, change) != change.content_hash:
            move(session, change, "void", actor=SYSTEM, now=now)


def _hash_now(session: Session, standing: Standing, change: OrderChange) -> str:
    return standing.hash(session, terms(change), Money(change.delta_minor, change.currency))


def _locked(session: Session, change_id: UUID, actor: Actor | None) -> tuple[OrderChange, Order]:
    """Return a change and its order, both locked, the order first; NotFound for who is no side of it."""
    change = session.get(OrderChange, change_id)
    if change is None or (actor is not None and actor.company not in (change.proposer_id, change.answerer_id)):
        raise NotFound("order_change")
    order = locked_order(session, order_id=change.order_id)
    session.refresh(change, with_for_update=True)
    return change, order


def _answerer_only(change: OrderChange, actor: Actor) -> None:
    if actor.company != change.answerer_id:
        raise NotAllowed("answerer_only")


_ANY_OPEN: Final = (
    sa.select(OrderChange.id)
    .where(OrderChange.order_id == sa.bindparam("order_id"), OrderChange.state.in_(OPEN))
    .limit(1)
)
