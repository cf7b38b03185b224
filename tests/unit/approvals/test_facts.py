"""What was approved holds what is added to it, currency by currency; sums of amounts, and in one currency."""

from decimal import Decimal

import pytest

from marketplace.approvals.rules.facts import Facts, Grown, Sort, Who, summed, total_in
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money

WHO = Who(person_id=new_id())


def money(*amounts):
    return tuple(Money(minor, currency) for minor, currency in amounts)


@pytest.mark.parametrize(
    ("approved", "whole", "is_approved"),
    [
        (None, money((1, "CNY")), False),
        (money((500, "CNY")), money((500, "CNY")), True),
        (money((500, "CNY")), money((501, "CNY")), False),
        (money((500, "CNY")), money((500, "CNY"), (1, "THB")), False),
        (money((500, "CNY")), money((500, "CNY"), (0, "THB")), True),
        (money((500, "CNY"), (9, "THB")), money((400, "CNY"), (9, "THB")), True),
        (money((500, "CNY"), (9, "THB")), money((400, "CNY"), (10, "THB")), False),
    ],
    ids=["needed_none", "as_much", "more", "another_currency", "nothing_of_another", "both_within", "one_beyond"],
)
def test_what_grew_is_approved_while_it_stays_within_what_was(approved, whole, is_approved):
    grown = Grown(whole=whole, added=(), approved=approved, goods=(Sort(),), departs_at=None)
    assert grown.is_approved is is_approved


def test_only_what_is_added_counts_beside_what_was_spent_before():
    totals, added = money((500, "CNY")), money((20, "CNY"))
    assert Facts(who=WHO, totals=totals).new == totals
    assert Facts(who=WHO, totals=totals, added=added).new == added
    assert Facts(who=WHO, totals=totals, added=()).new == ()


def test_amounts_are_summed_by_currency():
    assert summed(money((5, "THB"), (1, "CNY"), (2, "THB"))) == money((1, "CNY"), (7, "THB"))


def test_amounts_become_one_by_the_rates_rounded_once_and_nothing_without_a_rate():
    rates = {("THB", "CNY"): Decimal("0.2"), ("USD", "CNY"): Decimal("7.005")}
    assert total_in("CNY", money((100, "CNY"), (1, "THB"), (1, "THB"), (1, "THB")), rates) == Money(101, "CNY")
    assert total_in("CNY", money((1_00, "USD")), rates) == Money(7_01, "CNY")
    assert total_in("CNY", money((1, "VND")), rates) is None
