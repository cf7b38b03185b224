"""Forget what an erased person wrote about claims, inspections and samples; who said when stays by id."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import PersonErased
from marketplace.orders.models import Cart, CartLine, ClaimText, InspectionRemark
from marketplace.orders.samples.models import SampleRemark


def on_person_erased(session: Session, event: PersonErased) -> None:
    """Blank the person's words about claims, goods and samples and throw the carts away."""
    session.execute(sa.update(ClaimText).where(ClaimText.person_id == event.person_id).values(body=""))
    session.execute(sa.update(InspectionRemark).where(InspectionRemark.person_id == event.person_id).values(body=""))
    session.execute(sa.update(SampleRemark).where(SampleRemark.person_id == event.person_id).values(body=""))
    carts = sa.select(Cart.id).where(Cart.person_id == event.person_id)
    session.execute(sa.delete(CartLine).where(CartLine.cart_id.in_(carts)))
    session.execute(sa.delete(Cart).where(Cart.person_id == event.person_id))
