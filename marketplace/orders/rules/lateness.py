"""Goods that came after the promised arrival: whose delay it is, and what may be claimed for it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from marketplace.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Promised:
    """The lorry that a line was promised: until when it took cargo, and when it was to be there, by the clock there.

    ``arrived_at`` is when a lorry was there with the goods, None while none was.
    """

    cutoff_at: datetime
    arrives_at: datetime
    zone: str
    arrived_at: datetime | None = None


def days_late(promised: Promised, *, came_at: datetime) -> int:
    """Return how many days of the place the goods came after the promised one; 0 for goods that came on it."""
    zone = ZoneInfo(promised.zone)
    return max(0, (came_at.astimezone(zone).date() - promised.arrives_at.astimezone(zone).date()).days)


def was_late_at_hub(promised: Promised, *, handed_over_at: datetime | None) -> bool:
    """Tell whether the goods missed the promised lorry: then the delay arose before risk passed, whatever the rule."""
    return handed_over_at is not None and handed_over_at > promised.cutoff_at


def worth(value: Money, *, days: int, day_bp: int, most_bp: int) -> Money:
    """Return what so many days of delay are worth of the price of units, rounded down."""
    return Money(value.minor * min(days * day_bp, most_bp) // 10_000, value.currency)
