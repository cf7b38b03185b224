"""Prices in one money, to be compared by: nobody is ever charged by these."""

from decimal import ROUND_HALF_UP, Decimal


def in_dollars(micro: int, rate: Decimal) -> int:
    """Return millionths of a US dollar for millionths of a unit of a currency, at so many dollars for one unit."""
    return int((micro * rate).quantize(Decimal(1), ROUND_HALF_UP))
