"""Waiting of a whole lorry counts against its hirer by a published rule, and never below nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.hires.rules.waiting import Hold, Span, at_loading, waited
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.making import waiting_charge
from marketplace.logistics.pricing.rules.terms import WholeLorry
from marketplace.logistics.rules.states import HoldCause

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def after(minutes):
    return NOON + timedelta(minutes=minutes)


def hold(cause, begin, until):
    return Hold(cause, after(begin), None if until is None else after(until))


def test_a_stay_counts_without_what_others_held():
    span = Span(NOON, after(300))
    found = waited(span, [hold(HoldCause.CUSTOMS, 30, 90), hold(HoldCause.WEATHER, 60, 120)])
    assert (found.minutes, found.held_minutes) == (210, 90)
    assert waited(span, [hold(HoldCause.PAPERS, 30, 90), hold(HoldCause.OTHER, 0, 9)]).minutes == 300
    assert waited(span, [hold(HoldCause.BREAKDOWN, 60, None)]).minutes == 60
    assert waited(span, [hold(HoldCause.ACCIDENT, -60, -30), hold(HoldCause.SECURITY, 400, 500)]).minutes == 300
    assert waited(span, [hold(HoldCause.ROAD_CLOSED, 10, 20), hold(HoldCause.BORDER_CLOSED, 50, 60)]).minutes == 280


def test_whole_minutes_count_and_an_end_before_the_begin_is_nothing():
    assert waited(Span(NOON, NOON + timedelta(seconds=119)), []).minutes == 1
    assert waited(Span(NOON, after(-5)), []).minutes == 0


def test_at_loading_it_counts_only_for_goods_that_came_late():
    late = {"ready_at": NOON, "loaded_at": after(120), "cutoff_at": after(-60), "last_cargo_at": after(30)}
    assert at_loading(came_at=None, **late) == Span(NOON, after(120))
    assert at_loading(came_at=after(40), **late) == Span(after(40), after(120))
    assert at_loading(came_at=after(-40), **late) == Span(NOON, after(120))
    assert at_loading(came_at=None, **late | {"last_cargo_at": after(-60)}) is None


@given(
    st.integers(-1_000, 1_000),
    st.lists(
        st.tuples(st.sampled_from(HoldCause), st.integers(-2_000, 2_000), st.none() | st.integers(-2_000, 2_000)),
        max_size=6,
    ),
    st.integers(0, 10) | st.just(10_000),
)
def test_waiting_is_never_negative_and_never_more_than_the_stay(length, held, free_hours):
    span = Span(NOON, after(length))
    found = waited(span, [hold(*one) for one in held])
    assert 0 <= found.minutes <= max(0, length)
    assert 0 <= found.held_minutes <= max(0, length)
    asked = waiting_charge(WholeLorry(Money(1, "CNY"), free_hours * 60, Money(80, "CNY")), minutes=found.minutes)
    assert 0 <= asked.minor <= 80 * -(-max(0, length) // 60)
