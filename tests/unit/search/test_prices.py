"""Prices in dollars are for comparing, and always fit their column."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marketplace.search.rules.prices import in_dollars


@given(st.integers(1, 10**17), st.decimals("0.00001", "10000000", places=10))
def test_every_price_fits(micro, rate):
    found = in_dollars(micro, rate)
    assert 0 <= found < 2**63
    exact = micro * rate
    assert found == 10**18 or abs(found - exact) <= Decimal("0.5")
