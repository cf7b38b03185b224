"""Read a person's cart."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.models import Cart, CartLine


@dataclass(frozen=True, slots=True)
class CartLineRow:
    """What lies in a cart: a quantity of a listing on one price ladder."""

    listing_id: UUID
    quantity: int
    currency: str
    incoterm: str
    place_code: str


@dataclass(frozen=True, slots=True)
class CartRow:
    """A person's cart in a company; empty where there is none yet."""

    destination: str | None
    lines: tuple[CartLineRow, ...]


def cart_of(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart, lines in the order they were put in."""
    return cart_row(session, sa.select(Cart).where(Cart.company_id == company_id, Cart.person_id == person_id))


def cart_row(session: Session, which: sa.Select[Cart]) -> CartRow:
    """Return the cart that a statement finds."""
    cart = session.scalars(which).one_or_none()
    if cart is None:
        return CartRow(None, ())
    found = session.scalars(
        sa.select(CartLine).where(CartLine.cart_id == cart.id).order_by(CartLine.added_at, CartLine.listing_id)
    )
    lines = tuple(
        CartLineRow(line.listing_id, line.quantity, line.currency, line.incoterm, line.place_code) for line in found
    )
    return CartRow(cart.destination, lines)
