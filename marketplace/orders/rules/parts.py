"""A line's quantity in parts, one per state; moving goods never makes or loses any."""

from collections.abc import Mapping
from typing import Final

from marketplace.kernel.errors import Conflict, Refused
from marketplace.orders.rules.states import LINE, LineState

Parts = Mapping[LineState, int]
_RANK: Final = {state: rank for rank, state in enumerate(LineState)}


def moved(parts: Parts, *, state: LineState, action: str, quantity: int) -> tuple[dict[LineState, int], LineState]:
    """Return the parts after so many units in a state took an action, and the state they reached.

    Conflict ``state`` when the action is not drawn, ``quantity_in_state`` when fewer units are there.
    """
    reached = LINE.apply(state, action)
    if quantity < 1:
        raise Refused.field("quantity", "too_small", "1 or more")
    there = parts.get(state, 0)
    if quantity > there:
        raise Conflict("quantity_in_state", state=str(state), there=there)
    after = dict(parts)
    after[state] = there - quantity
    after[reached] = after.get(reached, 0) + quantity
    return {name: amount for name, amount in after.items() if amount}, reached


def least_advanced(parts: Parts) -> LineState:
    """Return the state that the line shows: its least advanced part; ended parts only when there is no other."""
    return min((state for state, quantity in parts.items() if quantity), key=_RANK.__getitem__)
