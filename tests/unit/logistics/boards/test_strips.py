"""The days of a lorry as strips."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from marketplace.logistics.boards.rules.strips import Call, Span, Strip, actual, planned, within

_AT = datetime(2026, 12, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return _AT + timedelta(hours=hours)


def call(eta: float, *, border: bool = False, wait: float = 0, reached: float | None = None) -> Call:
    return Call(at(eta), border, timedelta(hours=wait), None if reached is None else at(reached))


def test_the_plan_has_the_hub_drives_waits_and_the_way_over_the_border():
    calls = [call(0), call(10, border=True, wait=3), call(12, border=True), call(20)]
    assert planned(at(-6), calls) == (
        Span(Strip.HUB, at(-6), at(0)),
        Span(Strip.DRIVE, at(0), at(7)),
        Span(Strip.BORDER, at(7), at(10)),
        Span(Strip.BORDER, at(10), at(12)),
        Span(Strip.DRIVE, at(12), at(20)),
    )


def test_nothing_was_before_a_lorry_left():
    assert actual([call(0), call(10)], at(2), expected_at=at(10)) == ()


def test_what_was_goes_on_to_now_and_is_expected_from_now_on():
    calls = [call(0, reached=1), call(10, border=True), call(12)]
    assert actual(calls, at(5), expected_at=at(14)) == (
        Span(Strip.DRIVE, at(1), at(5)),
        Span(Strip.EXPECTED, at(5), at(14)),
    )
    assert actual(calls, at(5), stands=Strip.HELD, expected_at=at(14))[0].kind is Strip.HELD
    assert actual(calls, at(20), expected_at=at(14)) == (Span(Strip.DRIVE, at(1), at(20)),)


def test_a_lorry_that_arrived_has_only_what_was():
    calls = [
        call(0, reached=1),
        call(10, border=True, reached=9),
        call(12, border=True, reached=13),
        call(20, reached=22),
    ]
    assert [one.kind for one in actual(calls, at(40))] == [Strip.DRIVE, Strip.BORDER, Strip.DRIVE]


def test_only_what_lies_between_the_days_is_drawn():
    spans = (Span(Strip.HUB, at(-6), at(0)), Span(Strip.DRIVE, at(0), at(20)))
    assert within(spans, at(2), at(4)) == (Span(Strip.DRIVE, at(2), at(4)),)
    assert within(spans, at(20), at(30)) == ()


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 80)), min_size=1, max_size=8))
def test_a_plan_has_no_gap_and_no_overlap(legs: list[tuple[int, bool, int]]):
    eta, calls = 0, [call(0)]
    for hours, border, wait in legs:
        eta += hours
        calls.append(call(eta, border=border, wait=wait))
    found = planned(at(-6), calls)
    assert found[0].since == at(-6)
    assert found[-1].until == at(eta)
    for before, after in pairwise(found):
        assert before.until == after.since
