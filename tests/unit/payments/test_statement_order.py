"""How statements of an account connect: in the order of days, numbers and arrival, also on one day."""

from datetime import date
from uuid import uuid4

from marketplace.payments.rules.statement_order import Told, gaps, last_closing
from marketplace.payments.rules.statements import Span


def told(day, opening, closing, *, until=None, number="", entries=1, new=None):
    span = Span(date(2026, 11, day), date(2026, 11, until or day), opening, closing, number)
    return Told(uuid4(), span, entries, entries if new is None else new)


def found(*statements):
    by_id = gaps(statements)
    return [by_id[each.id] for each in statements]


def test_each_opens_with_the_closing_before_it():
    assert found() == []
    assert found(told(1, 0, 5)) == [None]
    assert found(told(1, 0, 5), told(2, None, None), told(2, 5, 9)) == [None, None, 0]
    assert found(told(1, 0, 5), told(3, 9, 9)) == [None, 4]
    # What came in late closes the gap, and one of before the first makes that one the second.
    assert found(told(1, 0, 5), told(3, 9, 9), told(2, 5, 9)) == [None, 0, 0]
    assert found(told(2, 5, 9), told(1, 0, 4)) == [1, None]
    # A balance of long ago is none of the statement before.
    assert found(told(1, 0, 5), told(2, 5, 9), told(3, 5, 6)) == [None, 0, -4]


def test_also_on_one_day():
    camt, mt940 = told(28, 2_400_000, 2_445_285), told(28, 2_405_285, 2_533_770)
    assert found(camt, mt940, told(29, 3_000_000, 3_000_001)) == [None, -40_000, 466_230]
    before = told(27, 0, 2_400_000)
    fork = told(28, 2_400_000, 2_500_000)
    assert found(before, camt, fork, told(29, 2_500_000, 1)) == [None, 0, -45_285, 0]
    assert last_closing([before, camt, mt940]) == 2_533_770


def test_of_one_day_numbers_go_before_arrival_and_what_connects_before_both():
    second, first = told(28, 7, 9, number="12/2"), told(28, 5, 6, number="12/1")
    assert found(second, first) == [1, None]
    assert last_closing([second, first]) == 9
    afternoon, morning = told(28, 7, 9), told(28, 5, 7)
    assert found(told(27, 0, 5), afternoon, morning, told(29, 9, 9)) == [None, 0, 0, 0]
    assert last_closing([afternoon, morning]) == 9


def test_what_tells_the_same_entries_need_not_connect():
    day = told(28, 5, 9, entries=3)
    assert found(told(27, 0, 5), day, told(28, 5, 9, entries=3, new=0), told(29, 9, 10)) == [None, 0, 0, 0]
    # A week that overlaps the days before, by days or only by entries.
    assert found(told(1, 0, 5, until=7), told(5, 3, 9, until=12), told(13, 9, 9)) == [None, 0, 0]
    assert found(told(1, 0, 5, until=7), told(7, 3, 9, until=9, entries=2, new=1), told(10, 9, 9)) == [None, 0, 0]
    # The whole day after its morning: either may be the last, and the next day opens with one of them.
    whole, morning = told(28, 5, 9, entries=3, new=2), told(28, 5, 7)
    for number in ("", "1", "2"):
        numbered = told(28, 5, 9, entries=3, new=2, number=number)
        assert found(told(27, 0, 5), morning, numbered, told(29, 9, 9)) == [None, 0, 0, 0]
    assert found(told(27, 0, 5), morning, whole, told(29, 12, 12)) == [None, 0, 0, 3]


def test_the_last_closing_is_of_the_last_in_order():
    assert last_closing([]) == 0
    assert last_closing([told(1, None, None)]) == 0
    assert last_closing([told(1, 2, 9), told(2, 7, 8), told(2, 5, 7)]) == 8
    assert last_closing([told(1, 5, 5), told(1, 5, 5, entries=0)]) == 5
