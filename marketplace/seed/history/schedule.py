"""When the steps of an order of the demo are taken: planned from the departure that it rides, without acting.

Every step up to the hand-over comes before the lorry's cargo cut-off, and a deposit before the hold of a buyer ends
that is not verified; both are tested for every hour of a week.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from marketplace.seed.history.lorries import Lorry
from marketplace.seed.history.stories import Story

_HOUR: Final = timedelta(hours=1)
# Hours from the order to each step that a clock drives; receipts and what follows wait for the lorry.
_AFTER: Final = {
    "placed": 0, "confirmed": 6, "slip": 12, "deposit": 20, "dated": 34, "ready": 70, "packed": 84, "handed": 110,
    "balance": 128, "freight": 132,
}  # fmt: skip
# Hours from the order to what goes otherwise.
_TWISTS: Final = {"reject": 6, "cancel": 40, "part": 10}
# Ordered so long before the lorry leaves, or before now where it leaves later.
_AHEAD: Final = timedelta(days=6)
# Ordered so long before now, where the order has just come as far as this.
_SINCE: Final = {"placed": 5 * _HOUR, "confirmed": 14 * _HOUR, "slip": 24 * _HOUR, "deposit": 40 * _HOUR}
# Goods made to order: ordered a while ago, or just begun.
_MADE, _BEING_MADE = timedelta(days=9, hours=12), timedelta(days=3)


def placed_at(story: Story, lorry: Lorry | None, now: datetime) -> datetime:
    """Return when an order is placed that rides this lorry; None: the first that takes the goods."""
    has_been_carried = ":" in story.ride
    if story.until in _SINCE and not has_been_carried:
        return now - _SINCE[story.until]
    if lorry is None:
        return now - (_BEING_MADE if story.until == "dated" else _MADE)
    ahead = lorry.departs_at - _AHEAD
    return ahead if has_been_carried else min(ahead, now - _AHEAD)


def steps(story: Story, lorry: Lorry | None, now: datetime) -> Mapping[str, datetime]:
    """Return the steps that a clock drives, each with its instant; those of a twist under its name."""
    at = placed_at(story, lorry, now)
    taken = {step: at + hours * _HOUR for step, hours in _AFTER.items() if story.takes(step)}
    if story.twist in _TWISTS:
        taken[story.twist] = at + _TWISTS[story.twist] * _HOUR
    return taken
