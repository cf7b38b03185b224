"""When stock runs low: below a merchant's own number of units, else below some smallest orders."""

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.kernel.errors import Refused


def check(low_below: int | None) -> None:
    """Refuse ``low_below`` unless it is a quantity; None leaves it to the city's setting, zero tells of nothing."""
    if low_below is not None and not 0 <= low_below <= LARGEST_QUANTITY:
        raise Refused.field("low_below", "too_small" if low_below < 0 else "too_large", f"0 to {LARGEST_QUANTITY}")
