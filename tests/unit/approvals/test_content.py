"""An approval binds to exactly what was asked for; a range holds what lies inside it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.approvals.rules.content import (
    Amended,
    Carriage,
    CaseKind,
    Goods,
    Moved,
    Part,
    Purchase,
    content_of,
    hash_of,
    kind_of,
    moved,
    purchase_of,
    range_of,
    to_json,
)
from marketplace.approvals.rules.ranges import Offered, Outside, Range, within
from marketplace.kernel.errors import Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import LARGEST_MINOR, Money, UnitPrice

ITEM, MERCHANT, LORRY, CARRIER = (new_id() for _ in range(4))
LINE = Goods(
    item_id=ITEM,
    sku="CH-1",
    titles={"en": "Chain", "zh": "链条"},
    source_locale="zh",
    quantity=400,
    unit="H87",
    unit_price=UnitPrice.of("11.80", "CNY"),
    amount=Money(4_720_00, "CNY"),
    departure_id=LORRY,
    to="VNHAN",
)
PURCHASE = Purchase(
    parts=(Part(merchant_id=MERCHANT, terms={"incoterm": "FCA", "plan": "deposit_30_70"}, goods=(LINE,)),),
    carriage=(Carriage(carrier_id=CARRIER, amount=Money(888_00, "CNY")),),
)
RANGE = Range(
    item_id=ITEM, title="Chain", unit="H87", most_quantity=500, most_price=UnitPrice.of("61", "CNY"),
    until=date(2026, 12, 12),
)  # fmt: skip


def line(**changes):
    part = replace(PURCHASE.parts[0], goods=(replace(LINE, **changes),))
    return replace(PURCHASE, parts=(part,))


CHANGES = {
    Moved.LINES: line(quantity=401),
    Moved.PRICES: line(unit_price=UnitPrice.of("11.81", "CNY")),
    Moved.TERMS: replace(PURCHASE, parts=(replace(PURCHASE.parts[0], terms={"incoterm": "DAP"}),)),
    Moved.DEPARTURES: line(departure_id=CARRIER),
    Moved.FREIGHT: replace(PURCHASE, carriage=()),
}


def digest(content):
    return hash_of(kind_of(content), to_json(content))


def test_what_a_purchase_comes_to():
    assert PURCHASE.totals == (Money(5_608_00, "CNY"),)
    assert PURCHASE.items == {ITEM}


@pytest.mark.parametrize("part", [part for part in Moved if part is not Moved.UNIT])
def test_every_change_has_another_hash_and_its_name(part):
    assert moved(PURCHASE, CHANGES[part]) == (part,)
    assert digest(CHANGES[part]) != digest(PURCHASE)
    assert moved(PURCHASE, PURCHASE) == ()


def test_for_whose_money_it_is_stands_beside_the_content():
    assert Moved.UNIT not in moved(PURCHASE, CHANGES[Moved.TERMS])


def test_what_is_kept_is_read_back_with_the_same_hash():
    assert purchase_of(to_json(PURCHASE)) == PURCHASE
    assert range_of(to_json(RANGE)) == RANGE
    assert digest(purchase_of(to_json(PURCHASE))) == digest(PURCHASE)
    assert (kind_of(PURCHASE), kind_of(RANGE)) == (CaseKind.PURCHASE, CaseKind.RANGE)
    assert hash_of(CaseKind.PURCHASE, {}) != hash_of(CaseKind.RANGE, {})


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(["VNHAN", "LAVTE"]), st.text(max_size=5))
def test_two_purchases_have_one_hash_only_if_nothing_moved(quantity, minor, to, sku):
    other = line(quantity=quantity, amount=Money(minor, "CNY"), to=to, sku=sku)
    assert (digest(other) == digest(PURCHASE)) == (moved(PURCHASE, other) == ())


def offered(**changes):
    inside = Offered(
        item_id=ITEM, unit="H87", quantity=500, price=UnitPrice.of("61", "CNY"), departs_on=date(2026, 12, 12),
        to="VNHAN",
    )  # fmt: skip
    return replace(inside, **changes)


def test_the_edge_of_a_range_lies_inside():
    assert within(RANGE, offered()) == ()
    assert within(replace(RANGE, to="VNHAN"), offered(quantity=1)) == ()


@pytest.mark.parametrize(
    ("changes", "outside"),
    [
        ({"item_id": LORRY}, Outside.ITEM),
        ({"unit": "KGM"}, Outside.UNIT),
        ({"quantity": 501}, Outside.QUANTITY),
        ({"quantity": 0}, Outside.QUANTITY),
        ({"price": UnitPrice(61_000_001, "CNY")}, Outside.PRICE),
        ({"price": UnitPrice.of("1", "THB")}, Outside.PRICE),
        ({"price": None}, Outside.PRICE),
        ({"departs_on": date(2026, 12, 13)}, Outside.DAY),
        ({"to": "LAVTE"}, Outside.DESTINATION),
    ],
)
def test_what_lies_outside_is_named(changes, outside):
    assert within(replace(RANGE, to="VNHAN"), offered(**changes)) == (outside,)


def test_a_range_that_holds_nothing_is_refused():
    RANGE.check(today=date(2026, 12, 12))
    assert RANGE.most == Money(30_500_00, "CNY")
    with pytest.raises(Refused) as refused:
        replace(RANGE, most_quantity=0, most_price=UnitPrice(0, "CNY")).check(today=date(2026, 12, 13))
    assert [each.field for each in refused.value.errors] == ["most_quantity", "most_price", "until"]
    with pytest.raises(Refused) as refused:
        replace(RANGE, most_quantity=LARGEST_MINOR).check(today=date(2026, 1, 1))
    assert [(each.field, each.code) for each in refused.value.errors] == [
        ("most_quantity", "too_large"),
        ("most_price", "too_large"),
    ]


def test_what_is_promised_with_the_goods_is_part_of_what_is_approved():
    long, short = (line(promised={"hs_code": "731511", "warranty": months}) for months in ("24", "12"))
    assert hash_of(CaseKind.PURCHASE, to_json(long)) != hash_of(CaseKind.PURCHASE, to_json(short))
    assert moved(long, short) == (Moved.TERMS,)
    assert purchase_of(to_json(long)) == long
    # What was asked for before has the hash that it had.
    assert "promised" not in to_json(PURCHASE)["parts"][0]["goods"][0]
    assert long.without_promises == PURCHASE


def test_an_order_by_other_terms_is_a_change_and_read_back_as_one():
    change = Amended(parts=PURCHASE.parts, carriage=PURCHASE.carriage, order_id=LORRY, order="ORD-1")
    assert kind_of(change) is CaseKind.CHANGE
    assert hash_of(CaseKind.CHANGE, to_json(change)) != digest(PURCHASE)
    for content in (change, PURCHASE, RANGE):
        assert content_of(kind_of(content), to_json(content)) == content


def test_a_range_is_asked_about_goods_and_freight_as_one_price():
    departs_on = date(2026, 12, 1)
    assert PURCHASE.offered(departs_on) == Offered(
        item_id=ITEM, unit="H87", quantity=400, price=UnitPrice.of("14.02", "CNY"), departs_on=departs_on, to="VNHAN"
    )


def test_no_range_is_about_a_courier_two_lines_or_two_currencies():
    part = PURCHASE.parts[0]
    two_lines = replace(PURCHASE, parts=(replace(part, goods=(LINE, LINE)),))
    two_currencies = replace(PURCHASE, carriage=(Carriage(carrier_id=CARRIER, amount=Money(1, "THB")),))
    assert PURCHASE.offered(None) is None
    assert [each.offered(date(2026, 12, 1)) for each in (two_lines, two_currencies)] == [None, None]
