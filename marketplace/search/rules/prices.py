"""Prices in one money, to be compared by: nobody is ever charged by these."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

# The column is a BIGINT; what costs more stands last with everything that does.
_MOST: Final = 10**18


def in_dollars(micro: int, rate: Decimal) -> int:
    """Return millionths of a US dollar for millionths of a unit of a currency, at so many dollars for one unit."""
    return min(int((micro * rate).to_integral_value(ROUND_HALF_UP)), _MOST)
