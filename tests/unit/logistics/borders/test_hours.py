"""Both sides of a border must be open, each by its own clock; who comes earlier waits."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.logistics.borders.rules.hours import (
    ALL_DAYS,
    Hours,
    Opening,
    Side,
    check_hours,
    is_open,
    next_span,
    opening,
)

DAY = date(2026, 3, 2)  # a Monday
FIRST = date(2020, 1, 1)
CHINA, LAOS = "Asia/Shanghai", "Asia/Vientiane"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def side(zone: str, opens=8, closes=18, weekdays=ALL_DAYS, **more) -> Side:
    return Side(zone, (Hours(weekdays, opens * 60, closes * 60, FIRST),), **more)


BOTH = (side(CHINA), side(LAOS))


def test_eight_to_six_on_both_clocks_is_nine_hours():
    # 08:00 in Laos is 09:00 in China, and 18:00 in China is 17:00 in Laos.
    assert opening(BOTH, at("2026-03-02T00:00")) == at("2026-03-02T01:00")
    span = next_span(BOTH, at("2026-03-02T00:00"))
    assert span == Opening(at("2026-03-02T01:00"), at("2026-03-02T10:00"))
    assert span.until - span.since == timedelta(hours=9)
    assert is_open(BOTH, at("2026-03-02T09:59"))
    assert not is_open(BOTH, at("2026-03-02T10:00"))
    assert opening(BOTH, at("2026-03-02T10:00")) == at("2026-03-03T01:00")


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin():
    night = (Side(CHINA, (Hours(0b1, 22 * 60, 6 * 60, FIRST),)),)  # from Monday 22:00 to Tuesday 06:00
    assert opening(night, at("2026-03-02T00:00")) == at("2026-03-02T14:00")
    assert is_open(night, at("2026-03-02T21:59"))
    assert opening(night, at("2026-03-02T22:00")) == at("2026-03-09T14:00")
    whole = (Side(CHINA, (Hours(ALL_DAYS, 0, 24 * 60, FIRST),)),)
    assert next_span(whole, at("2026-03-02T03:00")) == Opening(at("2026-03-02T03:00"), None)


def test_closures_push_and_are_where_an_opening_ends():
    closed = (at("2026-03-02T05:00"), at("2026-03-04T03:00"))
    shut = (side(CHINA, closures=(closed,)), side(LAOS))
    assert next_span(shut, at("2026-03-02T02:00")) == Opening(at("2026-03-02T02:00"), closed[0])
    assert opening(shut, closed[0]) == closed[1]
    never_shut = (Side(CHINA, closures=(closed,)),)
    assert next_span(never_shut, at("2026-03-01T00:00")) == Opening(at("2026-03-01T00:00"), closed[0])
    assert next_span(never_shut, closed[1]) == Opening(closed[1], None)
    late = (at("2026-04-02T05:00"), at("2026-04-04T03:00"))
    assert next_span((Side(CHINA, closures=(late,)),), closed[1]) == Opening(closed[1], None)


def test_hours_hold_for_their_days_and_a_day_without_any_counts_as_open():
    spring = Hours(ALL_DAYS, 8 * 60, 18 * 60, DAY, DAY + timedelta(days=1))
    only = (Side(CHINA, (spring,)),)
    assert is_open(only, at("2026-03-01T15:30"))  # 23:30 on the day before
    assert opening(only, at("2026-03-01T16:00")) == at("2026-03-02T00:00")
    assert opening(only, at("2026-03-03T10:00")) == at("2026-03-03T16:00")  # midnight after the last day
    assert not spring.holds(DAY - timedelta(days=1))


def test_several_hours_of_a_day_add_up():
    broken = (Side(CHINA, (Hours(ALL_DAYS, 480, 720, FIRST), Hours(ALL_DAYS, 720, 1080, FIRST))),)
    assert next_span(broken, at("2026-03-02T00:00")) == Opening(at("2026-03-02T00:00"), at("2026-03-02T10:00"))


def test_sides_that_never_meet_let_nobody_through():
    apart = (side(CHINA, 8, 9), side(LAOS, 12, 13))
    assert opening(apart, at("2026-03-02T00:00")) is None
    assert next_span(apart, at("2026-03-02T00:00")) is None
    assert not is_open(apart, at("2026-03-02T00:00"))
    long = (Side(CHINA, closures=((at("2026-01-01T00:00"), at("2028-01-01T00:00")),)),)
    assert opening(long, at("2026-03-02T00:00")) is None


@pytest.mark.parametrize(
    ("hours", "fields"),
    [
        (Hours(0, 480, 1080, DAY), {"weekdays"}),
        (Hours(128, 1440, 0, DAY), {"weekdays", "opens", "closes"}),
        (Hours(1, -1, 1441, DAY, DAY - timedelta(days=1)), {"opens", "closes", "valid_to"}),
    ],
)
def test_hours_that_are_none_are_refused(hours, fields):
    with pytest.raises(Refused) as refused:
        check_hours(hours)
    assert {error.field for error in refused.value.errors} == fields


def test_hours_of_one_day_are_hours():
    check_hours(Hours(1, 0, 1440, DAY, DAY))


# --- whatever the hours -----------------------------------------------------------------------------------------

ZONES = some.sampled_from([CHINA, LAOS, "Asia/Yangon", "Asia/Kuala_Lumpur"])
MINUTES = some.integers(0, 7 * 24 * 60).map(lambda minute: at("2026-03-02T00:00") + timedelta(minutes=minute))
HOURS = some.builds(
    Hours,
    weekdays=some.integers(1, ALL_DAYS),
    opens=some.integers(0, 1439),
    closes=some.integers(1, 1440),
    valid_from=some.sampled_from([FIRST, DAY + timedelta(days=3)]),
    valid_to=some.sampled_from([None, DAY + timedelta(days=5)]),
)
CLOSURES = some.builds(
    lambda since, hours: (since, since + timedelta(hours=hours)), since=MINUTES, hours=some.integers(1, 60)
)
SIDES = some.builds(
    Side,
    zone=ZONES,
    hours=some.lists(HOURS, max_size=3).map(tuple),
    closures=some.lists(CLOSURES, max_size=2).map(tuple),
)
CROSSINGS = some.tuples(SIDES, SIDES)


def plainly_open(side: Side, instant: datetime) -> bool:
    """Say the same of one minute, the long way."""
    if any(since <= instant < until for since, until in side.closures):
        return False
    local = instant.astimezone(ZoneInfo(side.zone))
    minute, today = local.hour * 60 + local.minute, local.date()
    yesterday = today - timedelta(days=1)
    held = [each for each in side.hours if each.holds(today)]
    if not held:
        return True
    if any(
        each.weekdays >> today.weekday() & 1
        and each.opens <= minute
        and (minute < each.closes or each.closes <= each.opens)
        for each in held
    ):
        return True
    return any(
        each.holds(yesterday)
        and each.weekdays >> yesterday.weekday() & 1
        and each.closes <= each.opens
        and minute < each.closes
        for each in side.hours
    )


@given(sides=CROSSINGS, instant=MINUTES)
def test_open_means_open_on_both_clocks(sides, instant):
    assert is_open(sides, instant) == all(plainly_open(side, instant) for side in sides)


@given(sides=CROSSINGS, instant=MINUTES)
def test_nobody_waits_longer_than_needed(sides, instant):
    found = opening(sides, instant)
    if found is None:
        return
    assert found >= instant
    assert is_open(sides, found)
    checked = min(int((found - instant) / timedelta(minutes=7)), 60)
    assert not any(is_open(sides, instant + timedelta(minutes=7 * step)) for step in range(checked) if found > instant)


@given(sides=CROSSINGS, early=MINUTES, late=MINUTES)
def test_who_comes_later_is_never_through_earlier(sides, early, late):
    first, second = sorted((early, late))
    found = opening(sides, first), opening(sides, second)
    if None not in found:
        assert found[0] <= found[1]


@given(sides=CROSSINGS, instant=MINUTES)
def test_an_opening_ends_where_a_side_closes(sides, instant):
    span = next_span(sides, instant)
    if span is not None and span.until is not None:
        assert span.since < span.until
        assert is_open(sides, span.until - timedelta(minutes=1))
        assert not is_open(sides, span.until)
