"""Variants and ladders that are moved: bounds stay, what did not rise does not rise, nothing comes to nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marketplace.catalog.rules.pricing import check_quantity, least_quantity, make_ladder, price_at, rises
from marketplace.catalog.rules.variants import Group, Member, check_group, converted, moved
from marketplace.kernel.errors import Refused

GROUP = Group(("Size",), (Member("A", ("116",)), Member("B", ("120",))))
PRICES = st.decimals("0.000001", "999999", places=6)


@st.composite
def ladders(draw, prices_of=PRICES):
    bounds = sorted(draw(st.sets(st.integers(1, 10**6), min_size=1, max_size=12)))
    prices = draw(st.lists(prices_of, min_size=len(bounds), max_size=len(bounds)))
    if draw(st.booleans()):
        prices.sort(reverse=True)
    pairs = list(zip(bounds, prices, strict=True))
    return make_ladder("CNY", "FCA", "H", price=prices[0], tiers=pairs, moq=bounds[0])


@given(ladders(), st.decimals("0.0001", "30000", places=10))
def test_a_converted_ladder_keeps_its_bounds_and_does_not_begin_to_rise(ladder, rate):
    exact = [tier.price.amount * rate for tier in ladder.tiers]
    assume(min(exact) >= Decimal("0.0000005"))
    found = converted(ladder, rate=rate, currency="VND")
    assert found.currency == "VND"
    assert (found.incoterm, found.place_code) == (ladder.incoterm, ladder.place_code)
    assert [tier.from_quantity for tier in found.tiers] == [tier.from_quantity for tier in ladder.tiers]
    assert rises(found) <= rises(ladder)
    for tier, price in zip(found.tiers, exact, strict=True):
        assert abs(Decimal(tier.price.micro) / 10**6 - price) <= Decimal("0.0000005")  # rounded once


@given(ladders(), st.integers(1, 2 * 10**6))
def test_the_deepest_rung_reached_applies_converted_or_not(ladder, quantity):
    reached = [tier for tier in ladder.tiers if tier.from_quantity <= quantity] or [ladder.tiers[0]]
    assert price_at(ladder, quantity) == reached[-1].price
    found = converted(ladder, rate=Decimal(3), currency="THB")
    assert price_at(found, quantity).micro == reached[-1].price.micro * 3


@given(st.integers(1, 10**5), st.integers(1, 10**4), st.integers(1, 10**6))
def test_an_accepted_quantity_satisfies_minimum_and_step_and_a_refused_one_names_its_neighbours(moq, multiple, wanted):
    try:
        check_quantity(wanted, moq=moq, multiple=multiple)
    except Refused as refusal:
        assert wanted < moq or wanted % multiple
        facts = refusal.errors[0].facts
        for named in {facts.get("least"), facts.get("below"), facts.get("above")} - {None}:
            check_quantity(named, moq=moq, multiple=multiple)
    else:
        assert wanted >= moq
        assert wanted % multiple == 0
        assert wanted >= least_quantity(moq, multiple)


@given(ladders(st.decimals("0.001", "999999", places=6)), st.integers(-90, 900))
def test_prices_moved_by_per_cent_keep_their_bounds(ladder, percent):
    (found,) = moved((ladder,), Decimal(percent))
    assert [tier.from_quantity for tier in found.tiers] == [tier.from_quantity for tier in ladder.tiers]
    assert rises(found) <= rises(ladder)
    assert (found == ladder) == (percent == 0)


@pytest.mark.parametrize("percent", ["-91", "901", "-100"])
def test_a_price_moves_within_bounds(percent):
    ladder = make_ladder("CNY", "FCA", "H", price=Decimal(9))
    with pytest.raises(Refused) as refusal:
        moved((ladder,), Decimal(percent))
    assert refusal.value.errors[0].field == "percent"


def test_a_price_never_comes_to_nothing():
    ladder = make_ladder("CNY", "FCA", "H", price=Decimal("0.000001"))
    with pytest.raises(Refused):
        converted(ladder, rate=Decimal("0.1"), currency="USD")


def test_a_price_never_comes_to_more_than_can_be_kept():
    ladder = make_ladder("USD", "FCA", "H", price=Decimal(10**6))
    assert converted(ladder, rate=Decimal(10**5), currency="VND").tiers[0].price.micro == 10**17
    with pytest.raises(Refused):
        converted(ladder, rate=Decimal(10**5 + 1), currency="VND")


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (replace(GROUP, axes=()), "axes"),
        (replace(GROUP, axes=("a", "b", "c")), "axes"),
        (replace(GROUP, name="x" * 81), "name"),
        (replace(GROUP, axes=("x" * 41,)), "axes"),
        (replace(GROUP, members=GROUP.members[:1]), "members"),
        (replace(GROUP, axes=("Size", "Colour")), "members"),
        (replace(GROUP, members=(Member("A", ("1",)), Member("B", ("1",)))), "members"),
        (replace(GROUP, members=(Member("A", ("1",)), Member("A", ("2",)))), "members"),
        (replace(GROUP, members=(Member("B", ("1",)), Member("C", ("2",)))), "members"),
        (replace(GROUP, members=(Member("A", ("",)), Member("C", ("2",)))), "members"),
    ],
)
def test_a_group_that_makes_no_sense_is_refused(group, field):
    with pytest.raises(Refused) as refusal:
        check_group(group, own="A")
    assert field in {error.field for error in refusal.value.errors}


def test_texts_are_plain():
    spoken = Group((" Size ",), (Member(" A ", (" 116  links",)), Member("B", ("120",))))
    assert check_group(spoken, own="A") == replace(GROUP, members=(Member("A", ("116 links",)), Member("B", ("120",))))


def test_a_value_is_short():
    group = Group(("Colour",), (Member("A", ("x" * 1_000,)), Member("B", ("red",))))
    with pytest.raises(Refused) as refusal:
        check_group(group, own="A")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("members", "too_long")]
