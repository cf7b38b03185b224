"""Money never gains or loses a minor unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import CurrencyMismatch, Money, UnitPrice, largest_remainder

TOTALS = st.integers(-(10**15), 10**15)
WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


@given(TOTALS, WEIGHTS)
def test_shares_sum_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(largest_remainder(total, weights)) == total


@given(TOTALS, WEIGHTS)
def test_each_share_is_within_one_unit_of_its_fair_part(total: int, weights: list[int]) -> None:
    whole = sum(weights) or len(weights)
    fair = weights if sum(weights) else [1] * len(weights)

    for part, weight in zip(largest_remainder(total, weights), fair, strict=True):
        assert abs(part - Decimal(total) * weight / whole) < 1


@given(st.integers(0, 10**12), st.permutations([258, 190, 120, 232]))
def test_equal_weights_get_shares_that_differ_by_at_most_one(total: int, weights: list[int]) -> None:
    doubled = [*weights, *weights]

    parts = largest_remainder(total, doubled)

    assert all(abs(first - second) <= 1 for first, second in zip(parts[:4], parts[4:], strict=True))


def test_the_published_freight_example_is_shared_to_the_cent() -> None:
    shares = Money.of("48123.45", "CNY").share([258, 190, 120, 232])

    assert [str(share) for share in shares] == ["15519.81 CNY", "11429.32 CNY", "7218.52 CNY", "13955.80 CNY"]


@pytest.mark.parametrize(("weights"), [[], [1, -1]])
def test_impossible_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(10, weights)


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.sampled_from(["CNY", "VND", "THB", "LAK"]))
def test_a_line_is_rounded_once_half_up(micro: int, quantity: int, currency: str) -> None:
    total = UnitPrice(micro, currency).times(quantity)

    exact = Decimal(micro) * quantity / 10**6
    assert abs(total.amount - exact) <= Decimal(1).scaleb(-len(f"{Money.zero(currency).amount}".partition(".")[2])) / 2


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1234.50", "CNY", 123450), ("2500000", "VND", 2500000), ("0.1", "LAK", 10)],
)
def test_whole_units_become_minor_units(amount: str, currency: str, minor: int) -> None:
    money = Money.of(amount, currency)

    assert money.minor == minor
    assert Money.of(money.amount, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "CNY"), ("0.5", "VND"), ("NaN", "CNY"), ("Infinity", "THB")]
)
def test_what_a_currency_cannot_hold_is_refused(amount: str, currency: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        Money.of(amount, currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", None])
def test_minor_units_are_integers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "CNY")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="XXX"):
        Money(1, "XXX")


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
    ],
)
def test_two_currencies_never_mix(mix: object) -> None:
    with pytest.raises(CurrencyMismatch):
        mix(Money(1, "CNY"), Money(1, "THB"))


def test_one_currency_is_compared_and_summed() -> None:
    small, large = Money(1, "CNY"), Money(3, "CNY")

    assert small < large
    assert small <= large
    assert large > small
    assert large >= small
    assert large - small == Money(2, "CNY")
    assert small + large == -Money(-4, "CNY")
    assert large
    assert not Money.zero("CNY")


@pytest.mark.parametrize(
    ("minor", "numerator", "denominator", "expected"),
    [(100, 3, 100, 3), (50, 3, 100, 2), (-50, 3, 100, -2), (49, 1, 100, 0)],
)
def test_a_portion_is_rounded_half_away_from_zero(minor: int, numerator: int, denominator: int, expected: int) -> None:
    assert Money(minor, "CNY").portion(numerator, denominator) == Money(expected, "CNY")


@pytest.mark.parametrize(
    ("text", "currency", "shown"),
    [("12.5", "CNY", "12.50 CNY"), ("12.345678", "CNY", "12.345678 CNY"), ("1500", "VND", "1500 VND")],
)
def test_a_unit_price_shows_at_least_the_currencys_decimals(text: str, currency: str, shown: str) -> None:
    assert str(UnitPrice.of(text, currency)) == shown


def test_a_unit_price_has_at_most_six_decimals() -> None:
    with pytest.raises(ValueError, match="decimals"):
        UnitPrice.of("0.0000001", "CNY")
