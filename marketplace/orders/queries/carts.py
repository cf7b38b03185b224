"""Read a person's cart."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import ask
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.rules.samples import Had
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.samples.queries import HAD, had_by, had_of


@dataclass(frozen=True, slots=True)
class CartLineRow:
    """What lies in a cart: a quantity of a listing on one price ladder, and the samples its buyer ``had`` of it."""

    listing_id: UUID
    quantity: int
    currency: str
    incoterm: str
    place_code: str
    had: tuple[Had, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CartRow:
    """A person's cart in a company; empty where there is none yet."""

    destination: str | None
    lines: tuple[CartLineRow, ...]


def cart_of(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart, lines in the order they were put in."""
    return _cart_row(session, _CART, company_id, person_id)


def locked_cart(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart as it stays until this transaction ends."""
    return _cart_row(session, _CART.with_for_update(), company_id, person_id)


def _cart_row(session: Session, which: sa.Select[UUID, str | None], company_id: UUID, person_id: UUID) -> CartRow:
    session.flush()
    cart = ask(session, which, {"company_id": company_id, "person_id": person_id}).one_or_none()
    if cart is None:
        return CartRow(None, ())
    lines: dict[UUID, CartLineRow] = {}
    for row in ask(session, _LINES, {"cart_id": cart.id, "buyer": company_id}):
        before = lines.get(row.listing_id)
        had = (*(before.had if before else ()), *had_of(row))
        lines[row.listing_id] = CartLineRow(
            row.listing_id, row.quantity, row.currency, row.incoterm, row.place_code, had
        )
    return CartRow(cart.destination, tuple(lines.values()))


_CART: Final = sa.select(Cart.id, Cart.destination).where(
    Cart.company_id == sa.bindparam("company_id"), Cart.person_id == sa.bindparam("person_id")
)
_LINES: Final = (
    sa.select(CartLine.listing_id, CartLine.quantity, CartLine.currency, CartLine.incoterm, CartLine.place_code, *HAD)
    # What samples do to a cart comes with its lines: it costs no question more.
    .outerjoin(SampleOrder, had_by(sa.bindparam("buyer"), CartLine.listing_id))
    .where(CartLine.cart_id == sa.bindparam("cart_id"))
    .order_by(CartLine.added_at, CartLine.listing_id)
)
