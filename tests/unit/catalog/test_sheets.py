"""How sheets are read: numbers, headers, mappings, rows - and what is refused rather than guessed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from marketplace.catalog.rules import numbers
from marketplace.catalog.rules.cells import Spot, ignored, letters, place_of, spot_of
from marketplace.catalog.rules.headers import Known, is_column, recognise
from marketplace.catalog.rules.imported import Outcome, Surroundings, judge, language_of_text
from marketplace.catalog.rules.mapping import column_index, kept, read_mapping
from marketplace.catalog.rules.places import KINDS, NamedPlace, find_place, listed
from marketplace.catalog.rules.sheet_rows import SheetRow, doubtful, read_rows, weights_of
from marketplace.catalog.rules.sheets import MOST_COLUMNS, Formula, Merged, RawSheet, layout_of, shown
from marketplace.kernel.errors import Refused, TooLarge

HEAD = ["sku", "title", "price"]
HUB = NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng", "zh": "南彭"})
AROUND = Surroundings([HUB], frozenset({"parts"}), "zh")
VALUES = {
    "sku": "A",
    "title": "链条",
    "hs": "871410",
    "origin": "CN",
    "unit": "H87",
    "currency": "CNY",
    "price": "27.4",
    "incoterm": "FCA",
    "place": "南彭",
    "stock": 5,
}


def read(headers, *lines, mapping=None, merged=()):
    sheet = RawSheet("s", [headers, *lines], merged)
    return list(read_rows(sheet, layout_of(sheet, read_mapping(mapping or {}))))


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("12.5", "12.5", None),
        ("12,5", None, "12.5"),
        ("1.234,50", None, "1234.50"),
        ("1,234.5", "1234.5", None),
        ("1,234", "1234", "1.234"),
        ("0,500", None, "0.500"),
        ("1 234,5", None, "1234.5"),
        ("12.345.678", None, "12345678"),
        ("-5", "-5", "-5"),
        ("+5", "5", "5"),
        (".5", "0.5", None),
        ("5.", None, None),
        ("1,23,456", None, None),
        ("NaN", None, None),
        ("1e5", None, None),
        ("Infinity", None, None),
        ("１", None, None),
        ("", None, None),
        ("9" * 16, None, None),
        ("9" * 25, None, None),
        ("1'234", "1234", "1234"),
    ],
)
def test_what_a_text_may_mean(text, point, comma):
    reading = numbers.read(text)
    assert (reading.point, reading.comma) == tuple(
        None if value is None else Decimal(value) for value in (point, comma)
    )


@pytest.mark.parametrize(
    ("texts", "text", "whole", "value"),
    [
        (["1,5"], "1.234", False, "1234"),
        (["1.5"], "1.234", False, "1.234"),
        (["1,5", "1.5"], "1.234", False, None),
        ([], "1.234", False, None),
        ([], "1.234", True, "1234"),
        ([], "1.000", True, None),
        ([], "x", False, None),
        (["7", "1,234"], "1,234", False, None),
        ([], "12", False, "12"),
    ],
)
def test_a_column_decides_what_its_cells_leave_open(texts, text, whole, value):
    found = numbers.style_of(texts).choose(numbers.read(text), whole=whole)
    assert found == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("货号*", Known("sku")),
        ("Item No.", Known("sku")),
        ("HS Code：", Known("hs")),
        ("毛重（克）", Known("gross_kg", "g")),
        ("Gross weight (KG)", Known("gross_kg", "kg")),
        ("carton_l_mm", Known("carton_l", "mm")),
        ("净重kg", Known("net_kg", "kg")),
        ("单价 @ 1,000", Known("price@1000")),
        ("price@500+", Known("price@500")),
        ("品名_en", Known("title_en")),
        ("price@0", None),
        ("moq@5", None),
        ("price@99999999999", None),
        ("Price (USD)", Known("price")),
        ("", None),
        ("x" * 121, None),
        ("colour", None),
        ("单价kg", None),
    ],
)
def test_headers_in_two_languages(header, known):
    assert recognise(header) == known


def test_columns_that_a_mapping_may_name():
    assert all(is_column(name) for name in ("sku", "price@5", "title_th", "carton_lwh"))
    assert not any(is_column(name) for name in ("nothing", "title_xx", "price@0"))
    assert (column_index("a"), column_index("AB"), column_index("A1")) == (0, 27, None)


def test_a_mapping_that_was_kept_suits_sheets_with_other_headers():
    once = {"sku": "Artikel", "price": {"header": "Netto", "unit": "g"}, "currency": {"value": "IDR"}}
    again = kept(once)
    assert again == {
        "sku": {"header": "Artikel", "if_there": True},
        "price": {"header": "Netto", "unit": "g", "if_there": True},
        "currency": {"value": "IDR"},
    }
    assert kept(again) == again
    columns = [line.values for line in read(["Artikel", "title", "Netto"], ["A", "T", "5"], mapping=again)]
    assert columns == [line.values for line in read(["Artikel", "title", "Netto"], ["A", "T", "5"], mapping=once)]
    with pytest.raises(Refused):
        read(HEAD, ["A", "T", "5"], mapping=once)
    (line,) = read(HEAD, ["A", "T", "5"], mapping=again)
    assert (line.values["sku"], line.values["price"]) == ("A", "5")


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {"x": "y"},
        {1: "y"},
        {"sku": ""},
        {"sku": 5},
        {"sku": {}},
        {"sku": {"header": "a", "column": "B"}},
        {"sku": {"column": "?"}},
        {"sku": {"header": 3}},
        {"sku": {"header": "a", "unit": "stone"}},
        {"sku": {"header": "a", "more": "b"}},
        {"sku": {"header": "a", "if_there": 1}},
        {"sku": {"value": "a", "if_there": True}},
        {"sku": "a\x00b"},
        {"sku": {"value": "a\ud800"}},
    ],
)
def test_mappings_that_cannot_be_read(given):
    with pytest.raises(Refused) as refusal:
        read_mapping(given)
    assert refusal.value.errors[0].field == "mapping"


def test_a_header_that_reaches_down_into_the_data_is_no_value():
    lines = [["Item", "description", None], ["A", "description", Decimal(2)], ["B", None, Decimal(3)]]
    covers = [Merged(0, 1, 2, 1), Merged(2, 0, 3, 0), Merged(0, 2, 0, 2)]
    rows = read(["sku", "description", "price"], *lines, merged=covers)
    assert [row.values for row in rows] == [
        {"sku": "Item"}, {"sku": "A", "price": "2"}, {"sku": "B", "price": "3"}
    ]  # fmt: skip


def test_a_title_above_and_blank_lines_are_passed_over():
    sheet = RawSheet("s", [["Price list"], [], HEAD, [], ["A", "Chain", Decimal("1.5")], [None, " "]])
    (row,) = read_rows(sheet, layout_of(sheet, {}))
    assert (row.number, row.values) == (5, {"sku": "A", "title": "Chain", "price": "1.5"})


def test_a_header_merged_downwards_and_one_that_spans_its_sides():
    top = ["sku", "title", "price", "外箱尺寸(mm)", None, None]
    (row,) = read(
        top,
        [None] * 6,
        ["A", "x", "5", "500", "400", "300"],
        merged=[*(Merged(0, c, 1, c) for c in range(3)), Merged(0, 3, 1, 5)],
    )
    assert [row.values[name] for name in ("carton_l", "carton_w", "carton_h")] == [500, 400, 300]
    (row,) = read(
        top, [None, None, None, "长", "宽", "高"], ["A", "x", "5", "500", "400", "300"], merged=[Merged(0, 3, 0, 5)]
    )
    assert row.values["carton_h"] == 300


def test_a_group_over_its_sides_lends_them_its_unit():
    top = ["sku", "title", "price", "外箱尺寸(mm)", None, None]
    merged = [*(Merged(0, column, 1, column) for column in range(3)), Merged(0, 3, 0, 5)]
    (row,) = read(top, [None, None, None, "高", "宽", "长"], ["A", "x", "5", "500", "400", "300"], merged=merged)
    assert [row.values[name] for name in ("carton_l", "carton_w", "carton_h")] == [300, 400, 500]


def test_a_price_without_its_place_is_asked_for_it():
    judged = judge({name: value for name, value in VALUES.items() if name != "place"}, None, AROUND)
    assert [(error.field, error.code) for error in judged.errors] == [("place", "required")]


def test_a_header_twice_is_said_and_the_first_is_read():
    sheet = RawSheet("s", [[*HEAD, "Price"], ["A", "x", "5", "6"]])
    layout = layout_of(sheet, {})
    assert [(warning.field, warning.code) for warning in layout.warnings] == [("price", "column_twice")]
    assert next(iter(read_rows(sheet, layout))).values["price"] == "5"
    assert layout_of(sheet, read_mapping({"price": "Price"})).warnings == ()


def test_sheets_without_headers_or_too_large_are_refused():
    with pytest.raises(Refused, match="fields"):
        layout_of(RawSheet("s", [["a"]]), {})
    with pytest.raises(Refused):
        layout_of(RawSheet("s", [HEAD]), read_mapping({"sku": "Artikel"}))
    with pytest.raises(TooLarge):
        layout_of(RawSheet("s", [HEAD, ["x"] * (MOST_COLUMNS + 1)]), {})
    with pytest.raises(TooLarge):
        layout_of(RawSheet("s", [["x"]] * 100_031), {})
    with pytest.raises(TooLarge):
        read(HEAD, *[["x"]] * 100_001)
    assert layout_of(RawSheet("s", [[], ["x"]]), read_mapping({"sku": {"column": "A"}})).data_from == 1
    assert [shown(cell) for cell in (None, True, Decimal("1E+2"), "a")] == ["", "TRUE", "100", "a"]


@pytest.mark.parametrize(
    ("header", "cell", "found"),
    [
        ("carton_lwh", "60×40*35 cm", {"carton_l": 600, "carton_w": 400, "carton_h": 350}),
        ("carton_lwh (mm)", "600x400x350", {"carton_l": 600, "carton_w": 400, "carton_h": 350}),
        ("carton_l", "1.5 m", {"carton_l": 1500}),
        ("net_kg", "2 t", {"net_g": 2_000_000}),
        ("stock", "12 pcs", {"stock": 12}),
        ("hs", Decimal(810600000), {"hs": "0810600000"}),
        ("incoterm", "fca", {"incoterm": "FCA"}),
        ("currency", "人民币", {"currency": "CNY"}),
        ("unit", "套", {"unit": "SET"}),
        ("origin", "Thailand", {"origin": "TH"}),
        ("price@9", Decimal("4.50"), {"tiers": [[9, "4.5"]]}),
        ("title_zh", "链 条", {"titles": {"zh": "链 条"}}),
        ("description", "a\nb", {"description": "a\nb"}),
    ],
)
def test_cells_become_values(header, cell, found):
    (row,) = read([*HEAD, header], ["A", "x", "5", cell])
    assert row.errors == []
    assert {name: value for name, value in row.values.items() if name not in HEAD} == found


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("carton_lwh", "60x40", "carton_lwh"),
        ("carton_lwh", "axbxc", "number"),
        ("carton_l", "5 kg", "measure"),
        ("carton_l", "wide", "number"),
        ("net_kg", "heavy", "number"),
        ("stock", True, "text"),
        ("moq", "1e3", "number"),
        ("moq", Decimal("1.5"), "whole_number"),
        ("description", "\x07", "control_characters"),
        ("price@9", Decimal("0.0000001"), "price"),
        ("price@9", "cheap", "number"),
        ("price@9", "1.234", "number_ambiguous"),
    ],
)
def test_cells_that_cannot_be_read(header, cell, code):
    (row,) = read([*HEAD, header], ["A", "x", "5", cell])
    assert {error.code for error in row.errors} == {code}


def test_the_currency_beside_a_price_is_noted():
    first, second, third = read(HEAD, ["A", "x", "¥5.5"], ["B", "x", "6.5元"], ["C", "x", "USD 7.5"])
    assert first.values["money_signs"] == ["CNY", "JPY"]
    assert (second.values["money_signs"], third.values["money_signs"]) == (["CNY"], ["USD"])
    assert (first.values["price"], third.values["price"]) == ("5.5", "7.5")


def test_articles_made_from_another_column_and_values_for_all():
    mapping = {
        "sku": {"made_from": "A"},
        "title": {"column": "A"},
        "currency": {"value": "IDR"},
        "price": {"column": "Z"},
    }
    first, second = read(["https://a.invalid"], ["https://b.invalid"], mapping=mapping)
    assert first.values["sku"] != second.values["sku"]
    assert len(first.values["sku"]) == 12
    assert first.values["currency"] == "IDR"


def test_weights_that_are_a_thousand_times_off():
    def rows(grams):
        return weights_of([SheetRow(1, (), {"gross_exact": Decimal(grams)}), SheetRow(2, ())])

    assert [error.code for error in doubtful(rows("0.27"))] == ["weights_tiny"]
    assert [error.code for error in doubtful(rows("5000000"))] == ["weights_huge"]
    assert doubtful(rows("500")) == doubtful([]) == []


def test_a_row_makes_changes_and_leaves_a_listing():
    made = judge(VALUES, None, AROUND)
    assert made.outcome is Outcome.CREATE
    assert judge(VALUES, made.draft, AROUND).outcome is Outcome.UNCHANGED
    changed = judge({"sku": "A", "stock": 6, "title_en": ""}, made.draft, AROUND)
    assert (changed.outcome, changed.draft.stock) == (Outcome.UPDATE, 6)
    priced = judge({**VALUES, "currency": "USD", "tiers": [[9, "20"]]}, made.draft, AROUND).draft
    assert [ladder.currency for ladder in priced.ladders] == ["CNY", "USD"]
    lead = judge({**VALUES, "stock": 0, "lead_days": 9}, made.draft, AROUND).draft
    assert (lead.stock, lead.lead_days) == (None, 9)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"category": "none"}, "category", "choice"),
        ({"currency": "XXX"}, "currency", "currency"),
        ({"incoterm": "EXW"}, "incoterm", "choice"),
        ({"place": "nowhere"}, "place", "place"),
        ({"money_signs": ["THB"]}, "price", "currency_differs"),
        ({"moq": 0}, "moq", "too_small"),
    ],
)
def test_rows_that_make_no_listing(changes, field, code):
    judged = judge({**VALUES, **changes}, None, AROUND)
    assert judged.outcome is Outcome.ERROR
    assert (field, code) in {(error.field, error.code) for error in judged.errors}


def test_what_is_doubtful_is_said_and_does_not_keep_the_row_out():
    doubts = {"lead_days": 5, "gross_g": 100, "tiers": [[5, "99"]], "moq": 10}
    judged = judge({**VALUES, **doubts}, None, AROUND)
    assert judged.outcome is Outcome.CREATE
    assert {warning.code for warning in judged.warnings} == {"lead_days_unused", "packing_partial", "price_rises"}


def test_tiers_without_a_price_and_titles_by_language():
    values = {name: value for name, value in VALUES.items() if name not in {"price", "title"}}
    draft = judge({**values, "tiers": [[10, "5"]], "titles": {"vi": "Xích", "en": "Chain"}}, None, AROUND).draft
    assert (draft.source_locale, [tier.from_quantity for tier in draft.ladders[0].tiers]) == ("vi", [10])
    assert judge({name: VALUES[name] for name in ("sku",)}, None, AROUND).outcome is Outcome.ERROR


def test_an_article_number_comes_once():
    first, second, third = read(HEAD, ["A", "x", "5"], ["A", "y", "6"], [None, "z", "7"])
    assert (first.errors, third.errors) == ([], [])
    assert [(error.code, error.facts) for error in second.errors] == [("sku_twice", {"row": 2})]


def test_a_header_that_is_merged_downwards_whole_is_one_header():
    (row,) = read(HEAD, [None] * 3, ["A", "x", "5"], merged=[Merged(0, column, 1, column) for column in range(3)])
    assert row.number == 3


@pytest.mark.parametrize("price", ["0", "-1", "1000000000000"])
def test_prices_are_above_zero_and_below_a_billion_thousands(price):
    (row,) = read(HEAD, ["A", "x", price])
    assert [error.code for error in row.errors] == ["price"]


def test_a_carton_is_changed_part_by_part():
    carton = {"carton_units": 1, "carton_l": 100, "carton_w": 100, "carton_h": 100, "gross_g": 900, "net_g": 800}
    made = judge({**VALUES, **carton}, None, AROUND).draft
    changed = judge({"sku": "A", "gross_g": 950}, made, AROUND)
    assert (changed.warnings, changed.draft.packing.gross_g, changed.draft.packing.net_g) == ((), 950, 800)
    assert judge({"sku": "A", "lead_days": 30}, made, AROUND).draft.stock is None


def test_weights_as_texts_and_numbers():
    text, number, bad = read(
        [*HEAD, "gross_kg"], ["A", "x", "5", "12,5"], ["B", "x", "5", Decimal("0.27")], ["C", "x", "5", "x"]
    )
    assert (text.values["gross_g"], number.values["gross_g"]) == (12_500, 270)
    assert [error.field for error in bad.errors] == ["gross_kg"]


def test_languages_by_their_letters():
    found = [language_of_text(text, "zh") for text in ("链条", "ลำไย", "Cà phê Đắk Lắk ấm", "Chain")]
    assert found == ["zh", "th", "vi", "en"]
    assert language_of_text("Rantai", "id") == "id"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("地点", "place"), ("交货地点", "place"), ("英文品名", "title_en"), ("中文品名", "title_zh"),
        ("English name", "title_en"),
        ("Vietnamese description", "description_vi"), ("Pcs per carton", "carton_units"), ("装箱量", "carton_units"),
        ("Qty per Carton", "carton_units"), ("英文", None), ("英文产地", None),
    ],
)  # fmt: skip
def test_headers_as_merchants_write_them(header, name):
    known = recognise(header)
    assert (known.name if known else None) == name


def test_a_spot_is_the_merchants_own_header_and_column():
    columns = {
        "sku": "货号",
        "carton_lwh": "箱规",
        "price@500": "大单",
        "title_en": "Name",
        "unit": "= H87",
        "moq": "#28",
    }
    headers = ("货号", "", "箱规", "大单", "Name", "备注", "备注", "error")
    assert spot_of("sku", columns, headers) == Spot("货号", "A")
    assert spot_of("sku", columns, headers).cell(3) == "A3"
    assert spot_of("carton_w", columns, headers) == Spot("箱规", "C")
    assert spot_of("price", columns, headers) == Spot("大单", "D")
    assert spot_of("title", columns, headers) == Spot("Name", "E")
    assert spot_of("moq", columns, headers) == Spot(None, "AB")
    assert spot_of("unit", columns, headers) == spot_of("place", columns, headers) == Spot()
    assert spot_of("sku", {"sku": "gone"}, headers) == Spot()
    assert Spot("x").cell(1) is None
    assert ignored(columns, headers) == ("备注",)
    assert [letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_place_is_found_by_a_part_of_its_name_that_no_other_has():
    base = NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Logistics Base (Nanpeng)", "zh": "公路物流基地（南彭）"})
    hanoi = NamedPlace("VNHAN", "hub", "VN", {"en": "Hanoi", "vi": "Hà Nội"})
    danang = NamedPlace("VNDAD", "hub", "VN", {"en": "Da Nang", "vi": "Đà Nẵng"})
    for text, found in (
        ("nanpeng", base), ("南彭", base), ("ha noi", hanoi), ("Da nang", danang), ("an", None), ("", None),
    ):  # fmt: skip
        assert find_place(text, [base, hanoi, danang], KINDS["FCA"]) is found
    assert listed([hanoi, base], KINDS["FCA"], "vi") == "Logistics Base (Nanpeng) (CN-NANPENG), Hà Nội (VNHAN)"


def test_a_shelf_is_named_by_code_or_in_words():
    around = Surroundings([HUB], frozenset({"parts"}), "zh", {"parts": "parts", "零件": "parts"})
    for written in ("parts", "零件", " Parts "):
        judged = judge({**VALUES, "category": written}, None, around)
        assert judged.draft is not None
        assert judged.draft.category == "parts"
    assert judge({**VALUES, "category": "lamps"}, None, around).outcome is Outcome.ERROR


def test_a_formula_without_a_value_is_as_good_as_empty_and_is_pointed_out():
    blank = Formula("=A1*2")
    assert shown(blank) == ""
    (row,) = read(["sku", "title", "price", "moq"], ["A", blank, blank, blank], [blank, None, None, None])
    assert [(error.field, error.code) for error in row.errors] == [("price", "formula_empty"), ("moq", "formula_empty")]
    assert [(told.field, told.code) for told in row.warnings] == [("title", "formula_empty")]


def test_a_column_of_ours_stands_where_its_header_or_number_says():
    headers = ["Article", "Price"]
    columns = {"sku": "Article", "price": "#2", "title": "#x"}
    assert [place_of(name, columns, headers) for name in ("sku", "price", "title", "moq")] == [0, 1, None, None]


def test_a_row_of_prices_alone_and_one_that_follows_make_no_listing():
    daily = replace(AROUND, columns=frozenset({"sku", "price"}))
    for values, around, code in (
        ({"sku": "A", "price": "5"}, daily, "sku_unknown"),
        ({**VALUES, "follows": 1}, AROUND, "sku_first"),
    ):
        (error,) = judge(values, None, around).errors
        assert (error.field, error.code) == ("sku", code)


def test_a_sheet_of_prices_or_tiers_alone_keeps_the_rest_of_a_ladder():
    made = judge({**VALUES, "tiers": [[100, "25"], [500, "23"]]}, None, AROUND).draft
    alone = replace(AROUND, columns=frozenset({"sku", "price"}))
    judged = judge({"sku": "A", "price": "90"}, made, alone)
    assert [(tier.from_quantity, tier.price.amount) for tier in judged.draft.ladders[0].tiers] == [
        (1, Decimal(90)), (100, Decimal(25)), (500, Decimal(23)),
    ]  # fmt: skip
    assert {warning.code for warning in judged.warnings} == {"price_jumps"}
    tiers = replace(AROUND, columns=frozenset({"sku", "price@100"}))
    judged = judge({"sku": "A", "tiers": [[100, "24"]]}, made, tiers)
    assert [(tier.from_quantity, tier.price.amount) for tier in judged.draft.ladders[0].tiers] == [
        (1, Decimal("27.4")), (100, Decimal(24)),
    ]  # fmt: skip


def test_goods_made_to_order_stay_so_when_nothing_lies_ready():
    made = judge({**VALUES, "stock": 0, "lead_days": 9}, None, AROUND).draft
    draft = judge({"sku": "A", "stock": 0}, made, replace(AROUND, columns=frozenset({"sku", "stock"}))).draft
    assert (draft.stock, draft.lead_days) == (None, 9)


def test_a_row_that_is_too_short_and_numbers_that_are_none_are_said():
    sheet = RawSheet("s", [[*HEAD, "moq"], ["A", "x", "5", "3"], ["B", "y"]], (), ragged=True)
    _, short = read_rows(sheet, layout_of(sheet, read_mapping({})))
    assert [warning.code for warning in short.warnings] == ["row_short"]
    for cell, code in (("-1", "too_small"), ("1.5", "whole_number"), ("x", "number")):
        (row,) = read([*HEAD, "moq"], ["A", "x", "5", cell])
        assert [error.code for error in row.errors] == [code], cell
    (row,) = read(HEAD, ["A", "x", "1,234"])
    assert [(error.code, error.accepted) for error in row.errors] == [("number_ambiguous", "1.234 / 1234")]


def test_an_article_comes_again_with_prices_on_another_basis_only():
    head = [*HEAD, "currency"]
    first, further, again = read(head, ["A", "x", "5", "CNY"], ["A", "x", "0.7", "USD"], ["A", "x", "0.8", "USD"])
    assert (first.errors, further.errors, further.values["follows"]) == ([], [], 1)
    assert [error.code for error in again.errors] == ["sku_twice"]
