"""How cold goods were: read strictly, counted in hundredths of a degree, compared with what was agreed."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.orders.rules import temperatures as rules
from marketplace.orders.rules.temperatures import KeptAt, Unit

COLD = KeptAt(200, 800)
GOOD = "time,celsius\n2026-12-01T09:00+08:00,4.5\n\n2026-12-01T09:30+08:00,-0.5\n2026-12-01T10:00+08:00,9\n"


def read(text, kept_at=COLD):
    return rules.read(text.encode(), logger="TT-1", kept_at=kept_at)


def test_a_file_is_counted_and_what_leaves_the_bounds_is_seen():
    found = read("\ufeff" + GOOD)
    assert (found.least_centi, found.most_centi, found.readings, found.outside) == (-50, 900, 3, 2)
    assert found.first_at is not None
    assert (found.first_at.isoformat(), str(found.last_at)) == (
        "2026-12-01T01:00:00+00:00", "2026-12-01 02:00:00+00:00",
    )  # fmt: skip
    assert found.leaves(COLD)
    assert not found.leaves(None)
    assert not found.leaves(KeptAt(None, 900))
    assert read(GOOD, kept_at=None).outside == 0


def test_fahrenheit_and_names_of_columns_in_other_languages_are_read():
    found = read("温度,时间\n4,2026-12-01T00:00Z\n5,2026-12-02T00:00Z\n")
    assert (found.unit, found.most_centi) == (Unit.CELSIUS, 500)
    found = read("Time,Fahrenheit\n2026-12-01T00:00Z,39.2\n2026-12-02T00:00Z,-4\n")
    assert (found.unit, found.most_centi, found.least_centi) == (Unit.FAHRENHEIT, 400, -2000)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("time,humidity\n2026-12-01T00:00Z,4\n", 1),
        ("time,celsius,temperature\n", 1),
        ("time,celsius\n", 1),
        ("time,celsius\n2026-12-01T00:00Z,4\n", 2),
        ("time,celsius\n2026-12-01T00:00Z\n", 2),
        ("time,celsius\nyesterday,4\n", 2),
        ("time,celsius\n2026-12-01T00:00,4\n", 2),
        ("time,celsius\n2026-12-01T00:00Z,4\n2026-12-01T00:00Z,4\n", 3),
        ("time,celsius\n2026-12-01T00:00Z,4.125\n", 2),
        ("time,celsius\n2026-12-01T00:00Z,4e1\n", 2),
        ("time,celsius\n2026-12-01T00:00Z,500\n", 2),
        ('time,celsius\n2026-12-01T00:00Z,"4\n', 2),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text, line):
    with pytest.raises(Refused) as refused:
        read(text)
    (error,) = refused.value.errors
    assert (error.field, error.code, error.facts["line"]) == ("temperature", "temperature_file", line)


def test_bytes_that_are_no_text_and_too_many_readings_are_refused(monkeypatch):
    with pytest.raises(Refused):
        rules.read(b"time,celsius\n\xff\xfe", logger="1", kept_at=None)
    monkeypatch.setattr(rules, "MOST_READINGS", 2)
    with pytest.raises(Refused):
        read(GOOD)


@settings(max_examples=50)
@given(st.lists(st.integers(-9_999, 9_999), min_size=2, max_size=30))
def test_coldest_warmest_and_count_are_those_of_the_readings(centi):
    lines = [f"2026-12-01T00:{minute:02}Z,{rules.degrees(value)}" for minute, value in enumerate(centi)]
    found = read("\n".join(["time,celsius", *lines]))
    assert (found.least_centi, found.most_centi, found.readings) == (min(centi), max(centi), len(centi))
    assert found.outside == sum(not 200 <= value <= 800 for value in centi)
    assert found.leaves(COLD) is bool(found.outside)


def test_what_is_read_off_a_logger_is_checked():
    found = rules.stated(least=Decimal("39.2"), most=Decimal(50), unit=Unit.FAHRENHEIT, logger="9")
    assert (found.least_centi, found.most_centi, found.readings) == (400, 1000, 0)
    for least, most, logger, fields in (
        ("4", "3", "9", ["temperature_least", "temperature_most"]),
        ("4.123", "1000", "9", ["temperature_least", "temperature_most"]),
        ("4", "5", "", ["logger"]),
    ):
        with pytest.raises(Refused) as refused:
            rules.stated(least=Decimal(least), most=Decimal(most), unit=Unit.CELSIUS, logger=logger)
        assert [error.field for error in refused.value.errors] == fields


def test_bounds_come_from_what_is_said_of_food_and_read_as_people_write_them():
    assert rules.kept_at({"least_celsius": None, "most_celsius": None}) is None
    assert rules.kept_at({"least_celsius": "2.5", "most_celsius": "8"}) == KeptAt(250, 800)
    words = [KeptAt(*pair).words for pair in ((None, 0), (-1800, None), (200, 850))]
    assert words == ["≤ 0 °C", "≥ -18 °C", "2 °C – 8.5 °C"]
    assert KeptAt(None, 0).document == {"least_centi": None, "most_centi": 0}
    assert KeptAt(200, None).is_outside(199)
    assert not KeptAt(200, None).is_outside(9_000)
