"""A border that opens later moves what lies behind it, as far as no planned wait takes it up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.borders.rules.estimates import PlannedStop, crossings_on, estimates

START = datetime(2026, 3, 2, tzinfo=UTC)


def hours(number: int) -> datetime:
    return START + timedelta(hours=number)


def way(reached: dict[str, datetime] | None = None) -> list[PlannedStop]:
    """Drive 10 h, wait 4 h, cross in 2 h, drive 6 h."""
    rows = (("HUB", 0, 0, None), ("NEAR", 14, 240, "X"), ("FAR", 16, 0, "X"), ("END", 22, 0, None))
    return [
        PlannedStop(code, hours(eta), wait, crossing, (reached or {}).get(code)) for code, eta, wait, crossing in rows
    ]


def shut_until(opens: int):
    return lambda _crossing, instant: max(instant, hours(opens))


def expected(found) -> list[datetime]:
    return [each.expected for each in found]


def test_what_opens_as_planned_is_expected_as_planned():
    assert expected(estimates(way(), shut_until(14))) == [hours(14), hours(16), hours(22)]


def test_a_later_opening_moves_everything_behind_it():
    found = estimates(way(), shut_until(30))
    assert expected(found) == [hours(30), hours(32), hours(38)]
    assert [each.planned for each in found] == [hours(14), hours(16), hours(22)]
    assert expected(estimates(way(), lambda *_: None)) == [hours(10), hours(12), hours(18)]


def test_a_planned_wait_takes_up_what_came_before_it():
    late = way({"HUB": hours(3)})
    assert expected(estimates(late, shut_until(14))) == [hours(14), hours(16), hours(22)]
    assert expected(estimates(way({"HUB": hours(5)}), shut_until(14))) == [hours(15), hours(17), hours(23)]


def test_what_was_reached_is_no_longer_expected():
    assert expected(estimates(way({"HUB": hours(0), "NEAR": hours(15)}), shut_until(30))) == [hours(30), hours(36)]


def test_a_crossing_is_two_sides_that_follow_each_other():
    pairs = {frozenset(("A", "B")): "X", frozenset(("C", "D")): "Y"}
    assert crossings_on(["HUB", "B", "A", "C", "END"], pairs) == (None, "X", "X", None, None)
    assert crossings_on(["HUB"], pairs) == (None,)


@given(opens=some.integers(0, 60), later=some.integers(0, 60))
def test_a_border_that_opens_later_makes_nobody_earlier(opens, later):
    before, after = estimates(way(), shut_until(opens)), estimates(way(), shut_until(opens + later))
    assert all(one <= two for one, two in zip(expected(before), expected(after), strict=True))
    assert expected(after) == sorted(expected(after))
