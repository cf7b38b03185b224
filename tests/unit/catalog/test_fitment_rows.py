"""Rows of a sheet as fitments: each article whole, every wrong cell named, and what is written reads back the same."""

from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules import fitment_rows
from marketplace.catalog.rules.details import fitment
from marketplace.kernel.errors import Refused

HEADER = ["Article", "品牌", "Model", "Year_From", "year_to", "note"]
_WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12).map(lambda text: normalize("NFC", text))
_VEHICLE = st.builds(
    lambda make, model, first, more, note: fitment.Vehicle(make, model, first, more and first + more, note),
    _WORD, _WORD, st.integers(1900, 2050), st.none() | st.integers(1, 50), st.just("") | _WORD,
)  # fmt: skip


def refusals(call, *given):
    with pytest.raises(Refused) as refusal:
        call(*given)
    return [(error.field, error.code) for error in refusal.value.errors]


@given(st.dictionaries(st.sampled_from(["A-1", "B-2", "C"]), st.lists(_VEHICLE, min_size=1, max_size=4), min_size=1))
def test_what_is_written_as_rows_reads_back_the_same(said):
    wanted = {
        sku: fitment.parse({"vehicles": [each.document for each in vehicles]}).document
        for sku, vehicles in said.items()
    }
    lines = [
        [sku, *(None if part is None else str(part) for part in vehicle.values())]
        for sku, document in wanted.items()
        for vehicle in document["vehicles"]
    ]
    rows = fitment_rows.rows_of([["A list of ours"], [], HEADER, *lines, [None, ""]])
    assert [row.number for row in rows] == list(range(4, 4 + len(lines)))
    assert fitment_rows.judge(rows, wanted.keys()) == wanted


def test_numbers_of_a_sheet_program_are_years_and_models():
    (row,) = fitment_rows.rows_of([HEADER, [Decimal(7), "Fiat", Decimal(500), Decimal(2007), None]])
    found = fitment_rows.judge([row], {"7"})["7"]["vehicles"]
    assert found == [{"make": "Fiat", "model": "500", "year_from": 2007, "year_to": None, "note": ""}]


def test_an_article_number_alone_takes_everything_away():
    rows = fitment_rows.rows_of([HEADER, ["A"], ["B"], ["B", "Fiat", "500", "2007"]])
    assert refusals(fitment_rows.judge, rows, {"A", "B"}) == [
        ("rows.3.make", "required"),
        ("rows.3.model", "required"),
        ("rows.3.year_from", "required"),
    ]
    assert fitment_rows.judge(rows[:1], {"A"}) == {"A": None}


def test_every_wrong_cell_is_named_by_its_row():
    lines = [
        ["A", "Toyota", "Hilux", "2012", "2010"],
        ["", "Toyota", "Hilux", "2012"],
        ["B", "Toyota", "Hilux", "2012"],
        ["A", "To\0yota", "Hilux", "2012"],
        ["A", "Toyota", "", "soon"],
    ]
    rows = fitment_rows.rows_of([HEADER, *lines])
    assert refusals(fitment_rows.judge, rows, {"A"}) == [
        ("rows.2.year_to", "too_small"),
        ("rows.3.sku", "required"),
        ("rows.4.sku", "fitment_article"),
        ("rows.5.make", "control_characters"),
        ("rows.6.model", "required"),
        ("rows.6.year_from", "whole_number"),
    ]


def test_too_many_vehicles_are_said_of_the_first_too_many():
    lines = [["A", "Toyota", f"Model {number}", "2012"] for number in range(fitment.MOST_VEHICLES + 2)]
    rows = fitment_rows.rows_of([HEADER, *lines])
    assert refusals(fitment_rows.judge, rows, {"A"}) == [(f"rows.{fitment.MOST_VEHICLES + 2}.sku", "too_long")]


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ([], "fitment_header"),
        ([["sku", "make"]], "fitment_header"),
        ([HEADER], "fitment_empty"),
        ([HEADER, *([str(number)] for number in range(2_001))], "fitment_large"),
        ([HEADER, *(["A"] for _ in range(20_001))], "fitment_large"),
    ],
)
def test_a_sheet_without_rows_or_with_too_many_is_refused(sheet, code):
    assert refusals(fitment_rows.rows_of, sheet) == [("file", code)]
