"""Points of charts that the server draws: a value holds from one instant to the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from marketplace.kernel import clock

WIDTH: Final = 600
HEIGHT: Final = 120
_EDGE: Final = 6


def steps(points: Sequence[tuple[datetime, int | None]], *, base: int | None = None) -> list[str]:
    """Return the lines of a stepped chart, each as the points of a polyline; a gap where there is no value.

    ``base`` is the value of the line below; without one the smallest lies there.
    """
    values = [value for _, value in points if value is not None]
    if not values:
        return []
    begun, now = points[0][0], max(clock.now(), points[-1][0])
    span = (now - begun).total_seconds() or 1.0
    low, high = min(values) if base is None else base, max(values)

    def at(instant: datetime) -> int:
        return round((instant - begun).total_seconds() / span * WIDTH)

    def height(value: int) -> int:
        room = HEIGHT - 2 * _EDGE
        return HEIGHT // 2 if high == low else HEIGHT - _EDGE - round((value - low) / (high - low) * room)

    lines: list[list[str]] = [[]]
    ends = [instant for instant, _ in points[1:]] + [now]
    for (instant, value), end in zip(points, ends, strict=True):
        if value is None:
            lines.append([])
        else:
            lines[-1] += [f"{at(instant)},{height(value)}", f"{at(end)},{height(value)}"]
    return [" ".join(line) for line in lines if line]
