"""Marks, turns and time of reviews."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.exchange.rules.reviews import Marks, check_turn, open_until
from marketplace.kernel.errors import Conflict, Refused

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@given(st.tuples(*(st.integers(-2, 9) for _ in range(3))))
def test_marks_go_from_one_to_five_and_each_other_is_named(given_marks):
    wrong = {
        name for name, mark in zip(("goods", "packing", "on_time"), given_marks, strict=True) if mark not in range(1, 6)
    }
    if not wrong:
        assert Marks(*given_marks).goods == given_marks[0]
        return
    with pytest.raises(Refused) as refusal:
        Marks(*given_marks)
    assert {error.field for error in refusal.value.errors} == wrong


def test_nobody_writes_over_what_he_has_not_seen_and_nobody_for_ever():
    until = open_until(NOON, 30)
    check_turn(seen=0, version=0, until=None, now=NOON)
    check_turn(seen=2, version=2, until=until, now=NOON + timedelta(days=30))
    for seen, version in ((0, 1), (1, 2), (1, 0)):
        with pytest.raises(Conflict) as refusal:
            check_turn(seen=seen, version=version, until=until, now=NOON)
        assert refusal.value.code == "review_changed"
    with pytest.raises(Conflict) as refusal:
        check_turn(seen=1, version=1, until=until, now=NOON + timedelta(days=30, seconds=1))
    assert refusal.value.code == "review_over"
