"""How far the goods of an order are on their way, as far as its payment plan goes: which events can still happen."""

from collections.abc import Iterable
from typing import Final

from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.states import LineState
from marketplace.payments.rules.terms import MilestoneEvent, Rail

_WAY: Final = tuple(MilestoneEvent)
# What a unit in this state has seen, or may have: a lorry that is on its way may be over a border that nobody noted.
_SEEN: Final = {
    LineState.READY: MilestoneEvent.READY,
    LineState.PACKED: MilestoneEvent.READY,
    LineState.HANDED_OVER: MilestoneEvent.HANDED_OVER,
    LineState.IN_TRANSIT: MilestoneEvent.BORDER_CROSSED,
    **dict.fromkeys(
        (
            LineState.DELIVERED,
            LineState.SHORT,
            LineState.DAMAGED,
            LineState.WRONG,
            LineState.LOST,
            LineState.RETURNED,
            LineState.ACCEPTED,
        ),
        MilestoneEvent.DELIVERED,
    ),
}


def possible(*, rail: Rail, is_confirmed: bool, lines: Iterable[Parts]) -> tuple[MilestoneEvent, ...]:
    """Return the events that can still happen to every one of these lines.

    By bank a deposit fell due when the order was placed; what a card paid, when it was confirmed.
    """
    passed = [0] if rail is Rail.BANK or is_confirmed else []
    passed += [_WAY.index(_SEEN[state]) for parts in lines for state in parts if state in _SEEN]
    return _WAY[max(passed, default=-1) + 1 :]
