"""How full a lorry is."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.quantity import DIMENSIONS, Load


class Level(StrEnum):
    """How full a lorry is, in one word."""

    EMPTY = "empty"
    ROOMY = "roomy"
    FILLING = "filling"
    NEARLY_FULL = "nearly_full"
    FULL = "full"


# The least percentage of each level above the empty one, the fullest first.
_FROM: Final = ((95, Level.FULL), (75, Level.NEARLY_FULL), (40, Level.FILLING))


def fullest(used: Load, capacity: Load) -> int:
    """Return the percentage taken of the measure that is fullest, rounded down, from 0 to 100.

    A measure that a lorry has none of decides nothing.
    """
    pairs = [(getattr(used, name), getattr(capacity, name)) for name in DIMENSIONS]
    return min(100, max((taken * 100 // most for taken, most in pairs if most), default=0))


def level(used: Load, capacity: Load) -> Level:
    """Return how full a lorry is by its fullest measure: empty only where nothing at all is taken."""
    percent = fullest(used, capacity)
    if all(getattr(used, name) == 0 for name in DIMENSIONS):
        return Level.EMPTY
    return next((one for least, one in _FROM if percent >= least), Level.ROOMY)
