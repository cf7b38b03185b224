"""Cartons and the room they take."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.catalog.rules.packing import PALLET_CM3, PALLET_GRAMS, Packing, cartons, check_packing, load_of
from marketplace.kernel.quantity import Load

BOX = Packing(carton_units=40, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000)
packings = some.builds(
    Packing,
    carton_units=some.integers(1, 500),
    length_mm=some.integers(1, 3_000),
    width_mm=some.integers(1, 3_000),
    height_mm=some.integers(1, 3_000),
    gross_g=some.integers(1, 2_000_000),
    net_g=some.just(1),
    stackable=some.booleans(),
)


def test_a_known_load():
    assert load_of(480, BOX) == Load(grams=150_000, cm3=720_000, ldm_mm=400, pallets=1)
    assert load_of(481, BOX).grams == 162_500
    assert load_of(40_000, BOX) == Load(grams=12_500_000, cm3=60_000_000, ldm_mm=8_000, pallets=40)
    assert load_of(40_000, replace(BOX, stackable=False)).ldm_mm == 16_000


@given(packings, some.integers(1, 10**6), some.integers(0, 10**5))
def test_more_goods_never_take_less_room(packing, quantity, more):
    smaller, larger = load_of(quantity, packing), load_of(quantity + more, packing)
    assert smaller.fits(larger)
    boxes = cartons(quantity, packing)
    assert (boxes - 1) * packing.carton_units < quantity <= boxes * packing.carton_units
    assert smaller.pallets >= 1
    assert smaller.pallets * PALLET_CM3 >= smaller.cm3
    assert smaller.pallets * PALLET_GRAMS >= smaller.grams
    assert not smaller.is_nothing


@pytest.mark.parametrize(
    ("changes", "multiple", "fields"),
    [
        ({}, 40, []),
        ({}, 20, []),
        ({}, 80, []),
        ({}, 30, ["multiple"]),
        ({"carton_units": 0}, 1, ["carton_units"]),
        ({"length_mm": 0, "height_mm": 13_001}, 1, ["carton_l", "carton_h"]),
        ({"gross_g": 0}, 1, ["gross_kg", "net_kg"]),
        ({"net_g": 12_501}, 1, ["net_kg"]),
        ({"net_g": 0}, 1, ["net_kg"]),
    ],
)
def test_what_is_no_packing_is_named(changes, multiple, fields):
    assert [error.field for error in check_packing(replace(BOX, **changes), multiple=multiple)] == fields
