"""Where a place lies on the picture of the corridor: Mercator's projection of one part of the earth."""

import math
from typing import Final

# The part that is drawn, in degrees: from Upper Burma to the Philippines, from Timor to Shaanxi.
WEST: Final = 92
EAST: Final = 125
SOUTH: Final = -11
NORTH: Final = 35
# The picture, in its own units.
WIDTH: Final = 660

_UNITS: Final = WIDTH / math.radians(EAST - WEST)


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a point in degrees lies on the picture, from its upper left corner, to a tenth of a unit."""
    down = _stretched(NORTH) - _stretched(latitude)
    return round(math.radians(longitude - WEST) * _UNITS, 1), round(down * _UNITS, 1)


def _stretched(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude)))


HEIGHT: Final = math.ceil(project(WEST, SOUTH)[1])
