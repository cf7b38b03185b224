"""Pass a leaver's cart on."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import HandedOver
from marketplace.orders.models import Cart, CartLine


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Give the leaver's cart to the successor; of goods that lie in both, what the successor chose stays."""
    carts = {
        cart.person_id: cart
        for cart in session.scalars(
            sa.select(Cart)
            .where(Cart.company_id == event.company_id, Cart.person_id.in_((event.leaver_id, event.successor_id)))
            .order_by(Cart.id)
            .with_for_update()
        )
    }
    left, own = carts.get(event.leaver_id), carts.get(event.successor_id)
    if left is None:
        return
    if own is None:
        left.person_id, left.changed_at = event.successor_id, event.at
        session.flush()
        return
    there = sa.select(CartLine.listing_id).where(CartLine.cart_id == own.id)
    session.execute(
        sa.update(CartLine)
        .where(CartLine.cart_id == left.id, CartLine.listing_id.not_in(there.scalar_subquery()))
        .values(cart_id=own.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(sa.delete(CartLine).where(CartLine.cart_id == left.id))
    own.changed_at = event.at
    session.delete(left)
    session.flush()
