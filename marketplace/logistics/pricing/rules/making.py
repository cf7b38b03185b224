"""What freight is made up of, and from which weight on a whole lorry is cheaper."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.pricing.rules.terms import Basis, Break, Surcharge, Terms, WholeLorry

BASE: Final = "base"
_MICRO_GRAMS: Final = 10**9
_GRAMS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Component:
    """One part of freight: ``base``, or the kind of a surcharge."""

    kind: str
    amount: Money


def components(grams: int, *, per_kg: UnitPrice, minimum: Money, terms: Terms) -> tuple[Component, ...]:
    """Return what the freight of a chargeable weight is made up of, the base first; surcharges of nothing are left out.

    Each part is rounded once; the freight is their sum.
    """
    base = base_of(grams, per_kg=per_kg, minimum=minimum, breaks=terms.breaks)
    extras = (Component(one.kind, _extra(one, grams, base, terms.lorry_g)) for one in terms.surcharges)
    return (Component(BASE, base), *(one for one in extras if one.amount))


def total(grams: int, *, per_kg: UnitPrice, minimum: Money, terms: Terms) -> Money:
    """Return the freight of a chargeable weight: the sum of its components."""
    parts = components(grams, per_kg=per_kg, minimum=minimum, terms=terms)
    return sum((one.amount for one in parts[1:]), parts[0].amount)


def base_of(grams: int, *, per_kg: UnitPrice, minimum: Money, breaks: tuple[Break, ...]) -> Money:
    """Return the cheaper of a weight's own break and the least that the next break asks, at least the minimum."""
    own, following = per_kg, None
    for one in breaks:
        if one.from_g > grams:
            following = one
            break
        own = one.per_kg
    by_weight = _priced(own, grams)
    if following is not None:
        by_weight = min(by_weight, _priced(following.per_kg, following.from_g))
    return max(by_weight, minimum)


def whole_from(*, per_kg: UnitPrice, minimum: Money, terms: Terms) -> int | None:
    """Return the least chargeable grams, whole kg, from which a whole lorry costs less than the price by weight.

    None where a lorry has no price, or where it is not cheaper even for what fills it.
    """
    if terms.whole is None or terms.lorry_g is None:
        return None
    price = terms.whole.price

    def is_cheaper(kg: int) -> bool:
        return price < total(kg * _GRAMS, per_kg=per_kg, minimum=minimum, terms=terms)

    # The price by weight never falls as the weight rises: so the weight is found by halving.
    low, high = 0, terms.lorry_g // _GRAMS
    if not is_cheaper(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_cheaper(middle) else (middle + 1, high)
    return low * _GRAMS


def waiting_charge(whole: WholeLorry, *, minutes: int) -> Money:
    """Return what a whole lorry's waiting costs: every started hour beyond the free ones."""
    beyond = max(0, minutes - whole.free_minutes)
    return Money(whole.waiting.minor * -(-beyond // 60), whole.waiting.currency)


def _priced(per_kg: UnitPrice, grams: int) -> Money:
    return Money.rounded(Decimal(per_kg.micro) * grams / _MICRO_GRAMS, per_kg.currency)


def _extra(one: Surcharge, grams: int, base: Money, lorry_g: int | None) -> Money:
    if one.basis is Basis.PERCENT:
        return Money.rounded(base.amount * one.value / 100, base.currency)
    if one.basis is Basis.PER_KG:
        return Money.rounded(one.value * grams / _GRAMS, one.currency)
    if one.basis is Basis.PER_VEHICLE and lorry_g is not None:
        # A load bears the part of the lorry that it counts for.
        return Money.rounded(one.value * min(grams, lorry_g) / lorry_g, one.currency)
    return Money.rounded(one.value, one.currency)
