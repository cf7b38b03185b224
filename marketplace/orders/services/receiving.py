"""Let buyers review what they received."""

from sqlalchemy.orm import Session

from marketplace.exchange.services import reviews
from marketplace.orders.events import LineMoved
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.acceptance import CAME
from marketplace.orders.rules.states import LineState


def on_line_moved(session: Session, event: LineMoved) -> None:
    """Grant the buyer the right to review a line of which something came, whole or not."""
    if LineState(event.state) not in CAME:
        return
    line, order = session.get_one(OrderLine, event.line_id), session.get_one(Order, event.order_id)
    reviews.grant(
        session,
        line_id=line.id,
        listing_id=line.listing_id,
        merchant_id=order.merchant_id,
        company_id=order.buyer_id,
        now=event.at,
    )
