"""The drawn ways of bookings and departures."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Conflict
from marketplace.logistics.rules.states import (
    AT_HUB,
    BOOKING,
    CURRENT,
    DEPARTURE,
    TAKES_CARGO,
    TAKING,
    BookingState,
    DepartureState,
)

_ENDS = {BookingState.COMPLETED, BookingState.EXPIRED, BookingState.REJECTED, BookingState.DECLINED,
         BookingState.CANCELLED, BookingState.ROLLED}  # fmt: skip


def reached(lifecycle, start):
    seen, edge = {start}, [start]
    while edge:
        for following in lifecycle.table.get(edge.pop(), {}).values():
            if following not in seen:
                seen.add(following)
                edge.append(following)
    return seen


def test_every_state_is_reached_and_every_end_is_an_end():
    assert reached(BOOKING, BookingState.TARGET) == set(BookingState)
    assert reached(DEPARTURE, DepartureState.PLANNED) == set(DepartureState)
    assert {state for state in BookingState if not BOOKING.actions(state)} == _ENDS
    assert {state for state in DepartureState if not DEPARTURE.actions(state)} == {
        DepartureState.SETTLED,
        DepartureState.CANCELLED,
    }


def test_room_is_claimed_from_the_hold_to_the_end():
    assert set(TAKING) | {BookingState.TARGET} == set(CURRENT)
    assert set(CURRENT) & _ENDS == {BookingState.COMPLETED}
    for state in AT_HUB:
        assert BOOKING.allows(state, "cancel")
        assert BOOKING.allows(state, "roll")


def test_a_sealed_lorry_is_not_cancelled():
    assert {state for state in DepartureState if DEPARTURE.allows(state, "cancel")} == {
        DepartureState.PLANNED,
        *TAKES_CARGO,
    }


@given(some.lists(some.sampled_from([action for row in DEPARTURE.table.values() for action in row])))
def test_only_drawn_ways_are_gone(actions):
    state = DepartureState.PLANNED
    for action in actions:
        if DEPARTURE.allows(state, action):
            state = DEPARTURE.apply(state, action)
        else:
            with pytest.raises(Conflict):
                DEPARTURE.apply(state, action)
