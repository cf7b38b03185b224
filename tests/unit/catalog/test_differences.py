"""What differs between two states of a listing, as a preview tells it."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.imports.price_list import changes
from marketplace.catalog.rules.pricing import make_ladder
from tests.factories import DRAFT

PRICES = st.decimals("0.01", "9999", places=2)


def ladder(currency, *prices):
    first, *rest = prices
    tiers = [(number * 1_000, price) for number, price in enumerate(rest, start=1)]
    return make_ladder(currency, "FCA", "CN-NANPENG", price=first, tiers=tiers, moq=DRAFT.moq)


def test_nothing_differs_from_itself():
    assert changes(DRAFT, DRAFT) == []


@given(PRICES, PRICES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_exactly_what_is_another_is_told(old, new, before, after):
    one = replace(DRAFT, ladders=(ladder("CNY", old),), stock=before)
    other = replace(DRAFT, ladders=(ladder("CNY", new),), stock=after)
    told = {name: (was, now) for name, was, now in changes(one, other)}
    assert ("price" in told) == (old != new)
    assert ("stock" in told) == (before != after)
    assert told.keys() <= {"price", "stock"}
    if "price" in told:
        assert tuple(map(Decimal, told["price"])) == (old, new)
    back = {name: (now, was) for name, was, now in changes(other, one)}
    assert back == told


def test_a_further_basis_is_named_before_its_prices():
    one = replace(DRAFT, ladders=(ladder("CNY", Decimal("5.00")),))
    other = replace(one, ladders=(*one.ladders, ladder("USD", Decimal("0.70"), Decimal("0.65"))))
    assert changes(one, other) == [
        ["USD FCA CN-NANPENG price", "", "0.7"],
        ["USD FCA CN-NANPENG price@1000", "", "0.65"],
    ]
    long = replace(DRAFT, descriptions={DRAFT.source_locale: "x" * 500})
    ((name, before, after),) = changes(replace(DRAFT, descriptions={}), long)
    assert (name, before, len(after)) == ("description", "", 80)
