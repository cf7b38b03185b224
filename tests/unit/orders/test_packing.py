"""A line is packed as its merchant says and its offer says; cartons that stay away keep their units."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.errors import Conflict, Refused
from marketplace.orders.rules.packing import Declared, cartons_of, cartons_of_lot, label, packed, units_in

OFFERED = Packing(carton_units=40, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000)


def test_what_is_left_out_is_as_offered():
    box = packed(Declared(10), quantity=400, packing=OFFERED)
    assert (box.carton_units, box.gross_g, box.length_mm) == (40, 125_000, 500)
    other = packed(Declared(20, 130_000, 300, 300, 300, "HT"), quantity=400, packing=OFFERED)
    assert (other.carton_units, other.gross_g, other.height_mm, other.marks) == (20, 130_000, 300, "HT")


def test_cartons_weigh_no_less_than_what_is_in_them():
    assert packed(Declared(10, 110_000), quantity=400, packing=OFFERED).gross_g == 110_000
    with pytest.raises(Refused) as refusal:
        packed(Declared(11, 115_000), quantity=420, packing=OFFERED)
    (error,) = refusal.value.errors
    assert (error.code, error.accepted) == ("too_small", "at least 115.5 kg, what the goods alone weigh as offered")


def test_fewer_cartons_than_the_offer_fills_are_confirmed():
    with pytest.raises(Conflict, match="fewer_cartons") as refusal:
        packed(Declared(9), quantity=400, packing=OFFERED)
    assert refusal.value.facts == {"packed": 9, "expected": 10}
    assert packed(Declared(9, confirmed=True), quantity=400, packing=OFFERED).carton_units == 45
    assert packed(Declared(1, 5_000, 100, 100, 100), quantity=400, packing=None).cartons == 1


@pytest.mark.parametrize(
    ("declared", "packing", "fields"),
    [
        (Declared(0), OFFERED, {"cartons"}),
        (Declared(401), OFFERED, {"cartons"}),
        (Declared(10), None, {"gross_kg", "length_cm", "width_cm", "height_cm"}),
        (Declared(10, 41_000_000, 14_000, 1, 1), None, {"gross_kg", "length_cm"}),
        (Declared(10, 109_999), OFFERED, {"gross_kg"}),
    ],
)
def test_what_is_wrong_is_named(declared, packing, fields):
    with pytest.raises(Refused) as refusal:
        packed(declared, quantity=400, packing=packing)
    assert {error.field for error in refusal.value.errors} == fields


@given(st.integers(1, 500), st.data())
def test_every_carton_holds_something_and_all_hold_everything(units, data):
    cartons = data.draw(st.integers(1, units))
    each = -(-units // cartons)
    counts = [0, *(units_in(count, cartons=cartons, units=units, carton_units=each) for count in range(1, cartons + 1))]
    assert counts[-1] == units
    assert all(later > earlier for earlier, later in itertools.pairwise(counts))
    boxes = [cartons_of(count, cartons=cartons, units=units, carton_units=each) for count in range(units + 1)]
    assert (boxes[0], boxes[-1]) == (0, cartons)
    assert boxes == sorted(boxes)


@given(st.integers(1, 40), st.integers(1, 12), st.data())
def test_lots_of_whole_cartons_sum_to_all_of_them_and_no_lot_has_none(carton_units, cartons, data):
    units = carton_units * cartons
    box = {"cartons": cartons, "units": units, "carton_units": carton_units}
    ends = [*sorted(data.draw(st.sets(st.integers(1, cartons)))), cartons]
    opened = [cartons_of(end * carton_units, **box) for end in dict.fromkeys([0, *ends])]
    assert sum(cartons_of_lot(*pair) for pair in itertools.pairwise(opened)) == cartons
    before = data.draw(st.integers(1, units))
    assert cartons_of_lot(cartons_of(before, **box), cartons) >= 1


def test_labels_carry_a_check_digit_and_differ():
    labels = {label(7, number) for number in range(1, 101)}
    assert len(labels) == 100
    assert all(len(code) == 18 and ean.calc_check_digit(code[:-1]) == code[-1] for code in labels)
