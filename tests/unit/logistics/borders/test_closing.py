"""Feasts in a row are one closure; a closure lies ahead and ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.borders.rules.closing import CLOSURE, ClosureState, Feast, check_closure, feasts, span

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_feasts_in_a_row_are_one():
    days = {date(2026, 2, 16): "Tet", date(2026, 2, 17): "Second day", date(2026, 4, 30): "Liberation Day"}
    assert list(feasts(days)) == [
        Feast(date(2026, 2, 16), date(2026, 2, 17), "Tet"),
        Feast(date(2026, 4, 30), date(2026, 4, 30), "Liberation Day"),
    ]
    assert list(feasts({})) == []


def test_days_of_a_side_are_those_of_its_clock():
    assert span(date(2026, 2, 16), date(2026, 2, 17), "Asia/Ho_Chi_Minh") == (
        datetime(2026, 2, 15, 17, tzinfo=UTC),
        datetime(2026, 2, 17, 17, tzinfo=UTC),
    )


@pytest.mark.parametrize(("starts", "ends"), [(0, 0), (1, 0), (0, 371), (-3, -1), (-1, 0)])
def test_a_closure_ends_after_it_begins_and_after_now(starts, ends):
    with pytest.raises(Refused):
        check_closure(NOW + timedelta(days=starts), NOW + timedelta(days=ends), now=NOW)


def test_a_closure_that_began_counts():
    check_closure(NOW - timedelta(days=1), NOW + timedelta(days=1), now=NOW)


def test_what_was_dropped_may_be_confirmed_and_what_counts_taken_back():
    assert CLOSURE.apply(ClosureState.PROPOSED, "drop") is ClosureState.DROPPED
    assert CLOSURE.apply(ClosureState.DROPPED, "confirm") is ClosureState.CONFIRMED
    with pytest.raises(Conflict):
        CLOSURE.apply(ClosureState.WITHDRAWN, "confirm")
