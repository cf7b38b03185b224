"""How punctual a line is, from what its earlier departures did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Of fewer arrivals nothing is said: a tenth of them is nobody.
LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """Minutes by which arrivals were late (early: negative): one in ten by less, half, nine in ten by no more."""

    count: int
    p10: int
    p50: int
    p90: int


def spread(late_minutes: Sequence[int]) -> Spread | None:
    """Return the spread of past arrivals; None for fewer than five. Each figure is one that occurred (nearest rank)."""
    ordered = sorted(late_minutes)
    if len(ordered) < LEAST:
        return None
    p10, p50, p90 = (ordered[-(-len(ordered) * percent // 100) - 1] for percent in (10, 50, 90))
    return Spread(len(ordered), p10, p50, p90)
