"""The page of a week: which week, and a reader, a page and words for each topic, and its letter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.permissions import CompanyKind, Permission, Role, permissions_of
from marketplace.notices.queries import Sender, renderer
from marketplace.reports.week import rules
from marketplace.reports.week.rules import LetterDay
from marketplace.web.week.views import DAYS, TOPICS

HANOI = "Asia/Ho_Chi_Minh"
WEDNESDAY = datetime(2026, 11, 25, 3, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 29)])
def test_a_week_goes_from_monday_to_sunday(day):
    assert rules.week_of(day) == (date(2026, 11, 23), date(2026, 11, 29))


def test_every_topic_has_a_reader_a_page_and_words():
    assert set(rules.READS) == set(TOPICS) == set(rules.Topic)
    assert all(path.startswith("/") for _, path in rules.READS.values())


def test_whoever_may_see_to_a_topic_reads_it():
    assert rules.readable(set(Permission)) == set(rules.Topic)
    assert rules.readable(permissions_of(CompanyKind.OPERATOR, [Role.CUSTOMS])) == frozenset()
    assert rules.Topic.TO_PAY not in rules.readable(permissions_of(CompanyKind.TRADE, [Role.LOGISTICS]))


@pytest.mark.parametrize(
    ("day", "told", "at"),
    [
        (LetterDay.MONDAY, None, datetime(2026, 11, 30, tzinfo=UTC)),
        (LetterDay.FRIDAY, None, datetime(2026, 11, 27, tzinfo=UTC)),
        # Of this week he was told on Monday: whoever chooses Friday then waits for the next one.
        (LetterDay.FRIDAY, date(2026, 11, 23), datetime(2026, 12, 4, tzinfo=UTC)),
        (LetterDay.FRIDAY, date(2026, 11, 16), datetime(2026, 11, 27, tzinfo=UTC)),
    ],
)
def test_a_letter_goes_out_at_the_hour_of_the_company_once_a_week(day, told, at):
    assert rules.next_letter(day, 7, HANOI, now=WEDNESDAY, told=told) == at
    assert set(DAYS) == set(LetterDay)


@given(
    day=st.sampled_from(LetterDay),
    hour=st.integers(0, 23),
    zone=st.sampled_from([HANOI, "Asia/Yangon", "Pacific/Auckland"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_however_time_runs_a_week_has_one_letter_on_its_day(day, hour, zone, now):
    told = None
    for _ in range(3):
        at = rules.next_letter(day, hour, zone, now=now, told=told)
        here = at.astimezone(ZoneInfo(zone))
        assert now < at <= now + timedelta(days=15)
        assert list(LetterDay)[here.weekday()] is day
        monday, _sunday = rules.week_of(here.date())
        assert told is None or monday > told
        now, told = at, monday


@pytest.mark.parametrize(("locale", "amount"), [("en", "1,500.00 CNY"), ("zh", "1,500.00 CNY"), ("vi", "1.500,00 CNY")])
def test_every_topic_has_words_and_grouped_money_in_the_letter(locale, amount):
    rows = [
        {"topic": topic.value, "count": 1200, "amount": "1500.00 CNY", "first": "soon", "path": page}
        for topic, (_permission, page) in rules.READS.items()
    ]
    facts = {"company": "Hanoi Trading", "first": "2026-11-23", "last": "2026-11-29", "path": "/account/week"}
    render = renderer(Sender("City", "https://city.test"))
    subject, body = render("week", locale, facts | {"rows": rows})
    assert "Hanoi Trading" in subject
    assert body.count(amount) == len(rows)
    assert "\n: " not in body
    assert all(page in body for _permission, page in rules.READS.values())
    _subject, quiet = render("week", locale, facts | {"rows": []})
    assert len(quiet.strip().splitlines()) == 3  # one line, a blank one and where it is ended
