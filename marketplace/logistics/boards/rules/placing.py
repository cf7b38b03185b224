"""Where a lorry is between two stops, by time."""

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

Point = tuple[float, float]


def share(since: datetime, until: datetime, now: datetime) -> float:
    """Return how much of the time between two instants is over, from 0 to 1; all of it where they are one."""
    whole = (until - since).total_seconds()
    return min(1.0, max(0.0, (now - since).total_seconds() / whole)) if whole > 0 else 1.0


def along(points: Sequence[Point], part: float) -> Point:
    """Return the point after a part, from 0 to 1, of the way along ``points``, of which there is at least one."""
    left = part * sum(math.dist(one, other) for one, other in pairwise(points))
    for one, other in pairwise(points):
        length = math.dist(one, other)
        if length and left <= length:
            of_it = left / length
            return one[0] + (other[0] - one[0]) * of_it, one[1] + (other[1] - one[1]) * of_it
        left -= length
    return points[-1]
