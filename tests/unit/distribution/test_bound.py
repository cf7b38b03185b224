"""How few lorries would have sufficed."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.distribution.statistics.rules.bound import fewest, first_fit_decreasing
from marketplace.kernel.quantity import Load

LORRY = Load(100, 80, 60, 40)
LOADS = some.lists(
    some.builds(Load, some.integers(0, 100), some.integers(0, 80), some.integers(0, 60), some.integers(0, 40)),
    max_size=15,
)


@given(LOADS)
def test_no_plan_needs_fewer_than_the_bound_or_more_than_one_each(loads):
    assert fewest(loads, LORRY) <= first_fit_decreasing(loads, LORRY) <= len(loads)


@given(some.integers(0, 40))
def test_loads_that_divide_a_lorry_are_packed_without_a_gap(count):
    loads = [Load(25, 20, 15, 10)] * count
    assert fewest(loads, LORRY) == first_fit_decreasing(loads, LORRY) == -(-count // 4)


def test_each_dimension_binds():
    assert [fewest([load], LORRY) for load in (Load(101), Load(0, 81), Load(0, 0, 61), Load(0, 0, 0, 41))] == [2] * 4
    with pytest.raises(ValueError, match="larger"):
        first_fit_decreasing([Load(101)], LORRY)
    assert fewest([], LORRY) == first_fit_decreasing([], LORRY) == 0
