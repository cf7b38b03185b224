"""Costs and freight brought to one currency, and what is left: per lorry, tonne and TEU-kilometre."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import DIMENSIONS, Load

_TONNE: Final = 1_000_000  # grams
_QUARTERS: Final = 4
# A twenty-foot unit takes about six metres of floor: 13.6 m are 2.25 TEU, a forty-foot container is 2.
_TEU_MM: Final = 6_000
_PER_MILLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Summed:
    """A sum in one currency; ``missing`` names the currencies that no rate brings to it, whose amounts are not in."""

    total: Money
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Margin:
    """What came in, what went out; all in one currency."""

    revenue: Money
    cost: Money

    @property
    def left(self) -> Money:
        """What is left, negative for a loss."""
        return self.revenue - self.cost

    @property
    def basis_points(self) -> int | None:
        """The same in hundredths of a per cent of the revenue, None without any."""
        return self.left.minor * 10_000 // self.revenue.minor if self.revenue.minor > 0 else None


def converted(amount: Money, currency: str, rates: Mapping[str, Decimal]) -> Money | None:
    """Return an amount in another currency by so many units for one of its own, rounded once; None without a rate."""
    if amount.currency == currency:
        return amount
    rate = rates.get(amount.currency)
    return None if rate is None else Money.rounded(amount.amount * rate, currency)


def summed(amounts: Iterable[Money], currency: str, rates: Mapping[str, Decimal]) -> Summed:
    """Return the sum of amounts, each brought to a currency and rounded by itself: what is shown adds up."""
    total, missing = Money.zero(currency), set[str]()
    for amount in amounts:
        there = converted(amount, currency, rates)
        if there is None:
            missing.add(amount.currency)
        else:
            total += there
    return Summed(total, frozenset(missing))


def per_tonne(cost: Money, grams: int) -> Money | None:
    """Return a cost for each tonne carried, None where nothing was."""
    return cost.portion(_TONNE, grams) if grams else None


def teu_quarters(ldm_mm: int) -> int:
    """Return how many quarters of a TEU a lorry of so much floor counts as, at least one."""
    return max(1, (ldm_mm * _QUARTERS + _TEU_MM // 2) // _TEU_MM)


def per_teu_km(cost: Money, *, ldm_mm: int, km: int | None) -> Money | None:
    """Return a cost for each TEU of the lorry and kilometre of its way, None where that is not known."""
    return cost.portion(_QUARTERS, teu_quarters(ldm_mm) * km) if km else None


def fill(taken: Load, capacity: Load) -> dict[str, int]:
    """Return how full a lorry is in each dimension, in thousandths."""
    return {
        name: getattr(taken, name) * _PER_MILLE // getattr(capacity, name) if getattr(capacity, name) else 0
        for name in DIMENSIONS
    }
