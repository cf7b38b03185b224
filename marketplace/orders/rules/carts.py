"""What may be put into a cart: so much of an offer, on one of its price ladders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.catalog.rules.pricing import Ladder, check_quantity, ladder_for
from marketplace.catalog.rules.rows import OfferRow
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused

MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """So much of a listing, on a price basis; what is not named of it is the offer's first that fits.

    ``centre_id``: of what lies in a distribution centre. Whether it may be had from there is the caller's to know.
    """

    listing_id: UUID
    quantity: int
    currency: str | None = None
    incoterm: str | None = None
    place: str | None = None
    centre_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a wish comes to: a quantity on one ladder; ``country`` is that of the merchant."""

    listing_id: UUID
    quantity: int
    ladder: Ladder
    country: str
    centre_id: UUID | None = None


def check(wish: Wish, offer: OfferRow | None, *, company_id: UUID) -> Chosen:
    """Return what a wish comes to for this company.

    Refused ``quantity`` naming both neighbours, ``price_basis`` naming those there are, ``listing`` for the company's
    own goods and for goods without a lorry or a price for it; NotFound for a listing that is not live (None).
    """
    if offer is None:
        raise NotFound("listing")
    if offer.merchant_id == company_id:
        raise Refused.field("listing", "own_goods", "goods of another company")
    if offer.lack is not None:
        raise Refused.field("listing", offer.lack, "goods that a lorry can be booked for")
    check_quantity(wish.quantity, moq=offer.moq, multiple=offer.multiple)
    if not offer.ladders:
        raise Refused.field("listing", "price_hidden", "goods whose price you may read")
    ladder = ladder_for(offer.ladders, currency=wish.currency, incoterm=wish.incoterm, place=wish.place)
    return Chosen(
        listing_id=wish.listing_id,
        quantity=wish.quantity,
        ladder=ladder,
        country=offer.country,
        centre_id=wish.centre_id,
    )


def check_named_once(wishes: Sequence[Wish]) -> tuple[DomainError | None, ...]:
    """Return for each wish why it does not count: an earlier one, whose place is told, is for the same listing.

    Of what nobody can order the quantity is wrong, whatever else is asked for: that is told instead.
    """
    first: dict[UUID, int] = {}
    refusals: list[DomainError | None] = []
    for place, wish in enumerate(wishes, start=1):
        earlier = first.setdefault(wish.listing_id, place) if wish.quantity > 0 else place
        refusals.append(None if earlier == place else Conflict("line_twice", line=earlier))
    return tuple(refusals)
