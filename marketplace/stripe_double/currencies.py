"""Which amounts Stripe takes. Source: https://docs.stripe.com/currencies (minimum and maximum charge amounts)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from marketplace.stripe_double.errors import invalid

ZERO_DECIMAL: Final = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
_TWO_DECIMAL: Final = frozenset(
    ["aud", "bnd", "cny", "eur", "gbp", "hkd", "idr", "khr", "lak", "mmk", "myr", "nzd", "php", "sgd", "thb", "usd"]
)
KNOWN: Final = ZERO_DECIMAL | _TWO_DECIMAL
# In the currency's smallest unit; currencies without an entry have no minimum of their own.
_LEAST: Final = {
    "aud": 50,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "jpy": 50,
    "myr": 200,
    "nzd": 50,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
# Digits of the largest amount: eight, more for currencies of small worth. Only IDR's twelve are documented; the others
# are ours, in proportion, and Stripe may allow less.
_DIGITS: Final = {"idr": 12, "jpy": 10, "khr": 12, "krw": 10, "lak": 12, "mmk": 12, "vnd": 10}
_USUAL_DIGITS: Final = 8


def check_currency(currency: str) -> str:
    """Return the lower-case code, or refuse one that is no currency of Stripe."""
    code = currency.lower()
    if code not in KNOWN:
        raise invalid(f"Invalid currency: {code}.", param="currency")
    return code


def check_amount(amount: int, currency: str, *, param: str = "amount") -> int:
    """Return the amount, or refuse what is too small or too large."""
    check_positive(amount, param=param)
    least = _LEAST.get(currency, 1)
    if amount < least:
        raise invalid(f"Amount must be at least {spell(least, currency)}", param=param, code="amount_too_small")
    if len(str(amount)) > _DIGITS.get(currency, _USUAL_DIGITS):
        largest = int("9" * _DIGITS.get(currency, _USUAL_DIGITS))
        message = f"Amount must be no more than {spell(largest, currency)}"
        raise invalid(message, param=param, code="amount_too_large")
    return amount


def check_positive(amount: int, *, param: str = "amount") -> None:
    """Refuse nothing and less."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, param=param, code="parameter_invalid_integer")


def spell(amount: int, currency: str) -> str:
    """Write an amount for people: ``12.50 USD``, ``2500000 VND``."""
    if currency in ZERO_DECIMAL:
        return f"{amount} {currency.upper()}"
    return f"{amount // 100}.{amount % 100:02} {currency.upper()}"


# What a bank takes for a dispute, whoever wins it; currencies without an entry pay 15.00 of their own.
# Source: https://stripe.com/sg/pricing (the others in proportion)
_DISPUTE_FEES: Final = {
    "cny": 10_000,
    "idr": 25_000_000,
    "lak": 30_000_000,
    "mmk": 5_000_000,
    "thb": 50_000,
    "vnd": 350_000,
}


def dispute_fee(currency: str) -> int:
    """Return what a dispute costs, in the currency's smallest unit."""
    return _DISPUTE_FEES.get(currency, 1500)


def rate_of(settlement: dict[str, Any], currency: str) -> Decimal | None:
    """Return at which rate a currency is settled, None where it is kept as it came."""
    rate = settlement["rates"].get(currency)
    return None if rate is None or settlement["currency"] == currency else Decimal(rate)


def convert(amount: int, currency: str, target: str, rate: Decimal) -> int:
    """Return an amount in another currency's smallest unit, rounded half up away from nothing."""
    shift = (0 if target in ZERO_DECIMAL else 2) - (0 if currency in ZERO_DECIMAL else 2)
    return int((Decimal(amount) * rate).scaleb(shift).quantize(Decimal(1), ROUND_HALF_UP))


def fee(amount: int) -> int:
    """Return what the provider keeps of a charge: 2.9 %, rounded half up, as on a plain tariff."""
    return (amount * 29 + 500) // 1000
