"""A sample as a checkout of its own: one line at the price that the goods' merchant asks for samples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import details
from marketplace.catalog.queries import shelf as catalog
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.samples import SampleOffer, offer_of
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout import queries
from marketplace.checkout.rules.cart import Cart
from marketplace.checkout.rules.problems import Problem
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.orders.queries.carts import CartLineRow, CartRow
from marketplace.orders.rules.samples import PREFIX, PlacedSample, SampleWish, Way
from marketplace.orders.samples import queries as samples
from marketplace.reference import queries as reference

# Where a courier brings goods to: the seller pays him, and answers for them until they are there.
COURIERS_RULE: Final = "DAP"


def sample_cart(
    session: Session, *, actor: Actor, wish: SampleWish, departures: Mapping[UUID, UUID], now: datetime
) -> Cart:
    """Return a sample as a cart with this one line, as it would be ordered now.

    NotFound for goods that are not there, or of which no samples are offered. Refused ``way``, ``quantity``, ``to``,
    ``listing`` and ``sample`` naming what is possible; Conflict ``sample_open`` while another of the same goods is.
    """
    listing_id = wish.listing_id
    offered = catalog.offers(session, listing_ids=[listing_id], viewer=actor.company, now=now).get(listing_id)
    offer = offer_for(session, listing_id=listing_id)
    if offered is None or offer is None:
        raise NotFound("listing")
    if offered.merchant_id == actor.company:
        raise Refused.field("listing", "own_goods", "goods of another company")
    if not offered.ladders:
        raise Refused.field("listing", "price_hidden", "goods whose price you may read")
    before = samples.before(session, buyer_id=actor.company, listing_id=listing_id)
    if before.open_reference is not None:
        raise Conflict("sample_open", sample=before.open_reference)
    offer.check(wish.quantity, way=wish.way, had=before.units)
    _check_place(session, wish.to)
    line = _line(wish, offer, offered)
    return queries.cart(
        session,
        company_id=actor.company,
        person_id=actor.person,
        departures=departures,
        kept=CartRow(wish.to, (line,)),
        sample=_placed(wish, offer),
        now=now,
    )


def missing(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    offer: SampleOffer,
    quantity: int | None,
    way: str | None,
    to: str | None,
) -> tuple[Problem, ...]:
    """Return what is not said yet of a sample that one asks for; what is said is Refused as an order would be."""
    had = samples.before(session, buyer_id=actor.company, listing_id=listing_id).units if quantity is not None else 0
    offer.check(quantity, way=way, had=had)
    if to is not None:
        _check_place(session, to)
    asked = (("quantity_missing", quantity), ("way_missing", way), ("destination_missing", to))
    return tuple(Problem(code, {}) for code, said in asked if said is None)


def _check_place(session: Session, code: str | None) -> None:
    known = [place.code for place in reference.places(session) if place.kind != "border_side"]
    if code not in known:
        raise Refused.field("to", "choice", ", ".join(known))


def offer_for(session: Session, *, listing_id: UUID) -> SampleOffer | None:
    """Return what a listing says of its samples, None where it offers none."""
    document = details.documents(session, listing_ids=[listing_id]).get(listing_id, {}).get(DetailKind.SAMPLE.value)
    return offer_of(document) if document else None


def _line(wish: SampleWish, offer: SampleOffer, offered: OfferRow) -> CartLineRow:
    """Return the line: by lorry on the goods' first price basis, by courier brought to its place."""
    ladder = offered.ladders[0]
    basis = (COURIERS_RULE, wish.to or "") if wish.way is Way.COURIER else (ladder.incoterm, ladder.place_code)
    return CartLineRow(wish.listing_id, wish.quantity, offer.currency, *basis)


def _placed(wish: SampleWish, offer: SampleOffer) -> PlacedSample:
    customs = offer.customs(wish.quantity)
    if customs is None:  # the offer was checked before
        raise Refused.field("sample", "customs_value_missing", "samples with a value for customs")
    by_courier = wish.way is Way.COURIER
    return PlacedSample(
        id=new_id(),
        reference=new_reference(PREFIX),
        way=wish.way,
        goods=offer.goods(wish.quantity),
        courier=offer.fee(wish.way),
        customs=customs,
        lead_days=offer.lead_days,
        courier_days=offer.courier_days if by_courier else None,
        credit_days=offer.credit_days if offer.price != "0" else None,
        credit_least=offer.credit_least,
    )
