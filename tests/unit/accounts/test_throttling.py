"""How long a guesser waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.throttling import (
    LIMITS,
    WINDOW,
    Bucket,
    BucketKind,
    Limit,
    Tally,
    wait_after,
    waiting_time,
)

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PAIR = LIMITS[BucketKind.PAIR]


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 15), (6, 30), (7, 60), (10, 480), (11, 900), (10_000, 900)]
)
def test_a_few_tries_are_free_then_the_wait_doubles_to_a_bound(failures, seconds):
    assert wait_after(PAIR, failures) == timedelta(seconds=seconds)


@given(st.sampled_from(list(LIMITS.values())), st.integers(0, 10**9))
def test_waits_never_shrink_and_never_pass_the_bound(limit: Limit, failures):
    assert wait_after(limit, failures) <= wait_after(limit, failures + 1) <= limit.longest


def test_nobody_is_locked_out_for_ever():
    for limit in LIMITS.values():
        tally = Tally(10**6, NOW - timedelta(hours=1), NOW)
        assert 0 < waiting_time(limit, tally, NOW) <= 3600
        assert waiting_time(limit, tally, NOW + limit.longest) == 0


def test_strangers_from_elsewhere_hardly_delay_the_owner():
    assert LIMITS[BucketKind.LOGIN].longest <= timedelta(seconds=30)


def test_seconds_are_rounded_up_so_that_waiting_them_is_enough():
    tally = Tally(5, NOW, NOW)
    assert waiting_time(PAIR, tally, NOW + timedelta(seconds=14, microseconds=1)) == 1
    assert waiting_time(PAIR, tally, NOW + timedelta(seconds=15)) == 0


def test_a_window_that_is_over_counts_nothing():
    assert waiting_time(PAIR, Tally(100, NOW - WINDOW, NOW), NOW) == 0


def test_counters_of_different_kinds_never_meet():
    assert Bucket(BucketKind.PAIR, "aa").name != Bucket(BucketKind.LOGIN, "aa").name
