"""Quick orders are read as people paste them, and every line means one listing or says why not."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details.parts import lookup, numbers_of
from marketplace.catalog.rules.rows import NamedRow
from marketplace.checkout.rules.quick import (
    LONGEST_CELL,
    MOST_LINES,
    Asked,
    Row,
    as_text,
    asked,
    cells_of,
    choose,
    rows_of,
)
from marketplace.kernel.errors import Refused

BUYER = uuid4()
CELLS = st.text("AB-1 ,;|\"'é货", max_size=8)


def read(text):
    return rows_of(cells_of(text))


def refused(work):
    with pytest.raises(Refused) as refusal:
        work()
    return [(error.field, error.code, error.accepted) for error in refusal.value.errors]


@pytest.mark.parametrize(
    "text",
    [
        "A-1\t40\nB 2\t80",
        "A-1;40\nB 2;80",
        "A-1|40\nB 2|80",
        'A-1,40\n\n"B 2",80',
        "A-1 40\nB 2   80",
        "sku,quantity\nA-1,40\nB 2,80",
        "数量\t货号\n40\tA-1\n80\tB 2",
        "A-1\t40\nB 2;80",
        "A-1 40\nB 2 | 80",
        "A-1 40\n\nB 2, 80",
        "Our order\n\nMã hàng;Ghi chú;Số lượng\nA-1;;40\nB 2;soon;80",
    ],
)
def test_lists_are_read_with_any_mark_and_with_a_heading_or_without(text):
    assert [(row.sku, row.quantity) for row in read(text)] == [("A-1", "40"), ("B 2", "80")]


def test_each_line_has_a_mark_of_its_own():
    read_as = [(row.sku, row.quantity) for row in read("A-1 40\nB-2\t80\nC-3;120\nD-4|160\nE-5,200\nF-6 1,200")]
    assert read_as == [("A-1", "40"), ("B-2", "80"), ("C-3", "120"), ("D-4", "160"), ("E-5", "200"), ("F-6", "1,200")]
    # Where commas part cells, they do so behind a blank, too.
    assert [(row.sku, row.quantity) for row in read("A-1,40\nB 1,200\nC-1,40")][1] == ("B 1", "200")


def test_further_columns_say_whose_and_at_which_price():
    (row,) = read("A-1\t40\tHanoi Trading\tcny\tfca cn-nanpeng")
    assert asked(row) == Asked(
        sku="A-1", quantity=40, merchant="Hanoi Trading", currency="CNY", incoterm="FCA", place="CN-NANPENG"
    )
    (row,) = read("SKU;Qty;Incoterm;Named place;Currency;Supplier\nA-1;1 000;DAP;VNHAN;人民币")
    assert (asked(row).incoterm, asked(row).place, asked(row).currency) == ("DAP", "VNHAN", "CNY")
    assert asked(row).quantity == 1000
    (row,) = read("SKU;Qty;Named place\nA-1;40")
    assert asked(row).place is None


def test_a_list_has_an_end():
    text = "\n".join(f"A-{number}\t1" for number in range(MOST_LINES))
    assert len(read(text)) == MOST_LINES
    assert refused(lambda: read(f"{text}\nZ\t1")) == [("lines", "too_long", "at most 500 entries")]


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (Row(number=1, sku="", quantity="4"), {"sku"}),
        (Row(number=1, sku="A", quantity=""), {"quantity"}),
        (Row(number=1, sku="A", quantity="1,000"), {"quantity"}),  # one, or a thousand
        (Row(number=1, sku="A", quantity="2.5"), {"quantity"}),
        (Row(number=1, sku="A", quantity="99999999999"), {"quantity"}),
        (Row(number=1, sku="A", quantity="1", currency="XYZ"), {"currency"}),
        (Row(number=1, sku="A" * (LONGEST_CELL + 1), quantity="x"), {"sku", "quantity"}),
    ],
)
def test_what_cannot_be_read_is_named(row, fields):
    assert {field for field, _, _ in refused(lambda: asked(row))} == fields


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), max_size=6))
def test_what_comes_back_to_be_mended_is_read_as_it_was(lines):
    rows = [row for row in rows_of(lines) if any((row.sku, row.quantity, row.merchant, row.currency, row.price_basis))]
    again = rows_of(cells_of(as_text(rows)))
    facts = [(row.sku, row.quantity, row.merchant, row.currency, row.price_basis) for row in rows]
    assert [(row.sku, row.quantity, row.merchant, row.currency, row.price_basis) for row in again] == facts


def named(sku="A-1", merchant="North", merchant_id=None):
    return NamedRow(uuid4(), sku, merchant_id or uuid4(), merchant)


def pick(*found, sku="A-1", merchant=""):
    return choose(Asked(sku=sku, quantity=1, merchant=merchant), found, company_id=BUYER)


def test_a_line_means_one_listing():
    north, south = named(), named(merchant="South")
    assert pick(north) == north.listing_id
    assert pick(north, south, merchant="south ") == south.listing_id
    assert pick(north, south, merchant=str(north.merchant_id)) == north.listing_id
    # Others' goods before one's own, an article before a part of that number, as it is written before all.
    assert pick(named(merchant_id=BUYER), south) == south.listing_id
    assert pick(north, named(sku="Z-9", merchant="South"), sku="a1") == north.listing_id
    two = named(sku="A1", merchant_id=north.merchant_id)
    assert pick(north, two, sku="A1") == two.listing_id


def test_a_line_that_means_none_or_many_says_so():
    north, south = named(), named(merchant="South")
    assert refused(pick) == [("sku", "number_unknown", "a number of goods that are on sale here")]
    assert refused(lambda: pick(north, south)) == [("merchant", "merchant_several", "North; South")]
    assert refused(lambda: pick(north, south, merchant="West")) == [("merchant", "merchant_without", "North; South")]
    two = named(sku="A1", merchant_id=north.merchant_id)
    assert refused(lambda: pick(north, two, sku="a 1")) == [("sku", "number_several", "A-1, A1")]
    mine = named(merchant_id=BUYER)
    assert pick(mine) == mine.listing_id  # refused as own goods where it is put into the cart


def test_goods_go_by_their_own_number_and_those_of_the_part():
    document = {"number": "428-116", "crosses": [{"brand": "DID", "number": "428 H"}, {"brand": "X", "number": "428h"}]}
    assert numbers_of("CH-428", document) == ["CH428", "428116", "428H"]
    assert numbers_of("CH-428", None) == ["CH428"]
    assert lookup(" -- ") == "--"
