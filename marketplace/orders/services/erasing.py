"""Forget what an erased person wrote about claims and inspections; who said when stays by id."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.orders.models import Cart, CartLine, ClaimText, InspectionRemark


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank the person's words about claims and goods and throw the carts away."""
    session.execute(sa.update(ClaimText).where(ClaimText.person_id == event.person_id).values(body=""))
    session.execute(sa.update(InspectionRemark).where(InspectionRemark.person_id == event.person_id).values(body=""))
    carts = sa.select(Cart.id).where(Cart.person_id == event.person_id)
    session.execute(sa.delete(CartLine).where(CartLine.cart_id.in_(carts)))
    session.execute(sa.delete(Cart).where(Cart.person_id == event.person_id))
