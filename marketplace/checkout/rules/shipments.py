"""What a cart sends by one departure to one place is one shipment: charged once, and shared over its lines."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from uuid import UUID

from marketplace.checkout.rules.cart import Bundle, Cart, CartLine
from marketplace.checkout.rules.options import Option, Together
from marketplace.distribution.rules.shipments import charge_of, shares_of
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.made import Made, Shares
from marketplace.logistics.pricing.rules.shares import factor_at, share_of
from marketplace.logistics.rules.freight import Rates


def together(cart: Cart, quoted: Collection[UUID]) -> Cart:
    """Return a cart whose lines share the freight of what they are sent with.

    A line has its freight alone where its seller pays it, where it goes by a whole lorry, and where a quote binds it:
    ``quoted``, by listing.
    """
    groups: dict[tuple[UUID, str, UUID], list[tuple[CartLine, Option]]] = {}
    for line in cart.lines:
        if line.freight_included or not line.by_lorry or line.whole or line.item.listing_id in quoted:
            continue
        for option in line.ridden:
            if option.rates is not None and option.tariff_id is not None and option.freight is not None:
                key = (option.departure_id, option.to_place, option.tariff_id)
                groups.setdefault(key, []).append((line, option))
    shared: dict[UUID, dict[UUID, Option]] = {}
    for riding in groups.values():
        rates = riding[0][1].rates
        if len(riding) > 1 and rates is not None:
            for listing_id, option in _shared(riding, rates).items():
                shared.setdefault(listing_id, {})[option.departure_id] = option
    return replace(cart, bundles=tuple(_bundle(bundle, shared) for bundle in cart.bundles)) if shared else cart


def _shared(riding: list[tuple[CartLine, Option]], rates: Rates) -> dict[UUID, Option]:
    grams = [option.chargeable_g for _, option in riding]
    charge = charge_of(rates, sum(grams))
    whole = Together(chargeable_g=sum(grams), charge=charge, lines=len(riding))
    return {
        line.item.listing_id: replace(option, freight=share, together=whole, made=_made(option, whole, rates))
        for (line, option), share in zip(riding, shares_of(charge, grams), strict=True)
    }


def _made(option: Option, whole: Together, rates: Rates) -> Made | None:
    """Return how the freight of all of it is made; the lorry counts as full as with this line alone."""
    if option.made is None:
        return None
    parts = making.components(whole.chargeable_g, per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)
    found = option.made.shares
    fill = found and Shares(
        percent=found.percent,
        today=share_of(whole.charge, factor_at(found.percent, rates.terms.fill)),
        full=share_of(whole.charge, factor_at(100, rates.terms.fill)),
    )
    return replace(option.made, components=parts, shares=fill)


def _bundle(bundle: Bundle, shared: Mapping[UUID, Mapping[UUID, Option]]) -> Bundle:
    lines = (_line(line, shared.get(line.item.listing_id, {})) for line in bundle.lines)
    return replace(bundle, lines=tuple(lines))


def _line(line: CartLine, by: Mapping[UUID, Option]) -> CartLine:
    if not by or line.chosen is None:
        return line
    chosen = by.get(line.chosen.departure_id, line.chosen)
    change = line.change and replace(
        line.change, first=chosen, second=by.get(line.change.second.departure_id, line.change.second)
    )
    options = tuple(by.get(option.departure_id, option) for option in line.options)
    return replace(line, chosen=chosen, change=change, options=options)
