"""Orders over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.orders import answers, waiting
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import desks
from marketplace.edge.acts import orders as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import orders as requests
from marketplace.kernel.db import in_unit_of_work

api = Blueprint("api_orders", __name__)


@api.get("/orders")
@operation(
    answers={200: Items[answers.OrderInList]},
    tag="orders",
    permission=Permission.TRADE_ORDER_READ,
    query=requests.OrderSearch,
)
def many(query: requests.OrderSearch) -> tuple[int, Items[answers.OrderInList]]:
    """List the orders that one's company buys or sells, latest first; the trading company reads what it sells."""
    page, company_id = acts.many(query), require_actor().company
    rows = [answers.OrderInList.of(row, company_id) for row in page.items]
    return 200, Items[answers.OrderInList](items=rows, next=page.next)


@api.get("/desk")
@operation(answers={200: Items[waiting.Waiting]}, tag="orders", permission=Permission.FILES_FILE_READ)
def desk() -> tuple[int, Items[waiting.Waiting]]:
    """Count what waits for one's company, with the nearest moment at which it is due."""
    return 200, Items[waiting.Waiting](items=[waiting.Waiting.of(row) for row in desks.waiting()])


@api.get("/orders/<uuid:order_id>")
@operation(answers={200: answers.Order}, tag="orders", permission=Permission.TRADE_ORDER_READ)
def one(order_id: UUID) -> tuple[int, answers.Order]:
    """Show an order with lines, bookings, payments, milestones and documents."""
    seen = acts.read(order_id)
    return 200, answers.Order.seen(seen, acts.goes_back(seen))


@api.post("/orders/<uuid:order_id>/confirmation")
@operation(
    answers={204: None},
    tag="orders",
    permission=Permission.TRADE_ORDER_CONFIRM,
    body=requests.OrderConfirmation,
    idempotent=True,
)
def confirm(order_id: UUID, body: requests.OrderConfirmation, session: Session) -> tuple[int, None]:
    """Accept an order as its merchant, without the lines that it rejects; all of them rejected reject the order."""
    acts.confirm(session, order_id, body)
    return 204, None


@api.post("/orders/<uuid:order_id>/cancellation")
@operation(
    answers={204: None},
    tag="orders",
    permission=Permission.TRADE_ORDER_READ,
    body=requests.Cancellation,
    idempotent=True,
)
def cancel(order_id: UUID, body: requests.Cancellation, session: Session) -> tuple[int, None]:
    """End an order before its goods are packed; for being late, until they are handed over."""
    acts.cancel(session, order_id, body)
    return 204, None


@api.put("/order-lines/<uuid:line_id>/ready-date")
@operation(answers={204: None}, tag="orders", permission=Permission.TRADE_ORDER_FULFIL, body=requests.ReadyDate)
def set_ready_date(line_id: UUID, body: requests.ReadyDate) -> tuple[int, None]:
    """Name the day on which goods made to order will be ready; room is taken for them."""
    in_unit_of_work(lambda session: acts.set_ready_date(session, line_id, body))
    return 204, None
