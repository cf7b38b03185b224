"""A past order once more: what of it can be bought today, at which price, and into the asker's cart."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import price_at
from marketplace.checkout import queries as checkout
from marketplace.checkout.services import filling
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import filling as requests
from marketplace.exchange.rules.lists import obstacle, on_basis
from marketplace.kernel import clock
from marketplace.kernel.errors import DomainError, FieldError, NotFound, Refused
from marketplace.kernel.money import UnitPrice
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.carts import Wish
from marketplace.orders.rules.incoterms import is_included


@dataclass(frozen=True, slots=True)
class AgainRow:
    """A line of a past order as it could be bought now.

    ``price`` is that of the same quantity on the same price basis, None where there is none; ``obstacle`` says why the
    line cannot go into a cart as it was ordered. Lines of the same goods count together: a cart has one line of them.
    """

    line: LineRow
    price: UnitPrice | None
    obstacle: FieldError | None
    in_cart: bool

    @property
    def is_dearer(self) -> bool:
        """Whether the price is higher than it was."""
        return self.price is not None and self.price.micro > self.line.unit_price.micro

    @property
    def is_cheaper(self) -> bool:
        """Whether the price is lower than it was."""
        return self.price is not None and self.price.micro < self.line.unit_price.micro


@dataclass(frozen=True, slots=True)
class AgainSeen:
    """A past order with its lines as they could be bought now."""

    order: OrderRow
    rows: tuple[AgainRow, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """What came of a line of a past order; ``row`` is as it was looked at."""

    row: AgainRow
    quantity: int
    refusal: DomainError | None


def bought(session: Session, order_id: UUID) -> tuple[OrderRow, tuple[LineRow, ...]]:
    """Return an order that the asker's company placed, with the lines it ordered; NotFound for any other.

    What was sent in the place of other goods was not bought, and is not bought again.
    """
    actor = require_actor()
    actor.must(Permission.TRADE_ORDER_READ)
    order = orders.order(session, company_id=actor.company, order_id=order_id)
    if order.buyer_id != actor.company:
        raise NotFound("order")
    lines = line_queries.lines_for(session, order=order)
    return order, tuple(line for line in lines if line.replaces_id is None)


def look(session: Session, order_id: UUID) -> AgainSeen:
    """Return a past order of the asker's company with what its lines would be today."""
    order, lines = bought(session, order_id)
    actor, now = require_actor(), clock.now()
    offers = shelf.offers(session, listing_ids={line.listing_id for line in lines}, viewer=actor.company, now=now)
    there = checkout.listings_in_cart(session, company_id=actor.company, person_id=actor.person)
    basis = (order.total.currency, order.incoterm, order.place_code)
    units = together((line.listing_id, line.quantity) for line in lines)
    rows: list[AgainRow] = []
    for line in lines:
        offer = offers.get(line.listing_id)
        ladder = on_basis(offer, basis) if offer else None
        rows.append(
            AgainRow(
                line=line,
                price=price_at(ladder, units[line.listing_id]) if ladder else None,
                obstacle=obstacle(offer, quantity=units[line.listing_id], basis=basis, company_id=actor.company),
                in_cart=line.listing_id in there,
            )
        )
    return AgainSeen(order, tuple(rows))


def put(session: Session, order_id: UUID, body: requests.Again) -> tuple[Again, ...]:
    """Put the lines of a past order, or those named, into the asker's cart on their price basis of then.

    What lies in the cart already stays as it is. Refused ``lines`` for a line of another order.
    """
    seen = look(session, order_id)
    order, rows = seen.order, {row.line.id: row for row in seen.rows}
    asked = {line.line_id: line.quantity for line in body.lines} if body.lines else dict.fromkeys(rows)
    if not asked.keys() <= rows.keys():
        raise Refused.field("lines", "choice", ", ".join(map(str, rows)))
    # In the order's own order, whichever way they were named.
    chosen = [(row, asked[key] or row.line.quantity) for key, row in rows.items() if key in asked]
    units = together((row.line.listing_id, quantity) for row, quantity in chosen)
    wishes = [
        Wish(
            listing_id=listing_id,
            quantity=quantity,
            currency=order.total.currency,
            incoterm=order.incoterm,
            place=order.place_code,
        )
        for listing_id, quantity in units.items()
    ]
    to = None if is_included(order.incoterm) else order.destination
    results = filling.fill(session, wishes=wishes, keep=True, to=to, actor=require_actor(), now=clock.now())
    refusals = dict(zip(units, (result.refusal for result in results), strict=True))
    return tuple(Again(row, quantity, refusals[row.line.listing_id]) for row, quantity in chosen)


def together(lines: Iterable[tuple[UUID, int]]) -> dict[UUID, int]:
    """Return how many of each listing there are in lines of an order, which may have several of the same goods."""
    units: dict[UUID, int] = {}
    for listing_id, quantity in lines:
        units[listing_id] = units.get(listing_id, 0) + quantity
    return units
