"""Sales follow their orders: confirmed and secured they go on, cancelled or lessened their units are free again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centre_sales.rules import WHOLE, SaleState, after_security
from marketplace.distribution.centre_sales.services import transits
from marketplace.distribution.centre_sales.services.moving import move, note, sales_of
from marketplace.kernel.actor import SYSTEM
from marketplace.logistics.centres.services import promising
from marketplace.orders import events
from marketplace.orders.models import Order
from marketplace.orders.rules.states import PRODUCING
from marketplace.reference.rules import Setting


def on_order_went_on(session: Session, event: events.OrderConfirmed | events.OrderSecured) -> None:
    """Let the units of an order be declared or fetched once both sides are bound: it is confirmed and secured."""
    if not event.from_centre:
        return
    order = session.get_one(Order, event.order_id)
    if order.secured_at is None or order.state not in PRODUCING:
        return
    for sale in sales_of(session, order.id):
        if sale.state is SaleState.PROMISED:
            sale.due_at = _due(session, order.buyer_id, event.at)
            action = after_security(sale.status)
            sale.ready_at = event.at if action == "make_ready" else None
            move(session, sale, action, actor=SYSTEM, now=event.at)


def on_order_cancelled(session: Session, event: events.OrderCancelled) -> None:
    """Promise the units of a cancelled order to nobody any more."""
    if event.from_centre:
        for sale in sales_of(session, event.order_id):
            _end(session, sale, event.at)


def on_line_lessened(session: Session, event: events.LineLessened) -> None:
    """Promise units that were taken off a line to nobody any more."""
    if not event.from_centre:
        return
    for sale in sales_of(session, event.order_id):
        if sale.line_id != event.line_id or sale.state not in WHOLE:
            continue
        if not event.left:
            _end(session, sale, event.at)
        elif taken := sale.quantity - event.left:
            promising.lessen(session, actor=SYSTEM, subject_id=sale.line_id, quantity=taken, now=event.at)
            sale.quantity = event.left
            session.flush()
            note(session, sale, "lessened", actor=SYSTEM, now=event.at, units=event.left)


def due_again(session: Session, sale: CentreSale, now: datetime) -> None:
    """Let the time in which a sale is to be fetched begin anew."""
    sale.due_at, sale.told_at = _due(session, sale.buyer_id, now), None


def _end(session: Session, sale: CentreSale, now: datetime) -> None:
    if sale.state in WHOLE:
        transits.end(session, sale, now)
        promising.free(session, actor=SYSTEM, subject_id=sale.line_id, now=now)
        sale.due_at, sale.ended_at = None, now
        move(session, sale, "cancel", actor=SYSTEM, now=now)


def _due(session: Session, buyer_id: UUID, now: datetime) -> datetime:
    return accounts.days_of(session, company_id=buyer_id, setting=Setting.CENTRE_COLLECT_WORKING_DAYS, now=now)
