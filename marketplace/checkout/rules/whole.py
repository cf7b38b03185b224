"""Whole lorries that a cart takes: one price, shared over all of its goods there."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.checkout.rules.cart import Cart, CartLine, TakenWhole
from marketplace.checkout.rules.options import Option
from marketplace.checkout.rules.problems import Problem
from marketplace.distribution.hires.rules.chosen import shares_of
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.terms import WholeLorry

# The code of a line's problem with a whole lorry.
CODE: Final = "not_whole"


class NotWhole(StrEnum):
    """Why a line cannot go by a whole lorry."""

    CHANGES = "changes"  # it goes on by another one
    INCLUDED = "freight_included"  # its seller pays the freight: the lorry would not be one company's
    MADE_TO_ORDER = "made_to_order"  # it takes room only once it has a ready date
    NO_PRICE = "no_price"  # its tariff has none, or in another currency, or its freight was quoted


def taken(cart: Cart, wanted: Collection[UUID]) -> Cart:
    """Return a cart that takes these departures whole: its lines there share the price, whoever's goods they are.

    Where one of them cannot, each that cannot says why, and all pay by weight. Whether the lorries are empty is asked
    when they are held: what an open checkout of the same cart holds there makes way.
    """
    for departure_id in sorted(wanted):
        cart = _taken(cart, departure_id)
    return cart


def offer_of(line: CartLine, option: Option) -> WholeLorry | None:
    """Return what all of a departure costs for a line that could take it whole now, None for one that cannot."""
    can_be_had = option.is_empty and option.fits and option.bar is None and line.sample is None
    return option.whole if can_be_had and hindrance(line, option) is None else None


def saving(cart: Cart, line: CartLine, option: Option) -> Money | None:
    """Return by how much all of a departure costs less than what the cart would pay by weight there, if it does."""
    whole = offer_of(line, option)
    if whole is None:
        return None
    others = [
        one.whole.by_weight if one.whole else ridden.freight
        for one in cart.lines
        for ridden in one.ridden
        if ridden.departure_id == option.departure_id and one.item != line.item and not one.freight_included
    ]
    is_taken = line.whole is not None and line.chosen is not None and line.chosen.departure_id == option.departure_id
    mine = line.whole.by_weight if line.whole and is_taken else option.freight
    by_weight = sum(one.minor for one in (*others, mine) if one is not None and one.currency == whole.price.currency)
    less = by_weight - whole.price.minor
    return Money(less, whole.price.currency) if less > 0 else None


def lost(cart: Cart) -> dict[UUID, bool]:
    """Return the lines that take whole a departure where somebody else is now, and whether each has room there.

    By listing; a cart that is shown again takes these by weight, or goes by another departure.
    """
    return {
        line.item.listing_id: option.fits and option.bar is None and option.freight is not None
        for line in cart.lines
        if line.whole is not None and line.chosen is not None
        for option in line.options
        if option.departure_id == line.chosen.departure_id and offer_of(line, option) is None
    }


def is_choice_of_another(cart: Cart) -> bool:
    """Tell whether nothing stands in the way of a cart but whole lorries: whoever chooses otherwise can order it."""
    codes = {problem.code for line in cart.lines for problem in line.problems}
    return not cart.gone and codes == {CODE}


def hindrance(line: CartLine, option: Option) -> NotWhole | None:
    """Return why a line cannot take a departure whole."""
    if line.freight_included:
        return NotWhole.INCLUDED
    if line.offer.lead_days is not None:
        return NotWhole.MADE_TO_ORDER
    return NotWhole.NO_PRICE if option.whole is None or option.freight is None else None


def _taken(cart: Cart, departure_id: UUID) -> Cart:
    riding = {
        line.item.listing_id: (line, option)
        for line in cart.lines
        for option in line.ridden
        if option.departure_id == departure_id
    }
    whys = {key: _why(line, option) for key, (line, option) in riding.items()}
    terms = [option.whole for _, option in riding.values() if option.whole is not None]
    if len({one.price.currency for one in terms}) > 1:
        whys = dict.fromkeys(riding, NotWhole.NO_PRICE)
    if any(whys.values()) or not terms:
        return _with(cart, {key: _hindered(*riding[key], why) for key, why in whys.items() if why is not None})
    # The places on its way have tariffs of their own: as where a lorry is hired later, the dearest counts.
    vehicle = max(terms, key=lambda one: one.price.minor)
    by_weight = {key: option.freight for key, (_, option) in riding.items() if option.freight is not None}
    shares = shares_of(vehicle.price, by_weight)
    return _with(cart, {key: _shared(*riding[key], vehicle, share) for key, share in shares.items()})


def _why(line: CartLine, option: Option) -> NotWhole | None:
    return NotWhole.CHANGES if line.change is not None else hindrance(line, option)


def _hindered(line: CartLine, option: Option, why: NotWhole) -> CartLine:
    facts = {"why": str(why), "departure": str(option.departure_id), "reference": option.reference}
    return replace(line, problems=(*line.problems, Problem(CODE, facts)))


def _shared(line: CartLine, option: Option, vehicle: WholeLorry, share: Money) -> CartLine:
    by_weight = option.freight or share
    return replace(
        line,
        chosen=replace(option, freight=share, made=None),
        whole=TakenWhole(terms=vehicle, by_weight=by_weight),
    )


def _with(cart: Cart, changed: Mapping[UUID, CartLine]) -> Cart:
    bundles = (
        replace(bundle, lines=tuple(changed.get(line.item.listing_id, line) for line in bundle.lines))
        for bundle in cart.bundles
    )
    return replace(cart, bundles=tuple(bundles))
