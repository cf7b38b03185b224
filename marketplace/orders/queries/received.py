"""Whether the rights to review are those of buyers to whom something came."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.exchange.models.reviews import ReviewRight
from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.orders.models import LineMove, Order, OrderLine
from marketplace.orders.rules.acceptance import CAME


def breaches(session: Session) -> list[Breach]:
    """Return rights to review without goods that came to this buyer, and lines that came without a right."""
    return _PROMISES.breaches(session)


_CAME: Final = sa.exists().where(LineMove.line_id == OrderLine.id, LineMove.after.in_(CAME))


def _strange() -> sa.Select[UUID]:
    fits = sa.and_(
        OrderLine.id == ReviewRight.line_id,
        OrderLine.listing_id == ReviewRight.listing_id,
        Order.merchant_id == ReviewRight.merchant_id,
        Order.buyer_id == ReviewRight.company_id,
        _CAME,
    )
    return sa.select(ReviewRight.line_id).where(~sa.exists().where(Order.id == OrderLine.order_id, fits))


def _lacking() -> sa.Select[UUID]:
    return sa.select(OrderLine.id).where(_CAME, ~sa.exists().where(ReviewRight.line_id == OrderLine.id))


_PROMISES: Final = Promises(
    "10 reviews",
    Promise("order_line", "can be reviewed and never came", _strange),
    Promise("order_line", "came and cannot be reviewed", _lacking),
)
