"""What is said beside the offer survives a sheet: written as cells it reads back as it was, or changes nothing."""

from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import headers
from marketplace.catalog.rules.details import samples
from marketplace.catalog.rules.imported import Outcome, Shelves, Surroundings, judge
from marketplace.catalog.rules.list_cells import entries, joined
from marketplace.catalog.rules.places import NamedPlace, not_among
from marketplace.catalog.rules.sheet_details import (
    COLUMNS,
    HOW,
    PLACES,
    VISIBILITY,
    Beside,
    Goods,
    beside_of,
    cells_of,
    is_column,
)
from marketplace.catalog.rules.sheets import RawSheet, layout_of
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.errors import Refused
from tests.support.said import ASKED, documents, languages, visibilities, words

PAPER = str(UUID(int=7))
GOODS = Goods(40, 40, ASKED, frozenset({"zh", *languages}), "zh")
said = st.builds(Beside, documents(st.just(PAPER), languages=languages), visibilities)
ALL = frozenset({*COLUMNS, *HOW, VISIBILITY, *(f"attribute@{each.code}" for each in ASKED)})


def refused(values, before=None, goods=GOODS, sheet=ALL):
    with pytest.raises(Refused) as refusal:
        beside_of(values, before or Beside(), goods, sheet)
    return {error.field: error.code for error in refusal.value.errors}


@given(st.lists(st.lists(words, min_size=2, max_size=2), min_size=1, max_size=4))
def test_lists_in_a_cell_read_back(rows):
    assert entries(joined(rows)) == rows


def test_entries_may_be_empty_in_parts_and_not_as_a_whole():
    assert entries("") == entries(" ; ") == []
    assert entries("a | ; b|c;") == [["a", ""], ["b", "c"]]
    assert entries(r"a\;b | c\|d\\e\n") == [["a;b", r"c|d\e\n"]]


@given(said)
def test_what_is_said_reads_back_and_what_is_said_again_changes_nothing(beside):
    cells = cells_of(beside)
    assert cells.keys() <= ALL
    assert beside_of(cells | {"dangerous_confirmed": "yes"}, Beside(), GOODS, ALL) == beside
    again = beside_of(cells, beside, GOODS, ALL)
    assert all(again.documents[kind] is document for kind, document in beside.documents.items())
    assert again == beside


@given(said)
def test_a_row_without_a_word_leaves_everything(beside):
    assert beside_of({}, beside, GOODS, ALL) == beside
    assert beside_of({"sku": "A", "tiers": [[1, "2"]]}, beside, GOODS, frozenset()) == beside


def test_our_headers_are_known_in_both_languages_and_the_columns_are_ours():
    for name, written in headers.DETAILS.items():
        assert {headers.recognise(each).name for each in (name, *written)} == {name}
        assert headers.is_column(name)
    assert headers.DETAILS.keys() == {*COLUMNS, PLACES, VISIBILITY}
    assert headers.recognise("属性@voltage").name == headers.recognise("Attribute@voltage").name == "attribute@voltage"
    assert headers.recognise("how_vi").name == "how_vi"
    assert is_column("attribute@x_1")
    assert not is_column("attribute@9")
    assert not is_column("how_fr")
    assert headers.is_daily({"sku", "dangerous", "attribute@voltage"})


@pytest.mark.parametrize("name", ["stock", "dangerous", "attribute@voltage"])
def test_two_columns_are_a_sheet_when_one_is_the_article_number(name):
    layout = layout_of(RawSheet("s", [["sku", name], ["A", "1"]]), {})
    assert ([column.name for column in layout.columns], layout.data_from) == (["sku", name], 1)


def test_rows_of_places_are_listed_by_code():
    rows = [
        SimpleNamespace(name="Hanoi", code="VNHAN", names={"vi": "Hà Nội"}),
        SimpleNamespace(name="Nanpeng", code="CN-NANPENG", names={}),
    ]
    (error,) = not_among("to", "choice", rows).errors
    assert error.accepted == "Nanpeng (CN-NANPENG), Hanoi (VNHAN)"
    assert error.facts["in_languages"]["vi"] == "Nanpeng (CN-NANPENG), Hà Nội (VNHAN)"


FOOD = {"shelf_days": 30, "least_celsius": "2", "most_celsius": None, "lot": "L", "facility": "", "scheme": None,
        "allergens": ["soy"]}  # fmt: skip


def test_a_kind_is_said_by_the_columns_that_the_sheet_has():
    before = Beside({"food": FOOD})
    narrow = beside_of({"food_days": "60"}, before, GOODS, frozenset({"sku", "food_days"}))
    assert narrow.documents["food"] == FOOD | {"shelf_days": 60}
    wide = beside_of({"food_days": "30"}, before, GOODS, frozenset({"food_days", "food_lot", "food_allergens"}))
    assert wide.documents["food"] == FOOD | {"lot": "", "allergens": []}
    assert before.documents["food"] is FOOD


def test_a_sheet_moves_the_price_of_a_sample_and_leaves_what_has_no_column():
    sample = samples.parse(
        {"price": "12.50", "currency": "CNY", "lead_days": 3, "most": 4, "courier_fee": "30", "courier_days": 5}
    )
    columns = frozenset({"sample_price", "sample_currency", "sample_days"})
    written = {"sample_price": "11", "sample_currency": "CNY", "sample_days": "3"}
    said = beside_of(written, Beside({"sample": sample.document}), GOODS, columns).documents["sample"]
    assert said == samples.parse(sample.document | {"price": "11"}).document
    assert (said["most"], said["courier_fee"]) == (sample.document["most"], sample.document["courier_fee"])


def test_attributes_are_said_by_the_columns_that_the_sheet_has():
    before = Beside({"attributes": {"voltage": "12", "note": "x", "washable": True}})
    columns = frozenset({"attribute@voltage", "attribute@note"})
    said = beside_of({"attribute@voltage": "24"}, before, GOODS, columns)
    assert said.documents["attributes"] == {"voltage": "24", "washable": True}
    assert beside_of({"attribute@voltage": "12", "attribute@note": "x"}, before, GOODS, columns) == before


def test_an_answer_is_confirmed_when_it_is_new_and_stays_signed_while_it_is_the_same():
    answer = {"dangerous": "not_dangerous"}
    assert refused(answer) == {"dangerous_confirmed": "required"}
    first = beside_of(answer | {"dangerous_confirmed": "Yes"}, Beside(), GOODS, ALL).documents["dangerous"]
    signed = Beside({"dangerous": first | {"signed_by": "x", "signed_at": "y", "hash": "z"}})
    assert beside_of(answer, signed, GOODS, ALL) == signed
    # Something is written that the answer contradicts: one of the two is wrong, and nobody guesses which.
    spare = answer | {"dangerous_class": "9", "dangerous_confirmed": "yes"}
    assert refused(spare) == {"dangerous_class": "not_dangerous_said"}
    # A list of answers alone takes back what was said of the danger.
    said = {
        "dangerous": "dangerous", "dangerous_un": "1993", "dangerous_class": "3", "dangerous_net": "5",
        "dangerous_unit": "LTR", "dangerous_sheet": PAPER, "dangerous_sheet_on": "2026-01-01",
        "dangerous_confirmed": "yes",
    }  # fmt: skip
    flammable = beside_of(said, Beside(), GOODS, ALL)
    calm = beside_of(
        answer | {"dangerous_confirmed": "yes"}, flammable, GOODS, frozenset({"dangerous", "dangerous_confirmed"})
    )
    assert (calm.documents["dangerous"]["answer"], calm.documents["dangerous"]["un_number"]) == ("not_dangerous", None)
    # A tick alone answers nothing.
    assert beside_of({"dangerous_confirmed": "yes"}, signed, GOODS, ALL) == signed


def test_what_is_written_otherwise_and_says_the_same_changes_nothing():
    said = {"brand_relation": "own", "brand_name": "Lifan  Power"}
    before = beside_of({**said, "brand_name": "Lifan Power"}, Beside(), GOODS, ALL)
    assert beside_of(said, before, GOODS, ALL) == before


def test_days_that_a_program_kept_as_instants_are_days():
    values = {
        "brand_relation": "licensed", "brand_name": "Bosch", "brand_letter": PAPER,
        "brand_until": "2027-01-31T00:00:00",
    }  # fmt: skip
    assert beside_of(values, Beside(), GOODS, ALL).documents["brand"]["until"] == "2027-01-31"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"parts_number": "A-1"}, {"parts_manufacturer": "required"}),
        (
            {"parts_manufacturer": "M", "parts_number": "1", "parts_crosses": "Bosch 12; TRW | 3"},
            {"parts_crosses": "list_cell"},
        ),
        (
            {"parts_manufacturer": "M", "parts_number": "1", "parts_crosses": " | --"},
            {"parts_crosses": "part_number"},
        ),
        ({"brand_relation": "friend", "brand_name": "B"}, {"brand_relation": "choice"}),
        ({"food_days": "30", "food_allergens": "soy | x; nuts"}, {"food_allergens": "choice"}),
        ({"certificate_list": "ce | 1 | TÜV"}, {"certificate_list": "list_cell"}),
        ({"certificate_list": "ce | 1 | TÜV | no file | 2026-01-01"}, {"certificate_list": "id"}),
        ({"warranty_months": "12"}, {"warranty_covers": "required"}),
        ({"sample_price": "1.234", "sample_currency": "CNY", "sample_days": "1"}, {"sample_price": "too_fine"}),
        ({"pallet_units": "41"}, {"pallet_units": "pallet_units"}),
        ({"visibility": "friends"}, {"visibility": "choice"}),
        ({"how_vi": "somehow"}, {"how_vi": "choice"}),
        ({"how_lo": "person"}, {"title_lo": "required"}),
        ({"attribute@colour": "blue"}, {"attribute@colour": "attribute_value"}),
        ({"attribute@weight": "1"}, {"attribute@weight": "attribute_unknown"}),
    ],
)
def test_what_is_wrong_is_named_by_its_column(values, fields):
    found = refused(values)
    assert {name: found.get(name) for name in fields} == fields


def test_everything_wrong_is_named_at_once():
    assert refused({"visibility": "x", "warranty_months": "0", "attribute@colour": "blue"}).keys() == {
        "visibility", "warranty_months", "warranty_covers", "attribute@colour",
    }  # fmt: skip


def test_the_mark_of_the_merchants_own_language_is_none():
    assert beside_of({"how_zh": "person", "visibility": "named"}, Beside(), GOODS, ALL) == Beside({}, Visibility.NAMED)


VALUES = {
    "sku": "A", "title": "链条", "hs": "871410", "origin": "CN", "unit": "H87", "currency": "CNY", "price": "27.4",
    "incoterm": "FCA", "place": "南彭", "stock": 5, "attribute@voltage": "12",
}  # fmt: skip
SHELVES = Shelves(
    asked={"parts": ASKED, "lamps": ASKED[:1]},
    chapters={"lamps": ["85"], "parts": ["87"], "else": []},
    commodities={"chain-428h": "parts"},
)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, "parts"),
        ({"hs": "853950"}, "lamps"),
        ({"hs": "010121"}, None),
        ({"hs": "010121", "category": "parts"}, "parts"),
        ({"hs": "853950", "commodity": "chain-428h"}, "parts"),
        ({"commodity": "unheard-of"}, None),
    ],
)
def test_attributes_are_those_of_the_shelf_that_the_goods_would_stand_on(changes, asked):
    hub = NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng", "zh": "南彭"})
    codes = frozenset({"parts", "lamps", "else"})
    values = {**VALUES, **changes}
    around = Surroundings([hub], codes, "zh", columns=frozenset({*values, "attribute@colour"}), shelves=SHELVES)
    assert around.looks_beside
    assert not Surroundings([hub], codes, "zh", columns=frozenset(values)).looks_beside
    judged = judge(values, None, around)
    wanted = {"attribute@voltage": "attribute_unknown"} if asked is None else {}
    assert {error.field: error.code for error in judged.errors} == wanted
    if asked is not None:
        assert judged.draft.beside.documents == {"attributes": {"voltage": "12"}}
        again = judge(values, judged.draft, around)
        assert (again.outcome, again.draft) == (Outcome.UNCHANGED, judged.draft)
        changed = judge({**values, "attribute@voltage": "24"}, judged.draft, around)
        assert changed.outcome is Outcome.UPDATE
    else:
        assert {name: error.accepted for name, error in zip(wanted, judged.errors, strict=True)} == {
            "attribute@voltage": "no attributes on this shelf"
        }


def test_a_pallet_is_checked_against_the_carton_of_the_same_row():
    hub = NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng", "zh": "南彭"})
    carton = {"carton_units": 40, "carton_l": 100, "carton_w": 100, "carton_h": 100, "gross_g": 2, "net_g": 1}
    values = {**VALUES, "pallet_units": "80"}
    del values["attribute@voltage"]
    around = Surroundings([hub], frozenset(), "zh", columns=frozenset(values), shelves=Shelves({}, {}, {}))
    assert [(error.field, error.code) for error in judge(values, None, around).errors] == [
        ("pallet_units", "pallet_carton")
    ]
    judged = judge(values | carton | {"moq": 40, "multiple": 40}, None, around)
    assert judged.draft.beside.documents == {"pallet": {"units": 80, "height_mm": None}}
