"""What a company reads of a listing's prices."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.customer_prices.rules.terms import (
    Own,
    as_text,
    check_name,
    check_period,
    effective,
    of_text,
    winning,
)
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.kernel.errors import Refused

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
BASES = st.tuples(st.sampled_from(["CNY", "USD", "VND"]), st.sampled_from(["FCA", "DAP"]), st.sampled_from(["A", "B"]))
PRICES = st.decimals("0.01", "999999", places=2)


@st.composite
def ladders(draw):
    tiers = sorted(draw(st.dictionaries(st.integers(2, 10**6), PRICES, max_size=4)).items())
    return make_ladder(*draw(BASES), price=draw(PRICES), tiers=tiers)


OWN = st.builds(
    Own,
    ladder=ladders(),
    place_names=st.dictionaries(st.sampled_from(["en", "zh", "vi"]), st.text(max_size=5)),
    until=st.none() | st.integers(0, 10**6).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)


@given(st.lists(OWN, max_size=6))
def test_the_first_of_a_basis_wins(found):
    kept = winning(found)
    assert len({each.ladder.basis for each in kept}) == len(kept)
    assert {each.ladder.basis for each in kept} == {each.ladder.basis for each in found}
    for each in kept:
        assert each == next(other for other in found if other.ladder.basis == each.ladder.basis)


@given(st.lists(ladders(), unique_by=lambda ladder: ladder.basis), st.lists(OWN, max_size=4), st.booleans())
def test_an_own_price_takes_the_place_of_the_listed_one_and_shows_no_other(listed, found, sees):
    own = [each.ladder for each in winning(found)]
    bought_on = effective(listed, own, sees=sees)
    bases = [ladder.basis for ladder in bought_on]
    assert len(bases) == len(set(bases))
    assert set(bought_on) >= set(own)
    for ladder in listed:
        assert (ladder in bought_on) == (ladder in own or (sees and ladder.basis not in {each.basis for each in own}))
    if own and listed and listed[0].basis in {each.basis for each in own}:
        assert bases[0] == listed[0].basis
    assert bought_on or not (own or (listed and sees))


@given(st.lists(OWN, max_size=4))
def test_own_prices_come_back_from_their_text(found):
    own = winning(found)
    assert of_text(as_text(own)) == own
    assert as_text(of_text(as_text(own))) == as_text(own)


@pytest.mark.parametrize(
    ("begin", "end", "is_right"),
    [
        (NOW, None, True),
        (NOW, NOW + timedelta(minutes=1), True),
        (NOW, NOW, False),
        (NOW, NOW - timedelta(days=1), False),
    ],
)
def test_a_list_ends_after_it_begins(begin, end, is_right):
    if is_right:
        check_period(begin, end)
    else:
        with pytest.raises(Refused):
            check_period(begin, end)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_a_line(name):
    with pytest.raises(Refused) as refusal:
        check_name(name)
    assert refusal.value.errors[0].field == "name"


def test_names_lose_blanks_around_them():
    assert check_name("  Hanoi   shops ") == "Hanoi shops"
