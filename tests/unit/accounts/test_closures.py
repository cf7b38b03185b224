"""When goods are ready and when people answer, against counting days one by one."""

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules import closures as rules
from marketplace.accounts.rules.closures import Closed, Part, Works
from marketplace.kernel.errors import Refused
from marketplace.reference.rules import WORKING_DAY_ENDS, is_working_day, zone_of

TODAY = date(2027, 1, 4)
DAY = timedelta(days=1)
COUNTRIES = st.sampled_from(["CN", "VN", "TH", "MY", "NZ"])


def closed(first, length, *parts):
    return Closed(tuple(sorted(parts or Part)), first, first + (length - 1) * DAY)


CLOSURES = st.lists(
    st.builds(
        closed,
        st.integers(0, 200).map(lambda days: TODAY + days * DAY),
        st.integers(1, 30),
        st.sampled_from(list(Part)),
    ),
    max_size=4,
).map(tuple)
FREE = st.frozensets(st.integers(0, 200).map(lambda days: TODAY + days * DAY), max_size=5)
WORKS = st.builds(Works, COUNTRIES, CLOSURES, FREE)
NOWS = st.integers(0, 12_960_000).map(lambda seconds: datetime(2027, 1, 4, tzinfo=UTC) + timedelta(seconds=seconds))
LEADS = st.none() | st.integers(1, 60)


def local_day(works, at):
    return at.astimezone(ZoneInfo(zone_of(works.country))).date()


def counted(works, lead_days, now):
    """Count by hand, day by day."""
    local = ZoneInfo(zone_of(works.country))
    day = local_day(works, now)
    if lead_days is None:
        if not any(Part.WAREHOUSE in each.parts and each.first <= day <= each.last for each in works.closures):
            return now
        while any(Part.WAREHOUSE in each.parts and each.first <= day <= each.last for each in works.closures):
            day += DAY
        return datetime.combine(day, time.min, local).astimezone(UTC)
    made = 0
    while made < lead_days:
        day += DAY
        is_shut = any(Part.FACTORY in each.parts and each.first <= day <= each.last for each in works.closures)
        if not is_shut and day not in works.free and is_working_day(day, works.country):
            made += 1
    return datetime.combine(day, WORKING_DAY_ENDS, local).astimezone(UTC)


@given(WORKS, LEADS, NOWS)
def test_ready_is_what_counting_by_hand_says_and_never_a_closed_day(works, lead_days, now):
    ready = rules.ready_at(works, lead_days, now)
    assert ready == counted(works, lead_days, now)
    assert ready >= now
    day = local_day(works, ready)
    assert day not in works.closed(Part.WAREHOUSE if lead_days is None else Part.FACTORY)
    if lead_days is not None:
        assert is_working_day(day, works.country, works.free)


@given(WORKS, LEADS, NOWS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_who_orders_later_is_ready_no_earlier(works, lead_days, now, later):
    assert rules.ready_at(works, lead_days, now) <= rules.ready_at(works, lead_days, now + later)


@given(WORKS, LEADS, NOWS, st.integers(1, 40), st.integers(1, 30), st.sampled_from(list(Part)))
def test_a_closure_after_the_goods_are_ready_or_of_another_part_changes_nothing(
    works, lead_days, now, after, length, part
):
    ready = rules.ready_at(works, lead_days, now)
    late = closed(local_day(works, ready) + after * DAY, length)
    assert rules.ready_at(Works(works.country, (*works.closures, late), works.free), lead_days, now) == ready
    touches = Part.WAREHOUSE if lead_days is None else Part.FACTORY
    if part is not touches:
        other = closed(local_day(works, now), length, part)
        assert rules.ready_at(Works(works.country, (*works.closures, other), works.free), lead_days, now) == ready


@given(WORKS, LEADS, NOWS, st.timedeltas(timedelta(days=-90), timedelta(days=90)))
def test_before_that_instant_an_order_reaches_the_lorry_and_from_it_on_not(works, lead_days, cutoff, off):
    before = rules.order_before(works, lead_days, cutoff)
    assert before <= cutoff
    second = timedelta(seconds=1)
    assert rules.ready_at(works, lead_days, before - second) < cutoff
    assert rules.ready_at(works, lead_days, before) >= cutoff
    now = cutoff + off
    assert (rules.ready_at(works, lead_days, now) < cutoff) == (now < before)


def test_what_leaves_after_the_working_day_may_be_made_on_it():
    works, local = Works("CN", (), frozenset()), ZoneInfo(zone_of("CN"))
    noon, evening = (datetime(2027, 3, 10, hour, tzinfo=local) for hour in (12, 23))
    assert rules.order_before(works, 1, noon) == datetime(2027, 3, 9, tzinfo=local)
    assert rules.order_before(works, 1, evening) == datetime(2027, 3, 10, tzinfo=local)


@given(WORKS, LEADS, st.integers(30, 150))
def test_the_last_day_to_order_is_the_last_that_is_ready_before_the_closure(works, lead_days, days):
    first = TODAY + days * DAY
    local = ZoneInfo(zone_of(works.country))
    last = rules.order_by(works, lead_days, first)

    def ready_on(day):
        return local_day(works, rules.ready_at(works, lead_days, datetime.combine(day, time(12), local)))

    shut = Works(works.country, (*works.closures, closed(first, 10)), works.free)
    if lead_days is not None or last not in works.closed(Part.WAREHOUSE):
        assert ready_on(last) < first
    later = datetime.combine(last + DAY, time(12), local)
    assert local_day(works, rules.ready_at(shut, lead_days, later)) > first + 9 * DAY


@given(WORKS, NOWS, st.integers(1, 10))
def test_deadlines_skip_days_on_which_nobody_answers(works, now, days):
    due = local_day(works, rules.deadline(works, now, days))
    between = [local_day(works, now) + n * DAY for n in range(1, (due - local_day(works, now)).days + 1)]
    shut = works.closed(Part.OFFICE) | works.free
    assert len([day for day in between if is_working_day(day, works.country, shut)]) == days
    assert due in between
    assert is_working_day(due, works.country, shut)


@given(CLOSURES)
def test_what_is_kept_is_read_again(closures):
    kept = rules.read(json.dumps(rules.stored(closures)))
    assert sorted(kept, key=repr) == sorted(closures, key=repr)


def test_a_spring_festival_as_a_buyer_reads_it():
    """China's own festival of 2027 is 5 to 11 February; this factory closes from 28 January to 20 February."""
    works = Works("CN", (Closed((Part.FACTORY,), date(2027, 1, 28), date(2027, 2, 20), (("en", "Back soon."),)),))
    noon = datetime(2027, 1, 4, 4, tzinfo=UTC)
    found = rules.notice(works, 16, noon)
    assert (found.first, found.last, found.order_by) == (date(2027, 1, 28), date(2027, 2, 20), date(2027, 1, 5))
    assert found.words == {"en": "Back soon."}
    assert rules.ready_at(works, 16, noon).date() == date(2027, 1, 26)
    assert rules.ready_at(works, 16, noon + 2 * DAY).date() == date(2027, 2, 22)
    assert rules.notice(works, 16, noon + 2 * DAY).order_by is None
    assert rules.notice(works, None, noon) is None
    assert rules.notice(works, 16, noon - 80 * DAY) is None
    assert rules.notice(works, 16, datetime(2027, 2, 21, 4, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("parts", "first", "length", "field", "code"),
    [
        ((), 0, 1, "parts", "choice"),
        (("kitchen",), 0, 1, "parts", "choice"),
        (("factory",), -1, 1, "first_day", "day_within"),
        (("factory",), 367, 1, "first_day", "day_within"),
        (("factory",), 1, 0, "last_day", "day_within"),
        (("factory",), 1, 61, "last_day", "day_within"),
        (("factory",), 9, 2, "first_day", "closed_already"),
        (("office", "factory"), 19, 5, "first_day", "closed_already"),
    ],
)
def test_what_cannot_be_entered(parts, first, length, field, code):
    kept = [closed(TODAY + 10 * DAY, 10, Part.FACTORY)]
    begin = TODAY + first * DAY
    with pytest.raises(Refused) as refused:
        rules.check(parts, begin, begin + (length - 1) * DAY, {}, kept=kept, today=TODAY)
    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]


def test_another_part_may_close_on_the_same_days_and_nobody_is_closed_for_ever():
    kept = [closed(TODAY + 10 * DAY, 10, Part.FACTORY)]
    made = rules.check(["warehouse"], TODAY + 10 * DAY, TODAY + 19 * DAY, {"en": "x"}, kept=kept, today=TODAY)
    assert made.parts == (Part.WAREHOUSE,)
    long = [closed(TODAY, 60), closed(TODAY + 60 * DAY, 60)]
    with pytest.raises(Refused) as refused:
        rules.check(["office"], TODAY + 120 * DAY, TODAY + 120 * DAY, {}, kept=long, today=TODAY)
    assert refused.value.errors[0].code == "closed_too_long"


def test_goods_in_stock_can_be_ordered_until_the_cargo_is_due_while_the_warehouse_works():
    cutoff = datetime(2027, 1, 6, 4, tzinfo=UTC)
    assert rules.order_before(Works("CN"), None, cutoff) == cutoff
    closed = Works("CN", (Closed((Part.WAREHOUSE,), date(2027, 1, 5), date(2027, 1, 7)),))
    assert rules.order_before(closed, None, cutoff) == datetime(2027, 1, 4, 16, tzinfo=UTC)


def test_a_company_that_is_never_closed_has_nothing_to_tell_buyers():
    assert rules.notice(Works("CN"), 16, datetime(2027, 1, 4, 4, tzinfo=UTC)) is None


def test_a_closure_lies_ahead_until_its_last_day_is_over():
    over, last_day, coming = closed(TODAY - 5 * DAY, 5), closed(TODAY - 4 * DAY, 5), closed(TODAY + DAY, 1)
    assert rules.still_ahead([over, last_day, coming], TODAY) == [last_day, coming]
