"""Shares of a shared lorry: they only fall as it fills."""

from collections.abc import Sequence

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.pricing.rules.terms import WHOLE_BP, FillStep


def fill_percent(taken: Load, capacity: Load) -> int:
    """Return how full a lorry is in its most filled dimension, in begun percents left out; at most 100."""
    pairs = ((getattr(taken, name), getattr(capacity, name)) for name in DIMENSIONS)
    return min(100, max((100 * part // whole for part, whole in pairs if whole > 0), default=0))


def factor_at(percent: int, steps: Sequence[FillStep]) -> int:
    """Return what a share is, in hundredths of a percent of what was paid, on a lorry filled to so many percent."""
    return min((one.factor_bp for one in steps if one.percent <= percent), default=WHOLE_BP)


def share_of(paid: Money, factor_bp: int) -> Money:
    """Return a share of what was paid, rounded half up."""
    return paid.portion(factor_bp, WHOLE_BP)
