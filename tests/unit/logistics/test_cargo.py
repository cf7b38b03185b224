"""Units are measured, coded and listed."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.logistics.rules.cargo import MeasuredUnit, check_units, is_sscc, manifest_hash, sscc

UNIT = MeasuredUnit(cartons=1, grams=1, length_mm=1, width_mm=1, height_mm=1)


def test_the_check_digit_is_that_of_the_standard():
    # The example of the GS1 General Specifications.
    assert is_sscc("106141412345678908")
    assert not is_sscc("106141412345678907")


@given(some.integers(0, 10**13 - 1), some.integers(0, 17), some.integers(1, 9))
def test_a_misread_digit_is_noticed(serial, place, shift):
    code = sscc(serial)
    assert is_sscc(code)
    assert not is_sscc(code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "1" * 17, "1" * 19, "a" * 18, "１" * 18])
def test_what_is_no_code_is_told_apart(code):
    assert not is_sscc(code)


def test_volume_counts_begun_centimetres():
    assert UNIT.cm3 == 1
    assert MeasuredUnit(1, 1, 1_200, 800, 1_500).cm3 == 1_440_000


def test_units_are_refused_by_place_and_name():
    check_units([UNIT, MeasuredUnit(cartons=1, grams=1, volume_cm3=1)])
    assert (UNIT.cm3, MeasuredUnit(cartons=1, grams=1, volume_cm3=7).cm3) == (1, 7)
    for units, fields in (
        ([], ["units"]),
        ([UNIT, MeasuredUnit(0, 1, 1, 1, 1)], ["units.1.cartons"]),
        ([MeasuredUnit(1, 10**9, 1, 0, 1)], ["units.0.grams", "units.0.width_mm"]),
        ([MeasuredUnit(1, 1, volume_cm3=0)], ["units.0.volume_cm3"]),
    ):
        with pytest.raises(Refused) as refusal:
            check_units(units)
        assert [error.field for error in refusal.value.errors] == fields


def test_a_manifest_hashes_by_content_not_by_order():
    assert manifest_hash({"a": 1, "b": "橡胶"}) == manifest_hash({"b": "橡胶", "a": 1})
    assert manifest_hash({"a": 1}) != manifest_hash({"a": 2})
