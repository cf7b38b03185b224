"""Shares of a shared lorry never rise as others join."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.shares import factor_at, fill_percent, share_of
from marketplace.logistics.pricing.rules.terms import FillStep

LORRY = Load(24_000_000, 80_000_000, 13_600, 33)
STEPS = (FillStep(50, 9_500), FillStep(75, 9_000), FillStep(90, 8_500))
LOADS = some.builds(
    Load,
    grams=some.integers(0, 24_000_000),
    cm3=some.integers(0, 80_000_000),
    ldm_mm=some.integers(0, 13_600),
    pallets=some.integers(0, 33),
)


@pytest.mark.parametrize(
    ("load", "percent"),
    [(Load(), 0), (Load(pallets=16), 48), (Load(grams=23_999_999), 99), (LORRY, 100), (LORRY + LORRY, 100)],
)
def test_the_most_filled_dimension_counts(load, percent):
    assert fill_percent(load, LORRY) == percent


def test_a_lorry_that_holds_nothing_is_never_full():
    assert fill_percent(LORRY, Load()) == 0


@pytest.mark.parametrize(("percent", "factor"), [(0, 10_000), (49, 10_000), (50, 9_500), (89, 9_000), (100, 8_500)])
def test_a_step_counts_from_its_percent_on(percent, factor):
    assert factor_at(percent, STEPS) == factor
    assert factor_at(percent, ()) == 10_000


@some.composite
def rules(draw):
    percents = sorted(draw(some.sets(some.integers(1, 100), max_size=6)))
    factors = sorted((draw(some.integers(1, 10_000)) for _ in percents), reverse=True)
    return tuple(map(FillStep, percents, factors))


@given(rules(), some.integers(0, 10**12), LOADS, some.lists(LOADS, max_size=8))
def test_a_share_never_rises_as_others_join(steps, paid, mine, others):
    taken, before = mine, Money(paid, "CNY")
    for joined in (Load(), *others):
        taken += joined
        share = share_of(Money(paid, "CNY"), factor_at(fill_percent(taken, LORRY), steps))
        assert Money(0, "CNY") <= share <= before
        before = share
