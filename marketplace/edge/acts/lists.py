"""Saved lists, by whoever asks; a whole list into the cart."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf
from marketplace.checkout import queries as checkout
from marketplace.checkout.services import filling
from marketplace.edge.acts import again
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import lists as requests
from marketplace.exchange.queries import lists as queries
from marketplace.exchange.queries.lists import ItemRow, ListRow
from marketplace.exchange.rules.lists import Line
from marketplace.exchange.services import lists
from marketplace.kernel import clock
from marketplace.kernel.errors import DomainError, FieldError, Refused
from marketplace.orders.queries import carts
from marketplace.orders.rules.carts import Wish


@dataclass(frozen=True, slots=True)
class ListSeen:
    """A list with its goods, and which of them lie in the asker's cart."""

    row: ListRow
    items: tuple[ItemRow, ...]
    in_cart: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Bought:
    """What of a list went into the cart, and why the rest did not; the list stays as it is."""

    put: tuple[UUID, ...]
    left: tuple[tuple[UUID, str, DomainError], ...]


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Goods that are not on the list, as the asker reads their title, and why."""

    listing_id: UUID
    titles: Mapping[str, str]
    source_locale: str
    refusal: DomainError


@dataclass(frozen=True, slots=True)
class Saved:
    """What of a cart or an order is on the list now, and why the rest is not."""

    put: tuple[UUID, ...]
    left: tuple[Unsaved, ...]


def mine(session: Session, *, is_archived: bool = False) -> tuple[ListRow, ...]:
    """Return the lists that the asker may see, those one works with or those put aside."""
    actor = require_actor()
    return queries.lists(session, company_id=actor.company, person_id=actor.person, is_archived=is_archived)


def look(session: Session, list_id: UUID) -> ListSeen:
    """Return a list of the asker's; NotFound for others'."""
    actor = require_actor()
    row = queries.saved_list(session, list_id=list_id, company_id=actor.company, person_id=actor.person)
    items = queries.items(session, list_id=list_id, company_id=actor.company, now=clock.now())
    in_cart = checkout.listings_in_cart(session, company_id=actor.company, person_id=actor.person)
    return ListSeen(row, items, in_cart)


def create(session: Session, body: requests.NewList) -> UUID:
    """Make a list."""
    return lists.create(session, actor=require_actor(), name=body.name, is_shared=body.shared, now=clock.now())


def change(session: Session, list_id: UUID, body: requests.ListChange) -> None:
    """Rename or share a list, put it aside or take it up again."""
    lists.change(
        session,
        actor=require_actor(),
        list_id=list_id,
        name=body.name,
        is_shared=body.shared,
        is_archived=body.archived,
        now=clock.now(),
    )


def copy(session: Session, list_id: UUID, body: requests.Copy) -> UUID:
    """Make a list of the asker's own with the lines of another."""
    return lists.copy(session, actor=require_actor(), list_id=list_id, name=body.name, now=clock.now())


def remove(session: Session, list_id: UUID) -> None:
    """Throw a list away."""
    lists.remove(session, actor=require_actor(), list_id=list_id, now=clock.now())


def put(session: Session, list_id: UUID, listing_id: UUID, body: requests.Item, *, language: str) -> None:
    """Set goods of a list; their title is kept in this language."""
    lists.put(
        session,
        actor=require_actor(),
        list_id=list_id,
        listing_id=listing_id,
        quantity=body.quantity,
        note=body.note or "",
        currency=body.currency,
        incoterm=body.incoterm.upper() if body.incoterm else None,
        place=body.place,
        language=language,
        now=clock.now(),
    )


def take_off(session: Session, list_id: UUID, listing_id: UUID) -> None:
    """Take goods off a list."""
    lists.take_off(session, actor=require_actor(), list_id=list_id, listing_id=listing_id, now=clock.now())


def buy(session: Session, list_id: UUID, body: requests.Ticked) -> Bought:
    """Put the lines of a list, or those named of it, into the asker's cart that can be; what lies there stays.

    Refused ``listings`` naming each that is not on the list: nothing goes into the cart then.
    """
    seen = look(session, list_id)
    on_list = {item.listing_id for item in seen.items}
    unknown = [place for place, listing_id in enumerate(body.listings or ()) if listing_id not in on_list]
    if unknown:
        raise Refused.fields(
            *(FieldError(f"listings.{place}", "not_on_list", "goods of this list") for place in unknown)
        )
    lines = [item for item in seen.items if body.listings is None or item.listing_id in body.listings]
    wishes = [
        Wish(
            listing_id=item.listing_id,
            quantity=item.quantity,
            currency=item.currency,
            incoterm=item.incoterm,
            place=item.place_code,
        )
        for item in lines
    ]
    results = filling.fill(session, wishes=wishes, keep=True, actor=require_actor(), now=clock.now())
    both = tuple(zip(lines, results, strict=True))
    return Bought(
        put=tuple(item.listing_id for item, result in both if result.refusal is None),
        left=tuple((item.listing_id, item.title, result.refusal) for item, result in both if result.refusal),
    )


def add(session: Session, list_id: UUID, body: requests.Source, *, language: str) -> Saved:
    """Put the lines of the asker's cart, or of an order that the asker's company placed, onto a list."""
    actor, now = require_actor(), clock.now()
    lines = _of_cart(session) if body.order is None else _of_order(session, body.order)
    refusals = lists.put_lines(
        session, actor=actor, list_id=list_id, lines=[line for line, _ in lines], language=language, now=now
    )
    both = tuple(zip(lines, refusals, strict=True))
    return Saved(
        put=tuple(line.listing_id for (line, _), refusal in both if refusal is None),
        left=tuple(
            Unsaved(line.listing_id, said[0], said[1], refusal) for (line, said), refusal in both if refusal is not None
        ),
    )


_Said = tuple[Mapping[str, str], str]


def _of_cart(session: Session) -> list[tuple[Line, _Said]]:
    actor = require_actor()
    kept = carts.cart_of(session, company_id=actor.company, person_id=actor.person)
    # Goods that are gone have no title any more: a cart keeps none.
    rows = shelf.offers(session, listing_ids={line.listing_id for line in kept.lines}, viewer=actor.company)
    return [
        (
            Line(
                listing_id=line.listing_id,
                quantity=line.quantity,
                currency=line.currency,
                incoterm=line.incoterm,
                place=line.place_code,
            ),
            (offer.titles, offer.source_locale) if (offer := rows.get(line.listing_id)) else ({}, "en"),
        )
        for line in kept.lines
    ]


def _of_order(session: Session, order_id: UUID) -> list[tuple[Line, _Said]]:
    order, lines = again.bought(session, order_id)
    units = again.together((line.listing_id, line.quantity) for line in lines)
    return [
        (
            Line(
                listing_id=line.listing_id,
                quantity=units[line.listing_id],
                currency=order.total.currency,
                incoterm=order.incoterm,
                place=order.place_code,
            ),
            (line.titles, line.source_locale),
        )
        for line in {line.listing_id: line for line in lines}.values()
    ]
