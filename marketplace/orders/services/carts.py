"""Fill and empty a cart; nothing is held by it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.figures import tally
from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.places import not_among
from marketplace.catalog.rules.pricing import check_quantity, ladder_for
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import alter, insert_if_new, on_commit
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.queries.carts import CartRow, locked_cart
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind

MOST_LINES: Final = 200
_OWNED: Final = (Cart.company_id == sa.bindparam("company"), Cart.person_id == sa.bindparam("person"))
_FORGET: Final = sa.delete(cast("sa.Table", CartLine.__table__)).where(
    CartLine.cart_id == sa.select(Cart.id).where(*_OWNED).scalar_subquery(),
    CartLine.listing_id.in_(sa.bindparam("ordered", expanding=True)),
)
_CHANGED: Final = sa.update(cast("sa.Table", Cart.__table__)).where(*_OWNED).values(changed_at=sa.bindparam("now"))


def put_line(
    session: Session,
    *,
    listing_id: UUID,
    quantity: int,
    currency: str | None = None,
    incoterm: str | None = None,
    place: str | None = None,
    to: str | None = None,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Set the quantity of a listing in the actor's cart, on the first price ladder that fits what is asked.

    ``to`` becomes the destination of a cart that has none or nothing in it; one that goes elsewhere goes on doing so.
    Return where the cart goes. Refused ``quantity`` naming both neighbours, ``price_basis`` naming those there are,
    ``listing`` for the company's own goods and for goods without a lorry or a price for it, ``to``; NotFound for a
    listing that is not live.
    """
    offer = catalog.offers(session, listing_ids=(listing_id,), viewer=actor.company, now=now).get(listing_id)
    if offer is None:
        raise NotFound("listing")
    if offer.merchant_id == actor.company:
        raise Refused.field("listing", "own_goods", "goods of another company")
    if offer.lack is not None:
        raise Refused.field("listing", offer.lack, "goods that a lorry can be booked for")
    if to is not None:
        _check_destination(session, to)
    check_quantity(quantity, moq=offer.moq, multiple=offer.multiple)
    if not offer.ladders:
        raise Refused.field("listing", "price_hidden", "goods whose price you may read")
    ladder = ladder_for(offer.ladders, currency=currency, incoterm=incoterm, place=place)
    cart = _cart(session, actor, now)
    if to is not None and (cart.destination is None or not _lines(session, cart)):
        cart.destination = to
    line = session.get(CartLine, (cart.id, listing_id))
    if line is None:
        _check_room(session, cart)
        line = CartLine(cart_id=cart.id, listing_id=listing_id, added_at=now)
        session.add(line)
        day = local_day(offer.country, now)
        on_commit(session, lambda: tally.note(listing_id, day=day, kind=Kind.CART))
    line.quantity = quantity
    line.currency, line.incoterm, line.place_code = ladder.currency, ladder.incoterm, ladder.place_code
    cart.changed_at = now
    session.flush()
    return cart.destination


def remove_line(session: Session, *, listing_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a listing out of the actor's cart; NotFound when it is not in it."""
    cart = _cart(session, actor, now)
    line = session.get(CartLine, (cart.id, listing_id))
    if line is None:
        raise NotFound("cart_line")
    session.delete(line)
    cart.changed_at = now
    session.flush()


def set_destination(session: Session, *, place: str, actor: Actor, now: datetime) -> None:
    """Say where the goods of the actor's cart shall go; Refused ``to`` for anything but a place with a name.

    Whether a departure goes there shows in the cart.
    """
    _check_destination(session, place)
    cart = _cart(session, actor, now)
    cart.destination = place
    cart.changed_at = now
    session.flush()


def lock(session: Session, *, actor: Actor) -> CartRow:
    """Keep the actor's cart as it is until this transaction ends, so that what is in it is ordered once; return it."""
    return locked_cart(session, company_id=actor.company, person_id=actor.person)


def forget_lines(
    session: Session, *, company_id: UUID, person_id: UUID, listing_ids: Collection[UUID], now: datetime
) -> None:
    """Take what was ordered out of the cart."""
    given = {"company": company_id, "person": person_id}
    alter(session, _FORGET, {**given, "ordered": list(listing_ids)})
    alter(session, _CHANGED, {**given, "now": now})


def _cart(session: Session, actor: Actor, now: datetime) -> Cart:
    """Return the actor's cart, locked: whoever changes its lines takes this lock first."""
    insert_if_new(session, Cart, id=new_id(), company_id=actor.company, person_id=actor.person, changed_at=now)
    return session.scalars(_mine(actor.company, actor.person).with_for_update()).one()


def _mine(company_id: UUID, person_id: UUID) -> sa.Select[Cart]:
    return sa.select(Cart).where(Cart.company_id == company_id, Cart.person_id == person_id)


def _check_destination(session: Session, place: str) -> None:
    known = [row for row in reference.places(session) if row.kind is not PlaceKind.BORDER_SIDE]
    if place not in {row.code for row in known}:
        raise not_among("to", "choice", known)


def _lines(session: Session, cart: Cart) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(CartLine).where(CartLine.cart_id == cart.id)) or 0


def _check_room(session: Session, cart: Cart) -> None:
    if _lines(session, cart) >= MOST_LINES:
        raise Conflict("cart_full", most=MOST_LINES)
