"""The day that was promised: the first lorry that was sure and ran, or the ready date, never before the deposit."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.distribution.rules.lateness import Lorry, comes_much_later, promised_at

START = datetime(2026, 3, 2, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def lorry(number, *, confirmed=True, given_up=False):
    return Lorry(day(number), confirmed, given_up)


@pytest.mark.parametrize(
    ("lorries", "ready", "promised"),
    [
        ([], None, None),
        ([lorry(5)], None, 5),
        ([lorry(5), lorry(9)], None, 5),
        ([lorry(5, given_up=True), lorry(9)], None, 9),
        ([lorry(5, given_up=True)], None, 5),
        ([lorry(5, confirmed=False), lorry(9)], None, 9),
        ([lorry(5, confirmed=False), lorry(9, confirmed=False)], None, 5),
        ([lorry(9)], 7, 7),
        ([lorry(9)], 12, 9),
        ([], 7, 7),
        ([lorry(-3)], None, 0),
    ],
)
def test_what_was_promised_first_counts(lorries, ready, promised):
    found = promised_at(lorries, ready_at=None if ready is None else day(ready), secured_at=START)
    assert found == (None if promised is None else day(promised))


@pytest.mark.parametrize(("hours", "is_much"), [(6, False), (6.01, True), (-3, False)])
def test_six_hours_late_are_told_when_it_comes_and_more_before(hours, is_much):
    at = START + timedelta(hours=hours)
    assert comes_much_later(promised_at=START, expected_at=at) is is_much
