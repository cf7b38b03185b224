"""Charts that the server draws: values that hold from one instant to the next, and money by weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from marketplace.kernel import clock
from marketplace.kernel.money import Money
from marketplace.reports.cash.rules import Week

WIDTH: Final = 600
HEIGHT: Final = 120
BARS_HEIGHT: Final = 180
_EDGE: Final = 6
# One number alone is a bar, no wall.
_WIDEST: Final = WIDTH / 12


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


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, in the units of its picture; ``kind`` says what it draws."""

    x: int
    y: int
    width: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Money by weeks around a line: what comes above it, what goes below; None where there is none at all."""

    bars: tuple[Bar, ...]
    base: int
    today: int | None
    most_in: Money
    most_out: Money


@dataclass(frozen=True, slots=True)
class Columns:
    """Numbers side by side, each with its name; ``most`` is the largest."""

    bars: tuple[Bar, ...]
    most: int
    first: str
    last: str


def columns(values: Sequence[tuple[str, int]]) -> Columns | None:
    """Return numbers as bars from the left to the right; None where there is nothing to draw."""
    most = max((value for _, value in values), default=0)
    if most <= 0:
        return None
    slot = WIDTH / len(values)
    width = max(round(min(slot * 3 / 4, _WIDEST)), 1)
    found = [
        Bar(
            round(number * slot + (slot - width) / 2),
            BARS_HEIGHT - max(round((BARS_HEIGHT - _EDGE) * value / most), 1),
            width,
            max(round((BARS_HEIGHT - _EDGE) * value / most), 1),
            "came",
        )
        for number, (_, value) in enumerate(values)
        if value > 0
    ]
    return Columns(tuple(found), most, values[0][0], values[-1][0] if len(values) > 1 else "")


def bars(weeks: Sequence[Week], *, today: date) -> Bars | None:
    """Return the bars of some weeks: what moved lies nearest to the line, what is to move beyond it."""
    currency = weeks[0].moved_in.currency
    most_in = max(week.moved_in.minor + week.planned_in.minor for week in weeks)
    most_out = max(week.moved_out.minor + week.planned_out.minor for week in weeks)
    whole = max(most_in, 0) + max(most_out, 0)
    if not whole:
        return None
    room = BARS_HEIGHT - 2 * _EDGE
    base = _EDGE + room * max(most_in, 0) // whole
    slot = WIDTH // len(weeks)
    found: list[Bar] = []
    for number, week in enumerate(weeks):
        x, width = number * slot + slot // 6, slot - slot // 3
        above, below = base, base
        for kind, amount in (("came", week.moved_in), ("to_come", week.planned_in)):
            height = _high(amount, room, whole)
            above -= height
            found.append(Bar(x, above, width, height, kind))
        for kind, amount in (("paid", week.moved_out), ("to_pay", week.planned_out)):
            height = _high(amount, room, whole)
            found.append(Bar(x, below, width, height, kind))
            below += height
    at = next((number for number, week in enumerate(weeks) if week.first <= today <= week.last), None)
    return Bars(
        tuple(bar for bar in found if bar.height),
        base,
        None if at is None else at * slot + slot // 2,
        Money(most_in, currency),
        Money(most_out, currency),
    )


def _high(amount: Money, room: int, whole: int) -> int:
    """Return how high a bar is; some money is always seen."""
    return max(room * amount.minor // whole, 1) if amount.minor > 0 else 0
