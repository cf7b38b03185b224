"""Ladders and quantities: the deepest tier reached, both neighbours named, nothing between."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.catalog.rules import pricing
from marketplace.catalog.rules.pricing import (
    Ladder,
    Tier,
    check_ladders,
    check_quantity,
    jumps,
    make_ladder,
    price_at,
    rises,
)
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import UnitPrice

LADDER = make_ladder(
    "CNY", "FCA", "CN-NANPENG", price=Decimal("27.40"), tiers=[(480, Decimal(26)), (4_800, Decimal("23.125"))], moq=120
)
whole = some.integers(1, 10_000)


@pytest.mark.parametrize(
    ("quantity", "price"), [(1, "27.40"), (120, "27.40"), (479, "27.40"), (480, "26"), (4_799, "26"), (10**6, "23.125")]
)
def test_the_deepest_tier_reached_applies(quantity, price):
    assert price_at(LADDER, quantity) == UnitPrice.of(price, "CNY")


@given(whole, whole, some.integers(-5, 20_000))
def test_a_quantity_fits_or_both_neighbours_do(moq, multiple, quantity):
    try:
        check_quantity(quantity, moq=moq, multiple=multiple)
    except Refused as refusal:
        (error,) = refusal.errors
        assert error.field == "quantity"
        named = [error.facts[name] for name in ("least", "below", "above", "most") if name in error.facts]
        assert named
        for neighbour in named:
            check_quantity(neighbour, moq=moq, multiple=multiple)
            assert str(neighbour) in error.accepted
        if quantity >= pricing.least_quantity(moq, multiple):
            assert min(abs(neighbour - quantity) for neighbour in named) < multiple
    else:
        assert quantity >= moq
        assert quantity % multiple == 0


def test_neighbours_are_named():
    with pytest.raises(Refused) as refusal:
        check_quantity(130, moq=120, multiple=40)
    assert refusal.value.errors[0].accepted == "120 or 160"
    with pytest.raises(Refused) as refusal:
        check_quantity(125, moq=125, multiple=40)
    assert refusal.value.errors[0].accepted == "160 or more"
    with pytest.raises(Refused):
        check_quantity(10**12, moq=1, multiple=7)


def test_a_ladder_is_found_by_what_is_asked():
    other = make_ladder("THB", "DAP", "CNCQI", price=Decimal(90))
    assert pricing.ladder_for([LADDER, other]) == LADDER
    assert pricing.ladder_for([LADDER, other], incoterm="DAP") == other
    assert pricing.ladder_for([LADDER, other], currency="THB", place="CNCQI") == other
    with pytest.raises(Refused) as refusal:
        pricing.ladder_for([LADDER, other], currency="CNY", incoterm="DAP")
    assert refusal.value.errors[0].accepted == "CNY FCA CN-NANPENG; THB DAP CNCQI"


def test_a_first_tier_at_the_minimum_takes_the_place_of_the_price():
    made = make_ladder("CNY", "FCA", "X", price=Decimal(9), tiers=[(100, Decimal(8))], moq=100)
    assert made.tiers == (Tier(100, UnitPrice.of(8, "CNY")),)
    assert made.lowest == UnitPrice.of(8, "CNY")
    with pytest.raises(Refused):
        make_ladder("CNY", "FCA", "X", price=Decimal("0.0000001"))


def ladder(*tiers, currency="CNY"):
    return Ladder(currency, "FCA", "X", tuple(Tier(quantity, UnitPrice(micro, currency)) for quantity, micro in tiers))


@pytest.mark.parametrize(
    ("ladders", "codes"),
    [
        ((), ["required"]),
        ((ladder(),), ["required"]),
        ((ladder((1, 5), (2, 4)),), []),
        ((ladder((1, 5)), ladder((1, 5))), ["ladder_twice"]),
        ((ladder((2, 5), (1, 4)),), ["tiers_rising"]),
        ((ladder((1, 5), (1, 4)),), ["tiers_rising"]),
        ((ladder((0, 5)),), ["tiers_rising"]),
        ((ladder((1, 0)),), ["too_small"]),
        ((ladder((1, 10**17)),), []),
        ((ladder((1, 10**17 + 1)),), ["too_large"]),
        ((ladder(*((number, 5) for number in range(1, 14))),), ["too_long"]),
    ],
)
def test_what_is_no_ladder_is_named(ladders, codes):
    assert [error.code for error in check_ladders(ladders)] == codes


def test_rising_tiers_are_noticed():
    assert rises(ladder((1, 5), (2, 6)))
    assert not rises(ladder((1, 5), (2, 5), (3, 4)))


@pytest.mark.parametrize(
    ("new", "is_jump"),
    [(130, False), (131, True), (70, False), (69, True)],
)
def test_more_than_thirty_per_cent_is_a_jump(new, is_jump):
    assert jumps([ladder((1, 100))], [ladder((1, new))]) is is_jump
    assert jumps([ladder((1, 100))], [ladder((1, 100), (50, new))]) is is_jump


def test_a_new_basis_is_no_jump():
    assert not jumps([ladder((1, 100))], [ladder((1, 900), currency="THB")])


def test_goods_leave_from_the_place_that_the_price_names():
    assert pricing.hub_of("FCA", "CN-NANPENG", "THBKK") == "CN-NANPENG"
    assert pricing.hub_of("DAP", "VNHAN", "THBKK") == "THBKK"


def test_a_hub_is_kept_while_the_prices_name_it():
    delivered = make_ladder("CNY", "DAP", "VNHAN", price=Decimal(30))
    assert pricing.hub_kept("CN-NANPENG", [LADDER, delivered]) == "CN-NANPENG"
    assert pricing.hub_kept("THBKK", [delivered]) == "THBKK"
    assert pricing.hub_kept("THBKK", [LADDER, delivered]) is None


@given(some.lists(some.tuples(whole, whole), min_size=1, max_size=5, unique_by=lambda tier: tier[0]), whole, whole)
def test_a_ladder_from_the_least_that_is_sold_charges_the_same_and_says_no_quantity_below(tiers, least, more):
    whole_ladder = ladder(*sorted(tiers))
    sold = pricing.sold_from(whole_ladder, least)
    assert sold.tiers[0].from_quantity == least
    assert check_ladders([sold]) == []
    assert price_at(sold, least + more) == price_at(whole_ladder, least + more)
