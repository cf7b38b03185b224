"""Money in integer minor units, unit prices with six places, and fair shares. No floats anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

# ISO 4217 minor units of the currencies traded here. Our own table on purpose: CLDR says 0 for LAK and MMK,
# ISO and the payment provider say 2; one disagreement is a factor of a hundred.
MINOR_UNITS: Final[dict[str, int]] = {
    "AUD": 2,
    "BND": 2,
    "CNY": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "IDR": 2,
    "JPY": 0,
    "KHR": 2,
    "KRW": 0,
    "LAK": 2,
    "MMK": 2,
    "MYR": 2,
    "NZD": 2,
    "PHP": 2,
    "SGD": 2,
    "THB": 2,
    "USD": 2,
    "VND": 0,
}
# BIGINT is the column; a sum of many rows must still fit.
LARGEST_MINOR: Final = 10**15
PRICE_PLACES: Final = 6
_MICRO: Final = Decimal(10) ** PRICE_PLACES


class CurrencyMismatch(TypeError):
    """Two currencies were mixed: a programming error, never a user's."""


def is_currency(code: str) -> bool:
    """Tell whether we trade in this ISO 4217 code."""
    return code in MINOR_UNITS


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: minor units (fen, satang, dong) of one ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not an integer of a known currency."""
        if type(self.minor) is not int:
            msg = f"minor units are an int, not {type(self.minor).__name__}"
            raise TypeError(msg)
        if self.currency not in MINOR_UNITS:
            msg = f"unknown currency {self.currency!r}"
            raise ValueError(msg)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing of this currency."""
        return cls(0, currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """Return this many whole units; ValueError when finer than the currency's minor unit."""
        scaled = Decimal(amount).scaleb(MINOR_UNITS[currency])
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            msg = f"{amount} is finer than the minor unit of {currency}"
            raise ValueError(msg)
        return cls(int(scaled), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> "Money":
        """Return the amount rounded half up to the minor unit."""
        return cls(int(amount.scaleb(MINOR_UNITS[currency]).quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in whole units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-MINOR_UNITS[self.currency])

    def __str__(self) -> str:
        """Show ``1234.50 CNY``."""
        return f"{self.amount:f} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency}"
            raise CurrencyMismatch(msg)
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        """Add the same currency."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract the same currency."""
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        """Turn the sign."""
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare the same currency."""
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        """Compare the same currency."""
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        """Compare the same currency."""
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        """Compare the same currency."""
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return self.minor != 0

    def share(self, weights: Sequence[int]) -> list["Money"]:
        """Divide by largest remainder: parts sum to the whole exactly, ties go to the earlier part."""
        return [Money(part, self.currency) for part in largest_remainder(self.minor, weights)]

    def portion(self, numerator: int, denominator: int) -> "Money":
        """Return ``self × numerator ÷ denominator`` rounded half up, away from zero for negatives."""
        exact = Decimal(self.minor) * numerator / denominator
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price for one unit with six decimals, finer than any currency; rounds once, at the line."""

    micro: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "UnitPrice":
        """Return a price from whole currency units; ValueError when finer than six places."""
        scaled = Decimal(amount) * _MICRO
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            msg = f"{amount} has more than {PRICE_PLACES} decimals"
            raise ValueError(msg)
        return cls(int(scaled), currency)

    @classmethod
    def covering(cls, total: Money, quantity: int) -> "UnitPrice":
        """Return the least price at which so many units come to a total or more."""
        return cls(int((total.amount * _MICRO / quantity).to_integral_value(ROUND_CEILING)), total.currency)

    @property
    def amount(self) -> Decimal:
        """The price in whole currency units, without trailing zeros beyond the currency's decimals."""
        exact = Decimal(self.micro) / _MICRO
        least = Decimal(1).scaleb(-MINOR_UNITS[self.currency])
        trimmed = exact.normalize()
        return exact.quantize(least) if trimmed.as_tuple().exponent >= least.as_tuple().exponent else trimmed  # type: ignore[operator]

    def times(self, quantity: int) -> Money:
        """Return the line total for a whole quantity, rounded once, half up."""
        return Money.rounded(Decimal(self.micro) * quantity / _MICRO, self.currency)

    def __str__(self) -> str:
        """Show ``12.345 CNY``."""
        return f"{self.amount:f} {self.currency}"


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Divide an integer in proportion to non-negative weights; the parts sum to the total, ties to the earlier.

    All weights zero (or none positive) shares equally. ValueError for no weights or a negative one.
    """
    if not weights or any(weight < 0 for weight in weights):
        msg = "weights are needed, none negative"
        raise ValueError(msg)
    whole = sum(weights)
    fair = list(weights) if whole else [1] * len(weights)
    whole = whole or len(weights)
    sign = -1 if total < 0 else 1
    size = abs(total)
    parts = [size * weight // whole for weight in fair]
    remainders = [size * weight % whole for weight in fair]
    missing = size - sum(parts)
    for index in sorted(range(len(fair)), key=lambda i: (-remainders[i], i))[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]
