"""What a load is charged for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.pricing.rules.terms import PLAIN, Terms, from_json

# What one m³ and one loading metre count as, in kg, where no tariff says otherwise.
STANDARD_FACTORS: Final = (333, 1_850)
_LARGEST: Final = 10**12


class Binding(StrEnum):
    """The dimension that decides the chargeable weight."""

    GROSS = "gross"
    VOLUME = "volume"
    LOADING_METRES = "loading_metres"


@dataclass(frozen=True, slots=True)
class Chargeable:
    """The weight that is paid for, in grams, and what it comes from."""

    grams: int
    binding: Binding

    @property
    def kg(self) -> Decimal:
        """Chargeable kilograms, three places."""
        return Decimal(self.grams).scaleb(-3)


@dataclass(frozen=True, slots=True)
class Rates:
    """What a tariff says: price of one chargeable kg, least charge, kg that one m³ and one loading metre count as.

    ``terms`` is what it says beyond: breaks, surcharges, whole lorries, shares that fall.
    """

    per_kg: UnitPrice
    minimum: Money
    m3_factor: int
    ldm_factor: int
    terms: Terms = PLAIN

    @property
    def frozen(self) -> dict[str, Any]:
        """Return the figures as JSON, as a freight contract freezes them; ``from_frozen`` reads them."""
        figures = {
            "currency": self.per_kg.currency,
            "per_kg": f"{self.per_kg.amount:f}",
            "minimum": f"{self.minimum.amount:f}",
            "m3_factor": self.m3_factor,
            "ldm_factor": self.ldm_factor,
        }
        return figures if self.terms == PLAIN else {**figures, "pricing": self.terms.as_json()}


def from_frozen(found: Mapping[str, Any]) -> Rates:
    """Return the rates whose figures were frozen."""
    return Rates(
        per_kg=UnitPrice.of(Decimal(found["per_kg"]), found["currency"]),
        minimum=Money.of(Decimal(found["minimum"]), found["currency"]),
        m3_factor=found["m3_factor"],
        ldm_factor=found["ldm_factor"],
        terms=from_json(found.get("pricing")),
    )


def chargeable(load: Load, *, m3_factor: int, ldm_factor: int) -> Chargeable:
    """Return the greatest of gross weight, m³ × factor and loading metres × factor; the earlier on a tie.

    Begun grams of volume count whole, so that a split load never weighs less than the whole.
    """
    weights = (
        Chargeable(load.grams, Binding.GROSS),
        # 1 cm³ at f kg/m³ is f/1000 g; 1 mm of loading metre at f kg/m is f g.
        Chargeable(-(-load.cm3 * m3_factor // 1_000), Binding.VOLUME),
        Chargeable(load.ldm_mm * ldm_factor, Binding.LOADING_METRES),
    )
    return max(weights, key=lambda weight: weight.grams)


def freight(weight: Chargeable, rates: Rates) -> Money:
    """Return the price of a chargeable weight: the sum of its components, each rounded once."""
    return making.total(weight.grams, per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)


def components(weight: Chargeable, rates: Rates) -> tuple[Component, ...]:
    """Return what the price of a chargeable weight is made up of: the base, at least the least charge, and extras."""
    return making.components(weight.grams, per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)


def whole_lorry_from(rates: Rates) -> int | None:
    """Return from which chargeable weight, in grams, a whole lorry is cheaper than the price by weight; None if never.

    ``rates.terms.whole`` has its price.
    """
    return making.whole_from(per_kg=rates.per_kg, minimum=rates.minimum, terms=rates.terms)


def check_load(load: Load) -> None:
    """Refuse a load that is no load: nothing at all, a negative or an absurd dimension."""
    errors = [
        FieldError(name, "too_small" if getattr(load, name) < 0 else "too_large", f"0 to {_LARGEST}")
        for name in DIMENSIONS
        if not 0 <= getattr(load, name) <= _LARGEST
    ]
    if load.is_nothing:
        errors.append(FieldError("load", "required", "weight, volume, loading metres or pallets"))
    if errors:
        raise Refused.fields(*errors)
