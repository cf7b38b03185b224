"""Periods of statements."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from marketplace.kernel.errors import Refused
from marketplace.reports.rules import Period, interim_number, month_before, month_of


def test_a_month_begins_and_ends_by_the_clock_of_its_zone():
    november = month_of(date(2026, 11, 28))
    assert november == Period(date(2026, 11, 1), date(2026, 11, 30))
    assert november.bounds("Asia/Shanghai") == (
        datetime(2026, 10, 31, 16, tzinfo=UTC),
        datetime(2026, 11, 30, 16, tzinfo=UTC),
    )


def test_the_month_before_january_is_december():
    assert month_before(date(2027, 1, 31)) == Period(date(2026, 12, 1), date(2026, 12, 31))


def test_a_period_is_over_the_day_after_its_last():
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert not period.is_over(date(2026, 11, 30))
    assert period.is_over(date(2026, 12, 1))


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 2, 1), date(2026, 1, 31)), (date(2026, 1, 1), date(2027, 3, 1))]
)
def test_a_period_runs_forward_and_not_for_years(first, last):
    with pytest.raises(Refused):
        Period(first, last)


@pytest.mark.parametrize(
    ("first", "last", "is_month"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), True),
        (date(2028, 2, 1), date(2028, 2, 29), True),
        (date(2026, 11, 1), date(2026, 11, 29), False),
        (date(2026, 11, 2), date(2026, 11, 30), False),
        (date(2026, 10, 1), date(2026, 11, 30), False),
    ],
)
def test_a_month_is_whole_from_its_first_day_to_its_last(first, last, is_month):
    period = Period(first, last)
    assert period.is_month is is_month
    if is_month:
        period.check_month()
    else:
        with pytest.raises(Refused) as refusal:
            period.check_month()
        assert [(error.field, error.code) for error in refusal.value.errors] == [("from", "whole_month")]


def test_an_interim_statement_has_no_number_of_a_series():
    period = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert interim_number(period, "CNY", UUID(int=255)) == "INTERIM-20261101-CNY-0000000000FF"
