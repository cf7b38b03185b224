"""How open money is told: days, weeks, and what is left of a payment line by line."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.closures import Works
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.plans import Counted, Stage
from marketplace.payments.rules.terms import MilestoneEvent
from marketplace.reports.cash import rules
from marketplace.reports.cash.rules import Ahead, Basis, Flow, Side, Span
from marketplace.web.shared import charts

TODAY = date(2026, 11, 25)  # a Wednesday
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAYER = Works("CN")


def stage(event, days=5, counted=Counted.CALENDAR):
    return Stage(event, 10_000, days, counted)


@pytest.mark.parametrize(
    ("event", "known", "basis"),
    [
        (MilestoneEvent.DEPOSIT, {"confirm_by": NOON}, Basis.CONFIRMATION),
        (MilestoneEvent.READY, {"ready": NOON, "cutoff": NOON + timedelta(days=9)}, Basis.READY),
        (MilestoneEvent.READY, {"cutoff": NOON}, Basis.CUTOFF),
        (MilestoneEvent.HANDED_OVER, {"cutoff": NOON, "ready": NOON + timedelta(days=9)}, Basis.CUTOFF),
        (MilestoneEvent.EXPORT_RELEASED, {"border": NOON}, Basis.BORDER),
        (MilestoneEvent.BORDER_CROSSED, {"border": NOON}, Basis.BORDER),
        (MilestoneEvent.DELIVERED, {"arrival": NOON}, Basis.ARRIVAL),
        (MilestoneEvent.ACCEPTED, {"acceptance": NOON, "arrival": NOON - timedelta(days=7)}, Basis.ACCEPTANCE),
        (MilestoneEvent.ACCEPTED, {"arrival": NOON}, Basis.ARRIVAL),
    ],
)
def test_a_share_is_expected_by_its_event_and_the_days_of_its_plan(event, known, basis):
    assert rules.expected(stage(event), Ahead(**known), at_once=True, payer=PAYER) == (NOON, basis)
    at, found = rules.expected(stage(event), Ahead(**known), at_once=False, payer=PAYER)
    assert (rules.day_in(at, "Asia/Shanghai"), found) == (date(2026, 11, 30), basis)


def test_a_share_whose_event_has_no_day_is_expected_on_none():
    assert rules.expected(stage(MilestoneEvent.DELIVERED), Ahead(), at_once=False, payer=PAYER) == (None, Basis.NONE)


def test_the_usual_weeks_are_four_that_are_over_this_one_and_eight_more():
    found = rules.span(None, None, today=TODAY)
    assert found == Span(date(2026, 10, 26), date(2027, 1, 24))
    assert len(found.mondays) == 13
    assert found.holds(None)
    assert found.holds(TODAY)
    assert not found.holds(date(2027, 1, 25))


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 11, 24), date(2026, 11, 24), Span(date(2026, 11, 23), date(2026, 11, 29))),
        (date(2027, 3, 3), None, Span(date(2027, 3, 1), date(2027, 5, 2))),
        (date(2026, 11, 1), None, Span(date(2026, 10, 26), date(2027, 1, 24))),
        (None, date(2026, 9, 9), Span(date(2026, 8, 10), date(2026, 9, 13))),
        (None, date(2026, 12, 31), Span(date(2026, 10, 26), date(2027, 1, 3))),
    ],
)
def test_days_are_widened_to_whole_weeks(first, last, found):
    assert rules.span(first, last, today=TODAY) == found


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 12, 7), date(2026, 12, 6), "period"),
        (date(2025, 1, 1), date(2026, 12, 6), "too_long"),
        (date.max, None, "calendar_day"),
        (None, date.min, "calendar_day"),
        (date.max - timedelta(weeks=52), None, "calendar_day"),
        (None, date.min + timedelta(weeks=52), "calendar_day"),
    ],
)
def test_what_is_no_period_is_refused(first, last, code):
    with pytest.raises(Refused) as refusal:
        rules.span(first, last, today=TODAY)
    assert refusal.value.errors[0].code == code


def test_what_is_late_is_to_move_today():
    assert rules.plan_day(None, today=TODAY) is None
    assert rules.plan_day(TODAY - timedelta(days=9), today=TODAY) == TODAY
    assert rules.plan_day(TODAY + timedelta(days=9), today=TODAY) == TODAY + timedelta(days=9)


_FLOWS = st.lists(
    st.builds(
        Flow,
        st.sampled_from(Side),
        st.none() | st.dates(date(2026, 10, 26), date(2027, 1, 24)),
        st.builds(Money, st.integers(0, 10**9), st.sampled_from(["CNY", "THB"])),
    ),
    max_size=20,
)


@given(moved=_FLOWS, planned=_FLOWS)
def test_the_weeks_and_what_has_no_day_are_all_there_is(moved, planned):
    moved = [flow for flow in moved if flow.day]
    over = rules.span(None, None, today=TODAY)
    found, (out, in_) = rules.weeks(over, currency="CNY", moved=moved, planned=planned)

    def total(flows, side):
        return sum(flow.amount.minor for flow in flows if flow.side is side and flow.amount.currency == "CNY")

    assert sum(week.moved_out.minor for week in found) == total(moved, Side.OUT)
    assert sum(week.moved_in.minor for week in found) == total(moved, Side.IN)
    assert sum(week.planned_out.minor for week in found) + out.minor == total(planned, Side.OUT)
    assert sum(week.planned_in.minor for week in found) + in_.minor == total(planned, Side.IN)
    assert all(week.last - week.first == timedelta(days=6) for week in found)
    drawn = charts.bars(found, today=TODAY)
    if drawn is not None:
        assert all(bar.y >= 0 and bar.y + bar.height <= charts.BARS_HEIGHT + 2 for bar in drawn.bars)
        assert drawn.today is not None


@given(left=st.integers(0, 10**9), shares=st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_what_is_left_of_a_payment_is_all_of_its_shares(left, shares):
    parts = rules.open_parts(Money(left, "CNY"), [Money(minor, "CNY") for minor in shares])
    assert sum(part.minor for part in parts) == left
