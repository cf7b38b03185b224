"""Read a person's cart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.orders.models import Cart, CartLine
from marketplace.orders.rules.samples import Had
from marketplace.orders.samples.models import SampleOrder
from marketplace.orders.samples.queries import HAD, had_by, had_of


@dataclass(frozen=True, slots=True)
class CartLineRow:
    """What lies in a cart: a quantity of a listing on one price ladder, and the samples its buyer ``had`` of it.

    ``centre_id``: of what lies in a distribution centre.
    """

    listing_id: UUID
    quantity: int
    currency: str
    incoterm: str
    place_code: str
    had: tuple[Had, ...] = field(default=())
    centre_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CartRow:
    """A person's cart in a company; empty where there is none yet."""

    destination: str | None
    lines: tuple[CartLineRow, ...]


def destination_of(session: Session, *, company_id: UUID, person_id: UUID) -> str | None:
    """Return where a person's cart goes, None where nothing is chosen yet."""
    return session.scalar(_DESTINATION, {"company_id": company_id, "person_id": person_id})


def cart_of(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart, lines in the order they were put in."""
    found = session.execute(
        _CART_WITH_LINES, {"company_id": company_id, "person_id": person_id, "buyer": company_id}
    ).all()
    if not found:
        return CartRow(None, ())
    return CartRow(found[0].destination, _lines(row for row in found if row.listing_id is not None))


def locked_cart(session: Session, *, company_id: UUID, person_id: UUID) -> CartRow:
    """Return a person's cart as it stays until this transaction ends.

    Its lines are read after the lock was waited for: with it they would be those of before.
    """
    cart = session.execute(_LOCKED, {"company_id": company_id, "person_id": person_id}).one_or_none()
    if cart is None:
        return CartRow(None, ())
    return CartRow(cart.destination, _lines(session.execute(_LINES, {"cart_id": cart.id, "buyer": company_id})))


def _lines(found: Iterable[Any]) -> tuple[CartLineRow, ...]:
    lines: dict[UUID, CartLineRow] = {}
    for row in found:
        before = lines.get(row.listing_id)
        had = (*(before.had if before else ()), *had_of(row))
        lines[row.listing_id] = CartLineRow(
            row.listing_id, row.quantity, row.currency, row.incoterm, row.place_code, had, row.centre_id
        )
    return tuple(lines.values())


_MINE: Final = (Cart.company_id == sa.bindparam("company_id"), Cart.person_id == sa.bindparam("person_id"))
_DESTINATION: Final = sa.select(Cart.destination).where(*_MINE)
_LOCKED: Final = sa.select(Cart.id, Cart.destination).where(*_MINE).with_for_update()
# What samples do to a cart comes with its lines: it costs no question more.
_LINE: Final = (
    CartLine.listing_id,
    CartLine.quantity,
    CartLine.currency,
    CartLine.incoterm,
    CartLine.place_code,
    CartLine.centre_id,
    *HAD,
)
_SAMPLES: Final = had_by(sa.bindparam("buyer"), CartLine.listing_id)
_IN_ORDER: Final = (CartLine.added_at, CartLine.listing_id)
_LINES: Final = (
    sa.select(*_LINE)
    .outerjoin(SampleOrder, _SAMPLES)
    .where(CartLine.cart_id == sa.bindparam("cart_id"))
    .order_by(*_IN_ORDER)
)
_CART_WITH_LINES: Final = (
    sa.select(Cart.destination, *_LINE)
    .select_from(Cart)
    .outerjoin(CartLine, CartLine.cart_id == Cart.id)
    .outerjoin(SampleOrder, _SAMPLES)
    .where(*_MINE)
    .order_by(*_IN_ORDER)
)
