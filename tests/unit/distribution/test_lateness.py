"""The day that was promised: the first lorry that was sure and ran, or the ready date, never before the deposit."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.distribution.rules.lateness import Lorry, promised_at

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
