"""Goods of a cart that are taken from a distribution centre: the price that allows it, and what stands in the way."""

from collections.abc import Sequence

from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.rules.problems import Problem
from marketplace.distribution.centre_sales.rules import Lying
from marketplace.distribution.centres.rules import Basis
from marketplace.kernel.errors import DomainError, Refused


def ladder_there(lying: Lying, offer: OfferRow, ladders: Sequence[Ladder]) -> Ladder:
    """Return the first of these prices on which the goods are sold from a centre.

    Refused as ``centres.rules.check_sale``, Conflict ``not_sold_there``.
    """
    bases = [_basis(ladder, lying) for ladder in ladders]
    found = lying.check(seller_country=offer.country, bases=tuple(bases))
    return ladders[bases.index(found)]


def problems_there(lying: Lying, offer: OfferRow, ladder: Ladder, *, quantity: int) -> list[Problem]:
    """Return what stands in the way of taking so many units from a centre on a price."""
    if offer.lack is not None:
        return [Problem(offer.lack, {})]
    try:
        ladder_there(lying, offer, (ladder,))
    except Refused as refusal:
        return [Problem("sale_refused", {"accepted": "; ".join(one.accepted for one in refusal.errors)})]
    except DomainError as refusal:
        return [Problem(refusal.code, refusal.facts)]
    if lying.left < quantity:
        return [Problem("lots_short", {"status": str(lying.status), "left": lying.left})]
    return []


def _basis(ladder: Ladder, lying: Lying) -> Basis:
    return Basis(ladder.currency, ladder.incoterm, lying.country_of(ladder.place_code))
