"""Whether the rights to review are those of buyers to whom something came."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.exchange.models.reviews import ReviewRight
from marketplace.kernel.checks import Breach
from marketplace.orders.models import LineMove, Order, OrderLine
from marketplace.orders.rules.acceptance import CAME


def breaches(session: Session) -> list[Breach]:
    """Return rights to review without goods that came to this buyer, and lines that came without a right."""
    came = sa.exists().where(LineMove.line_id == OrderLine.id, LineMove.after.in_(CAME))
    fits = sa.and_(
        OrderLine.id == ReviewRight.line_id,
        OrderLine.listing_id == ReviewRight.listing_id,
        Order.merchant_id == ReviewRight.merchant_id,
        Order.buyer_id == ReviewRight.company_id,
        came,
    )
    line = sa.exists().where(Order.id == OrderLine.order_id, fits)
    strange = session.scalars(sa.select(ReviewRight.line_id).where(~line))
    granted = sa.exists().where(ReviewRight.line_id == OrderLine.id)
    lacking = session.scalars(sa.select(OrderLine.id).where(came, ~granted))
    return [
        *(Breach("10 reviews", "order_line", key, "can be reviewed and never came") for key in strange),
        *(Breach("10 reviews", "order_line", key, "came and cannot be reviewed") for key in lacking),
    ]
