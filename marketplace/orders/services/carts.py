"""Fill and empty a cart; nothing is held by it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.figures import tally
from marketplace.catalog.figures.rules import Kind
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.places import not_among
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import on_commit, write
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.ids import new_id
from marketplace.orders.models import Cart, CartLine
from marketplace.orders.queries.carts import CartRow, locked_cart
from marketplace.orders.rules.carts import MOST_LINES, Chosen, Wish, check
from marketplace.reference import queries as reference
from marketplace.reference.rules import PlaceKind

_LINE: Final = cast("sa.Table", CartLine.__table__)
_SET: Final = (
    sa.update(_LINE)
    .where(_LINE.c.cart_id == sa.bindparam("of_cart"), _LINE.c.listing_id == sa.bindparam("of_listing"))
    .values({name: sa.bindparam(name) for name in ("quantity", "currency", "incoterm", "place_code", "centre_id")})
)
_OWNED: Final = (Cart.company_id == sa.bindparam("company"), Cart.person_id == sa.bindparam("person"))
_THERE: Final = sa.select(CartLine.listing_id).where(CartLine.cart_id == sa.bindparam("cart_id", type_=sa.Uuid()))
_FORGET: Final = sa.delete(_LINE).where(
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
    centre_id: UUID | None = None,
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
    wish = Wish(
        listing_id=listing_id, quantity=quantity, currency=currency, incoterm=incoterm, place=place, centre_id=centre_id
    )
    chosen = check(wish, offer, company_id=actor.company)
    if to is not None:
        check_destination(session, to)
    left = put_lines(session, lines=(chosen,), to=to, actor=actor, now=now)
    if left.refused:
        raise Conflict("cart_full", most=MOST_LINES)
    return left.destination


@dataclass(frozen=True, slots=True)
class Put:
    """What bulk putting came to: listings for which a cart had no room any more, and where the cart goes."""

    refused: frozenset[UUID]
    destination: str | None


def put_lines(session: Session, *, lines: Sequence[Chosen], to: str | None = None, actor: Actor, now: datetime) -> Put:
    """Set lines of the actor's cart, each listing named once, in their order; what is beyond its room is left out.

    The number of statements does not depend on how many they are. ``to``, which is a place there is, becomes the
    destination of a cart that has none or nothing in it.
    """
    cart = _cart(session, actor, now)
    destination: str | None = cart.destination
    there = set(session.scalars(_THERE, {"cart_id": cart.id}))
    if to is not None and (destination is None or not there):
        destination = to
        session.execute(
            sa.update(Cart)
            .where(Cart.id == cart.id)
            .values(destination=to)
            .execution_options(synchronize_session=False)
        )
    new = [line for line in lines if line.listing_id not in there]
    room = max(MOST_LINES - len(there), 0)
    # The lines of one act keep their order: a cart shows what was put in first before the rest.
    rows = [
        _row(line) | {"cart_id": cart.id, "listing_id": line.listing_id, "added_at": now + timedelta(microseconds=at)}
        for at, line in enumerate(new[:room])
    ]
    changed = [
        _row(line) | {"of_cart": cart.id, "of_listing": line.listing_id} for line in lines if line.listing_id in there
    ]
    if changed:
        session.execute(_SET, changed)
    write(session, CartLine, rows)
    for line in new[:room]:
        _count(session, line, now)
    return Put(frozenset(line.listing_id for line in new[room:]), destination)


def _row(line: Chosen) -> dict[str, Any]:
    ladder = line.ladder
    return {
        "quantity": line.quantity,
        "currency": ladder.currency,
        "incoterm": ladder.incoterm,
        "place_code": ladder.place_code,
        "centre_id": line.centre_id,
    }


def _count(session: Session, line: Chosen, now: datetime) -> None:
    day = local_day(line.country, now)
    on_commit(session, lambda: tally.note(line.listing_id, day=day, kind=Kind.CART))


def remove_line(session: Session, *, listing_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a listing out of the actor's cart; NotFound when it is not in it."""
    cart = _cart(session, actor, now)
    line = session.get(CartLine, (cart.id, listing_id))
    if line is None:
        raise NotFound("cart_line")
    session.delete(line)
    session.flush()


def set_destination(session: Session, *, place: str, actor: Actor, now: datetime) -> None:
    """Say where the goods of the actor's cart shall go; Refused ``to`` for anything but a place with a name.

    Whether a departure goes there shows in the cart.
    """
    check_destination(session, place)
    _cart(session, actor, now, destination=place)


def lock(session: Session, *, actor: Actor) -> CartRow:
    """Keep the actor's cart as it is until this transaction ends, so that what is in it is ordered once; return it."""
    return locked_cart(session, company_id=actor.company, person_id=actor.person)


def forget_lines(
    session: Session, *, company_id: UUID, person_id: UUID, listing_ids: Collection[UUID], now: datetime
) -> None:
    """Take what was ordered out of the cart."""
    mine = {"company": company_id, "person": person_id}
    session.execute(_FORGET, {**mine, "ordered": list(listing_ids)})
    session.execute(_CHANGED, {**mine, "now": now})


def _cart(session: Session, actor: Actor, now: datetime, **changed: str) -> sa.Row[Any]:
    """Return id and destination of the actor's cart, which changes now and is locked, in one statement.

    Whoever changes the lines of a cart takes this lock first.
    """
    mine = {"id": new_id(), "company_id": actor.company, "person_id": actor.person, "changed_at": now} | changed
    return session.execute(_changed(session.get_bind().dialect.name, ("changed_at", *changed)), mine).one()


@cache
def _changed(dialect: str, names: tuple[str, ...]) -> sa.Insert:
    """Return the INSERT of a cart that sets these columns where its person has one."""
    table = cast("sa.Table", Cart.__table__)
    new: Any = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)
    kept = new.on_conflict_do_update(
        index_elements=[table.c.company_id, table.c.person_id], set_={name: new.excluded[name] for name in names}
    )
    return kept.returning(table.c.id, table.c.destination)


def check_destination(session: Session, place: str) -> None:
    """Refuse ``to`` for anything but a place with a name."""
    found = reference.places_by_code(session, (place,)).get(place)
    if found is None or found.kind is PlaceKind.BORDER_SIDE:
        known = [row for row in reference.places(session) if row.kind is not PlaceKind.BORDER_SIDE]
        raise not_among("to", "choice", known)
