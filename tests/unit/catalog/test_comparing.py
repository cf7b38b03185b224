"""Offers side by side: one offer satisfies every filter, and the featured one follows its rule."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.comparing import By, Wish, can_be_ordered, compare
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import make_ladder, price_at
from marketplace.catalog.rules.rows import ListingRow, OfferRow
from marketplace.catalog.rules.said import Said
from marketplace.catalog.rules.visibility import Visibility

PACKING = Packing(10, 100, 100, 100, 1000, 900)
OFFER = OfferRow(
    listing_id=UUID(int=1), merchant_id=UUID(int=2), sku="X", version=1, titles={"en": "X"}, source_locale="en",
    hs_code="871410", origin="CN", unit="H87", moq=10, multiple=10, lead_days=None, fresh=False, hub_code="H",
    packing=PACKING, ladders=(make_ladder("CNY", "FCA", "H", price=Decimal(9), moq=10),), available=1_000,
    country="CN", closures=(),
)  # fmt: skip
ROW = ListingRow(
    offer=OFFER, merchant="M", merchant_country="CN", descriptions={}, grade="A", drawing="", category="c",
    category_names={}, commodity="s", commodity_names={}, place_names={}, pictures=(), said=Said(),
    basis=("CNY", "FCA", "H"), visibility=Visibility.PUBLIC, own={},
)  # fmt: skip


def row(number, *, price="9", currency="CNY", grade="A", colour=None, tiers=(), **offer):
    moq = offer.get("moq", 10)
    ladders = (make_ladder(currency, "FCA", "H", price=Decimal(price), tiers=tiers, moq=moq),)
    details = {"attributes": [{"code": "colour", "value": colour, "kind": "choice"}]} if colour else {}
    made = replace(OFFER, listing_id=UUID(int=number), ladders=ladders, **offer)
    return replace(ROW, offer=made, grade=grade, details=details)


def ids(found):
    return [each.listing_id.int for each in found.offers]


def test_filters_are_satisfied_by_one_offer_alone():
    gold_a, black_b = row(1, grade="A", colour="gold"), row(2, grade="B", colour="black")
    wish = Wish(grade="A", attributes={"colour": "black"})
    assert ids(compare([gold_a, black_b], wish)) == []
    assert ids(compare([gold_a, black_b, row(3, grade="A", colour="black")], wish)) == [3]


def test_a_quantity_leaves_out_what_begins_above_it_and_takes_the_deepest_tier_reached():
    small = row(1, price="9", tiers=[(100, Decimal(7)), (500, Decimal(6))])
    found = compare([small, row(2, price="1", moq=1_000)], Wish(quantity=200))
    assert [(each.listing_id.int, each.price.amount) for each in found.offers] == [(1, Decimal(7))]


def test_prices_are_compared_in_one_currency_and_others_stand_last():
    rows = [row(1, price="5", currency="THB"), row(2, price="9"), row(3, price="8")]
    found = compare(rows, Wish())
    assert (found.currency, found.incoterm, ids(found)) == ("CNY", "FCA", [3, 2, 1])
    assert found.offers[-1].price is None
    assert ids(compare(rows, Wish(currency="THB")))[0] == 1
    assert ids(compare(rows, Wish(currency="USD"))) == [1, 2, 3]  # nobody offers it: no price is made up
    assert compare(rows, Wish(currency="USD")).featured is None


def test_sorted_by_minimum_and_by_time():
    rows = [row(1, moq=100), row(2, moq=10, lead_days=5, available=None), row(3, moq=50, available=0)]
    assert ids(compare(rows, Wish(by=By.MOQ))) == [2, 3, 1]
    assert ids(compare(rows, Wish(by=By.LEAD))) == [1, 2, 3]  # sold out comes last


def test_featured_can_be_ordered_and_is_cheapest_whatever_the_order():
    rows = [row(1, price="1", packing=None), row(2, price="2", available=0), row(3, price="3"), row(4, price="4")]
    for by in By:
        assert compare(rows, Wish(by=by)).featured == UUID(int=3)
    assert compare(rows[:2], Wish()).featured is None
    assert compare([], Wish()).featured is None


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 5), st.booleans()), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_featured_offer_does_not_depend_on_where_it_stands(offers, random):
    rows = [
        row(number, price=str(price), lead_days=lead, available=None, packing=PACKING if packed else None)
        for number, (price, lead, packed) in enumerate(offers, start=1)
    ]
    found = compare(rows, Wish())
    random.shuffle(rows)
    again = compare(rows, Wish())
    assert again.featured == found.featured
    assert ids(again) == ids(found)
    able = [each for each in found.offers if can_be_ordered(each)]
    assert (found.featured is None) == (not able)
    for each in able:
        best = next(one for one in able if one.listing_id == found.featured)
        assert best.price.micro <= each.price.micro == price_at(each.ladder, each.quantity).micro


def test_yes_and_no_are_asked_for_as_one_and_nought():
    halal = replace(row(1), details={"attributes": [{"code": "halal", "value": True, "kind": "flag"}]})
    assert ids(compare([halal, row(2)], Wish(attributes={"halal": "1"}))) == [1]
    assert ids(compare([halal, row(2)], Wish(attributes={"halal": "0"}))) == []
