"""Amounts as the card provider counts them; the only place that builds them.

Our minor units follow ISO 4217, the provider's its own list of currencies without decimals. The two agree today on all
that we trade in, LAK and MMK included (where CLDR says none); this table keeps a disagreement from becoming a factor
of a hundred. Source: Stripe, "Supported currencies", zero-decimal list.
"""

from typing import Final

from marketplace.kernel.money import MINOR_UNITS, Money

ZERO_DECIMAL: Final = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
    }
)  # fmt: skip


def provider_decimals(currency: str) -> int:
    """Return how many decimals the provider's integers have."""
    return 0 if currency in ZERO_DECIMAL else 2


def to_provider(amount: Money) -> tuple[int, str]:
    """Return (integer amount, lower-case code); ValueError for what the provider cannot count exactly or take."""
    shift = provider_decimals(amount.currency) - MINOR_UNITS[amount.currency]
    units, rest = (amount.minor * 10**shift, 0) if shift >= 0 else divmod(amount.minor, 10**-shift)
    if rest or units <= 0:
        msg = f"{amount} is no amount of the provider"
        raise ValueError(msg)
    return units, amount.currency.lower()


def from_provider(units: int, currency: str) -> Money:
    """Return the money that the provider's integer means; ValueError for currencies we do not trade in."""
    code = currency.upper()
    if code not in MINOR_UNITS:
        msg = f"unknown currency {code!r}"
        raise ValueError(msg)
    shift = MINOR_UNITS[code] - provider_decimals(code)
    minor, rest = (units * 10**shift, 0) if shift >= 0 else divmod(units, 10**-shift)
    if rest != 0:
        msg = f"{units} {code} is finer than our minor unit"
        raise ValueError(msg)
    return Money(minor, code)
