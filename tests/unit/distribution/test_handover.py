"""What came, what is damaged and what is lost are always what was left."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.rules.handover import shares

UNITS = st.integers(0, 1_000)


@given(UNITS, UNITS, UNITS)
def test_a_last_receipt_leaves_nothing_open(units, damaged, left):
    assert sum(shares(units, damaged, left, complete=True)) == left
    delivered, hurt, lost = shares(units, damaged, left, complete=False)
    assert (delivered + hurt, lost) == (min(units, left), 0)
