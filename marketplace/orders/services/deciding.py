"""Confirm, secure and cancel an order; deadlines that pass cancel it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.handovers import Kind
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import duties
from marketplace.audit import services as audit
from marketplace.catalog.services import stock
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.orders.events import OrderAmended, OrderCancelled, OrderConfirmed, OrderSecured
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.cancelling import Stage, may_alone, stage_of, standing
from marketplace.orders.rules.placing import secured_by
from marketplace.orders.rules.states import (
    AT_MERCHANT,
    BEFORE_PACKING,
    ORDER,
    CancelReason,
    LineState,
    OrderState,
    RejectReason,
)
from marketplace.orders.services import lessening
from marketplace.orders.services.moves import (
    lines_by_order,
    lines_in,
    locked_order,
    locked_orders,
    move_all,
    move_order,
    parts_by_line,
    parts_of,
)
from marketplace.payments.events import PaymentLapsed, PaymentPaid, ReceiptWithdrawn
from marketplace.payments.queries import payments
from marketplace.payments.rules.paying import PaymentState
from marketplace.payments.rules.terms import MilestoneEvent, Rail, Subject, SubjectKind
from marketplace.payments.services import plans

_WAITING: Final = (OrderState.PLACED, OrderState.CONFIRMED)


def own_order(session: Session, *, actor: Actor, order_id: UUID) -> Order:
    """Return a locked order of the actor's company, as buyer or merchant; NotFound for anybody else's."""
    order = locked_order(session, order_id=order_id)
    if actor.company not in (order.buyer_id, order.merchant_id):
        raise NotFound("order")
    return order


def sold_order(session: Session, *, actor: Actor, order_id: UUID) -> Order:
    """Return a locked order that the actor's company sells; NotAllowed for its buyer, NotFound for anybody else's."""
    order = own_order(session, actor=actor, order_id=order_id)
    if actor.company != order.merchant_id:
        raise NotAllowed("only_the_merchant")
    return order


def confirm_order(
    session: Session,
    *,
    order_id: UUID,
    actor: Actor,
    now: datetime,
    rejected: Mapping[UUID, RejectReason] = MappingProxyType({}),
) -> None:
    """Accept an order as its merchant, without the lines that he rejects; goods made to order go into production.

    The money, stock and room of a rejected line are given back; an order of which all lines are rejected is rejected.
    Conflict ``state`` for an order that is past this, ``deadline`` when the merchant let his time pass. Refused
    ``rejected_lines`` for what is no line of it, or was taken off it before.
    """
    order = sold_order(session, actor=actor, order_id=order_id)
    if order.state is OrderState.PLACED and order.confirm_by <= now:
        raise Conflict("deadline", ended_at=order.confirm_by)
    ORDER.apply(order.state, "confirm")
    if _reject(session, order, rejected, actor=actor, now=now):
        return
    is_security = secured_by(order.rail, owes_deposit=order.proforma_ends_at is not None) == "confirmation"
    secures = is_security and order.secured_at is None
    # Before its row is written, which then is written once.
    order.confirmed_at = now
    if secures:
        order.secured_at = now
    move_order(session, order=order, action="confirm", actor=actor, now=now)
    duties.take(session, actor=actor, kind=Kind.SALE, subject_id=order.id, now=now)
    lines = lines_in(session, order_id=order.id)
    for line in lines:
        if line.lead_days is not None:
            move_all(session, line=line, action="produce", now=now)
    events.record(session, OrderConfirmed(at=now, order_id=order.id, from_centre=order.centre_id is not None))
    if order.rail is Rail.CARD:
        # The money is held already; what the buyer would have paid as a deposit is the merchant's from here on.
        plans.fall_due(
            session,
            subject=Subject(SubjectKind.ORDER, order.id),
            event=MilestoneEvent.DEPOSIT,
            line_ids=None,
            now=now,
        )
    if secures:
        _secure(session, [(order, lines)], actor=actor, now=now)
    elif not is_security and order.secured_at is not None:
        _begin_purchase(session, order, now=now)
    else:
        secure_unasked(session, order=order, actor=actor, now=now)


def secure_order(session: Session, *, order_id: UUID, actor: Actor, now: datetime) -> None:
    """Promise the stock of an order; its bookings are confirmed by the event. Nothing happens the second time.

    Conflict ``stock`` when a hold ended before and its units were taken.
    """
    secure_orders(session, order_ids=[order_id], actor=actor, now=now)


def secure_orders(session: Session, *, order_ids: Sequence[UUID], actor: Actor, now: datetime) -> None:
    """Secure orders as ``secure_order`` does one, in as many statements, unless claims on stock ended before."""
    if not order_ids:
        return
    locked = {order.id: order for order in locked_orders(session, order_ids=order_ids)}
    new = [locked[key] for key in order_ids if locked[key].secured_at is None and locked[key].state in _WAITING]
    for order in new:
        order.secured_at = now
    if new:
        lines = lines_by_order(session, order_ids=[order.id for order in new])
        _secure(session, [(order, lines[order.id]) for order in new], actor=actor, now=now)


def secure_unasked(session: Session, *, order: Order, actor: Actor, now: datetime) -> None:
    """Secure a locked order of which no deposit is asked any more: what is left of it, a sample's credit pays.

    Nothing happens to one that waits for a deposit, or never owed one. Conflict ``stock`` as ``secure_order``.
    """
    if order.proforma_ends_at is None or order.secured_at is not None:
        return
    subject = Subject(SubjectKind.ORDER, order.id)
    asked = payments.payments_of(session, subjects=[subject])[subject]
    if all(row.state is PaymentState.CANCELLED for row in asked if row.event is MilestoneEvent.DEPOSIT):
        secure_order(session, order_id=order.id, actor=actor, now=now)


def cancel_order(session: Session, *, order_id: UUID, actor: Actor, now: datetime) -> None:
    """End an order before its goods are packed, as buyer or merchant; before confirming, a merchant rejects it.

    Each side needs a right of its own. Conflict ``cancel_together`` for a buyer whose goods are being made, ``state``
    once something is packed, but for a merchant whose money a card's bank took: ``rules.cancelling`` says who may end
    what alone.
    """
    order = own_order(session, actor=actor, order_id=order_id)
    by_merchant = actor.company == order.merchant_id
    actor.must(Permission.TRADE_SALE_CANCEL if by_merchant else Permission.TRADE_PURCHASE_CANCEL)
    stage = stage_now(session, order)
    if stage is Stage.PRODUCTION and not may_alone(stage, "merchant" if by_merchant else "buyer"):
        raise Conflict("cancel_together", order=order.id)
    reason = CancelReason.MERCHANT if by_merchant else CancelReason.BUYER
    action = "reject" if by_merchant and order.state is OrderState.PLACED else "cancel"
    while_in = AT_MERCHANT if stage is Stage.PACKED and by_merchant and _is_forfeit(session, order) else BEFORE_PACKING
    _end(session, order, action=action, reason=reason, actor=actor, now=now, while_in=while_in)


def cancel_together(session: Session, *, order: Order, actor: Actor, now: datetime) -> None:
    """End a locked order that both sides agreed to end, packed or not; Conflict ``state`` once something of it left."""
    _end(session, order, action="cancel", reason=CancelReason.AGREED, actor=actor, now=now, while_in=AT_MERCHANT)


def stage_now(session: Session, order: Order) -> Stage:
    """Return how far a locked order is, as far as ending it goes."""
    lines = lines_in(session, order_id=order.id)
    return stage_of(order.state, [(parts_of(session, line_id=one.id), one.lead_days is not None) for one in lines])


def _is_forfeit(session: Session, order: Order) -> bool:
    """Tell whether a card's bank took what its merchant was to have; a trading company owes him as before."""
    if order.rail is not Rail.CARD or order.seller_id is not None:
        return False
    subject = Subject(SubjectKind.ORDER, order.id)
    return payments.is_forfeit(payments.milestones_of(session, subjects=[subject])[subject])


def cancel_late(session: Session, *, order_id: UUID, actor: Actor, now: datetime) -> None:
    """End an order whose goods its merchant has not brought to the hub in time, packed or not, as its buyer.

    Whether it is late is the caller's to know. Conflict ``state`` once any of its goods were handed over.
    """
    order = own_order(session, actor=actor, order_id=order_id)
    if actor.company != order.buyer_id:
        raise NotAllowed("only_the_buyer")
    actor.must(Permission.TRADE_PURCHASE_CANCEL)
    _end(session, order, action="cancel", reason=CancelReason.LATE, actor=actor, now=now, while_in=AT_MERCHANT)


def cancel_overdue(session: Session, *, order: Order, now: datetime) -> None:
    """End a locked order whose goods never left their merchant, and whose buyer said nothing about it."""
    _end(session, order, action="cancel", reason=CancelReason.LATE, actor=SYSTEM, now=now, while_in=AT_MERCHANT)


def cancel_unconfirmed(session: Session, *, order_id: UUID, now: datetime) -> bool:
    """End an order that its merchant did not confirm in time; False when he did, or there is time left."""
    order = locked_order(session, order_id=order_id)
    if order.state is not OrderState.PLACED or order.confirm_by > now:
        return False
    _end(session, order, action="cancel", reason=CancelReason.NOT_CONFIRMED, actor=SYSTEM, now=now)
    return True


def cancel_unpaid(session: Session, *, order_id: UUID, now: datetime) -> None:
    """End an order whose card payment could not be taken after all; nothing happens to one that is past this."""
    order = locked_order(session, order_id=order_id)
    if order.state in _WAITING:
        _end(session, order, action="cancel", reason=CancelReason.PAYMENT_FAILED, actor=SYSTEM, now=now)


def in_listing_order(order: Order, lines: list[OrderLine]) -> list[OrderLine]:
    """Return the lines from the merchant's own stock in the order in which hot stock rows are locked."""
    if order.centre_id is not None:
        return []
    return sorted((line for line in lines if line.lead_days is None), key=lambda line: (line.listing_id, line.id))


def on_payment_paid(session: Session, event: PaymentPaid) -> None:
    """Secure the order whose deposit came; when its goods went to others meanwhile it ends, and the deposit is owed."""
    if (event.subject_kind, event.event) != (SubjectKind.ORDER, MilestoneEvent.DEPOSIT):
        return
    try:
        with session.begin_nested():
            secure_order(session, order_id=event.subject_id, actor=SYSTEM, now=event.at)
    except Conflict:
        order = locked_order(session, order_id=event.subject_id)
        _end(session, order, action="cancel", reason=CancelReason.OUT_OF_STOCK, actor=SYSTEM, now=event.at)


def on_receipt_withdrawn(session: Session, event: ReceiptWithdrawn) -> None:
    """Refuse to take back money because of which goods were promised or lines were closed: Conflict."""
    if event.subject_kind != SubjectKind.ORDER or not event.unsettles:
        return
    order = locked_order(session, order_id=event.subject_id)
    if event.event == MilestoneEvent.DEPOSIT and order.secured_at is not None:
        raise Conflict("receipt_counts", payment=order.reference)
    subject = Subject(SubjectKind.ORDER, order.id)
    shares = payments.milestones_of(session, subjects=[subject])[subject]
    for line_id in {share.line_id for share in shares if share.payment_id == event.payment_id}:
        if LineState.CLOSED in parts_of(session, line_id=line_id):
            raise Conflict("receipt_counts", payment=order.reference)


def on_payment_lapsed(session: Session, event: PaymentLapsed) -> None:
    """End the order whose deposit did not come in time; a slip that waits for the payee keeps it alive."""
    if (event.subject_kind, event.event) != (SubjectKind.ORDER, MilestoneEvent.DEPOSIT):
        return
    order = locked_order(session, order_id=event.subject_id)
    if order.state in _WAITING and order.secured_at is None:
        _end(session, order, action="cancel", reason=CancelReason.DEPOSIT_MISSING, actor=SYSTEM, now=event.at)


def promise_line(session: Session, *, line: OrderLine, now: datetime) -> None:
    """Promise the stock of a line that came to an order later; Conflict ``stock`` where there is too little."""
    if line.lead_days is None:
        _promise(session, {line: line.quantity}, now)


def _secure(session: Session, secured: Sequence[tuple[Order, list[OrderLine]]], *, actor: Actor, now: datetime) -> None:
    """Promise the stock of locked orders that have just been noted as secured."""
    from_stock = [line for order, lines in secured for line in in_listing_order(order, lines)]
    parts = parts_by_line(session, line_ids=[line.id for line in from_stock])
    units = {line.id: sum(standing(parts[line.id]).values()) for line in from_stock}
    _promise(session, {line: units[line.id] for line in from_stock if units[line.id]}, now)
    for order, _lines in secured:
        audit.record(session, actor=actor, action="order.secure", subject="order", subject_id=order.id, now=now)
        news = OrderSecured(
            at=now, order_id=order.id, by_courier=order.by_courier, from_centre=order.centre_id is not None
        )
        events.record(session, news)
        if order.confirmed_at is not None:
            _begin_purchase(session, order, now=now)


def _begin_purchase(session: Session, order: Order, *, now: datetime) -> None:
    """Owe the merchant its deposit once both sides are bound: it confirmed, and what secures the order has come."""
    if order.seller_id is not None:
        plans.begin_purchase(session, sale=Subject(SubjectKind.ORDER, order.id), now=now)


def _promise(session: Session, units: Mapping[OrderLine, int], now: datetime) -> None:
    """Promise the stock of lines; what a hold lost is claimed once more, if it is still there."""
    if not units or not stock.allocate_all(session, subjects=[line.id for line in units], now=now):
        return
    # One by one, in the order in which hot rows are locked.
    for line in sorted(units, key=lambda line: (line.listing_id, line.id)):
        try:
            stock.allocate(session, subject=line.id, now=now)
        except Conflict:
            stock.hold(
                session,
                listing_id=line.listing_id,
                quantity=units[line],
                subject=line.id,
                expires_at=now + timedelta(minutes=1),
                now=now,
            )
            stock.allocate(session, subject=line.id, now=now)


def _reject(
    session: Session, order: Order, rejected: Mapping[UUID, RejectReason], *, actor: Actor, now: datetime
) -> bool:
    """Reject lines of a placed order; tell whether that was all of it, and it is rejected itself."""
    if not rejected:
        return False
    actor.must(Permission.TRADE_SALE_CANCEL)
    lines = [line for line in lines_in(session, order_id=order.id) if standing(parts_of(session, line_id=line.id))]
    if unknown := rejected.keys() - {line.id for line in lines}:
        accepted = ", ".join(str(line.id) for line in lines)
        raise Refused.field("rejected_lines", "unknown", accepted, line=str(min(unknown)))
    for line in lines:
        line.rejected_because = rejected.get(line.id)
    if len(rejected) == len(lines):
        _end(session, order, action="reject", reason=CancelReason.MERCHANT, actor=actor, now=now)
        return True
    for line in sorted(lines, key=lambda one: (one.lead_days is not None, one.listing_id, one.id)):
        if reason := rejected.get(line.id):
            lessening.reject(session, order=order, line=line, reason=reason, actor=actor, now=now)
    events.record(session, OrderAmended(at=now, order_id=order.id))
    return False


def _end(
    session: Session,
    order: Order,
    *,
    action: str,
    reason: CancelReason,
    actor: Actor,
    now: datetime,
    while_in: frozenset[LineState] = BEFORE_PACKING,
) -> None:
    lines = lines_in(session, order_id=order.id)
    for line in lines:
        if beyond := sorted(set(standing(parts_of(session, line_id=line.id))) - while_in):
            raise Conflict("state", thing="order_line", state=beyond[0], action=action, possible=[])
    order.cancel_reason = reason
    move_order(session, order=order, action=action, actor=actor, now=now, reason=str(reason))
    for line in lines:
        move_all(session, line=line, action=action, now=now)
        if action == "reject":  # a line already begun is cancelled rather than rejected
            move_all(session, line=line, action="cancel", now=now)
    plans.cancel(session, subject=Subject(SubjectKind.ORDER, order.id), actor=actor, now=now)
    ended = OrderCancelled(at=now, order_id=order.id, reason=str(reason), from_centre=order.centre_id is not None)
    events.record(session, ended)
    for line in in_listing_order(order, lines):
        stock.release(session, subject=line.id, now=now, reason=str(reason))
