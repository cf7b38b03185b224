"""Where units lie, in a cell of a sheet: read back as it was written, or refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.imported import Outcome, Shelves, Surroundings, judge
from marketplace.catalog.rules.places import NamedPlace
from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.catalog.rules.sheet_details import Beside, cells_of
from marketplace.catalog.rules.sheet_places import after, read_split
from marketplace.catalog.warehouses.rules import name_key

KNOWN = {name_key(name): name for name in ("Chongqing 1", "Nanning", r"A; B | C: \1")}
HUB = NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng"})
ROW = {
    "sku": "A", "title": "Chain", "hs": "871410", "origin": "CN", "unit": "H87", "currency": "CNY", "price": "27.4",
    "incoterm": "FCA", "place": "Nanpeng",
}  # fmt: skip


@given(st.dictionaries(st.sampled_from(list(KNOWN.values())), st.integers(1, LARGEST_QUANTITY // 3), min_size=1))
def test_a_split_survives_a_cell(places):
    errors = []
    cells = cells_of(Beside(places=places))
    values, read = read_split({"stock_places": cells["stock_places"]}, KNOWN, errors)
    assert errors == []
    assert read == places
    assert values["stock"] == sum(places.values())


@pytest.mark.parametrize(
    ("cell", "code", "accepted"),
    [
        ("Nanning", "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ("Nanning: -1", "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ("Nanning: many", "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ("Nanning: 1 | 2", "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ("Hanoi: 1; Nanning: 2", "warehouse_unknown", r"Chongqing 1, Nanning, A; B | C: \1"),
        ("Nanning: 1; NANNING: 2", "warehouse_twice", "each warehouse once"),
        ("Nanning: 1000000001", "too_large", "0 to 1000000000"),
    ],
)
def test_what_is_wrong_with_a_split_is_said_of_its_cell(cell, code, accepted):
    errors = []
    read_split({"stock_places": cell}, KNOWN, errors)
    assert [(error.field, error.code, error.accepted) for error in errors] == [("stock_places", code, accepted)]


def test_who_has_no_warehouse_is_told_so():
    errors = []
    read_split({"stock_places": "Nanning: 1"}, {}, errors)
    assert [(error.code, error.facts) for error in errors] == [("warehouse_none", {"name": "Nanning"})]


def test_a_wide_colon_and_nothing_in_a_warehouse_are_read():
    errors = []
    values, read = read_split({"stock_places": "chongqing 1： 40; Nanning: 0", "stock": 40}, KNOWN, errors)
    assert (values["stock"], read, errors) == (40, {"Chongqing 1": 40}, [])


def test_a_row_says_split_and_total_alike_or_is_refused():
    shelves = Shelves({}, {}, {}, KNOWN)
    around = Surroundings([HUB], frozenset(), "en", columns=frozenset({*ROW, "stock", "stock_places"}), shelves=shelves)
    made = judge({**ROW, "stock_places": "Nanning: 60; Chongqing 1: 400"}, None, around)
    assert (made.outcome, made.draft.stock) == (Outcome.CREATE, 460)
    assert made.draft.beside.places == {"Chongqing 1": 400, "Nanning": 60}
    same = judge({**ROW, "stock": 460, "stock_places": "Chongqing 1: 400; Nanning: 60"}, made.draft, around)
    assert same.outcome is Outcome.UNCHANGED
    differs = judge({**ROW, "stock": 500, "stock_places": "Chongqing 1: 400; Nanning: 60"}, made.draft, around)
    assert [(error.field, error.code, error.accepted, error.facts) for error in differs.errors] == [
        ("stock_places", "places_sum", "500", {"total": 460})
    ]
    # A total alone leaves the split to the order of preference, which the preview tells.
    less = judge({**ROW, "stock": 50}, made.draft, around)
    assert less.draft.beside.places == {"Nanning": 50}
    more = judge({**ROW, "stock": 470}, made.draft, around)
    assert more.draft.beside.places == {"Chongqing 1": 410, "Nanning": 60}
    wrong = judge({**ROW, "stock_places": "Hanoi: 5"}, None, around)
    assert [(error.field, error.code) for error in wrong.errors] == [("stock_places", "warehouse_unknown")]


def test_places_of_goods_that_do_not_lie_ready_are_none():
    assert after({"Nanning": 5}, {}, KNOWN, stock=None) == {}
    assert after(None, {"Nanning": 5}, {}, stock=5) == {"Nanning": 5}
    assert after(None, {}, KNOWN, stock=5) == {}
    assert after(None, {"Nanning": 5}, KNOWN, stock=None) == {}
