"""What warehouses are called, and how units are spread over them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.warehouses.rules import (
    LONGEST_NAME,
    LONGEST_PLACE,
    Figure,
    check_promised,
    check_texts,
    merged,
    name_key,
    spread,
)
from marketplace.kernel.errors import Refused

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def refused(work):
    with pytest.raises(Refused) as refusal:
        work()
    return [(error.field, error.code, error.accepted) for error in refusal.value.errors]


def test_names_are_kept_on_one_line_and_compared_without_case_width_or_blanks():
    assert check_texts("  Chongqing\n 1 ", "") == ("Chongqing 1", "")
    assert name_key("ＣＨＯＮＧＱＩＮＧ　 1") == name_key("chongqing 1")
    assert refused(lambda: check_texts(" ", "x" * (LONGEST_PLACE + 1))) == [
        ("name", "required", "a value"),
        ("place", "too_long", "at most 100 characters"),
    ]
    assert [error[:2] for error in refused(lambda: check_texts("x" * (LONGEST_NAME + 1), ""))] == [("name", "too_long")]


def test_what_leaves_is_taken_in_order_and_what_comes_goes_to_the_first():
    lying = {ONE: 10, TWO: 0, THREE: 5}
    assert spread(lying, -12, first=ONE) == {ONE: 0, THREE: 3}
    assert spread(lying, -10, first=ONE) == {ONE: 0}
    assert spread(lying, 7, first=TWO) == {TWO: 7}
    assert spread({TWO: 1}, 7, first=ONE) == {ONE: 7}
    assert spread(lying, 0, first=ONE) == {}


@given(st.dictionaries(st.uuids(), st.integers(0, 50), min_size=1), st.integers(-60, 60))
def test_spreading_keeps_the_sum(lying, difference):
    difference = max(difference, -sum(lying.values()))
    done = {**lying, **spread(lying, difference, first=next(iter(lying)))}
    assert sum(done.values()) == sum(lying.values()) + difference
    assert all(units >= 0 for units in done.values())


def test_figures_are_laid_over_what_lies_there_now():
    lying = {ONE: 10, TWO: 5}
    # Left as it was seen it stays as it is now; named without a look it is what is named; unnamed it stays.
    assert merged(lying, [Figure(ONE, 12, was=12)], is_split=True) == lying
    assert merged(lying, [Figure(ONE, 12)], is_split=True) == {ONE: 12, TWO: 5}
    assert merged(lying, [Figure(ONE, 12, was=10), Figure(THREE, 4)], is_split=True) == {ONE: 12, TWO: 5, THREE: 4}
    assert merged(lying, [Figure(ONE, 10, was=12)], is_split=True) == lying
    # Of one that was not split, what is not named holds nothing.
    assert merged({ONE: 15}, [Figure(TWO, 4)], is_split=False) == {TWO: 4}


def test_every_figure_at_fault_is_named():
    figures = [Figure(ONE, -1), Figure(TWO, LARGEST_QUANTITY + 1), Figure(TWO, 3), Figure(THREE, 3, was=4)]
    assert refused(lambda: merged({THREE: 9}, figures, is_split=True)) == [
        ("places.0.on_hand", "too_small", "0 to 1000000000"),
        ("places.1.on_hand", "too_large", "0 to 1000000000"),
        ("places.2.warehouse_id", "warehouse_twice", "each warehouse once"),
        ("places.3.on_hand", "stock_moved", "9"),
    ]
    much = [Figure(ONE, LARGEST_QUANTITY)]
    assert refused(lambda: merged({TWO: 1}, much, is_split=True)) == [("places", "too_large", "0 to 1000000000")]


def test_less_than_is_promised_names_the_figure_lowered_most_with_its_least():
    lying, figures = {ONE: 10, TWO: 50}, [Figure(ONE, 9), Figure(TWO, 20)]
    wanted = merged(lying, figures, is_split=True)
    check_promised(lying, wanted, figures, promised=29)
    assert refused(lambda: check_promised(lying, wanted, figures, promised=30)) == [
        ("places.1.on_hand", "places_promised", "21 or more")
    ]
