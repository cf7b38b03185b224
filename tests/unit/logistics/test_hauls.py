"""Ranges of departures that another carrier drives."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Conflict
from marketplace.logistics.fleet.rules.assigning import Span
from marketplace.logistics.fleet.rules.hauls import HAUL, STANDING, HaulState, errors_of, is_aboard, overlap, within

AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
CODES = ["HUB", "A", "B", "C", "END"]
ENDS = some.tuples(some.integers(0, 4), some.integers(0, 4)).filter(lambda ends: ends[0] < ends[1])


def span(first, last):
    return Span(first, last, AT + timedelta(hours=first), AT + timedelta(hours=last))


def test_a_haul_is_answered_once_and_taken_back_while_it_stands():
    assert HAUL.apply(HaulState.OFFERED, "accept") is HaulState.ACCEPTED
    assert HAUL.apply(HaulState.OFFERED, "decline") is HaulState.DECLINED
    for state in HaulState:
        if state in STANDING:
            assert HAUL.apply(state, "withdraw") is HaulState.WITHDRAWN
        else:
            with pytest.raises(Conflict):
                HAUL.apply(state, "withdraw")
    with pytest.raises(Conflict):
        HAUL.apply(HaulState.ACCEPTED, "decline")


@given(haul=ENDS, crew=ENDS)
def test_a_crew_stays_within_its_haul(haul, crew):
    wrong = {error.field for error in errors_of(span(*haul), *crew, CODES)}
    assert ("from_stop" in wrong) is not (haul[0] <= crew[0] < haul[1])
    assert ("to_stop" in wrong) is not (haul[0] < crew[1] <= haul[1])
    assert errors_of(span(*haul), *within(span(*haul), None, None), CODES) == []
    assert within(span(*haul), *crew) == crew


@given(one=ENDS, others=some.lists(ENDS, max_size=3))
def test_ranges_overlap_where_they_share_a_leg(one, others):
    legs = set(range(*one))
    assert overlap(span(*one), [span(*other) for other in others]) is any(legs & set(range(*each)) for each in others)


def test_goods_that_leave_before_or_where_it_begins_do_not_ride():
    assert [is_aboard(2, leaves) for leaves in (1, 2, 3, None)] == [False, False, True, True]
