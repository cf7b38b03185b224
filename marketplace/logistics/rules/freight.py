"""What a load is charged for."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import DIMENSIONS, Load

# What one m³ and one loading metre count as, in kg, where no tariff says otherwise.
STANDARD_FACTORS: Final = (333, 1_850)
_MICRO_GRAMS: Final = 10**9
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
    """What a tariff says: price of one chargeable kg, least charge, kg that one m³ and one loading metre count as."""

    per_kg: UnitPrice
    minimum: Money
    m3_factor: int
    ldm_factor: int


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
    """Return the price of a chargeable weight, rounded once, at least the least charge."""
    by_weight = Decimal(rates.per_kg.micro) * weight.grams / _MICRO_GRAMS
    return max(Money.rounded(by_weight, rates.per_kg.currency), rates.minimum)


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
