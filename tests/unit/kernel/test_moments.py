"""Days and instants as each language writes them."""

from datetime import UTC, date, datetime

import pytest

from marketplace.kernel import moments

AT = datetime(2026, 9, 30, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "instant"),
    [
        ("en", "30 Sep 2026", "1 Oct 2026 00:05 UTC+08"),
        ("zh_Hans", "2026年9月30日", "2026年10月1日 00:05 UTC+08"),
        ("vi", "30 thg 9, 2026", "00:05 UTC+08, 1 thg 10, 2026"),
    ],
)
def test_a_day_and_an_instant_read_alike_in_a_language(language, day, instant):
    assert moments.day(date(2026, 9, 30), language) == day
    assert moments.instant(AT, "Asia/Shanghai", language) == instant


@pytest.mark.parametrize(
    ("zone", "offset"), [("Asia/Yangon", "UTC+06:30"), ("UTC", "UTC+00"), ("America/St_Johns", "UTC-02:30")]
)
def test_the_distance_from_utc_is_whole(zone, offset):
    assert moments.instant(AT, zone, "en").endswith(offset)


def test_an_instant_has_the_day_of_its_place():
    assert moments.day_at(AT, "Asia/Shanghai", "en") == "1 Oct 2026"
    assert moments.day_at(AT, "UTC", "en") == "30 Sep 2026"
