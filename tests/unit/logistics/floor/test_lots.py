"""A loose lot counts as the fewest pallet-size blocks that hold it."""

from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.lots import HEAVIEST_G, HIGHEST_MM, PALLET_MM, blocks

AREA = PALLET_MM[0] * PALLET_MM[1]


def test_a_lot_of_five_cubic_metres_is_three_pallets():
    found = blocks(unit="340", cm3=5_000_000, grams=1_000_001, stop=2)
    assert [one.key for one in found] == ["340.0", "340.1", "340.2"]
    assert {(one.length_mm, one.width_mm, one.height_mm) for one in found} == {(1_200, 800, 1_737)}
    assert [one.grams for one in found] == [333_334, 333_334, 333_333]
    assert all(one.assumed and not one.stackable and one.stop == 2 for one in found)


def test_a_heavy_lot_is_spread_by_its_weight():
    assert len(blocks(unit="340", cm3=1, grams=HEAVIEST_G + 1, stop=0)) == 2


@given(some.integers(1, 200_000_000), some.integers(1, 40_000_000), some.integers(500, 4_000))
def test_blocks_hold_the_lot_and_are_as_few_as_can_be(cm3, grams, highest):
    found = blocks(unit="u", cm3=cm3, grams=grams, stop=0, highest_mm=highest)
    most = min(highest, HIGHEST_MM)
    assert sum(one.grams for one in found) == grams
    assert max(one.grams for one in found) - min(one.grams for one in found) <= 1
    assert all(1 <= one.height_mm <= most and one.grams <= HEAVIEST_G for one in found)
    volume = sum(one.length_mm * one.width_mm * one.height_mm for one in found)
    # No more than a millimetre of each is air.
    assert cm3 * 1_000 <= volume < cm3 * 1_000 + len(found) * AREA
    fewer = len(found) - 1
    assert fewer * AREA * most < cm3 * 1_000 or fewer * HEAVIEST_G < grams
    assert [one.block for one in found] == list(range(len(found)))
