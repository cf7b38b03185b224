"""What a tariff version says beyond its price for a kg, as data, and when it makes no sense."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from marketplace.kernel.errors import FieldError
from marketplace.kernel.money import Money, UnitPrice

WHOLE_BP: Final = 10_000
MOST_STEPS: Final = 20


class Extra(StrEnum):
    """What a surcharge is for."""

    FUEL = "fuel"
    BORDER = "border"
    TRANSHIPMENT = "transhipment"
    DC_HANDLING = "dc_handling"
    LAST_MILE = "last_mile"


class Basis(StrEnum):
    """What a surcharge is reckoned by."""

    PERCENT = "percent"
    PER_KG = "per_kg"
    PER_SHIPMENT = "per_shipment"
    PER_VEHICLE = "per_vehicle"


@dataclass(frozen=True, slots=True)
class Break:
    """From so many chargeable grams on, a kg costs so much."""

    from_g: int
    per_kg: UnitPrice


@dataclass(frozen=True, slots=True)
class Surcharge:
    """A surcharge: percent of the base, or an amount of its currency per kg, shipment or vehicle."""

    kind: Extra
    basis: Basis
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class WholeLorry:
    """The price of a whole lorry, all in, and what a started hour costs that it waits beyond the free ones."""

    price: Money
    free_minutes: int
    waiting: Money


@dataclass(frozen=True, slots=True)
class FillStep:
    """Once a lorry is filled to so many percent, a share is so many hundredths of a percent of what was paid."""

    percent: int
    factor_bp: int


@dataclass(frozen=True, slots=True)
class Terms:
    """All of it; ``lorry_g`` is the chargeable weight that a full lorry of the line counts as."""

    breaks: tuple[Break, ...] = ()
    surcharges: tuple[Surcharge, ...] = ()
    whole: WholeLorry | None = None
    fill: tuple[FillStep, ...] = ()
    lorry_g: int | None = None
    is_fictitious: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, as it is stored and as a freight contract freezes it."""
        whole = self.whole
        return {
            "breaks": [[one.from_g, one.per_kg.micro, one.per_kg.currency] for one in self.breaks],
            "surcharges": [[one.kind, one.basis, f"{one.value:f}", one.currency] for one in self.surcharges],
            "whole": whole and [whole.price.minor, whole.price.currency, whole.free_minutes, whole.waiting.minor],
            "fill": [[one.percent, one.factor_bp] for one in self.fill],
            "lorry_g": self.lorry_g,
            "is_fictitious": self.is_fictitious,
        }


PLAIN: Final = Terms()


def from_json(found: Mapping[str, Any] | None) -> Terms:
    """Return the terms that were stored; without any, the plain ones."""
    if found is None:
        return PLAIN
    whole = found["whole"]
    return Terms(
        breaks=tuple(Break(from_g, UnitPrice(micro, currency)) for from_g, micro, currency in found["breaks"]),
        surcharges=tuple(
            Surcharge(Extra(kind), Basis(basis), Decimal(value), currency)
            for kind, basis, value, currency in found["surcharges"]
        ),
        whole=whole and WholeLorry(Money(whole[0], whole[1]), whole[2], Money(whole[3], whole[1])),
        fill=tuple(FillStep(percent, factor_bp) for percent, factor_bp in found["fill"]),
        lorry_g=found["lorry_g"],
        is_fictitious=found["is_fictitious"],
    )


def errors_of(terms: Terms, *, per_kg: UnitPrice) -> list[FieldError]:
    """Return what makes no sense of these terms of a tariff with this price for a kg, naming the fields."""
    return [*_of_breaks(terms.breaks, per_kg), *_of_surcharges(terms, per_kg.currency), *_of_rest(terms)]


def _of_breaks(breaks: Sequence[Break], per_kg: UnitPrice) -> Iterator[FieldError]:
    """Check that bounds rise, prices fall, and that the least charge of a break is not below that of the one before.

    Else a heavier load would cost less than a lighter one, though the lighter one may be charged as the next break.
    """
    if len(breaks) > MOST_STEPS:
        yield FieldError("breaks", "too_long", f"{MOST_STEPS}")
    if any(one.from_g <= 0 for one in breaks) or any(a.from_g >= b.from_g for a, b in pairwise(breaks)):
        yield FieldError("breaks", "not_rising", "from_kg above 0, each higher than the one before")
    prices = [per_kg.micro, *(one.per_kg.micro for one in breaks)]
    if any(one.per_kg.micro < 0 for one in breaks) or any(a <= b for a, b in pairwise(prices)):
        yield FieldError("breaks", "not_falling", f"per_kg below the one before, the first below {per_kg.amount:f}")
    if breaks and per_kg.micro <= breaks[0].per_kg.micro:
        yield FieldError("per_kg", "too_small", f"more than {breaks[0].per_kg.amount:f}")
    least = [one.from_g * one.per_kg.micro for one in breaks]
    if any(a > b for a, b in pairwise(least)):
        yield FieldError("breaks", "not_rising", "from_kg × per_kg, each as high as the one before")


def _of_surcharges(terms: Terms, currency: str) -> Iterator[FieldError]:
    named = [(one.kind, one.basis) for one in terms.surcharges]
    if len(set(named)) < len(named):
        yield FieldError("surcharges", "twice", "each kind and basis once")
    if any(one.currency != currency for one in terms.surcharges):
        yield FieldError("surcharges", "currency", currency)
    if any(one.value < 0 for one in terms.surcharges):
        yield FieldError("surcharges", "too_small", "0 or more")
    if terms.lorry_g is None and Basis.PER_VEHICLE in {one.basis for one in terms.surcharges}:
        yield FieldError("lorry_kg", "required", "what a full lorry counts as, for a surcharge per vehicle")


def _of_rest(terms: Terms) -> Iterator[FieldError]:
    if any(not 1 <= one.percent <= 100 for one in terms.fill) or any(
        a.percent >= b.percent for a, b in pairwise(terms.fill)
    ):
        yield FieldError("fill", "not_rising", "percent from 1 to 100, each higher than the one before")
    factors = [WHOLE_BP, *(one.factor_bp for one in terms.fill)]
    if min(factors) <= 0 or any(a < b for a, b in pairwise(factors)):
        yield FieldError("fill", "not_falling", "share above 0 and at most 100, none higher than the one before")
    if terms.lorry_g is not None and terms.lorry_g <= 0:
        yield FieldError("lorry_kg", "too_small", "1 or more")
    if terms.lorry_g is None and terms.whole is not None:
        yield FieldError("lorry_kg", "required", "what a full lorry counts as, for the price of a whole one")
