"""What the axles bear adds up to what is aboard, and loading goes from the front wall and from below."""

from hypothesis import given
from hypothesis import strategies as some

from marketplace.logistics.floor.rules.boxes import Box, Item, Vehicle
from marketplace.logistics.floor.rules.weights import Bearing, bearing, centre, in_order
from tests.support.floors import AXLES, LORRY


def box(name, x, y=0, z=0, *, grams=1_000, stop=0, length=1_000):
    return Box(Item(name, 0, length, 1_000, 1_000, grams, stop, True), x, y, z, length, 1_000, 1_000)


def test_an_empty_lorry_bears_its_tare():
    # 6.8 m is 5.3 m behind the front support and 2.9 m before the rear one, 8.2 m apart.
    assert bearing(LORRY, []) == Bearing(2_475_610, 4_524_391)
    assert bearing(Vehicle(1, 1, 1, 1), []) is None
    assert centre([]) is None


def test_cargo_over_an_axle_is_borne_by_it():
    borne = bearing(LORRY, [box("a", AXLES.front_mm - 500, grams=8_200_000)])
    assert borne == Bearing(2_475_610 + 8_200_000, 4_524_391)


@given(some.lists(some.tuples(some.integers(0, 12_600), some.integers(1, 5_000_000)), max_size=8))
def test_both_together_bear_everything(loads):
    boxes = [box(str(number), x, grams=grams) for number, (x, grams) in enumerate(loads)]
    borne, total = bearing(LORRY, boxes), AXLES.tare_g + sum(grams for _x, grams in loads)
    assert borne is not None
    assert total <= borne.front_g + borne.rear_g <= total + 1
    middle = centre(boxes)
    assert (middle is None) == (not loads)
    if middle:
        assert min(one.x for one in boxes) <= middle[0] <= max(one.ends[0] for one in boxes)
        assert middle[1:] == (500, 500)


def test_what_leaves_last_is_loaded_first_and_what_carries_before_what_stands_on_it():
    boxes = [
        box("near", 3_000, stop=0),
        box("top", 500, z=1_000, stop=1),
        box("left", 0, stop=2),
        box("right", 1_000, stop=2),
        box("beside", 0, 1_200, stop=1),
    ]
    placed = in_order(boxes)
    assert [one.box.item.unit for one in placed] == ["left", "right", "top", "beside", "near"]
    assert [one.number for one in placed] == [1, 2, 3, 4, 5]
    # What bridges two makes one stack of the three.
    assert [one.stack for one in placed] == [1, 1, 1, 2, 3]
