"""Put goods into a cart: as many as can be ordered, and from a distribution centre on the price of that centre."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import basis_among
from marketplace.checkout import queries
from marketplace.checkout.rules import limits
from marketplace.checkout.rules.from_centre import ladder_there
from marketplace.distribution.centre_sales import queries as centre_sales
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.rules.carts import Wish
from marketplace.orders.services import carts


def put_line(session: Session, *, wish: Wish, to: str | None, actor: Actor, now: datetime) -> str | None:
    """Set the quantity of a listing in the actor's cart, of the merchant's stock or of what lies in ``wish.centre_id``.

    From a centre the price is the first, of those that fit what is asked, on which the goods are sold there. Return
    where the cart goes. Refused as ``orders.services.carts.put_line``, and ``centre`` for one that is not there or does
    not sell them, ``seller``, ``currency`` and ``basis`` naming what is accepted; Conflict ``stock`` and ``capacity``.
    """
    currency, incoterm, place = wish.currency, wish.incoterm, wish.place
    if wish.centre_id is not None:
        currency, incoterm, place = _basis(session, wish, wish.centre_id, actor, now)
    goes_to = carts.put_line(
        session,
        listing_id=wish.listing_id,
        quantity=wish.quantity,
        currency=currency,
        incoterm=incoterm,
        place=place,
        to=to,
        centre_id=wish.centre_id,
        actor=actor,
        now=now,
    )
    if wish.centre_id is None:
        _check_limits(session, wish.listing_id, actor, now)
    return goes_to


def _check_limits(session: Session, listing_id: UUID, actor: Actor, now: datetime) -> None:
    """Refuse more of a listing in the cart than is in stock, or than any lorry takes to where the cart goes."""
    kept = cart_of(session, company_id=actor.company, person_id=actor.person)
    only = replace(kept, lines=tuple(line for line in kept.lines if line.listing_id == listing_id))
    cart = queries.cart(session, company_id=actor.company, person_id=actor.person, kept=only, now=now)
    for line in cart.lines:
        for problem in line.problems:
            if problem.code in limits.CODES:
                raise limits.refusal_of(problem)


def _basis(session: Session, wish: Wish, centre_id: UUID, actor: Actor, now: datetime) -> tuple[str, str, str]:
    """Return the price basis on which a listing is sold from a centre."""
    offer = shelf.offers(session, listing_ids=(wish.listing_id,), viewer=actor.company, now=now).get(wish.listing_id)
    if offer is None:
        raise NotFound("listing")
    there = centre_sales.lying(session, wanted={wish.listing_id: centre_id}, now=now).get(wish.listing_id)
    if there is None or there.status is None:
        raise Refused.field("centre", "not_sold_there", "a centre that the listing is sold from")
    asked = [
        ladder
        for ladder in offer.ladders
        if all(
            one in (None, has)
            for one, has in zip((wish.currency, wish.incoterm, wish.place), ladder.basis, strict=True)
        )
    ]
    if offer.ladders and not asked:
        basis_among(
            [ladder.basis for ladder in offer.ladders],
            currency=wish.currency,
            incoterm=wish.incoterm,
            place=wish.place,
        )
    return ladder_there(there, offer, asked).basis
