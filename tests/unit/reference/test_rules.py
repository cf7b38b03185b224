"""Tariff codes, settings, crossed rates and working days."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.reference import rules
from marketplace.reference.rules import Quoted, Setting

DAY = date(2026, 11, 1)
ZONES = {
    "CN": "Asia/Shanghai",
    "VN": "Asia/Ho_Chi_Minh",
    "TH": "Asia/Bangkok",
    "BN": "Asia/Brunei",
    "MM": "Asia/Yangon",
}


def quoted(rate, day=DAY, source="HMRC monthly rates"):
    return Quoted(Decimal(rate), source, day)


@pytest.mark.parametrize(
    ("text", "code"), [("8714.10", "871410"), ("0810 60 00", "08106000"), ("4001.22.1000", "4001221000")]
)
def test_tariff_codes_are_read_with_their_dots(text, code):
    assert rules.hs_code(text) == code


@pytest.mark.parametrize(
    "text", ["", "8714", "87141", "0014.10", "7701.00", "9801.00", "8714.10.00.001", "８７１４１０"]
)
def test_what_is_no_tariff_code_is_refused(text):
    with pytest.raises(Refused) as refusal:
        rules.hs_code(text)
    assert refusal.value.errors[0].field == "hs_code"


def test_every_setting_has_a_default_that_can_be_kept():
    assert set(rules.DEFAULTS) == set(Setting)
    for setting, value in rules.DEFAULTS.items():
        assert rules.read(setting, rules.stored(setting, value)) == value
        assert rules.setting_key(setting.value) is setting


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (Setting.HOLD_CARD_MINUTES, -1),
        (Setting.HOLD_CARD_MINUTES, True),
        (Setting.HOLD_CARD_MINUTES, 10**9),
        (Setting.HOLD_CARD_MINUTES, Money(1, "USD")),
        (Setting.TRANSFER_TOLERANCE, 25),
        (Setting.TRANSFER_TOLERANCE, Money(-1, "USD")),
    ],
)
def test_a_setting_keeps_its_type(setting, value):
    with pytest.raises(Refused):
        rules.stored(setting, value)


def test_unknown_settings_are_refused():
    with pytest.raises(Refused):
        rules.setting_key("COLOUR")


def test_a_rate_is_found_as_quoted_turned_or_crossed():
    older = DAY - timedelta(days=31)
    quotes = {
        ("GBP", "CNY"): quoted("9"),
        ("GBP", "VND"): quoted("36000", older),
        ("USD", "THB"): quoted("33", source="Bank of Thailand"),
        ("GBP", "USD"): quoted("1.25"),
    }
    assert rules.cross("GBP", "CNY", quotes) == quoted("9")
    assert rules.cross("CNY", "GBP", quotes).rate == 1 / Decimal(9)
    crossed = rules.cross("CNY", "VND", quotes)
    assert (rules.to_places(crossed.rate), crossed.date) == (Decimal("4000.0000000000"), older)
    assert crossed.source == "HMRC monthly rates"
    by_dollar = rules.cross("GBP", "THB", quotes)
    assert (by_dollar.rate, by_dollar.source) == (Decimal("41.25"), "HMRC monthly rates, Bank of Thailand")
    assert rules.cross("CNY", "THB", quotes) is None
    assert rules.cross("CNY", "VND", {}) is None


@pytest.mark.parametrize(("base", "quote", "rate"), [("XXX", "CNY", "1"), ("GBP", "XXX", "1"), ("GBP", "CNY", "0"),
                                                    ("GBP", "CNY", "-1"), ("GBP", "CNY", "NaN")])  # fmt: skip
def test_rates_that_are_none_are_refused(base, quote, rate):
    with pytest.raises(Refused):
        rules.check_rate(base, quote, Decimal(rate))


def test_a_rate_between_two_currencies_of_the_city_is_taken():
    rules.check_rate("GBP", "CNY", Decimal("0.0001"))


def test_all_that_is_wrong_with_a_rate_is_said_at_once():
    with pytest.raises(Refused) as refusal:
        rules.check_rate("GBP", "XXX", Decimal(0))
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("quote", "currency"), ("rate", "too_small"),
    ]  # fmt: skip


def test_a_currency_has_no_rate_against_itself():
    with pytest.raises(Refused) as refused:
        rules.check_rate("CNY", "CNY", Decimal(1))
    assert [error.field for error in refused.value.errors] == ["base", "quote"]


@pytest.mark.parametrize(
    ("country", "zone"),
    [("KR", "Asia/Seoul"), ("JP", "Asia/Tokyo"), ("AU", "Australia/Sydney"), ("US", "America/New_York"),
     ("DE", "Europe/Berlin"), ("XK", "UTC")],
)  # fmt: skip
def test_a_country_works_by_its_capitals_clock(country, zone):
    assert rules.zone_of(country) == zone


def test_every_country_let_in_can_be_reckoned():
    start = datetime(2026, 11, 25, tzinfo=UTC)
    assert rules.RCEP < rules.RECKONED
    assert not {"AC", "TA"} & rules.RECKONED
    for country in rules.RECKONED:
        assert rules.working_deadline(start, 5, country=country, zone=rules.zone_of(country)) > start


@given(
    start=some.integers(0, 1576800).map(lambda minute: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)),
    days=some.integers(1, 15),
    country=some.sampled_from(sorted(ZONES)),
)
def test_a_deadline_is_the_end_of_a_working_day_where_the_party_is(start, days, country):
    zone = ZoneInfo(ZONES[country])
    due = rules.working_deadline(start, days, country=country, zone=ZONES[country])
    local = due.astimezone(zone)
    calendar = holidays.country_holidays(country)
    assert local.time() == time(18)
    assert calendar.is_working_day(local.date())
    first = start.astimezone(zone).date()
    between = [first + timedelta(days=step) for step in range(1, (local.date() - first).days + 1)]
    assert sum(calendar.is_working_day(day) for day in between) == days
    assert rules.working_deadline(start, days + 1, country=country, zone=ZONES[country]) > due


def test_spring_festival_weekends_and_own_closures_do_not_count():
    friday = datetime(2026, 2, 13, 9, tzinfo=UTC)
    in_china = rules.working_deadline(friday, 1, country="CN", zone="Asia/Shanghai")
    # The Saturday before the festival is worked in exchange for a day of it.
    assert in_china.date() == date(2026, 2, 14)
    assert rules.working_deadline(friday, 2, country="CN", zone="Asia/Shanghai").date() == date(2026, 2, 24)
    monday = date(2026, 3, 9)
    moved = rules.working_deadline(
        datetime(2026, 3, 6, 9, tzinfo=UTC), 1, country="CN", zone="Asia/Shanghai", closures=[monday]
    )
    assert moved.date() == monday + timedelta(days=1)
    with pytest.raises(ValueError, match="working day"):
        rules.working_deadline(friday, 0, country="CN", zone="Asia/Shanghai")


def test_public_holidays_are_named_in_english_and_lie_between_the_days():
    found = rules.public_holidays("VN", date(2026, 12, 30), date(2027, 2, 28))
    assert list(found) == sorted(found)
    assert all(date(2026, 12, 30) <= day <= date(2027, 2, 28) for day in found)
    assert "Lunar New Year" in found[date(2027, 2, 6)]
    assert rules.public_holidays("LA", date(2026, 6, 3), date(2026, 6, 3)) == {}


@pytest.mark.parametrize(("country", "day"), [("NZ", 2), ("CN", 1), ("US", 1)])
def test_the_day_is_that_of_the_countrys_own_clock(country, day):
    assert rules.local_day(country, datetime(2026, 12, 1, 12, tzinfo=UTC)) == date(2026, 12, day)


def test_a_day_can_be_closed_from_today_there_until_three_years_ahead():
    evening = datetime(2026, 11, 30, 20, tzinfo=UTC)
    today = date(2026, 12, 1)
    for day in (today, today + rules.CLOSED_AHEAD):
        rules.check_closed_day("VN", day, now=evening)
    for day in (today - timedelta(days=1), today + rules.CLOSED_AHEAD + timedelta(days=1)):
        with pytest.raises(Refused) as refusal:
            rules.check_closed_day("VN", day, now=evening)
        (error,) = refusal.value.errors
        assert (error.field, error.code, error.accepted) == ("day", "day_within", "2026-12-01 to 2029-12-03")


def test_only_a_country_that_takes_part_has_closed_days():
    with pytest.raises(Refused) as refusal:
        rules.check_closed_day("DE", DAY, now=datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("country", "choice"), ("day", "day_within"),
    ]  # fmt: skip
    assert "VN" in refusal.value.errors[0].accepted.split(", ")
