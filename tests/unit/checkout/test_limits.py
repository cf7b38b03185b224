"""How much of an offer can be ordered at once."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.packing import Packing, load_of, most_units
from marketplace.checkout.rules.limits import of_lorries, of_stock
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from tests.support.carts import LORRY, codes, line, offer, option

TILES = Packing(carton_units=1, length_mm=610, width_mm=610, height_mm=50, gross_g=21_200, net_g=21_000)
ROOMS = st.builds(
    Load,
    grams=st.integers(0, 30_000_000),
    cm3=st.integers(0, 90_000_000),
    ldm_mm=st.integers(0, 14_000),
    pallets=st.integers(0, 66),
)
PACKINGS = st.builds(
    Packing,
    carton_units=st.sampled_from([1, 6, 10]),
    length_mm=st.integers(10, 2_000),
    width_mm=st.integers(10, 2_000),
    height_mm=st.integers(10, 2_000),
    gross_g=st.integers(100, 900_000),
    net_g=st.just(100),
    stackable=st.booleans(),
)


@given(ROOMS, PACKINGS, st.sampled_from([1, 2, 10, 30]))
def test_the_greatest_quantity_fits_and_the_next_does_not(room, packing, multiple):
    most = most_units(room, packing, multiple=multiple)
    assert most % multiple == 0
    assert most == 0 or load_of(most, packing).fits(room)
    assert not load_of(most + multiple, packing).fits(room)


def test_more_than_an_empty_lorry_takes_names_the_most_and_how_many_lorries():
    tiles = offer(packing=TILES, available=9_000, multiple=10)
    found = of_lorries(1_440, tiles, [(Load(), LORRY)], [Money(1_078_000, "CNY"), Money(1_200_000, "CNY")])
    assert found.code == "capacity"
    told = {name: found.facts[name] for name in ("quantity", "most", "free", "lorries", "whole_lorry")}
    assert told == {"quantity": 1_440, "most": 1_130, "free": 0, "lorries": 2, "whole_lorry": "10780.00 CNY"}


def test_goods_from_stock_need_room_now_and_goods_made_to_order_a_lorry_that_is_large_enough():
    half = Load(12_000_000, 40_000_000, 6_800, 33)
    tiles = offer(packing=TILES, available=9_000)
    assert of_lorries(560, tiles, [(half, LORRY)]) is None
    assert of_lorries(570, tiles, [(half, LORRY)]).facts["free"] == 560
    made = offer(packing=TILES, available=None, lead_days=20)
    assert of_lorries(1_130, made, [(Load(), LORRY)]) is None
    assert of_lorries(1_140, made, [(Load(), LORRY)]).facts["most"] == 1_130


def test_nothing_is_said_of_lorries_that_are_not_there():
    assert of_lorries(1_440, offer(packing=TILES), []) is None
    assert of_lorries(1_440, offer(packing=None), [(LORRY, LORRY)]) is None


def test_no_more_than_is_in_stock():
    assert of_stock(100, offer(available=100)) is None
    assert of_stock(110, offer(available=100)).facts["available"] == 100
    assert of_stock(110, offer(available=None, lead_days=5)) is None


def test_a_line_from_stock_is_never_put_on_a_full_lorry_by_itself():
    full = option(fits=False, room=Load())
    sold = offer()
    found = line(sold, options=[full])
    assert (found.chosen, codes(found)) == (None, ["capacity"])
    made = line(offer(available=None, lead_days=10), options=[full])
    assert (made.chosen, codes(made)) == (full, [])


def test_a_line_that_is_too_large_for_the_lorry_it_chose_says_how_much_that_takes():
    tiles = offer(packing=TILES, available=None, lead_days=10)
    small = option(load=load_of(600, TILES), capacity=Load(12_000_000, 40_000_000, 6_800, 33))
    found = line(tiles, quantity=600, options=[small], wanted=small.departure_id)
    assert codes(found) == ["capacity"]
    assert found.problems[0].facts["most"] == 560
