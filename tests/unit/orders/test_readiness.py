"""When merchants are asked whether a day stands, and what naming another is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.orders.readiness.rules import ASKED_BEFORE, SlipReason, Word, due, word

DAY = date(2027, 3, 31)


def before(days):
    return DAY - timedelta(days=days)


def test_a_first_day_and_the_same_day_are_confirmed():
    assert word(None, DAY, None) is word(DAY, DAY, None) is Word.CONFIRMED


def test_a_later_day_needs_a_reason_and_an_earlier_one_none():
    assert word(DAY, before(1), None) is Word.MOVED
    assert word(before(1), DAY, SlipReason.POWER) is Word.MOVED
    with pytest.raises(Refused) as refused:
        word(before(1), DAY, None)
    assert [(error.field, error.accepted) for error in refused.value.errors] == [("reason", ", ".join(SlipReason))]


@pytest.mark.parametrize(
    ("said", "today", "asked", "expected"),
    [
        (30, 20, (), None),
        (30, 14, (), 14),
        (30, 10, (14,), None),
        (30, 7, (14,), 7),
        (30, 2, (14,), 3),
        (30, 2, (3,), None),
        (14, 14, (), None),
        (5, 4, (), None),
        (5, 3, (), 3),
        (3, 3, (), None),
        (30, 0, (), None),
        (30, -4, (), None),
    ],
)
def test_who_is_asked_when(said, today, asked, expected):
    assert due(DAY, said_on=before(said), today=before(today), asked=asked) == expected


@given(said=st.integers(0, 60), steps=st.lists(st.integers(1, 9), max_size=20))
def test_nobody_is_asked_twice_for_the_same_or_for_what_he_just_said(said, steps):
    today, asked = said, []
    for step in steps:
        days = due(DAY, said_on=before(said), today=before(today), asked=asked)
        if days is not None:
            assert days in ASKED_BEFORE
            assert 0 < today <= days < said
            assert all(days < one for one in asked)
            asked.append(days)
        today -= step
