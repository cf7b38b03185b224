"""What came, what is damaged and what is lost are always what was left; a lot has sides or a volume."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.distribution.rules.handover import Counted, Received, check_count, shares
from marketplace.kernel.errors import Conflict, Refused
from marketplace.logistics.rules.cargo import MeasuredUnit

UNITS = st.integers(0, 1_000)


@given(UNITS, UNITS, UNITS)
def test_a_last_receipt_leaves_nothing_open(units, damaged, left):
    assert sum(shares(units, damaged, left, complete=True)) == left
    delivered, hurt, lost = shares(units, damaged, left, complete=False)
    assert (delivered + hurt, lost) == (min(units, left), 0)


@pytest.mark.parametrize(("cartons", "code"), [(-1, "too_small"), (8, "too_large")])
def test_no_more_is_counted_than_is_left(cartons, code):
    with pytest.raises(Refused) as refusal:
        check_count(Received(cartons), loaded=10, before=3)
    assert [(error.field, error.code, error.accepted) for error in refusal.value.errors] == [
        ("cartons", code, "0 to 7 cartons")
    ]


def test_a_last_count_of_few_is_asked_about_once():
    few = {"loaded": 10, "before": 1}
    with pytest.raises(Conflict, match="few_came"):
        check_count(Received(3), **few)
    check_count(Received(3, confirmed=True), **few)
    check_count(Received(3, complete=False), **few)
    check_count(Received(4), **few)


def test_a_counted_lot_is_measured_by_its_sides_or_by_its_volume():
    by_sides = Counted(4, 50_000, length_mm=1_000, width_mm=800, height_mm=600, remarks="One is wet.").unit
    assert by_sides == MeasuredUnit(4, 50_000, 1_000, 800, 600)
    by_volume = Counted(4, 50_000, volume_cm3=75_000).unit
    assert (by_volume, by_volume.cm3) == (MeasuredUnit(4, 50_000, volume_cm3=75_000), 75_000)
