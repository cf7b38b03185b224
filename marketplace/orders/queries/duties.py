"""What of orders a person has in hand for a company."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries.handovers import subjects_of
from marketplace.accounts.rules.handovers import Item, Kind
from marketplace.orders.models import Cart, CartLine, Claim, Order, OrderLine
from marketplace.orders.rules.claims import OPEN
from marketplace.orders.rules.states import BEFORE_PACKING


def held(session: Session, company_id: UUID, person_id: UUID, _now: datetime) -> list[Item]:
    """Return a person's cart with something in it, running orders, ready days promised and open claims."""
    mine = subjects_of(session, company_id=company_id, person_id=person_id)
    filled = sa.exists().where(CartLine.cart_id == Cart.id)
    cart = session.scalars(
        sa.select(Cart.id).where(Cart.company_id == company_id, Cart.person_id == person_id, filled)
    ).one_or_none()
    runs = session.execute(
        sa.select(Order.id, Order.reference, Order.buyer_id).where(
            Order.id.in_(mine[Kind.PURCHASE] | mine[Kind.SALE]), Order.ended_at.is_(None)
        )
    ).all()
    promised = session.execute(
        sa.select(OrderLine.id, Order.reference, OrderLine.position)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.id.in_(mine[Kind.READY_DATE]),
            OrderLine.state.in_(BEFORE_PACKING),
            OrderLine.ready_date.is_not(None),
            Order.ended_at.is_(None),
        )
    ).all()
    claims = session.execute(
        sa.select(Claim.id, Claim.reference).where(Claim.id.in_(mine[Kind.CLAIM]), Claim.state.in_(OPEN))
    ).all()
    return [
        *([Item(Kind.CART, cart, "")] if cart else []),
        *(Item(Kind.PURCHASE if row.buyer_id == company_id else Kind.SALE, row.id, row.reference) for row in runs),
        *(Item(Kind.READY_DATE, row.id, f"{row.reference} / {row.position}") for row in promised),
        *(Item(Kind.CLAIM, row.id, row.reference) for row in claims),
    ]
