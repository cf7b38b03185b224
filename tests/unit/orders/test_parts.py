"""Quantities per state: moving goods never makes or loses any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.orders.rules import parts
from marketplace.orders.rules.states import LINE, LineState

ACTIONS = sorted({action for actions in LINE.table.values() for action in actions})


@given(
    ordered=st.integers(1, 10_000),
    steps=st.lists(st.tuples(st.sampled_from(list(LineState)), st.sampled_from(ACTIONS), st.integers(-5, 12_000))),
)
def test_the_parts_always_sum_to_what_was_ordered(ordered, steps):
    held = {LineState.OPEN: ordered}
    for state, action, quantity in steps:
        try:
            held, reached = parts.moved(held, state=state, action=action, quantity=quantity)
        except (Conflict, Refused):
            continue
        assert held[reached] >= quantity > 0
    assert sum(held.values()) == ordered
    assert all(quantity > 0 for quantity in held.values())
    assert parts.least_advanced(held) in held


@given(
    ordered=st.integers(1, 10_000),
    steps=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 12_000)), min_size=1),
)
def test_what_is_drawn_moves_units_that_are_there_from_one_state_to_the_next(ordered, steps):
    held = {LineState.OPEN: ordered}
    for which, how, quantity in steps:
        state = sorted(held)[which % len(held)]
        actions = sorted(LINE.table.get(state, {}))
        if actions:
            action, units, there = actions[how % len(actions)], 1 + quantity % held[state], held[state]
            held, reached = parts.moved(held, state=state, action=action, quantity=units)
            assert reached is LINE.table[state][action]
            assert held.get(state, 0) == there - units + (units if reached is state else 0)
    assert sum(held.values()) == ordered


def test_more_than_is_there_is_refused_naming_what_is():
    with pytest.raises(Conflict) as refusal:
        parts.moved({LineState.READY: 5}, state=LineState.READY, action="pack", quantity=6)
    assert refusal.value.facts["there"] == 5


def test_a_split_line_shows_its_least_advanced_part():
    held = {LineState.DELIVERED: 97, LineState.IN_TRANSIT: 3}
    assert parts.least_advanced(held) is LineState.IN_TRANSIT
    assert parts.least_advanced({LineState.ACCEPTED: 97, LineState.CANCELLED: 3}) is LineState.ACCEPTED


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_moves_by_less_than_one(quantity):
    with pytest.raises(Refused) as refusal:
        parts.moved({LineState.PACKED: 3}, state=LineState.PACKED, action="hand_over", quantity=quantity)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("quantity", "too_small")]
